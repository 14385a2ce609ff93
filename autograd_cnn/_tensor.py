"""Tensor: an array that remembers what it was computed from; `apply` does the remembering."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from autograd_cnn._graph import Node, RareTensor, next_serial
from autograd_cnn._hooks import HookHandle
from autograd_cnn._interop import Interop
from autograd_cnn._methods import Methods
from autograd_cnn._modes import MODE
from autograd_cnn.abstract import Abstract
from autograd_cnn.checks import numbers
from autograd_cnn.errors import AbstractValueError, DTypeError, GraphError, NoGradientError, ShapeError
from autograd_cnn.primitive import LateBound
from autograd_cnn.primitive import late as _late

late: LateBound[Tensor] = _late
NO_SETTINGS: Mapping[str, Any] = {}
NOTHING: tuple[Any, ...] = ()


class Tensor(Interop, Methods):
    """An n-dimensional array that takes part in differentiation.

    Make one with `tensor` or `from_numpy`. Its arrays are never written to after creation, so what a
    graph has recorded cannot change behind its back; `assign_` gives a leaf a new array.

    Attributes
    ----------
    requires_grad : bool
        Whether results computed from it record how, so that `backward` reaches it.
    grad : Tensor or None
        Where `backward` adds up the gradient of a leaf (or of a tensor asked to `retain_grad`).
    name : str or None
        For pictures and messages.
    """

    __slots__ = ("__weakref__", "_data", "_node", "_port", "_rare", "_wants")

    __hash__ = object.__hash__

    def __init__(
        self, data: NDArray[Any], wants: bool = False, node: Node | None = None, port: int = 0
    ) -> None:
        self._data = data
        self._wants = wants
        self._node = node
        self._port = port
        self._rare: RareTensor | None = None

    @property
    def rare(self) -> RareTensor:
        """What few tensors have; made when asked for."""
        if self._rare is None:
            self._rare = RareTensor()
        return self._rare

    @property
    def grad(self) -> Tensor | None:
        """Where `backward` adds up the gradient of a leaf (or of a tensor asked to `retain_grad`)."""
        return None if self._rare is None else self._rare.grad

    @grad.setter
    def grad(self, gradient: Tensor | None) -> None:
        if gradient is not None or self._rare is not None:
            self.rare.grad = gradient

    @property
    def name(self) -> str | None:
        """For pictures and messages."""
        return None if self._rare is None else self._rare.name

    @name.setter
    def name(self, name: str | None) -> None:
        if name is not None or self._rare is not None:
            self.rare.name = name

    @property
    def data(self) -> NDArray[Any]:
        """The values, as a read-only view: NumPy refuses to write through it."""
        self._data.flags.writeable = False  # nobody writes to it anyway; now no view of it can be unlocked
        return self._data.view()

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis."""
        return self._data.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self._data.ndim

    @property
    def size(self) -> int:
        """Number of elements."""
        return self._data.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """NumPy dtype of the elements."""
        return self._data.dtype

    @property
    def T(self) -> Tensor:  # noqa: N802 - NumPy's name
        """The tensor with its axes reversed."""
        return self.transpose()

    @property
    def node(self) -> Node | None:
        """The recorded operation that made it; None for a leaf or a constant."""
        return self._node

    @property
    def output(self) -> int:
        """Which output of `node` it is."""
        return self._port

    @property
    def is_leaf(self) -> bool:
        """Whether it was made by hand and not by a recorded operation."""
        return self._node is None

    @property
    def requires_grad(self) -> bool:
        """Whether what is computed from it records how."""
        return self._wants

    @requires_grad.setter
    def requires_grad(self, wants: bool) -> None:
        if self._node is not None:
            raise GraphError(
                "requires_grad",
                "only a leaf can be switched; this tensor was computed",
                operands={"x": self},
                fits="x.detach() first",
            )
        if wants:
            check_float("requires_grad", self._data)
        self._wants = bool(wants)

    def numpy(self) -> NDArray[Any]:
        """Give the values as a read-only NumPy array (see `data`)."""
        return self.data

    def item(self) -> Any:
        """Give the only element as a Python scalar."""
        if self._data.size != 1:
            raise ShapeError(
                "item",
                f"only one element makes a Python number, and x has {self._data.size}",
                operands={"x": self},
                fits="one of them, such as x[0]; x.numpy() for all; ag.all(x) or ag.any(x) for a condition",
            )
        return self._data.item()

    def detach(self) -> Tensor:
        """Give a tensor with the same values that has no history and wants no gradient."""
        result = Tensor(self._data)
        result.name = self.name
        return result

    def assign_(self, value: ArrayLike | Tensor, copy: bool = True) -> Tensor:
        """Give a leaf new values, of the same shape; they are cast to its dtype.

        The values are copied, unless ``copy=False`` hands over an array that nobody else will write to.

        Graphs that recorded the old values keep them; when their gradient rule needs them, a later
        `backward` raises `StaleValueError` and names the operation and its line.
        """
        if self._node is not None:
            raise GraphError(
                "assign_",
                f"only a leaf can be assigned; this tensor was made by {self._node.primitive.name}",
                operands={"x": self},
                fits="x.detach() first",
                line=None,
            )
        if MODE.get().abstract:
            raise AbstractValueError(
                "assign_",
                "a traced function cannot assign: its graph computes outputs from inputs and changes nothing",
                operands={self.name or "x": self},
                fits="returning the new value, and assigning it outside: x.assign_(graph(...))",
            )
        source = value._data if isinstance(value, Tensor) else value
        if not isinstance(source, np.ndarray) or source.dtype.kind not in "biuf":
            source = numbers("assign_", "values", source)
        array = np.array(source, dtype=self._data.dtype, copy=True if copy else None)
        if array.shape != self._data.shape:
            raise ShapeError(
                "assign_",
                "the new value must have the tensor's own shape",
                operands={"x": self, "value": array},
                fits=f"a value of shape {self.shape}",
            )
        self._data = array
        self.rare.source = None  # graphs made from now on see another constant
        self.rare.version = late.last_assignment = next_serial()
        return self

    @property
    def version(self) -> int:
        """When `assign_` was last called, on the scale of the nodes' serials; 0 if never."""
        return 0 if self._rare is None else self._rare.version

    def retain_grad(self) -> Tensor:
        """Ask `backward` to keep the gradient of this computed tensor in ``.grad`` too."""
        if not self._wants:
            raise NoGradientError("retain_grad", "this tensor wants no gradient", operands={"x": self})
        if self._node is not None:
            self._node.rare.retained = weakref.ref(self)
        return self

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> HookHandle:
        """Call a function with this tensor's gradient whenever a sweep has it complete.

        Parameters
        ----------
        hook : callable
            Takes the gradient, a Tensor of this tensor's shape. What it gives, if not None, takes its place.

        Returns
        -------
        HookHandle
            ``.remove()`` takes the hook away.

        Raises
        ------
        NoGradientError
            When the tensor wants no gradient, or is a further output (indices) that has none.
        """
        if not self._wants or self._port:
            raise NoGradientError("register_hook", "this tensor wants no gradient", operands={"x": self})
        if self._node is not None:
            return HookHandle(self._node.rare.tensor_hooks, hook)
        return HookHandle(self.rare.hooks, hook)

    def backward(
        self,
        gradient: ArrayLike | Tensor | None = None,
        retain_graph: bool = False,
        create_graph: bool = False,
    ) -> None:
        """Add the gradient of this tensor to ``.grad`` of every leaf it was computed from.

        Parameters
        ----------
        gradient : array_like, optional
            The cotangent of this tensor, of its shape. May be left out for a tensor of one element: then 1.
        retain_graph : bool
            Keep the values that the rules used, so that the graph can be swept again.
        create_graph : bool
            Record the gradient's own computation, so that it can be differentiated; implies ``retain_graph``.
            ``.grad`` then refers to the graph and the graph to the leaf: a cycle, until ``.grad`` is reset.
        """
        late.backward(self, gradient, retain_graph, create_graph)

    def reshape(self, *shape: Any) -> Tensor:
        """Give the same elements in another shape; see `autograd_cnn.reshape`."""
        return late.reshape(self, shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape)

    def transpose(self, *axes: Any) -> Tensor:
        """Permute the axes; see `autograd_cnn.transpose`."""
        return late.transpose(
            self, (axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes) or None
        )

    def flatten(self, start: int = 0) -> Tensor:
        """Join the axes from ``start`` on; see `autograd_cnn.flatten`."""
        return late.flatten(self, start)

    def astype(self, dtype: DTypeLike) -> Tensor:
        """Convert the elements; see `autograd_cnn.astype`."""
        return late.astype(self, dtype)

    def sum(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        """Sum over axes; see `autograd_cnn.sum`."""
        return late.sum(self, axis, keepdims)

    def mean(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        """Average over axes; see `autograd_cnn.mean`."""
        return late.mean(self, axis, keepdims)

    def max(self, axis: Any = None, keepdims: bool = False, ties: str = "first") -> Tensor:
        """Largest over axes; see `autograd_cnn.max`."""
        return late.max(self, axis, keepdims, ties)

    def __add__(self, other: Any) -> Tensor:
        return late.add(self, other)

    def __radd__(self, other: Any) -> Tensor:
        return late.add(other, self)

    def __sub__(self, other: Any) -> Tensor:
        return late.subtract(self, other)

    def __rsub__(self, other: Any) -> Tensor:
        return late.subtract(other, self)

    def __mul__(self, other: Any) -> Tensor:
        return late.multiply(self, other)

    def __rmul__(self, other: Any) -> Tensor:
        return late.multiply(other, self)

    def __truediv__(self, other: Any) -> Tensor:
        return late.divide(self, other)

    def __rtruediv__(self, other: Any) -> Tensor:
        return late.divide(other, self)

    def __pow__(self, other: Any) -> Tensor:
        return late.power(self, other)

    def __rpow__(self, other: Any) -> Tensor:
        return late.power(other, self)

    def __matmul__(self, other: Any) -> Tensor:
        return late.matmul(self, other)

    def __rmatmul__(self, other: Any) -> Tensor:
        return late.matmul(other, self)

    def __neg__(self) -> Tensor:
        return late.negative(self)

    def __abs__(self) -> Tensor:
        return late.absolute(self)

    def __eq__(self, other: object) -> Tensor:  # type: ignore[override]
        return late.equal(self, other)

    def __ne__(self, other: object) -> Tensor:  # type: ignore[override]
        return late.not_equal(self, other)

    def __lt__(self, other: Any) -> Tensor:
        return late.less(self, other)

    def __le__(self, other: Any) -> Tensor:
        return late.less_equal(self, other)

    def __gt__(self, other: Any) -> Tensor:
        return late.greater(self, other)

    def __ge__(self, other: Any) -> Tensor:
        return late.greater_equal(self, other)

    def __getitem__(self, index: Any) -> Tensor:
        return late.index(self, index)

    def __len__(self) -> int:
        if not self._data.ndim:
            raise ShapeError("len", "a tensor without axes has no length", operands={"x": self})
        return int(self._data.shape[0])

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def __bool__(self) -> bool:
        return bool(self._data if isinstance(self._data, Abstract) else self.item())

    def __repr__(self) -> str:
        if isinstance(self._data, Abstract):
            return f"tensor({self._data})"
        values = np.array2string(self._data, separator=", ", threshold=100, prefix="tensor(")
        notes = [f"dtype={self.dtype}"]
        if self.name:
            notes.append(f"name={self.name!r}")
        if self._node is not None:
            notes.append(f"made by {self._node.primitive.name}")
        elif self._wants:
            notes.append("requires_grad=True")
        return f"tensor({values}, {', '.join(notes)})"


def check_float(op: str, array: NDArray[Any]) -> None:
    """Refuse an array that cannot be differentiated."""
    if array.dtype.kind != "f":
        raise DTypeError(
            op,
            f"only floating numbers can be differentiated, not {array.dtype}",
            operands={"x": array},
            fits="x.astype(np.float32)",
        )


late.Tensor = Tensor
late.values = Tensor.numpy
