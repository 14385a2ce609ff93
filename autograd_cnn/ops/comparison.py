"""Comparisons, which have no gradient, and `where`, which chooses by them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._tensor import Tensor
from autograd_cnn.kernels.blockwise import select
from autograd_cnn.ops._operands import as_tensor, same_kind
from autograd_cnn.ops._shapes import elementwise
from autograd_cnn.primitive import Primitive, common_dtype, late


def _comparison(name: str, kernel: Any) -> Primitive:
    return Primitive(
        name, kernel, "x y", shape=elementwise(name, "x", "y"), dtype=lambda x, y: np.bool_, check_first=False
    )


equal_p: Primitive = _comparison("equal", np.equal)
not_equal_p: Primitive = _comparison("not_equal", np.not_equal)
less_p: Primitive = _comparison("less", np.less)
less_equal_p: Primitive = _comparison("less_equal", np.less_equal)
greater_p: Primitive = _comparison("greater", np.greater)
greater_equal_p: Primitive = _comparison("greater_equal", np.greater_equal)

select_p: Primitive = Primitive(
    "select",
    select,
    "condition x y",
    shape=elementwise("where", "condition", "x", "y"),
    transposes={
        "x": lambda g, condition: select_p(condition, g, 0.0),
        "y": lambda g, condition: select_p(condition, 0.0, g),
    },
    jvps={  # linear in both together: replacing one input by its tangent would keep the other's value
        "x": lambda t, condition: select_p(condition, t, 0.0),
        "y": lambda t, condition: select_p(condition, 0.0, t),
    },
    dtype=lambda condition, x, y: common_dtype(x, y),
    check_first=False,
    title="where",
)


def shared(g: Any, share: Any) -> Any:
    """Give a cotangent's share, and exactly 0 where the share is 0, also of an infinite cotangent."""
    return select_p(not_equal_p(share, 0.0), g * share, 0.0)


def equal(x: Any, y: Any) -> Tensor:
    """Compare elementwise, ``x == y``.

    Parameters
    ----------
    x, y : array_like
        Shapes that broadcast. A NaN is unequal to everything and neither less nor greater.

    Returns
    -------
    Tensor
        Of the broadcast shape, boolean; it has no gradient.

    Raises
    ------
    ShapeError
        When the shapes don't broadcast.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.equal(ag.tensor([1.0, 2.0]), 2.0)
    tensor([False,  True], dtype=bool)
    """
    return apply(equal_p, same_kind(x, y))


def not_equal(x: Any, y: Any) -> Tensor:
    """Compare elementwise, ``x != y``.

    Parameters
    ----------
    x, y : array_like
        Shapes that broadcast. A NaN is unequal to everything and neither less nor greater.

    Returns
    -------
    Tensor
        Of the broadcast shape, boolean; it has no gradient.

    Raises
    ------
    ShapeError
        When the shapes don't broadcast.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.not_equal(ag.tensor([1.0, 2.0]), 2.0)
    tensor([ True, False], dtype=bool)
    """
    return apply(not_equal_p, same_kind(x, y))


def less(x: Any, y: Any) -> Tensor:
    """Compare elementwise, ``x < y``.

    Parameters
    ----------
    x, y : array_like
        Shapes that broadcast. A NaN is unequal to everything and neither less nor greater.

    Returns
    -------
    Tensor
        Of the broadcast shape, boolean; it has no gradient.

    Raises
    ------
    ShapeError
        When the shapes don't broadcast.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.less(ag.tensor([1.0, 2.0]), 2.0)
    tensor([ True, False], dtype=bool)
    """
    return apply(less_p, same_kind(x, y))


def less_equal(x: Any, y: Any) -> Tensor:
    """Compare elementwise, ``x <= y``.

    Parameters
    ----------
    x, y : array_like
        Shapes that broadcast. A NaN is unequal to everything and neither less nor greater.

    Returns
    -------
    Tensor
        Of the broadcast shape, boolean; it has no gradient.

    Raises
    ------
    ShapeError
        When the shapes don't broadcast.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.less_equal(ag.tensor([1.0, 3.0]), 2.0)
    tensor([ True, False], dtype=bool)
    """
    return apply(less_equal_p, same_kind(x, y))


def greater(x: Any, y: Any) -> Tensor:
    """Compare elementwise, ``x > y``.

    Parameters
    ----------
    x, y : array_like
        Shapes that broadcast. A NaN is unequal to everything and neither less nor greater.

    Returns
    -------
    Tensor
        Of the broadcast shape, boolean; it has no gradient.

    Raises
    ------
    ShapeError
        When the shapes don't broadcast.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.greater(ag.tensor([1.0, 3.0]), 2.0)
    tensor([False,  True], dtype=bool)
    """
    return apply(greater_p, same_kind(x, y))


def greater_equal(x: Any, y: Any) -> Tensor:
    """Compare elementwise, ``x >= y``.

    Parameters
    ----------
    x, y : array_like
        Shapes that broadcast. A NaN is unequal to everything and neither less nor greater.

    Returns
    -------
    Tensor
        Of the broadcast shape, boolean; it has no gradient.

    Raises
    ------
    ShapeError
        When the shapes don't broadcast.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.greater_equal(ag.tensor([1.0, 2.0]), 2.0)
    tensor([False,  True], dtype=bool)
    """
    return apply(greater_equal_p, same_kind(x, y))


def where(condition: Any, x: Any, y: Any) -> Tensor:
    """Choose elementwise: x where the condition holds, y elsewhere.

    Parameters
    ----------
    condition : array_like
        Booleans; it has no gradient.
    x, y : array_like
        The three shapes broadcast.

    Returns
    -------
    Tensor
        Of the broadcast shape. The chosen operand gets ``g``, the other exactly 0 (an infinite or NaN
        value that is not chosen never reaches the gradient).

    Raises
    ------
    ShapeError
        When the shapes don't broadcast.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([1.0, -2.0])
    >>> ag.where(x > 0, x, 0.0)
    tensor([1., 0.], dtype=float32)
    """
    x, y = same_kind(x, y)
    chosen = as_tensor(condition)
    if chosen._data.dtype.kind != "b":
        chosen = not_equal(chosen, 0)
    return apply(select_p, (chosen, x, y))


late.equal, late.not_equal, late.less, late.less_equal = equal, not_equal, less, less_equal
late.greater, late.greater_equal = greater, greater_equal
