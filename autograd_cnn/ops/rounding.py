"""Functions that are flat or straight in pieces: rounding, remainders, clipping, replacing NaN."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import RangeError
from autograd_cnn.ops._elementwise import question, step
from autograd_cnn.ops._operands import as_float, as_tensor, same_kind
from autograd_cnn.ops._shapes import elementwise
from autograd_cnn.ops.arithmetic import maximum, minimum
from autograd_cnn.ops.comparison import select_p
from autograd_cnn.ops.logic import isfinite_p
from autograd_cnn.primitive import Primitive, late, zero

floor_p: Primitive = step("floor", np.floor)
ceil_p: Primitive = step("ceil", np.ceil)
trunc_p: Primitive = step("trunc", np.trunc)
round_p: Primitive = step("round", lambda x, *, decimals: np.round(x, decimals))
floor_divide_p: Primitive = Primitive(
    "floor_divide",
    np.floor_divide,
    "x y",
    shape=elementwise("floor_divide", "x", "y"),
    vjps={"x": zero, "y": zero},
    check_first=False,
)
remainder_p: Primitive = Primitive(
    "remainder",
    np.remainder,
    "x y",
    shape=elementwise("remainder", "x", "y"),
    vjps={"x": lambda g: g, "y": lambda g, x, y: -(g * floor_divide_p(x, y))},
    diagonal=True,
    check_first=False,
)
within_p: Primitive = question("within", lambda x, *, low, high: ~((x < low) | (x > high)), "x")
clip_p: Primitive = Primitive(
    "clip",
    lambda x, *, low, high: np.clip(x, low, high),
    "x",
    shape=elementwise("clip", "x"),
    vjps={"x": lambda g, x, *, low, high: select_p(within_p(x, low=low, high=high), g, 0.0)},
    diagonal=True,
    check_first=False,
)
nan_to_num_p: Primitive = Primitive(
    "nan_to_num",
    lambda x, *, nan, posinf, neginf: np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf),
    "x",
    shape=elementwise("nan_to_num", "x"),
    vjps={"x": lambda g, x, *, nan, posinf, neginf: select_p(isfinite_p(x), g, 0.0)},
    diagonal=True,
    check_first=False,
)


def floor(x: Any) -> Tensor:
    """Largest whole number that is not above x.

    Parameters
    ----------
    x : array_like
        Any shape.

    Returns
    -------
    Tensor
        Same shape. Its gradient is a known zero, also at the jumps.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.floor(ag.tensor([-1.5, 1.5]))
    tensor([-2.,  1.], dtype=float32)
    """
    return apply(floor_p, (as_tensor(x),))


def ceil(x: Any) -> Tensor:
    """Smallest whole number that is not below x.

    Parameters
    ----------
    x : array_like
        Any shape.

    Returns
    -------
    Tensor
        Same shape. Its gradient is a known zero, also at the jumps.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.ceil(ag.tensor([-1.5, 1.5]))
    tensor([-1.,  2.], dtype=float32)
    """
    return apply(ceil_p, (as_tensor(x),))


def trunc(x: Any) -> Tensor:
    """Whole part of x, towards 0.

    Parameters
    ----------
    x : array_like
        Any shape.

    Returns
    -------
    Tensor
        Same shape. Its gradient is a known zero, also at the jumps.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.trunc(ag.tensor([-1.5, 1.5]))
    tensor([-1.,  1.], dtype=float32)
    """
    return apply(trunc_p, (as_tensor(x),))


@checked
def round(x: Any, decimals: int = 0) -> Tensor:
    """Round to ``decimals`` decimal places; a half goes to the even neighbour, as in NumPy.

    Parameters
    ----------
    x : array_like
        Any shape.
    decimals : int
        How many places after the point; negative ones stand before it.

    Returns
    -------
    Tensor
        Same shape. Its gradient is a known zero, also at the jumps.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.round(ag.tensor([0.5, 1.5, -1.7]))
    tensor([ 0.,  2., -2.], dtype=float32)
    """
    return apply(round_p, (as_tensor(x),), {"decimals": int(decimals)})


def floor_divide(x: Any, y: Any) -> Tensor:
    """``floor(x / y)`` elementwise, ``x // y``.

    Parameters
    ----------
    x, y : array_like
        Shapes that broadcast. Python scalars don't widen the dtype; integers take the other's float.

    Returns
    -------
    Tensor
        Of the broadcast shape. Its gradient is a known zero.

    Raises
    ------
    ShapeError
        When the shapes don't broadcast.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.floor_divide(ag.tensor([7.0, -7.0]), 2.0)
    tensor([ 3., -4.], dtype=float32)
    """
    return apply(floor_divide_p, same_kind(x, y))


def remainder(x: Any, y: Any) -> Tensor:
    """``x - floor(x / y) * y`` elementwise, ``x % y``, with the sign of y; also called `mod`.

    Parameters
    ----------
    x, y : array_like
        Shapes that broadcast. Python scalars don't widen the dtype; integers take the other's float.

    Returns
    -------
    Tensor
        Of the broadcast shape. Gradients: ``g`` to x, ``-g * floor(x / y)`` to y, also at the jumps.

    Raises
    ------
    ShapeError
        When the shapes don't broadcast.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.remainder(ag.tensor([7.0, -7.0]), 3.0)
    tensor([1., 2.], dtype=float32)
    """
    return apply(remainder_p, same_kind(x, y))


def clip(x: Any, min: Any = None, max: Any = None) -> Tensor:
    """Limit the elements to an interval: ``minimum(maximum(x, min), max)``.

    Parameters
    ----------
    x : array_like
        Any shape. A NaN stays NaN.
    min, max : float or array_like, optional
        The limits; None for no limit. Tensors broadcast with x and may want gradients.
        Where ``min > max`` the result is max.

    Returns
    -------
    Tensor
        Gradient: ``g`` to x inside and at the limits (and at NaN), 0 beyond; there a limit gets it.

    Raises
    ------
    RangeError
        When both limits are left out.
    ShapeError
        When the shapes don't broadcast.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.clip(ag.tensor([-2.0, 0.5, 3.0]), 0.0, 1.0)
    tensor([0. , 0.5, 1. ], dtype=float32)
    """
    if min is None and max is None:
        raise RangeError("clip", "there is no limit to clip to", fits="min, max or both")
    limits = [limit for limit in (min, max) if limit is not None]
    if all(isinstance(limit, (int, float)) for limit in limits):
        values = as_float(x) if any(isinstance(limit, float) for limit in limits) else as_tensor(x)
        if values.dtype.kind == "f":
            low, high = -np.inf if min is None else min, np.inf if max is None else max
            return apply(clip_p, (values,), {"low": float(low), "high": float(high)})
    return _clipped(x, min, max)


@composite
def _clipped(x: Any, low: Any, high: Any) -> Tensor:
    raised = as_tensor(x) if low is None else maximum(x, low)
    return raised if high is None else minimum(raised, high)


@checked
def nan_to_num(x: Any, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Tensor:
    """Replace NaN and infinities by numbers.

    Parameters
    ----------
    x : array_like
        Any shape.
    nan : float
        What a NaN becomes.
    posinf, neginf : float, optional
        What infinities become; the dtype's largest and smallest number when left out.

    Returns
    -------
    Tensor
        Gradient: ``g`` where x is finite, 0 where it was replaced.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nan_to_num(ag.tensor([1.0, float("nan")]))
    tensor([1., 0.], dtype=float32)
    """
    return apply(nan_to_num_p, (as_tensor(x),), {"nan": nan, "posinf": posinf, "neginf": neginf})


late.round, late.clip = round, clip
late.remainder, late.floor_divide = remainder, floor_divide
