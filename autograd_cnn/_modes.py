"""The one object that says what recording does here and now, held in one context variable.

A `Mode` is immutable. A block that changes it sets a new one and puts the old one back in ``finally``,
so an error never leaves a mode behind, and each thread starts with the default.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    from autograd_cnn._graph import Node

P = ParamSpec("P")
R = TypeVar("R")

_calls = itertools.count(1)


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """A module call or a function call under way: an entry of a node's provenance, innermost first.

    ``call`` grows with every call in the process, so two calls of one module differ by it.
    """

    parent: Scope | None
    name: str
    kind: Literal["module", "function"]
    title: str
    call: int = field(default_factory=lambda: next(_calls))
    settings: Mapping[str, object] = field(default_factory=dict)

    def path(self) -> tuple[Scope, ...]:
        """Give the scopes from the outermost to this one."""
        scopes = [self]
        while scopes[-1].parent is not None:
            scopes.append(scopes[-1].parent)
        return tuple(reversed(scopes))


@dataclass(frozen=True, slots=True)
class Origin:
    """Why a gradient node exists: the forward node, the input its rule served, and the reason."""

    node: Node
    input: int | None
    why: Literal["rule", "fan-out sum", "un-broadcast", "cast"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node comes from: the calls it was made in and, for a gradient node, why it exists."""

    scope: Scope | None = None
    origin: Origin | None = None


class Observer(Protocol):
    """What is told of each primitive as it is applied: a forward derivative, or a search for NaN."""

    def saw(self, primitive: Any, inputs: tuple[Any, ...], settings: Mapping[str, Any], outputs: Any) -> None:
        """Take note of an application, after telling the observer outside of this one."""


@dataclass(frozen=True, slots=True)
class Mode:
    """What recording does: only what wants gradients, everything (a capture), or nothing.

    ``abstract`` runs shape rules in place of kernels. ``observer`` is told of every application. While
    there is one, sweeps run their rules on Tensors, so that it sees them too. ``draws`` notes the state of
    each random generator before its first use. ``constant`` is what `no_grad` adds: no tangents either.
    ``again`` says that all this has run before, so that what a layer keeps from call to call must not move.
    """

    recording: bool = True
    capturing: bool = False
    place: Place = Place()
    abstract: bool = False
    observer: Observer | None = None
    draws: dict[int, tuple[Any, Any]] | None = None
    constant: bool = False
    again: bool = False
    plain: bool = field(init=False)
    """Whether an operation need only compute: nothing records, captures, watches or runs on shapes alone."""

    def __post_init__(self) -> None:
        busy = self.recording or self.capturing or self.abstract or self.observer is not None
        object.__setattr__(self, "plain", not busy)

    @property
    def tracing(self) -> bool:
        """Whether gradient rules must run on Tensors: somebody watches or captures what they do."""
        return self.capturing or self.abstract or self.observer is not None

    def at(self, scope: Scope | None, origin: Origin | None = None) -> Mode:
        """Give the same mode at another place."""
        place = Place(scope, origin)
        return Mode(
            self.recording,
            self.capturing,
            place,
            self.abstract,
            self.observer,
            self.draws,
            self.constant,
            self.again,
        )


def has_tangent(tensor: Any) -> bool:
    """Say whether a forward derivative under way follows a tensor."""
    observer: Any = MODE.get().observer
    while observer is not None:
        of = getattr(observer, "of", None)
        if of is not None and of(tensor) is not None:
            return True
        outer = getattr(observer, "outer", None)
        observer = outer.observer if outer is not None else None
    return False


def drawing(rng: Any) -> Any:
    """Give the generator back, its state noted for whoever will compute the same again."""
    draws = MODE.get().draws
    if draws is not None and id(rng) not in draws:
        draws[id(rng)] = (rng, rng.bit_generator.state)
    return rng


MODE: ContextVar[Mode] = ContextVar("autograd_cnn_mode", default=Mode())  # noqa: B039 - Mode is frozen


@contextmanager
def switched(**changes: Any) -> Iterator[Mode]:
    """Run a block under the current mode with some fields changed."""
    mode = replace(MODE.get(), **changes)
    token = MODE.set(mode)
    try:
        yield mode
    finally:
        MODE.reset(token)


@contextmanager
def no_grad() -> Iterator[None]:
    """Compute without recording: results never want gradients. Also a decorator: ``@ag.no_grad()``.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([1.0, 2.0], requires_grad=True)
    >>> with ag.no_grad():
    ...     y = x * 2.0
    >>> y.requires_grad
    False
    """
    with switched(recording=False, constant=True):
        yield


@contextmanager
def shapes_only() -> Iterator[None]:
    """Record everything and compute nothing: results have a shape and a dtype, but no values.

    For looking at a network without data, its gradient included. Values of leaves are not read either.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> w = ag.abstract_tensor((1000, 1000), requires_grad=True)
    >>> with ag.shapes_only():
    ...     graph = ag.gradient_graph((w @ w).sum())
    >>> [node.shape for node in graph.forward.nodes]
    [(1000, 1000), ()]
    """
    with switched(abstract=True, capturing=True):
        yield


@contextmanager
def recording_all() -> Iterator[None]:
    """Record every operation, also those of which no result wants gradients.

    For looking at a computation: what is done to data and to switches is then part of the graph too.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([1.0, 2.0])
    >>> with ag.recording_all():
    ...     y = x * 2.0
    >>> y.node.primitive.name, y.requires_grad
    ('multiply', False)
    """
    with switched(capturing=True):
        yield


def composite(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a public function made of several primitives (or better known by its own name than by theirs).

    Its nodes share a `Scope` with the function's name, so pictures show one call. Only the outermost
    function of a call opens one.
    """
    name = function.__name__

    @wraps(function)
    def scoped(*args: P.args, **kwargs: P.kwargs) -> R:
        mode = MODE.get()
        scope = mode.place.scope
        idle = not (mode.recording or mode.capturing)
        if idle or mode.place.origin is not None or (scope is not None and scope.kind == "function"):
            return function(*args, **kwargs)
        token = MODE.set(mode.at(Scope(scope, name, "function", name)))
        try:
            return function(*args, **kwargs)
        finally:
            MODE.reset(token)

    return scoped
