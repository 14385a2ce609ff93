"""Measures a page in the browser as an eye would: `measure.js`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

MEASURE = (Path(__file__).parent / "measure.js").read_text(encoding="utf-8")
MOVING = "no-preference"  # what a reader asks for who has nothing against motion


def faults(page: Any) -> list[str]:
    """What leaves its box, and what lies over something else."""
    found: list[str] = page.evaluate(MEASURE)
    return found
