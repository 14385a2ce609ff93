"""Forward mode: tangents are pushed along while a function runs, by each primitive's own forward rule.

A `Tangents` object is one forward derivative under way. While it is the mode's observer, `apply` tells
it of every primitive; it looks up the inputs' tangents and runs the rule under the mode outside of it. So
forward derivatives nest, and compose with the sweep: a sweep inside one runs on Tensors, whose tangents
are pushed along too. A `Tape` notes the rules instead of running them, to be run for many tangents.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import CodeType
from typing import Any, NamedTuple

import numpy as np

from autograd_cnn._anomaly import in_tangent
from autograd_cnn._apply import source_of
from autograd_cnn._graph import next_serial
from autograd_cnn._modes import MODE, Mode, Place, switched
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import (
    AnomalyError,
    NoGradientError,
    RuleDTypeError,
    RuleNumberError,
    RuleShapeError,
    ShapeError,
    StaleValueError,
)
from autograd_cnn.lines import resolve, user_position
from autograd_cnn.ops._operands import cast
from autograd_cnn.ops.arithmetic import add_p
from autograd_cnn.ops.movement import alias_p, reshape_p
from autograd_cnn.ops.reductions import expand_p
from autograd_cnn.primitive import Primitive, Rule, late, zero
from autograd_cnn.transforms.operands import directions, operands, results


@dataclass(frozen=True, slots=True)
class Push:
    """How one input's tangent adds to the output's: the rule with the values it needs.

    Without a rule the op is linear in the input, and the op itself pushes: ``kept`` are its inputs.
    """

    primitive: Primitive
    position: int
    rule: Rule | None
    kept: tuple[Any, ...]
    settings: Mapping[str, Any]

    def __call__(self, tangent: Tensor) -> Tensor:
        """Give what the tangent adds."""
        if self.rule is None:
            moved = [tangent if i == self.position else value for i, value in enumerate(self.kept)]
            result: Tensor = self.primitive(*moved, **self.settings)
            return result
        extra = {"position": self.position} if self.primitive.variadic else {}
        pushed: Tensor = self.rule(tangent, *self.kept, **self.settings, **extra)
        return pushed


class Made(NamedTuple):
    """What a tangent belongs to: an output, where it was made, and the user's line."""

    shape: tuple[int, ...]
    dtype: Any
    place: Place
    at: tuple[CodeType, int]


def push_of(
    primitive: Primitive, position: int, inputs: Sequence[Any], outputs: Sequence[Tensor], settings: Any
) -> Push | None:
    """Find how the tangent of one input is pushed; None when the derivative is known to be zero."""
    name = primitive.inputs[0] if primitive.variadic else primitive.inputs[position]
    if primitive.rules.get(name) is zero:
        return None
    rule = primitive.jvps.get(name)
    if rule is not None:
        return Push(primitive, position, rule, primitive.values_for(rule, inputs, outputs), settings)
    if name in primitive.linear:
        others = tuple(None if i == position else value for i, value in enumerate(inputs))
        return Push(primitive, position, None, others, settings)
    raise NoGradientError(
        primitive.name,
        f"there is no forward rule for its input {primitive.input_name(position)!r}",
        operands={name: inputs[position]},
        fits=primitive.forward_hint,
    )


class Tangents:
    """The tangents of one forward derivative, by what their values came from.

    Its rules are recorded only once a value has come in from outside that wants gradients: what a reverse
    derivative inside opened is nobody's business outside, though rules meet it.
    """

    def __init__(self, outer: Mode, inputs: Sequence[Tensor]) -> None:
        self.outer, self._quiet = outer, replace(outer, recording=False)
        self._start = next_serial()
        self._opened: set[Tensor] = set()
        self._known: dict[Any, Any] = {}
        self.recorded = outer.recording and any(x._wants for x in inputs)

    def of(self, value: Any) -> Any:
        """Give the tangent of a value, or None for a known zero."""
        return self._known.get(_key(value)) if isinstance(value, Tensor) and not value.output else None

    def set(self, value: Tensor, tangent: Any) -> None:
        """File the tangent of a value."""
        self._known[_key(value)] = tangent

    def saw(
        self, primitive: Primitive, inputs: tuple[Any, ...], settings: Mapping[str, Any], outputs: Any
    ) -> None:
        """Work out the tangent of the first output from those of the inputs."""
        if self.outer.observer is not None:
            self.outer.observer.saw(primitive, inputs, settings, outputs)
        if not primitive.differentiable or MODE.get().constant:
            return
        self._look(inputs, outputs)
        tangents = [(position, self.of(value)) for position, value in enumerate(inputs)]
        results = outputs if isinstance(outputs, tuple) else (outputs,)
        place = MODE.get().place
        token = MODE.set(self.outer if self.recorded else self._quiet)
        try:
            pushes = [
                (push, tangent)
                for position, tangent in tangents
                if tangent is not None
                and (push := push_of(primitive, position, inputs, results, settings)) is not None
            ]
            if pushes:
                self._file(pushes, results[0], place)
        finally:
            MODE.reset(token)

    def _look(self, inputs: tuple[Any, ...], outputs: Any) -> None:
        """See whether a value from outside that wants gradients comes in; note leaves opened inside."""
        if outputs.__class__ is Tensor and outputs._wants and outputs._node is None:
            self._opened.add(outputs)
        if not self.recorded and self.outer.recording:
            self.recorded = any(x.__class__ is Tensor and x._wants and self._foreign(x) for x in inputs)

    def _foreign(self, x: Tensor) -> bool:
        return x not in self._opened if x._node is None else x._node.serial < self._start

    def _file(self, pushes: list[tuple[Push, Any]], output: Tensor, place: Place) -> None:
        made = Made(output.shape, output.dtype, place, user_position())
        with np.errstate(all="ignore"):  # an infinite derivative is a value and no accident
            self.set(output, _total(pushes, made))


class Tape(Tangents):
    """Notes in order which rules a function's tangents go through, with the values they need."""

    def __init__(self, outer: Mode, inputs: Sequence[Tensor]) -> None:
        super().__init__(outer, inputs)  # a tangent here is the number of its slot
        self._steps: list[tuple[list[tuple[Push, int]], int, Made]] = []
        self._slots = 0
        self._leaves: dict[Tensor, int] = {}  # what the rules keep and a user may assign, with its version

    def new_slot(self) -> int:
        """Number a tangent."""
        self._slots += 1
        return self._slots - 1

    def _file(self, pushes: list[tuple[Push, Any]], output: Tensor, place: Place) -> None:
        slot = self.new_slot()
        self._steps.append((pushes, slot, Made(output.shape, output.dtype, place, user_position())))
        for push, _ in pushes:
            self._leaves.update({v: v.version for v in push.kept if isinstance(v, Tensor) and v.is_leaf})
        self.set(output, slot)

    def finish(self) -> None:
        """Forget which values the slots belong to."""
        self._known.clear()
        self._opened.clear()

    def play(self, tangents: Sequence[Tensor]) -> dict[int, Tensor]:
        """Push tangents, one for each of the first slots, through all rules."""
        if late.last_assignment > self._start:
            self._check_assigned()
        known: dict[int, Tensor] = dict(enumerate(tangents))
        recording = MODE.get().recording and (self.recorded or any(t._wants for t in tangents))
        with switched(recording=recording), np.errstate(all="ignore"):
            self._play(known)
        return known

    def _check_assigned(self) -> None:
        for leaf, version in self._leaves.items():
            if leaf.version != version:
                name = leaf.name or "tensor"
                raise StaleValueError(
                    "linearize",
                    f"{name!r} was assigned a new value after the function was linearised with the old one",
                    operands={name: leaf},
                    fits="linearize again",
                )

    def _play(self, known: dict[int, Tensor]) -> None:
        for pushes, slot, made in self._steps:
            known[slot] = _total([(push, known[at]) for push, at in pushes], made)


def _key(tensor: Tensor) -> Any:
    """Give what a tangent is filed under: the sweep makes Tensors anew, but not what they come from."""
    if tensor.node is not None:
        return tensor.node
    return tensor if tensor.requires_grad else source_of(tensor)


def _checked(push: Push, part: Any, shape: tuple[int, ...], dtype: Any) -> Tensor:
    """Refuse what a forward rule must not give: no Tensor, or one that cannot be the output's tangent."""
    op, input_name = push.primitive.name, push.primitive.input_name(push.position)
    said = f"the forward rule of {input_name!r} gave"
    if not isinstance(part, Tensor):
        many = isinstance(part, (tuple, list))
        what = f"{len(part)} values in a {type(part).__name__}" if many else f"{part!r}, which is no Tensor"
        raise RuleNumberError(op, f"{said} {what}", fits=f"one tangent that broadcasts to {shape}")
    given = {"tangent": part}
    padded = (1,) * (len(shape) - part.ndim) + part.shape
    if len(padded) > len(shape) or any(n not in (1, m) for n, m in zip(padded, shape, strict=True)):
        fits = f"a tangent that broadcasts to {shape}"
        raise RuleShapeError(op, f"{said} shape {part.shape}", operands=given, fits=fits)
    if part.dtype.kind != dtype.kind:
        raise RuleDTypeError(
            op, f"{said} {part.dtype} numbers", operands=given, fits=f"a tangent of dtype {dtype}"
        )
    return part


def _pushed(push: Push, tangent: Tensor, made: Made) -> Tensor:
    try:
        return _checked(push, push(tangent), made.shape, made.dtype)
    except AnomalyError as error:
        raise in_tangent(error, push.primitive, push.position, made.place, resolve(*made.at)) from None


def _total(pushes: Sequence[tuple[Push, Tensor]], made: Made) -> Tensor:
    """Add what the inputs' tangents give; repeat along broadcast axes, in the output's dtype."""
    shape, dtype = made.shape, made.dtype
    parts = [_pushed(push, tangent, made) for push, tangent in pushes]
    tangent = parts[0]
    for part in parts[1:]:
        tangent = add_p(tangent, part)
    if tangent.shape != shape:
        padded = (1,) * (len(shape) - tangent.ndim) + tangent.shape
        axes = tuple(i for i, (n, m) in enumerate(zip(padded, shape, strict=True)) if n != m)
        if padded != tangent.shape:
            tangent = reshape_p(tangent, source=tangent.shape, target=padded)
        tangent = expand_p(tangent, axis=axes, keepdims=True, shape=shape)
    return tangent if tangent.dtype == dtype else cast(tangent, source=tangent.dtype, target=dtype)


def _watched(
    level: Tangents, fn: Callable[..., Any], structure: Any, primals: Sequence[Tensor], tangents: Any
) -> Any:
    """Run ``fn`` under a forward derivative, its arguments' tangents filed."""
    # an alias has its own identity: the same tensor used inside fn from outside has no tangent
    aliases = [alias_p(p) for p in primals]
    for alias, tangent in zip(aliases, tangents, strict=True):
        level.set(alias, tangent)
    with switched(observer=level, constant=False):
        return fn(*structure.unflatten(aliases))


@checked
def jvp(fn: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """Forward-mode derivative: the outputs, and how they change along the tangents.

    With J the Jacobian at the primals, it gives Jv while the function runs, by each operation's own rule.

    Parameters
    ----------
    fn : callable
        Takes Tensors or trees of them, gives a Tensor or a tree.
    primals : sequence of trees of array_like
        Where to differentiate, one entry an argument; floating.
    tangents : sequence of trees of array_like
        The direction: one for each primal, of its structure and shapes.

    Returns
    -------
    (value, tangent)
        ``fn(*primals)`` and, in a tree like it, the derivative along ``tangents``; 0 where nothing changes.

    Raises
    ------
    StructureError, ShapeError
        When primals and tangents differ in structure or shape.
    DTypeError
        When a primal is not floating.
    NoGradientError
        When an operation on the way has no forward rule.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> y, dy = ag.jvp(lambda x: x * x, [ag.tensor([3.0])], [ag.tensor([1.0])])
    >>> dy
    tensor([6.], dtype=float32)
    """
    points, structure = operands("jvp", _arguments("jvp", "primals", primals))
    given = directions("jvp", "tangent", _arguments("jvp", "tangents", tangents), structure, points)
    level = Tangents(MODE.get(), [*points, *given])
    value = _watched(level, fn, structure, points, given)
    outputs, made = results("jvp", value)
    return value, made.unflatten([_or_zeros(level.of(out), out) for out in outputs])


@checked
def linearize(fn: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """Run a function once, and give with its value the linear map v to Jv, to be called for many v.

    Like `jvp` with the function's own work done beforehand: calling the map runs only forward rules.

    Parameters
    ----------
    fn : callable
        Takes Tensors or trees of them, gives a Tensor or a tree.
    *primals : trees of array_like
        Where to differentiate; floating.

    Returns
    -------
    (value, pushforward)
        ``pushforward(*tangents)`` takes one tree for each primal and gives a tree like the value. What its
        rules need lives as long as it does.

    Raises
    ------
    DTypeError
        When a primal is not floating.
    NoGradientError
        When an operation on the way has no forward rule, or there is nothing to differentiate.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> y, pushforward = ag.linearize(lambda x: ag.exp(x), ag.tensor([0.0, 0.0]))
    >>> pushforward(ag.tensor([1.0, 0.0]))
    tensor([1., 0.], dtype=float32)
    >>> pushforward(ag.tensor([0.0, 3.0]))
    tensor([0., 3.], dtype=float32)
    """
    points, structure = operands("linearize", primals)
    tape = Tape(MODE.get(), points)
    value = _watched(tape, fn, structure, points, [tape.new_slot() for _ in points])
    outputs, made = results("linearize", value)
    slots = [tape.of(out) for out in outputs]
    tape.finish()

    def pushforward(*tangents: Any) -> Any:
        """Give the change of the value along the tangents."""
        given = directions("linearize", "tangent", tangents, structure, points)
        known = tape.play(given)
        return made.unflatten(
            [_or_zeros(None if s is None else known[s], out) for s, out in zip(slots, outputs, strict=True)]
        )

    return value, pushforward


def _arguments(op: str, what: str, given: Any) -> tuple[Any, ...]:
    if not isinstance(given, (tuple, list)):
        raise ShapeError(
            op,
            f"{what} must be a sequence, one entry for each argument of the function",
            operands={what: given},
            fits=f"{what}=[x]",
        )
    return tuple(given)


def _or_zeros(tangent: Tensor | None, like: Tensor) -> Tensor:
    return Tensor(np.zeros(like.shape, like.dtype)) if tangent is None else tangent
