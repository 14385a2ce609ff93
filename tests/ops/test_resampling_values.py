"""Interpolation, dropout and sizes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_cnn as ag
from autograd_cnn._modes import switched
from autograd_cnn.abstract import Abstract
from autograd_cnn.kernels.resampling import AxisMap, resample, resample_transpose

from .derivatives import check, check_abstract

RNG = np.random.default_rng(11)


def place(o: int, n: int, m: int, scale: float, corners: bool) -> float:
    """Where output cell o lies in the input."""
    at = (o * (n - 1) / (m - 1) if m > 1 else 0.0) if corners else (o + 0.5) / scale - 0.5
    return min(max(at, 0.0), n - 1.0)


def linear(x: Any, sizes: Any, scales: Any, corners: bool) -> Any:
    """Weigh the 2**rank cells around each output cell's place."""
    out = np.zeros((*x.shape[:2], *sizes))
    for o in product(*map(range, sizes)):
        at = [place(*args, corners) for args in zip(o, x.shape[2:], sizes, scales, strict=True)]
        for corner in product((0, 1), repeat=len(sizes)):
            cell = [min(math.floor(p) + k, n - 1) for p, k, n in zip(at, corner, x.shape[2:], strict=True)]
            shares = [abs(1 - k - (p - math.floor(p))) for p, k in zip(at, corner, strict=True)]
            out[:, :, *o] += math.prod(shares) * x[:, :, *cell]
    return out


@pytest.mark.parametrize("corners", [False, True])
@pytest.mark.parametrize("batch", [2, 8])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_linear_interpolation(rank: int, batch: int, corners: bool) -> None:
    x = RNG.standard_normal((batch, 2, 4, 3, 2)[: rank + 2])
    mode: Any = ("linear", "bilinear", "trilinear")[rank - 1]
    for sizes in [(7, 2, 3)[:rank], (1, 6, 1)[:rank]]:
        scales = [m / n for m, n in zip(sizes, x.shape[2:], strict=True)]
        got = ag.interpolate(x, sizes, mode=mode, align_corners=corners)
        np.testing.assert_allclose(got.numpy(), linear(x, sizes, scales, corners), rtol=1e-10, atol=1e-12)
    scales = [1.7, 2.0, 1.5][:rank]
    sizes = tuple(math.floor(n * s) for n, s in zip(x.shape[2:], scales, strict=True))
    got = ag.interpolate(x, scale=scales, mode=mode, align_corners=corners)
    np.testing.assert_allclose(got.numpy(), linear(x, sizes, scales, corners), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("batch", [2, 8])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_nearest_interpolation(rank: int, batch: int) -> None:
    x = RNG.standard_normal((batch, 2, 4, 3, 2)[: rank + 2])
    for factor in (2, 3):
        expected = x
        for axis in range(2, x.ndim):
            expected = np.repeat(expected, factor, axis)
        np.testing.assert_array_equal(ag.interpolate(x, scale=factor).numpy(), expected)
    sizes = (3, 5, 2)[:rank]
    grid = [[o * n // m for o in range(m)] for n, m in zip(x.shape[2:], sizes, strict=True)]
    np.testing.assert_array_equal(ag.interpolate(x, sizes).numpy(), x[:, :, *np.ix_(*grid)])


@given(
    kind=st.sampled_from(["nearest", "linear", "corners", "average"]),
    n=st.integers(1, 9),
    m=st.integers(1, 12),
    batch=st.sampled_from([1, 8]),
)
def test_a_map_and_its_transpose_are_adjoint(kind: Any, n: int, m: int, batch: int) -> None:
    rng = np.random.default_rng(n * m)
    maps = (AxisMap(kind, n, m), AxisMap("nearest", 3, 2))
    x, y = rng.standard_normal((batch, 2, n, 3)), rng.standard_normal((batch, 2, m, 2))
    left = np.vdot(resample(x, maps=maps), y)
    assert left == pytest.approx(np.vdot(x, resample_transpose(y, maps=maps)), rel=1e-9, abs=1e-12)


def test_an_infinite_cell_stays_where_it_is() -> None:
    y = ag.interpolate(ag.tensor([[[np.inf, 1.0, 2.0]]]), 6, mode="linear").numpy()
    np.testing.assert_allclose(y, [[[np.inf, np.inf, np.inf, 1.25, 1.75, 2]]])


CALLS: dict[str, Callable[[Any], Any]] = {
    "nearest": lambda x: ag.interpolate(x, (7, 3)),
    "bilinear": lambda x: ag.interpolate(x, scale=1.5, mode="bilinear"),
    "corners": lambda x: ag.interpolate(x, (3, 7), mode="bilinear", align_corners=True),
    "dropout": lambda x: ag.dropout(x, 0.4, np.random.default_rng(1)),
    "channels": lambda x: ag.dropout_channels(x, 0.4, np.random.default_rng(1)),
    "not training": lambda x: ag.dropout(x, 0.4, training=False),
}


@pytest.mark.parametrize("name", CALLS)
def test_derivatives_dtypes_and_shapes(name: str) -> None:
    x = RNG.standard_normal((2, 3, 4, 5))
    check(CALLS[name], [x])
    for dtype in (np.float16, np.float32):
        check_abstract(CALLS[name], [x.astype(dtype)])
        t = ag.Tensor(x.astype(dtype), True)
        y = CALLS[name](t)
        y.backward(np.ones(y.shape, dtype))
        assert y.dtype == t.grad.dtype == dtype


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_dropout_keeps_the_mean(p: float) -> None:
    x = ag.tensor(np.ones((50, 40, 5)), requires_grad=True)
    y = ag.dropout(x, p, np.random.default_rng(0))
    kept = y.numpy() != 0
    assert kept.mean() == pytest.approx(1 - p, abs=0.02)
    np.testing.assert_allclose(y.numpy()[kept], 1 / (1 - p) if p < 1 else 1)
    y.backward(np.full(y.shape, 2.0))
    np.testing.assert_allclose(x.grad.numpy(), 2 * y.numpy())
    channels = ag.dropout_channels(x, p, np.random.default_rng(0)).numpy()
    assert (channels == channels[..., :1]).all()
    assert (channels != 0).mean() == pytest.approx(1 - p, abs=0.04)


def test_dropout_drops_infinite_values_whole_and_repeats_itself() -> None:
    x = np.full(1000, np.inf, np.float32)
    one, two = (ag.dropout(x, 0.5, np.random.default_rng(4)).numpy() for _ in range(2))
    assert set(np.unique(one)) == {0, np.inf}
    np.testing.assert_array_equal(one, two)


def test_dropout_keeps_one_byte_a_value_and_moves_no_generator_without_data() -> None:
    node = ag.dropout(ag.tensor(np.ones(100), requires_grad=True), 0.5, np.random.default_rng(0)).node
    assert node is not None
    assert sum(v.nbytes for v in node.saved) == 100
    rng = np.random.default_rng(0)
    with switched(abstract=True):
        ag.dropout(ag.Tensor(Abstract((5, 5), np.float32)), 0.5, rng)  # type: ignore[arg-type]
    assert rng.random() == np.random.default_rng(0).random()


def test_dropout_layers_are_still_in_evaluation() -> None:
    x = ag.tensor(np.ones((8, 6, 2, 2), np.float32))
    for kind in (ag.nn.Dropout, ag.nn.Dropout2d):
        layer = kind(0.5, rng=np.random.default_rng(0))
        assert (layer(x).numpy() == 0).any()
        np.testing.assert_array_equal(layer.eval()(x).numpy(), x.numpy())


@pytest.mark.parametrize(
    ("n", "window", "stride", "padding", "expected"),
    [
        (7, 3, 1, 0, 5),
        (7, 3, 2, 0, 3),
        (7, 3, 3, 1, 3),
        (32, 5, 1, "valid", 28),
        (7, 3, 3, ((0, 2),), 3),
        (7, 3, 2, "same", 4),
        ((7, 32), (3, 5), (3, 1), (1, 0), (3, 28)),
        ((7, 7), 3, 2, 0, (3, 3)),
    ],
)
def test_sizes_of_the_lecture(n: Any, window: Any, stride: Any, padding: Any, expected: Any) -> None:
    assert ag.conv_output_size(n, window, stride, padding) == expected


@given(
    n=st.integers(1, 20),
    window=st.integers(1, 5),
    stride=st.integers(1, 4),
    padding=st.integers(0, 2),
    dilation=st.integers(1, 3),
    rounding=st.sampled_from(["floor", "ceil", "exact"]),
)
def test_sizes_are_those_of_a_convolution(
    n: int, window: int, stride: int, padding: int, dilation: int, rounding: Any
) -> None:
    def sizes() -> int:
        return ag.conv_output_size(n, window, stride, padding, dilation, rounding)

    def run() -> int:
        x, w = np.zeros((1, 1, n)), np.zeros((1, 1, window))
        y = ag.conv1d(x, w, stride=stride, padding=padding, dilation=dilation, rounding=rounding)
        return y.shape[2]

    try:
        expected = run()
    except ag.ShapeError as error:
        with pytest.raises(ag.ShapeError, match=re.escape(f"{error.rule}\n  fits: {error.fits}")):
            sizes()
        return
    assert sizes() == expected


def test_what_does_not_fit_shows_the_formula_and_what_fits() -> None:
    with pytest.raises(ag.ShapeError) as caught:
        ag.conv_output_size(7, 3, stride=3, rounding="exact")
    assert caught.value.problem == "doesn't fit: 2.33 windows along spatial axis 0"
    assert caught.value.rule == "(N - F + P) / S + 1 = (7 - 3 + 2*0) / 3 + 1 = 2.33"
    assert caught.value.fits == 'padding 1 or 4 at both ends; stride 2 or 4; rounding="floor" or "ceil"'
    for padding in (1, 4):
        ag.conv_output_size(7, 3, 3, padding, rounding="exact")
    for stride in (2, 4):
        ag.conv_output_size(7, 3, stride, rounding="exact")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ag.interpolate(np.ones((1, 1, 4))), "exactly one of size and scale"),
        (lambda: ag.interpolate(np.ones((1, 1, 4)), 2, 2), "exactly one of size and scale"),
        (lambda: ag.interpolate(np.ones((1, 4)), 2), "there are no cells to interpolate"),
        (lambda: ag.interpolate(np.ones((1, 1, 4)), 2, mode="bilinear"), "does not go with 1 spatial axes"),
        (lambda: ag.interpolate(np.ones((1, 1, 4)), 2, align_corners=True), "no corners to align"),
        (lambda: ag.interpolate(np.ones((1, 1, 4)), scale=0.1), "scale=0.1 is not understood"),
        (lambda: ag.interpolate(np.ones((1, 1, 4)), scale=-1), "scale=-1 is not understood"),
        (lambda: ag.interpolate(np.ones((1, 1, 4)), (2, 2)), r"size=\(2, 2\) is not understood"),
        (lambda: ag.dropout(np.ones(3), 1.5), "p=1.5 is no probability"),
        (lambda: ag.dropout(np.ones(3), 0.5), "the mask needs a generator"),
        (lambda: ag.dropout_channels(np.ones(3), 0.5), "x has no channels"),
        (lambda: ag.nn.Dropout(-1, rng=RNG), "p=-1 is no probability"),
        (lambda: ag.conv_output_size(3, 5), "doesn't fit: -1.00 windows"),
        (lambda: ag.conv_output_size((), 5), "n names no axis"),
        (lambda: ag.conv_output_size(-3, 5), "n=-3 is not understood"),
    ],
)
def test_bad_inputs_say_what_is_wrong(call: Callable[[], Any], words: str) -> None:
    with pytest.raises(ag.AutogradError, match=words):
        call()


@pytest.mark.peers
@pytest.mark.parametrize("scale", [2, 1.5, 0.7])
def test_interpolation_agrees_with_pytorch(scale: float) -> None:
    torch = pytest.importorskip("torch")
    x = RNG.standard_normal((2, 3, 7, 9))
    for mode, options in [
        ("nearest", {}),
        ("bilinear", {"align_corners": False}),
        ("bilinear", {"align_corners": True}),
    ]:
        mine, other = ag.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
        y = ag.interpolate(mine, scale=scale, mode=mode, **options)  # type: ignore[arg-type]
        z = torch.nn.functional.interpolate(other, scale_factor=scale, mode=mode, **options)
        g = RNG.standard_normal(y.shape)
        y.backward(g)
        z.backward(torch.tensor(g))
        np.testing.assert_allclose(y.numpy(), z.detach().numpy(), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(mine.grad.numpy(), other.grad.numpy(), rtol=1e-9, atol=1e-12)
