"""Sharing out: every part once, in any thread; errors get through; forks and nesting don't hang."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn.kernels import threads
from autograd_cnn.kernels.blockwise import BLOCK_VALUES


@pytest.fixture(autouse=True)
def three() -> Iterator[None]:
    before = ag.get_num_threads()
    ag.set_num_threads(3)
    yield
    ag.set_num_threads(before)


def test_results_come_in_order_from_several_threads() -> None:
    barrier = threading.Barrier(3, timeout=30)  # passes only when three threads work at once

    def work(part: int) -> tuple[int, str]:
        if part < 3:
            barrier.wait()
        return part * part, threading.current_thread().name

    results = threads.share(work, range(20))
    assert [square for square, _ in results] == [n * n for n in range(20)]
    assert len({name for _, name in results[:3]}) == 3


def test_one_part_stays_at_home() -> None:
    here = threading.get_ident()
    assert threads.share(lambda _: threading.get_ident(), [0]) == [here]
    ag.set_num_threads(1)
    assert set(threads.share(lambda _: threading.get_ident(), range(9))) == {here}


def test_nested_work_stays_in_its_thread() -> None:
    def outer(_: int) -> bool:
        return {threading.get_ident()} == set(threads.share(lambda _: threading.get_ident(), range(50)))

    assert all(threads.share(outer, range(6)))


def test_first_error_is_raised_and_the_rest_left() -> None:
    done = []

    def work(part: int) -> None:
        if part == 2:
            raise ZeroDivisionError("part 2")
        time.sleep(0.001)
        done.append(part)

    with pytest.raises(ZeroDivisionError, match="part 2"):
        threads.share(work, range(1000))
    assert len(done) < 900
    assert threads.share(abs, [-1, -2]) == [1, 2]


def test_context_goes_along() -> None:
    state: ContextVar[str] = ContextVar("state", default="outside")
    state.set("inside")
    assert set(threads.share(lambda _: (time.sleep(0.001), state.get())[1], range(9))) == {"inside"}
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        threads.share(lambda _: np.float32(3e38) * np.ones(9, np.float32) * 2, range(9))


def test_many_callers_at_once() -> None:
    totals = []

    def call() -> None:
        totals.extend(sum(threads.share(lambda n: n, range(100))) for _ in range(20))

    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(30)
    assert totals == [4950] * 80


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_process_hires_its_own() -> None:
    threads.share(abs, range(9))
    child = os.fork()
    if not child:
        code = 1
        try:
            code = 0 if threads.share(abs, [-1, -2, -3]) == [1, 2, 3] else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


RUNS = {
    "silu": ag.silu,
    "gelu": ag.gelu,
    "max_pool": lambda x: ag.max_pool2d(x, 3, 2),
    "avg_pool": lambda x: ag.avg_pool2d(x, 3, 2),
    "batch_norm": lambda x: ag.batch_norm(x),
    "group_norm": lambda x: ag.group_norm(x, groups=2),
    "softmax": lambda x: ag.softmax(x, 1),
}


@pytest.mark.parametrize("name", RUNS)
def test_bits_do_not_depend_on_the_number(name: str) -> None:
    values = np.random.default_rng(0).standard_normal((8, 8, 96, 96), dtype=np.float32)
    assert values.size > 8 * BLOCK_VALUES
    found = []
    for count in (1, 2, 3):
        ag.set_num_threads(count)
        x = ag.tensor(values, requires_grad=True)
        y = RUNS[name](x)
        y.backward(y.data + 1)
        found.append((y.numpy().tobytes(), x.grad.numpy().tobytes()))
    assert found[0] == found[1] == found[2]


def test_settings() -> None:
    controls = threads.blas_controls()
    ag.set_num_threads(np.int64(2))
    assert ag.get_num_threads() == 2
    assert {get() for get, _ in controls} <= {2}
    for wrong in (0, -1, 1.5, "two"):
        with pytest.raises(ag.RangeError, match="integer from 1 on"):
            ag.set_num_threads(wrong)


def test_the_environment_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert threads._own_count() == 1
    monkeypatch.setenv("OMP_NUM_THREADS", "many")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    assert 1 <= threads._own_count() <= threads.MOST_BY_ITSELF
