"""Rows of `autograd_cnn.ops.rearranging`, `triangles`, `ordering`, `advanced_indexing` and `joining`."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_cnn as ag
from autograd_cnn.primitive import registry

from .table import Array, Bad, Inputs, OpRow, Settings, Variant, distinct, normal, settings

CUBE = (2, 3, 4)


def like_numpy(name: str, primitive: str, *tries: Settings, bad: tuple[Bad, ...] = (), **more: Any) -> OpRow:
    """Make the row of a function that NumPy has under the same name, and with the same arguments."""
    return OpRow(
        name,
        getattr(ag, name),
        (primitive,),
        more.pop("sample", normal(CUBE)),
        getattr(np, name),
        variants=settings(*tries),
        edges=more.pop("edges", ((np.zeros((0, 3, 4)),), (np.ones((1, 1, 1)),))),
        bad=bad,
        **more,
    )


def refused(call: Any, error: Any, pattern: str) -> tuple[Bad, ...]:
    return (Bad(call, error, pattern),)


def put_on_diagonal(y: Array, offset: int, shape: Any) -> Array:
    result = np.zeros((*y.shape[:-1], *shape[-2:]))
    for *head, i in np.ndindex(y.shape):
        result[(*head, i - min(offset, 0), i + max(offset, 0))] = y[(*head, i)]
    return result


def best(x: Array, k: int, axis: int = -1, largest: bool = True) -> tuple[Array, Array]:
    order = np.argsort(-x if largest else x, axis=axis, kind="stable")
    chosen = np.take(order, np.arange(k), axis)
    return np.take_along_axis(x, chosen, axis), chosen


def ordered(x: Array, axis: int | None = -1, descending: bool = False) -> Array:
    return np.argsort(-x if descending else x, axis=axis, kind="stable")


def in_order(x: Array, axis: int | None = -1, descending: bool = False) -> Array:
    result = np.sort(x, axis)
    return np.flip(result, -1 if axis is None else axis) if descending else result


def added_at(y: Array, indices: Array, axis: int, size: int) -> Array:
    head, tail = y.shape[:axis], y.shape[axis + indices.ndim :]
    result = np.zeros((*head, size, *tail))
    for place in np.ndindex(indices.shape):
        for before in np.ndindex(head):
            result[(*before, indices[place])] += y[(*before, *place)]
    return result


def scattered_add(x: Array, indices: Array, updates: Array, axis: int = 0) -> Array:
    result = x.copy()
    for place in np.ndindex(indices.shape):
        target = list(place)
        target[axis] = indices[place]
        result[tuple(target)] += updates[place]
    return result


def with_places(*shapes: Any, high: int, low: int = 0) -> Any:
    def sample(rng: np.random.Generator) -> Inputs:
        first, places, *rest = shapes
        drawn = [rng.standard_normal(shape) for shape in rest]
        return rng.standard_normal(first), rng.integers(low, high, places), *drawn

    return sample


no_matrix = (
    lambda function: lambda: function(np.zeros(3)),
    r"x has 1 axes, a matrix two\n  x: float64 \(3,\)\n  fits: \(\.\.\., rows, columns\)",
)


def matrix_wanted(name: str) -> tuple[Bad, ...]:
    call, pattern = no_matrix
    return refused(call(getattr(ag, name)), ag.ShapeError, rf"^{name}: {pattern}")


MASK = np.array([[True, False, True], [False, True, True]])
KEYS = (
    [0, 1, 1],
    (slice(None), [2, -1]),
    ([0, 1], slice(None), [1, 3]),
    (..., [1, 0], [3, 3]),
    MASK,
    (MASK, slice(0, 2)),
    ([0, 1], None, [1, 2], 0),
    (1, [[0], [2]], [3, 1]),
)

ROWS = [
    like_numpy("ravel", "reshape", {}),
    like_numpy("swapaxes", "transpose", {"axis1": 0, "axis2": -1}, {"axis1": 1, "axis2": 0}),
    like_numpy(
        "moveaxis",
        "transpose",
        {"source": 0, "destination": -1},
        {"source": (0, 2), "destination": (-1, 0)},
        bad=refused(
            lambda: ag.moveaxis(np.zeros((2, 3)), (0, 1), 0),
            ag.RangeError,
            r"^moveaxis: 2 axes cannot go to 1 places.*fits: a place an axis",
        ),
    ),
    like_numpy("expand_dims", "reshape", {"axis": 1}, {"axis": (0, -1)}),
    like_numpy(
        "squeeze",
        "reshape",
        {},
        {"axis": 1},
        {"axis": (-1, 1)},
        sample=normal((2, 1, 3, 1)),
        edges=((np.zeros((1, 0)),),),
        bad=refused(
            lambda: ag.squeeze(np.zeros((2, 1)), 0),
            ag.ShapeError,
            r"^squeeze: axis 0 has size 2\n  x: float64 \(2, 1\)\n  fits: axes of size 1: \[1\]",
        ),
    ),
    like_numpy(
        "broadcast_to",
        "expand",
        {"shape": (4, 2, 3)},
        {"shape": (2, 3)},
        sample=normal((2, 1)),
        edges=(),
        bad=refused(
            lambda: ag.broadcast_to(np.zeros((2, 3)), (2, 4)),
            ag.ShapeError,
            r"^broadcast_to: \(2, 3\) does not broadcast to \(2, 4\).*rule: aligned at the last axis",
        ),
    ),
    like_numpy("flip", "slice", {}, {"axis": 1}, {"axis": (0, -1)}),
    like_numpy(
        "roll",
        "roll",
        {"shift": 5},
        {"shift": -1, "axis": 1},
        {"shift": (1, 2), "axis": (0, -1)},
        {"shift": (1, 2), "axis": 1},
        bad=refused(
            lambda: ag.roll(np.zeros((2, 3)), (1, 2, 3), (0, 1)),
            ag.RangeError,
            r"^roll: 3 shifts for 2 axes.*fits: one shift an axis",
        ),
    ),
    OpRow(
        "tile",
        ag.tile,
        ("expand", "reshape"),
        normal((2, 3)),
        lambda x, repetitions: np.tile(x, repetitions),
        variants=settings({"repetitions": 2}, {"repetitions": (2, 1, 3)}, {"repetitions": (0, 1)}),
        edges=((np.zeros((0, 2)),), (np.array(1.0),)),
        bad=refused(
            lambda: ag.tile(np.zeros(2), -1), ag.RangeError, r"^tile: \(-1,\) has a negative.*fits: 0 or more"
        ),
    ),
    like_numpy(
        "repeat",
        "expand",
        {"repeats": 2},
        {"repeats": 3, "axis": 1},
        bad=refused(
            lambda: ag.repeat(np.zeros(3), [1, 2]),
            ag.ShapeError,
            r"^repeat: 2 numbers for 3 places along axis 0.*fits: one number, or 3",
        ),
    ),
    OpRow(
        "repeat by numbers",
        lambda x, repeats: ag.repeat(x, repeats, 1),
        ("take",),
        normal((2, 3)),
        lambda x, repeats: np.repeat(x, repeats, 1),
        variants=settings({"repeats": [1, 0, 2]}, {"repeats": (0, 0, 0)}),
    ),
    OpRow(
        "split",
        lambda x, sections, axis=0: ag.concatenate(ag.split(x, sections, axis)[::-1], axis),
        ("slice", "concatenate"),
        normal((4, 6)),
        lambda x, sections, axis=0: np.concatenate(np.split(x, sections, axis)[::-1], axis),
        variants=settings({"sections": 2}, {"sections": [1, 3], "axis": 1}, {"sections": 3, "axis": -1}),
        bad=refused(
            lambda: ag.split(np.zeros(6), 4),
            ag.ShapeError,
            r"^split: 6 places along axis 0 do not make 4 equal parts.*rule: 6 / 4 = 1\.50 must be whole"
            r"\n  fits: \[1, 2, 3, 6\] parts",
        ),
    ),
    OpRow(
        "stack",
        lambda *parts, axis=0: ag.stack(parts, axis),
        ("reshape", "concatenate"),
        normal((2, 3), (2, 3), (2, 3)),
        lambda *parts, axis=0: np.stack(parts, axis),
        variants=settings({}, {"axis": 1}, {"axis": -1}),
        edges=((np.zeros((0, 2)), np.zeros((0, 2))), (np.array(1.0), np.array(2.0))),
        bad=refused(
            lambda: ag.stack([np.zeros(2), np.zeros(3)]),
            ag.ShapeError,
            r"^stack: the parts must have one shape\n  parts\[0\]: float64 \(2,\)\n  parts\[1\].*fits:",
        ),
    ),
    like_numpy("triu", "triangle", {}, {"k": 1}, {"k": -1}, bad=matrix_wanted("triu")),
    like_numpy("tril", "triangle", {}, {"k": 1}, {"k": -1}, bad=matrix_wanted("tril")),
    like_numpy(
        "diagonal",
        "diagonal",
        {},
        {"offset": 1, "axis1": 1, "axis2": 2},
        {"offset": -1, "axis1": 2, "axis2": 0},
        {"offset": 9},
        bad=(
            *matrix_wanted("diagonal"),
            *refused(
                lambda: ag.diagonal(np.zeros((2, 2)), 0, 1, -1),
                ag.RangeError,
                r"^diagonal: axis 1 is named twice.*fits: two axes",
            ),
        ),
    ),
    OpRow(
        "undiagonal",
        registry["undiagonal"],
        ("undiagonal",),
        normal((2, 2)),
        put_on_diagonal,
        variants=settings({"offset": 0, "shape": (2, 2, 3)}, {"offset": -1, "shape": (2, 3, 3)}),
    ),
    like_numpy(
        "diag",
        "undiagonal",
        {},
        {"k": -1},
        sample=normal((3,)),
        edges=((np.zeros(0),), (np.zeros((2, 3)),)),
        bad=refused(
            lambda: ag.diag(np.zeros((2, 2, 2))), ag.ShapeError, r"^diag: x has 3 axes.*fits: one or two"
        ),
    ),
    like_numpy("trace", "diagonal", {}, {"offset": 1, "axis1": 1, "axis2": 2}, bad=matrix_wanted("trace")),
    *(
        like_numpy(
            name,
            "position",
            {"axis": 1},
            {},
            {"axis": -1, "keepdims": True},
            {"keepdims": True},
            order=0,
            edges=((np.ones((1, 1, 1)),),),
            bad=refused(
                lambda name=name: getattr(ag, name)(np.zeros((2, 0)), 1),
                ag.ShapeError,
                rf"^{name}: there are no elements to compare.*fits: a non-empty tensor",
            ),
        )
        for name in ("argmax", "argmin")
    ),
    OpRow(
        "argsort",
        ag.argsort,
        ("order",),
        lambda rng: (rng.integers(0, 3, (3, 5)).astype(float),),
        ordered,
        variants=settings({}, {"axis": 0}, {"axis": None}, {"descending": True}),
        order=0,
        edges=((np.zeros((2, 0)),), (np.ones((1, 1)),)),
    ),
    OpRow(
        "sort",
        ag.sort,
        ("order", "take_along"),
        distinct((3, 4)),
        in_order,
        variants=settings({}, {"axis": 0}, {"axis": None}, {"descending": True}),
        edges=((np.zeros((2, 0)),), (np.ones((1, 1)),)),
    ),
    OpRow(
        "topk",
        ag.topk,
        ("order", "slice", "take_along"),
        distinct((3, 4)),
        best,
        variants=settings({"k": 2}, {"k": 1, "axis": 0}, {"k": 3, "largest": False}),
        bad=refused(
            lambda: ag.topk(np.zeros((2, 3)), 4),
            ag.RangeError,
            r"^topk: there are no 4 elements along axis 1\n  x: float64 \(2, 3\)\n  fits: k from 0 to 3",
        ),
    ),
    OpRow(
        "index by arrays and masks",
        lambda x, key: ag.index(x, key),
        ("take",),
        normal(CUBE),
        lambda x, key: x[key],
        variants=settings(*({"key": key} for key in KEYS)),
        bad=(
            Bad(
                lambda: ag.tensor([1.0, 2.0])[[0, 2]],
                ag.RangeError,
                r"^index: indices from 0 to 2 leave axis 0\n  x: float32 \(2,\).*fits: indices from -2 to 1",
            ),
            Bad(
                lambda: ag.tensor([[1.0, 2.0]])[np.array([True, False])],
                ag.ShapeError,
                r"^index: the mask does not match.*mask: bool \(2,\)\n  fits: a mask of shape \(1,\)",
            ),
        ),
    ),
    OpRow(
        "take",
        ag.take,
        ("take",),
        with_places(CUBE, (2, 2), high=2, low=-2),
        lambda x, indices, axis=None: np.take(x, indices, axis),
        variants=settings({"axis": 0}, {"axis": 1}, {"axis": -1}, {}),
        bad=(
            Bad(
                lambda: ag.take(np.zeros((2, 3)), [3], 1),
                ag.RangeError,
                r"^take: indices from 3 to 3 leave axis 1.*fits: indices from -3 to 2",
            ),
            Bad(
                lambda: ag.take(np.zeros((2, 3)), [0.5], 1),
                ag.DTypeError,
                r"^take: indices must be integers.*fits: an integer array",
            ),
        ),
    ),
    OpRow(
        "add_at",
        registry["add_at"],
        ("add_at",),
        with_places((2, 5, 3), (5,), high=4, low=-4),
        added_at,
        variants=(
            Variant({"axis": 1, "size": 4}),
            Variant({"axis": 0, "size": 4}, with_places((2, 3), (2, 3), high=4)),
            Variant({"axis": 0, "size": 4}, with_places((3, 2), (3,), high=4)),
        ),
    ),
    OpRow(
        "scatter_add",
        ag.scatter_add,
        ("add_along", "add"),
        with_places((3, 4), (5, 4), (5, 4), high=3, low=-3),
        scattered_add,
        variants=(
            Variant({"axis": 0}),
            Variant({"axis": 1}, with_places((3, 4), (3, 2), (3, 2), high=4)),
        ),
        bad=refused(
            lambda: ag.scatter_add(np.zeros(3), [0, 1], np.zeros(3), 0),
            ag.ShapeError,
            r"^scatter_add: each update needs one index.*fits: updates \(2,\)",
        ),
    ),
]
