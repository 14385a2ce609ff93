"""What the page writes beside operations of several arguments, read as a reader would, holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag
from viz.page.formulas import FORMULAS, FUNCTIONS

X = np.random.default_rng(1).normal(size=(1, 1, 4, 4))
ROWS = np.random.default_rng(2).normal(size=(3, 4))
LABELS = np.array([0, 3, 1])
HOT = np.eye(4)[LABELS]


def gradients(function: Callable[..., ag.Tensor], *arrays: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """The output, and the gradients of its sum weighed with 1, 2, 3, ...: dY is never all ones."""
    tensors = [ag.tensor(array, requires_grad=True) for array in arrays]
    y = function(*tensors)
    y.backward(arriving(y.shape))
    return y.numpy(), [tensor.grad.numpy() for tensor in tensors]


def arriving(shape: tuple[int, ...]) -> np.ndarray:
    return np.arange(1.0, np.prod(shape) + 1).reshape(shape)


def windows(array: np.ndarray) -> np.ndarray:
    """The 3 x 3 windows of X at stride 1, as views: (2, 2, 3, 3)."""
    return np.lib.stride_tricks.sliding_window_view(array[0, 0], (3, 3), writeable=True)


def spread(of_window: Callable[[np.ndarray, float, float], np.ndarray], y: np.ndarray) -> np.ndarray:
    """Sum over the windows that hold p of what each sends: from its cells, dY[w] and Y[w]."""
    total = np.zeros_like(X)
    targets, sources, dy = windows(total), windows(X), arriving((2, 2))
    for place in np.ndindex(2, 2):
        targets[place] += of_window(sources[place], dy[place], y[0, 0][place])
    return total


def softmax(rows: np.ndarray) -> np.ndarray:
    return np.exp(rows) / np.exp(rows).sum(1, keepdims=True)


def test_max_pool_gives_a_share_where_a_tie_is_split():
    text = FORMULAS["max_pool"][1]
    assert text == "dX[p] = sum of dY[w], or a share, over windows p won"
    for ties, share in (("first", [1, 0, 0]), ("last", [0, 0, 1]), ("split", [1 / 3] * 3)):
        _, (dx,) = gradients(lambda x, ties=ties: ag.max_pool1d(x, 3, ties=ties), np.ones((1, 1, 3)))
        np.testing.assert_allclose(dx[0, 0], share)


@pytest.mark.parametrize("n", [1, 2, 3, 4.5])
def test_norms(n: float) -> None:
    assert FORMULAS["norm"] == (
        "Y = (sum of |X|^n)^(1/n), for n = 2 the root of the sum of squares",
        "dX = dY × sign X × (|X| / Y)^(n − 1), for n = 2 that is dY × X / Y",
    )
    y, (dx,) = gradients(lambda x: ag.norm(x, n, axis=1, keepdims=True), ROWS)
    np.testing.assert_allclose(y, (np.abs(ROWS) ** n).sum(1, keepdims=True) ** (1 / n))
    np.testing.assert_allclose(dx, arriving(y.shape) * np.sign(ROWS) * (np.abs(ROWS) / y) ** (n - 1))


@pytest.mark.parametrize("n", [1, 2, 3])
def test_lp_pools(n: float) -> None:
    assert FUNCTIONS["lp_pool"] == (
        "Y[w] = (sum of |X[p]|^n in window w)^(1/n)",
        "dX[p] = sum of dY[w] × (|X[p]| / Y[w])^(n − 1) × sign X[p] over the windows w that hold p",
    )
    y, (dx,) = gradients(lambda x: ag.lp_pool2d(x, 3, n, stride=1), X)
    np.testing.assert_allclose(y[0, 0], (np.abs(windows(X)) ** n).sum((-1, -2)) ** (1 / n))
    wanted = spread(lambda x, dy, top: dy * (np.abs(x) / top) ** (n - 1) * np.sign(x), y)
    np.testing.assert_allclose(dx, wanted)


def test_weighted_pools() -> None:
    assert FUNCTIONS["weighted_pool"] == (
        "Y[w] = sum of weight[t] × X[p] / S in window w, with S the sum of its weights",
        "dX[p] = sum of dY[w] × the weight of p's place in w / S "
        "· d weight[t] = sum of dY[w] × (X[p] − Y[w]) / S",
    )
    weight = np.arange(1.0, 10).reshape(3, 3)
    y, (dx, dw) = gradients(lambda x, w: ag.weighted_pool2d(x, 3, weights=w, stride=1), X, weight)
    total = weight.sum()
    np.testing.assert_allclose(y[0, 0], (windows(X) * weight).sum((-1, -2)) / total)
    np.testing.assert_allclose(dx, spread(lambda x, dy, _: dy * weight / total, y))
    sent = arriving((2, 2))[:, :, None, None] * (windows(X) - y[0, 0][:, :, None, None]) / total
    np.testing.assert_allclose(dw, sent.sum((0, 1)))


@pytest.mark.parametrize("ddof", [0, 1, 2])
def test_variances(ddof: int) -> None:
    assert FUNCTIONS["var"] == ("Y = sum of (X − mean)² / (N − ddof)", "dX = 2 (X − mean) × dY / (N − ddof)")
    assert FUNCTIONS["std"] == (
        "Y = √(sum of (X − mean)² / (N − ddof))",
        "dX = (X − mean) × dY / ((N − ddof) Y)",
    )
    away, count = ROWS - ROWS.mean(1, keepdims=True), 4 - ddof
    y, (dx,) = gradients(lambda x: ag.var(x, axis=1, ddof=ddof, keepdims=True), ROWS)
    np.testing.assert_allclose(y, (away**2).sum(1, keepdims=True) / count)
    np.testing.assert_allclose(dx, 2 * away * arriving(y.shape) / count)
    y, (dx,) = gradients(lambda x: ag.std(x, axis=1, ddof=ddof, keepdims=True), ROWS)
    np.testing.assert_allclose(y, np.sqrt((away**2).sum(1, keepdims=True) / count))
    np.testing.assert_allclose(dx, away * arriving(y.shape) / (count * y))


@pytest.mark.parametrize(
    ("settings", "smoothing", "weight"),
    [
        ({}, 0.0, np.ones(4)),
        ({"smoothing": 0.3}, 0.3, np.ones(4)),
        ({"weights": [1.0, 2.0, 3.0, 5.0]}, 0.0, np.array([1.0, 2, 3, 5])),
        ({"reduction": "sum"}, 0.0, np.ones(4)),
    ],
)
def test_cross_entropies(settings: dict[str, Any], smoothing: float, weight: np.ndarray) -> None:
    weights = "(no N where a sum is taken; N = sum of the weights, 1 each unless given)"
    said = FUNCTIONS["cross_entropy"][1], FUNCTIONS["nll_loss"][1]
    assert said == (
        f"d logits = (softmax(logits) − target) × weight × dY / N {weights}",
        f"dX = −weight × dY / N at the label, else 0 {weights}",
    )
    target = (1 - smoothing) * HOT + smoothing / 4
    row = weight[LABELS][:, None]
    count = 1 if settings.get("reduction") == "sum" else row.sum()
    loss, (dx,) = gradients(lambda x: ag.cross_entropy(x, LABELS, **settings), ROWS)
    np.testing.assert_allclose(loss, -(row * target * np.log(softmax(ROWS))).sum() / count)
    np.testing.assert_allclose(dx, (softmax(ROWS) - target) * row / count)
    if not smoothing:
        _, (dx,) = gradients(lambda x: ag.nll_loss(x, LABELS, **settings), ROWS)
        np.testing.assert_allclose(dx, np.where(HOT == 1, -row / count, 0))


def test_leaky_slopes_that_are_learned() -> None:
    assert FORMULAS["prelu"] == (
        "Y = X where X ≥ 0, else a × X",
        "dX = dY where X ≥ 0, else a × dY · da = sum of dY × X where X < 0",
    )
    x = np.array([[-2.0, 0.0, 3.0, -0.5]])
    y, (dx, da) = gradients(lambda x, a: ag.prelu(x, a), x, np.array(0.25))
    dy = arriving(x.shape)
    np.testing.assert_allclose(y, np.where(x >= 0, x, 0.25 * x))
    np.testing.assert_allclose(dx, np.where(x >= 0, dy, 0.25 * dy))
    np.testing.assert_allclose(da, (dy * x)[x < 0].sum())


def test_local_response_normalisation() -> None:
    text = FUNCTIONS["local_response_norm"][1]
    assert text == "dX = dY / (…)^β − 2 α β / size × X × sum of dY × Y / (…) over the channels that hold it"
    x = np.random.default_rng(3).normal(size=(1, 7, 1, 1))
    size, alpha, beta, k = 3, 0.7, 0.6, 1.5
    y, (dx,) = gradients(lambda x: ag.local_response_norm(x, size, alpha, beta, k), x)
    line, dy, out = x[0, :, 0, 0], arriving((7,)), y[0, :, 0, 0]
    near = np.abs(np.subtract.outer(np.arange(7), np.arange(7))) <= size // 2
    base = k + alpha * (near @ line**2) / size
    np.testing.assert_allclose(out, line / base**beta)
    wanted = dy / base**beta - 2 * alpha * beta / size * line * (near.T @ (dy * out / base))
    np.testing.assert_allclose(dx[0, :, 0, 0], wanted)


@pytest.mark.parametrize(
    ("name", "function", "reading"),
    [
        ("multiply", ag.multiply, lambda x, y, z, d: (d * y, d * x)),
        ("divide", ag.divide, lambda x, y, z, d: (d / y, -d * x / y**2)),
        ("power", ag.power, lambda x, y, z, d: (d * y * x ** (y - 1), d * z * np.log(x))),
        ("hypot", ag.hypot, lambda x, y, z, d: (d * x / z, d * y / z)),
        ("logaddexp", ag.logaddexp, lambda x, y, z, d: (d * np.exp(x - z), d * np.exp(y - z))),
        ("remainder", ag.remainder, lambda x, y, z, d: (d, -d * np.floor(x / y))),
        ("subtract", ag.subtract, lambda x, y, z, d: (d, -d)),
    ],
)
def test_operations_of_two_arguments(name: str, function: Any, reading: Any) -> None:
    """The readings, in the order of the formulas' own words."""
    x, y = np.array([0.7, 1.9, 2.5]), np.array([1.3, 0.6, 1.1])
    z, found = gradients(function, x, y)
    texts = FORMULAS[name][1].split(" · ")
    assert [text.split(" = ")[0] for text in texts] == ["dX", "dY"]
    for gradient, wanted in zip(found, reading(x, y, z, arriving(x.shape)), strict=True):
        np.testing.assert_allclose(gradient, wanted)
