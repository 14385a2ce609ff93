"""How a Tensor meets the world outside: NumPy's functions, Python's numbers, DLPack, buffers, copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from autograd_cnn._display import Displayed
from autograd_cnn._modes import has_tangent
from autograd_cnn.errors import GraphError, ShapeError
from autograd_cnn.primitive import LateBound
from autograd_cnn.primitive import late as _late

if TYPE_CHECKING:
    from autograd_cnn._graph import Node
    from autograd_cnn._tensor import Tensor

late: LateBound[Tensor] = _late


class Interop(Displayed):
    """What Tensor offers to other libraries and to the standard library."""

    __slots__ = ()

    if TYPE_CHECKING:
        _data: NDArray[Any]
        _node: Node | None
        _wants: bool

        def item(self) -> Any: ...
        @property
        def name(self) -> str | None: ...
        @property
        def grad(self) -> Tensor | None: ...

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        self._check_history("np.asarray", "an autograd_cnn function instead of NumPy's")
        return np.array(late.values(self), dtype=dtype, copy=copy)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **settings: Any) -> Any:
        return late.numpy_ufunc(ufunc, method, inputs, settings)

    def __array_function__(
        self, function: Any, types: Sequence[type], inputs: tuple[Any, ...], settings: Mapping[str, Any]
    ) -> Any:
        return late.numpy_function(function, inputs, settings)

    def __float__(self) -> float:
        return float(self._number("float"))

    def __int__(self) -> int:
        return int(self._number("int"))

    def __format__(self, spec: str) -> str:
        """Write the only element as Python writes a number, or with no format the tensor as ``str`` does."""
        if not spec:
            return str(self)
        if self._data.size != 1:
            raise ShapeError(
                "format",
                f"{spec!r} formats one number",
                operands={"x": self},
                fits="a tensor of one element, or np.array2string(x.numpy())",
            )
        return format(self.item(), spec)

    def _number(self, op: str) -> Any:
        """Give the only element to Python, which would go on computing without us: math.sin(x), say."""
        value = self.item()
        self._check_history(op, "ag.sin(x) and so on instead of math.sin(x)", "x.item()", "a Python number")
        return value

    def __dlpack__(self, **settings: Any) -> Any:
        """Export the values without a copy. Whoever takes them must not write to them: nothing stops it."""
        self._check_history("__dlpack__")
        array = self._data
        if array.flags.writeable or settings.get("max_version") is not None:
            return array.__dlpack__(**settings)
        # the older protocol has no word for "read only", and NumPy refuses; the values are ours to lend
        array.flags.writeable = True
        try:
            return array.__dlpack__(**settings)
        finally:
            array.flags.writeable = False

    def __dlpack_device__(self) -> tuple[int, int]:
        device: tuple[int, int] = self._data.__dlpack_device__()
        return device

    def __buffer__(self, flags: int) -> memoryview:
        """Lend the values as a read-only buffer (Python 3.12 and later ask for it)."""
        self._check_history("memoryview")
        return memoryview(late.values(self))

    def __copy__(self) -> Tensor:
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        self._check_leaf("copy")
        grad = None if self.grad is None else deepcopy(self.grad.detach(), memo)
        copied: Tensor = restored(self._data.copy(), self._wants, self.name, grad)
        memo[id(self)] = copied
        return copied

    def __reduce__(self) -> tuple[Any, ...]:
        self._check_leaf("pickle")
        grad = None if self.grad is None else self.grad.detach()
        return restored, (self._data, self._wants, self.name, grad)

    def _check_leaf(self, op: str) -> None:
        """Refuse to copy a result: its graph would come along, or be lost without a word."""
        if self._node is not None and self._wants:
            raise GraphError(
                op,
                f"this tensor was made by {self._node.primitive.name} and carries the graph behind it",
                operands={"x": self},
                fits="x.detach() for the values; to compute it anew for the graph",
            )

    def _check_history(
        self, op: str, instead: str = "", value: str = "x.numpy()", what: str = "an array"
    ) -> None:
        if self._wants or has_tangent(self):
            raise GraphError(
                op,
                f"a tensor that wants gradients would lose its history as {what}",
                operands={"x": self},
                fits=f"{value} or x.detach() for the values" + (f"; {instead}" if instead else ""),
            )


def restored(data: NDArray[Any], wants: bool, name: str | None, grad: Tensor | None) -> Tensor:
    """Make a leaf again from its parts."""
    leaf = late.Tensor(data, wants)
    leaf.name, leaf.grad = name, grad
    made: Tensor = leaf
    return made
