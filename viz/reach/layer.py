"""What the dense picture shows: one sample and one output of a layer; its sentences and its data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_cnn import Routing
from viz.errors import UndrawableError
from viz.pooling.numbers import sum_format
from viz.pooling.words import which
from viz.reach import sheet
from viz.reach.sheet import Plane

MOST = 10
MOST_TERMS = 4
MOST_EXACT = 10_000_000
"""Weights beyond this number are not copied to float64."""
SUBTITLE = (
    "Forward, each output is a row of W times x. "
    "Backward, an output's gradient goes to the inputs by that row, and to that row by the inputs."
)


@dataclass(frozen=True)
class Layer:
    """One sample of a dense layer, one of its outputs, and which inputs and outputs are shown."""

    source: str
    sample: tuple[int, int]
    values: Plane
    row: Plane
    """The chosen output's row of the weight."""
    column: Plane
    """The weights of the input whose sum is spelled out."""
    weight: Plane
    """What is shown of the weight: a row for each shown output, a column for each shown input."""
    weight_gradient: Plane
    """The same part of its gradient, added up over all samples."""
    outputs: Plane
    cotangents: Plane
    gradient: Plane
    output: int
    spelled: int
    shown_inputs: tuple[int, ...]
    shown_outputs: tuple[int, ...]
    saved: str

    @property
    def cotangent(self) -> float:
        """The gradient that arrives at the chosen output."""
        return float(self.cotangents[self.output])


def layer_of(routed: Routing, sample: int, spotlight: Any, saved: str = "") -> Layer:
    """Cut one sample and one output out of the routing of a dense layer.

    Raises
    ------
    UndrawableError
        Sample or spotlight is out of range, or values are gone.
    """
    if routed.input is None or routed.weight is None:
        raise UndrawableError(f"the input or the weight of {routed.op} is gone, so it can't be drawn")
    if not routed.output.size or not routed.weight.size:
        raise UndrawableError(f"{routed.op} gave {routed.output_shape} here; there is nothing to draw")
    weight = routed.weight
    outs, ins = weight.shape
    if weight.size <= MOST_EXACT:
        weight = np.asarray(weight, np.float64)
    x = np.asarray(routed.input, np.float64).reshape(-1, ins)
    dy = np.asarray(routed.cotangent, np.float64).reshape(-1, outs)
    if not -len(x) <= sample < len(x):
        raise UndrawableError(
            f"sample {sample} does not exist: {routed.op} gave shape {routed.output_shape}, "
            f"so sample is {-len(x)} to {len(x) - 1}"
        )
    sample %= len(x)
    size = _sizes(dy[sample])
    if spotlight is None:
        output = int(size.argmax())
    elif isinstance(spotlight, int) and -outs <= spotlight < outs:
        output = spotlight % outs
    else:
        raise UndrawableError(f"{routed.op} has no output {spotlight!r}; there are 0 to {outs - 1}")
    row = np.asarray(weight[output], np.float64)
    size[output] = np.inf
    shown_inputs, shown_outputs = _strongest(_share(row) + _share(x[sample])), _strongest(size)
    gradient = np.asarray(dy[sample].astype(weight.dtype) @ weight, np.float64)
    spelled = max(shown_inputs, key=lambda number: float(_sizes(gradient)[number]))
    return Layer(
        routed.cotangent_source,
        (sample, len(x)),
        x[sample],
        row,
        np.asarray(weight[:, spelled], np.float64),
        np.asarray(weight[np.ix_(shown_outputs, shown_inputs)], np.float64),
        dy[:, shown_outputs].T @ x[:, shown_inputs],
        np.asarray(routed.output, np.float64).reshape(-1, outs)[sample],
        dy[sample],
        gradient,
        output,
        spelled,
        shown_inputs,
        shown_outputs,
        saved,
    )


def _sizes(values: Plane) -> Plane:
    return np.nan_to_num(np.abs(values), posinf=0.0)


def _share(values: Plane) -> Plane:
    size = _sizes(values)
    return size / (size.max(initial=0.0) or 1.0)


def _strongest(strength: Plane) -> tuple[int, ...]:
    return tuple(sorted(np.argsort(-strength, kind="stable")[:MOST].tolist()))


def footer(layer: Layer, heat: float, largest_weight: float) -> str:
    """What dY is, the sample, what is left out, and how far the colours of W and dW go."""
    words = [sheet.source_words(layer.source), which("sample", *layer.sample)]
    for what, shown, count in (
        ("inputs", layer.shown_inputs, len(layer.values)),
        ("outputs", layer.shown_outputs, len(layer.outputs)),
    ):
        if len(shown) < count:
            words.append(f"the strongest {len(shown)} {what} of {count}")
    words.append(f"colours: W to ±{heat:.3g}, dW to ±{largest_weight:.3g}")
    return " · ".join(words)


def title(layer: Layer) -> str:
    """The headline."""
    ins, outs = len(layer.values), len(layer.outputs)
    sizes = f"{ins} input{'s' if ins > 1 else ''}, {outs} output{'s' if outs > 1 else ''}"
    return f"dense, {sizes}: where output {layer.output}'s gradient goes"


def answers(layer: Layer) -> list[tuple[str, str]]:
    """Question and answer."""
    found = [("What is saved?", layer.saved)] if layer.saved else []
    found.append(("To X?", _spelled(layer)))
    samples = "" if layer.sample[1] == 1 else f", and dW adds up the {layer.sample[1]} samples"
    text = f"Row {layer.output} of dW is x times dY{layer.output}: an outer product{samples}."
    zeros = int((layer.values == 0).sum())
    if zeros:
        count = f"{zeros} inputs are" if zeros > 1 else "1 input is"
        text += f" {count} 0: the weights from there get nothing."
    found.append(("To W?", text))
    sent, arrived = sheet.total(layer.cotangents), sheet.total(layer.gradient)
    shown = sum_format(sent, arrived)
    found.append(
        (
            "What is lost?",
            f"No gate blocks. Sum of dY {shown(sent)}, of dX {shown(arrived)}: the weights scale.",
        )
    )
    return found


def _spelled(layer: Layer) -> str:
    """One input's gradient as the sum over the outputs."""
    number = layer.spelled
    parts = layer.cotangents * layer.column
    order = np.argsort(-_sizes(parts), kind="stable")
    chosen = sorted(order[:MOST_TERMS].tolist())
    rest = float(np.delete(parts, chosen).sum())
    total = float(layer.gradient[number])
    terms = [float(parts[o]) for o in chosen] + ([rest] if len(parts) > MOST_TERMS else [])
    cotangents = [float(layer.cotangents[o]) for o in chosen]
    shown = sum_format(*terms, *cotangents, total)
    names = " + ".join(
        f"{shown(dy)}·w({o}, {number})" for dy, o in zip(cotangents, chosen, strict=True)
    ).replace("+ −", "− ")
    more = f" + {len(parts) - MOST_TERMS} smaller" if len(parts) > MOST_TERMS else ""
    sign = "=" if shown.adds_up(terms, total) else "≈"
    return (
        f"Every input gets something from every output: dX{number} = {names}{more} "
        f"= {sheet.added(terms, shown)} {sign} {shown(total)}"
    )


def description(layer: Layer) -> str:
    """The drawing in words, for readers who can't see it."""
    told = " ".join(f"{question} {answer}" for question, answer in answers(layer))
    return f"{SUBTITLE} {told} {sheet.source_words(layer.source)}."


def text_form(layer: Layer, last: str) -> str:
    """The numbers as tables, and the answers; ``last`` is the footer."""
    row = layer.row
    panels = [
        ("x (input)", layer.values),
        ("y (output)", layer.outputs),
        ("dY (incoming gradient)", layer.cotangents),
        ("dX (gradient of the input)", layer.gradient),
        (f"row {layer.output} of W", row),
        (f"to X from output {layer.output}: w times dY", row * layer.cotangent),
        (f"to row {layer.output} of W: x times dY", layer.values * layer.cotangent),
    ]
    parts = [title(layer), SUBTITLE, ""]
    for name, values in panels:
        parts += [name, sheet.table(values), ""]
    parts += [f"{question} {answer}" for question, answer in answers(layer)]
    return "\n".join([*parts, last, ""])


def data(layer: Layer) -> dict[str, object]:
    """The numbers behind the picture."""
    row = layer.row
    return {
        "op": "dense",
        "sample": layer.sample[0],
        "output": layer.output,
        "cotangent_source": layer.source,
        "x": layer.values,
        "W_row": layer.row,
        "W_shown": layer.weight,
        "y": layer.outputs,
        "dY": layer.cotangents,
        "dX": layer.gradient,
        "dW_shown": layer.weight_gradient,
        "to_X": row * layer.cotangent,
        "to_W": layer.values * layer.cotangent,
        "shown_inputs": layer.shown_inputs,
        "shown_outputs": layer.shown_outputs,
    }
