"""Functions with rules of their own: values, both modes, higher orders, trees, and rules that are wrong."""

import gc

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn.errors import DTypeError, GraphError, NoGradientError, RuleError, StructureError

X = np.array([1.0, 2.0, 3.0])


def product(x, p):
    return {"s": x * p["w"], "t": x.sum()}


def loss_of(f):
    def loss(x, w):
        y = f(x, {"w": w})
        return (y["s"] * y["s"]).sum() * y["t"]

    return loss


@pytest.fixture
def ruled():
    f = ag.custom_vjp(product)
    f.defvjp(
        lambda x, p: (product(x, p), (x, p["w"])),
        lambda kept, g: (g["s"] * kept[1] + g["t"], {"w": g["s"] * kept[0]}),
    )
    return f


def test_gradients_and_second_derivatives_through_trees(ruled):
    for argnum in (0, 1):
        mine, theirs = ag.grad(loss_of(ruled), argnum), ag.grad(loss_of(product), argnum)
        np.testing.assert_allclose(mine(X, X + 1).data, theirs(X, X + 1).data)
        for other in (0, 1):
            mixed = ag.jacobian(mine, other, mode="reverse")(X, X + 1)
            expected = ag.jacobian(theirs, other)(X, X + 1)
            np.testing.assert_allclose(mixed.data, expected.data)
            assert not mixed.requires_grad


def test_backward_reaches_leaves_and_frees_what_was_kept(ruled):
    x, w = (ag.tensor(X, requires_grad=True) for _ in range(2))
    loss = loss_of(ruled)(x, w)
    assert ag.saved_bytes(loss).total > 0
    loss.backward()
    np.testing.assert_allclose(x.grad.data, ag.grad(loss_of(product))(X, X).data)
    with pytest.raises(ag.FreedGraphError):
        loss.backward()


def test_the_rule_is_used_and_not_the_functions_own():
    f = ag.custom_vjp(lambda x: x * 1.0)
    f.defvjp(lambda x: (x * 1.0, None), lambda kept, g: (7 * g,))
    assert ag.grad(f)(2.0).item() == 7.0


def test_a_value_that_forward_computed_keeps_second_derivatives_right():
    f = ag.custom_vjp(ag.exp)

    def forward(x):
        y = ag.exp(x)
        return y, y

    f.defvjp(forward, lambda y, g: (g * y,))
    assert ag.grad(ag.grad(f))(1.0).item() == pytest.approx(np.e, rel=1e-6)


def test_where_no_gradient_is_wanted_the_rule_does_not_run():
    f = ag.custom_vjp(lambda x: x * 2.0)
    f.defvjp(lambda x: pytest.fail("forward ran"), lambda kept, g: (g,))
    assert f(ag.tensor(1.0)).item() == 2.0
    x = ag.tensor(1.0, requires_grad=True)
    with ag.no_grad():
        assert f(x).item() == 2.0


def test_other_arguments_pass_through():
    f = ag.custom_vjp(lambda x, n, how="up": x * n)
    f.defvjp(lambda x, n, how="up": (x * n, n), lambda n, g: (g * n, None))
    assert ag.grad(lambda x: f(x, 3, how="down"))(2.0).item() == 3.0


def test_a_forward_rule_serves_both_directions():
    @ag.custom_jvp
    def f(p, y):
        return [ag.sin(p["x"]) * y, p["x"].sum()]

    def rule(primals, tangents):
        (p, y), (dp, dy) = primals, tangents
        return f(p, y), [ag.cos(p["x"]) * dp["x"] * y + ag.sin(p["x"]) * dy, dp["x"].sum()]

    f.defjvp(rule)
    Y = X + 0.5

    def loss(f):
        return lambda x, y: (lambda out: (out[0] ** 2).sum() * out[1])(f({"x": x}, y))

    def plain(p, y):
        return [ag.sin(p["x"]) * y, p["x"].sum()]

    for argnum in (0, 1):
        mine, theirs = ag.grad(loss(f), argnum), ag.grad(loss(plain), argnum)
        np.testing.assert_allclose(mine(X, Y).data, theirs(X, Y).data)
        for mode in ("forward", "reverse"):
            second = ag.jacobian(mine, 0, mode=mode)(X, Y)
            np.testing.assert_allclose(second.data, ag.jacobian(theirs, 0)(X, Y).data)
    _, t = ag.jvp(loss(f), [X, Y], [Y, X])
    np.testing.assert_allclose(t.data, ag.jvp(loss(plain), [X, Y], [Y, X])[1].data)
    _, push = ag.linearize(loss(f), X, Y)
    np.testing.assert_allclose(push(Y, X).data, t.data)


def test_no_reference_cycles(ruled):
    x = ag.tensor(X, requires_grad=True)
    gc.collect()
    gc.disable()
    try:
        loss = loss_of(ruled)(x, x)
        ag.gradients(loss, x, create_graph=True)
        del loss
        assert gc.collect() == 0
    finally:
        gc.enable()


def outside(w):
    """Functions that use w without taking it as an argument, with a rule of each kind."""
    reverse = ag.custom_vjp(lambda x, **kw: x * (kw.get("w") if kw else w))
    reverse.defvjp(lambda x, **kw: (x * (kw.get("w") if kw else w), None), lambda kept, g: (g * w,))
    forward = ag.custom_jvp(lambda x: x * w)
    forward.defjvp(lambda primals, tangents: (forward(*primals), tangents[0] * w))
    return reverse, forward


def test_what_a_function_takes_from_outside_is_refused_not_lost():
    for which in (0, 1):
        with pytest.raises(RuleError, match=r"(?s)from outside.*positional argument, or \.detach\(\)"):
            ag.grad(lambda w, x, k=which: outside(w)[k](x).sum(), (0, 1))(X, X)
        with pytest.raises(RuleError, match="from outside"):
            ag.jvp(lambda w, k=which: outside(w)[k](ag.tensor(X)).sum(), [X], [X])
    w = ag.tensor(X, requires_grad=True, name="w")
    with pytest.raises(RuleError, match="uses w from outside"):
        outside(X)[0](ag.tensor(X, requires_grad=True), w=w)
    for f in outside(ag.tensor(X)):  # a constant is no loss
        np.testing.assert_array_equal(ag.grad(lambda x, f=f: f(x).sum())(X).data, X)


def test_an_array_of_indices_may_change_afterwards():
    f = ag.custom_vjp(lambda x, at: x[at])
    f.defvjp(lambda x, at: (x[at], at), lambda at, g: (ag.scatter_add(np.zeros(3), at, g, 0), None))
    for function in (f, ag.checkpoint(lambda x, at: (x * x)[at] / (2 * x.detach()[at]))):
        at, x = np.array([0, 2]), ag.tensor(X, requires_grad=True)
        y = function(x, at)
        at[:] = 1
        y.sum().backward()
        np.testing.assert_array_equal(x.grad.data, [1.0, 0.0, 1.0])


def test_defining_functions_leaves_no_cycles():
    for make in (ag.custom_vjp, ag.custom_jvp, ag.checkpoint):
        make(ag.sin)
    gc.collect()
    gc.disable()
    try:
        for _ in range(3):
            f = ag.checkpoint(lambda x: x * 2.0)
            f(ag.tensor(X, requires_grad=True)).sum().backward()
            del f
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_rules_that_are_wrong_say_how():
    f = ag.custom_vjp(lambda x, y: x * y)
    with pytest.raises(GraphError, match="has no rule yet"):
        f(X, X)
    x = ag.tensor(X, requires_grad=True)

    def wrong(forward, backward, error, message):
        f.defvjp(forward, backward)
        with pytest.raises(error, match=message):
            f(x, x).sum().backward()

    def good(x, y):
        return x * y, None

    wrong(good, lambda kept, g: (g,), RuleError, "one cotangent an argument, 2; it gave 1")
    wrong(good, lambda kept, g: g, RuleError, "it gave a Tensor")
    wrong(good, lambda kept, g: (g[:1], g), RuleError, r"(?s)cotangent of operand 0.*shape \(3,\), or None")
    wrong(good, lambda kept, g: ({"a": g}, g), StructureError, "the cotangent of argument 0")
    wrong(lambda x, y: x * y, lambda kept, g: (g, g), RuleError, "forward part gave no pair")
    wrong(lambda x, y: ((x, (y * 1).astype("float32")), 0), lambda kept, g: (g, g), DTypeError, "one dtype")
    f.defvjp(good, lambda kept, g: (g, g))
    with pytest.raises(NoGradientError, match=r"(?s)no forward rule.*ag.custom_jvp"):
        ag.jvp(f, [X, X], [X, X])
    h = ag.custom_jvp(lambda x: x * 2.0)
    with pytest.raises(GraphError, match="has no rule yet"):
        h(X)
    h.defjvp(lambda primals, tangents: tangents[0])
    with pytest.raises(RuleError, match="the rule gave no pair"):
        ag.jvp(h, [X], [X])
    h.defjvp(lambda primals, tangents: (primals[0], tangents[0].sum()))
    with pytest.raises(RuleError, match="another shape than the value"):
        ag.grad(lambda x: h(x).sum())(X)
