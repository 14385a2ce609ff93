"""Memory order, dtype and block sizes: the choices that all kernels share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from autograd_cnn.kernels.threads import share

Array = NDArray[Any]

# From this batch size on, samples lie innermost: runs of one cell over the batch are long enough.
BATCH_RUN = 8
# Transposing copies work on pieces of this many values, so that source and target stay in the L2 cache.
TRANSPOSE_VALUES = 1 << 15
# Work on planes of more than SERIAL_BYTES is done in blocks of BLOCK_BYTES.
BLOCK_BYTES = 1 << 20
SERIAL_BYTES = 1 << 22

_BATCH_LAST = {ndim: (*range(1, ndim), 0) for ndim in range(1, 8)}
_BATCH_FIRST = {ndim: (ndim - 1, *range(ndim - 1)) for ndim in range(1, 8)}


def batch_last(x: Array) -> Array:
    """View (N, C, *spatial) as (C, *spatial, N)."""
    return x.transpose(_BATCH_LAST[x.ndim])


def batch_first(x: Array) -> Array:
    """View (C, *spatial, N) as (N, C, *spatial)."""
    return x.transpose(_BATCH_FIRST[x.ndim])


def packed_batch_last(x: Array) -> Array:
    """Contiguous (C, *spatial, N) from (N, C, *spatial): a view where memory already has that order."""
    view = batch_last(x)
    if view.flags.c_contiguous or not x.flags.c_contiguous or x.size <= TRANSPOSE_VALUES:
        return np.ascontiguousarray(view)
    packed = np.empty(view.shape, x.dtype)
    source = x.reshape(len(x), -1)  # (N, M)
    target = packed.reshape(-1, len(x))  # (M, N)

    def work(part: slice) -> None:
        target[part] = source[:, part].T

    share(work, _pieces(target))
    return packed


def in_order_of(x: Array, result: Array) -> Array:
    """Give a large result (N, C, *spatial) C order where ``x`` has it.

    Elementwise work on operands of different memory orders takes ten times as long.
    """
    if not x.flags.c_contiguous or result.flags.c_contiguous or result.size <= TRANSPOSE_VALUES:
        return result
    turned = batch_last(result)
    if not turned.flags.c_contiguous:
        return result
    source = turned.reshape(-1, len(result))  # (M, N)
    ordered = np.empty(result.shape, result.dtype)
    target = ordered.reshape(len(result), -1)  # (N, M)

    def work(part: slice) -> None:
        target[:, part] = source[part].T

    share(work, _pieces(source))
    return ordered


def _pieces(rows: Array) -> list[slice]:
    """Cut an array of rows into slices that a transposing copy keeps in the cache."""
    step = max(1, TRANSPOSE_VALUES // rows.shape[1])
    return [slice(start, start + step) for start in range(0, len(rows), step)]


def planes(x: Array) -> Array:
    """Contiguous (P, *spatial, B) from (N, C, *spatial), for work that treats each plane by itself.

    Large batches lie innermost (P = C, B = N); small ones beside the channels (P = N * C, B = 1).
    """
    if len(x) >= BATCH_RUN or len(x) == 0:
        return packed_batch_last(x)
    return np.ascontiguousarray(x).reshape(x.shape[0] * x.shape[1], *x.shape[2:], 1)


def from_planes(work: Array, batch: int) -> Array:
    """Inverse of :func:`planes`: (P, *spatial, B) as (N, C, *spatial)."""
    if batch >= BATCH_RUN or batch == 0:
        return batch_first(work)
    return work.reshape(batch, len(work) // batch, *work.shape[1:-1])


def accumulator(dtype: DTypeLike, weights: object = None) -> np.dtype[Any]:
    """Dtype to add up in: float32 for float16, float64 for integers with weights, else the dtype itself."""
    dtype = np.dtype(dtype)
    if dtype == np.float16:
        return np.dtype(np.float32)
    if weights is not None and dtype.kind in "iub":
        return np.dtype(np.float64)
    return dtype


def for_planes(work: Callable[[slice], None], count: int, nbytes: int) -> None:
    """Call ``work`` on slices that cover ``range(count)`` planes of ``nbytes`` together, on several threads.

    Little work runs as one slice, more in slices whose arrays stay in the cache from tap to tap.
    """
    step = count if nbytes <= SERIAL_BYTES else max(1, count * BLOCK_BYTES // nbytes)
    starts = range(0, count, max(step, 1))
    share(work, [slice(start, min(start + step, count)) for start in starts])
