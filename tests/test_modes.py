"""Modes: no_grad, captures, threads."""

import threading

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn._modes import MODE, switched


def test_no_grad_as_a_block_and_as_a_decorator() -> None:
    x = ag.tensor([1.0], requires_grad=True)

    @ag.no_grad()
    def double(t: ag.Tensor) -> ag.Tensor:
        return t * 2.0

    with ag.no_grad():
        assert (x * 2.0).node is None
    assert double(x).node is None
    assert (x * 2.0).node is not None


def test_modes_are_put_back_after_an_error() -> None:
    before = MODE.get()
    with pytest.raises(ZeroDivisionError), ag.no_grad():
        raise ZeroDivisionError
    assert MODE.get() is before


def test_a_capture_records_constants_too() -> None:
    x = ag.tensor([1.0])
    with switched(capturing=True):
        y = ag.exp(x) * 2.0
    assert [n.primitive.name for n in ag.Graph.of(y).nodes] == ["exp", "multiply"]
    assert not y.requires_grad


def test_threads_have_modes_of_their_own() -> None:
    seen = {}

    def work() -> None:
        x = ag.tensor([3.0], requires_grad=True)
        y = (x * x).sum()
        seen["node"] = y.node is not None
        y.backward()
        seen["grad"] = x.grad.item()

    with ag.no_grad():
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert seen == {"node": True, "grad": 6.0}


def test_two_threads_differentiate_at_once() -> None:
    results: dict[int, list[float]] = {}

    def work(number: int) -> None:
        rng = np.random.default_rng(number)
        x = ag.from_numpy(rng.standard_normal((2, 2, 6, 6)), requires_grad=True)
        w = ag.from_numpy(rng.standard_normal((3, 2, 3, 3)), requires_grad=True)
        sums = []
        for _ in range(20):
            w.grad = None
            ag.max_pool2d(ag.relu(ag.conv2d(x, w)), 2).sum().backward()
            sums.append(float(w.grad.numpy().sum()))
        results[number] = sums

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [0, 1, 2, 3]
    assert all(len(set(sums)) == 1 for sums in results.values())


@pytest.mark.parametrize("block", [ag.recording_all, ag.shapes_only])
def test_a_block_ends_with_an_error_too(block):
    before = MODE.get()
    with pytest.raises(ag.RangeError), block():
        raise ag.RangeError("test", "on purpose")
    assert MODE.get() is before


def test_recording_all_records_what_wants_no_gradient():
    x = ag.tensor([1.0, 5.0, 2.0, 3.0])
    assert (x * 2.0).node is None
    with ag.recording_all():
        y = x * 2.0
    assert [node.primitive.name for node in ag.Graph.of(y).nodes] == ["multiply"]
    assert not y.requires_grad
    assert y.numpy().tolist() == [2.0, 10.0, 4.0, 6.0]


def test_shapes_only_computes_nothing():
    huge = ag.abstract_tensor((10**6, 10**6))
    with ag.shapes_only():
        y = (huge @ huge).sum(axis=0)
    assert y.shape == (10**6,)
    assert not ag.has_values(y)
