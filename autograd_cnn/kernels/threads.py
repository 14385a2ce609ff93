"""Sharing the parts of one kernel out to threads; how many, and BLAS's number with them.

NumPy lets go of Python's lock while it runs along an array, so parts of about 256 KB are computed at the same
time on several cores. Which thread takes which part changes no result: parts don't overlap, and each is
computed as one thread alone would compute it.
"""

from __future__ import annotations

import contextlib
import contextvars
import ctypes
import operator
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue
from threading import Condition, Lock, Thread, local
from typing import Any, TypeVar

import numpy as np

from autograd_cnn.errors import RangeError

# Python's lock is handed round at every NumPy call, so that more threads than this only wait for it
MOST_BY_ITSELF = 8
# who limits the threads of the matrix products limits these too
LIMITS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")

Part = TypeVar("Part")
Result = TypeVar("Result")


class _Job:
    """The parts of one call, of which each thread takes the next one, and their results."""

    def __init__(self, work: Callable[[Any], Any], parts: Sequence[Any]) -> None:
        self.work, self.parts = work, parts
        self.results: list[Any] = [None] * len(parts)
        self.condition = Condition(Lock())
        self.started = 0
        self.helping = 0
        self.error: BaseException | None = None

    def help(self) -> None:
        """Work until no part is left; keep the first error for the caller."""
        with self.condition:
            self.helping += 1
        try:
            while (number := self._next()) is not None:
                self.results[number] = self.work(self.parts[number])
        except BaseException as error:  # a thread has nobody to raise it to
            with self.condition:
                self.error = self.error or error
                self.started = len(self.parts)
        finally:
            with self.condition:
                self.helping -= 1
                self.condition.notify_all()

    def wait(self) -> list[Any]:
        """Wait for the threads that are at work; those that come later find nothing to do."""
        with self.condition:
            while self.helping:
                self.condition.wait()
        if self.error is None:
            return self.results
        try:
            raise self.error
        finally:
            self.error = None  # its traceback holds this frame

    def _next(self) -> int | None:
        with self.condition:
            if self.started == len(self.parts):
                return None
            self.started += 1
            return self.started - 1


class _Crew:
    """Sleeping threads and the queue that wakes them. They end with the program, whatever they do."""

    def __init__(self) -> None:
        self.queue: SimpleQueue[tuple[contextvars.Context, _Job]] = SimpleQueue()
        self.lock = Lock()
        self.hired = 0

    def call(self, count: int, job: _Job) -> None:
        """Ask ``count`` threads to help, each in the caller's context: NumPy's error states among it."""
        with self.lock:
            while self.hired < count:
                Thread(target=self._stay, name=f"autograd_cnn-{self.hired}", daemon=True).start()
                self.hired += 1
        for _ in range(count):
            self.queue.put((contextvars.copy_context(), job))

    def _stay(self) -> None:
        _place.inside = True
        while True:
            context, job = self.queue.get()
            context.run(job.help)
            del context, job  # a sleeping thread keeps no arrays


class _Setting:
    """How many threads to use, and the crew that belongs to this process."""

    def __init__(self) -> None:
        self.count = _own_count()
        self.crew = _Crew()

    def after_fork(self) -> None:
        """Forget the threads, which only the parent has."""
        self.crew = _Crew()


def _own_count() -> int:
    """Count the cores that this process may use, or fewer where the environment limits BLAS to them."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    limits = [int(text) for text in map(os.environ.get, LIMITS) if text and text.isdecimal()]
    return max(1, min([cores, MOST_BY_ITSELF, *limits]))


_place = local()
_setting = _Setting()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_setting.after_fork)


def share(work: Callable[[Part], Result], parts: Sequence[Part]) -> list[Result]:
    """Give the results of ``work`` on each part, computed by as many threads as are set.

    The parts must not write to the same places; they are begun in order. What one raises is raised here, once
    all threads have stopped. The threads see the caller's context variables (NumPy's error states are one).
    Work that shares out again does so within its own thread.
    """
    helpers = min(_setting.count, len(parts)) - 1
    if helpers < 1 or getattr(_place, "inside", False):
        return [work(part) for part in parts]
    job = _Job(work, parts)
    _setting.crew.call(helpers, job)
    _place.inside = True
    try:
        job.help()
    finally:
        _place.inside = False
    return job.wait()


def set_num_threads(count: int) -> None:
    """Set how many threads one operation may use.

    Parameters
    ----------
    count : int
        From 1 on. At first it is the number of cores that the process may use, at most 8, or less where
        ``OMP_NUM_THREADS`` or ``OPENBLAS_NUM_THREADS`` in the environment say so.

    Raises
    ------
    RangeError
        When the count is no integer from 1 on.

    Notes
    -----
    It counts for this library's own kernels and, where NumPy came in a wheel with its own OpenBLAS, for
    matrix products; another BLAS has its own setting. Results of this library's kernels don't depend on it;
    those of a BLAS may, in the last bit. For many small networks side by side, 1 is best.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> before = ag.get_num_threads()
    >>> ag.set_num_threads(1)
    >>> ag.get_num_threads()
    1
    >>> ag.set_num_threads(before)
    """
    try:
        number = operator.index(count)
    except TypeError:
        number = 0
    if number < 1:
        raise RangeError(
            "set_num_threads",
            f"{count!r} threads cannot work",
            fits="an integer from 1 on",
        )
    _setting.count = number
    for _, put in blas_controls():
        put(number)


def get_num_threads() -> int:
    """Tell how many threads one operation may use.

    Returns
    -------
    int
        From 1 on.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.get_num_threads() >= 1
    True
    """
    return _setting.count


def blas_controls() -> list[tuple[Callable[[], int], Callable[[int], object]]]:
    """Give the functions that tell and set the threads of each OpenBLAS that lies in NumPy's wheel."""
    return [control for library in _libraries() if (control := _controls(library))]


def _libraries() -> list[Path]:
    """Find the OpenBLAS that lies in NumPy's wheel: beside the package, or in it on a Mac."""
    package = Path(np.__file__).parent
    return [
        path
        for folder in (package.with_name("numpy.libs"), package / ".dylibs")
        for path in sorted(folder.glob("*openblas*"))
    ]


def _controls(library: Path) -> tuple[Callable[[], int], Callable[[int], object]] | None:
    """Give the functions that tell and set the number of threads; their names depend on how it was built."""
    with contextlib.suppress(OSError):
        loaded = ctypes.CDLL(str(library))
        for prefix in ("scipy_openblas", "openblas"):
            for suffix in ("64_", ""):
                get = getattr(loaded, f"{prefix}_get_num_threads{suffix}", None)
                put = getattr(loaded, f"{prefix}_set_num_threads{suffix}", None)
                if get is not None and put is not None:
                    return get, put
    return None
