"""Rows of `autograd_cnn.ops.contractions` and `einstein`."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_cnn as ag
from autograd_cnn.primitive import registry

from .table import Array, Bad, OpRow, Variant, normal


def products(equation: str, *operands: Array) -> Array:
    """Sum the products term by term, over every value of every letter."""
    inputs, out = equation.split("->")
    terms = inputs.split(",")
    size = {c: n for term, x in zip(terms, operands, strict=True) for c, n in zip(term, x.shape, strict=True)}
    result = np.zeros([size[c] for c in out])
    for values in np.ndindex(*size.values()):
        at = dict(zip(size, values, strict=True))
        term = 1.0
        for letters, x in zip(terms, operands, strict=True):
            term *= x[tuple(at[c] for c in letters)]
        result[tuple(at[c] for c in out)] += term
    return result


def contracted(x: Array, y: Array, left: str, right: str, out: str) -> Array:
    return products(f"{left},{right}->{out}", x, y)


def letters(left: str, right: str, out: str, *shapes: tuple[int, ...]) -> Variant:
    return Variant({"left": left, "right": right, "out": out}, normal(*shapes))


def equation(text: str, *shapes: tuple[int, ...]) -> Variant:
    return Variant({"equation": text}, normal(*shapes))


def shaped(*shapes: tuple[int, ...], **settings: Any) -> Variant:
    return Variant(settings, normal(*shapes))


ROWS = [
    OpRow(
        "contract",
        registry["contract"],
        ("contract",),
        normal((2, 3), (3, 4)),
        contracted,
        variants=(
            letters("ij", "jk", "ik", (2, 3), (3, 4)),
            letters("bij", "kbj", "kib", (2, 3, 2), (4, 2, 2)),
            letters("ij", "ij", "", (2, 3), (2, 3)),
            letters("bi", "bi", "b", (2, 3), (2, 3)),
            letters("i", "jk", "kij", (2,), (3, 2)),
            letters("ij", "ij", "ji", (2, 3), (2, 3)),
        ),
        edges=((np.zeros((2, 0)), np.zeros((0, 3))), (np.zeros((0, 2)), np.zeros((2, 3)))),
        bad=(
            Bad(
                lambda: registry["contract"](
                    ag.tensor([1.0, 2.0]), ag.tensor([1.0]), left="i", right="i", out=""
                ),
                ag.ShapeError,
                r"^contract: axis 'i' has 2 places in x, 1 in y.*rule: i,i->",
            ),
        ),
    ),
    OpRow(
        "einsum",
        lambda *operands, equation: ag.einsum(equation, *operands),
        ("contract",),
        normal((2, 3), (3, 4)),
        lambda *operands, equation: products(equation, *operands),
        variants=(
            equation("ij,jk->ik", (2, 3), (3, 4)),
            equation("ij,jk,kl->li", (2, 3), (3, 2), (2, 4)),
            equation("ii,i->i", (3, 3), (3,)),
            equation("ij,k->", (2, 3), (2,)),
            equation("a,b,c->abc", (2,), (3,), (2,)),
        ),
        edges=((np.zeros((2, 0)), np.zeros((0, 3))), (np.ones((1, 1)), np.ones((1, 1)))),
        bad=(
            Bad(
                lambda: ag.einsum("ij,jk->ik", np.zeros((2, 3)), np.zeros((4, 2))),
                ag.ShapeError,
                r"^einsum: the letter 'j' has 3 and 4 places\n  operands\[0\]: float64 \(2, 3\)\n"
                r"  operands\[1\]: float64 \(4, 2\)\n  rule: ij,jk->ik\n  fits: equal sizes, or 1",
            ),
            Bad(
                lambda: ag.einsum("ij->ik", np.zeros((2, 3))),
                ag.RangeError,
                r"^einsum: 'ij->ik': the result has unknown or repeated letters, \['k'\]\n  fits: letters of",
            ),
        ),
    ),
    OpRow(
        "einsum of one operand",
        lambda x, equation: ag.einsum(equation, x),
        ("diagonal", "sum"),
        normal((2, 2, 3)),
        lambda x, equation: products(equation, x),
        variants=(equation("iij->j", (2, 2, 3)), equation("iji->j", (2, 3, 2)), equation("ii->", (3, 3))),
    ),
    OpRow(
        "tensordot",
        ag.tensordot,
        ("contract",),
        normal((2, 3), (3, 4)),
        np.tensordot,
        variants=(
            shaped((2, 3), (3, 4), axes=1),
            shaped((2, 3, 2), (3, 2, 2)),
            shaped((2, 3, 4), (4, 3), axes=([1, 2], [1, 0])),
            shaped((2,), (3,), axes=0),
        ),
        bad=(
            Bad(
                lambda: ag.tensordot(np.zeros((2, 3)), np.zeros((2, 3)), 1),
                ag.ShapeError,
                r"^tensordot: axis 1 of x has 3 places, axis 0 of y 2.*rule: the axes summed over",
            ),
            Bad(
                lambda: ag.tensordot(np.zeros((2, 3)), np.zeros((2, 3)), ([0, 1], [0])),
                ag.RangeError,
                r"^tensordot: 2 axes of x, 1 of y.*fits: equally many",
            ),
        ),
    ),
    OpRow(
        "inner",
        ag.inner,
        ("contract",),
        normal((2, 3), (4, 3)),
        np.inner,
        variants=(shaped((2, 3), (4, 3)), shaped((3,), (3,))),
    ),
    OpRow(
        "outer",
        ag.outer,
        ("contract",),
        normal((2, 3), (2,)),
        np.outer,
        edges=((np.zeros(0), np.zeros(2)),),
    ),
    OpRow(
        "dot",
        ag.dot,
        ("contract",),
        normal((2, 2, 3), (2, 3, 2)),
        np.dot,
        variants=(
            shaped((2, 2, 3), (2, 3, 2)),
            shaped((2, 2, 3), (3,)),
        ),
    ),
    OpRow(
        "dot of matrices",
        lambda x, y: ag.dot(x, y),
        ("matmul",),
        normal((2, 3), (3, 2)),
        np.dot,
        variants=(shaped((2, 3), (3, 2)), shaped((3,), (3,)), shaped((2, 3), (3,))),
    ),
    OpRow(
        "products with a scalar",
        lambda x, y: ag.dot(x, y) + ag.inner(x, y),
        ("multiply",),
        normal((), (2,)),
        lambda x, y: 2 * x * y,
    ),
]
