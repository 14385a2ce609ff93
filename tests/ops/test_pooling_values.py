"""Pools against plain loops: Lp, weighted, global and adaptive."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_cnn as ag

from .derivatives import check, check_abstract

Cells = list[tuple[int, ...]]
RNG = np.random.default_rng(3)
LECTURE_MAP = [[[[6.0, 6, 6, 6], [4, 5, 5, 4], [2, 4, 4, 2], [2, 4, 4, 2]]]]


def windows(size: tuple[int, ...], window: Any, stride: Any, padding: Any) -> dict[tuple[int, ...], Cells]:
    """Cells of each window, row-major, padding cells included."""
    counts = [(n + 2 * p - f) // s + 1 for n, f, s, p in zip(size, window, stride, padding, strict=True)]
    return {
        o: [
            tuple(i * s - p + k for i, s, p, k in zip(o, stride, padding, tap, strict=True))
            for tap in product(*map(range, window))
        ]
        for o in product(*map(range, counts))
    }


def pool(x: Any, window: Any, stride: Any, padding: Any, summary: Callable[[Any, int], float]) -> Any:
    """Apply ``summary(values, number of real cells)`` to each window; padding counts as 0."""
    cells = windows(x.shape[2:], window, stride, padding)
    last = max(cells)
    out = np.zeros((*x.shape[:2], *(o + 1 for o in last)))
    for n, c in product(range(x.shape[0]), range(x.shape[1])):
        padded = np.pad(x[n, c], [(p, p) for p in padding])
        for o, places in cells.items():
            values = [padded[tuple(i + p for i, p in zip(at, padding, strict=True))] for at in places]
            out[n, c, *o] = summary(np.array(values), o)  # type: ignore[arg-type]
    return out


def adaptive(x: Any, size: tuple[int, ...], summary: Callable[[Any], float]) -> Any:
    out = np.zeros((*x.shape[:2], *size))
    for o in product(*map(range, size)):
        spans = [
            slice(math.floor(i * n / m), math.ceil((i + 1) * n / m))
            for i, n, m in zip(o, x.shape[2:], size, strict=True)
        ]
        for n, c in product(range(x.shape[0]), range(x.shape[1])):
            out[n, c, *o] = summary(x[n, c, *spans])
    return out


LP = {1: ag.lp_pool1d, 2: ag.lp_pool2d, 3: ag.lp_pool3d}
WEIGHTED = {1: ag.weighted_pool1d, 2: ag.weighted_pool2d, 3: ag.weighted_pool3d}
ADAPTIVE_AVG = {1: ag.adaptive_avg_pool1d, 2: ag.adaptive_avg_pool2d, 3: ag.adaptive_avg_pool3d}
ADAPTIVE_MAX = {1: ag.adaptive_max_pool1d, 2: ag.adaptive_max_pool2d, 3: ag.adaptive_max_pool3d}


@pytest.mark.parametrize("p", [1, 1.5, 2, 3, 4, math.inf])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_lp_pool_is_the_norm_of_each_window(rank: int, p: float) -> None:
    x = RNG.standard_normal((2, 2, 5, 4, 3)[: rank + 2])
    window, stride, padding = (3, 2, 2)[:rank], (2, 1, 1)[:rank], (1, 0, 1)[:rank]
    expected = pool(x, window, stride, padding, lambda v, _: float(np.linalg.norm(v, p)))
    got = LP[rank](x, window, p, stride, padding)
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-12)


@pytest.mark.parametrize("p", [1, 2, 3, 2.5, math.inf])
def test_lp_pool_gradients(p: float) -> None:
    x = RNG.uniform(0.3, 1, (1, 2, 4, 4)) * RNG.choice([-1, 1], (1, 2, 4, 4))
    check(lambda v: ag.lp_pool2d(v, 2, p, stride=1, padding=0), [x])


@pytest.mark.parametrize("p", [1, 2, 3, 2.5, math.inf])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_lp_pool_of_zeros_has_gradient_zero(p: float, dtype: Any) -> None:
    x = ag.tensor(np.zeros((1, 1, 4, 4), dtype), requires_grad=True)
    y = ag.lp_pool2d(x, 2, p)
    y.sum().backward()
    assert y.dtype == dtype
    assert not y.numpy().any()
    np.testing.assert_array_equal(x.grad.numpy(), 0)


@pytest.mark.parametrize(("dtype", "size"), [("f8", 1e200), ("f8", 1e-200), ("f4", 1e30), ("f4", 1e-30)])
@pytest.mark.parametrize("p", [1.5, 2, 3, 7])
def test_lp_pool_where_powers_leave_the_dtype(dtype: str, size: float, p: float) -> None:
    cells = np.random.default_rng(0).standard_normal((1, 1, 4, 4)).astype(dtype)
    gradients, norms = [], []
    for values in (cells, cells * cells.dtype.type(size)):
        x = ag.tensor(values, requires_grad=True)
        norm = ag.lp_pool2d(x, 2, p)
        norm.sum().backward()
        norms.append(norm.numpy())
        gradients.append(x.grad.numpy())
    np.testing.assert_allclose(norms[1] / size, norms[0], rtol=1e-5)
    np.testing.assert_allclose(gradients[1], gradients[0], rtol=1e-4)


@pytest.mark.parametrize("p", [1, 1.5, 2, 3, 7, math.inf])
def test_lp_pool_of_windows_of_very_different_sizes(p: float) -> None:
    sizes = np.repeat([1e150, 1e-200, 1.0, 0.0, 1e300, 1e-290], 2)
    cells = np.array([1.0, 2.0, 4.0, 3.0, 5.0, 1.0, 1.0, 1.0, 2.0, 5.0, 3.0, 1.0])

    def derivatives(x: Any) -> Any:
        pooled = ag.lp_pool1d(x, 2, p)
        first = ag.grad(lambda v: ag.lp_pool1d(v, 2, p).sum())
        second = ag.grad(lambda v: (first(v) * np.tile([1.0, 0.0], 6)).sum())(x)
        return pooled.numpy()[0, 0], first(x).numpy()[0, 0], second.numpy()[0, 0]

    norms, slopes, curves = derivatives(cells[None, None])
    got = derivatives((cells * sizes)[None, None])
    some = sizes > 0
    np.testing.assert_allclose(got[0], norms * sizes[::2], rtol=1e-13)
    np.testing.assert_allclose(got[1], np.where(some, slopes, 0.0), rtol=1e-12)
    np.testing.assert_allclose(got[2][some] * sizes[some], curves[some], rtol=1e-9, atol=1e-12)


def test_lp_pool_takes_absolute_values() -> None:
    x = ag.tensor([[[-1.0, -2.0]]])
    assert ag.lp_pool1d(x, 2, p=1).item() == 3
    np.testing.assert_allclose(ag.lp_pool1d(x, 2, p=3).item(), 9 ** (1 / 3), rtol=1e-6)
    half = ag.lp_pool1d(ag.tensor(np.array([[[300.0, 400.0]]], np.float16)), 2)
    assert half.item() == 500
    assert half.dtype == np.float16


def test_lp_pool_keeps_nan_and_inf_in_their_windows() -> None:
    y = ag.lp_pool1d(ag.tensor([[[np.nan, 1.0, np.inf, 0.0, 3.0, 4.0]]]), 2).numpy()
    np.testing.assert_array_equal(y, [[[np.nan, np.inf, 5]]])


@pytest.mark.parametrize("kind", ["distance", "gaussian"])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_weighted_pool_averages_by_distance(rank: int, kind: str) -> None:
    x = RNG.standard_normal((2, 2, 6, 5, 4)[: rank + 2])
    window, stride, padding = (3, 2, 3)[:rank], (2, 1, 1)[:rank], (1, 0, 1)[:rank]
    taps = list(product(*map(range, window)))
    centre = [(f - 1) / 2 for f in window]
    d = np.array([math.dist(tap, centre) for tap in taps])
    w = 1 / (1 + d) if kind == "distance" else np.exp(-(d**2) / (2 * 0.8**2))
    expected = pool(x, window, stride, padding, lambda v, _: float((v * w).sum() / w.sum()))
    got = WEIGHTED[rank](x, window, kind, stride, padding, sigma=0.8)
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("counted", [True, False])
def test_weights_of_padding_count_when_asked(counted: bool) -> None:
    x = RNG.standard_normal((1, 2, 4, 4))
    w = np.arange(1.0, 10).reshape(3, 3)
    expected = np.zeros((1, 2, 4, 4))
    for c, i, j in product(range(2), range(4), range(4)):
        total = weight = 0.0
        for a, b in product(range(3), range(3)):
            u, v = i + a - 1, j + b - 1
            inside = 0 <= u < 4 and 0 <= v < 4
            total += w[a, b] * x[0, c, u, v] if inside else 0
            weight += w[a, b] if inside or counted else 0
        expected[0, c, i, j] = total / weight
    for weights in (w, w.tolist(), ag.tensor(w)):
        got = ag.weighted_pool2d(x, 3, weights, 1, 1, count_include_pad=counted)
        np.testing.assert_allclose(got.numpy(), expected, rtol=1e-10)


def test_weighted_pool_gradients() -> None:
    x, w = RNG.standard_normal((2, 2, 5, 4)), RNG.uniform(0.5, 2, (3, 2))
    check(lambda v: ag.weighted_pool2d(v, (3, 2), "distance", 1, (1, 0)), [x])
    check(lambda v, u: ag.weighted_pool2d(v, (3, 2), u, 2, (1, 0), count_include_pad=False), [x, w])


def test_weighted_pool_rounding_up_leaves_the_overhang_out() -> None:
    y = ag.weighted_pool1d(ag.tensor([[[3.0, 3.0, 3.0]]]), 2, [1.0, 2.0], rounding="ceil").numpy()
    np.testing.assert_array_equal(y, [[[3, 3]]])
    learned = ag.tensor([1.0, 2.0], requires_grad=True)
    z = ag.weighted_pool1d(ag.tensor([[[3.0, 3.0, 3.0]]]), 2, learned, rounding="ceil").numpy()
    np.testing.assert_array_equal(z, y)


@pytest.mark.parametrize("ties", ["first", "last", "split"])
@pytest.mark.parametrize("batch", [1, 9])
def test_global_max_pool(ties: Any, batch: int) -> None:
    x = RNG.integers(0, 5, (batch, 3, 4, 5)).astype(np.float32)
    t = ag.tensor(x, requires_grad=True)
    y = ag.global_max_pool(t, ties)
    np.testing.assert_array_equal(y.numpy(), x.max((2, 3), keepdims=True))
    g = RNG.integers(1, 9, y.shape).astype(np.float32) * 60
    y.backward(g)
    expected = np.zeros_like(x)
    for n, c in product(range(batch), range(3)):
        places = np.argwhere(x[n, c] == x[n, c].max())
        chosen = places if ties == "split" else places[:1] if ties == "first" else places[-1:]
        for at in chosen:
            expected[n, c, *at] = g[n, c, 0, 0] / len(chosen)
    np.testing.assert_allclose(t.grad.numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize("ties", ["first", "last", "split"])
def test_global_max_pool_lets_the_first_nan_win(ties: Any) -> None:
    t = ag.tensor([[[1.0, np.nan, 3.0, np.nan]]], requires_grad=True)
    y = ag.global_max_pool(t, ties)
    y.backward([[[2.0]]])
    assert math.isnan(y.item())
    np.testing.assert_array_equal(t.grad.numpy(), [[[0, 2, 0, 0]]])


def test_global_max_pool_can_be_routed() -> None:
    x = ag.tensor(LECTURE_MAP, requires_grad=True)
    assert ag.routing(ag.global_max_pool(x)).input_cells.tolist() == [[0, 0, 0, 0]]


def test_global_pools_gradients() -> None:
    x = RNG.permutation(np.arange(48.0)).reshape(2, 2, 3, 4)
    check(ag.global_avg_pool, [x])
    check(ag.global_max_pool, [x])
    np.testing.assert_allclose(ag.global_avg_pool(x).numpy(), x.mean((2, 3), keepdims=True))


@pytest.mark.parametrize("batch", [2, 8])
@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("kind", ["divides", "overlaps", "grows"])
def test_adaptive_pools(rank: int, kind: str, batch: int) -> None:
    x = RNG.standard_normal((batch, 2, 6, 4, 5)[: rank + 2])
    size = {"divides": (3, 2, 1), "overlaps": (4, 3, 2), "grows": (7, 5, 5)}[kind][:rank]
    np.testing.assert_allclose(ADAPTIVE_AVG[rank](x, size).numpy(), adaptive(x, size, np.mean), rtol=1e-10)
    values, places = ADAPTIVE_MAX[rank](x, size, return_indices=True)
    np.testing.assert_array_equal(values.numpy(), adaptive(x, size, np.max))
    flat = x.reshape(batch, 2, -1)
    taken = np.take_along_axis(flat, places.numpy().reshape(batch, 2, -1), 2)
    np.testing.assert_array_equal(taken.reshape(values.shape), values.numpy())


@given(n=st.integers(1, 9), m=st.integers(1, 12), ties=st.sampled_from(["first", "last", "split"]))
def test_adaptive_max_pool_sends_gradients_to_winners(n: int, m: int, ties: Any) -> None:
    x = np.random.default_rng(n * m).integers(0, 3, (1, 1, n)).astype(float)
    t = ag.tensor(x, requires_grad=True)
    ag.adaptive_max_pool1d(t, m, ties).backward(np.arange(1.0, m + 1).reshape(1, 1, m))
    expected = np.zeros(n)
    for o in range(m):
        start, end = math.floor(o * n / m), math.ceil((o + 1) * n / m)
        row = x[0, 0, start:end]
        winners = np.flatnonzero(row == row.max()) + start
        chosen = winners if ties == "split" else winners[:1] if ties == "first" else winners[-1:]
        for cell in chosen:
            expected[cell] += (o + 1) / len(chosen)
    np.testing.assert_allclose(t.grad.numpy()[0, 0], expected)


def test_adaptive_pools_gradients() -> None:
    x = RNG.permutation(np.arange(60.0)).reshape(1, 2, 5, 6)
    check(lambda v: ag.adaptive_avg_pool2d(v, (3, 4)), [x])
    check(lambda v: ag.adaptive_max_pool2d(v, (3, 4)), [x])
    check(lambda v: ag.adaptive_avg_pool2d(v, (5, 2)), [x])


def test_adaptive_max_pool_keeps_infinities() -> None:
    x = ag.tensor([[[-np.inf, np.inf, np.nan]]])
    np.testing.assert_array_equal(ag.adaptive_max_pool1d(x, 2).numpy(), [[[np.inf, np.nan]]])
    counts = ag.adaptive_max_pool1d(ag.tensor(np.array([[[1, 5, 3]]])), 2)
    np.testing.assert_array_equal(counts.numpy(), [[[5, 5]]])


def test_the_lecture_map() -> None:
    np.testing.assert_array_equal(ag.adaptive_max_pool2d(LECTURE_MAP, 2).numpy()[0, 0], [[6, 6], [4, 4]])
    np.testing.assert_array_equal(
        ag.adaptive_avg_pool2d(LECTURE_MAP, 2).numpy()[0, 0], [[5.25, 5.25], [3, 3]]
    )
    l2 = np.sqrt([[36 + 36 + 16 + 25, 36 + 36 + 25 + 16], [4 + 16 + 4 + 16] * 2])
    np.testing.assert_allclose(ag.lp_pool2d(LECTURE_MAP, 2).numpy()[0, 0], l2)


CALLS: dict[str, Callable[[Any], Any]] = {
    "lp 1": lambda x: ag.lp_pool2d(x, 2, 1),
    "lp 2": lambda x: ag.lp_pool2d(x, 2),
    "lp inf": lambda x: ag.lp_pool2d(x, 2, math.inf),
    "distance": lambda x: ag.weighted_pool2d(x, 3, padding=1, count_include_pad=False),
    "own": lambda x: ag.weighted_pool2d(x, 2, np.ones((2, 2))),
    "learned": lambda x: ag.weighted_pool2d(x, 2, ag.tensor(np.ones((2, 2), x.dtype), requires_grad=True)),
    "global max": ag.global_max_pool,
    "global avg": ag.global_avg_pool,
    "adaptive avg": lambda x: ag.adaptive_avg_pool2d(x, (2, 3)),
    "adaptive max": lambda x: ag.adaptive_max_pool2d(x, (2, 3)),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtype_is_kept_and_inputs_are_not_written(name: str, dtype: Any) -> None:
    x = RNG.standard_normal((9, 2, 5, 4)).astype(dtype)
    before = x.copy()
    t = ag.Tensor(x, True)
    y = CALLS[name](t)
    y.backward(np.ones(y.shape, dtype))
    assert y.dtype == t.grad.dtype == dtype
    np.testing.assert_array_equal(x, before)
    moved = np.asfortranarray(x)
    near = {np.float16: 1e-2, np.float32: 1e-5, np.float64: 1e-12}[dtype]
    np.testing.assert_allclose(CALLS[name](ag.Tensor(moved)).numpy(), y.numpy(), near, near)


@pytest.mark.parametrize("name", CALLS)
def test_shapes_without_data(name: str) -> None:
    check_abstract(CALLS[name], [RNG.standard_normal((2, 2, 5, 4)).astype(np.float32)])


@pytest.mark.parametrize("name", CALLS)
def test_an_empty_batch_gives_an_empty_result(name: str) -> None:
    t = ag.tensor(np.zeros((0, 2, 5, 4), np.float32), requires_grad=True)
    y = CALLS[name](t)
    y.backward(np.zeros(y.shape, np.float32))
    assert y.shape[:2] == (0, 2)
    assert t.grad.shape == t.shape


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ag.lp_pool2d(np.ones((1, 1, 4, 4)), 2, 0.5), "p=0.5 gives no norm"),
        (lambda: ag.lp_pool2d(np.ones((1, 4, 4)), 2), "x has 3 axes, not 4"),
        (lambda: ag.weighted_pool1d(np.ones((1, 1, 4)), 2, "near"), "weights='near' is unknown"),
        (
            lambda: ag.weighted_pool1d(np.ones((1, 1, 4)), 2, [1.0]),
            "the weights and the window differ in shape",
        ),
        (
            lambda: ag.weighted_pool1d(np.ones((1, 1, 4)), 2, [1.0, -1.0]),
            "the weights of a window add up to 0",
        ),
        (lambda: ag.weighted_pool1d(np.ones((1, 1, 4)), 2, ag.tensor([1.0, -1.0])), "add up to 0"),
        (lambda: ag.weighted_pool1d(np.ones((1, 1, 4)), 2, "gaussian", sigma=0), "sigma=0 gives no bell"),
        (lambda: ag.global_max_pool(np.ones((1, 1, 0))), "no cells to pool over"),
        (lambda: ag.global_avg_pool(np.ones((1, 4))), "x has 2 axes, not 3 to 5"),
        (lambda: ag.adaptive_avg_pool2d(np.ones((1, 1, 4, 4)), 0), "size=0 is not understood"),
        (
            lambda: ag.adaptive_max_pool2d(np.ones((1, 1, 4, 4)), 3, "split", return_indices=True),
            'with ties="split" a window has no single index',
        ),
    ],
)
def test_bad_inputs_say_what_is_wrong(call: Callable[[], Any], words: str) -> None:
    with pytest.raises(ag.AutogradError, match=words):
        call()


@pytest.mark.peers
def test_pools_agree_with_pytorch() -> None:
    torch = pytest.importorskip("torch")
    f = torch.nn.functional
    x = RNG.uniform(0.1, 1, (2, 3, 11, 13))
    t = torch.tensor(x, requires_grad=True)
    for ours, theirs in [
        (lambda v: ag.lp_pool2d(v, 3, 2, 2), lambda v: f.lp_pool2d(v, 2, 3, 2)),
        (lambda v: ag.lp_pool2d(v, 2, 3), lambda v: f.lp_pool2d(v, 3, 2)),
        (lambda v: ag.adaptive_avg_pool2d(v, (4, 5)), lambda v: f.adaptive_avg_pool2d(v, (4, 5))),
        (lambda v: ag.adaptive_max_pool2d(v, (4, 5)), lambda v: f.adaptive_max_pool2d(v, (4, 5))),
        (ag.global_max_pool, lambda v: f.adaptive_max_pool2d(v, 1)),
    ]:
        mine = ag.tensor(x, requires_grad=True)
        y, z = ours(mine), theirs(t)
        g = RNG.standard_normal(y.shape)
        y.backward(g)
        t.grad = None
        z.backward(torch.tensor(g))
        np.testing.assert_allclose(y.numpy(), z.detach().numpy(), rtol=1e-10)
        np.testing.assert_allclose(mine.grad.numpy(), t.grad.numpy(), rtol=1e-9, atol=1e-12)


def test_advice_for_a_window_that_is_too_large_can_be_followed() -> None:
    x = np.zeros((1, 1, 6, 6))
    with pytest.raises(ag.ShapeError, match="fits: padding 1 or 2 at both ends"):
        ag.max_pool2d(x, 7)
    for padding in (1, 2):
        assert ag.max_pool2d(x, 7, padding=padding).shape == (1, 1, 1, 1)


@pytest.mark.parametrize("name", ["window", "stride", "padding", "dilation"])
def test_truth_values_are_no_sizes(name: str) -> None:
    with pytest.raises(ag.RangeError, match=f"{name}=True is not understood"):
        ag.max_pool2d(np.zeros((1, 1, 4, 4)), **{"window": 2, name: True})
