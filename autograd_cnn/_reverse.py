"""Reverse mode as users ask for it: `Tensor.backward` fills ``.grad``, `gradients` hands gradients back."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd_cnn._graph import Node, Source
from autograd_cnn._modes import MODE, switched
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked, numbers
from autograd_cnn.errors import NoGradientError, ShapeError
from autograd_cnn.ops._operands import cast
from autograd_cnn.primitive import late
from autograd_cnn.sweep import Cotangents, key_of, sweep

_adding = Lock()  # threads that share a leaf must not lose each other's sums


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
    traced = create_graph or MODE.get().tracing
    start = {key_of(output): seed if traced else seed._data}
    found = _swept(start, create_graph, retain=retain_graph or create_graph, traced=traced)
    with _adding:
        _add_to_leaves(found, create_graph)


def _swept(start: Cotangents, create_graph: bool, *, traced: bool, **how: Any) -> Cotangents:
    """Sweep; rules that run on Tensors only to be watched or captured leave no history behind."""
    if create_graph or not traced:
        return sweep(start, traced=traced, **how)
    with switched(recording=False):
        return sweep(start, traced=True, **how)


def _add_to_leaves(found: Cotangents, create_graph: bool) -> None:
    """Add what a sweep found to ``.grad`` of leaves and of tensors asked to retain it."""
    for key, value in found.items():
        if isinstance(key, Source):
            continue
        tensor = key.rare.retained() if isinstance(key, Node) and key.rare.retained else key
        if tensor is None:
            continue
        new = value if isinstance(value, Tensor) else Tensor(np.asarray(value))
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
    return pulled(outs, ins, given, create_graph)


def pulled(
    outs: Sequence[Tensor],
    ins: Sequence[Tensor],
    cotangents: Sequence[Any],
    create_graph: bool,
    through: bool = True,
) -> tuple[Tensor, ...]:
    """Do what `gradients` does, with everything checked; ``through`` as in `sweep`."""
    traced = create_graph or MODE.get().tracing
    start: Cotangents = {}
    for out, cotangent in zip(outs, cotangents, strict=True):
        seed = cotangent_for("gradients", out, cotangent)
        value = seed if traced else seed._data
        key = key_of(out)
        start[key] = start[key] + value if key in start else value
    targets = [key_of(t) for t in ins]
    found = _swept(start, create_graph, targets=targets, retain=True, traced=traced, through=through)
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
