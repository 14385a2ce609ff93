"""Check what the demo printed and wrote: ``python check_demo.py demo.log out``."""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

LEAST_ACCURACY = 98.0
DRAWINGS = ("ladder.svg", "routing.svg", "routing_overlap.svg", "graph.svg", "curves.svg")


def svg_problem(path: Path) -> str | None:
    """Say in words why the file is no SVG drawing, None if it is one."""
    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError as error:
        return f"not well-formed XML: {error}"
    return None if root.tag == "{http://www.w3.org/2000/svg}svg" else "not an SVG drawing"


def problems(log: str, out: Path) -> list[str]:
    """Say in words all that is wrong, nothing if all is well."""
    found = []
    for name in (*DRAWINGS, "graph.dot"):
        path = out / name
        if not path.is_file() or path.stat().st_size == 0:
            found.append(f"{path} is missing or empty")
        elif name not in log:
            found.append(f"the demo does not say what {name} shows")
        elif name.endswith(".svg") and (problem := svg_problem(path)):
            found.append(f"{path} is {problem}")
        elif name.endswith(".dot") and "digraph" not in path.read_text(encoding="utf-8"):
            found.append(f"{path} is not a DOT graph")
    leftovers = [path.name for path in out.glob("*") if path.suffix not in (".svg", ".dot", ".png", ".pdf")]
    if leftovers:
        found.append(f"unexpected files in {out}: {leftovers}")

    accuracies = re.findall(r"held-out accuracy\D{0,3}(\d+(?:\.\d+)?) ?%", log)
    if not accuracies:
        found.append("no line of the log gives the held-out accuracy in %")
    elif float(accuracies[-1]) < LEAST_ACCURACY:
        found.append(f"held-out accuracy {accuracies[-1]} %, at least {LEAST_ACCURACY} % wanted")
    else:
        print(f"held-out accuracy {accuracies[-1]} %")
    return found


def main() -> int:
    log, out = Path(sys.argv[1]), Path(sys.argv[2])
    found = problems(log.read_text(encoding="utf-8", errors="replace"), out)
    for problem in found:
        print(problem, file=sys.stderr)
    print(f"{out}: " + ", ".join(f"{path.name} {path.stat().st_size} B" for path in sorted(out.glob("*"))))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
