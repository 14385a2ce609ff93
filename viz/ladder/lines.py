"""One or two lines of text in a box, made to fit."""

from __future__ import annotations

from collections.abc import Iterator

from viz.canvas.fonts import shorten, text_width
from viz.canvas.scene import Box, Item, Text, middle_text
from viz.ladder.layout import BOX, NAME, NOTE

LEAST_BEGUN = 3


def lines_in(title: str, path: str, note: str, place: Box, inset: float) -> Iterator[Item]:
    """A bold title, at the right end what it belongs to, and a note below, or after it in a low box."""
    middle = (place.top + place.bottom) / 2
    if not note:
        yield from one_line(title, path, place, inset)
        return
    if place.bottom - place.top < BOX - 1:
        yield from _title_and_note(title, path, note, place, inset)
        return
    yield from one_line(title, path, Box(place.left, middle - 14, place.right, middle + 3), inset)
    shown = fitting_note(note, place.right - place.left - 2 * inset)
    yield Text(place.left + inset, middle + 10, shown, NOTE, "muted")


def fitting_note(note: str, width: float) -> str:
    """A note in shorter words where the long ones don't fit; then without its last parts.

    Examples
    --------
    >>> note = "1×64×112×112, 7×7 kernel, stride 2, padding 3"
    >>> fitting_note(note, 200), fitting_note(note, 150), fitting_note(note, 90)
    ('1×64×112×112, 7×7, stride 2, pad 3', '1×64×112×112, 7×7, s2, p3', '1×64×112×112')
    """
    for long, short in (
        (" kernel", ""),
        (" window", ""),
        ("padding ", "pad "),
        ("stride ", "s"),
        ("pad ", "p"),
    ):
        if text_width(note, NOTE) > width:
            note = note.replace(long, short)
    while text_width(note, NOTE) > width and ", " in note:
        note = note.rpartition(", ")[0]
    return shorten(note, width, NOTE)


def one_line(title: str, path: str, place: Box, inset: float) -> Iterator[Item]:
    """A bold title, and at the right end what it belongs to."""
    width = place.right - place.left - 2 * inset
    middle = (place.top + place.bottom) / 2
    room = width
    if path:
        wanted = text_width(title, NAME, bold=True)
        shown = _end_of(path, max(width * 0.22, width - wanted - 8))
        room = width - text_width(shown, NOTE) - 8
        yield middle_text(shown, place.right - inset, middle, NOTE, fill="muted", anchor="end")
    yield middle_text(
        shorten(title, room, NAME, bold=True), place.left + inset, middle, NAME, anchor="start", bold=True
    )


def _title_and_note(title: str, path: str, note: str, place: Box, inset: float) -> Iterator[Item]:
    """Everything on one line; the note gives way first."""
    middle = (place.top + place.bottom) / 2
    wanted = text_width(title, NAME, bold=True)
    room = place.right - place.left - 2 * inset - wanted - 8
    rest = room - (text_width(path, NOTE) + 10 if path else 0)
    note = fitting_note(note, rest) if rest > 0 else ""
    if not note or note.endswith("…"):
        yield from one_line(title, path, place, inset)
        return
    yield middle_text(title, place.left + inset, middle, NAME, anchor="start", bold=True)
    yield middle_text(note, place.left + inset + wanted + 8, middle, NOTE, fill="muted", anchor="start")
    if path:
        yield middle_text(path, place.right - inset, middle, NOTE, fill="muted", anchor="end")


def fitting_list(words: str, width: float, size: float, *, bold: bool = False) -> str:
    """A list with commas, its end counted where it doesn't fit.

    Examples
    --------
    >>> fitting_list("conv_transpose, conv_weight_gradient, sum", 130, 10)
    'conv_transpose, 2 more'
    >>> fitting_list("conv_transpose, conv_weight_gradient, sum", 110, 10)
    'conv_transpose + 2'
    >>> fitting_list("conv_transpose 2×, conv 2×, sum", 110, 10)
    'conv_transpose + 4'
    """
    names = words.split(", ")
    for ending in (", {} more", " + {}"):
        for count in range(len(names), 0, -1):
            rest = ending.format(len(names) - count) if count < len(names) else ""
            # "arrives 1 + 2" would read as a sum.
            rest = "" if count == 1 and words.startswith("arrives") else rest
            shown = ", ".join(names[:count]) + rest
            if text_width(shown, size, bold=bold) <= width:
                return shown
    if "×, " in words:
        shown = f"{_counted(names[0])[0]} + {sum(_counted(name)[1] for name in names) - 1}"
        if text_width(shown, size, bold=bold) <= width:
            return shown
    return shorten(words, width, size, bold=bold)


def _counted(name: str) -> tuple[str, int]:
    """Name and number of "conv 2×"."""
    begun, _, count = name.rpartition(" ")
    return (begun, int(count[:-1])) if begun and count[:-1].isdigit() and count.endswith("×") else (name, 1)


def _is_number(name: str) -> bool:
    """Whether a module is one of several, as "1" or "0 to 1"."""
    return name[:1].isdigit()


def _end_of(path: str, width: float) -> str:
    """As much of the path's end as fits, whole names if they say anything: what is innermost says most.

    Examples
    --------
    >>> path = "layer2.0.downsample.1"
    >>> _end_of(path, 90), _end_of(path, 75), _end_of(path, 50)
    ('…downsample.1', 'downsample.1', 'down….1')
    """
    if text_width(path, NOTE) > width:
        path = path.replace(", call ", ", ")
    if text_width(path, NOTE) <= width:
        return path
    names = path.split(".")
    for count in range(len(names) - 1, 0, -1):
        end = ".".join(names[-count:])
        if count == 1 and _is_number(end):
            break
        # The last names alone say enough: what is around them stands at the rows beside.
        for shown in (f"…{end}", end)[: 1 if _is_number(names[-count]) else 2]:
            if text_width(shown, NOTE) <= width:
                return shown
    if len(names) > 1 and _is_number(names[-1]):
        # A number says nothing without the beginning of the name that it counts.
        begun, number = names[-2], names[-1]
        while begun and text_width(f"{begun}….{number}", NOTE) > width:
            begun = begun[:-1]
        return f"{begun}….{number}" if len(begun) >= LEAST_BEGUN else f"…{number}"
    end = names[-1]
    while end and text_width(f"…{end}", NOTE) > width:
        end = end[1:]
    return f"…{end}" if end else ""
