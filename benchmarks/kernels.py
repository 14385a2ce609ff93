"""Time each kernel against PyTorch, both in the same interleaved run: ``python -m benchmarks.kernels``.

Options: ``--rounds 10`` (bursts per row), ``--only conv`` (rows whose name holds the word). PyTorch gets
its favourite memory order (N, C, H, W), the kernels theirs (C, H, W, N), except for the first layers, whose
images come as they are loaded: (N, C, H, W) for both.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import numpy as np
import torch
from torch.nn import functional
from torch.nn.grad import conv2d_input, conv2d_weight

from autograd_cnn import kernels
from autograd_cnn.kernels import ConvGeometry, WindowGeometry

Call = Callable[[], Any]
Row = tuple[str, Call, Call]

THREADS = min(2, os.cpu_count() or 1)


def batch_innermost(x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Same (N, C, H, W) values, laid out C, H, W, N."""
    return np.ascontiguousarray(x.transpose(1, 2, 3, 0)).transpose(3, 0, 1, 2)


def conv_rows(
    name: str,
    batch: int,
    channels: int,
    size: int,
    filters: int,
    window: int,
    padding: int = 0,
    stride: int = 1,
    groups: int = 1,
    first: bool = False,
) -> Iterator[Row]:
    rng = np.random.default_rng(0)
    out = (size + 2 * padding - window) // stride + 1
    geometry = ConvGeometry(
        (size,) * 2, (window,) * 2, (out,) * 2, (stride,) * 2, ((padding,) * 2,) * 2, (1, 1), groups
    )
    image = rng.standard_normal((batch, channels, size, size), np.float32)
    weight = rng.standard_normal((filters, channels // groups, window, window), np.float32)
    bias = rng.standard_normal(filters, np.float32)
    cotangent = rng.standard_normal((batch, filters, out, out), np.float32)
    x = image if first else batch_innermost(image)
    y = batch_innermost(cotangent)
    tx, tw, tb, ty = (torch.from_numpy(a) for a in (image, weight, bias, cotangent))
    how = {"stride": stride, "padding": padding, "groups": groups}
    yield (
        f"{name} conv",
        lambda: kernels.conv(x, weight, bias, geometry=geometry),
        lambda: functional.conv2d(tx, tw, tb, **how),
    )
    yield (
        f"{name} weight gradient",
        lambda: kernels.conv_weight_gradient(x, y, geometry=geometry),
        lambda: conv2d_weight(tx, tw.shape, ty, **how),
    )
    if not first:
        yield (
            f"{name} transpose",
            lambda: kernels.conv_transpose(y, weight, geometry=geometry),
            lambda: conv2d_input(tx.shape, tw, ty, **how),
        )


def pool_rows(
    name: str, batch: int, channels: int, size: int, window: int, stride: int, padding: int = 0
) -> Iterator[Row]:
    rng = np.random.default_rng(0)
    out = (size + 2 * padding - window) // stride + 1
    geometry = WindowGeometry(
        (size,) * 2, (window,) * 2, (out,) * 2, (stride,) * 2, ((padding,) * 2,) * 2, (1, 1)
    )
    image = rng.standard_normal((batch, channels, size, size), np.float32)
    cotangent = rng.standard_normal((batch, channels, out, out), np.float32)
    x, y = batch_innermost(image), batch_innermost(cotangent)
    _, switches = kernels.max_pool(x, geometry=geometry)
    tx, ty = torch.from_numpy(image), torch.from_numpy(cotangent)
    sizes = (window, stride, padding)
    _, indices = functional.max_pool2d(tx, *sizes, return_indices=True)
    backward = torch.ops.aten.max_pool2d_with_indices_backward
    settings = ([window] * 2, [stride] * 2, [padding] * 2, [1, 1], False)
    average = torch.ops.aten.avg_pool2d_backward
    weights = (1 / window**2,) * window**2
    yield (
        f"{name} max_pool",
        lambda: kernels.max_pool(x, geometry=geometry),
        lambda: functional.max_pool2d(tx, *sizes, return_indices=True),
    )
    yield (
        f"{name} max_unpool",
        lambda: kernels.max_unpool(y, switches, geometry=geometry),
        lambda: backward(ty, tx, *settings, indices),
    )
    yield (
        f"{name} pool_at",
        lambda: kernels.pool_at(x, switches, geometry=geometry),
        lambda: tx.flatten(2).gather(2, indices.flatten(2)),
    )
    yield (
        f"{name} window_sum",
        lambda: kernels.window_sum(x, geometry=geometry, weights=weights),
        lambda: functional.avg_pool2d(tx, *sizes),
    )
    yield (
        f"{name} window_sum_transpose",
        lambda: kernels.window_sum_transpose(y, geometry=geometry, weights=weights),
        lambda: average(ty, tx, *settings[:3], False, True, None),
    )


def rows() -> Iterator[Row]:
    yield from conv_rows("LeNet c1 64x1x32x32 6@5x5", 64, 1, 32, 6, 5, first=True)
    yield from pool_rows("LeNet s2 64x6x28x28 2x2", 64, 6, 28, 2, 2)
    yield from conv_rows("LeNet c3 64x6x14x14 16@5x5", 64, 6, 14, 16, 5)
    yield from pool_rows("LeNet s4 64x16x10x10 2x2", 64, 16, 10, 2, 2)
    for channels, filters in ((3, 32), (32, 32), (32, 64), (64, 64)):
        name = f"3x3 {channels}->{filters} 64x32x32"
        yield from conv_rows(name, 64, channels, 32, filters, 3, padding=1, first=channels == 3)
    yield from conv_rows("stride 2 32x64x32x32 64@3x3", 32, 64, 32, 64, 3, padding=1, stride=2)
    yield from conv_rows("1x1 32x64x28x28 64", 32, 64, 28, 64, 1)
    yield from conv_rows("depthwise 32x64x28x28 3x3", 32, 64, 28, 64, 3, padding=1, groups=64)
    yield from conv_rows("batch 1 1x3x8x8 4@3x3", 1, 3, 8, 4, 3)
    yield from conv_rows("batch 1 1x64x32x32 64@3x3", 1, 64, 32, 64, 3, padding=1)
    yield from pool_rows("pool 32x64x56x56 2x2", 32, 64, 56, 2, 2)
    yield from pool_rows("pool 32x64x56x56 3x3 stride 2", 32, 64, 56, 3, 2, 1)
    yield from pool_rows("pool 1x4x8x8 2x2", 1, 4, 8, 2, 2)


def burst(call: Call, timed: int = 4) -> list[float]:
    """Milliseconds of calls in a row. The first two are dropped: they meet the other side's idle threads."""
    call()
    call()
    times = []
    for _ in range(timed):
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1e3)
    return times


def measure(ours: Call, theirs: Call, rounds: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each call, in bursts that take turns, so that a busy machine slows both."""
    mine: list[float] = []
    others: list[float] = []
    for _ in range(rounds):
        mine += burst(ours)
        time.sleep(0.01)  # idle threads of one side stop spinning
        others += burst(theirs)
        time.sleep(0.01)
    return mine, others


def spread(times: list[float]) -> str:
    """Median, and the range from the 10th to the 90th percentile."""
    ordered = sorted(times)
    low, high = ordered[len(ordered) // 10], ordered[-1 - len(ordered) // 10]
    return f"{median(times):8.3f} ({low:8.3f} ..{high:8.3f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    torch.set_num_threads(THREADS)
    print(f"milliseconds: median (10% .. 90%), {arguments.rounds} bursts, {THREADS} threads")
    print(f"{'kernel':44}{'autograd_cnn':>29}{'PyTorch':>31}{'ratio':>8}")
    for name, ours, theirs in rows():
        if arguments.only not in name:
            continue
        mine, others = measure(ours, theirs, arguments.rounds)
        print(f"{name:44}{spread(mine)}  {spread(others)}{median(mine) / median(others):8.2f}", flush=True)


if __name__ == "__main__":
    main()
