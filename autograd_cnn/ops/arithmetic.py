"""Arithmetic of two operands, with NumPy's broadcasting: add, multiply, divide, power, maximum and so on.

The sweep sums each cotangent back to its operand's shape, so no rule here thinks of broadcasting.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import choice
from autograd_cnn.ops._operands import as_floats, same_kind
from autograd_cnn.ops._shapes import elementwise
from autograd_cnn.ops.comparison import equal_p, greater_p, select_p, shared
from autograd_cnn.primitive import Primitive, late

Ties = Literal["first", "last", "split"]

add_p: Primitive = Primitive(
    "add",
    np.add,
    "x y",
    shape=elementwise("add", "x", "y"),
    vjps={"x": lambda g: g, "y": lambda g: g},
    diagonal=True,
    check_first=False,
)
subtract_p: Primitive = Primitive(
    "subtract",
    np.subtract,
    "x y",
    shape=elementwise("subtract", "x", "y"),
    vjps={"x": lambda g: g, "y": lambda g: -g},
    diagonal=True,
    check_first=False,
)
multiply_p: Primitive = Primitive(
    "multiply",
    np.multiply,
    "x y",
    shape=elementwise("multiply", "x", "y"),
    transposes={"x": lambda g, y: g * y, "y": lambda g, x: g * x},
    check_first=False,
)
divide_p: Primitive = Primitive(
    "divide",
    np.divide,
    "x y",
    shape=elementwise("divide", "x", "y"),
    vjps={"x": lambda g, y: g / y, "y": lambda g, y, out: -(g * out / y)},
    diagonal=True,
    check_first=False,
)
negative_p: Primitive = Primitive(
    "negative",
    np.negative,
    "x",
    shape=elementwise("negative", "x"),
    transposes={"x": lambda g: -g},
    check_first=False,
)
log_of_base_p: Primitive = Primitive(
    "log_of_base",
    lambda x: np.log(np.where(x > 0, x, 1)),
    "x",
    shape=elementwise("log_of_base", "x"),
    vjps={"x": lambda g, x: select_p(greater_p(x, 0.0), g / x, 0.0)},
    diagonal=True,
    check_first=False,
    title="log where positive",
)


def _lowered(y: Any) -> Any:
    """Give the exponent y - 1, but 1 where y is 0, so that 0 * x**-1 cannot make NaN of a known zero."""
    if y.__class__ is int or y.__class__ is float:
        return y - 1 if y else 1.0
    return select_p(equal_p(y, 0.0), 1.0, y - 1)


power_p: Primitive = Primitive(
    "power",
    np.power,
    "x y",
    shape=elementwise("power", "x", "y"),
    vjps={
        "x": lambda g, x, y: g * y * power_p(x, _lowered(y)),
        "y": lambda g, x, out: g * out * log_of_base_p(x),
    },
    diagonal=True,
    check_first=False,
)


def _first_share(x: Any, y: Any, *, ties: Ties) -> Any:
    """Share of x among the winners of maximum(x, y): 1, 0, or 0.5 for a split tie; the first NaN wins."""
    x_wins, y_wins = (x > y) | (x != x), (y > x) | (y != y)
    tie = {"first": 1.0, "last": 0.0, "split": 0.5}[ties]
    share = np.where(x_wins, 1.0, np.where(y_wins, 0.0, tie))
    return share.astype(np.result_type(x, y), copy=False)


first_share_p: Primitive = Primitive(
    "first_share", _first_share, "x y", shape=elementwise("first_share", "x", "y")
)


def _maximum_rule_x(g: Any, x: Any, y: Any, *, ties: Ties) -> Any:
    return shared(g, first_share_p(x, y, ties=ties))


def _maximum_rule_y(g: Any, x: Any, y: Any, *, ties: Ties) -> Any:
    return shared(g, 1 - first_share_p(x, y, ties=ties))


maximum_p: Primitive = Primitive(
    "maximum",
    lambda x, y, *, ties: np.maximum(x, y),
    "x y",
    shape=elementwise("maximum", "x", "y"),
    vjps={"x": _maximum_rule_x, "y": _maximum_rule_y},
    diagonal=True,
    check_first=False,
)


def _minimum_rule_x(g: Any, x: Any, y: Any, *, ties: Ties) -> Any:
    return shared(g, first_share_p(-x, -y, ties=ties))


def _minimum_rule_y(g: Any, x: Any, y: Any, *, ties: Ties) -> Any:
    return shared(g, 1 - first_share_p(-x, -y, ties=ties))


minimum_p: Primitive = Primitive(
    "minimum",
    lambda x, y, *, ties: np.minimum(x, y),
    "x y",
    shape=elementwise("minimum", "x", "y"),
    vjps={"x": _minimum_rule_x, "y": _minimum_rule_y},
    diagonal=True,
    check_first=False,
)


def add(x: Any, y: Any) -> Tensor:
    """Add elementwise: ``x + y``.

    Parameters
    ----------
    x, y : array_like
        Shapes that broadcast. Python scalars don't widen the dtype; integers take the other's float.

    Returns
    -------
    Tensor
        Of the broadcast shape. Gradients: ``g`` to both.

    Raises
    ------
    ShapeError
        When the shapes don't broadcast.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.add(ag.tensor([1.0, 2.0]), 1.0)
    tensor([2., 3.], dtype=float32)
    """
    return apply(add_p, same_kind(x, y))


def subtract(x: Any, y: Any) -> Tensor:
    """Subtract elementwise: ``x - y``.

    Parameters
    ----------
    x, y : array_like
        Shapes that broadcast. Python scalars don't widen the dtype; integers take the other's float.

    Returns
    -------
    Tensor
        Of the broadcast shape. Gradients: ``g`` to x, ``-g`` to y.

    Raises
    ------
    ShapeError
        When the shapes don't broadcast.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.subtract(ag.tensor([1.0, 2.0]), 1.0)
    tensor([0., 1.], dtype=float32)
    """
    return apply(subtract_p, same_kind(x, y))


def multiply(x: Any, y: Any) -> Tensor:
    """Multiply elementwise: ``x * y``.

    Parameters
    ----------
    x, y : array_like
        Shapes that broadcast. Python scalars don't widen the dtype; integers take the other's float.

    Returns
    -------
    Tensor
        Of the broadcast shape. Gradients: ``g * y`` to x, ``g * x`` to y.

    Raises
    ------
    ShapeError
        When the shapes don't broadcast.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.multiply(ag.tensor([1.0, 2.0]), 3.0)
    tensor([3., 6.], dtype=float32)
    """
    return apply(multiply_p, same_kind(x, y))


def divide(x: Any, y: Any) -> Tensor:
    """Divide elementwise: ``x / y``; integers become float32 first.

    Parameters
    ----------
    x, y : array_like
        Shapes that broadcast. Integers become float32.

    Returns
    -------
    Tensor
        Of the broadcast shape, floating. Gradients: ``g / y`` to x, ``-g * x / y**2`` to y.

    Raises
    ------
    ShapeError
        When the shapes don't broadcast.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.divide(ag.tensor([1.0, 2.0]), 2.0)
    tensor([0.5, 1. ], dtype=float32)
    """
    return apply(divide_p, true_operands(*same_kind(x, y)))


def true_operands(x: Any, y: Any) -> tuple[Any, Any]:
    """Make the Tensors among two operands floating; integers become float32."""
    if (
        getattr(x, "dtype", None) is not None
        and x.dtype.kind == "f"
        and getattr(y, "dtype", x.dtype).kind == "f"
    ):
        return x, y
    tensors = iter(as_floats(*(v for v in (x, y) if v.__class__ is Tensor)))
    x, y = (next(tensors) if v.__class__ is Tensor else v for v in (x, y))
    return x, y


def power(x: Any, y: Any) -> Tensor:
    """Raise elementwise: ``x ** y``.

    Parameters
    ----------
    x, y : array_like
        Shapes that broadcast. Python scalars don't widen the dtype; integers take the other's float.

    Returns
    -------
    Tensor
        Of the broadcast shape. Gradients: ``g * y * x**(y-1)`` to x (0 where y is 0), ``g * x**y * log(x)``
        to y (0 where x <= 0).

    Raises
    ------
    ShapeError
        When the shapes don't broadcast.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.power(ag.tensor([1.0, 3.0]), 2)
    tensor([1., 9.], dtype=float32)
    """
    return apply(power_p, same_kind(x, y))


def negative(x: Any) -> Tensor:
    """Change the sign: ``-x``.

    Parameters
    ----------
    x : array_like
        Any shape.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``-g``.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.negative(ag.tensor([1.0, -2.0]))
    tensor([-1.,  2.], dtype=float32)
    """
    return apply(negative_p, (same_kind(x, 0)[0],))


def maximum(x: Any, y: Any, ties: Ties = "first") -> Tensor:
    """Take the larger of two, elementwise.

    Parameters
    ----------
    x, y : array_like
        Shapes that broadcast. A NaN on either side gives NaN; the first NaN gets the gradient.
    ties : {"first", "last", "split"}
        Who gets the cotangent where the operands are equal: x, y, or half each.

    Returns
    -------
    Tensor
        Of the broadcast shape. The winner gets ``g``, the loser 0.

    Raises
    ------
    ShapeError
        When the shapes don't broadcast.
    RangeError
        When ``ties`` is none of the three.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.maximum(ag.tensor([1.0, -2.0]), 0.0)
    tensor([1., 0.], dtype=float32)
    """
    check_ties("maximum", ties)
    return apply(maximum_p, same_kind(x, y), {"ties": ties})


def minimum(x: Any, y: Any, ties: Ties = "first") -> Tensor:
    """Take the smaller of two, elementwise.

    Parameters
    ----------
    x, y : array_like
        Shapes that broadcast. A NaN on either side gives NaN; the first NaN gets the gradient.
    ties : {"first", "last", "split"}
        Who gets the cotangent where the operands are equal: x, y, or half each.

    Returns
    -------
    Tensor
        Of the broadcast shape. The winner gets ``g``, the loser 0.

    Raises
    ------
    ShapeError
        When the shapes don't broadcast.
    RangeError
        When ``ties`` is none of the three.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.minimum(ag.tensor([1.0, -2.0]), 0.0)
    tensor([ 0., -2.], dtype=float32)
    """
    check_ties("minimum", ties)
    return apply(minimum_p, same_kind(x, y), {"ties": ties})


def check_ties(op: str, ties: str) -> None:
    """Refuse a tie policy that is none of the three."""
    choice(op, "ties", ties, ("first", "last", "split"))


late.add, late.subtract, late.multiply, late.divide = add, subtract, multiply, divide
late.power, late.negative = power, negative
