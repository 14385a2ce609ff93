"""The reverse walk: from outputs back to what they were computed from, each node once.

A cotangent arrives at a node, the node's rules turn it into cotangents of its inputs, and these add up
where a value was used more than once. The same loop serves plain arrays (fast, records nothing) and
Tensors (``create_graph`` and captures: the gradient is then a graph itself), because rules are written
with primitives and a primitive called with arrays is its kernel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd_cnn._graph import FREED, Node, ancestors
from autograd_cnn._modes import MODE, Origin
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import RuleDTypeError, RuleError, RuleNumberError, RuleShapeError
from autograd_cnn.ops._operands import cast
from autograd_cnn.ops.arithmetic import add_p
from autograd_cnn.ops.movement import reshape_p
from autograd_cnn.ops.reductions import sum_p
from autograd_cnn.primitive import Rule, late

Key = Any  # a Node (its first output) or a leaf Tensor: what a cotangent belongs to
Cotangents = dict[Key, Any]
Rules = Sequence[tuple[int, Rule, tuple[int, ...]]]


def key_of(tensor: Tensor) -> Key:
    """Give what a tensor's cotangent is filed under: the node that made it, or the leaf itself."""
    return tensor._node if tensor._node is not None else tensor


def sweep(
    start: Cotangents,
    *,
    targets: Iterable[Key] | None = None,
    retain: bool = False,
    traced: bool = False,
    through: bool = True,
    visit: Callable[[Node, Any], None] | None = None,
) -> Cotangents:
    """Walk backward from the cotangents in ``start`` and give those of leaves, retained nodes and targets.

    Parameters
    ----------
    start : dict
        From a Node or leaf Tensor to its cotangent, an array or, when ``traced``, a Tensor.
    targets : iterable, optional
        Walk only towards these; otherwise towards every leaf.
    retain : bool
        Keep the nodes' values. When False each node lets go of them as the walk passes.
    traced : bool
        Run the rules on Tensors, under the current mode, so that they can be recorded.
    through : bool
        Walk on past targets, so that one may lie behind another.
    visit : callable, optional
        Called with each node and its total cotangent.
    """
    # an infinite derivative, such as sqrt's at 0, is a value and no accident; as a decorator errstate would
    # put a frame of NumPy's between the user's line and the gradient's nodes
    with np.errstate(all="ignore"):
        return _walk(start, targets, retain, traced, through, visit)


def _walk(
    start: Cotangents,
    targets: Iterable[Key] | None,
    retain: bool,
    traced: bool,
    through: bool,
    visit: Callable[[Node, Any], None] | None,
) -> Cotangents:
    wanted = None if targets is None else set(targets)
    stops = wanted if wanted is not None and not through else ()
    order = ancestors((key for key in start if key.__class__ is Node), stops)
    useful = None if wanted is None else _leading_to(order, wanted)
    on_the_way = None if wanted is None or useful is None else useful | wanted
    _check_kept(order if useful is None else [node for node in order if node in useful])
    pending: Cotangents = dict(start)
    results: Cotangents = {}
    run = _run_traced if traced else _run
    for node in order:
        g = pending.pop(node, None)
        if g is None:
            continue
        rare = node._rare
        if rare is not None and rare.tensor_hooks:
            g = _hooked(node, rare.tensor_hooks, g)
        if visit is not None:
            visit(node, g)
        if (rare is not None and rare.retained is not None) or (wanted is not None and node in wanted):
            results[node] = g
            if node in stops:
                continue
        plan = node.plan
        if not plan.rules or (useful is not None and node not in useful):
            continue
        kept = node._saved  # checked before the walk
        if traced or kept is FREED:
            kept = _tensors(node)
        inputs = node.inputs
        rules: Rules = plan.rules if plan.joint is None else _jointly(node, plan.joint, g, kept)
        if rare is not None and rare.node_hooks:
            rules = _observed(node, rules, g, kept, run)
        for position, rule, indices in rules:
            target = inputs[position]
            if on_the_way is not None and target not in on_the_way:
                continue
            # most rules need one value or none; a comprehension would cost more than many a rule
            needed = (
                [kept[i] for i in indices] if len(indices) > 1 else (kept[indices[0]],) if indices else ()
            )
            part = run(node, position, rule, g, needed, target)
            earlier = pending.get(target)
            if earlier is not None:
                part = _add_traced(node, earlier, part) if traced else earlier + part
            pending[target] = part
        if kept and not retain:
            node._saved = FREED
    results.update(_hooked_leaves(pending))
    return results


def _hooked_leaves(pending: Cotangents) -> Cotangents:
    """Show what arrived at leaves to their hooks."""
    seen: Cotangents = {}
    for key, g in pending.items():
        hooks = key._rare.hooks if key.__class__ is Tensor and key._rare is not None else None
        seen[key] = _hooked(key, hooks, g) if hooks else g
    return seen


def _hooked(key: Key, hooks: Mapping[int, Callable[..., Any]], g: Any) -> Any:
    """Show a complete cotangent to a tensor's hooks; each may give another."""
    traced = isinstance(g, Tensor)
    value = g if traced else Tensor(g)
    for hook in list(hooks.values()):
        given = hook(value)
        if given is None:
            continue
        if not isinstance(given, Tensor) or given.shape != value.shape:
            raise RuleError(
                "register_hook",
                "a hook must give nothing, or a gradient of the tensor's own shape",
                operands={"gradient": value, "given": given},
                fits=f"a Tensor of shape {value.shape}, or None",
            )
        value = given if given.dtype == key.dtype else cast(given, source=given.dtype, target=key.dtype)
    return value if traced else value._data


def _observed(node: Node, rules: Rules, g: Any, kept: Sequence[Any], run: Callable[..., Any]) -> Rules:
    """Run a node's rules, show the parts to its hooks, and give rules that hand the parts out."""
    parts: list[Any] = [None] * len(node.inputs)
    for position, rule, indices in rules:
        parts[position] = run(node, position, rule, g, [kept[i] for i in indices], node.inputs[position])
    traced = isinstance(g, Tensor)
    shown = tuple(p if traced or p is None else Tensor(p) for p in parts)
    for hook in list(node.rare.node_hooks.values()):
        given = hook(node, g if traced else Tensor(g), shown)
        if given is None:
            continue
        if not isinstance(given, tuple) or [p is None for p in given] != [p is None for p in shown]:
            raise RuleError(
                node.primitive.name,
                "a node's hook must give nothing, or a tuple with a part for each input that wants one",
                fits=f"a tuple of {len(shown)}, None where the given parts are None",
                line=node.line,
            )
        shown = given
    handed = [p if traced or p is None else p._data for p in shown]
    return [_handing(position, part) for position, part in enumerate(handed) if part is not None]


def _handing(position: int, part: Any) -> tuple[int, Rule, tuple[int, ...]]:
    """Give a rule that hands out a part worked out already."""
    return position, lambda *_, **__: part, ()


def _check_kept(nodes: Sequence[Node]) -> None:
    """Refuse freed and reassigned values before the walk frees anything: the graph stays as it was."""
    assigned = late.last_assignment
    for node in nodes:
        if (node._saved is FREED or assigned > node.serial) and node.plan.rules:
            node.kept_arrays()


def _leading_to(order: Sequence[Node], wanted: set[Key]) -> set[Node]:
    """Give the nodes from which a target can be reached; ``order`` is latest first."""
    useful: set[Node] = set()
    for node in reversed(order):
        for position, _, _ in node.plan.rules:
            target = node.inputs[position]
            if target in useful or target in wanted:
                useful.add(node)
                break
    return useful


def _run(node: Node, position: int, rule: Rule, g: Any, kept: Sequence[Any], target: Key) -> Any:
    """Run one rule on arrays."""
    settings = node.settings
    part = rule(g, *kept, **settings) if settings else rule(g, *kept)
    like = target._data if target.__class__ is Tensor else target
    try:
        shape = part.shape
    except AttributeError:
        raise _no_cotangent(node, position, part) from None
    if shape != like.shape:
        part = _sum_back(node, position, part, target)
    if part.dtype is like.dtype:
        return part
    _check_dtype(node, position, part, target)
    return part.astype(like.dtype)


def _run_traced(node: Node, position: int, rule: Rule, g: Any, kept: Sequence[Any], target: Key) -> Any:
    """Run one rule under modes that tell the recorded nodes why they exist."""
    mode = MODE.get()
    token = MODE.set(mode.at(mode.place.scope, Origin(node, position, "rule")))
    try:
        part = rule(g, *kept, **node.settings)
        if not hasattr(part, "shape"):
            raise _no_cotangent(node, position, part)
        if part.shape != target.shape:
            MODE.set(mode.at(mode.place.scope, Origin(node, position, "un-broadcast")))
            part = _sum_back(node, position, part, target)
        if part.dtype != target.dtype:
            _check_dtype(node, position, part, target)
            MODE.set(mode.at(mode.place.scope, Origin(node, position, "cast")))
            part = cast(part, source=part.dtype, target=target.dtype)
        return part
    finally:
        MODE.reset(token)


def _jointly(node: Node, joint: Rule, g: Any, kept: Sequence[Any]) -> Rules:
    """Run a rule that gives the cotangents of all inputs at once; give rules that hand them out."""
    mode = MODE.get()
    token = MODE.set(mode.at(mode.place.scope, Origin(node, None, "rule")))
    try:
        parts = joint(g, *kept, **node.settings)
    finally:
        MODE.reset(token)
    wanted = node.plan.wanted
    return [_handing(i, part) for i, part in enumerate(parts) if wanted[i] and part is not None]


def _add_traced(node: Node, earlier: Any, part: Any) -> Any:
    mode = MODE.get()
    token = MODE.set(mode.at(mode.place.scope, Origin(node, None, "fan-out sum")))
    try:
        return add_p(earlier, part)
    finally:
        MODE.reset(token)


def _no_cotangent(node: Node, position: int, part: Any) -> RuleNumberError:
    """Say that a rule gave several values or none."""
    name = node.primitive.input_name(position)
    several = isinstance(part, (tuple, list))
    return RuleNumberError(
        node.primitive.name,
        f"the gradient rule of {name!r} gave "
        + (f"{len(part)} values in a {type(part).__name__}" if several else f"{part!r}, which is no array"),
        operands={name: node.inputs[position]},
        fits=f"one cotangent of shape {node.inputs[position].shape}: a rule serves one input",
        line=node.line,
    )


def _check_dtype(node: Node, position: int, part: Any, target: Key) -> None:
    """Let a sweep cast between floats, as operands of two widths need it; refuse what would lose numbers."""
    kept = (np.dtype(target.dtype).itemsize, np.dtype(node.dtype).itemsize)
    if part.dtype.kind == "f" and part.dtype.itemsize >= min(kept):
        return
    name = node.primitive.input_name(position)
    raise RuleDTypeError(
        node.primitive.name,
        f"the gradient rule of {name!r} gave {part.dtype} numbers",
        operands={name: target, "cotangent": part},
        fits=f"a cotangent of dtype {target.dtype}, its input's",
        line=node.line,
    )


def _sum_back(node: Node, position: int, part: Any, target: Key) -> Any:
    """Sum a cotangent over the axes that broadcasting had added to its input."""
    shape = target.shape
    extra = len(part.shape) - len(shape)
    axes = tuple(
        axis
        for axis, size in enumerate(part.shape)
        if axis < extra or (shape[axis - extra] == 1 and size != 1)
    )
    if extra >= 0 and axes:
        part = sum_p(part, axis=axes, keepdims=True, shape=part.shape)
        if extra and part.shape[extra:] == shape:
            part = reshape_p(part, source=part.shape, target=shape)
    if part.shape != shape:
        name = node.primitive.input_name(position)
        raise RuleShapeError(
            node.primitive.name,
            f"the gradient rule of {name!r} gave shape {part.shape}",
            operands={name: target, "cotangent": part},
            fits=f"a cotangent of shape {shape}",
            line=node.line,
        )
    return part


def _tensors(node: Node) -> tuple[Any, ...]:
    """Give a node's kept values as Tensors that know where they came from."""
    tensors: list[Any] = []
    for kept, array in zip(node.plan.keep, node.kept_arrays(), strict=True):
        if isinstance(array, (int, float)):
            tensors.append(array)
        elif kept.is_output:
            tensors.append(Tensor(array, kept.position == 0 and node.requires_grad, node, kept.position))
        else:
            tensors.append(_relinked(array, node.inputs[kept.position], node.ports[kept.position]))
    return tuple(tensors)


def _relinked(array: Any, origin: Any, port: int) -> Tensor:
    """Make the Tensor of a kept input again: the leaf itself, a node's output, or a constant."""
    if origin.__class__ is Tensor:
        return origin
    if origin.__class__ is Node:
        return Tensor(array, port == 0 and origin.requires_grad, origin, port)
    constant = Tensor(array)
    constant.rare.source, constant.rare.name = origin, origin.name
    return constant
