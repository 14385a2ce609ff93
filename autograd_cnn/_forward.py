"""Forward mode: tangents are pushed along while a function runs, by each primitive's own forward rule.

A `Tangents` object is one forward derivative under way. While it is in the mode, `apply` tells it of
every primitive; it looks up the inputs' tangents and runs the rule under the mode outside of it. So
forward derivatives nest, and compose with the sweep: a sweep inside one runs on Tensors, whose tangents
are pushed along too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd_cnn._apply import source_of
from autograd_cnn._modes import MODE, Mode, switched
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked, numbers
from autograd_cnn.errors import DTypeError, NoGradientError, ShapeError
from autograd_cnn.ops._operands import as_tensor, cast
from autograd_cnn.ops.arithmetic import add_p
from autograd_cnn.ops.movement import alias_p, reshape_p
from autograd_cnn.ops.reductions import expand_p
from autograd_cnn.primitive import Primitive, Rule, zero


class Tangents:
    """The tangents of one forward derivative, by what their values came from."""

    def __init__(self, outer: Mode) -> None:
        self._outer = outer
        self._known: dict[Any, Tensor] = {}

    def of(self, value: Any) -> Tensor | None:
        """Give the tangent of a value, or None for a known zero."""
        return self._known.get(_key(value)) if isinstance(value, Tensor) and not value.output else None

    def set(self, value: Tensor, tangent: Tensor) -> None:
        """File the tangent of a value."""
        self._known[_key(value)] = tangent

    def push(
        self, primitive: Primitive, inputs: tuple[Any, ...], settings: Mapping[str, Any], outputs: Any
    ) -> None:
        """Work out the tangent of the first output from those of the inputs."""
        if self._outer.tangents is not None:
            self._outer.tangents.push(primitive, inputs, settings, outputs)
        tangents = [self.of(value) for value in inputs]
        if all(t is None for t in tangents) or not primitive.differentiable:
            return
        results = outputs if isinstance(outputs, tuple) else (outputs,)
        token = MODE.set(self._outer)
        try:
            total: Tensor | None = None
            for position, tangent in enumerate(tangents):
                if tangent is None:
                    continue
                part = _pushed(primitive, position, tangent, inputs, results, settings)
                if part is not None:
                    total = part if total is None else add_p(total, part)
            if total is not None:
                self.set(results[0], _fitted(total, results[0]))
        finally:
            MODE.reset(token)


def _key(tensor: Tensor) -> Any:
    """Give what a tangent is filed under: the sweep makes Tensors anew, but not what they come from."""
    if tensor.node is not None:
        return tensor.node
    return tensor if tensor.requires_grad else source_of(tensor)


def _pushed(
    primitive: Primitive,
    position: int,
    tangent: Tensor,
    inputs: Sequence[Any],
    outputs: Sequence[Tensor],
    settings: Mapping[str, Any],
) -> Tensor | None:
    """Give what one input's tangent adds to the output's."""
    name = primitive.inputs[0] if primitive.variadic else primitive.inputs[position]
    if primitive.rules.get(name) is zero:
        return None
    rule = primitive.jvps.get(name)
    if rule is None and name in primitive.linear:
        moved = [tangent if i == position else value for i, value in enumerate(inputs)]
        result: Tensor = primitive(*moved, **settings)
        return result
    if rule is None:
        raise NoGradientError(
            primitive.name,
            f"there is no forward rule for its input {primitive.input_name(position)!r}",
            operands={name: inputs[position]},
            fits="jvps={...} in its Primitive, or a reverse-mode derivative",
        )
    kept = _named_values(primitive, rule, inputs, outputs)
    extra = {"position": position} if primitive.variadic else {}
    pushed: Tensor = rule(tangent, *kept, **settings, **extra)
    return pushed


def _named_values(
    primitive: Primitive, rule: Rule, inputs: Sequence[Any], outputs: Sequence[Tensor]
) -> list[Any]:
    """Give the values that a rule's parameters name."""
    return [
        outputs[need.position] if need.is_output else inputs[need.position] for need in primitive.needs(rule)
    ]


def _fitted(tangent: Tensor, like: Tensor) -> Tensor:
    """Repeat a tangent along the axes that broadcasting added; give it the output's dtype."""
    if tangent.shape != like.shape:
        padded = (1,) * (like.ndim - tangent.ndim) + tangent.shape
        axes = tuple(i for i, (n, m) in enumerate(zip(padded, like.shape, strict=True)) if n != m)
        if padded != tangent.shape:
            tangent = reshape_p(tangent, source=tangent.shape, target=padded)
        tangent = expand_p(tangent, axis=axes, keepdims=True, shape=like.shape)
    return tangent if tangent.dtype == like.dtype else cast(tangent, source=tangent.dtype, target=like.dtype)


def push_forward(
    fn: Callable[..., Any], primals: Sequence[Tensor], tangents: Sequence[Tensor]
) -> tuple[Any, list[Tensor | None]]:
    """Run ``fn`` on the primals and push the tangents along; None stands for a known zero.

    Gives what ``fn`` gave, and the tangent of each output Tensor when it gave one or a flat sequence of them.
    """
    outer = MODE.get()
    level = Tangents(outer)
    # an alias has its own identity: the same tensor used inside fn from outside has no tangent
    aliases = [alias_p(p) for p in primals]
    for alias, tangent in zip(aliases, tangents, strict=True):
        level.set(alias, tangent)
    with switched(tangents=level):
        result = fn(*aliases)
    outputs = [result] if isinstance(result, Tensor) else list(result)
    return result, [level.of(out) for out in outputs]


@checked
def jvp(fn: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """Forward-mode derivative: the outputs, and how they change along the tangents.

    Parameters
    ----------
    fn : callable
        Takes Tensors, gives a Tensor or a tuple of them.
    primals : sequence of array_like
        Where to differentiate; floating.
    tangents : sequence of array_like
        The direction: one for each primal, of its shape.

    Returns
    -------
    (Tensor, Tensor), or (tuple, tuple) when ``fn`` gives several
        ``fn(*primals)`` and the derivative along ``tangents``; zeros where nothing changes.

    Raises
    ------
    ShapeError
        When primals and tangents differ in number or shape.
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
    if len(primals) != len(tangents):
        raise ShapeError(
            "jvp", f"{len(primals)} primals but {len(tangents)} tangents", fits="one tangent a primal"
        )
    points = [as_tensor(p) for p in primals]
    directions = []
    for number, (point, tangent) in enumerate(zip(points, tangents, strict=True)):
        if point.dtype.kind != "f":
            raise DTypeError(
                "jvp", f"primal {number} is not floating", operands={"primal": point}, fits="float data"
            )
        direction = (
            tangent
            if isinstance(tangent, Tensor)
            else Tensor(numbers("jvp", "tangent", tangent, point.dtype))
        )
        if direction.shape != point.shape:
            raise ShapeError(
                "jvp",
                f"tangent {number} has another shape than its primal",
                operands={"primal": point, "tangent": direction},
                fits=f"a tangent of shape {point.shape}",
            )
        directions.append(direction)
    result, pushed = push_forward(fn, points, directions)
    if isinstance(result, Tensor):
        return result, _or_zeros(pushed[0], result)
    outputs = tuple(result)
    return outputs, tuple(_or_zeros(t, out) for t, out in zip(pushed, outputs, strict=True))


def _or_zeros(tangent: Tensor | None, like: Tensor) -> Tensor:
    return Tensor(np.zeros(like.shape, like.dtype)) if tangent is None else tangent
