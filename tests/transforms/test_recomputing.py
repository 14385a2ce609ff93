"""checkpoint: the same gradients with less kept, dropout drawn again, and what can go wrong."""

from functools import partial

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn.errors import StaleValueError, StructureError

X = np.random.default_rng(0).normal(size=(2, 1, 8, 8))


def network(seed=0):
    rng = np.random.default_rng(seed)
    drop = ag.nn.Dropout(0.3, rng=np.random.default_rng(5))
    return ag.nn.Sequential(
        ag.nn.Conv2d(1, 4, 3, rng=rng), ag.nn.ReLU(), drop, ag.nn.Conv2d(4, 2, 3, rng=rng)
    )


def step(net, wrapped):
    x = ag.tensor(X.astype(np.float32), requires_grad=True)
    y = (ag.checkpoint(net) if wrapped else net)(x * 2.0)
    kept = ag.saved_bytes(y).total
    (y * y).sum().backward()
    return kept, [p.grad.data for p in net.parameters()] + [x.grad.data]


def test_gradients_are_the_same_bit_for_bit_with_dropout_and_less_is_kept():
    kept, plain = step(network(), False)
    less, recomputed = step(network(), True)
    for a, b in zip(plain, recomputed, strict=True):
        np.testing.assert_array_equal(a, b)
    assert less == 2 * 64 * 4 < kept  # only x * 2


def test_generators_go_on_where_they_were():
    net = network()
    rng = [m for _, m in net.named_modules()][3].rng
    step(net, True)
    after = rng.random()
    other = network()
    step(other, False)
    assert after == [m for _, m in other.named_modules()][3].rng.random()


def test_second_derivatives_through_a_checkpoint():
    def f(wrap):
        def inner(x):
            return ag.grad(lambda y: wrap(lambda z: ag.sin(z * x) * z)(y).sum())(x).sum()

        return ag.grad(inner)(np.array([0.3, 0.7]))

    np.testing.assert_allclose(f(ag.checkpoint).data, f(lambda g: g).data, rtol=1e-14)


def test_trees_and_earlier_results_from_outside():
    w = ag.tensor(np.ones(3), requires_grad=True)
    earlier = w * 3.0
    fn = ag.checkpoint(lambda p: {"y": p["x"] * earlier, "n": (p["x"] * w).sum()})
    x = ag.tensor(np.arange(3.0), requires_grad=True)
    out = fn({"x": x})
    (out["y"].sum() + out["n"]).backward()
    np.testing.assert_array_equal(w.grad.data, 4 * np.arange(3.0))
    np.testing.assert_array_equal(x.grad.data, [4.0, 4.0, 4.0])


def test_nested_checkpoints():
    inner = ag.checkpoint(lambda x: ag.exp(ag.sin(x)))
    outer = ag.checkpoint(lambda x: inner(inner(x)))
    x = np.array([0.1, 0.5])
    np.testing.assert_allclose(
        ag.grad(lambda x: outer(x).sum())(x).data,
        ag.grad(lambda x: ag.exp(ag.sin(ag.exp(ag.sin(x)))).sum())(x).data,
    )


def test_forward_mode_passes_through():
    x = np.array([0.1, 0.5])
    _, t = ag.jvp(ag.checkpoint(ag.sin), [x], [np.ones(2)])
    np.testing.assert_allclose(t.data, np.cos(x))


def test_nothing_is_recorded_where_nothing_wants_gradients():
    assert ag.checkpoint(ag.sin)(ag.tensor([1.0])).node is None


def test_a_parameter_assigned_in_between_is_refused():
    w = ag.tensor(np.ones(3), requires_grad=True, name="w")
    y = ag.checkpoint(lambda x: ag.sin(x * w))(ag.tensor(np.ones(3)))
    w.assign_(np.zeros(3))
    with pytest.raises(StaleValueError, match=r"(?s)'w' was assigned.*backward\(\) before assign_"):
        y.sum().backward()


def test_a_function_that_changes_its_mind_is_refused():
    calls = []

    def fickle(x):
        calls.append(1)
        return x * 2.0 if len(calls) == 1 else (x * 2.0, x)

    y = ag.checkpoint(fickle)(ag.tensor([1.0], requires_grad=True))
    with pytest.raises(StructureError, match="what the function gave when run again"):
        y.backward()


def test_running_statistics_move_once():
    def run(wrapped):
        norm = ag.nn.BatchNorm2d(1)
        y = (ag.checkpoint(norm) if wrapped else norm)(ag.tensor(X, requires_grad=True))
        (y * y * y).sum().backward()
        return norm.running_mean.data, norm.running_variance.data

    for once, again in zip(run(False), run(True), strict=True):
        np.testing.assert_array_equal(once, again)


class Noisy(ag.nn.Module):
    def __init__(self):
        self.rng = np.random.default_rng(0)

    def forward(self, x):
        return x * (self.rng.random(x.shape) > 0.5)


RNG = np.random.default_rng(0)


def masked(x, rng=None):
    return x * ((rng or RNG).random(x.shape) > 0.5)


def test_generators_that_the_function_can_reach_draw_the_same_again():
    rng = np.random.default_rng(0)
    reached = {
        "an argument": lambda x: ag.checkpoint(masked)(x, rng),
        "a keyword": lambda x: ag.checkpoint(masked)(x, rng=rng),
        "a partial's argument": ag.checkpoint(partial(masked, rng=rng)),
        "a closure": ag.checkpoint(lambda x: masked(x, rng)),
        "a global": ag.checkpoint(masked),
        "a module": ag.checkpoint(ag.nn.Sequential(Noisy())),
        "a method": ag.checkpoint(Noisy().forward),
    }
    for where, fn in reached.items():
        x = ag.tensor(np.ones(100), requires_grad=True)
        y = fn(x)
        y.sum().backward()
        np.testing.assert_array_equal(x.grad.data, y.data, err_msg=where)
    assert rng.random() == np.random.default_rng(0).random(401)[-1]  # four masks were drawn, once each


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_hidden_generator_is_refused_though_few_values_differ(dtype):
    masks = iter(np.random.default_rng(0).random((2, 100_000)) > 1e-5)
    x = ag.tensor(np.ones(100_000, dtype), requires_grad=True)
    y = ag.checkpoint(lambda x: x * next(masks))(x)
    with pytest.raises(
        StaleValueError, match=r"(?s)gave other values when it ran again.*generator it refers"
    ):
        y.sum().backward()


def test_values_that_only_round_differently_pass():
    noise = iter([0.0, 1e-9])
    y = ag.checkpoint(lambda x: x - 1.0 + next(noise))(ag.tensor(np.array([1.0, 3.0]), requires_grad=True))
    y.sum().backward()


def test_keywords_are_arguments_too():
    x, w = (ag.tensor([2.0, 3.0], requires_grad=True) for _ in range(2))
    y = ag.checkpoint(lambda x, *, weight, power: weight * x**power)(x, weight=w, power=3)
    assert y.numpy().tolist() == [16.0, 81.0]
    y.sum().backward()
    assert (w.grad.numpy().tolist(), x.grad.numpy().tolist()) == ([8.0, 27.0], [24.0, 81.0])
