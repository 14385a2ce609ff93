"""Check that ``import autograd_cnn`` is quick: under 0.2 s in a fresh process, less the time of an empty one.

Judged by the smallest of several runs, because whatever else the machine does can only add. On a machine so
slow or busy that NumPy alone takes more than half of the limit, twice NumPy's time is the limit.
"""

import subprocess
import sys
import tempfile
import time

LIMIT_S = 0.2
RUNS = 9
EMPTY, NUMPY, OURS = "pass", "import numpy", "import autograd_cnn"


def start_s(code: str, folder: str) -> float:
    """Give the wall time of a fresh interpreter that runs `code` in `folder`."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, cwd=folder)
    return time.perf_counter() - begin


def main() -> int:
    least = dict.fromkeys((EMPTY, NUMPY, OURS), float("inf"))
    with tempfile.TemporaryDirectory() as elsewhere:  # so that the source tree is not on the path
        start_s(OURS, elsewhere)  # the first start reads from disk
        for _ in range(RUNS):
            for code in least:
                least[code] = min(least[code], start_s(code, elsewhere))
    numpy, ours = least[NUMPY] - least[EMPTY], least[OURS] - least[EMPTY]
    limit = max(LIMIT_S, 2 * numpy)
    print(f"{OURS}: {ours:.3f} s, of which NumPy {numpy:.3f} s (limit {limit:.3f} s)")
    return 0 if ours < limit else 1


if __name__ == "__main__":
    sys.exit(main())
