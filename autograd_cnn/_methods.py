"""NumPy-like methods of Tensor and its operators on masks, one line each: the work is done by `ops`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd_cnn.errors import DTypeError
from autograd_cnn.primitive import LateBound
from autograd_cnn.primitive import late as _late

if TYPE_CHECKING:
    from autograd_cnn._tensor import Tensor

late: LateBound[Tensor] = _late


class Methods:
    """What Tensor has in common with a NumPy array beyond arithmetic."""

    __slots__ = ()

    def min(self, axis: Any = None, keepdims: bool = False, ties: str = "first") -> Tensor:
        """Smallest over axes; see `autograd_cnn.min`."""
        return late.min(self, axis, keepdims, ties)

    def prod(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        """Product over axes; see `autograd_cnn.prod`."""
        return late.prod(self, axis, keepdims)

    def var(self, axis: Any = None, ddof: int = 0, keepdims: bool = False) -> Tensor:
        """Variance over axes; see `autograd_cnn.var`."""
        return late.var(self, axis, ddof, keepdims)

    def std(self, axis: Any = None, ddof: int = 0, keepdims: bool = False) -> Tensor:
        """Standard deviation over axes; see `autograd_cnn.std`."""
        return late.std(self, axis, ddof, keepdims)

    def norm(self, ord: float = 2, axis: Any = None, keepdims: bool = False) -> Tensor:
        """Length of the vectors along axes; see `autograd_cnn.norm`."""
        return late.norm(self, ord, axis, keepdims)

    def logsumexp(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        """Logarithm of the sum of exponentials; see `autograd_cnn.logsumexp`."""
        return late.logsumexp(self, axis, keepdims)

    def any(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        """Whether some element is true; see `autograd_cnn.any`."""
        return late.any(self, axis, keepdims)

    def all(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        """Whether every element is true; see `autograd_cnn.all`."""
        return late.all(self, axis, keepdims)

    def argmax(self, axis: int | None = None, keepdims: bool = False) -> Tensor:
        """Position of the largest element; see `autograd_cnn.argmax`."""
        return late.argmax(self, axis, keepdims)

    def argmin(self, axis: int | None = None, keepdims: bool = False) -> Tensor:
        """Position of the smallest element; see `autograd_cnn.argmin`."""
        return late.argmin(self, axis, keepdims)

    def argsort(self, axis: int | None = -1, descending: bool = False) -> Tensor:
        """Positions in sorted order; see `autograd_cnn.argsort`."""
        return late.argsort(self, axis, descending)

    def sort(self, axis: int | None = -1, descending: bool = False) -> Tensor:
        """Sort along an axis; see `autograd_cnn.sort`."""
        return late.sort(self, axis, descending)

    def cumsum(self, axis: int | None = None) -> Tensor:
        """Running sum; see `autograd_cnn.cumsum`."""
        return late.cumsum(self, axis)

    def cumprod(self, axis: int | None = None) -> Tensor:
        """Running product; see `autograd_cnn.cumprod`."""
        return late.cumprod(self, axis)

    def dot(self, other: Any) -> Tensor:
        """Product as NumPy's ``dot``; see `autograd_cnn.dot`."""
        return late.dot(self, other)

    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
        """Diagonals of matrices; see `autograd_cnn.diagonal`."""
        return late.diagonal(self, offset, axis1, axis2)

    def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
        """Sum of the diagonals; see `autograd_cnn.trace`."""
        return late.trace(self, offset, axis1, axis2)

    def ravel(self) -> Tensor:
        """Give the elements in one row; see `autograd_cnn.ravel`."""
        return late.ravel(self)

    def swapaxes(self, axis1: int, axis2: int) -> Tensor:
        """Exchange two axes; see `autograd_cnn.swapaxes`."""
        return late.swapaxes(self, axis1, axis2)

    def squeeze(self, axis: Any = None) -> Tensor:
        """Drop axes of size 1; see `autograd_cnn.squeeze`."""
        return late.squeeze(self, axis)

    def flip(self, axis: Any = None) -> Tensor:
        """Reverse the order along axes; see `autograd_cnn.flip`."""
        return late.flip(self, axis)

    def repeat(self, repeats: Any, axis: int | None = None) -> Tensor:
        """Repeat each element; see `autograd_cnn.repeat`."""
        return late.repeat(self, repeats, axis)

    def split(self, sections: Any, axis: int = 0) -> list[Tensor]:
        """Cut along an axis; see `autograd_cnn.split`."""
        return late.split(self, sections, axis)

    def take(self, indices: Any, axis: int | None = None) -> Tensor:
        """Take slices by their places; see `autograd_cnn.take`."""
        return late.take(self, indices, axis)

    def clip(self, min: Any = None, max: Any = None) -> Tensor:
        """Limit the elements to an interval; see `autograd_cnn.clip`."""
        return late.clip(self, min, max)

    def round(self, decimals: int = 0) -> Tensor:
        """Round to decimal places; see `autograd_cnn.round`."""
        return late.round(self, decimals)

    def exp(self) -> Tensor:
        """Exponential; see `autograd_cnn.exp`."""
        return late.exp(self)

    def log(self) -> Tensor:
        """Natural logarithm; see `autograd_cnn.log`."""
        return late.log(self)

    def sqrt(self) -> Tensor:
        """Square root; see `autograd_cnn.sqrt`."""
        return late.sqrt(self)

    def square(self) -> Tensor:
        """Square; see `autograd_cnn.square`."""
        return late.square(self)

    def tanh(self) -> Tensor:
        """Hyperbolic tangent; see `autograd_cnn.tanh`."""
        return late.tanh(self)

    def __mod__(self, other: Any) -> Tensor:
        return late.remainder(self, other)

    def __rmod__(self, other: Any) -> Tensor:
        return late.remainder(other, self)

    def __floordiv__(self, other: Any) -> Tensor:
        return late.floor_divide(self, other)

    def __rfloordiv__(self, other: Any) -> Tensor:
        return late.floor_divide(other, self)

    def __and__(self, other: Any) -> Tensor:
        return late.logical_and(*_masks("and", self, other))

    def __rand__(self, other: Any) -> Tensor:
        return late.logical_and(*_masks("and", other, self))

    def __or__(self, other: Any) -> Tensor:
        return late.logical_or(*_masks("or", self, other))

    def __ror__(self, other: Any) -> Tensor:
        return late.logical_or(*_masks("or", other, self))

    def __xor__(self, other: Any) -> Tensor:
        return late.logical_xor(*_masks("xor", self, other))

    def __rxor__(self, other: Any) -> Tensor:
        return late.logical_xor(*_masks("xor", other, self))

    def __invert__(self) -> Tensor:
        return late.logical_not(*_masks("invert", self))


def _masks(op: str, *operands: Any) -> tuple[Any, ...]:
    """Let only booleans pass: on numbers the operators would mean bits."""
    for operand in operands:
        dtype = getattr(operand, "dtype", None)
        if not isinstance(operand, bool) and (dtype is None or dtype.kind != "b"):
            raise DTypeError(
                op,
                "the operators &, |, ^ and ~ join masks",
                operands={f"operand {i}": value for i, value in enumerate(operands)},
                fits="boolean tensors, such as x > 0; logical_and() and so on take numbers too",
            )
    return operands
