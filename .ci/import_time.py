"""Check that ``import autograd_cnn`` is quick: in a fresh process, less the time of an empty one.

Judged by the smallest of several runs, and by processor time where that is less than wall time: whatever
else the machine does can only add to either.
"""

import os
import subprocess
import sys
import tempfile
import time

LIMIT_S = 0.2
RUNS = 9


def start_s(code: str) -> tuple[float, float]:
    """Give wall and processor time of a fresh interpreter that runs `code`, away from the source tree."""
    with tempfile.TemporaryDirectory() as elsewhere:
        wall, cpu = time.perf_counter(), children_s()
        subprocess.run([sys.executable, "-c", code], check=True, cwd=elsewhere)
        return time.perf_counter() - wall, children_s() - cpu


def children_s() -> float:
    """Give the processor time that finished child processes have used."""
    used = os.times()
    return used.children_user + used.children_system


def least_s(code: str) -> tuple[float, float]:
    """Give the smallest wall time and the smallest processor time of several starts."""
    walls, cpus = zip(*(start_s(code) for _ in range(RUNS)), strict=True)
    return min(walls), min(cpus)


def main() -> int:
    start_s("import autograd_cnn")  # the first one writes the bytecode
    empty = least_s("pass")
    took = {}
    for name in ("numpy", "autograd_cnn"):
        wall, cpu = (full - bare for full, bare in zip(least_s(f"import {name}"), empty, strict=True))
        took[name] = min(wall, cpu)
        print(f"import {name}: {wall:.3f} s on the wall, {cpu:.3f} s of processor (limit {LIMIT_S} s)")
    return 0 if took["autograd_cnn"] < LIMIT_S else 1


if __name__ == "__main__":
    sys.exit(main())
