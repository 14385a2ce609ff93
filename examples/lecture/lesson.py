"""What the scripts share: options, and the table of the lecture's numbers beside the computed ones."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Row:
    """A fact with the lecture's number and the computed one; ``erratum`` says why the lecture's is wrong."""

    fact: str
    lecture: object
    computed: object
    erratum: str = ""


def options(about: str) -> argparse.Namespace:
    """Read ``--out FOLDER`` and ``--quick`` from the command line, and make the folder."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder for the drawings")
    parser.add_argument("--quick", action="store_true", help="smaller experiments")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    return chosen


def show(value: object) -> str:
    """A number or an array in one line, as the lecture would write it."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        inside = ", ".join(map(show, value))
        return f"({inside})" if isinstance(value, tuple) else f"[{inside}]"
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, (float, np.floating)):
        return f"{value:,.0f}" if value == round(value) else f"{value:.4g}"
    return str(value)


def agree(lecture: object, computed: object) -> bool:
    """Equal words, or numbers equal to the digits that a lecture prints."""
    if isinstance(lecture, str) or isinstance(computed, str):
        return lecture == computed
    wanted, found = np.asarray(lecture, float), np.asarray(computed, float)
    if wanted.shape != found.shape:
        return False
    # whole numbers must be met; 2.33 stands for 2.333...
    slack = 1e-6 if (wanted == np.round(wanted)).all() else 0.005
    return bool(np.allclose(found, wanted, rtol=1e-6, atol=slack))


def compare(title: str, rows: list[Row]) -> None:
    """Print the table. A number that differs, and is no known erratum, ends the script."""
    cells = [
        ("", "lecture", "computed", ""),
        *((r.fact, show(r.lecture), show(r.computed), _verdict(r)) for r in rows),
    ]
    widths = [max(len(row[column]) for row in cells) for column in range(3)]
    print(f"\n{title}\n{'=' * len(title)}")
    for number, row in enumerate(cells):
        line = " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        print(f"{line} | {row[3]}".rstrip(" |"))
        if number == 0:
            print("-+-".join("-" * width for width in widths))
    wrong = [row.fact for row in rows if not row.erratum and not agree(row.lecture, row.computed)]
    if wrong:
        sys.exit(f"not the lecture's numbers: {', '.join(wrong)}")


def _verdict(row: Row) -> str:
    if agree(row.lecture, row.computed):
        return "same"
    return f"ERRATUM: {row.erratum}" if row.erratum else "DIFFERS"
