"""The ladder's content: one row a forward call with chips, rung and capsules, and the nets between rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from viz.picture.model import PoolCrop

RowKind = Literal["op", "parameter", "constant", "input", "output", "link"]


@dataclass(frozen=True, slots=True)
class Capsule:
    """What the gradient rules of a row made: a title by meaning, a note, and the ids of the boxes."""

    title: str
    note: str
    boxes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chip:
    """A parameter or constant beside its only row; ``name`` is the whole one, ``title`` fits beside the row.

    ``gradient`` titles its gradient's chip; ``higher`` has (title, note) of the chips of further derivatives.
    ``has_number`` says that the gradients' notes are values, and no sizes.
    """

    link: str
    kind: Literal["parameter", "constant", "more"]
    title: str
    note: str
    gradient: str | None
    gradient_note: str
    tooltip: str
    name: str = ""
    higher: tuple[tuple[str, str] | None, ...] = ()
    has_number: bool = False


@dataclass(frozen=True, slots=True)
class Rung:
    """What a row keeps for backward: its own bytes, and the words for it, longest first."""

    nbytes: int
    lines: tuple[tuple[str, ...], ...]
    tooltip: str


@dataclass(frozen=True, slots=True)
class Row:
    """One forward call and, facing it, what its gradient rule made.

    ``capsule`` is None where no gradient comes by; ``gradients`` are the ids of the gradient boxes;
    ``higher`` has a capsule for each further derivative, ``higher_rungs`` what the one before keeps for it.
    ``within`` names the modules around it, outermost first; ``number`` counts the rows of the whole ladder
    from 1. A "link" stands for a row on another page.
    """

    kind: RowKind
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
    higher: tuple[Capsule | None, ...] = ()
    higher_rungs: tuple[Rung | None, ...] = ()
    pool: PoolCrop | None = None
    within: tuple[str, ...] = ()
    number: int = 0

    def facing(self, order: int) -> Capsule | None:
        """The capsule in the column of a derivative; 1 is the gradient."""
        if order > 1:
            return self.higher[order - 2] if order - 2 < len(self.higher) else None
        return None if self.capsule is None else Capsule(self.capsule, self.capsule_note, self.gradients)

    def kept_by(self, order: int) -> Rung | None:
        """What a derivative keeps for the next; 0 is the value itself."""
        if order:
            return self.higher_rungs[order - 1] if order <= len(self.higher_rungs) else None
        return self.rung


@dataclass(frozen=True, slots=True)
class Stop:
    """A row that uses a net's value: how often, and how many of those uses ask for a gradient."""

    row: int
    uses: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Net:
    """One value and the rows that use it, in order; ``orders`` counts the derivatives that come back.

    ``is_address`` tells places, such as a pooling's indices, from numbers: they are drawn as what is kept.
    """

    source: int
    label: str
    stops: tuple[Stop, ...]
    orders: int = 1
    is_address: bool = False

    @property
    def wanted(self) -> int:
        """How many gradients come back."""
        return sum(stop.wanted for stop in self.stops)


@dataclass(frozen=True, slots=True)
class Ladder:
    """Rows from input to loss, and the nets that join them; ``orders`` derivatives have a column each."""

    title: str
    rows: tuple[Row, ...]
    nets: tuple[Net, ...]
    footer: tuple[str, ...]
    orders: int = 1
