"""Random calls of reductions, losses, products and movement, as arguments of ours and of PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_cnn as ag

from .fuzz import Call, Draw, _distinct


def _shape(rng: np.random.Generator, low: int = 1, high: int = 4) -> tuple[int, ...]:
    return tuple(int(n) for n in rng.integers(1, 5, int(rng.integers(low, high + 1))))


def _some_axes(rng: np.random.Generator, rank: int) -> tuple[int, ...]:
    count = int(rng.integers(1, rank + 1))
    return tuple(int(a) - (rank if rng.random() < 0.5 else 0) for a in rng.choice(rank, count, replace=False))


def reduction(rng: np.random.Generator) -> Call:
    """Draw a sum, mean or max over some axes."""
    import torch

    name = str(rng.choice(["sum", "mean", "max"]))
    shape = _shape(rng)
    axis, keepdims = _some_axes(rng, len(shape)), bool(rng.random() < 0.5)
    x = _distinct(rng, shape)
    theirs = {"sum": torch.sum, "mean": torch.mean, "max": torch.amax}[name]
    return Call(
        f"{name} {shape} axis={axis} keepdims={keepdims}",
        (x,),
        lambda t: ag.tanh(getattr(ag, name)(t, axis, keepdims)),
        lambda t: torch.tanh(theirs(t, dim=axis, keepdim=keepdims)),
    )


def log_softmax(rng: np.random.Generator) -> Call:
    """Draw a log-softmax along any axis, with scores from tiny to huge."""
    import torch

    shape = _shape(rng)
    axis = int(rng.integers(-len(shape), len(shape)))
    x = rng.standard_normal(shape) * rng.choice([1.0, 30.0])
    return Call(
        f"log_softmax {shape} axis={axis}",
        (x,),
        lambda t: ag.log_softmax(t, axis),
        lambda t: torch.log_softmax(t, axis),
    )


def cross_entropy(rng: np.random.Generator) -> Call:
    """Draw a cross entropy with each way to reduce."""
    import torch

    n, classes = (int(k) for k in rng.integers(1, 7, 2))
    labels, reduction = rng.integers(0, classes, n), str(rng.choice(["mean", "sum", "none"]))
    return Call(
        f"cross_entropy ({n}, {classes}) {reduction}",
        (rng.standard_normal((n, classes)),),
        lambda t: ag.cross_entropy(t, labels, reduction),  # type: ignore[arg-type]
        lambda t: torch.nn.functional.cross_entropy(t, torch.tensor(labels), reduction=reduction),
    )


def arithmetic(rng: np.random.Generator) -> Call:
    """Draw an operation of two operands whose shapes broadcast."""
    import torch

    full = _shape(rng)
    shapes = [
        tuple(1 if rng.random() < 0.3 else n for n in full)[int(rng.integers(0, len(full))) :] for _ in "xy"
    ]
    name = str(rng.choice(["add", "subtract", "multiply", "divide", "power", "maximum", "minimum", "where"]))
    sizes = [int(np.prod(shape)) for shape in shapes]
    values = rng.permutation(sum(sizes)) * 0.05 + 0.5  # positive, and nowhere equal
    x, y = values[: sizes[0]].reshape(shapes[0]), values[sizes[0] :].reshape(shapes[1])
    chosen = rng.random(np.broadcast_shapes(*shapes)) < 0.5
    operations: dict[str, tuple[Any, Any]] = {
        name: (getattr(ag, name, None), getattr(torch, "pow" if name == "power" else name, None))
    }
    operations["where"] = (
        lambda a, b: ag.where(chosen, a, b),
        lambda a, b: torch.where(torch.tensor(chosen), a, b),
    )
    ours, theirs = operations[name]
    return Call(f"{name} {shapes}", (x, y), ours, theirs)


def elementwise(rng: np.random.Generator) -> Call:
    """Draw a function of one operand."""
    import torch

    name = str(
        rng.choice(["exp", "log", "sqrt", "tanh", "sigmoid", "relu", "absolute", "negative", "square"])
    )
    positive = name in ("log", "sqrt")
    x = rng.uniform(0.2, 2.0, _shape(rng)) * (1.0 if positive else rng.choice([-1.0, 1.0]))
    ours = (lambda t: t**2) if name == "square" else getattr(ag, name)
    return Call(f"{name} {x.shape}", (x,), ours, getattr(torch, name))


def product(rng: np.random.Generator) -> Call:
    """Draw a matrix product of vectors, matrices or stacks of matrices."""
    import torch

    n, k, m = (int(v) for v in rng.integers(1, 5, 3))
    batch = _shape(rng, 0, 2)
    stack = [tuple(1 if rng.random() < 0.3 else b for b in batch) for _ in "xy"]
    x_shape = (k,) if rng.random() < 0.2 else (*stack[0], n, k)
    y_shape = (k,) if rng.random() < 0.2 else (*stack[1], k, m)
    arrays = rng.standard_normal(x_shape), rng.standard_normal(y_shape)
    return Call(f"matmul {x_shape} {y_shape}", arrays, ag.matmul, torch.matmul)


def dense(rng: np.random.Generator) -> Call:
    """Draw a dense layer on any number of leading axes."""
    import torch

    outs, ins = (int(v) for v in rng.integers(1, 6, 2))
    arrays = [rng.standard_normal((*_shape(rng, 0, 3), ins)), rng.standard_normal((outs, ins))]
    if rng.random() < 0.5:
        arrays.append(rng.standard_normal(outs))
    return Call(f"dense {[a.shape for a in arrays]}", tuple(arrays), ag.dense, torch.nn.functional.linear)


def movement(rng: np.random.Generator) -> Call:
    """Draw a chain of pad, permute, slice, join and reshape."""
    import torch

    shape = _shape(rng, 2, 4)
    rank = len(shape)
    widths = [(int(a), int(b)) for a, b in rng.integers(0, 3, (rank, 2))]
    order = tuple(int(a) for a in rng.permutation(rank))
    padded = [shape[a] + sum(widths[a]) for a in order]
    key = tuple(slice(int(rng.integers(0, n)), n, int(rng.integers(1, 3))) for n in padded)
    axis = int(rng.integers(0, rank))
    flat = [v for pair in reversed(widths) for v in pair]
    x = rng.standard_normal(shape)

    def ours(t: ag.Tensor) -> ag.Tensor:
        part = ag.transpose(ag.pad(t, widths), order)[key]
        return ag.sigmoid(ag.concatenate([part, part * part], axis).reshape(-1))

    def theirs(t: Any) -> Any:
        part = torch.nn.functional.pad(t, flat).permute(order)[key]
        return torch.sigmoid(torch.cat([part, part * part], axis).reshape(-1))

    return Call(
        f"pad {widths} transpose {order} index {key} concatenate {axis} of {shape}", (x,), ours, theirs
    )


def gathering(rng: np.random.Generator) -> Call:
    """Draw a take along an axis, with repetitions."""
    import torch

    shape = _shape(rng)
    axis = int(rng.integers(0, len(shape)))
    places = (*shape[:axis], int(rng.integers(1, 6)), *shape[axis + 1 :])
    indices = rng.integers(0, shape[axis], places)
    return Call(
        f"take_along {shape} axis={axis}",
        (rng.standard_normal(shape),),
        lambda t: ag.exp(ag.take_along(t, indices, axis)),
        lambda t: torch.exp(torch.gather(t, axis, torch.tensor(indices))),
    )


DRAWS: dict[str, Draw] = {
    function.__name__: function
    for function in (
        reduction,
        log_softmax,
        cross_entropy,
        arithmetic,
        elementwise,
        product,
        dense,
        movement,
        gathering,
    )
}
