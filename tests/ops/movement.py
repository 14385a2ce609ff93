"""Rows of `autograd_cnn.ops.movement`, `indexing` and `joining`: elements that only change place."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_cnn as ag
from autograd_cnn.primitive import registry

from .table import Array, Bad, Inputs, Kink, OpRow, Variant, normal, settings


def laid_out(x: Array, shape: Any) -> Array:
    """Write the elements, row-major, into a new shape, one by one."""
    sizes = [shape] if isinstance(shape, int) else list(shape)
    if -1 in sizes:
        sizes[sizes.index(-1)] = x.size // max(abs(int(np.prod(sizes))), 1)
    result = np.zeros(sizes)
    for place, source in zip(np.ndindex(*sizes), np.ndindex(x.shape), strict=True):
        result[place] = x[source]
    return result


def permuted(x: Array, axes: Any = None) -> Array:
    order = [a % x.ndim for a in (axes or range(x.ndim)[::-1])]
    result = np.zeros([x.shape[a] for a in order])
    for index in np.ndindex(x.shape):
        result[tuple(index[a] for a in order)] = x[index]
    return result


def padded(x: Array, widths: Any, value: float = 0.0) -> Array:
    pairs = [widths] * x.ndim if isinstance(widths, int) else widths
    pairs = [(p, p) if isinstance(p, int) else p for p in pairs]
    result = np.full([n + a + b for n, (a, b) in zip(x.shape, pairs, strict=True)], value)
    for index in np.ndindex(x.shape):
        result[tuple(i + a for i, (a, _) in zip(index, pairs, strict=True))] = x[index]
    return result


def cropped(x: Array, widths: Any) -> Array:
    inner = [n - a - b for n, (a, b) in zip(x.shape, widths, strict=True)]
    result = np.zeros(inner)
    for index in np.ndindex(*inner):
        result[index] = x[tuple(i + a for i, (a, _) in zip(index, widths, strict=True))]
    return result


def put_back(y: Array, index: Any, shape: Any) -> Array:
    result = np.zeros(shape)
    places = np.arange(result.size).reshape(shape)[index]
    for place, value in zip(places.flat, y.flat, strict=True):
        result.flat[place] += value
    return result


def taken(x: Array, indices: Array, axis: int, size: int = 0) -> Array:
    result = np.zeros(indices.shape)
    for place in np.ndindex(indices.shape):
        source = list(place)
        source[axis] = indices[place]
        result[place] = x[tuple(source)]
    return result


def added(y: Array, indices: Array, axis: int, size: int) -> Array:
    shape = list(y.shape)
    shape[axis] = size
    result = np.zeros(shape)
    for place in np.ndindex(indices.shape):
        target = list(place)
        target[axis] = indices[place]
        result[tuple(target)] += y[place]
    return result


def joined(*parts: Array, axis: int = 0) -> Array:
    axis %= parts[0].ndim
    shape = list(parts[0].shape)
    shape[axis] = sum(part.shape[axis] for part in parts)
    result = np.zeros(shape)
    start = 0
    for part in parts:
        for index in np.ndindex(part.shape):
            result[(*index[:axis], index[axis] + start, *index[axis + 1 :])] = part[index]
        start += part.shape[axis]
    return result


def places(shape: tuple[int, ...], indices: tuple[int, ...], high: int, low: int = 0) -> Any:
    def sample(rng: np.random.Generator) -> Inputs:
        return rng.standard_normal(shape), rng.integers(low, high, indices)

    return sample


KEYS = (
    1,
    -1,
    (slice(None), 0),
    (..., slice(None, None, -1)),
    (slice(1, None, 2), None, slice(0, 2), 1),
    (slice(3, 1),),
    (0, 1, 2),
    None,
    (np.int64(1), ...),
)
PAIRS = ((1, 0), (0, 2))

ROWS = [
    OpRow(
        name="alias",
        function=registry["alias"],
        primitives=("alias",),
        sample=normal((2, 3)),
        reference=lambda x: x,
        edges=((np.zeros((0, 3)),), (np.ones(()),)),
    ),
    OpRow(
        "reshape",
        ag.reshape,
        ("reshape",),
        normal((2, 3, 2)),
        laid_out,
        variants=settings({"shape": (3, 4)}, {"shape": -1}, {"shape": (2, -1, 1)}, {"shape": [12]}),
        edges=(),
        bad=(
            Bad(
                lambda: ag.reshape(np.zeros((2, 3)), (4, 2)),
                ag.ShapeError,
                r"^reshape: 6 elements cannot take the shape \(4, 2\)\n  x: float64 \(2, 3\)\n"
                r"  rule: the sizes must multiply to 6\n  fits: for instance \(-1,\)",
            ),
            Bad(
                lambda: ag.reshape(np.zeros((2, 3)), (-1, -1)),
                ag.ShapeError,
                r"^reshape: 6 elements cannot take the shape \(-1, -1\)",
            ),
            Bad(
                lambda: ag.reshape(np.zeros((2, 3)), (-1, 4)),
                ag.ShapeError,
                r"^reshape: 6 elements cannot take the shape \(-1, 4\)",
            ),
        ),
    ),
    OpRow(
        "flatten",
        ag.flatten,
        ("reshape",),
        normal((2, 3, 2)),
        lambda x, start=0: laid_out(x, (*x.shape[:start], int(np.prod(x.shape[start:])))),
        variants=settings({}, {"start": 1}),
        edges=((np.zeros((0, 3)),), (np.array(2.0),), (np.ones((1, 1)),)),
        bad=(
            Bad(
                lambda: ag.flatten(np.zeros((2, 3)), 2),
                ag.RangeError,
                r"^flatten: axis 2 is out of range for 2 axes\n  x: float64 \(2, 3\)\n  fits: axes from -2",
            ),
        ),
    ),
    OpRow(
        "transpose",
        ag.transpose,
        ("transpose",),
        normal((2, 3, 4)),
        permuted,
        variants=settings({}, {"axes": (2, 0, 1)}, {"axes": (0, -1, 1)}),
        edges=((np.zeros((0, 3)),), (np.array(2.0),), (np.ones((1, 1)),)),
        bad=(
            Bad(
                lambda: ag.transpose(np.zeros((2, 3)), (0,)),
                ag.RangeError,
                r"^transpose: \(0,\) names 1 axes of 2\n  x: float64 \(2, 3\)\n  fits: every axis once",
            ),
            Bad(
                lambda: ag.transpose(np.zeros((2, 3)), (0, 0)),
                ag.RangeError,
                r"^transpose: axis \(0, 0\) names an axis twice.*fits: each axis once",
            ),
            Bad(
                lambda: ag.transpose(np.zeros((2, 3)), (0, 2)),
                ag.RangeError,
                r"^transpose: axis 2 is out of range for 2 axes",
            ),
        ),
    ),
    OpRow(
        "pad",
        ag.pad,
        ("pad",),
        normal((2, 3)),
        padded,
        variants=settings({"widths": 1}, {"widths": PAIRS}, {"widths": [2, (0, 1)], "value": -1.5}),
        edges=((np.zeros((0, 3)),), (np.ones((1, 1)),)),
        bad=(
            Bad(
                lambda: ag.pad(np.zeros((2, 3)), [(1, 2)]),
                ag.RangeError,
                r"^pad: widths=\[\(1, 2\)\] must be 2 pairs.*\n  x: float64 \(2, 3\)\n  fits: one number, "
                r"or one \(before",
            ),
            Bad(
                lambda: ag.pad(np.zeros((2, 3)), -1),
                ag.RangeError,
                r"^pad: widths=-1 must be 2 pairs of numbers from 0 on",
            ),
        ),
    ),
    OpRow(
        "crop",
        registry["crop"],
        ("crop",),
        normal((3, 5)),
        cropped,
        variants=settings({"widths": PAIRS}, {"widths": ((0, 0), (2, 2))}, {"widths": ((1, 1), (2, 2))}),
    ),
    OpRow(
        "index",
        ag.index,
        ("slice",),
        normal((3, 4, 3)),
        lambda x, key: np.array(x[key]),
        variants=settings(*({"key": key} for key in KEYS)),
        bad=(
            Bad(
                lambda: ag.tensor([[1.0, 2.0]])[0, 2],
                ag.RangeError,
                r"^index: index 2 is out of bounds for axis 1 with size 2\n  x: float32 \(1, 2\)\n  fits: ",
            ),
            Bad(
                lambda: ag.tensor([1.0, 2.0])[0, 0],
                ag.RangeError,
                r"^index: too many indices.*x: float32 \(2,\)",
            ),
            Bad(lambda: ag.tensor([1.0])[0.0], ag.DTypeError, r"^index: cannot index with a float"),
        ),
    ),
    OpRow(
        "unslice",
        registry["unslice"],
        ("unslice",),
        normal((2, 4)),
        put_back,
        variants=settings(
            {"index": (slice(0, 2),), "shape": (3, 4)},
            {"index": (..., slice(None, None, -1)), "shape": (2, 4)},
            {"index": (slice(None), slice(0, 7, 2)), "shape": (2, 8)},
        ),
    ),
    OpRow(
        "take_along",
        ag.take_along,
        ("take_along",),
        places((3, 4), (3, 2), 4, low=-4),
        taken,
        variants=(
            Variant({"axis": 1}),
            Variant({"axis": -1}),
            Variant({"axis": 0}, places((3, 4), (5, 4), 3)),  # more than there are: some repeat
        ),
        edges=(
            (np.zeros((0, 3)), np.zeros((0, 2), int)),
            (np.ones((2, 3)), np.zeros((2, 0), int)),
            (np.ones((1, 1)), np.zeros((1, 1), int)),
        ),
        kinks=(Kink(([[1.0, 2.0]], [[1, 1, -1, 0]]), ([[1.0, 3.0]], None), {"axis": 1}),),
        bad=(
            Bad(
                lambda: ag.take_along(np.zeros((2, 3)), [[0], [3]], axis=1),
                ag.RangeError,
                r"^take_along: indices from 0 to 3 leave axis 1\n  x: float64 \(2, 3\)\n"
                r"  indices: int64 \(2, 1\)\n  fits: indices from -3 to 2",
            ),
            Bad(
                lambda: ag.take_along(np.zeros((2, 3)), [[0.5]], axis=1),
                ag.DTypeError,
                r"^take_along: indices must be integers.*fits: an integer array",
            ),
            Bad(
                lambda: ag.take_along(np.zeros((2, 3)), [[0]], axis=1),
                ag.ShapeError,
                r"^take_along: x and indices differ in more than axis 1.*fits: indices \(2, 1\)",
            ),
            Bad(
                lambda: ag.take_along(np.zeros((2, 3)), [[0]], axis=2),
                ag.RangeError,
                r"^take_along: axis 2 is out of range for 2 axes",
            ),
        ),
    ),
    OpRow(
        "add_along",
        registry["add_along"],
        ("add_along",),
        places((3, 4), (3, 4), 2),
        added,
        variants=settings({"axis": 1, "size": 3}, {"axis": 0, "size": 2}),
    ),
    OpRow(
        "concatenate",
        lambda *parts, axis=0: ag.concatenate(parts, axis),
        ("concatenate",),
        normal((2, 3), (1, 3), (3, 3)),
        joined,
        variants=(
            Variant(),
            Variant({"axis": -1}, normal((2, 1), (2, 2))),
            Variant({"axis": 1}, normal((2, 2, 2))),
        ),
        edges=((np.zeros((0, 3)), np.ones((2, 3))), (np.ones((1, 1)), np.ones((1, 1)))),
        bad=(
            Bad(
                lambda: ag.concatenate([np.zeros((2, 3)), np.zeros((2, 4))]),
                ag.ShapeError,
                r"^concatenate: the parts must have equal sizes except along axis 0\n"
                r"  parts\[0\]: float64 \(2, 3\)\n  parts\[1\]: float64 \(2, 4\)\n  fits: parts like parts",
            ),
            Bad(
                lambda: ag.concatenate([]),
                ag.ShapeError,
                r"^concatenate: there is nothing to join\n  fits: at least one",
            ),
            Bad(
                lambda: ag.concatenate([np.zeros(2), np.zeros((2, 1))]),
                ag.ShapeError,
                r"^concatenate: part 1 has 2 axes, part 0 has 1.*fits: parts with equally many axes",
            ),
            Bad(
                lambda: ag.concatenate([ag.tensor(1.0), ag.tensor(2.0)]),
                ag.RangeError,
                r"^concatenate: axis 0 is out of range for 0 axes",
            ),
        ),
    ),
]
