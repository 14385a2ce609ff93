"""The reverse walk: from outputs back to what they were computed from, each node once.

A cotangent arrives at a node, the node's rules turn it into cotangents of its inputs, and these add up
where a value was used more than once. The same loop serves plain arrays (fast, records nothing) and
Tensors (``create_graph`` and captures: the gradient is then a graph itself), because rules are written
with primitives and a primitive called with arrays is its kernel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd_cnn._graph import FREED, Node, ancestors
from autograd_cnn._modes import MODE, Origin
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked, numbers
from autograd_cnn.errors import NoGradientError, ShapeError
from autograd_cnn.ops._operands import cast
from autograd_cnn.ops.arithmetic import add_p
from autograd_cnn.ops.movement import reshape_p
from autograd_cnn.ops.reductions import sum_p
from autograd_cnn.primitive import Rule, late

_adding = Lock()  # threads that share a leaf must not lose each other's sums

Key = Any  # a Node (its first output) or a leaf Tensor: what a cotangent belongs to
Cotangents = dict[Key, Any]


def key_of(tensor: Tensor) -> Key:
    """Give what a tensor's cotangent is filed under: the node that made it, or the leaf itself."""
    return tensor._node if tensor._node is not None else tensor


def sweep(
    start: Cotangents,
    *,
    targets: Iterable[Key] | None = None,
    retain: bool = False,
    traced: bool = False,
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
    visit : callable, optional
        Called with each node and its total cotangent.
    """
    # an infinite derivative, such as sqrt's at 0, is a value and no accident; as a decorator errstate would
    # put a frame of NumPy's between the user's line and the gradient's nodes
    with np.errstate(all="ignore"):
        return _walk(start, targets, retain, traced, visit)


def _walk(
    start: Cotangents,
    targets: Iterable[Key] | None,
    retain: bool,
    traced: bool,
    visit: Callable[[Node, Any], None] | None,
) -> Cotangents:
    order = ancestors(key for key in start if key.__class__ is Node)
    wanted = None if targets is None else set(targets)
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
        if visit is not None:
            visit(node, g)
        if (node._rare is not None and node._rare.retained is not None) or (
            wanted is not None and node in wanted
        ):
            results[node] = g
        plan = node.plan
        if not plan.rules or (useful is not None and node not in useful):
            continue
        kept = _tensors(node) if traced else node.kept_arrays()
        inputs = node.inputs
        for position, rule, indices in plan.rules:
            target = inputs[position]
            if on_the_way is not None and target not in on_the_way:
                continue
            part = run(node, position, rule, g, [kept[i] for i in indices], target)
            earlier = pending.get(target)
            if earlier is not None:
                part = _add_traced(node, earlier, part) if traced else earlier + part
            pending[target] = part
        if not retain and kept:
            node.free()
    results.update(pending)
    return results


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


def _run(node: Node, position: int, rule: Rule, g: Any, kept: list[Any], target: Key) -> Any:
    """Run one rule on arrays."""
    settings = node.settings
    part = rule(g, *kept, **settings) if settings else rule(g, *kept)
    like = target._data if target.__class__ is Tensor else target
    if part.shape != like.shape:
        part = _sum_back(node, position, part, target)
    return part if part.dtype is like.dtype else part.astype(like.dtype)


def _run_traced(node: Node, position: int, rule: Rule, g: Any, kept: list[Any], target: Key) -> Any:
    """Run one rule under modes that tell the recorded nodes why they exist."""
    mode = MODE.get()
    token = MODE.set(mode.at(mode.place.scope, Origin(node, position, "rule")))
    try:
        part = rule(g, *kept, **node.settings)
        if part.shape != target.shape:
            MODE.set(mode.at(mode.place.scope, Origin(node, position, "un-broadcast")))
            part = _sum_back(node, position, part, target)
        if part.dtype != target.dtype:
            MODE.set(mode.at(mode.place.scope, Origin(node, position, "cast")))
            part = cast(part, source=part.dtype, target=target.dtype)
        return part
    finally:
        MODE.reset(token)


def _add_traced(node: Node, earlier: Any, part: Any) -> Any:
    mode = MODE.get()
    token = MODE.set(mode.at(mode.place.scope, Origin(node, None, "fan-out sum")))
    try:
        return add_p(earlier, part)
    finally:
        MODE.reset(token)


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
        raise ShapeError(
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
    constant._source, constant.name = origin, origin.name
    return constant


def backward(
    output: Tensor,
    gradient: ArrayLike | Tensor | None = None,
    retain_graph: bool = False,
    create_graph: bool = False,
) -> None:
    """Add the gradient of ``output`` to ``.grad`` of its leaves; see `Tensor.backward`."""
    if not output.requires_grad:
        raise NoGradientError(
            "backward",
            "this tensor wants no gradient: nothing it was computed from has requires_grad=True",
            operands={"x": output},
            fits="ag.tensor(data, requires_grad=True), and no no_grad() around the computation",
        )
    seed = cotangent_for("backward", output, gradient)
    start = {key_of(output): seed if create_graph else seed._data}
    found = sweep(start, retain=retain_graph or create_graph, traced=create_graph)
    with _adding:
        _add_to_leaves(found, create_graph)


def _add_to_leaves(found: Cotangents, create_graph: bool) -> None:
    """Add what a sweep found to ``.grad`` of leaves and of tensors asked to retain it."""
    for key, value in found.items():
        tensor = key.rare.retained() if isinstance(key, Node) and key.rare.retained else key
        if tensor is None:
            continue
        new = value if create_graph else Tensor(np.asarray(value))
        if tensor.grad is None:
            tensor.grad = new
        else:
            tensor.grad = tensor.grad + new if create_graph else Tensor(tensor.grad._data + new._data)


@checked
def gradients(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    cotangents: Any = None,
    create_graph: bool = False,
) -> tuple[Tensor, ...]:
    """Give the gradients of outputs with respect to inputs, without touching any ``.grad``.

    Nothing is freed, so it can be asked again.

    Parameters
    ----------
    outputs : Tensor or sequence of Tensor
        What to differentiate; several are weighted by their cotangents and added.
    inputs : Tensor or sequence of Tensor
        Leaves or computed tensors that want gradients.
    cotangents : array_like or sequence, optional
        One for each output, of its shape. May be left out for outputs of one element: then 1.
    create_graph : bool
        Record the computation, so that the gradients can be differentiated again.

    Returns
    -------
    tuple of Tensor
        One for each input, of its shape and dtype. An input on which no output depends gets zeros.

    Raises
    ------
    NoGradientError
        When an output or an input wants no gradient.
    ShapeError
        When a cotangent is missing or of the wrong shape.
    FreedGraphError
        When an earlier backward pass has freed the values that the rules need.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([1.0, 2.0], requires_grad=True)
    >>> (g,) = ag.gradients((x * x * x).sum(), x, create_graph=True)
    >>> ag.gradients(g.sum(), x)[0]
    tensor([ 6., 12.], dtype=float32)
    """
    outs = [outputs] if isinstance(outputs, Tensor) else list(outputs)
    ins = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    given = [cotangents] if isinstance(outputs, Tensor) else cotangents
    given = [None] * len(outs) if given is None else list(given)
    if len(given) != len(outs):
        raise ShapeError(
            "gradients", f"{len(outs)} outputs but {len(given)} cotangents", fits="one for each output"
        )
    for role, tensors in (("output", outs), ("input", ins)):
        for number, t in enumerate(tensors):
            if not t.requires_grad:
                raise NoGradientError(
                    "gradients",
                    f"{role} {number} wants no gradient",
                    operands={t.name or role: t},
                    fits="tensors made with requires_grad=True, or computed from one outside no_grad()",
                )
    traced = create_graph or MODE.get().tangents is not None  # a forward derivative must see the rules run
    start: Cotangents = {}
    for out, cotangent in zip(outs, given, strict=True):
        seed = cotangent_for("gradients", out, cotangent)
        value = seed if traced else seed._data
        key = key_of(out)
        start[key] = start[key] + value if key in start else value
    targets = [key_of(t) for t in ins]
    found = sweep(start, targets=targets, retain=True, traced=traced)
    return tuple(_result(found.get(key), t) for key, t in zip(targets, ins, strict=True))


def _result(value: Any, like: Tensor) -> Tensor:
    if value is None:
        return Tensor(np.zeros(like.shape, like.dtype))
    return value if isinstance(value, Tensor) else Tensor(np.asarray(value))


def cotangent_for(op: str, output: Tensor, given: Any) -> Tensor:
    """Give the cotangent of an output as a Tensor of its shape and dtype; 1 when none is given."""
    if given is None:
        if output.size != 1:
            raise ShapeError(
                op,
                f"the tensor has {output.size} elements, so its cotangent must be given",
                operands={"x": output},
                rule="only a tensor of one element has an obvious cotangent, 1",
                fits=f"a gradient of shape {output.shape}, or a scalar such as x.sum()",
            )
        return Tensor(np.ones(output.shape, output.dtype))
    seed = given if isinstance(given, Tensor) else Tensor(numbers(op, "cotangent", given, output.dtype))
    if seed.shape != output.shape:
        raise ShapeError(
            op,
            "the cotangent must have the tensor's own shape",
            operands={"x": output, "cotangent": seed},
            fits=f"a cotangent of shape {output.shape}",
        )
    return seed if seed.dtype == output.dtype else cast(seed, source=seed.dtype, target=output.dtype)


late.backward = backward
