"""Print one of the README's two commands, exactly as a reader would copy it.

Usage: ``python readme_commands.py README.md demo|test``. Fails if the README does not show the command,
alone on a line of a shell block, on its first screen.
"""

import sys
from pathlib import Path

COMMANDS = {
    "demo": 'pip install ".[draw]" && autograd-cnn demo',
    "test": 'pip install ".[test]" && pytest',
}
FIRST_SCREEN = 30


def shell_lines(text: str) -> list[str]:
    """Give the lines inside ```sh fences of the first screen."""
    lines, inside = [], False
    for line in text.splitlines()[:FIRST_SCREEN]:
        if line.startswith("```"):
            inside = not inside and line.strip() in ("```sh", "```bash")
        elif inside:
            lines.append(line.strip())
    return lines


def main() -> int:
    path, name = sys.argv[1:]
    wanted = COMMANDS[name]
    if shell_lines(Path(path).read_text(encoding="utf-8")).count(wanted) != 1:
        print(f"{path}: the first {FIRST_SCREEN} lines don't show exactly once: {wanted}", file=sys.stderr)
        return 1
    print(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
