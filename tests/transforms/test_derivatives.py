"""jvp, linearize, jacobian, hessian and hvp, and how they compose."""

import gc

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn.errors import (
    DTypeError,
    GraphError,
    RangeError,
    ShapeError,
    StaleValueError,
    StructureError,
)

X = np.array([1.0, 2.0, 3.0])
V = np.array([1.0, -1.0, 0.5])


def cube(x):
    return (x * x * x).sum()


def two(x):
    return {"outer": x[:, None] * x[None, :2], "sum": ag.sin(x).sum()}


def test_forward_mode_over_trees():
    value, tangent = ag.jvp(lambda p, s: {"y": p["w"] * s}, ({"w": X}, 2.0), ({"w": V}, 1.0))
    np.testing.assert_array_equal(value["y"].data, 2 * X)
    np.testing.assert_array_equal(tangent["y"].data, 2 * V + X)


def test_forward_over_reverse_leaves_no_history_behind():
    g, hv = ag.jvp(ag.grad(cube), [X], [V])
    np.testing.assert_array_equal(hv.data, 6 * X * V)
    assert g.node is None
    assert hv.node is None
    assert not hv.requires_grad


def test_a_tangent_is_recorded_when_it_depends_on_what_wants_gradients():
    w = ag.tensor(X, requires_grad=True)
    _, t = ag.jvp(lambda x: w * x * x, [X], [V])
    (g,) = ag.gradients(t.sum(), w)
    np.testing.assert_allclose(g.data, 2 * X * V)
    g = ag.grad(lambda x: ag.jvp(lambda y: y * y * y, [x], [V])[1].sum())(X)
    np.testing.assert_allclose(g.data, 6 * X * V)


@pytest.mark.parametrize("mode", ["reverse", "forward", None])
def test_jacobian_in_both_modes(mode):
    jac = ag.jacobian(two, mode=mode)(X)
    expected = np.zeros((3, 2, 3))
    for i in range(3):
        for j in range(2):
            expected[i, j, i] += X[j]
            expected[i, j, j] += X[i]
    np.testing.assert_allclose(jac["outer"].data, expected)
    np.testing.assert_allclose(jac["sum"].data, np.cos(X))
    assert not jac["sum"].requires_grad


def test_jacobian_of_trees_by_trees():
    jac = ag.jacobian(lambda p: [p["a"] * p["b"]])({"a": X, "b": V})
    np.testing.assert_array_equal(jac[0]["a"].data, np.diag(V))
    np.testing.assert_array_equal(jac[0]["b"].data, np.diag(X))
    both = ag.jacobian(lambda a, b: a * b, argnums=(0, 1))(X, V)
    np.testing.assert_array_equal(both[1].data, np.diag(X))


@pytest.mark.parametrize("modes", [("reverse", "forward"), ("forward", "reverse"), ("forward", "forward")])
def test_jacobians_nest(modes):
    inner, outer = modes
    f = ag.jacobian(ag.jacobian(lambda x: ag.sin(x) * x[0], mode=inner), mode=outer)
    np.testing.assert_allclose(f(X).data, _second(X), atol=1e-12)


def _second(x):
    h = np.zeros((3, 3, 3))
    for i in range(3):
        h[i, i, i] += -np.sin(x[i]) * x[0]
        h[i, i, 0] += np.cos(x[i])
        h[i, 0, i] += np.cos(x[i])
    return h


def test_jacobian_of_a_pullback():
    jac = ag.jacobian(lambda x: ag.vjp(lambda y: y * y * y, x)[1](V)[0])(X)
    np.testing.assert_array_equal(jac.data, np.diag(6 * X * V))


def test_a_recorded_jacobian_can_be_differentiated():
    w = ag.tensor(X, requires_grad=True)
    (g,) = ag.gradients(ag.jacobian(lambda x: w * x * x)(V).sum(), w)
    np.testing.assert_array_equal(g.data, 2 * V)


def test_hessian_of_a_tree():
    h = ag.hessian(lambda p: (p["a"] * p["b"] * p["b"]).sum())({"a": X, "b": V})
    np.testing.assert_array_equal(h["a"]["b"].data, np.diag(2 * V))
    np.testing.assert_array_equal(h["b"]["a"].data, np.diag(2 * V))
    np.testing.assert_array_equal(h["b"]["b"].data, np.diag(2 * X))
    np.testing.assert_array_equal(h["a"]["a"].data, np.zeros((3, 3)))


def test_hvp_is_the_hessian_times_the_vector():
    rng = np.random.default_rng(0)
    x, w, v = rng.normal(size=(1, 2, 6, 6)), rng.normal(size=(3, 2, 3, 3)), rng.normal(size=(3, 2, 3, 3))

    def loss(weight):
        return (ag.tanh(ag.max_pool2d(ag.conv2d(x, weight), 2)) ** 2).sum()

    product = ag.hvp(loss, [w], [v])
    matrix = ag.hessian(loss)(w).data.reshape(54, 54)
    np.testing.assert_allclose(product.data.ravel(), matrix @ v.ravel(), atol=1e-10)
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-10)
    several = ag.hvp(lambda a, b: (a * b).sum(), [X, X], [V, 2 * V])
    np.testing.assert_array_equal(several[0].data, 2 * V)


def test_linearize_runs_the_function_once():
    calls = []

    def f(x):
        calls.append(1)
        return ag.exp(x) * x

    y, push = ag.linearize(f, X)
    for v in (V, X):
        np.testing.assert_allclose(push(v).data, (np.exp(X) * X + np.exp(X)) * v)
    assert len(calls) == 1
    np.testing.assert_allclose(y.data, np.exp(X) * X)
    g = ag.grad(lambda x: ag.linearize(lambda y: y * y * y, x)[1](V).sum())(X)
    np.testing.assert_allclose(g.data, 6 * X * V)


def test_empty_inputs_and_outputs():
    assert ag.jacobian(lambda x: x * 2)(np.zeros((0, 2))).shape == (0, 2, 0, 2)
    assert ag.jacobian(lambda x: x[:0])(X).shape == (0, 3)


def test_nothing_is_left_for_the_garbage_collector():
    gc.collect()
    gc.disable()
    try:
        ag.hvp(cube, [X], [V])
        ag.hessian(cube)(X)
        y, push = ag.linearize(cube, X)
        push(V)
        del y, push
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_a_value_assigned_after_linearising_is_refused():
    for wants in (False, True):
        w = ag.tensor(X, requires_grad=wants, name="w")
        _, push = ag.linearize(lambda x, w=w: x * w, X)
        w.assign_(np.zeros(3))
        with pytest.raises(StaleValueError, match=r"'w' was assigned a new value after"):
            push(V)


def test_an_array_made_of_a_followed_tensor_is_refused_in_both_modes():
    for mode in ("forward", "reverse"):
        with pytest.raises(GraphError, match="would lose its history"):
            ag.jacobian(lambda x: np.asarray(x) * 2.0 + x, mode=mode)(X)
    with pytest.raises(GraphError, match="would lose its history"):
        ag.jvp(lambda x: ag.jvp(lambda y: y * np.asarray(x), [V], [V])[1], [X], [V])


def test_no_grad_inside_means_the_same_in_both_modes():
    def f(x):
        with ag.no_grad():
            s = ag.sin(x)
        return (x * s).sum()

    np.testing.assert_allclose(ag.grad(f)(X).data, np.sin(X))
    np.testing.assert_allclose(ag.jacobian(f, mode="forward")(X).data, np.sin(X))
    np.testing.assert_array_equal(ag.hessian(f)(X).data, np.zeros((3, 3)))
    with ag.no_grad():  # around it, derivatives are derivatives
        np.testing.assert_array_equal(ag.jvp(cube, [X], [V])[1].data, (3 * X**2 * V).sum())


def test_refusals():
    with pytest.raises(RangeError, match=r"mode='backwards' is unknown(.|\n)*\"reverse\""):
        ag.jacobian(cube, mode="backwards")
    with pytest.raises(DTypeError, match=r"output\['at'\] is not floating"):
        ag.jacobian(lambda x: {"at": ag.argmax(x)})(X)
    with pytest.raises(ShapeError, match="one entry for each argument"):
        ag.jvp(cube, X, X)
    with pytest.raises(StructureError, match="the tangent has another structure"):
        ag.jvp(cube, [X], [X, X])
    with pytest.raises(ShapeError, match="another shape than its value"):
        ag.linearize(cube, X)[1](np.ones(2))
