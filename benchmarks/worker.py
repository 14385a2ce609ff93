"""One library in a process of its own, timing blocks of calls when the driver asks.

Libraries never share a process: idle threads of one (OpenBLAS and OpenMP threads spin for a while) would
slow the other down. The driver lets one worker run at a time.

``python -m benchmarks.worker torch`` reads requests and writes answers, a line of JSON each:
``{"work": name, "seconds": s}`` gives ``{"times": [seconds a call]}``,
``{"work": name, "calls": n}`` gives ``{"megabytes": growth of the peak}``.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from importlib import import_module

THREADS = "2"
WARM_UP = "LeNet-5 step, batch 1"


def peak_megabytes() -> float:
    """Give the largest memory that this process has used."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(call: object, seconds: float) -> list[float]:
    """Call again and again for about ``seconds``; give the time of each call."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        call()  # type: ignore[operator]
        times.append(time.perf_counter() - start)
    return times


def main() -> None:
    """Serve requests until the input ends."""
    library = sys.argv[1]
    works = import_module(f"benchmarks.works_{library}").WORKS
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever a library prints must not mix with the answers
    ready = {}
    for line in sys.stdin:
        request = json.loads(line)
        name = request["work"]
        if name not in works:
            answer: dict[str, object] = {"missing": True}
        elif "calls" in request:
            if WARM_UP in works:
                works[WARM_UP]()()  # what a library loads at its first step is no part of a work's memory
            call = works[name]()
            before = peak_megabytes()
            for _ in range(request["calls"]):
                call()
            answer = {"megabytes": peak_megabytes() - before}
        else:
            if name not in ready:
                ready = {name: works[name]()}  # one at a time, so that memory stays small
                timed(ready[name], request["seconds"] / 2)
            answer = {"times": timed(ready[name], request["seconds"])}
        answers.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = THREADS
    main()
