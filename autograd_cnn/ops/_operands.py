"""Turning what a user wrote into operands: Tensors of one floating dtype, and plain scalars."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd_cnn._apply import constant
from autograd_cnn._tensor import Tensor
from autograd_cnn.abstract import Abstract
from autograd_cnn.checks import checked, real_dtype
from autograd_cnn.ops._shapes import shape_of
from autograd_cnn.primitive import Primitive, late

_default_float = np.dtype(np.float32)


def as_tensor(value: Any) -> Tensor:
    """Give a Tensor: the value itself, or a constant made of an array, a list or a number."""
    if value.__class__ is Tensor:
        return value
    operand = constant(value)
    if isinstance(operand, Tensor):
        return operand
    return Tensor(np.asarray(operand, dtype=_default_float if isinstance(operand, float) else None))


@checked
def has_values(x: Tensor) -> bool:
    """Say whether there are elements to look at; an abstract tensor has none, and neither has an empty one.

    Parameters
    ----------
    x : Tensor
        Any tensor.

    Returns
    -------
    bool
        Whether ``x.numpy()`` gives at least one number.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.has_values(ag.tensor(1.0)), ag.has_values(ag.abstract_tensor((2, 3)))
    (True, False)
    """
    return not isinstance(x._data, Abstract) and x.size > 0


def as_float(value: Any) -> Tensor:
    """Give a Tensor of a floating dtype; integers and booleans become float32."""
    x = as_tensor(value)
    return x if x._wants or x._data.dtype.kind in "fc" else astype(x, _default_float)


def as_floats(*values: Any) -> tuple[Tensor, ...]:
    """Give Tensors of one floating dtype: the widest among the floating ones, float32 if there are none."""
    tensors = tuple(map(as_tensor, values))
    dtypes = [t._data.dtype for t in tensors if t._data.dtype.kind in "fc"]
    common = np.result_type(*dtypes) if dtypes else _default_float
    return tuple(t if t._data.dtype == common else astype(t, common) for t in tensors)


def same_kind(x: Any, y: Any) -> tuple[Any, Any]:
    """Bring two operands together: an integer operand takes the floating dtype of the other.

    Python scalars stay as they are and never widen a Tensor; at least one operand comes back as a Tensor.
    """
    if x.__class__ is Tensor:
        if y.__class__ is float:
            return as_float(x), y
        if y.__class__ is Tensor and x._data.dtype is y._data.dtype:
            return x, y
    x, y = constant(x), constant(y)
    if x.__class__ is not Tensor:
        if y.__class__ is not Tensor:
            return (as_float(x) if isinstance(y, float) else as_tensor(x)), y
        return x, (as_float(y) if isinstance(x, float) else y)
    if y.__class__ is not Tensor:
        return (as_float(x) if isinstance(y, float) else x), y
    a, b = x._data.dtype, y._data.dtype
    if a is b or a == b:
        return x, y
    if a.kind == "f" and b.kind not in "fc":
        return x, astype(y, a)
    if b.kind == "f" and a.kind not in "fc":
        return astype(x, b), y
    return x, y


@checked
def astype(x: Any, dtype: DTypeLike) -> Tensor:
    """Convert the elements to another dtype; between floating dtypes the gradient is converted back.

    Parameters
    ----------
    x : array_like
        Any shape.
    dtype : dtype
        The new dtype; an integer or boolean result has no gradient.

    Returns
    -------
    Tensor
        Same shape; x itself when it has the dtype already.

    Raises
    ------
    DTypeError
        When the dtype is unknown or holds no real numbers.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.astype(ag.tensor([1.5, 2.5]), "float64").dtype
    dtype('float64')
    """
    source = as_tensor(x)
    target = real_dtype("astype", dtype)
    if target == source.dtype:
        return source
    if target.kind == "f" and source.dtype.kind == "f":
        result: Tensor = cast(source, source=source.dtype, target=target)
    else:
        result = convert(source, target=target)
    return result


def _shape(x: Any, **_: Any) -> tuple[int, ...]:
    return shape_of(x)


cast: Primitive = Primitive(
    "cast",
    lambda x, *, source, target: x.astype(target),
    "x",
    shape=_shape,
    dtype=lambda x, *, source, target: target,
    transposes={"x": lambda g, *, source, target: cast(g, source=target, target=source)},
)
convert: Primitive = Primitive(
    "convert", lambda x, *, target: x.astype(target), "x", shape=_shape, dtype=lambda x, *, target: target
)

late.astype = astype
