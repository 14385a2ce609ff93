"""What a reverse walk frees, what it keeps, and what it notices: values, memory, assignments, threads."""

import gc
import sys
import threading
import tracemalloc
import weakref

import numpy as np
import pytest

import autograd_cnn as ag


def leaf(*values: float) -> ag.Tensor:
    return ag.tensor(list(values), requires_grad=True)


def test_a_second_pass_over_freed_values_names_the_operation_and_its_line() -> None:
    x = leaf(1.0, 2.0)
    y = ag.exp(x).sum()
    y.backward()
    with pytest.raises(
        ag.FreedGraphError,
        match=r"(?s)exp: .*freed.*retain_graph=True.*sweep_values\.py:\d+: y = ag\.exp",
    ):
        y.backward()
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), np.exp([1.0, 2.0]), rtol=1e-6)


def test_retain_graph_keeps_the_values() -> None:
    x = leaf(1.0)
    y = ag.exp(x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.item(), 2 * np.e, rtol=1e-6)


def test_structure_survives_the_sweep() -> None:
    x = leaf(1.0)
    y = ag.exp(x * 2.0).sum()
    y.backward()
    assert [node.primitive.name for node in ag.Graph.of(y).nodes] == ["multiply", "exp", "sum"]
    assert [node.freed for node in ag.Graph.of(y).nodes] == [True, True, False]


def test_an_assignment_before_the_sweep_is_noticed() -> None:
    w, x = ag.tensor([2.0], requires_grad=True, name="weight"), leaf(3.0)
    y = (w * x).sum()
    w.assign_([5.0])
    with pytest.raises(
        ag.StaleValueError,
        match=r"(?s)multiply: 'weight' was assigned.*sweep_values\.py:\d+: y = \(w \* x\)",
    ):
        y.backward()
    assert x.grad is None
    assert w.grad is None


def test_an_assignment_that_no_rule_cares_about_is_fine() -> None:
    w, x = leaf(2.0), leaf(3.0)
    y = (w + x).sum()
    w.assign_([5.0])
    y.backward()
    assert x.grad is not None
    assert x.grad.item() == 1.0


def test_graphs_are_released_without_the_garbage_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        x = ag.tensor(np.ones((1, 1, 8, 8)), requires_grad=True)
        w = ag.tensor(np.ones((2, 1, 3, 3)), requires_grad=True)
        y = ag.max_pool2d(ag.relu(ag.conv2d(x, w)), 2)
        loss = (y * y).mean()
        node = weakref.ref(loss.node)  # type: ignore[arg-type]
        loss.backward(retain_graph=True)
        del y, loss
        assert node() is None
    finally:
        gc.enable()


def test_a_sweep_frees_values_as_it_passes() -> None:
    x = ag.tensor(np.ones(1_000_00), requires_grad=True)
    y = x
    for _ in range(10):
        y = ag.exp(y * 1e-3)
    loss = y.sum()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    loss.backward()
    grown = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert grown < 6 * x.numpy().nbytes


def test_a_refused_sweep_leaves_the_graph_as_it_was() -> None:
    w, v = leaf(2.0), leaf(2.0)
    y = (w * w) * (v * 3.0) * (v * v)
    w.assign_([1.0])
    for _ in range(2):
        with pytest.raises(ag.StaleValueError):
            y.backward()
    assert ag.gradients(y, v)[0].item() == pytest.approx(4 * 3 * 3 * 4)


def test_threads_that_share_a_leaf_lose_nothing() -> None:
    x = leaf(0.0)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [
            threading.Thread(target=lambda: [(x * 1.0).backward() for _ in range(500)]) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert x.grad is not None
    assert x.grad.item() == 2000.0


def test_what_a_graph_has_seen_does_not_change_with_the_callers_array() -> None:
    weights, labels = np.array([2.0, 3.0]), np.array([0])
    x, logits = leaf(1.0, 1.0), ag.tensor([[1.0, 1.0]], requires_grad=True)
    y, loss = (x * weights).sum(), ag.cross_entropy(logits, labels)
    weights[:], labels[:] = 0, 1
    y.backward()
    loss.backward()
    assert x.grad is not None
    assert logits.grad is not None
    assert x.grad.numpy().tolist() == [2.0, 3.0]
    assert logits.grad.numpy().tolist() == [[-0.5, 0.5]]
