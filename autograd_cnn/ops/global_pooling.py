"""Global pooling: one number a channel, whatever the picture's size."""

from __future__ import annotations

from typing import Any

from autograd_cnn._apply import apply_all
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import ShapeError
from autograd_cnn.kernels.geometry import WindowGeometry
from autograd_cnn.ops._operands import as_float, as_tensor
from autograd_cnn.ops.arithmetic import Ties, check_ties
from autograd_cnn.ops.max_pooling import max_pool_p
from autograd_cnn.ops.reductions import mean


def check_image(op: str, x: Tensor) -> None:
    """Refuse anything but samples, channels and one to three spatial axes with cells in them."""
    if not 3 <= x.ndim <= 5 or not all(x.shape[2:]):
        raise ShapeError(
            op,
            f"x has no cells to pool over in {x.ndim} axes"
            if 3 <= x.ndim <= 5
            else f"x has {x.ndim} axes, not 3 to 5",
            operands={"x": x},
            rule="x (samples, channels, one to three spatial axes)",
            fits="x with 3 to 5 axes, none of the spatial ones empty",
        )


@composite
def global_max_pool(x: Any, ties: Ties = "first") -> Tensor:
    """Keep the largest value of each channel.

    Parameters
    ----------
    x : array_like
        (N, C, L), (N, C, H, W) or (N, C, D, H, W).
    ties : {"first", "last", "split"}
        Which of several equal largest cells gets the cotangent, as in `max_pool2d`.

    Returns
    -------
    Tensor
        (N, C, 1), (N, C, 1, 1) or (N, C, 1, 1, 1) of x's dtype. Gradient: ``g`` to the winner, 0 to all
        others.

    Raises
    ------
    ShapeError
        When x has another rank or an empty spatial axis.
    RangeError
        When ``ties`` is none of the three.

    Notes
    -----
    It is a max pooling whose one window covers the picture, so it can be drawn like one. NaN and ties are
    treated as there.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.global_max_pool(ag.tensor([[[[1.0, 5.0], [2.0, 3.0]]]])).item()
    5.0
    """
    check_ties("global_max_pool", ties)
    image = as_tensor(x)
    check_image("global_max_pool", image)
    size = image.shape[2:]
    ones = (1,) * len(size)
    geometry = WindowGeometry(size, size, ones, size, ((0, 0),) * len(size), ones)
    return apply_all(max_pool_p, (image,), {"geometry": geometry, "ties": ties})[0]


@composite
def global_avg_pool(x: Any) -> Tensor:
    """Average each channel.

    Parameters
    ----------
    x : array_like
        (N, C, L), (N, C, H, W) or (N, C, D, H, W); integers become float32.

    Returns
    -------
    Tensor
        (N, C, 1), (N, C, 1, 1) or (N, C, 1, 1, 1). Gradient: ``g`` over the number of cells, to each of them.

    Raises
    ------
    ShapeError
        When x has another rank or an empty spatial axis.

    Notes
    -----
    Lin, Chen, Yan: Network In Network (2013).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.global_avg_pool(ag.tensor([[[[1.0, 5.0], [2.0, 4.0]]]])).item()
    3.0
    """
    image = as_float(x)
    check_image("global_avg_pool", image)
    return mean(image, tuple(range(2, image.ndim)), keepdims=True)
