"""Rearranging, joining, cutting, triangles, order and creation against NumPy and finite differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_cnn as ag

from .surface import gradient, prove

CUBE = np.random.default_rng(0).normal(size=(2, 3, 4))

# name of the function, its other arguments
CALLS = [
    ("ravel", ()),
    ("swapaxes", (0, -1)),
    ("moveaxis", (0, -1)),
    ("moveaxis", ((0, 2), (-1, 0))),
    ("expand_dims", (1,)),
    ("expand_dims", ((0, -1),)),
    ("flip", ()),
    ("flip", (1,)),
    ("flip", ((0, 2),)),
    ("roll", (5,)),
    ("roll", (-1, 1)),
    ("roll", (2, (0, 2))),
    ("roll", ((1, -2), (0, 2))),
    ("roll", ((1, 2), 1)),
    ("tile", (2,)),
    ("tile", ((2, 1, 3),)),
    ("tile", ((2, 1, 1, 2),)),
    ("tile", (0,)),
    ("repeat", (2,)),
    ("repeat", (2, 1)),
    ("repeat", (0, 1)),
    ("repeat", ([1, 0, 2], 1)),
    ("split", (2, -1)),
    ("split", ([1, 3], 2)),
    ("split", ([2, 1, 9], 2)),
    ("triu", ()),
    ("triu", (1,)),
    ("tril", (-1,)),
    ("diagonal", ()),
    ("diagonal", (1, 1, 2)),
    ("diagonal", (-1, 2, 0)),
    ("diagonal", (9,)),
    ("trace", ()),
    ("trace", (1, 1, 2)),
    ("sort", ()),
    ("sort", (1,)),
    ("sort", (None,)),
    ("take", ([0, 5, -1],)),
    ("take", ([[0, 1], [-1, 1]], 1)),
    ("take", (2, -1)),
]


@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_against_numpy(name, arguments):
    ours, numpys = getattr(ag, name)(CUBE, *arguments), getattr(np, name)(CUBE, *arguments)
    if name == "split":
        for part, expected in zip(ours, numpys, strict=True):
            np.testing.assert_array_equal(part.numpy(), expected)
    else:
        np.testing.assert_array_equal(ours.numpy(), numpys)
    prove(lambda x: getattr(ag, name)(x, *arguments), CUBE)


@pytest.mark.parametrize(("name", "arguments"), [call for call in CALLS if call[0] not in ("take", "split")])
def test_empty(name, arguments):
    x = np.zeros((0, 3, 0))
    numpys = getattr(np, name)(x, *arguments)
    np.testing.assert_array_equal(getattr(ag, name)(x, *arguments).numpy(), numpys)


@given(st.data())
def test_rearranging_any_shape(data):
    shape = data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=4))
    x = np.arange(float(np.prod(shape))).reshape(shape)
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    shift = data.draw(st.integers(-5, 5))
    counts = data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=5))
    for name, arguments in (
        ("roll", (shift, axis)),
        ("roll", (shift,)),
        ("flip", (axis,)),
        ("tile", (counts,)),
        ("repeat", (counts[0], axis)),
        ("moveaxis", (axis, 0)),
        ("cumsum", (axis,)),
        ("sort", (axis,)),
    ):
        ours = getattr(ag, name)(x, *arguments).numpy()
        np.testing.assert_array_equal(ours, getattr(np, name)(x, *arguments), err_msg=f"{name}{arguments}")


def test_squeeze():
    x = CUBE.reshape(2, 1, 12, 1)
    for axis in (None, 1, -1, (1, 3)):
        assert ag.squeeze(x, axis).shape == np.squeeze(x, axis).shape
    prove(ag.squeeze, x)
    with pytest.raises(ag.ShapeError, match="axis 0 has size 2"):
        ag.squeeze(x, 0)


@pytest.mark.parametrize(("start", "shape"), [((3, 1), (2, 3, 4)), ((), (2, 2)), ((1,), (0,)), ((2,), (2,))])
def test_broadcast_to(start, shape):
    x = np.random.default_rng(0).normal(size=start)
    np.testing.assert_array_equal(ag.broadcast_to(x, shape).numpy(), np.broadcast_to(x, shape))
    prove(lambda t: ag.broadcast_to(t, shape), x)


@pytest.mark.parametrize("shape", [(3,), (2, 3), (4, 2)])
def test_broadcast_to_refuses(shape):
    with pytest.raises(ag.ShapeError, match="does not broadcast"):
        ag.broadcast_to(np.ones((2, 1, 2)) if shape == (3,) else np.ones((3, 2)), shape)


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_stack(axis):
    x, y = CUBE[0], CUBE[1]
    np.testing.assert_array_equal(ag.stack([x, y], axis).numpy(), np.stack([x, y], axis))
    prove(lambda a, b: ag.stack([a, b, a], axis), x, y)


def test_stack_refuses():
    with pytest.raises(ag.ShapeError, match="nothing to stack"):
        ag.stack([])
    with pytest.raises(ag.ShapeError, match="one shape"):
        ag.stack([np.ones(2), np.ones(3)])
    with pytest.raises(ag.RangeError, match="axis 2"):
        ag.stack([np.ones(2)], 2)


def test_split_says_what_divides():
    with pytest.raises(ag.ShapeError, match=r"6 / 4 = 1\.50 must be whole"):
        ag.split(np.ones(6), 4)
    with pytest.raises(ag.RangeError, match="at least one part"):
        ag.split(np.ones(6), 0)
    assert [t.shape for t in ag.split(np.ones((0, 2)), 3)] == [(0, 2)] * 3


@pytest.mark.parametrize("k", [-2, 0, 1])
def test_diag(k):
    for x in (np.array([1.0, 2.0]), CUBE[0]):
        np.testing.assert_array_equal(ag.diag(x, k).numpy(), np.diag(x, k))
        prove(lambda t: ag.diag(t, k), x)


def test_matrices_are_asked_for():
    for name in ("triu", "tril", "diagonal", "trace"):
        with pytest.raises(ag.ShapeError, match="x has 1 axes, a matrix two"):
            getattr(ag, name)(np.ones(3))
    with pytest.raises(ag.RangeError, match="named twice"):
        ag.diagonal(np.ones((2, 2)), 0, 0, -2)
    with pytest.raises(ag.ShapeError, match="x has 3 axes"):
        ag.diag(CUBE)


@pytest.mark.parametrize("name", ["argmax", "argmin"])
@pytest.mark.parametrize("axis", [None, 0, -1])
@pytest.mark.parametrize("keepdims", [False, True])
def test_positions(name, axis, keepdims):
    x = ag.tensor(np.array([[1, 3, 3, 1], [0, 0, 5, 5]], float), requires_grad=True)
    found = getattr(ag, name)(x, axis, keepdims)
    np.testing.assert_array_equal(found.numpy(), getattr(np, name)(x.numpy(), axis, keepdims=keepdims))
    assert not found.requires_grad


def test_sort_keeps_equal_elements_in_order_both_ways():
    x = np.array([2, 1, 2, 1, np.nan])
    np.testing.assert_array_equal(ag.argsort(x).numpy(), [1, 3, 0, 2, 4])
    np.testing.assert_array_equal(ag.argsort(x, descending=True).numpy(), [4, 0, 2, 1, 3])
    np.testing.assert_array_equal(ag.sort(np.array([3, 1, 2], np.uint8), descending=True).numpy(), [3, 2, 1])
    prove(lambda t: ag.sort(t, 1, descending=True), CUBE)


def test_topk():
    x = np.array([[1.0, 5.0, 3.0, 5.0], [4.0, 2.0, 0.0, 1.0]])
    values, places = ag.topk(x, 2)
    np.testing.assert_array_equal(values.numpy(), [[5, 5], [4, 2]])
    np.testing.assert_array_equal(places.numpy(), [[1, 3], [0, 1]])
    values, places = ag.topk(x, 1, axis=0, largest=False)
    np.testing.assert_array_equal(values.numpy(), [[1, 2, 0, 1]])
    prove(lambda t: ag.topk(t, 2, axis=1)[0], CUBE)
    assert ag.topk(x, 0)[0].shape == (2, 0)
    with pytest.raises(ag.RangeError, match="no 5 elements along axis 1"):
        ag.topk(x, 5)


@pytest.mark.parametrize(
    ("ours", "numpys"),
    [
        (ag.zeros((2, 3)), np.zeros((2, 3), np.float32)),
        (ag.ones(2, dtype=int), np.ones(2, int)),
        (ag.full((2,), 1.5), np.full(2, 1.5, np.float32)),
        (ag.full((), 2), np.full((), 2)),
        (ag.zeros_like(CUBE), np.zeros_like(CUBE)),
        (ag.ones_like(np.arange(3)), np.ones(3, int)),
        (ag.full_like([1.0, 2.0], 3), np.full(2, 3, np.float32)),
        (ag.arange(5), np.arange(5)),
        (ag.arange(1, 4, 0.5), np.arange(1, 4, 0.5, np.float32)),
        (ag.arange(3, 0, -1), np.arange(3, 0, -1)),
        (ag.linspace(0, 1, 5), np.linspace(0, 1, 5, dtype=np.float32)),
        (ag.eye(2, 3, 1), np.eye(2, 3, 1, np.float32)),
    ],
)
def test_creation(ours, numpys):
    np.testing.assert_array_equal(ours.numpy(), numpys)
    assert (ours.dtype, ours.shape) == (numpys.dtype, numpys.shape)


def test_creation_refuses():
    with pytest.raises(ag.RangeError, match="negative"):
        ag.zeros((2, -1))
    with pytest.raises(ag.RangeError, match="step of 0"):
        ag.arange(0, 1, 0)
    with pytest.raises(ag.RangeError, match="negative"):
        ag.linspace(0, 1, -1)
    assert ag.zeros(2, requires_grad=True).requires_grad


def test_repeat_and_tile_add_up_their_copies():
    (g,) = gradient(lambda x: ag.repeat(x, [0, 3]), [1.0, 2.0])
    np.testing.assert_array_equal(g, [0, 3])
    (g,) = gradient(lambda x: ag.tile(x, 4), [1.0, 2.0])
    np.testing.assert_array_equal(g, [4, 4])
    with pytest.raises(ag.RangeError, match="negative"):
        ag.tile([1.0], -1)
    with pytest.raises(ag.ShapeError, match="2 numbers for 3 places"):
        ag.repeat([1.0, 2.0, 3.0], [1, 2])


def test_moveaxis_and_roll_refuse():
    with pytest.raises(ag.RangeError, match="2 axes cannot go to 1"):
        ag.moveaxis(CUBE, (0, 1), (0,))
    with pytest.raises(ag.RangeError, match="3 shifts for 2 axes"):
        ag.roll(CUBE, (1, 2, 3), (0, 1))
    with pytest.raises(ag.RangeError, match="axis 3"):
        ag.swapaxes(CUBE, 0, 3)
