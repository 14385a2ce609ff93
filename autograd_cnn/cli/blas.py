"""One BLAS thread, for a network so small that more only wait for each other.

The products of LeNet-5 at a batch of 64 take microseconds, and two threads gain nothing on them. Where other
programs use the processor too, OpenBLAS's threads spin until the scheduler lets the other one run: a training
of 5 s was seen to take 90 s.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from autograd_cnn.kernels.threads import blas_controls


@contextmanager
def one_thread() -> Iterator[None]:
    """Run a block with one BLAS thread, where NumPy brought its own OpenBLAS; elsewhere change nothing."""
    controls = blas_controls()
    before = [get() for get, _ in controls]
    for _, put in controls:
        put(1)
    try:
        yield
    finally:
        for (_, put), count in zip(controls, before, strict=True):
            put(count)
