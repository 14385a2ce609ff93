"""Check that ``import autograd_cnn`` is quick: in a fresh process, less the time of an empty one.

The smallest of several runs counts: whatever else the machine does can only add to the time.
"""

import subprocess
import sys
import tempfile
import time

LIMIT_S = 0.2
RUNS = 9


def start_s(code: str) -> float:
    """Give the wall time of a fresh interpreter that runs `code`, away from the source tree."""
    with tempfile.TemporaryDirectory() as elsewhere:
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, cwd=elsewhere)
        return time.perf_counter() - begin


def least_s(code: str) -> float:
    """Give the smallest of several start times."""
    return min(start_s(code) for _ in range(RUNS))


def main() -> int:
    start_s("import autograd_cnn")  # the first one writes the bytecode
    empty, numpy, ours = (least_s(code) for code in ("pass", "import numpy", "import autograd_cnn"))
    took = ours - empty
    print(f"import autograd_cnn: {took:.3f} s (numpy alone {numpy - empty:.3f} s, limit {LIMIT_S} s)")
    return 0 if took < LIMIT_S else 1


if __name__ == "__main__":
    sys.exit(main())
