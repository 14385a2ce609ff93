"""Batch, layer, group and instance normalisation: one primitive, along different axes."""

from __future__ import annotations

import math
from typing import Any

from autograd_cnn._apply import apply, apply_all
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import RangeError, ShapeError
from autograd_cnn.kernels.normalisation import Axes
from autograd_cnn.ops._normalising import affine_p, normalise_p
from autograd_cnn.ops._operands import as_float, as_floats
from autograd_cnn.ops._shapes import Shape
from autograd_cnn.ops.arithmetic import maximum
from autograd_cnn.ops.elementwise import sqrt
from autograd_cnn.ops.movement import reshape


def _operands(op: str, x: Any, weight: Any, bias: Any, shape: Shape, own: Shape) -> tuple[Tensor, Any, Any]:
    """Bring x, weight and bias to one dtype; weight and bias, of shape ``own``, take x's rank."""
    given = [value for value in (weight, bias) if value is not None]
    first, *rest = as_floats(x, *given)
    names = [name for name, value in (("weight", weight), ("bias", bias)) if value is not None]
    for name, value in zip(names, rest, strict=True):
        if value.shape != own:
            raise ShapeError(
                op,
                f"the {name} has the wrong shape",
                operands={"x": first, **dict(zip(names, rest, strict=True))},
                fits=f"a {name} of shape {own}",
            )
    parts = dict(zip(names, (reshape(value, shape) for value in rest), strict=True))
    return first, parts.get("weight", 1.0), parts.get("bias", 0.0)


def _check(op: str, x: Tensor, least: int, epsilon: float) -> None:
    if x.ndim < least:
        raise ShapeError(
            op,
            f"x has {x.ndim} axes, fewer than {least}",
            operands={"x": x},
            rule="x (samples, channels, *positions)",
            fits=f"x with at least {least} axes",
        )
    check_epsilon(op, epsilon)


def check_epsilon(op: str, epsilon: float) -> None:
    """Refuse what would leave nothing to divide by where all values are equal."""
    if not epsilon > 0:
        raise RangeError(op, f"epsilon={epsilon!r} must be above 0", fits="1e-5")


def _run(op: str, x: Tensor, weight: Any, bias: Any, axes: Axes, epsilon: float) -> tuple[Tensor, ...]:
    if not math.prod(x.shape[axis] for axis in axes):
        raise ShapeError(op, "there is nothing to average", operands={"x": x}, fits="a non-empty x")
    return apply_all(normalise_p, (x, weight, bias), {"axes": axes, "epsilon": epsilon})


def _per_channel(x: Tensor) -> Shape:
    return (1, x.shape[1], *(1,) * (x.ndim - 2))


@checked
@composite
def batch_norm(
    x: Any,
    weight: Any = None,
    bias: Any = None,
    mean: Any = None,
    variance: Any = None,
    epsilon: float = 1e-5,
    return_statistics: bool = False,
) -> Any:
    """Normalise each channel: ``(x - mean) / sqrt(variance + epsilon) * weight + bias``.

    Parameters
    ----------
    x : array_like
        (N, C, *positions); integers become float32.
    weight, bias : array_like, optional
        (C,): learned scale and shift.
    mean, variance : array_like, optional
        (C,): statistics to use, such as running ones in evaluation. Left out, those of the batch are used:
        over samples and positions, the variance divided by their number.
    epsilon : float
        Added to the variance.
    return_statistics : bool
        Give the batch's mean and variance too, for a layer that keeps running ones.

    Returns
    -------
    Tensor, or (Tensor, Tensor, Tensor)
        Of x's shape; the statistics, of shape (C,), have no gradient. The gradient to x goes through the
        batch's statistics: with ``v = g * weight`` and normalised values z,
        ``(v - mean(v) - z * mean(v * z)) / sqrt(variance + epsilon)``.

    Raises
    ------
    ShapeError
        When x has fewer than two axes or is empty, or an operand has another shape than (C,).
    RangeError
        When epsilon is not above 0, only one of mean and variance is given, or both are and the batch's
        are asked for.

    Notes
    -----
    Ioffe, Szegedy: Batch Normalization (2015). A channel with a single value becomes its bias.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.batch_norm(ag.tensor([[1.0], [3.0]]), epsilon=1e-12)
    tensor([[-1.],
            [ 1.]], dtype=float32)
    """
    op = "batch_norm"
    image = as_float(x)
    _check(op, image, 2, epsilon)
    own, shape = image.shape[1:2], _per_channel(image)
    if (mean is None) != (variance is None) or (mean is not None and return_statistics):
        raise RangeError(
            op,
            "mean and variance go together, and are either given or returned",
            fits="both of them, or none",
        )
    image, scale, shift = _operands(op, image, weight, bias, shape, own)
    if mean is not None:
        _, centre, spread = _operands(op, image, mean, variance, shape, own)
        scale = scale / sqrt(spread + epsilon)
        return apply(affine_p, (image, scale, shift - centre * scale))
    axes = (0, *range(2, image.ndim))
    out, centre, inverse = _run(op, image, scale, shift, axes, epsilon)
    if not return_statistics:
        return out
    spread = maximum(1 / (inverse * inverse) - epsilon, 0.0)
    return out, reshape(centre, own), reshape(spread, own)


@checked
@composite
def layer_norm(x: Any, weight: Any = None, bias: Any = None, last: int = 1, epsilon: float = 1e-5) -> Tensor:
    """Normalise over the last axes of each sample, then scale and shift each of their cells by itself.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.
    weight, bias : array_like, optional
        Of the shape of the normalised axes, ``x.shape[-last:]``.
    last : int
        How many of the last axes to average over.
    epsilon : float
        Added to the variance.

    Returns
    -------
    Tensor
        Of x's shape. Gradient as in `batch_norm`.

    Raises
    ------
    ShapeError
        When there is nothing to average, or an operand has another shape.
    RangeError
        When ``last`` is no number of axes of x, or epsilon is not above 0.

    Notes
    -----
    Ba, Kiros, Hinton: Layer Normalization (2016).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.layer_norm(ag.tensor([[1.0, 3.0], [0.0, 20.0]]), epsilon=1e-12)
    tensor([[-1.,  1.],
            [-1.,  1.]], dtype=float32)
    """
    image = as_float(x)
    _check("layer_norm", image, 1, epsilon)
    if not 1 <= last <= image.ndim:
        raise RangeError(
            "layer_norm",
            f"last={last} of {image.ndim} cannot be averaged over",
            operands={"x": image},
            fits=f"a number from 1 to {image.ndim}",
        )
    own = image.shape[-last:]
    image, scale, shift = _operands("layer_norm", image, weight, bias, (1,) * (image.ndim - last) + own, own)
    return _run("layer_norm", image, scale, shift, tuple(range(image.ndim - last, image.ndim)), epsilon)[0]


@checked
@composite
def group_norm(x: Any, weight: Any = None, bias: Any = None, *, groups: int, epsilon: float = 1e-5) -> Tensor:
    """Normalise each sample's channels in groups, then scale and shift each channel.

    Parameters
    ----------
    x : array_like
        (N, C, *positions); integers become float32.
    weight, bias : array_like, optional
        (C,).
    groups : int
        Number of groups; it must divide C. Statistics are over a group's channels and positions.
    epsilon : float
        Added to the variance.

    Returns
    -------
    Tensor
        Of x's shape. Gradient as in `batch_norm`.

    Raises
    ------
    ShapeError
        When there is nothing to average, or an operand has another shape than (C,).
    RangeError
        When ``groups`` does not divide the channels, or epsilon is not above 0.

    Notes
    -----
    Wu, He: Group Normalization (2018).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.group_norm(ag.tensor([[1.0, 3.0, 0.0, 20.0]]), groups=2, epsilon=1e-12)
    tensor([[-1.,  1., -1.,  1.]], dtype=float32)
    """
    image = as_float(x)
    _check("group_norm", image, 2, epsilon)
    batch, channels, *size = image.shape
    if groups < 1 or channels % groups:
        raise RangeError(
            "group_norm",
            f"groups={groups} must divide {channels} channels",
            operands={"x": image},
            fits="groups=1",
        )
    split = (groups, channels // groups)
    image, scale, shift = _operands(
        "group_norm", image, weight, bias, (1, *split, *(1,) * len(size)), (channels,)
    )
    grouped = reshape(image, (batch, *split, *size))
    out = _run("group_norm", grouped, scale, shift, tuple(range(2, grouped.ndim)), epsilon)[0]
    return reshape(out, (batch, channels, *size))


@checked
@composite
def instance_norm(x: Any, weight: Any = None, bias: Any = None, epsilon: float = 1e-5) -> Tensor:
    """Normalise each channel of each sample over its positions, then scale and shift each channel.

    Parameters
    ----------
    x : array_like
        (N, C, *positions) with at least one axis of positions; integers become float32.
    weight, bias : array_like, optional
        (C,).
    epsilon : float
        Added to the variance.

    Returns
    -------
    Tensor
        Of x's shape. Gradient as in `batch_norm`.

    Raises
    ------
    ShapeError
        When x has no positions, or an operand has another shape than (C,).
    RangeError
        When epsilon is not above 0.

    Notes
    -----
    Ulyanov, Vedaldi, Lempitsky: Instance Normalization (2016).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.instance_norm(ag.tensor([[[1.0, 3.0], [0.0, 20.0]]]), epsilon=1e-12)
    tensor([[[-1.,  1.],
             [-1.,  1.]]], dtype=float32)
    """
    image = as_float(x)
    _check("instance_norm", image, 3, epsilon)
    image, scale, shift = _operands(
        "instance_norm", image, weight, bias, _per_channel(image), image.shape[1:2]
    )
    return _run("instance_norm", image, scale, shift, tuple(range(2, image.ndim)), epsilon)[0]
