"""The sentences of the convolution picture: headline, answers, footer, text form, and the numbers as data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from viz.canvas.scene import Span
from viz.pooling.numbers import NumberFormat, sum_format
from viz.pooling.words import which
from viz.reach import sheet
from viz.reach.kernel import Cell, Reach

MOST_TERMS = 9


@dataclass(frozen=True)
class Told:
    """A convolution in words; the number formats are those of the drawing."""

    reach: Reach
    show: NumberFormat
    show_weight: NumberFormat
    largest_weight: float

    @property
    def cropped_kernel(self) -> bool:
        """Whether only a part of the kernel is shown."""
        spans = self.reach.shown_taps
        return tuple(end - first for first, end in spans) != self.reach.weight.shape

    def title(self) -> str:
        """The headline."""
        reach, geometry = self.reach, self.reach.geometry
        kernel = reach.weight.shape[1:] if reach.one_axis else reach.weight.shape
        words = [f"{reach.op}, kernel {' × '.join(map(str, kernel))}"]
        for name, pair in (("stride", geometry.stride), ("dilation", geometry.dilation)):
            if name == "stride" or any(step != 1 for step in pair):
                words.append(f"{name} {_sizes(pair, reach.one_axis)}")
        before = tuple(pair[0] for pair in geometry.padding)
        words += [f"padding {_sizes(before, reach.one_axis)}"] if any(before) else []
        words += [f"{geometry.groups} groups"] if geometry.groups > 1 else []
        return f"{', '.join(words)}: how far one output's gradient reaches"

    def subtitle(self) -> str:
        """What happens forward and backward."""
        if self.reach.transposed:
            return (
                "Forward, each input paints the kernel onto the output; here, what meets in one output cell. "
                "Backward, its gradient goes to these inputs by the weights, to the weights by the inputs."
            )
        return (
            "Forward, a window of X is multiplied by the kernel and added up. "
            "Backward, the output's gradient goes to each input by its weight, to each weight by its input; "
            "all windows add up."
        )

    def forward_words(self) -> tuple[Span, ...]:
        """Beside the arrow down."""
        return Span("multiply", bold=True), Span(" by the kernel, add")

    def backward_words(self) -> tuple[Span, ...]:
        """Beside the arrow up."""
        filters = f" of {self.reach.shared} filters" if self.reach.shared > 1 else ""
        return Span("parts add up", bold=True), Span(f" over {self._outputs()}{filters}")

    def _outputs(self) -> str:
        count = self.reach.outputs.size
        return "the one output" if count == 1 else f"all {count:,} outputs"

    def answers(self) -> list[tuple[str, str]]:
        """Question and answer."""
        reach = self.reach
        place = reach.place(reach.output_cell)
        found = [("What is saved?", reach.saved)] if reach.saved else []
        sent = self.show(reach.cotangent)
        unit = f" ({self.show.unit})" if self.show.unit else ""
        who = "that painted it" if reach.transposed else "under the window"
        found.append(
            (
                "To X?",
                f"Each input {who} gets the weight it was multiplied by, times dY {place} = {sent}{unit}.",
            )
        )
        samples = "" if reach.samples == 1 else f" and the {reach.samples} samples"
        found.append(
            (
                "To W?",
                "Each weight gets the input it was multiplied by, times dY. "
                f"dW adds up {self._outputs()}{samples}: the kernel is shared.",
            )
        )
        if reach.spelled is not None:
            printed = self.show(float(reach.gradient[reach.spelled]))
            what = f"dX {reach.place(reach.spelled)}" if unit else printed
            found.append((f"Why {what}?", self.spelled(reach.spelled)))
        found.append(("What is lost?", self._lost()))
        return found

    def spelled(self, cell: Cell) -> str:
        """One cell's gradient as the sum over the outputs that reach it."""
        reach = self.reach
        terms = reach.terms(cell)
        total = float(reach.gradient[cell])
        parts = [float(reach.cotangents[output]) * float(reach.weight[tap]) for output, tap in terms]
        other = total - sum(parts)
        extra = [other] if reach.shared > 1 and abs(other) > 1e-9 * max(map(abs, parts), default=0.0) else []
        cotangents = [float(reach.cotangents[output]) for output, _ in terms]
        shown = sum_format(*parts, *cotangents, *extra, total)
        met = f"painted {len(terms)} output" if reach.transposed else f"lies under {len(terms)} window"
        where = f"dX {reach.place(cell)} (dashed frame) {met}{'s' if len(terms) != 1 else ''}"
        others = f" + {shown(other)} from the other filters".replace("+ −", "− ") if extra else ""
        if len(terms) > MOST_TERMS:
            return f"{where}; their sum is {shown(sum(parts))}{others} = {shown(total)}."
        names = " + ".join(
            f"{shown(value)}·{reach.tap_name(tap)}" for value, (_, tap) in zip(cotangents, terms, strict=True)
        ).replace("+ −", "− ")
        sign = "=" if shown.adds_up([*parts, *extra], total) else "≈"
        return f"{where}: {names} = {sheet.added(parts, shown)}{others} {sign} {shown(total)}"

    def _lost(self) -> str:
        reach = self.reach
        arrived, sent = sheet.total(reach.own_gradient), sheet.total(reach.cotangents)
        weights = sheet.total(reach.weight)
        lost = [tap for tap, cell in reach.taps if not reach.is_real(cell)]
        if reach.transposed:
            shown = sum_format(sent, arrived)
            return f"Sum of dY {shown(sent)}, sum of dX from this filter {shown(arrived)}: the weights scale."
        whole = sent * weights
        shown = sum_format(sent, weights, whole, arrived)
        alone = reach.shared > 1
        text = "From this filter alone: sum of its dY" if alone else "Sum of dY"
        printed = shown.rounded(sent) * shown.rounded(weights)
        equal = "=" if abs(printed - shown.rounded(whole)) < 0.5 * 10.0**-shown.decimals else "≈"
        kernel = "its kernel" if alone else "the kernel"
        text += f" {shown(sent)} × sum of {kernel} {shown(weights)} {equal} {shown(whole)}; "
        if not np.isfinite(whole):
            return "Not to be said: dY or W holds NaN or inf."
        scale = float(np.abs(reach.cotangents).sum() * np.abs(reach.weight).sum()) or 1.0
        if abs(whole - arrived) <= 1e-6 * scale:
            text += f"all of it arrives in dX ({shown(arrived)})."
        else:
            text += f"dX gets {shown(arrived)}; the rest, {shown(whole - arrived)}, falls into the padding."
        if alone:
            text += f" The {reach.shared} filters together give dX {shown(sheet.total(reach.gradient))}."
        if lost:
            names = ", ".join(map(reach.tap_name, lost[:MOST_TERMS]))
            names += f" and {len(lost) - MOST_TERMS} more" if len(lost) > MOST_TERMS else ""
            text += f" This window has {len(lost)} of {reach.weight.size} taps in the padding: {names}."
        return text

    def footer(self) -> str:
        """What dY is; sample, channel, filter; which part is shown."""
        reach = self.reach
        words = [sheet.source_words(reach.source), which("sample", *reach.sample)]
        words += [which("input channel", *reach.channel), which("filter", *reach.filter)]
        crop = sheet.span_words(*reach.view, (reach.values.shape[0], reach.values.shape[1]))
        words += [crop] if crop else []
        if self.cropped_kernel:
            taps = sheet.span_words(*reach.shown_taps, (reach.weight.shape[0], reach.weight.shape[1]))
            words.append(f"kernel: {taps}")
        unit = f" × {10.0**self.show_weight.power:g}" if self.show_weight.power else ""
        words.append(f"to W and dW: colours to ±{self.show_weight(self.largest_weight)}{unit}")
        return " · ".join(words)

    def description(self) -> str:
        """The drawing in words, for readers who can't see it."""
        told = " ".join(f"{question} {answer}" for question, answer in self.answers())
        return f"{self.subtitle()} {told} {self.footer()}."

    def text(self) -> str:
        """The planes as tables, one output's parts as a list, and the answers."""
        reach = self.reach
        place = reach.place(reach.output_cell)
        panels = [
            ("X (input)", reach.values),
            ("W (kernel)", reach.weight),
            ("Y (output)", reach.outputs),
            ("dY (incoming gradient)", reach.cotangents),
            ("dX (gradient of the input)", reach.gradient),
            ("dW (gradient of the kernel)", reach.weight_gradient),
        ]
        parts = [self.title(), self.subtitle(), ""]
        for name, values in panels:
            parts += [name, sheet.table(values), ""]
        parts.append(f"Y {place} = {reach.output:.6g}, dY {place} = {reach.cotangent:.6g}")
        for partner in reach.partners:
            to_input = partner.weight * reach.cotangent + 0.0
            to_weight = partner.value * reach.cotangent + 0.0
            parts.append(
                f"  x {reach.place(partner.cell)} = {partner.value:.6g} meets "
                f"{reach.tap_name(partner.tap)} = {partner.weight:.6g}: "
                f"to X {to_input:.6g}, to W {to_weight:.6g}"
            )
        parts += ["", *(f"{question} {answer}" for question, answer in self.answers())]
        return "\n".join([*parts, self.footer(), ""])

    def data(self) -> dict[str, object]:
        """The numbers behind the picture."""
        reach = self.reach
        return {
            "op": reach.op,
            "sample": reach.sample[0],
            "channel": reach.channel[0],
            "filter": reach.filter[0],
            "cotangent_source": reach.source,
            "output_cell": reach.output_cell,
            "X": reach.values,
            "W": reach.weight,
            "Y": reach.outputs,
            "dY": reach.cotangents,
            "dX": reach.gradient,
            "dX_from_this_filter": reach.own_gradient,
            "dW": reach.weight_gradient,
            "partners": [
                {
                    "cell": partner.cell,
                    "tap": partner.tap,
                    "x": partner.value,
                    "w": partner.weight,
                    "to_X": partner.weight * reach.cotangent,
                    "to_W": partner.value * reach.cotangent,
                }
                for partner in reach.partners
            ],
        }


def _sizes(pair: tuple[int, ...], one_axis: bool) -> str:
    sizes = pair[1:] if one_axis else pair
    return str(sizes[0]) if len(set(sizes)) == 1 else " × ".join(map(str, sizes))
