"""Sharing parts between threads: results in order, errors raised, the caller's settings seen."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from autograd_cnn.kernels import workers


@pytest.fixture(params=[1, 3])
def count(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    number = int(request.param)
    monkeypatch.setattr(workers, "worker_count", lambda: number)
    workers._pool.cache_clear()
    return number


def test_results_come_in_order(count: int) -> None:
    def work(part: int) -> int:
        time.sleep(0.002 * (5 - part))
        return part * part

    assert workers.share(work, range(6)) == [0, 1, 4, 9, 16, 25]


@pytest.mark.parametrize("count", [3], indirect=True)
def test_several_threads_work_at_once(count: int) -> None:
    meeting = threading.Barrier(count, timeout=10)
    assert len(workers.share(lambda part: meeting.wait(), range(count))) == count


def test_first_error_is_raised_after_all_have_ended(count: int) -> None:
    ended = []

    def work(part: int) -> None:
        if part == 0:
            raise ValueError("part 0")
        time.sleep(0.01)
        ended.append(part)

    with pytest.raises(ValueError, match="part 0"):
        workers.share(work, range(3))
    assert sorted(ended) == ([1, 2] if count > 1 else [])


def test_threads_see_the_errstate_of_the_caller(count: int) -> None:
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        workers.share(lambda part: np.ones(3) / np.zeros(3), range(2))
    with np.errstate(divide="ignore"):
        assert len(workers.share(lambda part: np.ones(3) / np.zeros(3), range(2))) == 2


@pytest.mark.parametrize(("text", "limit"), [("1", 1), ("", None), ("many", None), ("100000", None)])
def test_limits_of_the_matrix_products_hold(
    text: str, limit: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    free = workers.worker_count.__wrapped__()
    monkeypatch.setenv("OMP_NUM_THREADS", text)
    assert workers.worker_count.__wrapped__() == (limit or free)
