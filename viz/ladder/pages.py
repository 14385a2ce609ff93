"""Cuts a long ladder into pages, where the fewest wires cross; what crosses is named on both sides."""

from __future__ import annotations

from dataclasses import replace

from viz.ladder.grouping import ROWS_AT_FIRST_SIGHT
from viz.ladder.rows import Capsule, Ladder, Net, Row, Stop

FEWEST_ROWS = 24


def cut_into_pages(ladder: Ladder, most: int = ROWS_AT_FIRST_SIGHT) -> list[Ladder]:
    """The ladder as ladders of at most ``most`` rows each (and the links between them)."""
    if len(ladder.rows) <= most:
        return [ladder]
    starts = _starts(ladder, most)
    ends = [*starts[1:], len(ladder.rows)]
    pages: list[list[Net]] = [[] for _ in starts]
    page_of = [
        number
        for number, (start, end) in enumerate(zip(starts, ends, strict=True))
        for _ in range(start, end)
    ]
    for net in ladder.nets:
        last = page_of[net.stops[-1].row]
        for page in range(page_of[net.source], last + 1):
            pages[page].append(net)
    return [
        _page(ladder, nets, number, starts[number], ends[number], page_of)
        for number, nets in enumerate(pages)
    ]


def _starts(ladder: Ladder, most: int) -> list[int]:
    """The first row of each page."""
    # crossing[r]: nets that lead from above row r to row r or below it.
    crossing = [0] * (len(ladder.rows) + 1)
    for net in ladder.nets:
        crossing[net.source + 1] += 1
        crossing[net.stops[-1].row + 1] -= 1
    for row in range(1, len(crossing)):
        crossing[row] += crossing[row - 1]
    starts = [0]
    while len(ladder.rows) - starts[-1] > most:
        first, last = starts[-1] + min(FEWEST_ROWS, most), starts[-1] + most
        starts.append(min(range(first, last + 1), key=lambda row: (crossing[row], -row)))
    return starts


def _page(ladder: Ladder, nets: list[Net], number: int, start: int, end: int, page_of: list[int]) -> Ladder:
    """One page: links to what comes from above, its rows, links to what goes on below."""
    above = [net for net in nets if net.source < start]
    below = [net for net in nets if net.stops[-1].row >= end]
    top = [_from_link(ladder, net, page_of) for net in above]
    bottom = [_to_link(ladder, net, page_of, end) for net in below]
    shift = len(above) - start
    place_above = {id(net): place for place, net in enumerate(above)}
    place_below = {id(net): end + shift + place for place, net in enumerate(below)}
    local = []
    for net in nets:
        stops = [replace(stop, row=stop.row + shift) for stop in net.stops if start <= stop.row < end]
        if id(net) in place_below:
            beyond = sum(stop.wanted for stop in net.stops if stop.row >= end)
            stops.append(Stop(place_below[id(net)], 1, min(beyond, 1)))
        source = place_above.get(id(net), net.source + shift)
        local.append(replace(net, source=source, stops=tuple(stops)))
    local.sort(key=lambda net: (net.source, net.stops[0].row))
    pages = page_of[-1] + 1
    return Ladder(
        f"{ladder.title}, page {number + 1} of {pages}",
        (*top, *ladder.rows[start:end], *bottom),
        tuple(local),
        ladder.footer,
        ladder.orders,
    )


def _from_link(ladder: Ladder, net: Net, page_of: list[int]) -> Row:
    return _link(ladder, net, f"from page {page_of[net.source] + 1}", ladder.rows[net.source].number, "to")


def _to_link(ladder: Ladder, net: Net, page_of: list[int], end: int) -> Row:
    beyond = [stop.row for stop in net.stops if stop.row >= end]
    return _link(ladder, net, f"to page {page_of[beyond[0]] + 1}", -ladder.rows[net.source].number, "from")


def _link(ladder: Ladder, net: Net, words: str, number: int, way: str) -> Row:
    source = ladder.rows[net.source]
    comes_back = net.wanted > 0
    page = words.split(maxsplit=1)[1]
    capsule = Capsule(f"{way} {page}", f"gradient of {net.label}", source.gradients)
    return Row(
        kind="link",
        boxes=source.boxes,
        title=words,
        path="",
        note=net.label,
        tooltip=f"{words}: {net.label}",
        capsule=capsule.title if comes_back else None,
        capsule_note=capsule.note if comes_back else "",
        gradients=source.gradients,
        higher=tuple(
            capsule if comes_back and net.orders >= order else None for order in range(2, ladder.orders + 1)
        ),
        number=number,
    )
