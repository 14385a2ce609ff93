"""grad, value_and_grad and vjp: values, trees, nesting, and what stays recorded."""

from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn.errors import DTypeError, NoGradientError, RangeError, ShapeError, StructureError

X = np.array([1.0, 2.0, 3.0])


def cube(x):
    return (x * x * x).sum()


def test_gradient_of_an_array_keeps_its_dtype_and_no_history():
    g = ag.grad(cube)(X)
    np.testing.assert_array_equal(g.data, 3 * X**2)
    assert g.dtype == np.float64
    assert not g.requires_grad
    assert g.node is None


def test_value_and_gradient_together():
    value, g = ag.value_and_grad(cube)(X)
    assert value.item() == 36.0
    assert not value.requires_grad
    np.testing.assert_array_equal(g.data, 3 * X**2)


def test_derivatives_nest_to_any_order():
    f = ag.sin
    expected = [np.cos(1.0), -np.sin(1.0), -np.cos(1.0), np.sin(1.0)]
    for value in expected:
        f = ag.grad(f)
        assert f(np.float64(1.0)).item() == pytest.approx(value, abs=1e-15)


def test_the_inner_variable_is_not_the_outer_one():
    # d/dx x * (d/dy (x + y)) = d/dx x * 1: confusing the two would give 2
    g = ag.grad(lambda x: x * ag.grad(lambda y: x + y)(1.0))(5.0)
    assert g.item() == 1.0
    # d/dx of d/dy (x y) at a constant y is 1
    assert ag.grad(lambda x: ag.grad(lambda y: x * y)(3.0))(5.0).item() == 1.0


def test_gradient_of_a_constant_is_zero():
    assert ag.grad(ag.grad(lambda x: 3 * x))(2.0).item() == 0.0
    assert ag.grad(lambda x: ag.tensor(4.0))(2.0).item() == 0.0


def test_a_gradient_is_recorded_when_it_depends_on_what_wants_gradients():
    w = ag.tensor(X, requires_grad=True)
    g = ag.grad(lambda y: (w * y * y).sum())(X)
    assert g.requires_grad
    g.sum().backward()
    np.testing.assert_array_equal(w.grad.data, 2 * X)
    assert ag.grad(cube)(w).requires_grad
    with ag.no_grad():
        assert not ag.grad(cube)(w).requires_grad


def test_grad_works_under_no_grad():
    with ag.no_grad():
        np.testing.assert_array_equal(ag.grad(cube)(X).data, 3 * X**2)


@dataclass
class Layer:
    weight: object
    bias: object


Pair = namedtuple("Pair", "first second")


def test_trees_of_every_kind():
    tree = {"layer": Layer(X, 2.0), "pair": Pair(X, [X, None])}

    def f(t):
        pair = t["pair"]
        return (t["layer"].weight * pair.first * pair.second[0]).sum() * t["layer"].bias

    g = ag.grad(f)(tree)
    assert isinstance(g["layer"], Layer)
    assert isinstance(g["pair"], Pair)
    assert g["pair"].second[1] is None
    np.testing.assert_array_equal(g["layer"].weight.data, 2 * X * X)
    np.testing.assert_array_equal(g["pair"].second[0].data, 2 * X * X)
    assert g["layer"].bias.item() == (X**3).sum()


def test_argnums_pick_arguments_and_keywords_pass_through():
    def f(x, n, y, scale=1.0):
        assert isinstance(n, int)
        return (x * y).sum() * scale * n

    gx, gy = ag.grad(f, argnums=(0, 2))(X, 2, X + 1, scale=3.0)
    np.testing.assert_array_equal(gx.data, 6 * (X + 1))
    np.testing.assert_array_equal(gy.data, 6 * X)
    np.testing.assert_array_equal(ag.grad(f, argnums=-1)(X, 2, X + 1).data, 2 * X)


def test_auxiliary_values_are_handed_on_without_history():
    g, aux = ag.grad(lambda x: (cube(x), {"square": x * x}), has_aux=True)(X)
    np.testing.assert_array_equal(aux["square"].data, X**2)
    assert not aux["square"].requires_grad
    (value, aux), g = ag.value_and_grad(lambda x: (cube(x), "note"), has_aux=True)(X)
    assert (value.item(), aux) == (36.0, "note")
    np.testing.assert_array_equal(g.data, 3 * X**2)


def test_a_pullback_can_be_called_again():
    y, pullback = ag.vjp(lambda x, p: {"product": x * p["w"], "sum": x.sum()}, X, {"w": X + 1})
    for scale in (1.0, 2.0):
        gx, gp = pullback({"product": scale * np.ones(3), "sum": scale})
        np.testing.assert_array_equal(gx.data, scale * (X + 2))
        np.testing.assert_array_equal(gp["w"].data, scale * X)
    assert not y["sum"].requires_grad


def test_a_pullback_of_cotangents_that_want_gradients_is_recorded():
    u = ag.tensor(np.ones(3), requires_grad=True)
    _, pullback = ag.vjp(lambda x: x * x, X)
    (g,) = pullback(u)
    (back,) = ag.gradients(g.sum(), u)
    np.testing.assert_array_equal(back.data, 2 * X)


def test_refusals_name_what_would_fit():
    with pytest.raises(ShapeError, match=r"must give one number, not 3(.|\n)*x\*?.*|y\.sum\(\)"):
        ag.grad(lambda x: x)(X)
    with pytest.raises(ShapeError, match="must give one number, not a tuple"):
        ag.grad(lambda x: (cube(x), 1.0))(X)
    with pytest.raises(DTypeError, match=r"argument\[0\] is not floating"):
        ag.grad(cube)(np.arange(3))
    with pytest.raises(NoGradientError, match="hold no array"):
        ag.grad(cube)({})
    with pytest.raises(DTypeError, match="the value is not floating"):
        ag.grad(lambda x: ag.argmax(x))(X)
    with pytest.raises(RangeError, match="argnums=1 for a call with 1 positional"):
        ag.grad(cube, argnums=1)(X)
    with pytest.raises(RangeError, match="names an argument twice"):
        ag.grad(cube, argnums=(0, -1))(X)
    _, pullback = ag.vjp(lambda x: {"y": x}, X)
    with pytest.raises(StructureError, match=r"lacks cotangent\['y'\]|lacks \['y'\]"):
        pullback({"z": X})
    with pytest.raises(ShapeError, match="another shape than its value"):
        pullback({"y": np.ones(2)})
    with pytest.raises(ShapeError, match="has_aux=True"):
        ag.grad(cube, has_aux=True)(X)
