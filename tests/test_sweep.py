"""The reverse walk: what arrives where, and what goes wrong in words."""

import sys
from collections.abc import Callable

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn.primitive import Primitive, registry


def leaf(*values: float) -> ag.Tensor:
    return ag.tensor(list(values), requires_grad=True)


def test_fan_out_adds() -> None:
    x = leaf(3.0)
    y = x * x + x
    (y + y).sum().backward()
    assert x.grad is not None
    assert x.grad.numpy().tolist() == [14.0]


def test_diamonds_are_walked_once() -> None:
    x = leaf(1.0)
    y = x
    for _ in range(60):  # 2**60 paths
        y = y + y
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.item() == 2.0**60


def test_the_same_tensor_twice_in_one_call() -> None:
    x = ag.tensor(np.arange(4.0).reshape(2, 2), requires_grad=True)
    ag.matmul(x, x).sum().backward()
    ones = np.ones((2, 2))
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), ones @ x.numpy().T + x.numpy().T @ ones)


@pytest.mark.parametrize("shape", [(3,), (1, 3), (2, 1), (1, 1), (), (2, 3)])
def test_cotangents_are_summed_back_to_broadcast_shapes(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    x = ag.tensor(rng.standard_normal(shape), requires_grad=True)
    other = rng.standard_normal((4, 2, 3))
    (x * other).sum().backward()
    expanded = np.broadcast_to(other, np.broadcast_shapes(shape, (4, 2, 3)))
    expected = expanded.sum(axis=tuple(range(3 - len(shape))))
    expected = expected.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)
    assert x.grad is not None
    assert x.grad.shape == shape
    np.testing.assert_allclose(x.grad.numpy(), expected.reshape(shape))


def test_gradients_accumulate_until_forgotten() -> None:
    x = leaf(2.0)
    for _ in range(3):
        (x * x).sum().backward()
    assert x.grad is not None
    assert x.grad.item() == 12.0
    x.grad = None
    (x * x).sum().backward()
    assert x.grad.item() == 4.0


def test_backward_of_several_elements_needs_a_gradient() -> None:
    x = leaf(1.0, 2.0)
    y = x * x
    with pytest.raises(
        ag.ShapeError, match=r"2 elements.*\n.*x: float32 \(2,\)\n.*rule:.*\n.*shape \(2,\), or a scalar"
    ):
        y.backward()
    with pytest.raises(ag.ShapeError, match=r"cotangent: float32 \(1,\)"):
        y.backward([1.0])
    y.backward([1.0, 10.0])
    assert x.grad is not None
    assert x.grad.numpy().tolist() == [2.0, 40.0]


def test_nothing_to_differentiate() -> None:
    with pytest.raises(ag.NoGradientError, match="requires_grad=True"):
        ag.tensor([1.0]).backward()
    x = leaf(1.0)
    with pytest.raises(ag.NoGradientError, match="output 0 wants no gradient"):
        ag.gradients((x > 0).sum(), x)
    with pytest.raises(ag.NoGradientError, match="input 0 wants no gradient"):
        ag.gradients(x.sum(), ag.tensor([1.0]))


def test_retain_grad_keeps_the_gradient_of_a_computed_tensor() -> None:
    x = leaf(1.0, 2.0)
    middle = (x * 3.0).retain_grad()
    other = x * 5.0
    (middle * other).sum().backward()
    assert middle.grad is not None
    assert middle.grad.numpy().tolist() == [5.0, 10.0]
    assert other.grad is None
    with pytest.raises(ag.NoGradientError):
        ag.tensor([1.0]).retain_grad()


def test_create_graph_gives_gradients_that_can_be_differentiated() -> None:
    x = leaf(2.0)
    (x * x * x).sum().backward(create_graph=True)
    first = x.grad
    assert first is not None
    assert first.requires_grad
    x.grad = None
    first.sum().backward()
    assert x.grad is not None
    assert x.grad.item() == 12.0


def test_third_derivatives() -> None:
    x = ag.tensor(np.array([0.5]), requires_grad=True)
    g = ag.tanh(x)
    for _ in range(3):
        (g,) = ag.gradients(g.sum(), x, create_graph=True)
    t = np.tanh(0.5)
    np.testing.assert_allclose(g.item(), (1 - t**2) * (6 * t**2 - 2), rtol=1e-12)


def test_second_derivatives_of_conv_and_max_pool() -> None:
    rng = np.random.default_rng(1)

    def network(x: ag.Tensor, w: ag.Tensor, b: ag.Tensor) -> ag.Tensor:
        y = ag.conv2d(x, w, b, stride=2, padding=((1, 0), (0, 1)), dilation=(1, 2), groups=2)
        return ag.max_pool2d(ag.tanh(y), 2, stride=1)

    shapes = (2, 4, 7, 7), (4, 2, 2, 2), (4,)
    report = ag.testing.gradcheck(network, [rng.standard_normal(s) for s in shapes], order=2)
    assert report.passed
    assert report.order == 2


def test_gradients_towards_computed_tensors_and_independent_inputs() -> None:
    x, unused = leaf(1.0, 2.0), leaf(5.0)
    middle = x * 2.0
    loss = (middle * middle).sum()
    g_middle, g_x, g_unused = ag.gradients(loss, [middle, x, unused])
    assert g_middle.numpy().tolist() == [4.0, 8.0]
    assert g_x.numpy().tolist() == [8.0, 16.0]
    assert g_unused.numpy().tolist() == [0.0]
    assert x.grad is None


def test_several_outputs_are_weighted_by_their_cotangents() -> None:
    x = leaf(3.0)
    a, b = x * x, x * 2.0
    (g,) = ag.gradients([a, b, a], x, [[1.0], [10.0], [0.5]])
    assert g.item() == 1.5 * 6.0 + 20.0
    with pytest.raises(ag.ShapeError, match="2 outputs but 1 cotangents"):
        ag.gradients([a, b], x, [[1.0]])


def test_a_walk_towards_one_input_runs_only_the_rules_on_the_way() -> None:
    x, w = leaf(1.0), leaf(2.0)
    far = ag.exp(w)
    far.sum().backward()  # frees what exp kept
    y = x * far
    assert ag.gradients(y.sum(), x)[0].item() == pytest.approx(np.exp(2.0))
    with pytest.raises(ag.FreedGraphError):
        ag.gradients(y.sum(), w)


def test_a_walk_ends_at_its_target_and_asks_nothing_of_it() -> None:
    x = leaf(1.0)
    middle = ag.exp(x)
    middle.sum().backward()  # frees what exp kept, which the walk towards its result does not need
    assert ag.gradients((middle * 2.0).sum(), middle)[0].item() == 2.0
    assert ag.gradients(middle, middle, [3.0])[0].item() == 3.0


def test_a_target_on_the_way_to_another() -> None:
    x = leaf(2.0)
    middle = x * x
    g_middle, g_x = ag.gradients((middle * middle).sum(), [middle, x])
    assert (g_middle.item(), g_x.item()) == (8.0, 32.0)


def test_known_zero_and_no_gradient_differ() -> None:
    x = leaf(-2.0, 3.0)
    y = ag.sign(x)
    assert y.requires_grad
    assert ag.gradients(y.sum(), x)[0].numpy().tolist() == [0.0, 0.0]
    assert not (x > 0).requires_grad


@pytest.fixture
def broken() -> object:
    """A primitive whose rule fails, removed afterwards."""

    def fail(g: object) -> object:
        raise RuntimeError("rule failed")

    yield Primitive("broken", lambda x: x + 0, "x", shape=lambda x: x.shape, vjps={"x": fail})
    del registry["broken"]


def test_a_failing_rule_leaves_no_half_written_gradients(broken: Primitive) -> None:
    x, w = leaf(1.0), leaf(1.0)
    y = broken(x) * w
    with pytest.raises(RuntimeError, match="rule failed"):
        y.sum().backward()
    assert x.grad is None
    assert w.grad is None


@pytest.fixture
def misshapen() -> object:
    rule = {"x": lambda g: g[:, None]}
    yield Primitive("misshapen", lambda x: x + 0, "x", shape=lambda x: x.shape, vjps=rule)
    del registry["misshapen"]


def test_a_rule_that_gives_another_shape_is_named(misshapen: Primitive) -> None:
    x = leaf(1.0, 2.0)
    with pytest.raises(
        ag.ShapeError, match=r"(?s)misshapen: the gradient rule of 'x' gave shape.*shape \(2,\)"
    ):
        misshapen(x).sum().backward()


def test_chains_are_walked_without_recursion() -> None:
    x = leaf(1.0)
    y = x
    assert sys.getrecursionlimit() < 100_000
    for _ in range(100_000):
        y = y + 1.0
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.item() == 1.0
    del y  # neither is the release of the chain


def test_long_gradients_graphs_need_no_recursion_either() -> None:
    x = leaf(1.0)
    y = x
    for _ in range(5_000):
        y = y * 1.0
    (g,) = ag.gradients(y.sum(), x, create_graph=True)
    assert g.item() == 1.0
    assert len(ag.gradient_graph(y.sum()).nodes) > 5_000
    del y, g


def test_dtypes_are_kept_both_ways() -> None:
    for dtype in (np.float16, np.float32, np.float64):
        x = ag.tensor(np.ones((2, 3), dtype), requires_grad=True)
        y = (ag.exp(x) * 2.0 + 1) / 3
        assert y.dtype == dtype
        y.sum().backward()
        assert x.grad is not None
        assert x.grad.dtype == dtype


def test_mixed_precision_gives_each_leaf_its_own_dtype() -> None:
    x = ag.tensor(np.ones(2, np.float32), requires_grad=True)
    y = ag.tensor(np.ones(2, np.float64), requires_grad=True)
    (x * y).sum().backward()
    assert x.grad is not None
    assert y.grad is not None
    assert (x.grad.dtype, y.grad.dtype) == (np.float32, np.float64)
    (g,) = ag.gradients((x * y).sum(), x, create_graph=True)
    assert g.dtype == np.float32


@pytest.mark.parametrize("reduce", [ag.max, ag.min])
def test_an_infinite_cotangent_reaches_the_winner_alone(reduce: Callable[..., ag.Tensor]) -> None:
    x = leaf(1.0, 2.0, 3.0)
    reduce(x).backward(np.inf)
    assert x.grad is not None
    assert sorted(x.grad.numpy().tolist()) == [0.0, 0.0, np.inf]
    a, b = leaf(1.0), leaf(2.0)
    (ag.maximum(a, b) + ag.minimum(a, b)).backward([np.inf])
    assert a.grad is not None
    assert a.grad.item() == np.inf
