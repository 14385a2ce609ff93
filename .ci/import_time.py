"""Check that ``import autograd_cnn`` is quick: median over fresh processes, less the time of an empty one."""

import statistics
import subprocess
import sys
import tempfile
import time

LIMIT_S = 0.2
RUNS = 7


def start_s(code: str) -> float:
    """Give the wall time of a fresh interpreter that runs `code`, away from the source tree."""
    with tempfile.TemporaryDirectory() as elsewhere:
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, cwd=elsewhere)
        return time.perf_counter() - begin


def main() -> int:
    start_s("import autograd_cnn")  # the first one writes the bytecode
    took = [start_s("import autograd_cnn") - start_s("pass") for _ in range(RUNS)]
    median = statistics.median(took)
    alone = statistics.median(start_s("import numpy") - start_s("pass") for _ in range(RUNS))
    print(f"import autograd_cnn: {median:.3f} s (numpy alone {alone:.3f} s, limit {LIMIT_S} s)")
    return 0 if median < LIMIT_S else 1


if __name__ == "__main__":
    sys.exit(main())
