"""Routing as data: the lecture's tie tables, and sums that agree with the backward pass."""

import numpy as np
import pytest

import autograd_cnn as ag

MAP = np.array([[0, 1, 0, 4, 5], [2, 3, 2, 1, 3], [4, 4, 0, 4, 3], [2, 5, 2, 6, 4], [1, 0, 0, 5, 7]], float)
COTANGENTS = np.arange(1, 10).reshape(1, 1, 3, 3) / 10
ARRIVES = {
    "first": {(0, 3): 0.2, (0, 4): 0.3, (2, 0): 0.1, (3, 1): 1.1, (3, 3): 1.9, (4, 4): 0.9},
    "last": {(0, 4): 0.3, (2, 1): 0.1, (2, 3): 0.2, (3, 1): 1.1, (3, 3): 1.9, (4, 4): 0.9},
    "split": {
        (0, 3): 0.2 / 3,
        (0, 4): 0.3,
        (2, 0): 0.05,
        (2, 1): 0.05 + 0.2 / 3,
        (2, 3): 0.2 / 3,
        (3, 1): 1.1,
        (3, 3): 1.9,
        (4, 4): 0.9,
    },
}


def pooled(ties: str) -> tuple[ag.Tensor, ag.Tensor]:
    x = ag.from_numpy(MAP[None, None], requires_grad=True)
    return x, ag.max_pool2d(x, 3, stride=1, ties=ties)


@pytest.mark.parametrize("ties", ["first", "last", "split"])
def test_the_lectures_tie_tables(ties: str) -> None:
    x, y = pooled(ties)
    expected = np.zeros((5, 5))
    for cell, value in ARRIVES[ties].items():
        expected[cell] = value
    routing = ag.routing(y, cotangent=COTANGENTS)
    np.testing.assert_allclose(routing.gradient[0, 0], expected, atol=1e-12)
    assert routing.gradient.sum() == pytest.approx(4.5)
    assert (routing.op, routing.ties, routing.cotangent_source) == ("max_pool2d", ties, "given")
    np.testing.assert_array_equal(routing.input, x.numpy())
    y.backward(COTANGENTS)
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), routing.gradient)


def test_entries_of_the_lectures_map() -> None:
    routing = ag.routing(pooled("first")[1], cotangent=COTANGENTS)
    assert len(routing) == 9
    assert routing.windows.tolist() == list(range(9))
    assert routing.input_cells[:, 2:].tolist() == [
        [2, 0], [0, 3], [0, 4], [3, 1], [3, 3], [3, 3], [3, 1], [3, 3], [4, 4],
    ]  # fmt: skip
    assert routing.coefficients.tolist() == [1.0] * 9
    split = ag.routing(pooled("split")[1])
    assert split.windows.tolist() == [0, 0, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8]
    np.testing.assert_allclose(split.coefficients[:5], [0.5, 0.5, 1 / 3, 1 / 3, 1 / 3])
    assert split.cotangent_source == "assumed 1"


@pytest.mark.parametrize("pool", ["max", "avg", "sum", "avg without padding"])
@pytest.mark.parametrize("settings", [(2, 2, 0), (3, 1, 1), (3, 2, 1), (2, 3, 0)])
def test_routing_agrees_with_the_backward_pass(pool: str, settings: tuple[int, int, int]) -> None:
    rng = np.random.default_rng(0)
    x = ag.from_numpy(rng.standard_normal((2, 3, 7, 8)), requires_grad=True)
    y = {
        "max": lambda: ag.max_pool2d(x, *settings),
        "avg": lambda: ag.avg_pool2d(x, *settings),
        "sum": lambda: ag.sum_pool2d(x, *settings),
        "avg without padding": lambda: ag.avg_pool2d(x, *settings, count_include_pad=False),
    }[pool]()
    cotangent = rng.standard_normal(y.shape)
    routing = ag.routing(y, cotangent=cotangent)
    y.backward(cotangent)
    assert x.grad is not None
    np.testing.assert_allclose(routing.gradient, x.grad.numpy(), atol=1e-12)
    rebuilt = np.zeros(y.shape)
    values = x.numpy()[tuple(routing.input_cells.T)] * routing.coefficients
    np.add.at(rebuilt, tuple(routing.output_cells.T), values)
    np.testing.assert_allclose(rebuilt, y.numpy(), atol=1e-12)


def test_the_gradient_of_a_loss_and_its_name() -> None:
    x, y = pooled("first")
    loss = (y * COTANGENTS).sum()
    loss.name = "logit 3"
    routing = ag.routing(y, loss)
    np.testing.assert_allclose(routing.cotangent, COTANGENTS)
    assert routing.cotangent_source == "logit 3"
    assert x.grad is None


def test_a_computed_input_is_recalled() -> None:
    w = ag.from_numpy(np.random.default_rng(0).standard_normal((2, 1, 3, 3)), requires_grad=True)
    hidden = ag.relu(ag.conv2d(MAP[None, None], w, padding=1))
    routing = ag.routing(ag.max_pool2d(hidden, 2))
    np.testing.assert_array_equal(routing.input, hidden.numpy())


def test_what_cannot_be_routed() -> None:
    x, y = pooled("first")
    with pytest.raises(ag.GraphError, match=r"made by softmax, which is neither(?s:.*)fits: .*pooling"):
        ag.routing(ag.softmax(y))
    with ag.recording_all(), pytest.raises(ag.GraphError, match="made by flat_indices of max_pool2d"):
        ag.routing(ag.max_pool2d(x, 2, return_indices=True)[1])
    with pytest.raises(ag.GraphError, match="no recorded history"):
        ag.routing(ag.max_pool2d(MAP[None, None], 2))
    with pytest.raises(ag.ShapeError, match=r"a cotangent of shape \(1, 1, 3, 3\)"):
        ag.routing(y, cotangent=np.ones((3, 3)))
    y.sum().backward()
    with pytest.raises(ag.FreedGraphError, match="retain_graph=True"):
        ag.routing(y)
    assert x.grad is not None


@pytest.mark.parametrize("ties", ["first", "last", "split"])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_any_rank_with_padding_dilation_and_a_rest(rank: int, ties: str) -> None:
    """Ties everywhere; every entry's cells are real, and together they are the backward pass."""
    rng = np.random.default_rng(rank)
    x = ag.from_numpy(rng.integers(0, 3, (2, 2, *(6,) * rank)).astype(float), requires_grad=True)
    pool = getattr(ag, f"max_pool{rank}d")
    y = pool(x, 2, stride=2, padding=1, dilation=2, rounding="ceil", ties=ties)
    cotangent = rng.standard_normal(y.shape)
    routing = ag.routing(y, cotangent=cotangent)
    y.backward(cotangent)
    assert x.grad is not None
    np.testing.assert_allclose(routing.gradient, x.grad.numpy(), atol=1e-12)
    assert (routing.op, routing.input_shape, routing.output_shape) == (f"max_pool{rank}d", x.shape, y.shape)
    assert (routing.input_cells >= 0).all()
    assert (routing.input_cells < x.shape).all()
    winners = x.numpy()[tuple(routing.input_cells.T)]
    np.testing.assert_array_equal(winners, y.numpy()[tuple(routing.output_cells.T)])
    np.testing.assert_array_equal(routing.cotangents, cotangent[tuple(routing.output_cells.T)])
    shares = np.zeros(y.shape)
    np.add.at(shares, tuple(routing.output_cells.T), routing.coefficients)
    np.testing.assert_allclose(shares, 1.0)
    if ties != "split":
        assert len(routing) == y.size


def test_coefficients_of_sums_and_averages() -> None:
    x = ag.from_numpy(np.ones((1, 1, 3, 3)), requires_grad=True)
    assert set(ag.routing(ag.sum_pool2d(x, 2, stride=1)).coefficients.tolist()) == {1.0}
    assert set(ag.routing(ag.avg_pool2d(x, 2, stride=1)).coefficients.tolist()) == {0.25}
    padded = ag.routing(ag.avg_pool2d(x, 2, stride=2, padding=1))
    assert len(padded) == 9  # padding exchanges nothing
    assert set(padded.coefficients.tolist()) == {0.25}
    uncounted = ag.routing(ag.avg_pool2d(x, 2, stride=2, padding=1, count_include_pad=False))
    np.testing.assert_allclose(uncounted.coefficients, [1, 1 / 2, 1 / 2, 1 / 2, 1 / 2, *[1 / 4] * 4])
    assert uncounted.ties is None
    assert uncounted.switches is None


def test_a_loss_may_have_a_cotangent_of_its_own() -> None:
    _, y = pooled("first")
    losses = ag.reshape(y, (-1,)) * 2.0
    routing = ag.routing(y, losses, cotangent=np.arange(9.0))
    assert routing.cotangent_source == "loss"
    np.testing.assert_array_equal(routing.cotangent.reshape(-1), 2 * np.arange(9.0))


def test_an_input_assigned_since_is_not_shown_as_the_one_pooled() -> None:
    x, y = pooled("first")
    x.assign_(np.zeros(x.shape))
    routing = ag.routing(y)
    assert routing.input is None
    assert routing.output.max() == 7.0


def test_float32_stays_float32() -> None:
    x = ag.tensor(MAP[None, None].astype(np.float32), requires_grad=True)
    for ties in ("first", "split"):
        routing = ag.routing(ag.max_pool2d(x, 3, stride=1, ties=ties), cotangent=COTANGENTS)
        assert routing.gradient.dtype == routing.cotangent.dtype == routing.coefficients.dtype == np.float32
