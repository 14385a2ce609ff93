"""Moving elements about and back, and changing their dtype to and fro."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from autograd_cnn._program.entries import Entry
from autograd_cnn.passes.rewriting import Known, Names, Pass, Rule, forward


def _same(operand: Any) -> Names:
    return (operand,)


def _with(entry: Entry, operand: Any, **settings: Any) -> Entry:
    """Give an entry with another operand and some other settings."""
    return replace(entry, inputs=(operand,), settings=MappingProxyType({**entry.settings, **settings}))


def _nothing(entry: Entry, known: Known) -> Names | None:
    """The kernels of alias and identity give their very operand."""
    return _same(entry.inputs[0]) if known.typed(entry.inputs[0], entry.outputs[0]) else None


def _transpose_in_place(entry: Entry, known: Known) -> Names | None:
    axes = entry.settings["axes"]
    return _same(entry.inputs[0]) if axes == tuple(range(len(axes))) else None


def _transpose_of_transpose(entry: Entry, known: Known) -> Entry | None:
    inner = known.maker(entry.inputs[0], "transpose")
    if inner is None:
        return None
    first = inner.settings["axes"]
    return _with(entry, inner.inputs[0], axes=tuple(first[axis] for axis in entry.settings["axes"]))


def _reshape_in_place(entry: Entry, known: Known) -> Names | None:
    return _same(entry.inputs[0]) if known.typed(entry.inputs[0], entry.outputs[0]) else None


def _reshape_of_reshape(entry: Entry, known: Known) -> Entry | None:
    inner = known.maker(entry.inputs[0], "reshape")
    if inner is None:
        return None
    origin: Any = inner.inputs[0]
    # the inner one copies what lies in another order, and the joined one may not
    if entry.name in known.ordered and origin not in known.packed:
        return None
    return _with(entry, origin, source=inner.settings["source"])


def _widths_in_place(entry: Entry, known: Known) -> Names | None:
    if any(n for pair in entry.settings["widths"] for n in pair):
        return None
    operand: Any = entry.inputs[0]
    view = entry.primitive.name == "crop"
    return _same(operand) if view or known.free(entry, operand) else None


def _widths_joined(entry: Entry, known: Known) -> Entry | None:
    """Pad after pad, or crop after crop."""
    inner = known.maker(entry.inputs[0], entry.primitive.name)
    if inner is None:
        return None
    pairs = zip(inner.settings["widths"], entry.settings["widths"], strict=True)
    return _with(entry, inner.inputs[0], widths=tuple((a + c, b + d) for (a, b), (c, d) in pairs))


def _crop_of_pad(entry: Entry, known: Known) -> Names | Entry | None:
    inner = known.maker(entry.inputs[0], "pad")
    if inner is None or entry.name in known.ordered:
        return None
    padded, cropped = inner.settings["widths"], entry.settings["widths"]
    if padded == cropped:
        return _same(inner.inputs[0])
    left = tuple((a - c, b - d) for (a, b), (c, d) in zip(padded, cropped, strict=True))
    if all(n >= 0 for pair in left for n in pair):
        return replace(
            inner, outputs=entry.outputs, settings=MappingProxyType({"widths": left}), because=entry.because
        )
    if all(n <= 0 for pair in left for n in pair):
        return _with(entry, inner.inputs[0], widths=tuple((-a, -b) for a, b in left))
    return None


def _expand_in_place(entry: Entry, known: Known) -> Names | None:
    kept = entry.settings["keepdims"] or not entry.settings["axis"]
    return _same(entry.inputs[0]) if kept and known.typed(entry.inputs[0], entry.outputs[0]) else None


def _sum_of_nothing(entry: Entry, known: Known) -> Names | None:
    """Whole numbers only: NumPy's sum of the one float -0.0 is 0.0."""
    operand: Any = entry.inputs[0]
    if entry.settings["axis"] or entry.dtype.kind == "f" or not known.typed(operand, entry.outputs[0]):
        return None
    return _same(operand) if known.free(entry, operand) else None


def _one_part(entry: Entry, known: Known) -> Names | None:
    operand: Any = entry.inputs[0]
    alone = len(entry.inputs) == 1 and known.typed(operand, entry.outputs[0])
    return _same(operand) if alone and known.free(entry, operand) else None


def _whole_slice(entry: Entry, known: Known) -> Names | None:
    whole = all(part in (slice(None), Ellipsis) for part in entry.settings["index"])
    return _same(entry.inputs[0]) if whole and known.typed(entry.inputs[0], entry.outputs[0]) else None


def _flip_of_flip(entry: Entry, known: Known) -> Names | None:
    inner = known.maker(entry.inputs[0], "slice")
    index = entry.settings["index"]
    if inner is None or index != inner.settings["index"]:
        return None
    turned = all(part in (slice(None), slice(None, None, -1), Ellipsis) for part in index)
    return _same(inner.inputs[0]) if turned else None


def _cast_in_place(entry: Entry, known: Known) -> Names | None:
    operand: Any = entry.inputs[0]
    kept = known.typed(operand, entry.outputs[0]) and known.free(entry, operand)
    return _same(operand) if kept else None


def _cast_of_cast(entry: Entry, known: Known) -> Names | Entry | None:
    """A wider float holds every narrower one, so a detour through it changes nothing."""
    inner = known.maker(entry.inputs[0], "cast")
    if inner is None:
        return None
    source, between = np.dtype(inner.settings["source"]), inner.dtype
    origin: Any = inner.inputs[0]
    if between.itemsize < source.itemsize:
        return None
    if entry.dtype != source:
        return _with(entry, origin, source=source)
    return _same(origin) if known.free(entry, origin) else None


CASTS = Pass(
    "casts",
    (
        Rule("nothing done", ("alias", "identity"), _nothing),
        Rule("cast in place", ("cast", "convert"), _cast_in_place),
        Rule("cast by way of a wider float", ("cast",), _cast_of_cast),
    ),
    forward,
)
MOVEMENT = Pass(
    "movement",
    (
        Rule("transpose of transpose", ("transpose",), _transpose_of_transpose),
        Rule("transpose in place", ("transpose",), _transpose_in_place),
        Rule("reshape in place", ("reshape",), _reshape_in_place),
        Rule("reshape of reshape", ("reshape",), _reshape_of_reshape),
        Rule("pad or crop by nothing", ("pad", "crop"), _widths_in_place),
        Rule("pad of pad, crop of crop", ("pad", "crop"), _widths_joined),
        Rule("crop of pad", ("crop",), _crop_of_pad),
        Rule("expand in place", ("expand",), _expand_in_place),
        Rule("sum of nothing", ("sum",), _sum_of_nothing),
        Rule("one part", ("concatenate",), _one_part),
        Rule("whole slice", ("slice",), _whole_slice),
        Rule("flip of flip", ("slice",), _flip_of_flip),
    ),
    forward,
)
