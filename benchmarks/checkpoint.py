"""How memory grows with depth, with and without `ag.checkpoint`: python -m benchmarks.checkpoint.

A chain of n equal layers on 100,000 values, forward and backward, n from 16 to 1,024; with checkpoints in
runs of √n. Prints the peak of what NumPy held beyond the start, and the exponents of the growth: 1 is
linear, 0.5 is the square root.
"""

from __future__ import annotations

import math
import tracemalloc

import numpy as np

import autograd_cnn as ag

SIZE = 100_000
DEPTHS = (16, 64, 256, 1024)


def layers(count: int):
    """Give a function of ``count`` layers, each of which keeps its output."""

    def run(x):
        for _ in range(count):
            x = ag.tanh(x)
        return x

    return run


def peak(depth: int, checkpointed: bool) -> int:
    """Peak bytes of one forward and backward pass."""
    x = ag.tensor(np.ones(SIZE, np.float32), requires_grad=True)
    run = math.isqrt(depth)
    step = layers(run)
    tracemalloc.start()
    y = x
    for _ in range(depth // run):
        y = ag.checkpoint(step)(y) if checkpointed else step(y)
    y.sum().backward()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def slope(values: list[int]) -> float:
    """Exponent of the growth from the first depth to the last."""
    return math.log(values[-1] / values[0]) / math.log(DEPTHS[-1] / DEPTHS[0])


def main() -> None:
    plain = [peak(depth, False) for depth in DEPTHS]
    checked = [peak(depth, True) for depth in DEPTHS]
    print("depth   plain, MB   checkpointed, MB")
    for depth, a, b in zip(DEPTHS, plain, checked, strict=True):
        print(f"{depth:5}   {a / 1e6:9.1f}   {b / 1e6:9.1f}")
    print(f"exponent of the growth: {slope(plain):.2f} plain, {slope(checked):.2f} checkpointed")


if __name__ == "__main__":
    main()
