"""What a recorded graph keeps alive for its backward pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn._graph import Node, ancestors
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import DTypeError
from autograd_cnn.lines import Line


@dataclass(frozen=True)
class SavedBuffer:
    """One piece of memory that rules need.

    Attributes
    ----------
    op, name : str
        The first operation that keeps it, and what its rule calls it.
    shape, dtype
        Of the value.
    nbytes : int
        Bytes of the whole buffer behind the value.
    line : Line
        Where the user called the operation.
    users : int
        How many kept values lie in this buffer.
    """

    op: str
    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    nbytes: int
    line: Line
    users: int


@dataclass(frozen=True)
class SavedBytes:
    """All buffers that a graph keeps, largest first; `print` shows a table.

    Parameters' own memory is not counted: it is there with or without the graph.
    """

    buffers: tuple[SavedBuffer, ...]

    @property
    def total(self) -> int:
        """Bytes of all buffers together, each counted once."""
        return sum(buffer.nbytes for buffer in self.buffers)

    def __str__(self) -> str:
        rows = [
            f"{b.nbytes:>12,}  {b.op}: {b.name} {b.dtype} {b.shape}"
            + (f", shared by {b.users}" if b.users > 1 else "")
            + f"  at {b.line}"
            for b in self.buffers
        ]
        return "\n".join([*rows, f"{self.total:>12,}  bytes kept"])


@checked
def saved_bytes(*tensors: Tensor) -> SavedBytes:
    """List what the graph behind some tensors keeps for the backward pass, by operation and line.

    Parameters
    ----------
    *tensors : Tensor
        Results; everything they were computed from is looked at. Values freed by a sweep no longer count.

    Returns
    -------
    SavedBytes
        Buffers, largest first. A buffer that several rules keep, or keep views of, counts once.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> x = ag.tensor(np.ones((1, 16, 10, 10), np.float32), requires_grad=True)
    >>> [(b.op, b.name, b.nbytes) for b in ag.saved_bytes(ag.max_pool2d(ag.relu(x), 2)).buffers]
    [('relu', 'out', 6400), ('max_pool', 'switches', 400)]
    """
    for number, t in enumerate(tensors):
        if not isinstance(t, Tensor):
            raise DTypeError(
                "saved_bytes", f"argument {number} is a {type(t).__name__}", fits="Tensors that were computed"
            )
    nodes = ancestors({t.node: None for t in tensors if t.node is not None})
    parameters = {id(_owner(v._data)) for node in nodes for v in node.inputs if isinstance(v, Tensor)}
    first: dict[int, tuple[Node, str, NDArray[Any]]] = {}
    users: dict[int, int] = {}
    for node in reversed(nodes):
        for kept in () if node.freed else node.saved:
            if not isinstance(kept.array, np.ndarray) or id(_owner(kept.array)) in parameters:
                continue
            key = id(_owner(kept.array))
            first.setdefault(key, (node, kept.name, kept.array))
            users[key] = users.get(key, 0) + 1
    buffers = [
        SavedBuffer(
            node.primitive.name, name, array.shape, array.dtype, _owner(array).nbytes, node.line, users[key]
        )
        for key, (node, name, array) in first.items()
    ]
    return SavedBytes(tuple(sorted(buffers, key=lambda b: -b.nbytes)))


def _owner(array: NDArray[Any]) -> NDArray[Any]:
    """Give the array that owns a view's memory."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array
