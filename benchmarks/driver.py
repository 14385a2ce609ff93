"""Runs the workers in turn, block by block, and gives medians, spreads and ratios."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from statistics import median, quantiles
from types import TracebackType
from typing import Any, Self


class Worker:
    """A process with one library."""

    def __init__(self, library: str) -> None:
        self.library = library
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", library],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ask(self, **request: Any) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the {self.library} worker ended at {request}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()


@dataclass(frozen=True)
class Timing:
    """What one library needed for one work, in milliseconds a call, and against the first library."""

    median: float
    low: float
    high: float
    best: float
    ratio: float
    ratio_low: float
    ratio_high: float


def compare(workers: list[Worker], work: str, rounds: int, seconds: float) -> dict[str, Timing]:
    """Time a work in all libraries that have it, in turn; ratios are ours over theirs, round by round."""
    blocks: dict[str, list[list[float]]] = {worker.library: [] for worker in workers}
    for _ in range(rounds):
        for worker in list(workers):
            answer = worker.ask(work=work, seconds=seconds)
            if "missing" not in answer:
                blocks[worker.library].append(answer["times"])
    blocks = {library: rows for library, rows in blocks.items() if rows}
    ours = [median(row) for row in blocks["ours"]]
    return {library: _timing(rows, ours) for library, rows in blocks.items()}


def _timing(rows: list[list[float]], ours: list[float]) -> Timing:
    medians = [median(row) for row in rows]
    ratios = [a / b for a, b in zip(ours, medians, strict=True)]
    low, high = _middle(medians)
    ratio_low, ratio_high = _middle(ratios)
    best = min(min(row) for row in rows)
    return Timing(
        median(medians) * 1e3, low * 1e3, high * 1e3, best * 1e3, median(ratios), ratio_low, ratio_high
    )


def _middle(values: list[float]) -> tuple[float, float]:
    """Give the quartiles."""
    if len(values) < 2:
        return values[0], values[0]
    lower, _, upper = quantiles(values, n=4, method="inclusive")
    return lower, upper


def peak(library: str, work: str, calls: int = 5) -> float | None:
    """Give by how many megabytes a fresh process grows when it does a work; None when it has none."""
    with Worker(library) as worker:
        answer = worker.ask(work=work, calls=calls)
    return answer.get("megabytes")
