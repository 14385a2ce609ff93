"""What transforms share: trees of operands, and opening and closing the tensors that are differentiated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autograd_cnn._creation import tensor
from autograd_cnn._graph import Node, Source, next_serial
from autograd_cnn._modes import MODE, switched
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import numbers
from autograd_cnn.errors import DTypeError, NoGradientError, ShapeError
from autograd_cnn.ops._operands import as_tensor
from autograd_cnn.ops.movement import alias_p
from autograd_cnn.pytrees import Structure, check_same, flatten
from autograd_cnn.sweep import Key, key_of


def operands(op: str, tree: Any) -> tuple[list[Tensor], Structure]:
    """Take apart a tree of what is differentiated; every leaf must be floating."""
    leaves, structure = flatten(tree)
    if not leaves:
        raise NoGradientError(
            op, "there is nothing to differentiate by: the arguments hold no array", fits="floating arrays"
        )
    tensors = []
    for leaf, place in zip(leaves, structure.paths("argument"), strict=True):
        x = leaf if isinstance(leaf, Tensor) else _numbers(op, place, leaf)
        if x.dtype.kind != "f":
            raise DTypeError(
                op,
                f"{place} is not floating, so nothing can be differentiated by it",
                operands={place: x},
                fits="float data, or argnums= without this argument",
            )
        tensors.append(x)
    return tensors, structure


def _numbers(op: str, place: str, leaf: Any) -> Tensor:
    try:
        return tensor(leaf)
    except DTypeError:
        raise DTypeError(
            op,
            f"{place} is a {type(leaf).__name__}, so nothing can be differentiated by it",
            fits="a tree of floating arrays; what is none of them in an argument outside argnums=",
        ) from None


def results(op: str, tree: Any) -> tuple[list[Tensor], Structure]:
    """Take apart what a function gave; constants in it become Tensors."""
    leaves, structure = flatten(tree)
    if not leaves:
        raise NoGradientError(
            op, "the function gave nothing to differentiate", fits="a Tensor, or a tree of them"
        )
    return [as_tensor(leaf) for leaf in leaves], structure


def directions(op: str, what: str, tree: Any, structure: Structure, like: Sequence[Tensor]) -> list[Tensor]:
    """Take apart a tree of tangents or cotangents that must go with the values ``like``."""
    leaves, found = flatten(tree)
    check_same(op, f"the {what}", structure, found)
    given = []
    for leaf, value, place in zip(leaves, like, structure.paths(what), strict=True):
        direction = leaf if isinstance(leaf, Tensor) else Tensor(numbers(op, place, leaf, value.dtype))
        if direction.shape != value.shape:
            raise ShapeError(
                op,
                f"{place} has another shape than its value",
                operands={"value": value, what: direction},
                fits=f"a {what} of shape {value.shape}",
            )
        if direction.dtype != value.dtype:
            direction = direction.astype(value.dtype)
        given.append(direction)
    return given


def opened(x: Tensor) -> Tensor:
    """Give a tensor of x's value that wants gradients and can be told from x: a derivative's own variable."""
    mode = MODE.get()
    if x._wants or mode.capturing:
        with switched(recording=True):
            alias: Tensor = alias_p(x)
        if (
            not alias._wants and alias._node is not None
        ):  # a capture recorded it; a sweep must find that it wants a gradient
            alias._node.plan = alias_p.plan(0b11)
            alias._wants = True
        return alias
    leaf = Tensor(x._data, True)
    leaf.name = x.name
    leaf.rare.opened = next_serial()
    if mode.observer is not None:
        mode.observer.saw(alias_p, (x,), {}, leaf)
    return leaf


def closed(x: Tensor) -> Tensor:
    """Give a tensor of x's value without its history, but known to whoever watches or captures."""
    with switched(recording=False):
        alias: Tensor = alias_p(x)
    return alias


def depends_on_others(outputs: Iterable[Tensor], own: Sequence[Tensor]) -> bool:
    """Say whether outputs depend on something that wants gradients, other than through fresh leaves ``own``.

    Then the derivative depends on it too, and must be recorded. Leaves that derivatives inside of this one
    opened don't count: those are done.
    """
    fresh = {x for x in own if x._node is None}
    first = min((x.rare.opened for x in fresh), default=0) or min(x._node.serial for x in own if x._node)
    seen: set[Key] = set()
    stack = [key_of(out) for out in outputs if out._wants]
    while stack:
        key = stack.pop()
        if key in seen:
            continue
        seen.add(key)
        if not isinstance(key, Node):
            if key not in fresh and key.rare.opened < first:
                return True
            continue
        for wanted, parent in zip(key.plan.wanted, key.inputs, strict=True):
            if wanted and isinstance(parent, Source):  # opened inside a capture by an outer derivative
                if not any(key is x._node for x in own):
                    return True
            elif isinstance(parent, (Node, Tensor)):
                stack.append(parent)
    return False


def foreign_to(outputs: Sequence[Tensor], own: Sequence[Tensor], start: int) -> list[Tensor]:
    """Find what outputs depend on that wants gradients and was there before: parameters, earlier results.

    Earlier results come as Tensors without values, good only to say where cotangents go.
    """
    stops = {key_of(x) for x in own}
    seen: set[Key] = set(stops)
    found: list[Tensor] = []
    stack = [key_of(out) for out in outputs if out._wants]
    while stack:
        key = stack.pop()
        if key in seen:
            continue
        seen.add(key)
        if isinstance(key, Tensor):
            found.append(key)
        elif key.serial < start:
            found.append(Tensor(np.broadcast_to(np.zeros((), key.dtype), key.shape), True, key))
        else:
            pairs = zip(key.plan.wanted, key.inputs, strict=True)
            stack += [value for wants, value in pairs if wants and isinstance(value, (Node, Tensor))]
    return found
