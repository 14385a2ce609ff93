"""Rectifiers with fixed shapes: leaky ReLU, its random sister, BReLU, ReLU6.

`relu` is in ``activations``; rectifiers with learned shapes are in ``learned_rectifiers``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite, drawing
from autograd_cnn._tensor import Tensor
from autograd_cnn.abstract import Abstract
from autograd_cnn.checks import checked
from autograd_cnn.errors import RangeError, ShapeError
from autograd_cnn.kernels import activations as formulas
from autograd_cnn.kernels.blockwise import blockwise
from autograd_cnn.ops._gated import in_blocks
from autograd_cnn.ops._operands import as_float
from autograd_cnn.ops._shapes import Shape, elementwise
from autograd_cnn.ops.comparison import less_p, select_p
from autograd_cnn.ops.sigmoids import ramp_gate_p
from autograd_cnn.primitive import Primitive, zero

if TYPE_CHECKING:  # numpy.random takes a sixth of NumPy's own import time
    from numpy.random import Generator

prelu_gate_p: Primitive = Primitive(
    "prelu_gate",
    in_blocks(formulas.prelu_gate),
    "g x a",
    shape=elementwise("prelu_gate", "g", "x", "a"),
    transposes={"g": lambda h, x, a: prelu_gate_p(h, x, a)},
    vjps={"x": zero, "a": lambda h, g, x: select_p(less_p(x, 0.0), h * g, 0.0)},
    diagonal=True,
    check_first=False,
    title="prelu gate",
)
negative_part_p: Primitive = Primitive(
    "negative_part",
    in_blocks(formulas.negative_part),
    "g x",
    shape=elementwise("negative_part", "g", "x"),
    transposes={"g": lambda h, x: negative_part_p(h, x)},
    vjps={"x": lambda h, g, x: select_p(less_p(x, 0.0), h * g, 0.0)},
    diagonal=True,
    check_first=False,
    title="times x below 0",
)
prelu_p: Primitive = Primitive(
    "prelu",
    in_blocks(formulas.prelu),
    "x a",
    shape=elementwise("prelu", "x", "a"),
    vjps={"x": lambda g, x, a: prelu_gate_p(g, x, a), "a": lambda g, x: negative_part_p(g, x)},
    diagonal=True,
    check_first=False,
)
# with a slope above 0 the result has the sign of x, and the next layer keeps it anyway
leaky_relu_p: Primitive = Primitive(
    "leaky_relu",
    in_blocks(formulas.leaky_relu),
    "x",
    shape=elementwise("leaky_relu", "x"),
    vjps={"x": lambda g, out, *, slope: prelu_gate_p(g, out, slope)},
    diagonal=True,
    check_first=False,
)
_SIX = {"slope": 1.0, "offset": 0.0, "high": 6.0}
relu6_p: Primitive = Primitive(
    "relu6",
    lambda x: blockwise(formulas.ramp, x, **_SIX),
    "x",
    shape=elementwise("relu6", "x"),
    vjps={"x": lambda g, out: ramp_gate_p(g, out, **_SIX)},
    diagonal=True,
    check_first=False,
)


def _brelu(x: Any) -> Any:
    y = np.empty_like(x)
    np.maximum(x[:, ::2], 0, out=y[:, ::2])
    np.minimum(x[:, 1::2], 0, out=y[:, 1::2])
    return y


def _brelu_shape(x: Any) -> Shape:
    if len(x.shape) < 2:
        raise ShapeError("brelu", "x has no channels", operands={"x": x}, fits="x (N, C, *positions)")
    return tuple(x.shape)


brelu_gate_p: Primitive = Primitive(
    "brelu_gate",
    in_blocks(formulas.nonzero_gate),
    "g y",
    shape=elementwise("brelu_gate", "g", "y"),
    transposes={"g": lambda h, y: brelu_gate_p(h, y)},
    check_first=False,
    title="brelu gate",
)
brelu_p: Primitive = Primitive(
    "brelu",
    _brelu,
    "x",
    shape=_brelu_shape,
    vjps={"x": lambda g, out: brelu_gate_p(g, out)},
    diagonal=True,
)


@checked
def leaky_relu(x: Any, slope: float = 0.01) -> Tensor:
    """Leaky ReLU: ``slope * x`` for x < 0, x for x >= 0.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.
    slope : float
        Any finite number; the lecture uses 0.01 and, on another slide, 0.1.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g * slope`` for x < 0, ``g`` for x >= 0, also at the kink x = 0. With a slope
        above 0 the result is kept for it, else x.

    Raises
    ------
    RangeError
        When ``slope`` is not finite.

    Notes
    -----
    Section 3 of the lecture, row "leaky ReLU". Maas, Hannun, Ng: Rectifier Nonlinearities Improve Neural
    Network Acoustic Models (2013).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.leaky_relu(ag.tensor([-2.0, 0.0, 3.0]), slope=0.1)
    tensor([-0.2,  0. ,  3. ], dtype=float32)
    """
    if not math.isfinite(slope):
        raise RangeError("leaky_relu", f"slope={slope!r} is not finite", fits="slope=0.01")
    if slope > 0:
        return apply(leaky_relu_p, (as_float(x),), {"slope": float(slope)})
    return apply(prelu_p, (as_float(x), float(slope)))


@checked
@composite
def rrelu(
    x: Any,
    lower: float = 1 / 8,
    upper: float = 1 / 3,
    rng: Generator | None = None,
    training: bool = True,
) -> Tensor:
    """Randomised leaky ReLU: ``a * x`` for x < 0, x for x >= 0, with a drawn for each value while training.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.
    lower, upper : float
        While training a is drawn uniformly between them; otherwise it is their mean.
    rng : numpy.random.Generator
        Draws the slopes; it must be given when they are drawn.
    training : bool
        Whether to draw.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g * a`` for x < 0, ``g`` for x >= 0, also at the kink x = 0.

    Raises
    ------
    RangeError
        When lower and upper are not finite and in order, or there is no generator to draw from.

    Notes
    -----
    Section 3 of the lecture, row "RReLU". Xu and others: Empirical Evaluation of Rectified Activations in
    Convolutional Network (2015).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.rrelu(ag.tensor([-1.0, -1.0, 2.0]), rng=np.random.default_rng(0))
    tensor([-0.30221337, -0.25770032,  2.        ], dtype=float32)
    >>> ag.rrelu(ag.tensor([-1.0, 2.0]), 0.25, 0.75, training=False)
    tensor([-0.5,  2. ], dtype=float32)
    """
    check_slopes("rrelu", lower, upper)
    values = as_float(x)
    if not training:
        return leaky_relu(values, (lower + upper) / 2)
    if rng is None:
        raise RangeError(
            "rrelu", "while training the slopes need a generator", fits="rng=np.random.default_rng(seed)"
        )
    # without values there is nothing to draw, and the generator must not move
    drawn: Any = (
        Abstract(values.shape, values.dtype)
        if isinstance(values._data, Abstract)
        else _uniform(rng, values.shape, values.dtype, lower, upper)
    )
    slopes = Tensor(drawn)
    slopes.name = "slopes"
    return apply(prelu_p, (values, slopes))


def check_slopes(op: str, lower: float, upper: float) -> None:
    """Refuse limits between which no slope can be drawn."""
    if not -math.inf < lower <= upper < math.inf:
        raise RangeError(
            op, f"no slope lies between lower={lower!r} and upper={upper!r}", fits="lower=1/8, upper=1/3"
        )


def _uniform(rng: Generator, shape: Shape, dtype: Any, lower: float, upper: float) -> Any:
    drawn = drawing(rng).random(shape, np.float64 if dtype == np.float64 else np.float32)
    drawn *= upper - lower
    drawn += lower
    return drawn.astype(dtype, copy=False)


def brelu(x: Any) -> Tensor:
    """Bipolar ReLU: ``relu(x)`` in channels with an even number, ``-relu(-x)`` in odd ones.

    Parameters
    ----------
    x : array_like
        (N, C, *positions): channels lie on axis 1 and count from 0. Integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g`` where the result is not 0 (nor NaN), exactly 0 elsewhere, also at the kink
        x = 0.

    Raises
    ------
    ShapeError
        When x has fewer than two axes.

    Notes
    -----
    Section 3 of the lecture, row "BReLU"; "i mod 2" is the parity of the channel. Eidnes, Nokland: Shifting
    Mean Activation Towards Zero with Bipolar Activation Functions (2017).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.brelu(ag.tensor([[-1.0, -1.0, 2.0, 2.0]]))
    tensor([[ 0., -1.,  2.,  0.]], dtype=float32)
    """
    return apply(brelu_p, (as_float(x),))


def relu6(x: Any) -> Tensor:
    """ReLU with a ceiling: x kept between 0 and 6.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g`` for 0 < x < 6, exactly 0 elsewhere, also at both kinks.

    Notes
    -----
    Krizhevsky: Convolutional Deep Belief Networks on CIFAR-10 (2010).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.relu6(ag.tensor([-1.0, 3.0, 8.0]))
    tensor([0., 3., 6.], dtype=float32)
    """
    return apply(relu6_p, (as_float(x),))
