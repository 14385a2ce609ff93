"""Ratios against other libraries: ``python -m benchmarks``.

Options: ``--rounds 10`` blocks of each library, ``--seconds 0.5`` a block, ``--only word``,
``--peers torch``, ``--json file``. Needs what the peers need (``pip install ".[peers]"``). Two threads each.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path

from benchmarks.driver import Timing, Worker, compare, peak
from benchmarks.works_ours import WORKS

PEERS = ("torch",)
ONCE = ("chain of adds",)  # too long to repeat
MEMORY = ("chain of adds", "LeNet-5 step, batch 64", "four 3x3 convolutions step, batch 64")


def row(work: str, library: str, timing: Timing) -> str:
    """Write a library's line."""
    text = f"{work:40s} {library:7s} {timing.median:10.3f} ms  [{timing.low:.3f} .. {timing.high:.3f}]"
    text += f"  best {timing.best:.3f}"
    if library == "ours":
        return text
    return text + f"   ours/{library} {timing.ratio:.2f} [{timing.ratio_low:.2f} .. {timing.ratio_high:.2f}]"


def main() -> None:
    """Time everything asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--only", default="")
    parser.add_argument("--peers", nargs="*", default=[p for p in PEERS if find_spec(p)])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    works = [work for work in WORKS if options.only in work]
    results: dict[str, dict[str, object]] = {}
    workers = [Worker(library) for library in ("ours", *options.peers)]
    try:
        for work in works:
            rounds = 2 if work in ONCE else options.rounds
            timings = compare(workers, work, rounds, options.seconds)
            results[work] = {library: asdict(timing) for library, timing in timings.items()}
            for library, timing in timings.items():
                print(row(work, library, timing), flush=True)
    finally:
        for worker in workers:
            worker.__exit__(None, None, None)
    for work in (w for w in MEMORY if w in works):
        sizes = {
            library: peak(library, work, 1 if work in ONCE else 5) for library in ("ours", *options.peers)
        }
        results[f"{work}: growth of peak memory, MB"] = dict(sizes)
        print(
            f"{work:40s} peak memory grows by " + ", ".join(f"{k} {v:.0f} MB" for k, v in sizes.items() if v)
        )
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
