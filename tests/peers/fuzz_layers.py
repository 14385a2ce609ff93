"""Random calls of activations, poolings, normalisations, interpolation and losses, ours and PyTorch's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_cnn as ag

from .fuzz import Call, Draw, _distinct
from .fuzz_elements import _shape

Rng = np.random.Generator


def _torch() -> Any:
    import torch

    return torch


def _functions() -> dict[str, tuple[Callable[..., Any], Callable[..., Any]]]:
    """Activations by name: ours, PyTorch's."""
    torch = _torch()
    f = torch.nn.functional
    return {
        "relu": (ag.relu, f.relu),
        "relu6": (lambda x: ag.relu6(x * 4.0), lambda x: f.relu6(x * 4.0)),
        "leaky_relu": (ag.leaky_relu, f.leaky_relu),
        "elu": (ag.elu, f.elu),
        "selu": (lambda x: ag.selu(x, 1.0507009873554805, 1.6732632423543772), f.selu),
        "celu": (ag.celu, f.celu),
        "gelu": (ag.gelu, f.gelu),
        "silu": (ag.silu, f.silu),
        "mish": (ag.mish, f.mish),
        # PyTorch's own hardsigmoid differentiates with 1/6 rounded to float32
        "hard_sigmoid": (
            lambda x: ag.hard_sigmoid(x * 3.0),
            lambda x: torch.clamp(x * 3.0 / 6 + 0.5, 0, 1),
        ),
        "hard_swish": (lambda x: ag.hard_swish(x * 3.0), lambda x: f.hardswish(x * 3.0)),
        "softplus": (ag.softplus, f.softplus),
        "softsign": (ag.softsign, f.softsign),
        "sigmoid": (ag.sigmoid, torch.sigmoid),
        "tanh": (ag.tanh, torch.tanh),
        "arctan": (ag.arctan, torch.arctan),
        "arsinh": (ag.arsinh, torch.arcsinh),
        "erf": (ag.erf, torch.erf),
        "identity": (lambda x: ag.identity(x) * x, lambda x: x * x),
    }


def activation(rng: Rng) -> Call:
    """Draw an activation on numbers away from kinks."""
    table = _functions()
    name = str(rng.choice(list(table)))
    x = rng.standard_normal(_shape(rng)) * 2
    x = np.where(np.abs(x) < 0.05, x + 0.2, x)
    for kink in (1.0, 1.5):  # of relu6 and the hard ones, scaled
        x = np.where(np.abs(np.abs(x) - kink) < 0.02, x + 0.05, x)
    ours, theirs = table[name]
    return Call(f"{name} {x.shape}", (x,), ours, theirs)


def prelu(rng: Rng) -> Call:
    """Draw a PReLU with a slope a channel."""
    torch = _torch()
    channels = int(rng.integers(1, 4))
    x = rng.standard_normal((int(rng.integers(1, 4)), channels, *_shape(rng, 0, 2)))
    x = np.where(np.abs(x) < 0.05, x + 0.2, x)
    a = rng.standard_normal(channels)
    return Call(f"prelu {x.shape}", (x, a), ag.prelu, torch.nn.functional.prelu)


def softmax(rng: Rng) -> Call:
    """Draw a softmax or its logarithm along an axis, weighted so that second derivatives differ from 0."""
    torch = _torch()
    shape = _shape(rng)
    axis = int(rng.integers(-len(shape), len(shape)))
    log = bool(rng.random() < 0.5)
    ours, theirs = (ag.log_softmax, torch.log_softmax) if log else (ag.softmax, torch.softmax)
    return Call(
        f"{'log ' if log else ''}softmax {shape} axis={axis}",
        (rng.standard_normal(shape) * 3,),
        lambda x: ours(x, axis=axis),
        lambda x: theirs(x, axis),
    )


def lp_pooling(rng: Rng) -> Call | None:
    """Draw an Lp pooling of positive numbers (PyTorch's has no absolute value)."""
    torch = _torch()
    rank, p = int(rng.integers(1, 4)), float(rng.choice([1.0, 2.0, 3.0]))
    window, stride = int(rng.integers(1, 4)), int(rng.integers(1, 3))
    size = tuple(int(n) for n in rng.integers(window, 7, rank))
    x = rng.uniform(0.2, 2.0, (2, 2, *size))
    ours, theirs = getattr(ag, f"lp_pool{rank}d"), getattr(torch.nn.functional, f"lp_pool{rank}d")
    return Call(
        f"lp_pool{rank}d {x.shape} window={window} stride={stride} p={p}",
        (x,),
        lambda t: ours(t, window, p=p, stride=stride),
        lambda t: theirs(t, p, window, stride),
    )


def adaptive_pooling(rng: Rng) -> Call:
    """Draw an adaptive or a global pooling, average or max."""
    torch = _torch()
    rank = int(rng.integers(1, 4))
    size = tuple(int(n) for n in rng.integers(3, 8, rank))
    out = tuple(int(rng.integers(1, n + 1)) for n in size)
    kind = str(rng.choice(["avg", "max"]))
    x = _distinct(rng, (2, 2, *size))
    ours = getattr(ag, f"adaptive_{kind}_pool{rank}d")
    theirs = getattr(torch.nn.functional, f"adaptive_{kind}_pool{rank}d")
    return Call(
        f"adaptive_{kind}_pool{rank}d {x.shape} {out}", (x,), lambda t: ours(t, out), lambda t: theirs(t, out)
    )


def unpooling(rng: Rng) -> Call:
    """Draw a max unpooling with places that do not meet, and an output size."""
    torch = _torch()
    rank = int(rng.integers(1, 4))
    size = tuple(int(n) for n in rng.integers(2, 8, rank))
    x = _distinct(rng, (2, 2, *size))
    functional = torch.nn.functional
    pooled, indices = getattr(functional, f"max_pool{rank}d")(torch.tensor(x), 2, return_indices=True)
    ours, theirs = getattr(ag, f"max_unpool{rank}d"), getattr(functional, f"max_unpool{rank}d")
    places = indices.numpy()
    return Call(
        f"max_unpool{rank}d {pooled.shape} output_size={size}",
        (rng.standard_normal(pooled.shape),),
        lambda t: ag.tanh(ours(t, places, 2, output_size=size)),
        lambda t: torch.tanh(theirs(t, indices, 2, output_size=size)),
    )


def normalisation(rng: Rng) -> Call:
    """Draw a batch, layer, group, instance or local response normalisation, with scale and shift."""
    torch = _torch()
    f = torch.nn.functional
    name = str(rng.choice(["batch", "batch, given statistics", "layer", "group", "instance", "response"]))
    groups = int(rng.integers(1, 4))
    channels = groups * int(rng.integers(1, 3))
    x = rng.standard_normal((int(rng.integers(2, 4)), channels, *(int(n) for n in rng.integers(2, 5, 2))))
    scale, shift = rng.standard_normal((2, channels))
    mean, variance = rng.standard_normal(channels), rng.uniform(0.5, 2.0, channels)
    t_mean, t_variance = torch.tensor(mean), torch.tensor(variance)
    inner = x.shape[1:]
    size = int(rng.integers(1, 6))
    calls: dict[str, tuple[tuple[Any, ...], Callable[..., Any], Callable[..., Any]]] = {
        "batch": (
            (x, scale, shift),
            lambda x, w, b: ag.batch_norm(x, w, b),
            lambda x, w, b: f.batch_norm(x, None, None, w, b, training=True),
        ),
        "batch, given statistics": (
            (x, scale, shift),
            lambda x, w, b: ag.batch_norm(x, w, b, mean, variance),
            lambda x, w, b: f.batch_norm(x, t_mean, t_variance, w, b),
        ),
        "layer": (
            (x, rng.standard_normal(inner), rng.standard_normal(inner)),
            lambda x, w, b: ag.layer_norm(x, w, b, last=3),
            lambda x, w, b: f.layer_norm(x, inner, w, b),
        ),
        "group": (
            (x, scale, shift),
            lambda x, w, b: ag.group_norm(x, w, b, groups=groups),
            lambda x, w, b: f.group_norm(x, groups, w, b),
        ),
        "instance": (
            (x, scale, shift),
            lambda x, w, b: ag.instance_norm(x, w, b),
            lambda x, w, b: f.instance_norm(x, weight=w, bias=b),
        ),
        "response": (
            (x,),
            lambda x: ag.local_response_norm(x, size, alpha=0.3),
            lambda x: f.local_response_norm(x, size, alpha=0.3),
        ),
    }
    arrays, ours, theirs = calls[name]
    return Call(f"{name} normalisation {x.shape} groups={groups} size={size}", arrays, ours, theirs)


def interpolation(rng: Rng) -> Call:
    """Draw a nearest or bilinear interpolation to another size."""
    torch = _torch()
    size = tuple(int(n) for n in rng.integers(1, 7, 2))
    out = tuple(int(n) for n in rng.integers(1, 10, 2))
    mode = str(rng.choice(["nearest", "bilinear"]))
    x = rng.standard_normal((2, 2, *size))
    return Call(
        f"interpolate {x.shape} to {out} {mode}",
        (x,),
        lambda t: ag.tanh(ag.interpolate(t, size=out, mode=mode)),
        lambda t: torch.tanh(torch.nn.functional.interpolate(t, size=out, mode=mode)),
    )


def loss(rng: Rng) -> Call:
    """Draw a loss with a reduction."""
    torch = _torch()
    f = torch.nn.functional
    n, classes = (int(k) for k in rng.integers(2, 6, 2))
    x, y = rng.standard_normal((2, n, classes))
    y = np.where(np.abs(np.abs(x - y) - 1) < 0.05, y + 0.1, y)
    y = np.where(np.abs(x - y) < 0.05, y + 0.2, y)
    reduction = str(rng.choice(["mean", "sum", "none"]))
    labels = rng.integers(0, classes, n)
    weights = rng.uniform(0.5, 2.0, classes)
    smoothing = float(rng.choice([0.0, 0.1, 0.3]))
    chances = rng.dirichlet(np.ones(classes), n)
    t_labels, t_weights, t_y, t_p = map(torch.tensor, (labels, weights, y, chances))
    hard = (rng.random((n, classes)) < 0.5).astype(float)
    t_hard = torch.tensor(hard)
    positive = rng.uniform(0.5, 2.0, classes)
    ignored = int(labels[0]) if len(set(labels)) > 1 else -100
    calls: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
        "mse": (lambda x: ag.mse_loss(x, y, reduction), lambda x: f.mse_loss(x, t_y, reduction=reduction)),
        "l1": (lambda x: ag.l1_loss(x, y, reduction), lambda x: f.l1_loss(x, t_y, reduction=reduction)),
        "huber": (
            lambda x: ag.huber_loss(x, y, reduction=reduction),
            lambda x: f.huber_loss(x, t_y, reduction=reduction),
        ),
        "cross entropy": (
            lambda x: ag.cross_entropy(x, labels, weights=weights, smoothing=smoothing, reduction=reduction),
            lambda x: f.cross_entropy(x, t_labels, t_weights, label_smoothing=smoothing, reduction=reduction),
        ),
        "cross entropy, ignoring": (
            lambda x: ag.cross_entropy(x, labels, ignore_index=ignored, reduction=reduction),
            lambda x: f.cross_entropy(x, t_labels, ignore_index=ignored, reduction=reduction),
        ),
        "cross entropy of chances": (
            lambda x: ag.cross_entropy(x, chances, reduction=reduction),
            lambda x: f.cross_entropy(x, t_p, reduction=reduction),
        ),
        "nll": (
            lambda x: ag.nll_loss(ag.log_softmax(x), labels, weights=weights, reduction=reduction),
            lambda x: f.nll_loss(torch.log_softmax(x, -1), t_labels, t_weights, reduction=reduction),
        ),
        "binary": (
            lambda x: ag.binary_cross_entropy_with_logits(
                x, hard, positive_weight=positive, reduction=reduction
            ),
            lambda x: f.binary_cross_entropy_with_logits(
                x, t_hard, pos_weight=torch.tensor(positive), reduction=reduction
            ),
        ),
    }
    name = str(rng.choice(list(calls)))
    ours, theirs = calls[name]
    return Call(f"{name} loss {x.shape} {reduction} smoothing={smoothing}", (x,), ours, theirs)


DRAWS: dict[str, Draw] = {
    function.__name__: function
    for function in (
        activation,
        prelu,
        softmax,
        lp_pooling,
        adaptive_pooling,
        unpooling,
        normalisation,
        interpolation,
        loss,
    )
}
