"""Threads that share the parts of one kernel: NumPy releases the interpreter inside products and copies.

Used where the parts are so large, many microseconds a call, that taking turns in the interpreter is cheap.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from functools import lru_cache
from typing import TypeVar

Part = TypeVar("Part")
Result = TypeVar("Result")

# Who limits the threads of the matrix products limits these too.
LIMITS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")


@lru_cache(maxsize=1)
def worker_count() -> int:
    """Threads to share work between: the processors that this process may use, or fewer where limited."""
    try:
        available = len(os.sched_getaffinity(0))
    except AttributeError:  # only some systems can tell
        available = os.cpu_count() or 1
    limits = [int(text) for text in map(os.environ.get, LIMITS) if text and text.isdecimal()]
    return max(1, min([available, *limits]))


def share(work: Callable[[Part], Result], parts: Sequence[Part]) -> list[Result]:
    """Results of ``work`` on each part, found in several threads if there are several parts.

    The parts must not write to the same places. The threads see the caller's context variables
    (``np.errstate`` is one). The first error is raised, when all parts have come to their end.
    """
    if worker_count() == 1 or len(parts) < 2:
        return [work(part) for part in parts]
    pending = [_pool().submit(copy_context().run, work, part) for part in parts]
    wait(pending)
    return [future.result() for future in pending]


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(worker_count(), "autograd_cnn kernel")


if hasattr(os, "register_at_fork"):  # threads do not live on in a forked process: it makes its own
    os.register_at_fork(after_in_child=_pool.cache_clear)
