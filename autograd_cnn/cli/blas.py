"""One BLAS thread, for a network so small that more only wait for each other.

The products of LeNet-5 at a batch of 64 take microseconds, and two threads gain nothing on them. Where other
programs use the processor too, OpenBLAS's threads spin until the scheduler lets the other one run: a training
of 5 s was seen to take 90 s.
"""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np


@contextmanager
def one_thread() -> Iterator[None]:
    """Run a block with one BLAS thread, where NumPy brought its own OpenBLAS; elsewhere change nothing."""
    controls = [control for library in _libraries() if (control := _controls(library))]
    before = [get() for get, _ in controls]
    for _, put in controls:
        put(1)
    try:
        yield
    finally:
        for (_, put), count in zip(controls, before, strict=True):
            put(count)


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
