"""Dropout: masks drawn from an explicit generator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite, drawing
from autograd_cnn._tensor import Tensor
from autograd_cnn.abstract import Abstract
from autograd_cnn.checks import checked
from autograd_cnn.errors import RangeError, ShapeError
from autograd_cnn.kernels.blockwise import blockwise
from autograd_cnn.kernels.masking import kept_where
from autograd_cnn.ops._operands import as_float
from autograd_cnn.ops._shapes import Shape, elementwise
from autograd_cnn.primitive import Primitive

if TYPE_CHECKING:  # numpy.random takes a sixth of NumPy's own import time
    from numpy.random import Generator


_SMALL = 4096  # below, one block is made faster by np.where


def _masked(x: Any, mask: Any, *, scale: float) -> Any:
    # a product with 0 would turn an infinite value that is dropped into NaN
    if x.size > _SMALL:
        return blockwise(_kept_and_scaled, mask, x, scale=scale)
    kept = np.where(mask, x, 0)
    kept *= scale
    return kept


def _kept_and_scaled(mask: Any, x: Any, *, scale: float) -> Any:
    kept = kept_where(mask, x)
    kept *= scale
    return kept


masked_p: Primitive = Primitive(
    "masked",
    _masked,
    "x mask",
    shape=elementwise("dropout", "x", "mask"),
    dtype=lambda x, mask, **_: x.dtype,
    transposes={"x": lambda g, mask, *, scale: masked_p(g, mask, scale=scale)},
    title="keep or drop",
)


def _drop(op: str, x: Tensor, p: float, rng: Generator | None, training: bool, shape: Shape) -> Tensor:
    if not 0 <= p <= 1:
        raise RangeError(op, f"p={p!r} is no probability", fits="a number from 0 to 1")
    if not training or p == 0:
        return x
    if rng is None:
        raise RangeError(
            op, "while training the mask needs a generator", fits="rng=np.random.default_rng(seed)"
        )
    # without values there is nothing to draw, and the generator must not move
    values: Any = Abstract(shape, bool) if isinstance(x._data, Abstract) else _mask(rng, shape, p)
    mask = Tensor(values)
    mask.name = "mask"
    return apply(masked_p, (x, mask), {"scale": 1 / (1 - p) if p < 1 else 0.0})


def _mask(rng: Generator, shape: Shape, p: float) -> Any:
    return drawing(rng).random(shape, np.float32) >= p


@checked
@composite
def dropout(x: Any, p: float = 0.5, rng: Generator | None = None, training: bool = True) -> Tensor:
    """Set each value to 0 with probability p, and divide the others by ``1 - p``, so that the mean stays.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.
    p : float
        Probability of dropping a value, from 0 to 1.
    rng : numpy.random.Generator
        Draws the mask; it must be given when one is drawn.
    training : bool
        When False, x is given back as it is.

    Returns
    -------
    Tensor
        Of x's shape. Gradient: ``g / (1 - p)`` where the value was kept, exactly 0 elsewhere. What is kept
        for it is one byte a value.

    Raises
    ------
    RangeError
        When p is no probability, or there is no generator to draw from.

    Notes
    -----
    Srivastava and others: Dropout (2014).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.dropout(np.ones(6, np.float32), 0.5, np.random.default_rng(0))
    tensor([2., 2., 2., 0., 0., 0.], dtype=float32)
    """
    values = as_float(x)
    return _drop("dropout", values, p, rng, training, values.shape)


@checked
@composite
def dropout_channels(x: Any, p: float = 0.5, rng: Generator | None = None, training: bool = True) -> Tensor:
    """Set whole channels of each sample to 0 with probability p, and divide the others by ``1 - p``.

    Parameters
    ----------
    x : array_like
        (N, C, *positions); integers become float32.
    p, rng, training
        As in `dropout`.

    Returns
    -------
    Tensor
        Of x's shape. Gradient: ``g / (1 - p)`` in channels that were kept, exactly 0 elsewhere.

    Raises
    ------
    ShapeError
        When x has fewer than two axes.
    RangeError
        When p is no probability, or there is no generator to draw from.

    Notes
    -----
    Tompson and others: Efficient Object Localization Using Convolutional Networks (2015).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.dropout_channels(np.ones((1, 3, 2)), 0.5, np.random.default_rng(1))
    tensor([[[0., 0.],
             [2., 2.],
             [2., 2.]]], dtype=float64)
    """
    values = as_float(x)
    if values.ndim < 2:
        raise ShapeError(
            "dropout_channels", "x has no channels", operands={"x": values}, fits="x (N, C, *positions)"
        )
    shape = (*values.shape[:2], *(1,) * (values.ndim - 2))
    return _drop("dropout_channels", values, p, rng, training, shape)
