"""Hypothesis drives sizes, strides, paddings, dilations, groups and windows of the window families.

Whatever it draws is either refused by an error of the library, or equal to plain loops; and the gradient is
the adjoint: a linear op and its sweep give the same <A x, u> = <x, A' u>.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import autograd_cnn as ag

from . import windows

Sizes = dict[str, Any]


@st.composite
def settings(draw: Any, rank: int, pooling: bool) -> tuple[tuple[int, ...], tuple[int, ...], Sizes]:
    """Draw a map's size, a window's, and what else a convolution or a pooling takes."""

    def each(low: int, high: int) -> tuple[int, ...]:
        return tuple(draw(st.integers(low, high)) for _ in range(rank))

    size, taps = each(1, 7 if rank < 3 else 4), each(1, 3)
    pairs = tuple((draw(st.integers(0, 2)), draw(st.integers(0, 2))) for _ in size)
    forms: list[Any] = [0, "valid", each(0, 2), pairs]
    if not pooling:
        forms.append("same")
    rounding = draw(st.sampled_from(["floor", "ceil", "exact"]))
    return (
        size,
        taps,
        {
            "stride": draw(st.sampled_from([1, 2, each(1, 3)])),
            "padding": draw(st.sampled_from(forms)),
            "dilation": draw(st.sampled_from([1, each(1, 2)])),
            "rounding": rounding,
        },
    )


def numbers(seed: int, *shape: int) -> np.ndarray:
    """Small whole numbers: every sum is exact, and maxima tie."""
    return np.random.default_rng(seed).integers(-3, 4, shape).astype(float)


def attempt(function: Any, *operands: Any, **sizes: Any) -> ag.Tensor | None:
    """Call; None when the library refuses in its own words."""
    try:
        result: ag.Tensor = function(*operands, **sizes)
    except ag.AutogradError as error:
        refused = error
    else:
        return result
    assert refused.fits or refused.rule, str(refused)
    return None


def looped(function: Any, *operands: Any, **sizes: Any) -> np.ndarray:
    """Run the loops; "exact" divides, so rounding down gives the same."""
    if sizes.get("rounding") == "exact":
        sizes["rounding"] = "floor"
    values: np.ndarray = function(*operands, **sizes)
    return values


def check_adjoint(y: ag.Tensor, x: ag.Tensor, seed: int) -> None:
    """<A x, u> = <x, A' u>, exactly, for whole numbers."""
    u = numbers(seed + 1, *y.shape)
    (g,) = ag.gradients(y, x, u)
    assert (y.data * u).sum() == (x.data * g.data).sum()


ranks, seeds = st.integers(1, 3), st.integers(0, 10_000)


@given(ranks, st.data(), st.integers(1, 2), st.booleans(), seeds)
def test_convolution(rank: int, data: Any, groups: int, flip: bool, seed: int) -> None:
    size, taps, sizes = data.draw(settings(rank, False))
    x = ag.tensor(numbers(seed, 2, 2 * groups, *size), requires_grad=True)
    w = ag.tensor(numbers(seed + 2, groups, 2, *taps), requires_grad=True)
    y = attempt(getattr(ag, f"conv{rank}d"), x, w, groups=groups, flip=flip, **sizes)
    if y is None:
        return
    expected = looped(windows.convolve, x.data, w.data, groups=groups, flip=flip, **sizes)
    np.testing.assert_array_equal(y.data, expected)
    check_adjoint(y, x, seed)
    check_adjoint(y, w, seed)


@given(ranks, st.data(), st.integers(1, 2), seeds)
def test_transposed_convolution(rank: int, data: Any, groups: int, seed: int) -> None:
    size, taps, sizes = data.draw(settings(rank, False))
    del sizes["rounding"]
    extra = data.draw(st.sampled_from([0, 1, (1,) * rank]))
    x = ag.tensor(numbers(seed, 2, groups, *size), requires_grad=True)
    w = ag.tensor(numbers(seed + 2, groups, 2, *taps), requires_grad=True)
    function = getattr(ag, f"conv_transpose{rank}d")
    y = attempt(function, x, w, groups=groups, output_padding=extra, **sizes)
    if y is None or isinstance(sizes["padding"], str):
        return
    expected = windows.convolve_transposed(x.data, w.data, groups=groups, output_padding=extra, **sizes)
    np.testing.assert_array_equal(y.data, expected)
    check_adjoint(y, x, seed)
    check_adjoint(y, w, seed)


@given(ranks, st.data(), st.sampled_from(["first", "last", "split"]), seeds)
def test_max_pooling(rank: int, data: Any, ties: str, seed: int) -> None:
    size, taps, sizes = data.draw(settings(rank, True))
    x = ag.tensor(numbers(seed, 1, 2, *size), requires_grad=True)
    function = getattr(ag, f"max_pool{rank}d")
    y = attempt(function, x, taps, ties=ties, **sizes)
    if y is None:
        return
    np.testing.assert_array_equal(y.data, looped(windows.max_pooled, x.data, window=taps, ties=ties, **sizes))
    g = numbers(seed + 1, *y.shape)
    (dx,) = ag.gradients(y, x, g)
    assert np.isclose(dx.data.sum(), g.sum())  # nothing is lost
    if ties == "split":
        return
    _, at = looped_indices(x.data, taps, ties, sizes)
    sent = np.zeros((2, int(np.prod(size))))
    for plane in range(2):
        np.add.at(sent[plane], at[0, plane].ravel(), g[0, plane].ravel())
    np.testing.assert_array_equal(dx.data.reshape(sent.shape), sent)
    _, indices = function(x, taps, ties=ties, return_indices=True, **sizes)
    np.testing.assert_array_equal(indices.data, at)


def looped_indices(x: np.ndarray, taps: Any, ties: str, sizes: Sizes) -> Any:
    rounding = "floor" if sizes["rounding"] == "exact" else sizes["rounding"]
    return windows.max_pooled(x, ties, True, window=taps, **{**sizes, "rounding": rounding})


@given(ranks, st.data(), st.booleans(), seeds)
def test_sum_and_average_pooling(rank: int, data: Any, counted: bool, seed: int) -> None:
    size, taps, sizes = data.draw(settings(rank, True))
    del sizes["dilation"]
    x = ag.tensor(numbers(seed, 1, 2, *size), requires_grad=True)
    y = attempt(getattr(ag, f"sum_pool{rank}d"), x, taps, **sizes)
    if y is not None:
        np.testing.assert_array_equal(y.data, looped(windows.summed, x.data, window=taps, **sizes))
        check_adjoint(y, x, seed)
    mean = attempt(getattr(ag, f"avg_pool{rank}d"), x, taps, count_include_pad=counted, **sizes)
    if mean is None:
        return
    if isinstance(sizes["padding"], str):
        sizes["padding"] = 0
    expected = looped(windows.averaged, x.data, count_include_pad=counted, window=taps, **sizes)
    np.testing.assert_allclose(mean.data, expected, rtol=1e-14)
    (dx,) = ag.gradients(mean, x, np.ones(mean.shape))
    assert np.isclose((dx.data * x.data).sum(), mean.data.sum())


@given(ranks, st.data(), st.sampled_from([1, 2, 3, np.inf]), seeds)
def test_lp_pooling(rank: int, data: Any, p: float, seed: int) -> None:
    size, taps, sizes = data.draw(settings(rank, True))
    x = ag.tensor(numbers(seed, 1, 2, *size) + 0.25, requires_grad=True)
    y = attempt(getattr(ag, f"lp_pool{rank}d"), x, taps, p=p, **sizes)
    if y is None:
        return
    if p == np.inf:
        expected = looped(windows.max_pooled, np.abs(x.data), window=taps, **sizes)
    else:
        expected = looped(windows.summed, np.abs(x.data) ** p, window=taps, **sizes) ** (1 / p)
    np.testing.assert_allclose(y.data, expected, rtol=1e-12)
    (dx,) = ag.gradients(y, x, np.ones(y.shape))
    np.testing.assert_allclose((dx.data * x.data).sum(), y.data.sum(), rtol=1e-10)  # degree one: Euler


@given(ranks, st.data(), st.sampled_from([None, 1, 2]), seeds)
def test_unpooling_what_was_pooled(rank: int, data: Any, grow: int | None, seed: int) -> None:
    size, taps, sizes = data.draw(settings(rank, True))
    sizes = {"stride": sizes["stride"], "padding": 0}
    x = ag.tensor(numbers(seed, 1, 2, *size))
    found: Any = attempt(getattr(ag, f"max_pool{rank}d"), x, taps, return_indices=True, **sizes)
    if found is None:
        return
    pooled, indices = found
    values = ag.tensor(pooled.data, requires_grad=True)
    output = None if grow is None else size
    back = attempt(getattr(ag, f"max_unpool{rank}d"), values, indices, taps, output_size=output, **sizes)
    if back is None:
        return
    assert output is None or back.shape[2:] == size
    check_adjoint(back, values, seed)
    assert back.data.sum() == pooled.data.sum()


@given(st.integers(1, 3), st.data(), seeds)
def test_adaptive_pooling(rank: int, data: Any, seed: int) -> None:
    size = tuple(data.draw(st.integers(1, 6)) for _ in range(rank))
    out = tuple(data.draw(st.integers(1, 7)) for _ in range(rank))
    x = ag.tensor(numbers(seed, 1, 2, *size), requires_grad=True)
    y = attempt(getattr(ag, f"adaptive_avg_pool{rank}d"), x, out)
    largest = attempt(getattr(ag, f"adaptive_max_pool{rank}d"), x, out)
    if y is None or largest is None:
        return
    for place in np.ndindex(*out):
        cells = tuple(
            slice(i * n // m, -(-(i + 1) * n // m)) for i, n, m in zip(place, size, out, strict=True)
        )
        part = x.data[(slice(None), slice(None), *cells)]
        axes = tuple(range(2, part.ndim))
        np.testing.assert_allclose(y.data[(..., *place)], part.mean(axes), rtol=1e-14, atol=1e-15)
        np.testing.assert_array_equal(largest.data[(..., *place)], part.max(axes))
