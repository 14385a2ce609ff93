"""Analytic derivatives for a check: rows by sweeps, columns by forward tangents, and an audit of rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn._graph import Node, ancestors
from autograd_cnn._outside import is_outside
from autograd_cnn._reverse import gradients
from autograd_cnn._tensor import Tensor
from autograd_cnn.abstract import Abstract
from autograd_cnn.errors import RuleDTypeError, RuleError, RuleNumberError, RuleShapeError
from autograd_cnn.transforms.forward import jvp

Array = NDArray[Any]
MOST_ROWS = 256  # sweeps of one check


class Rows:
    """Which outputs a row of the compared Jacobian stands for.

    Up to `MOST_ROWS` output elements each have a row of their own. More are joined, neighbours with
    neighbours, by random weights.
    """

    def __init__(self, outputs: int, rng: np.random.Generator, most: int = MOST_ROWS) -> None:
        self.outputs = outputs
        self.count = min(outputs, most)
        self.joined = outputs > most
        self.weights = rng.uniform(0.5, 1.5, outputs) if self.joined else np.ones(outputs)
        self.starts = np.arange(self.count) * outputs // max(self.count, 1)

    def join(self, values: Array) -> Array:
        """Join output elements into rows: (points, outputs) to (points, rows)."""
        if not self.joined:
            return values
        return np.add.reduceat(values * self.weights, self.starts, axis=1)

    def cotangents(self) -> Iterator[Array]:
        """Give for each row the cotangent of all output elements."""
        ends = [*self.starts[1:], self.outputs][: self.count]
        for start, end in zip(self.starts, ends, strict=True):
            cotangent = np.zeros(self.outputs)
            cotangent[start:end] = self.weights[start:end]
            yield cotangent

    def row_of(self, output: int) -> int:
        """Give the row that an output element went into."""
        return int(np.searchsorted(self.starts, output, side="right")) - 1


def gradients_along(
    outputs: Sequence[Tensor], inputs: Sequence[Tensor], cotangent: Array, create_graph: bool = False
) -> list[Tensor]:
    """Give the inputs' gradients for one cotangent of all output elements; zeros where none depends."""
    outs, parts, start = [], [], 0
    for t in outputs:
        if t.requires_grad:
            outs.append(t)
            parts.append(cotangent[start : start + t.size].reshape(t.shape))
        start += t.size
    if not outs:
        return [Tensor(np.zeros(t.shape)) for t in inputs]
    return list(gradients(outs, inputs, parts, create_graph))


def reverse_jacobian(outputs: Sequence[Tensor], inputs: Sequence[Tensor], rows: Rows) -> list[Array]:
    """Give for each input its (rows, elements) part of the Jacobian, a sweep a row."""
    jacobians = [np.zeros((rows.count, t.size)) for t in inputs]
    if not any(t.requires_grad for t in outputs):
        return jacobians
    for number, cotangent in enumerate(rows.cotangents()):
        for jacobian, g in zip(jacobians, gradients_along(outputs, inputs, cotangent), strict=True):
            jacobian[number] = g._data.reshape(-1)
    return jacobians


def push(
    function: Callable[[Sequence[Tensor]], list[Tensor]],
    tensors: Sequence[Tensor],
    moves: dict[int, Array],
) -> Array:
    """Give how all output elements change along a direction, by the forward rules."""
    numbers = list(moves)

    def along(*values: Tensor) -> list[Tensor]:
        full = list(tensors)
        for number, value in zip(numbers, values, strict=True):
            full[number] = value
        return function(full)

    _, pushed = jvp(along, [tensors[n] for n in numbers], [Tensor(moves[n]) for n in numbers])
    parts = [t._data.reshape(-1) for t in pushed]
    return np.concatenate(parts) if parts else np.zeros(0)


def forward_jacobian(
    function: Callable[[Sequence[Tensor]], list[Tensor]], tensors: Sequence[Tensor], number: int, rows: Rows
) -> Array:
    """Give one input's (rows, elements) part of the Jacobian, a push an element."""
    here = tensors[number]
    columns = []
    for element in range(here.size):
        move = np.zeros(here.size)
        move[element] = 1.0
        columns.append(push(function, tensors, {number: move.reshape(here.shape)}))
    return rows.join(np.array(columns)).T if columns else np.zeros((rows.count, 0))


def audit(outputs: Sequence[Tensor], rng: np.random.Generator) -> int:
    """Run each rule that a gradient of the outputs would run, once, and refuse what is no cotangent.

    Stricter than the sweep, which casts between floats: where input and output have one dtype, the cotangent
    must have it too. Gives how many rules ran.

    Raises
    ------
    RuleNumberError, RuleShapeError, RuleDTypeError
        Naming the op, the input and what the rule gave.
    """
    ran = 0
    for node in ancestors({t.node: None for t in outputs if t.node is not None and t.requires_grad}):
        if is_outside(node.primitive.shape):
            _check_shape_rule(node)
        kept = node.kept_arrays()
        cotangent = rng.standard_normal(node.shape).astype(node.dtype)
        if node.plan.joint is not None:  # one rule for all operands, which may say nothing of the last ones
            parts = enumerate(node.plan.joint(cotangent, *kept, **node.settings))
            given = {position: part for position, part in parts if part is not None}
        for position, rule, indices in node.plan.rules:
            if node.plan.joint is None:
                _check(node, position, rule(cotangent, *[kept[i] for i in indices], **node.settings))
            elif position in given:
                _check(node, position, given[position])
            ran += 1
    return ran


def _check_shape_rule(node: Node) -> None:
    """Hold a primitive's shape and dtype rules, which traces rely on, against what its kernel gave."""
    operands = [
        Abstract(source.shapes[port] if isinstance(source, Node) else source.shape,
                 source.dtypes[port] if isinstance(source, Node) else source.dtype)
        if hasattr(source, "shape") else source
        for source, port in zip(node.inputs, node.ports, strict=True)
    ]  # fmt: skip
    said = node.primitive.abstract(operands, node.settings)
    said = said[0] if isinstance(said, tuple) else said
    named = {node.primitive.input_name(i): x for i, x in enumerate(operands) if isinstance(x, Abstract)}
    for what, kind, rule, gave in (
        ("shape", RuleShapeError, tuple(said.shape), node.shape),
        ("dtype", RuleDTypeError, np.dtype(said.dtype), node.dtype),
    ):
        if rule != gave:
            raise kind(
                node.primitive.name,
                f"the {what} rule says {rule}, and the kernel gave {gave}",
                operands=named,
                fits=f"{what}= of the Primitive that gives {gave} here, or another kernel",
                line=node.line,
            )


def _check(node: Node, position: int, part: Any) -> None:
    target = node.inputs[position]
    if not hasattr(part, "shape"):
        several = isinstance(part, (tuple, list))
        what = f"{len(part)} values in a {type(part).__name__}" if several else f"{part!r}, which is no array"
        raise _refusal(RuleNumberError, node, position, what, {})
    operands = {"cotangent": part}
    extra = len(part.shape) - len(target.shape)
    if extra < 0 or any(n not in (1, m) for n, m in zip(target.shape, part.shape[extra:], strict=True)):
        raise _refusal(RuleShapeError, node, position, f"shape {part.shape}", operands)
    same = np.dtype(target.dtype) == np.dtype(node.dtype)
    if part.dtype.kind != "f" or (same and part.dtype != target.dtype):
        raise _refusal(RuleDTypeError, node, position, f"{part.dtype} numbers", operands)


def _refusal(
    kind: type[RuleError], node: Node, position: int, what: str, operands: dict[str, object]
) -> RuleError:
    target, name = node.inputs[position], node.primitive.input_name(position)
    return kind(
        node.primitive.name,
        f"the gradient rule of {name!r} gave {what}",
        operands={name: target, **operands},
        fits=f"one cotangent of shape {target.shape} and dtype {target.dtype}",
        line=node.line,
    )
