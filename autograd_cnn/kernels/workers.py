"""Threads that share the parts of one kernel: NumPy releases the interpreter inside products and copies.

Used where the parts are so large (many microseconds a call) that taking turns in the interpreter costs little.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import lru_cache
from typing import TypeVar

Part = TypeVar("Part")

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


def share(work: Callable[[Part], None], parts: Sequence[Part]) -> None:
    """Call ``work`` on each part, in several threads if there are several parts; the parts must not overlap.

    The threads see the caller's context variables (``np.errstate`` is one). The first error is raised.
    """
    if worker_count() == 1 or len(parts) < 2:
        for part in parts:
            work(part)
        return
    pending = [_pool().submit(copy_context().run, work, part) for part in parts]
    errors = [future.exception() for future in pending]  # waits for all: none may write after the return
    for error in errors:
        if error is not None:
            raise error


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(worker_count(), "autograd_cnn kernel")


if hasattr(os, "register_at_fork"):  # threads do not live on in a forked process: it makes its own
    os.register_at_fork(after_in_child=_pool.cache_clear)
