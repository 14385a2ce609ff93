"""Losses of numbers: mean squared, mean absolute and Huber."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import RangeError
from autograd_cnn.ops._shapes import elementwise
from autograd_cnn.ops.comparison import less_equal_p, select_p
from autograd_cnn.ops.elementwise import absolute, absolute_p
from autograd_cnn.ops.loss_reduction import Reduction, reduced, same_shapes
from autograd_cnn.primitive import Primitive


def _huber(x: Any, *, delta: float) -> Any:
    # with c = min(|x|, delta): c * (|x| - c / 2) is x**2 / 2 inside and delta * (|x| - delta / 2) outside
    size = np.absolute(x)
    inner = np.minimum(size, delta)
    return inner * (size - inner * 0.5)


huber_p: Primitive = Primitive(
    "huber",
    _huber,
    "x",
    shape=elementwise("huber_loss", "x"),
    vjps={"x": lambda g, x, *, delta: g * limited_p(x, delta=delta)},
    diagonal=True,
    check_first=False,
)
limited_p: Primitive = Primitive(
    "limited",
    lambda x, *, delta: np.clip(x, -delta, delta),
    "x",
    shape=elementwise("huber_loss", "x"),
    vjps={"x": lambda g, x, *, delta: select_p(less_equal_p(absolute_p(x), delta), g, 0.0)},
    diagonal=True,
    check_first=False,
    title="clip to +-delta",
)


@composite
def mse_loss(predictions: Any, targets: Any, reduction: Reduction = "mean") -> Tensor:
    """Squared error, ``(predictions - targets)**2``, averaged over all elements.

    Parameters
    ----------
    predictions, targets : array_like
        Of one shape; integers become float32.
    reduction : {"mean", "sum", "none"}
        Average over all elements, add them up, or give one loss an element.

    Returns
    -------
    Tensor
        A scalar, or of the operands' shape for "none". Gradient to the predictions:
        ``2 (predictions - targets)``, over the number of elements for "mean".

    Raises
    ------
    ShapeError
        When the shapes differ, or are empty for "mean".
    RangeError
        When ``reduction`` is none of the three.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.mse_loss(ag.tensor([1.0, 3.0]), [1.0, 1.0])
    tensor(2., dtype=float32)
    """
    first, second = same_shapes("mse_loss", predictions=predictions, targets=targets)
    difference = first - second
    return reduced("mse_loss", difference * difference, reduction)


@composite
def l1_loss(predictions: Any, targets: Any, reduction: Reduction = "mean") -> Tensor:
    """Absolute error, ``|predictions - targets|``.

    Parameters
    ----------
    predictions, targets : array_like
        Of one shape; integers become float32.
    reduction : {"mean", "sum", "none"}
        Average the losses, add them up, or give one an element.

    Returns
    -------
    Tensor
        A scalar, or of the operands' shape without reduction. Gradient to the predictions: the difference's
        sign, which is 0 at the kink where both are equal.

    Raises
    ------
    ShapeError
        When the shapes differ, or there is nothing to average.
    RangeError
        When the reduction is none of the three.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.l1_loss(ag.tensor([1.0, 3.0]), [1.0, 1.0])
    tensor(1., dtype=float32)
    """
    first, second = same_shapes("l1_loss", predictions=predictions, targets=targets)
    return reduced("l1_loss", absolute(first - second), reduction)


@checked
@composite
def huber_loss(predictions: Any, targets: Any, delta: float = 1.0, reduction: Reduction = "mean") -> Tensor:
    """Squared error near 0, absolute error far from it.

    With the difference d: ``d**2 / 2`` for ``|d| <= delta``, ``delta * (|d| - delta / 2)`` beyond.

    Parameters
    ----------
    predictions, targets, reduction
        As in `mse_loss`.
    delta : float
        Where the two pieces meet, above 0.

    Returns
    -------
    Tensor
        Gradient to the predictions: d, limited to -delta and delta; smooth where the pieces meet. The second
        derivative there is that of the inner piece.

    Raises
    ------
    ShapeError
        When the shapes differ, or are empty for "mean".
    RangeError
        When delta is not above 0, or ``reduction`` is none of the three.

    Notes
    -----
    Huber: Robust Estimation of a Location Parameter (1964).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.huber_loss(ag.tensor([1.5, 4.0]), [1.0, 1.0], reduction="none")
    tensor([0.125, 2.5  ], dtype=float32)
    """
    if not delta > 0:
        raise RangeError("huber_loss", f"delta={delta!r} must be above 0", fits="1.0")
    first, second = same_shapes("huber_loss", predictions=predictions, targets=targets)
    return reduced("huber_loss", apply(huber_p, (first - second,), {"delta": float(delta)}), reduction)
