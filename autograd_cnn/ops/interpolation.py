"""Resampling: nearest and linear interpolation, and the linear maps behind adaptive averages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked, near, shown
from autograd_cnn.errors import RangeError, ShapeError
from autograd_cnn.kernels.resampling import AxisMap, resample, resample_transpose
from autograd_cnn.ops._operands import as_float
from autograd_cnn.ops._windows import per_axis
from autograd_cnn.primitive import Primitive

Interpolation = Literal["nearest", "linear", "bilinear", "trilinear"]
_LINEAR = ("linear", "bilinear", "trilinear")

resample_p: Primitive = Primitive(
    "resample",
    resample,
    "x",
    shape=lambda x, *, maps: (*x.shape[:2], *(m.output for m in maps)),
    transposes={"x": lambda g, *, maps: resample_transpose_p(g, maps=maps)},
)
resample_transpose_p: Primitive = Primitive(
    "resample_transpose",
    resample_transpose,
    "y",
    shape=lambda y, *, maps: (*y.shape[:2], *(m.input for m in maps)),
    transposes={"y": lambda g, *, maps: resample_p(g, maps=maps)},
    title="spread back, adds",
)


@checked
@composite
def interpolate(
    x: Any,
    size: int | Sequence[int] | None = None,
    scale: float | Sequence[float] | None = None,
    mode: Interpolation = "nearest",
    align_corners: bool = False,
) -> Tensor:
    """Make a picture larger or smaller by interpolation.

    Output cell o along an axis lies at ``(o + 0.5) / scale - 0.5`` of the input (cells are areas; places
    outside are moved to the edge), or at ``o * (N - 1) / (N' - 1)`` with ``align_corners``. Linear
    interpolation weighs the two cells around that place, nearest takes cell ``floor(o / scale)``.

    Parameters
    ----------
    x : array_like
        (N, C, L), (N, C, H, W) or (N, C, D, H, W); integers become float32.
    size : int or one an axis, optional
        New spatial sizes.
    scale : float or one an axis, optional
        Or the factors; the new size is ``floor(N * scale)``. Give exactly one of the two.
    mode : {"nearest", "linear", "bilinear", "trilinear"}
        The linear ones name the number of axes: one, two, three.
    align_corners : bool
        Put the first and last cells of input and output at the same places; linear modes only.

    Returns
    -------
    Tensor
        (N, C, *size). Linear in x; gradient: ``g`` is sent back to the cells it was made of with the same
        weights, and adds.

    Raises
    ------
    ShapeError
        When x has no or more than three spatial axes, or an empty one.
    RangeError
        When a setting is not understood, or not exactly one of ``size`` and ``scale`` is given.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.interpolate(ag.tensor([[[1.0, 3.0]]]), size=4, mode="linear")
    tensor([[[1. , 1.5, 2.5, 3. ]]], dtype=float32)
    """
    image = as_float(x)
    rank = image.ndim - 2
    if not 1 <= rank <= 3 or not all(image.shape[2:]):
        raise ShapeError(
            "interpolate",
            "there are no cells to interpolate",
            operands={"x": image},
            rule="x (samples, channels, one to three spatial axes)",
            fits="x with 3 to 5 axes, none of the spatial ones empty",
        )
    if not isinstance(mode, str) or mode not in ("nearest", _LINEAR[rank - 1]):
        raise RangeError(
            "interpolate",
            f"mode={shown(mode)} does not go with {rank} spatial axes",
            operands={"x": image},
            fits=near(mode, ("nearest", _LINEAR[rank - 1])) + f'"nearest" or "{_LINEAR[rank - 1]}"',
        )
    check_resizing("interpolate", size, scale, mode, align_corners)
    sizes, scales = _sizes(image, size, scale)
    kind: Any = "nearest" if mode == "nearest" else "corners" if align_corners else "linear"
    if align_corners:
        scales = [None] * rank
    maps = tuple(AxisMap(kind, n, m, s) for n, m, s in zip(image.shape[2:], sizes, scales, strict=True))
    return apply(resample_p, (image,), {"maps": maps})


def check_resizing(
    op: str,
    size: int | Sequence[int] | None,
    scale: float | Sequence[float] | None,
    mode: Interpolation,
    align_corners: bool,
) -> None:
    """Refuse settings that exclude each other, whatever the picture."""
    if align_corners and mode == "nearest":
        raise RangeError(
            op, "nearest cells have no corners to align", fits="align_corners=False, or a linear mode"
        )
    if (size is None) == (scale is None):
        raise RangeError(op, "exactly one of size and scale must be given", fits="size=(14, 14), or scale=2")


def _sizes(
    image: Tensor, size: int | Sequence[int] | None, scale: float | Sequence[float] | None
) -> tuple[Sequence[int], Sequence[float | None]]:
    """Give the new sizes, and the factors where the user gave them."""
    rank = image.ndim - 2
    if size is not None:
        return per_axis("interpolate", "size", size, rank), [None] * rank
    factors = [scale] * rank if isinstance(scale, (int, float)) else list(scale or ())
    sizes = [math.floor(n * s) if s > 0 else 0 for n, s in zip(image.shape[2:], factors, strict=False)]
    if len(factors) != rank or min(sizes) < 1:
        raise RangeError(
            "interpolate",
            f"scale={scale!r} is not understood or leaves no cell",
            operands={"x": image},
            fits=f"a number above 0, or {rank} of them, that leaves at least one cell",
        )
    return sizes, factors
