"""Ratios against other libraries: ``python -m benchmarks``.

Options: ``--only word`` takes the works whose names hold it, ``--rounds 10`` blocks of each library,
``--seconds 0.5`` a block, ``--peers torch jax mygrad``, ``--json file``, ``--plot file.svg``. Needs what the
peers need (``pip install ".[peers]" mygrad``). Two threads each.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from dataclasses import asdict
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.driver import Timing, Worker, compare, peak
from benchmarks.maps_ours import WORKS as MAPS
from benchmarks.plot import drawing
from benchmarks.works_ours import WORKS

PEERS = ("torch", "jax", "mygrad")
ONCE = ("chain of adds",)  # too long to repeat
MEMORY = ("chain of adds", "LeNet-5 step, batch 64", "four 3x3 convolutions step, batch 64")
BOUNDS = {
    **{work: 0.8 for work in WORKS if work.endswith("8 values") or work in ONCE},
    "LeNet-5 step, batch 64": 1.5,
    "four 3x3 convolutions step, batch 64": 1.5,
    **dict.fromkeys(MAPS, 5.0),
}
"""The largest ratios to PyTorch eager that the project asks of itself."""


def row(work: str, library: str, timing: Timing) -> str:
    """Write a library's line."""
    text = f"{work:40s} {library:7s} {timing.median:10.3f} ms  [{timing.low:.3f} .. {timing.high:.3f}]"
    text += f"  best {timing.best:.3f}"
    if library == "ours":
        return text
    text += f"   ours/{library} {timing.ratio:.2f} [{timing.ratio_low:.2f} .. {timing.ratio_high:.2f}]"
    missed = library == "torch" and timing.ratio > BOUNDS.get(work, float("inf"))
    return text + (f"  over its bound, {BOUNDS[work]}" if missed else "")


def measured(works: list[str], peers: list[str], rounds: int, seconds: float) -> dict[str, dict[str, Any]]:
    """Time works in every library in turn, printing as it goes."""
    results: dict[str, dict[str, Any]] = {}
    workers = [Worker(library) for library in ("ours", *peers)]
    try:
        for work in works:
            blocks = 2 if work in ONCE else min(rounds, 5) if work in MAPS else rounds
            timings = compare(workers, work, blocks, min(seconds, 0.3) if work in MAPS else seconds)
            results[work] = {library: asdict(timing) for library, timing in timings.items()}
            for library, timing in timings.items():
                print(row(work, library, timing), flush=True)
    finally:
        for worker in workers:
            worker.__exit__(None, None, None)
    return results


def memory(works: list[str], peers: list[str]) -> dict[str, dict[str, float]]:
    """Measure by how much each work makes a fresh process grow."""
    grown: dict[str, dict[str, float]] = {}
    for work in works:
        sizes = {library: peak(library, work, 1 if work in ONCE else 5) for library in ("ours", *peers)}
        grown[work] = {library: size for library, size in sizes.items() if size is not None}
        text = ", ".join(f"{library} {size:.0f} MB" for library, size in grown[work].items())
        print(f"{work:40s} peak memory grows by {text}", flush=True)
    return grown


def machine(peers: list[str]) -> dict[str, Any]:
    """Say what was measured on, and with which versions."""
    names = ("numpy", *peers)
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        **{name: version(name) for name in names},
    }


def main() -> None:
    """Time everything asked for; print it, write it, draw it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--only", default="")
    parser.add_argument("--peers", nargs="*", default=list(PEERS))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    peers = [peer for peer in options.peers if find_spec(peer)]
    for peer in sorted(set(options.peers) - set(peers)):
        print(f"{peer} is not installed, and left out")
    works = [work for work in WORKS if options.only in work]
    results = measured(works, peers, options.rounds, options.seconds)
    grown = memory([work for work in MEMORY if work in works], peers)
    if options.json:
        found = {"machine": machine(peers), "milliseconds": results, "megabytes": grown}
        options.json.write_text(json.dumps(found, indent=1) + "\n")
    if options.plot:
        drawing(results, BOUNDS).save(options.plot)


if __name__ == "__main__":
    main()
