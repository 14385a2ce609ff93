"""Local response normalisation: channels that compete with their neighbours."""

from __future__ import annotations

import math
from typing import Any

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import RangeError, ShapeError
from autograd_cnn.kernels.geometry import WindowGeometry
from autograd_cnn.ops._gated import in_blocks
from autograd_cnn.ops._operands import as_float
from autograd_cnn.ops._shapes import elementwise
from autograd_cnn.ops.lp_pooling import even_power_p, positive_power_p
from autograd_cnn.ops.movement import reshape
from autograd_cnn.ops.window_pooling import window_sum_p
from autograd_cnn.primitive import Primitive

# one op and not two, so that the power is not kept beside its base
times_power_p: Primitive = Primitive(
    "times_power",
    in_blocks(lambda x, base, *, exponent: x * positive_power_p.kernel(base, exponent=exponent)),
    "x base",
    shape=elementwise("times_power", "x", "base"),
    vjps={
        "x": lambda g, base, *, exponent: times_power_p(g, base, exponent=exponent),
        "base": lambda g, x, base, *, exponent: times_power_p(x, base, exponent=exponent - 1) * g * exponent,
    },
    diagonal=True,
    check_first=False,
    title="times a power",
)


@checked
@composite
def local_response_norm(
    x: Any, size: int = 5, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Tensor:
    """Divide each value by a power of the energy of its neighbours in other channels.

    ``y = x / (k + alpha / size * sum of x**2 over size channels around) ** beta``

    Parameters
    ----------
    x : array_like
        (N, C, *positions); integers become float32.
    size : int
        How many channels count, centred on the value's own (``size // 2`` before it, the rest after); those
        beyond the first and last channel are zeros.
    alpha, beta, k : float
        Constants; k must be above 0, alpha from 0 on.

    Returns
    -------
    Tensor
        Of x's shape.

    Raises
    ------
    ShapeError
        When x has fewer than two axes.
    RangeError
        When a constant is out of range.

    Notes
    -----
    Krizhevsky, Sutskever, Hinton: ImageNet classification (AlexNet, 2012); the paper has k = 2 and does not
    divide alpha by the size.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.local_response_norm(ag.tensor([[3.0, 0.0]]), size=1, alpha=1.0, beta=0.5, k=7.0)
    tensor([[0.75, 0.  ]], dtype=float32)
    """
    op = "local_response_norm"
    image = as_float(x)
    if image.ndim < 2:
        raise ShapeError(op, "x has no channels", operands={"x": image}, fits="x (N, C, *positions)")
    if not (size >= 1 and k > 0 and alpha >= 0):
        raise RangeError(
            op,
            f"size={size!r}, alpha={alpha!r}, k={k!r} leave the divisor undefined",
            rule="(k + alpha / size * sum(x**2)) ** beta",
            fits="size an integer from 1 on, alpha from 0 on, k above 0",
        )
    batch, channels, *positions = image.shape
    plane = (channels, math.prod(positions))
    geometry = WindowGeometry(plane, (size, 1), plane, (1, 1), ((size // 2, (size - 1) // 2), (0, 0)), (1, 1))
    rows = reshape(image, (batch, 1, *plane))
    energy = apply(window_sum_p, (apply(even_power_p, (rows,), {"exponent": 2}),), {"geometry": geometry})
    scaled = apply(times_power_p, (rows, energy * (alpha / size) + k), {"exponent": -beta})
    return reshape(scaled, image.shape)
