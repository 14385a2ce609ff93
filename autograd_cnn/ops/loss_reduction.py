"""How single losses become one: averaged, added up, or left as they are."""

from __future__ import annotations

from typing import Any, Literal

from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import choice
from autograd_cnn.errors import ShapeError
from autograd_cnn.ops._operands import as_floats
from autograd_cnn.ops.reductions import mean, sum

Reduction = Literal["mean", "sum", "none"]


def check_reduction(op: str, reduction: str) -> None:
    """Refuse a reduction that is none of the three."""
    choice(op, "reduction", reduction, ("mean", "sum", "none"))


def reduced(op: str, losses: Tensor, reduction: Reduction) -> Tensor:
    """Average the losses, add them up, or give them as they are."""
    check_reduction(op, reduction)
    if reduction == "none":
        return losses
    if reduction == "mean" and not losses.size:
        raise ShapeError(op, "there are no losses to average", operands={"losses": losses}, fits="a sample")
    return mean(losses) if reduction == "mean" else sum(losses)


def same_shapes(op: str, **pair: Any) -> tuple[Tensor, Tensor]:
    """Give the two operands as Tensors of one dtype; a loss that broadcasts is a mistake."""
    first, second = as_floats(*pair.values())
    if first.shape != second.shape:
        raise ShapeError(
            op,
            f"{' and '.join(pair)} differ in shape",
            operands=dict(zip(pair, (first, second), strict=True)),
            rule="losses compare element by element and do not broadcast",
            fits=f"both of shape {first.shape}",
        )
    return first, second
