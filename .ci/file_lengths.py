"""Check that no file outgrows one sitting of reading: ``python file_lengths.py package...``."""

import sys
from pathlib import Path

MOST_LINES = 400
SUFFIXES = {".py", ".js", ".css"}


def lengths(packages: list[str]) -> dict[Path, int]:
    files = (path for package in packages for path in Path(package).rglob("*") if path.suffix in SUFFIXES)
    return {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files}


def main() -> int:
    found = lengths(sys.argv[1:])
    too_long = {path: lines for path, lines in found.items() if lines > MOST_LINES}
    for path, lines in sorted(too_long.items()):
        print(f"{path}: {lines} lines, at most {MOST_LINES}: split it by meaning", file=sys.stderr)
    print(f"{len(found)} files, {sum(found.values())} lines, longest {max(found.values(), default=0)}")
    return 1 if too_long or not found else 0


if __name__ == "__main__":
    sys.exit(main())
