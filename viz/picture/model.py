"""The picture model: a snapshot of a graph as plain data, which every renderer of `viz` reads.

A `Picture` holds no Tensor, no Node and no array of the program that it was taken from: boxes (operations,
inputs, parameters, constants), edges from an output of one box to an argument slot of another, scopes, user
lines, what is kept for the backward pass, and small crops of values. Ids are stable: things are numbered in
order of execution, so the same program gives the same ids in every process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from math import prod
from typing import Literal

Half = Literal["forward", "backward"]
Kind = Literal["op", "parameter", "constant", "input"]


@dataclass(frozen=True, slots=True)
class Value:
    """One output of a box: its shape, dtype and bytes, and its number where it is a known scalar."""

    shape: tuple[int, ...]
    dtype: str
    nbytes: int
    number: float | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """A buffer that a box keeps for the backward pass, or a gradient box for the next derivative.

    ``buffer`` numbers the memory: two entries with one number are the same memory, which counts once.
    ``is_parameter`` marks memory that lives anyway, because a parameter owns it; an input's memory counts.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    nbytes: int
    buffer: int
    is_output: bool
    is_parameter: bool


@dataclass(frozen=True, slots=True)
class Place:
    """The user's line that made a box."""

    file: str
    number: int
    text: str
    function: str


@dataclass(frozen=True, slots=True)
class Scope:
    """A module call or function call; ``call`` of ``calls`` calls of the same module in this picture.

    ``path`` leads to a module from the outermost one ("features.3"); a function has its module's path.
    """

    id: int
    parent: int | None
    kind: str
    name: str
    title: str
    path: str
    call: int
    calls: int


@dataclass(frozen=True, slots=True)
class Because:
    """Why a gradient box exists: the forward box (and input slot) that it serves, and the reason."""

    box: str
    slot: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Box:
    """An operation, a parameter (a leaf that wants gradients), an input (data) or a constant.

    ``order`` counts derivatives: 0 computes the value, 1 its gradient, 2 the gradient of that. ``slots``
    names the arguments; ``literals`` are arguments that are Python scalars, as (slot, text); ``wanted`` says
    for each slot whether a gradient is asked for it; ``detail`` says the settings that readers ask for
    ("5×5, stride 2"). ``title`` and ``meaning`` are the primitive's own words, where it has any: what
    pictures call it, and what its gradient does.
    """

    id: str
    half: Half
    kind: Kind
    op: str
    name: str | None
    outputs: tuple[Value, ...]
    slots: tuple[str, ...] = ()
    wanted: tuple[bool, ...] = ()
    literals: tuple[tuple[int, str], ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    detail: str = ""
    saved: tuple[Saved, ...] = ()
    scope: int | None = None
    place: Place | None = None
    because: Because | None = None
    order: int = 0
    title: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """Output ``port`` of box ``source`` is argument ``slot`` of box ``target``; x + x makes two edges."""

    source: str
    port: int
    target: str
    slot: int


@dataclass(frozen=True, slots=True)
class Flow:
    """A gradient that arrives: the total for output ``port`` of forward box ``box``.

    ``gradient`` is the box that computed it (None where the seed itself arrives), ``gradient_port`` its
    output; ``number`` is its value where it is a scalar, ``largest`` its largest absolute value. ``order`` is
    1 for the gradient of the outputs, 2 for the gradient of all first gradients' sum, and so on.
    """

    box: str
    port: int
    gradient: str | None
    gradient_port: int
    number: float | None = None
    largest: float = 0.0
    order: int = 1


@dataclass(frozen=True, slots=True)
class PoolCrop:
    """A few windows of a pooling step: who won, what came back, and where it went.

    ``cotangent[i][j]`` belongs to window (i, j) of the crop and ``switches[i][j]`` is its winning tap,
    row-major over ``window`` (None: a pool without winners). ``gradient`` holds the input cells that the
    windows cover; NaN marks padding. ``top`` and ``left`` place the crop's first input cell in a plane of
    ``height`` x ``width``.
    """

    box: str
    window: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    switches: tuple[tuple[int, ...], ...] | None
    cotangent: tuple[tuple[float, ...], ...]
    gradient: tuple[tuple[float, ...], ...]
    top: int
    left: int
    height: int
    width: int
    sample: int
    channel: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A whole graph as data; ``boxes`` are in order of execution, forward first.

    ``outputs`` are the (box, port) pairs that the graph returns, ``seeds`` say how the gradient starts
    at each; ``has_backward`` says whether gradient boxes and flows were recorded at all, ``orders`` how many
    derivatives, ``is_freed`` that a backward pass has freed what was kept, ``is_abstract`` that only
    shapes were worked out. ``name`` is that of the function or module that was drawn. ``schema`` grows by one
    when the JSON form changes incompatibly (docs/picture-schema.md).
    """

    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    scopes: tuple[Scope, ...] = ()
    outputs: tuple[tuple[str, int], ...] = ()
    seeds: tuple[str, ...] = ()
    flows: tuple[Flow, ...] = ()
    pools: tuple[PoolCrop, ...] = ()
    has_backward: bool = False
    is_freed: bool = False
    orders: int = 0
    is_abstract: bool = False
    name: str = ""
    schema: int = 1

    def parameter_count(self) -> int:
        """Number of elements of all parameters."""
        return sum(
            prod(box.outputs[0].shape)
            for box in self.boxes
            if box.kind == "parameter" and box.half == "forward"
        )

    def saved_bytes(self) -> int:
        """Bytes kept for the backward pass; shared memory counts once, parameters' own memory not at all."""
        return sum(buffer.nbytes for buffer in unique_buffers(self.boxes))

    def data(self) -> Mapping[str, object]:
        """The picture as dicts, lists, strings and numbers; made when it is first read."""
        return _PictureData(self)


class _PictureData(Mapping[str, object]):
    """A large picture has hundreds of thousands of values, which most drawings never write."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        totals = ("parameter_count", "saved_bytes")
        self._keys = (*(field.name for field in fields(picture)), *totals)

    def __getitem__(self, key: str) -> object:
        if key not in self._keys:
            raise KeyError(key)
        value = getattr(self._picture, key)
        return value() if callable(value) else _plain(value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(element) for element in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


def unique_buffers(boxes: tuple[Box, ...], order: int = 0) -> tuple[Saved, ...]:
    """The buffers that a derivative keeps for the next, each once, without the parameters' own.

    What an earlier derivative keeps anyway (0 is the value itself) is not counted again.
    """
    found: dict[int, Saved] = {}
    known: set[int] = set()
    for box in boxes:
        for saved in box.saved:
            if box.order < order:
                known.add(saved.buffer)
            elif box.order == order and not saved.is_parameter and saved.buffer not in known:
                found.setdefault(saved.buffer, saved)
    return tuple(found.values())


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape as readers write it.

    Examples
    --------
    >>> shape_text((16, 5, 5)), shape_text((6,)), shape_text(())
    ('16×5×5', 'length 6', 'scalar')
    """
    if len(shape) == 1:
        return f"length {shape[0]}"
    return "×".join(map(str, shape)) if shape else "scalar"


def bytes_text(count: int) -> str:
    """A number of bytes with its unit, three significant digits.

    Examples
    --------
    >>> bytes_text(400), bytes_text(246824), bytes_text(1_500_000)
    ('400 B', '247 kB', '1.5 MB')
    """
    if count < 1000:
        return f"{count} B"
    amount = float(count)
    for unit in ("kB", "MB", "GB", "TB"):
        amount /= 1000
        if amount < 999.5 or unit == "TB":
            break
    return f"{amount:.3g} {unit}"


def number_of(value: float) -> str:
    """A number with four significant digits.

    Examples
    --------
    >>> number_of(2.302585), number_of(-1.0)
    ('2.303', '−1')
    """
    return f"{value:.4g}".replace("-", "−")
