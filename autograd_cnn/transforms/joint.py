"""Primitives made on the fly: a function of several arrays whose cotangents come all at once.

Rules of one's own and checkpoints are such. Each application carries a `Call`: what to run for the
cotangents, and how the function's outputs, which may be a tree, lie in the one output that a primitive
has.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from autograd_cnn._modes import no_grad, switched
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import DTypeError
from autograd_cnn.ops.joining import concatenate
from autograd_cnn.ops.movement import reshape
from autograd_cnn.primitive import Kept, Plan, Primitive, Rule
from autograd_cnn.transforms.operands import results


class Layout:
    """How the leaves of a tree lie one behind the other in a single array; one leaf lies there as it is."""

    def __init__(self, op: str, value: Any) -> None:
        leaves, self.structure = results(op, value)
        self.shapes = [leaf.shape for leaf in leaves]
        self.dtype = leaves[0].dtype
        for leaf in leaves:
            if leaf.dtype != self.dtype:
                raise DTypeError(
                    op,
                    "the outputs of a function with its own rule must have one dtype",
                    operands={"first": leaves[0], "other": leaf},
                    fits="y.astype(...) inside the function",
                )
        self.shape = self.shapes[0] if len(leaves) == 1 else (sum(map(math.prod, self.shapes)),)

    @property
    def single(self) -> bool:
        """Whether there is one leaf only."""
        return len(self.shapes) == 1

    def joined(self, value: Any) -> Tensor:
        """Put the leaves of a tree into one Tensor."""
        leaves, _ = results("joined", value)
        return leaves[0] if self.single else concatenate([reshape(leaf, (-1,)) for leaf in leaves])

    def parted(self, whole: Tensor) -> Any:
        """Take the tree out of one Tensor."""
        if self.single:
            return self.structure.unflatten([whole])
        ends = accumulate(map(math.prod, self.shapes), initial=0)
        cuts = zip(pairwise(ends), self.shapes, strict=True)
        return self.structure.unflatten([reshape(whole[a:b], shape) for (a, b), shape in cuts])


class Call:
    """One application of a function with joint cotangents.

    Parameters
    ----------
    layout : Layout
        How the outputs lie in one array.
    value : Tensor
        That array, computed already.
    run : callable
        Computes the outputs again from the operands, as when a captured graph runs on other data.
    pull : callable
        ``pull(cotangent, kept)`` gives one cotangent (or None) an operand.
    push : callable, optional
        ``push(tangent, position, operands)`` gives what one operand's tangent adds to the output's.
    """

    def __init__(
        self,
        layout: Layout,
        value: Tensor,
        run: Callable[..., Any],
        pull: Callable[[Tensor, Sequence[Any]], Sequence[Any]],
        push: Callable[[Tensor, int, Sequence[Any]], Tensor] | None = None,
    ) -> None:
        self.layout, self._run, self.pull, self.push = layout, run, pull, push
        self._value: Tensor | None = value

    def value(self, arrays: Sequence[Any]) -> Any:
        """Give the value computed already, the first time; later compute it from the arrays."""
        if self._value is not None:
            value, self._value = self._value, None
            return value._data
        with no_grad():
            return self.layout.joined(self._run(*map(Tensor, arrays)))._data

    def __repr__(self) -> str:
        return "<call>"


class Joint(Primitive):
    """A primitive of any number of operands with one rule for all their cotangents; not in the registry.

    Parameters
    ----------
    name : str
        What pictures and messages call it.
    keep : callable
        From the number of operands to the positions of those that its rule needs.
    forward : bool
        Whether its calls know how to push tangents.
    """

    __slots__ = ("_keep",)
    forward_hint = "ag.custom_jvp, which serves both directions; or a reverse-mode derivative"

    def __init__(self, name: str, keep: Callable[[int], range], forward: bool = False) -> None:
        self._keep = keep
        super().__init__(
            name,
            lambda *arrays, call: call.value(arrays),
            "*operands",
            shape=lambda *_, call: call.layout.shape,
            dtype=lambda *_, call: call.layout.dtype,
            vjps={"operands": _pulled},
            jvps={"operands": _pushed} if forward else None,
            check_first=False,
        )

    def _register(self, replace: bool) -> None:
        """Stay out of the registry: it is made anew wherever its function is."""

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(f"{self.name} has rules of its own and cannot be pickled")

    def _make_plan(self, wanted: tuple[bool, ...]) -> Plan:
        at = tuple(self._keep(len(wanted)))
        keep = tuple(Kept(self.input_name(i), i, False) for i in at)
        rules = tuple((i, _pulled, ()) for i, wants in enumerate(wanted) if wants)
        return Plan(self, wanted, all(wanted), keep, at, rules, at, joint=_pulled)

    def values_for(self, rule: Rule, inputs: Sequence[Any], outputs: Sequence[Any]) -> tuple[Any, ...]:
        """Give a forward rule all operands."""
        return tuple(inputs)


def _pulled(g: Any, *kept: Any, call: Call) -> Sequence[Any]:
    """Give the cotangents of all operands: arrays for an array, Tensors for a Tensor."""
    if isinstance(g, Tensor):
        return call.pull(g, kept)
    values = [Tensor(value) if isinstance(value, np.ndarray) else value for value in kept]
    with switched(recording=False):
        parts = call.pull(Tensor(g), values)
    return [part._data if isinstance(part, Tensor) else part for part in parts]


def _pushed(t: Tensor, *values: Any, call: Call, position: int) -> Tensor:
    assert call.push is not None
    return call.push(t, position, values)
