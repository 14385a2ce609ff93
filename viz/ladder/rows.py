"""The ladder's content: one row a forward call with chips, rung and capsule, and the nets between rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from viz.picture.model import PoolCrop


@dataclass(frozen=True, slots=True)
class Chip:
    """A parameter or constant beside its only row; ``gradient`` titles its gradient's chip."""

    link: str
    kind: Literal["parameter", "constant", "more"]
    title: str
    note: str
    gradient: str | None
    gradient_note: str
    tooltip: str


@dataclass(frozen=True, slots=True)
class Rung:
    """What a row keeps for backward: its own bytes, and the words for it, longest first."""

    nbytes: int
    lines: tuple[tuple[str, ...], ...]
    tooltip: str


@dataclass(frozen=True, slots=True)
class Row:
    """One forward call and, facing it, what its gradient rule made.

    ``capsule`` is None where no gradient comes by; ``gradients`` are the ids of the gradient boxes.
    """

    kind: Literal["op", "parameter", "constant", "output"]
    boxes: tuple[str, ...]
    title: str
    path: str
    note: str
    tooltip: str
    chips: tuple[Chip, ...] = ()
    rung: Rung | None = None
    capsule: str | None = None
    capsule_note: str = ""
    gradients: tuple[str, ...] = ()
    pool: PoolCrop | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """A row that uses a net's value: how often, and how many of those uses ask for a gradient."""

    row: int
    uses: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Net:
    """One value and the rows that use it, in order."""

    source: int
    label: str
    stops: tuple[Stop, ...]

    @property
    def wanted(self) -> int:
        """How many gradients come back."""
        return sum(stop.wanted for stop in self.stops)


@dataclass(frozen=True, slots=True)
class Ladder:
    """Rows from input to loss, and the nets that join them."""

    title: str
    rows: tuple[Row, ...]
    nets: tuple[Net, ...]
    footer: tuple[str, ...]
