"""The layer that makes pictures larger or smaller by interpolation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked, choice, whole_numbers
from autograd_cnn.errors import RangeError
from autograd_cnn.nn._settings import unusual
from autograd_cnn.nn.module import Module
from autograd_cnn.ops._windows import per_axis
from autograd_cnn.ops.interpolation import Interpolation, check_resizing, interpolate

_RANKS = {"linear": 1, "bilinear": 2, "trilinear": 3}


class Interpolate(Module):
    """Interpolation layer, elsewhere called Upsample; see `autograd_cnn.interpolate`.

    It makes (N, C, *size) of (N, C, *positions), with one to three spatial axes; `autograd_cnn.interpolate`
    says from which place of x each cell is taken.

    Parameters
    ----------
    size : int or one an axis, optional
        New spatial sizes.
    scale : float or one an axis, optional
        Or the factors; the new size is ``floor(N * scale)``. Give exactly one of the two.
    mode : {"nearest", "linear", "bilinear", "trilinear"}
        The linear ones name the number of axes: one, two, three.
    align_corners : bool
        Put the first and last cells of input and output at the same places; linear modes only.

    Raises
    ------
    RangeError
        When a setting is not understood, or not exactly one of ``size`` and ``scale`` is given.
    ShapeError
        When called with x that has no or more than three spatial axes, or an empty one.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.Interpolate(scale=2)(ag.tensor([[[1.0, 3.0]]]))
    tensor([[[1., 1., 3., 3.]]], dtype=float32)
    """

    @checked
    def __init__(
        self,
        size: int | Sequence[int] | None = None,
        scale: float | Sequence[float] | None = None,
        mode: Interpolation = "nearest",
        align_corners: bool = False,
    ) -> None:
        choice("Interpolate", "mode", mode, ("nearest", *_RANKS))
        check_resizing("Interpolate", size, scale, mode, align_corners)
        sizes = whole_numbers(size)
        given = sizes if scale is None else scale
        count = len(given) if isinstance(given, (tuple, list)) else 1
        rank = _RANKS.get(
            mode, min(max(count, 1), 3)
        )  # as many axes as numbers, where the mode leaves it open
        if sizes is not None:
            per_axis("Interpolate", "size", sizes, rank)
        factors = scale if isinstance(scale, Sequence) else [1.0 if scale is None else scale] * rank
        if len(factors) != rank or not all(factor > 0 for factor in factors):
            raise RangeError(
                "Interpolate",
                f"scale={scale!r} is not understood",
                fits=f"a number above 0, or {rank} of them",
            )
        self.size, self.scale, self.mode, self.align_corners = sizes, scale, mode, align_corners

    def forward(self, x: Any) -> Tensor:
        """Resize x (N, C, *positions)."""
        return interpolate(x, self.size, self.scale, self.mode, self.align_corners)

    def describe(self) -> str:
        """Say the new size or the factors, and the mode."""
        size = f"scale {self.scale}" if self.size is None else f"size {self.size}"
        return f"{size}, {self.mode}" + unusual(self, align_corners=False)
