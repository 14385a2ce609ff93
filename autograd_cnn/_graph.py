"""Node, Source and Recording: what was computed, from what, kept without the values that nobody needs.

A Node never holds its own output Tensor, and no closure holds a Tensor, so recorded graphs have no
reference cycles: dropping the last result frees the whole graph.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from types import CodeType
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_cnn._display import Displayed
from autograd_cnn._hooks import HookHandle, Hooks
from autograd_cnn._modes import Origin, Place, Scope
from autograd_cnn.errors import FreedGraphError, StaleValueError, signature
from autograd_cnn.lines import Line, resolve
from autograd_cnn.primitive import Plan, Primitive, late

if TYPE_CHECKING:
    from autograd_cnn._tensor import Tensor

next_serial: Callable[[], int] = itertools.count(1).__next__


# stands where a node's kept values were, after a sweep freed them; told apart by identity
FREED: tuple[Any, ...] = ("freed",)


class Source:
    """A constant that entered the graph: its shape, dtype and name, but not its value.

    The Tensor it stands for is reachable through `tensor` while the user keeps it alive.
    """

    __slots__ = ("_reference", "dtype", "name", "serial", "shape")

    def __init__(self, tensor: Tensor) -> None:
        self.serial = next_serial()
        self.shape, self.dtype, self.name = tensor.shape, tensor.dtype, tensor.name
        self._reference = weakref.ref(tensor)

    def tensor(self) -> Tensor | None:
        """Give the Tensor, or None when it is gone."""
        return self._reference()

    def __repr__(self) -> str:
        return f"<source {self.name or self.serial} {signature(self)}>"


@dataclass(frozen=True, slots=True)
class SavedValue:
    """A value kept for the backward pass: an input or an output of its node."""

    name: str
    array: Any
    is_output: bool
    position: int

    @property
    def nbytes(self) -> int:
        """Bytes of the array; 0 for a Python scalar."""
        return int(getattr(self.array, "nbytes", 0))


class Rare:
    """What few nodes have: more outputs, inputs that are such, a tensor to keep its gradient, hooks."""

    __slots__ = ("node_hooks", "outputs", "ports", "retained", "tensor_hooks")

    def __init__(self) -> None:
        self.outputs: tuple[tuple[tuple[int, ...], np.dtype[Any]], ...] = ()
        self.ports: tuple[int, ...] = ()
        self.retained: weakref.ref[Tensor] | None = None
        self.tensor_hooks: Hooks = {}
        self.node_hooks: Hooks = {}


class RareTensor:
    """What few tensors have: a gradient, a name, a version, hooks, and the `Source` that stands for them.

    ``opened`` is the serial at which a derivative made the tensor its variable, 0 for all others.
    """

    __slots__ = ("grad", "hooks", "name", "opened", "source", "version")

    def __init__(self) -> None:
        self.grad: Tensor | None = None
        self.name: str | None = None
        self.version = 0
        self.opened = 0
        self.hooks: Hooks = {}
        self.source: Source | None = None


class Node:
    """One recorded application of a primitive.

    Attributes
    ----------
    serial : int
        Order of creation: an input's serial is always smaller.
    inputs : tuple
        For each input the Node that made it, the leaf Tensor that wants gradients, the `Source` of a
        constant, or a Python scalar.
    settings : mapping
        The keyword settings of the call (axis, geometry, ...).
    shape, dtype
        Of the first output; `shapes` and `dtypes` have all of them.
    """

    __slots__ = (
        "__weakref__",
        "_code",
        "_offset",
        "_rare",
        "_saved",
        "dtype",
        "inputs",
        "place",
        "plan",
        "serial",
        "settings",
        "shape",
    )

    serial: int
    inputs: tuple[Any, ...]
    settings: Mapping[str, Any]
    plan: Plan
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    place: Place
    _saved: tuple[Any, ...]
    _rare: Rare | None
    _code: CodeType | Line
    _offset: int

    @property
    def primitive(self) -> Primitive:
        """The operation."""
        return self.plan.primitive

    @property
    def scope(self) -> Scope | None:
        """The module and function calls that the node was made in, innermost first."""
        return self.place.scope

    @property
    def origin(self) -> Origin | None:
        """For a node made by a gradient rule: the forward node, and why."""
        return self.place.origin

    @property
    def rare(self) -> Rare:
        """What few nodes have; made when asked for."""
        if self._rare is None:
            self._rare = Rare()
        return self._rare

    @property
    def ports(self) -> tuple[int, ...]:
        """Which output of its maker each input is; all 0 unless a maker has several outputs."""
        rare = self._rare
        return rare.ports if rare is not None and rare.ports else (0,) * len(self.inputs)

    @property
    def line(self) -> Line:
        """The user's line that made this node, resolved now."""
        return resolve(self._code, self._offset)

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Shape of each output."""
        return (self.shape, *(shape for shape, _ in self._rare.outputs)) if self._rare else (self.shape,)

    @property
    def dtypes(self) -> tuple[np.dtype[Any], ...]:
        """Dtype of each output."""
        return (self.dtype, *(dtype for _, dtype in self._rare.outputs)) if self._rare else (self.dtype,)

    @property
    def wanted(self) -> tuple[bool, ...]:
        """Say for each input whether it wanted a gradient when the node was recorded."""
        return self.plan.wanted

    @property
    def requires_grad(self) -> bool:
        """Whether some input wanted a gradient and the op can give one."""
        return self.primitive.differentiable and any(self.plan.wanted)

    @property
    def freed(self) -> bool:
        """Whether a sweep has freed the kept values."""
        return self._saved is FREED

    @property
    def saved(self) -> tuple[SavedValue, ...]:
        """The values kept for the backward pass; raises `FreedGraphError` once they were freed."""
        arrays = self.kept_arrays()
        return tuple(
            SavedValue(kept.name, array, kept.is_output, kept.position)
            for kept, array in zip(self.plan.keep, arrays, strict=True)
        )

    def kept_arrays(self) -> tuple[Any, ...]:
        """Give the kept values in the plan's order, checked for freed and reassigned ones."""
        saved = self._saved
        if saved is FREED:
            raise FreedGraphError(
                self.primitive.name,
                "the values that its gradient rule needs were freed by an earlier backward pass",
                operands={"output": self},
                fits="retain_graph=True in the earlier pass, or computing the forward pass again",
                line=self.line,
            )
        if late.last_assignment > self.serial:
            self._check_assigned()
        return saved

    def _check_assigned(self) -> None:
        """Refuse when a leaf whose value a rule needs was assigned after this node recorded it."""
        for position in self.plan.kept_inputs:
            leaf = self.inputs[position]
            if isinstance(leaf, late.Tensor) and leaf.version > self.serial:
                name = leaf.name or self.primitive.input_name(position)
                raise StaleValueError(
                    self.primitive.name,
                    f"{name!r} was assigned a new value after this operation had recorded the old one",
                    operands={name: leaf},
                    fits="backward() before assign_(), or computing the forward pass again",
                    line=self.line,
                )

    def register_hook(self, hook: Callable[[Node, Tensor, tuple[Tensor | None, ...]], Any]) -> HookHandle:
        """Call a function whenever a sweep has run this node's gradient rules.

        Parameters
        ----------
        hook : callable
            ``hook(node, cotangent, parts)``: the cotangent of the node's output, and what its rules made
            of it, one part an input (None where no gradient is wanted). It may give other parts, a tuple.

        Returns
        -------
        HookHandle
            ``.remove()`` takes the hook away.
        """
        return HookHandle(self.rare.node_hooks, hook)

    def free(self) -> None:
        """Let go of the kept values; the structure stays."""
        if self.plan.keep:
            self._saved = FREED

    def __repr__(self) -> str:
        return f"<node {self.serial}: {self.primitive.name} -> {signature(self)}>"


def ancestors(roots: Iterable[Node], stops: Collection[object] = ()) -> list[Node]:
    """Give the roots and every node they were computed from, latest first. Iterative and linear.

    The walk does not go past ``stops``, a set.
    """
    stack = list(roots)
    seen = set(stack)
    found = list(seen)
    while stack:
        node = stack.pop()
        if node in stops:
            continue
        for parent in node.inputs:
            if parent.__class__ is Node and parent not in seen:
                seen.add(parent)
                stack.append(parent)
                found.append(parent)
    found.sort(key=_serial, reverse=True)
    return found


_serial = attrgetter("serial")


class Recording(Displayed):
    """An immutable snapshot of the live nodes that some tensors were computed by.

    Take one with ``ag.Graph.of(*tensors)``. It holds structure, not values: it stays whole after a
    backward pass freed what the nodes kept. A program that can be run, saved and rewritten is a `Graph`,
    which `trace` makes from a function.

    Attributes
    ----------
    nodes : tuple of Node
        In order of execution.
    outputs : tuple of (Node or Tensor, int)
        For each given tensor the node and output that made it, or the leaf itself.
    leaves : tuple of Tensor
        The tensors that want gradients and were not computed, in order of first use.
    sources : tuple of Source
        The constants, in order of first use.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> w = ag.tensor([1.0, 2.0], requires_grad=True, name="w")
    >>> [node.primitive.name for node in ag.Graph.of((w * w).sum()).nodes]
    ['multiply', 'sum']
    """

    __slots__ = ("leaves", "nodes", "outputs", "sources")

    def __init__(self, nodes: Sequence[Node], outputs: Sequence[tuple[Any, int]]) -> None:
        self.nodes = tuple(nodes)
        self.outputs = tuple(outputs)
        leaves: dict[Any, None] = {}
        sources: dict[Source, None] = {}
        for value in [*(v for node in self.nodes for v in node.inputs), *(v for v, _ in self.outputs)]:
            if isinstance(value, Source):
                sources[value] = None
            elif isinstance(value, late.Tensor):
                leaves[value] = None
        self.leaves: tuple[Tensor, ...] = tuple(leaves)
        self.sources = tuple(sources)

    @classmethod
    def of(cls, *tensors: Tensor) -> Recording:
        """Take the snapshot of everything that ``tensors`` were computed from."""
        nodes = ancestors({t.node: None for t in tensors if t.node is not None})
        return cls(nodes[::-1], [(t.node or t, t.output) for t in tensors])

    def __str__(self) -> str:
        names: dict[Any, str] = {}
        for kind, values in (("w", self.leaves), ("c", self.sources)):
            for number, value in enumerate(values):
                names[value] = getattr(value, "name", None) or f"{kind}{number}"
        rows = [f"{name}: {signature(value)}" for value, name in names.items()]
        for number, node in enumerate(self.nodes):
            names[node] = f"v{number}"
            inputs = ", ".join(
                (names[value] + (f".{port}" if port else "")) if value in names else repr(value)
                for value, port in zip(node.inputs, node.ports, strict=True)
            )
            settings = "".join(f", {key}={value}" for key, value in node.settings.items())
            rows.append(
                f"{names[node]}: {signature(node)} = {node.primitive.name}({inputs}{settings})  # {node.line}"
            )
        rows.append("return " + ", ".join(names.get(value, "?") for value, _ in self.outputs))
        return "\n".join(rows)
