"""einsum, tensordot, inner, outer, dot and matmul in all ranks, against NumPy and finite differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_cnn as ag

from .surface import prove

EQUATIONS = [
    ("ij,jk->ik", [(2, 3), (3, 4)]),
    ("ij,jk", [(2, 3), (3, 4)]),
    ("ij,jk->ki", [(2, 3), (3, 4)]),
    ("ij,ij->", [(2, 3), (2, 3)]),
    ("ij,ij->i", [(2, 3), (2, 3)]),
    ("ij,ij->ji", [(2, 3), (2, 3)]),
    ("i,j->ij", [(2,), (3,)]),
    ("i,j->", [(2,), (3,)]),
    ("ij,k->k", [(2, 3), (4,)]),
    ("bij,bjk->bik", [(2, 3, 2), (2, 2, 3)]),
    ("bij,bkj->bki", [(2, 3, 2), (2, 4, 2)]),
    ("bhij,bhjk->bihk", [(2, 2, 3, 2), (2, 2, 2, 3)]),
    ("ii->i", [(3, 3)]),
    ("ii", [(3, 3)]),
    ("ii->", [(3, 3)]),
    ("iij->ji", [(2, 2, 3)]),
    ("iji->j", [(2, 3, 2)]),
    ("iiii->i", [(2, 2, 2, 2)]),
    ("iijj->ij", [(2, 2, 3, 3)]),
    ("ii,i->i", [(3, 3), (3,)]),
    ("ij->ji", [(2, 3)]),
    ("ba", [(2, 3)]),
    ("ij->", [(2, 3)]),
    ("i->", [(2,)]),
    ("->", [()]),
    (",->", [(), ()]),
    (",ij->ij", [(), (2, 3)]),
    ("...ij,...jk->...ik", [(2, 3, 2), (2, 2)]),
    ("...ij,...jk->...ik", [(2, 1, 3, 2), (4, 2, 2)]),
    ("...,...", [(2, 1), (3,)]),
    ("i...->...", [(2, 3, 2)]),
    ("...i->i...", [(2, 3, 2)]),
    ("i...j,j->...i", [(2, 3, 2), (2,)]),
    ("...->...", [(2, 3)]),
    ("i...,i...->...", [(2, 1, 3), (2, 4, 3)]),
    ("ij,ij->ij", [(1, 3), (2, 3)]),
    ("ij,jk->ik", [(2, 1), (3, 4)]),
    ("ij,jk,kl->il", [(2, 3), (3, 2), (2, 4)]),
    ("ij,jk,kl->", [(2, 3), (3, 2), (2, 4)]),
    ("a,b,c->abc", [(2,), (3,), (2,)]),
    ("ij,ik,il->jkl", [(2, 2), (2, 3), (2, 2)]),
    ("ij,j,i->", [(2, 3), (3,), (2,)]),
    ("i,i,i,i->i", [(3,), (3,), (3,), (3,)]),
    ("ij,jk->ik", [(2, 0), (0, 4)]),
    ("ij,jk->ik", [(0, 3), (3, 2)]),
    ("i j , j k -> i k", [(2, 3), (3, 2)]),
]


@pytest.mark.parametrize(("equation", "shapes"), EQUATIONS, ids=str)
def test_einsum(equation, shapes):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape) for shape in shapes]
    expected = np.einsum(equation, *arrays)
    ours = ag.einsum(equation, *arrays)
    assert ours.shape == expected.shape
    np.testing.assert_allclose(ours.numpy(), expected, rtol=1e-12, atol=1e-14)
    prove(lambda *xs: ag.einsum(equation, *xs), *arrays)


@given(st.data())
def test_any_equation(data):
    letters = "abcd"
    size = dict(zip(letters, data.draw(st.lists(st.integers(0, 3), min_size=4, max_size=4)), strict=True))
    terms = data.draw(
        st.lists(st.text(letters, max_size=4).map(str), min_size=1, max_size=3), label="operands"
    )
    used = sorted(set("".join(terms)))
    out = "".join(data.draw(st.permutations(used))[: data.draw(st.integers(0, len(used)))])
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=[size[c] for c in term]) for term in terms]
    equation = f"{','.join(terms)}->{out}"
    np.testing.assert_allclose(
        ag.einsum(equation, *arrays).numpy(), np.einsum(equation, *arrays), rtol=1e-10, atol=1e-12
    )
    leaves = [ag.tensor(a, requires_grad=True) for a in arrays]
    cotangent = rng.normal(size=[size[c] for c in out])
    gradients = ag.gradients(ag.einsum(equation, *leaves), leaves, cotangent)
    # linear in each operand: <gradient, operand> is the same number for all
    total = np.vdot(cotangent, np.einsum(equation, *arrays))
    for a, g in zip(arrays, gradients, strict=True):
        np.testing.assert_allclose(np.vdot(g.numpy(), a), total, rtol=1e-8, atol=1e-10)


def test_einsum_of_other_dtypes():
    assert ag.einsum("i,i->", [1, 2], [3, 4]).item() == 11
    assert ag.einsum("i,i->", [1, 2], ag.tensor([3.0, 4.0])).dtype == np.float32
    assert ag.einsum("i,i->", ag.zeros(2), ag.zeros(2, np.float64)).dtype == np.float64


@pytest.mark.parametrize(
    ("equation", "shapes", "error", "message"),
    [
        ("ij,jk", [(2, 3)], ag.ShapeError, "names 2 operands, there are 1"),
        ("ij", [(2,)], ag.ShapeError, "does not name the 1 axes of operand 0"),
        ("ij,jk", [(2, 3), (4, 2)], ag.ShapeError, "the letter 'j' has 3 and 4 places"),
        ("ii", [(2, 3)], ag.ShapeError, "2 and 3 places in one operand"),
        ("ij->ik", [(2, 3)], ag.RangeError, "unknown or repeated"),
        ("ij->ii", [(2, 3)], ag.RangeError, "unknown or repeated"),
        ("i1", [(2, 3)], ag.RangeError, "cannot be read"),
        ("", [(2,)], ag.RangeError, "cannot be read"),
        ("...i...", [(2, 3)], ag.RangeError, "occurs twice"),
        ("...i->i", [(2, 3)], ag.RangeError, "the result has not"),
        ("ij->i->j", [(2, 3)], ag.RangeError, "cannot be read"),
        ("ij->i,j", [(2, 3)], ag.RangeError, "cannot be read"),
        ("i.j", [(2, 3)], ag.RangeError, "cannot be read"),
    ],
)
def test_einsum_refuses(equation, shapes, error, message):
    with pytest.raises(error, match=message):
        ag.einsum(equation, *map(np.ones, shapes))


def test_einsum_is_one_call_in_pictures():
    x = ag.tensor(np.ones((2, 3)), requires_grad=True)
    y = ag.einsum("ij,jk,kl->il", x, np.ones((3, 2)), np.ones((2, 2)))
    assert {node.scope.name for node in ag.Graph.of(y).nodes} == {"einsum"}


@pytest.mark.parametrize(
    ("shapes", "axes"),
    [
        ([(2, 3), (3, 4)], 1),
        ([(2, 3), (2, 3)], 2),
        ([(2,), (3,)], 0),
        ([(2, 3, 4), (4, 3)], ([1, 2], [1, 0])),
        ([(2, 3), (4, 3)], (1, 1)),
        ([(2, 3), (4, 3)], (-1, -1)),
        ([(2, 0), (0, 3)], 1),
    ],
)
def test_tensordot(shapes, axes):
    x, y = (np.random.default_rng(i).normal(size=s) for i, s in enumerate(shapes))
    np.testing.assert_allclose(ag.tensordot(x, y, axes).numpy(), np.tensordot(x, y, axes), rtol=1e-13)
    prove(lambda a, b: ag.tensordot(a, b, axes), x, y)


RANKS = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3, 4)),
    ((2, 2, 3), (3,)),
    ((3,), (2, 3, 2)),
    ((2, 2, 3), (3, 2)),
    ((2, 3), (2, 3, 2)),
    ((2, 1, 2, 3), (3, 3, 2)),
    ((2, 0), (0, 2)),
    ((0, 2, 3), (3, 1)),
]


@pytest.mark.parametrize(("left", "right"), RANKS)
@pytest.mark.parametrize("name", ["matmul", "dot"])
def test_products_in_all_ranks(name, left, right):
    x, y = np.random.default_rng(0).normal(size=left), np.random.default_rng(1).normal(size=right)
    np.testing.assert_allclose(getattr(ag, name)(x, y).numpy(), getattr(np, name)(x, y), rtol=1e-13)
    prove(getattr(ag, name), x, y)


@pytest.mark.parametrize(("left", "right"), [((3,), (3,)), ((2, 3), (4, 3)), ((2, 2, 3), (3,)), ((), (2,))])
@pytest.mark.parametrize("name", ["inner", "outer"])
def test_inner_and_outer(name, left, right):
    x, y = (np.asarray(np.random.default_rng(i).normal(size=s)) for i, s in enumerate((left, right)))
    np.testing.assert_allclose(getattr(ag, name)(x, y).numpy(), getattr(np, name)(x, y), rtol=1e-13)
    prove(getattr(ag, name), x, y)


def test_products_that_do_not_fit():
    for name in ("inner", "dot", "matmul"):
        with pytest.raises(ag.ShapeError):
            getattr(ag, name)(np.ones((2, 3)), np.ones((2, 4)))
    with pytest.raises(ag.ShapeError, match="axis 1 of x has 3 places, axis 0 of y 2"):
        ag.tensordot(np.ones((2, 3)), np.ones((2, 3)), 1)
    with pytest.raises(ag.RangeError, match="2 axes of x, 1 of y"):
        ag.tensordot(np.ones((2, 3)), np.ones((2, 3)), ([0, 1], [0]))
    with pytest.raises(ag.RangeError, match="axes=3"):
        ag.tensordot(np.ones((2, 3)), np.ones((2, 3)), 3)
    with pytest.raises(ag.ShapeError, match="stack of x"):
        ag.matmul(np.ones((2, 2, 3)), np.ones((3, 3, 2)))
