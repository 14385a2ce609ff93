"""Random calls of the NumPy surface, as arguments of ours and of PyTorch's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_cnn as ag

from .fuzz import Call, Draw, _distinct
from .fuzz_elements import _shape, _some_axes

Rng = np.random.Generator


def scan(rng: Rng) -> Call:
    """Draw a running sum or product, with zeros among the factors."""
    import torch

    shape = _shape(rng)
    axis = int(rng.integers(0, len(shape)))
    name = str(rng.choice(["cumsum", "cumprod"]))
    x = rng.standard_normal(shape)
    if rng.random() < 0.3:
        x = np.where(rng.random(shape) < 0.2, 0.0, x)
    return Call(
        f"{name} {shape} axis={axis}",
        (x,),
        lambda t: getattr(ag, name)(t, axis) * 2.0,
        lambda t: getattr(torch, name)(t, axis) * 2.0,
    )


def statistic(rng: Rng) -> Call:
    """Draw a product, variance, deviation, norm or logarithm of a sum of exponentials."""
    import torch

    shape = _shape(rng, 1, 3)
    axis = _some_axes(rng, len(shape))
    count = int(np.prod([shape[a] for a in axis]))
    ddof = int(rng.integers(0, min(count, 2)))
    one = int(axis[0])
    order = float(rng.choice([1.0, 2.0, 3.0]))
    x = _distinct(rng, shape) + 0.03
    calls: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
        "prod": (lambda t: ag.prod(t, one), lambda t: torch.prod(t, one)),
        "var": (lambda t: ag.var(t, axis, ddof), lambda t: torch.var(t, axis, correction=ddof)),
        "logsumexp": (lambda t: ag.logsumexp(t, axis), lambda t: torch.logsumexp(t, axis)),
        "norm": (
            lambda t: ag.norm(t, order, one),
            lambda t: torch.linalg.vector_norm(t, order, dim=one),
        ),
    }
    if count > 1 + ddof:
        calls["std"] = (lambda t: ag.std(t, axis, ddof), lambda t: torch.std(t, axis, correction=ddof))
    name = str(rng.choice(list(calls)))
    return Call(f"{name} {shape} axis={axis} ddof={ddof} order={order}", (x,), *calls[name])


def sorting(rng: Rng) -> Call:
    """Draw a sort or the largest few along an axis, of numbers that do not tie."""
    import torch

    shape = _shape(rng)
    axis = int(rng.integers(0, len(shape)))
    x = _distinct(rng, shape)
    descending, k = bool(rng.random() < 0.5), int(rng.integers(1, shape[axis] + 1))
    if rng.random() < 0.5:
        return Call(
            f"sort {shape} axis={axis} descending={descending}",
            (x,),
            lambda t: ag.tanh(ag.sort(t, axis, descending)),
            lambda t: torch.tanh(torch.sort(t, axis, descending).values),
        )
    return Call(
        f"topk {shape} axis={axis} k={k}",
        (x,),
        lambda t: ag.tanh(ag.topk(t, k, axis)[0]),
        lambda t: torch.tanh(torch.topk(t, k, axis).values),
    )


def indexing(rng: Rng) -> Call:
    """Draw an index of arrays, masks, slices and numbers, and an addition at places."""
    import torch

    shape = (*_shape(rng, 2, 3),)
    x = rng.standard_normal(shape)
    first = rng.integers(0, shape[0], int(rng.integers(1, 5)))
    second = rng.integers(0, shape[1], len(first))
    mask = rng.random(shape) < 0.6
    mask.flat[0] = True
    keys: dict[str, tuple[Any, Any]] = {
        "arrays": ((first, second), (torch.tensor(first), torch.tensor(second))),
        "array and slice": ((first, slice(None, None)), (torch.tensor(first), slice(None))),
        "slice and array": ((slice(0, 2), second), (slice(0, 2), torch.tensor(second))),
        "mask": (mask, torch.tensor(mask)),
        "new axis": ((None, 0, ..., slice(None, None, 2)), (None, 0, ..., slice(None, None, 2))),
    }
    name = str(rng.choice([*keys, "scatter_add"]))
    if name == "scatter_add":
        axis = int(rng.integers(0, len(shape)))
        places = (*shape[:axis], int(rng.integers(1, 6)), *shape[axis + 1 :])
        at = rng.integers(0, shape[axis], places)
        return Call(
            f"scatter_add {shape} axis={axis}",
            (x, rng.standard_normal(places)),
            lambda t, u: ag.exp(ag.scatter_add(t, at, u, axis)),
            lambda t, u: torch.exp(t.scatter_add(axis, torch.tensor(at), u)),
        )
    ours, theirs = keys[name]
    return Call(f"index by {name} {shape}", (x,), lambda t: ag.exp(t[ours]), lambda t: torch.exp(t[theirs]))


def contraction(rng: Rng) -> Call:
    """Draw an einsum, a tensordot or an outer product."""
    import torch

    sizes = {letter: int(n) for letter, n in zip("abcde", rng.integers(1, 4, 5), strict=True)}
    left = "".join(rng.choice(list("abcde"), int(rng.integers(1, 4)), replace=False))
    right = "".join(rng.choice(list("abcde"), int(rng.integers(1, 4)), replace=False))
    every = sorted(set(left + right))
    out = "".join(rng.choice(every, int(rng.integers(0, len(every) + 1)), replace=False))
    equation = f"{left},{right}->{out}"
    x, y = (rng.standard_normal([sizes[c] for c in word]) for word in (left, right))
    return Call(
        f"einsum {equation} {x.shape} {y.shape}",
        (x, y),
        lambda a, b: ag.einsum(equation, a, b),
        lambda a, b: torch.einsum(equation, a, b),
    )


def rearrangement(rng: Rng) -> Call:
    """Draw a chain of roll, flip, tile, repeat, triangles, stack and split."""
    import torch

    shape = _shape(rng, 2, 3)
    axis, shift = int(rng.integers(0, len(shape))), int(rng.integers(-3, 4))
    times, k = int(rng.integers(1, 4)), int(rng.integers(-2, 3))
    lower = bool(rng.random() < 0.5)
    x = rng.standard_normal(shape)

    def ours(t: ag.Tensor) -> ag.Tensor:
        part = ag.flip(ag.roll(t, shift, axis), axis)
        part = (ag.tril if lower else ag.triu)(ag.repeat(part, times, axis), k)
        return ag.stack([part, ag.exp(part)], 1) * ag.tile(part, (1,) * part.ndim)[:, None]

    def theirs(t: Any) -> Any:
        part = torch.flip(torch.roll(t, shift, axis), (axis,))
        part = (torch.tril if lower else torch.triu)(part.repeat_interleave(times, axis), k)
        return torch.stack([part, torch.exp(part)], 1) * torch.tile(part, (1,) * part.ndim)[:, None]

    return Call(f"roll flip repeat triangle stack {shape} axis={axis} k={k}", (x,), ours, theirs)


def choosing(rng: Rng) -> Call:
    """Draw a where, a clip, or the larger of two."""
    import torch

    shape = _shape(rng)
    x = _distinct(rng, shape) + 0.013
    y = rng.permutation(x.reshape(-1)).reshape(shape) + 0.029
    low, high = sorted(rng.uniform(-2, 2, 2).tolist())
    mask = rng.random(shape) < 0.5
    calls: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
        "where": (
            lambda a, b: ag.where(mask, a * b, b),
            lambda a, b: torch.where(torch.tensor(mask), a * b, b),
        ),
        "clip": (
            lambda a, b: ag.clip(a, low, high) * b,
            lambda a, b: torch.clip(a, low, high) * b,
        ),
        "maximum": (lambda a, b: ag.maximum(a, b) ** 2, lambda a, b: torch.maximum(a, b) ** 2),
        "minimum": (lambda a, b: ag.minimum(a, b) ** 2, lambda a, b: torch.minimum(a, b) ** 2),
        "arctan2": (lambda a, b: ag.arctan2(a, b), torch.arctan2),
        "hypot": (lambda a, b: ag.hypot(a, b), torch.hypot),
        "logaddexp": (lambda a, b: ag.logaddexp(a, b), torch.logaddexp),
    }
    name = str(rng.choice(list(calls)))
    return Call(f"{name} {shape}", (x, y), *calls[name])


def trigonometry(rng: Rng) -> Call:
    """Draw a trigonometric, hyperbolic, exponential or logarithmic function within its domain."""
    import torch

    usual = ("sin", "cos", "tan", "sinh", "cosh", "exp", "exp2", "expm1", "log1p", "log", "log2", "log10")
    names = [*usual, "sqrt", "arcsin", "arccos", "arctanh"]
    name = str(rng.choice(names))
    x = rng.uniform(0.1, 0.9, _shape(rng))
    return Call(f"{name} {x.shape}", (x,), getattr(ag, name), getattr(torch, name))


DRAWS: dict[str, Draw] = {
    function.__name__: function
    for function in (
        scan,
        statistic,
        sorting,
        indexing,
        contraction,
        rearrangement,
        choosing,
        trigonometry,
    )
}
