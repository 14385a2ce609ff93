"""Run ONNX's backend tests and write docs/onnx.md: `python -m tools.onnx_table` (needs the extra [onnx])."""

import sys
from collections import Counter

from tests.io.onnx_suite import run_suite
from tests.io.onnx_table import PAGE, rendered


def main() -> int:
    outcomes = run_suite()
    PAGE.write_text(rendered(outcomes), encoding="utf-8")
    words = Counter(outcome.word for outcome in outcomes)
    print(f"{PAGE}: {len(outcomes)} tests, {dict(words)}")
    for outcome in outcomes:
        if outcome.word == "failed":
            print(f"{outcome.group} {outcome.name}: {outcome.why}")
    return 1 if words["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
