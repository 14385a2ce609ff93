"""Indexing by integers, slices, arrays and masks in any mixture, take, gather and scatter-add."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_cnn as ag
from autograd_cnn._modes import switched
from autograd_cnn._tensor import Tensor
from autograd_cnn.abstract import Abstract

from .surface import gradient, prove

CUBE = np.random.default_rng(0).normal(size=(3, 4, 2))
MASK = np.array([[True, False, True, True], [False, False, True, False], [True, True, False, False]])

KEYS = [
    np.array([0, 2, 2]),
    [[0, 1], [-1, 0]],
    (slice(None), [1, 1, -1]),
    (slice(None), [1, 1], 0),
    ([0, 1], slice(None), 1),
    ([0, 1], slice(None), [1, 0]),
    ([0, 1], None, [1, 0]),
    (Ellipsis, [1, 0, 0]),
    ([0, 2], Ellipsis, [1, 0]),
    ([0, 2], [3, 3], Ellipsis, [1, 0]),
    ([0, 2], [3, 3], [1, 0], Ellipsis),
    ([0], Ellipsis, [1, 0]),
    ([[0], [1]], [0, 3], slice(0, 1)),
    (None, [0, 1], slice(None, None, 2)),
    (np.array(1), slice(1, 3)),
    (np.array(1), [0, 1]),
    (1, slice(None), [0, 1]),
    MASK,
    (MASK, 1),
    (MASK, [0]),
    (slice(None), np.array([True, False, True, False])),
    (np.array([True, False, True]), [0, 3]),
    (np.array([True, False, True]), slice(None), [0, 1]),
    (slice(1, 3), MASK[0], slice(None)),
    CUBE > 0,
    np.zeros((3, 4, 2), bool),
    [],
    (slice(None), []),
    True,
    (slice(None), False, 0),
    np.array([0, 2], np.uint64),
    np.array([0, -1], np.int8),
    (np.array([0, 1], np.int8), np.array([3], np.uint8)),
]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: repr(key)[:50])
def test_keys(key):
    np.testing.assert_array_equal(ag.index(CUBE, key).numpy(), CUBE[key])
    ag.testing.gradcheck(lambda x: x[key], [CUBE], order=2)
    expected = np.zeros_like(CUBE)
    np.add.at(expected, key, 1)
    np.testing.assert_array_equal(gradient(lambda x: x[key], CUBE)[0], expected)


@pytest.mark.parametrize(
    "key", [[0, 2, 2], ([0, 1], slice(None), [1, 0]), ([0, 1], [1, -1]), (slice(1, None), None, [0, 3])]
)
def test_keys_prove(key):
    prove(lambda x: x[key], CUBE)


def parts(draw, shape):
    """Draw a key for the shape: a mixture of everything."""
    key, axis = [], 0
    length = draw(st.sampled_from([1, 2, 3]))
    dots = draw(st.booleans())
    while axis < len(shape):
        n = shape[axis]
        kind = draw(st.sampled_from(["slice", "int", "array", "mask", "none", "stop", "dots"]))
        if kind == "stop" or (kind == "dots" and not dots):
            break
        if kind == "dots":
            key.append(Ellipsis)
            dots = False
            axis += draw(st.integers(0, len(shape) - axis))
            # what follows must index the last axes
            rest = len(shape) - axis
            key += [draw(st.sampled_from([slice(None), 0])) for _ in range(rest)]
            break
        if kind == "none":
            key.append(None)
            continue
        if kind == "slice":
            key.append(draw(st.slices(n)))
        elif kind == "int":
            key.append(draw(st.integers(-n, n - 1)))
        elif kind == "array":
            key.append(np.array(draw(st.lists(st.integers(-n, n - 1), min_size=length, max_size=length))))
        else:
            chosen = draw(st.permutations(range(n)))[: min(length, n)]
            if len(chosen) != length:
                continue
            key.append(np.isin(np.arange(n), chosen))
        axis += 1
    return tuple(key)


@given(st.data())
def test_any_key(data):
    x = np.arange(2 * 3 * 4 * 3.0).reshape(2, 3, 4, 3)
    key = parts(data.draw, x.shape)
    ours = ag.tensor(x, requires_grad=True)[key]
    np.testing.assert_array_equal(ours.numpy(), x[key])
    (g,) = gradient(lambda t: t[key], x)
    expected = np.zeros_like(x)
    np.add.at(expected, key, 1)
    np.testing.assert_array_equal(g, expected)


def test_tensors_as_keys():
    x = ag.tensor(CUBE, requires_grad=True)
    picked = x[x > 0.5]
    np.testing.assert_array_equal(picked.numpy(), CUBE[CUBE > 0.5])
    picked.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), (CUBE > 0.5) * 1.0)
    np.testing.assert_array_equal(x[ag.argmax(x[:, 0, 0])].numpy(), CUBE[CUBE[:, 0, 0].argmax()])


def test_scalar_and_mask_of_a_scalar():
    x = ag.tensor(3.0)
    np.testing.assert_array_equal(x[x > 1].numpy(), [3])
    np.testing.assert_array_equal(x[x > 5].numpy(), [])


@pytest.mark.parametrize(
    ("key", "error", "message"),
    [
        ([3], ag.RangeError, "indices from 3 to 3 leave axis 0"),
        ((0, [-5]), ag.RangeError, "leave axis 1"),
        ((5, [0]), ag.RangeError, "leave axis 0"),
        (([0, 1], [0, 1, 2]), ag.ShapeError, "broadcast"),
        (np.ones((3, 3), bool), ag.ShapeError, r"a mask of shape \(3, 4\)"),
        (([0], 0, 0, 0), ag.RangeError, "indexes 4 axes"),
        ((Ellipsis, [0], Ellipsis), ag.RangeError, "2 '...'"),
        (np.array([0.5]), ag.DTypeError, "integers"),
        ("a", ag.DTypeError, "cannot index with a str"),
        (1.0, ag.DTypeError, "cannot index with a float"),
    ],
)
def test_refused_keys(key, error, message):
    with pytest.raises(error, match=message):
        ag.index(CUBE, key)


def test_keys_without_values():
    with switched(abstract=True):
        x, mask = Tensor(Abstract((3, 4), np.float32)), Tensor(Abstract((3, 4), np.bool_))
        places = Tensor(Abstract((5,), np.int64))
        assert x[places].shape == (5, 4)
        assert x[places, places].shape == (5,)
        with pytest.raises(ag.ShapeError, match="not known from its shape"):
            _ = x[mask]


@pytest.mark.parametrize("axis", [0, 1, -1, None])
@pytest.mark.parametrize("places", [[[0, -1], [1, 1]], 1, [], [0]])
def test_take(axis, places):
    chosen = np.array(places, int)
    np.testing.assert_array_equal(ag.take(CUBE, chosen, axis).numpy(), np.take(CUBE, chosen, axis))
    prove(lambda x: ag.take(x, chosen, axis), CUBE)


def test_take_refuses():
    with pytest.raises(ag.RangeError, match="fits: indices from -4 to 3"):
        ag.take(CUBE, [4], 1)
    with pytest.raises(ag.DTypeError, match="integers"):
        ag.take(CUBE, [0.0], 1)
    with pytest.raises(ag.RangeError, match="the axis is empty"):
        ag.take(np.zeros((0, 2)), [0], 0)
    assert ag.take(np.zeros((0, 2)), [], 0).shape == (0, 2)


def test_float32_gradients_of_many_takes_add_up_exactly():
    x = ag.tensor(np.zeros(3, np.float32), requires_grad=True)
    (g,) = ag.gradients(x[np.ones(100_000, int)].sum(), x)
    np.testing.assert_array_equal(g.numpy(), np.float32([0, 100_000, 0]))


@pytest.mark.parametrize("axis", [0, 1])
def test_gather_and_scatter_add(axis):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, 4))
    places = rng.integers(-3, 3, size=(3, 5) if axis else (5, 4))
    updates = rng.normal(size=places.shape)
    np.testing.assert_array_equal(ag.gather(x, places, axis).numpy(), np.take_along_axis(x, places, axis))
    expected = x.copy()
    for i, j in np.ndindex(places.shape):
        expected[(places[i, j], j) if axis == 0 else (i, places[i, j])] += updates[i, j]
    np.testing.assert_allclose(ag.scatter_add(x, places, updates, axis).numpy(), expected, rtol=1e-13)
    prove(lambda a, b: ag.scatter_add(a, places, b, axis), x, updates)
    prove(lambda a: ag.gather(a, places, axis), x)


def test_scatter_add_of_integers_and_of_nothing():
    np.testing.assert_array_equal(ag.scatter_add([1, 1], [0, 0, -1], [1, 2, 3], 0).numpy(), [4, 4])
    np.testing.assert_array_equal(ag.scatter_add([1.0, 1.0], [], [], 0).numpy(), [1, 1])
    with pytest.raises(ag.ShapeError, match="each update needs one index"):
        ag.scatter_add([1.0], [0, 0], [1.0], 0)
    with pytest.raises(ag.ShapeError, match="differ in more than axis 0"):
        ag.scatter_add(np.ones((2, 2)), np.zeros((2, 3), int), np.ones((2, 3)), 0)
    with pytest.raises(ag.RangeError, match="leave axis 0"):
        ag.scatter_add([1.0], [1], [1.0], 0)
