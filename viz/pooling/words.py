"""The sentences of picture A: title, answers below the panels, description for screen readers, text form."""

from __future__ import annotations

import math

import numpy as np

from viz.pooling.numbers import NumberFormat, counted, sum_format
from viz.pooling.plane import Cell, Place, Plane, Window
from viz.pooling.slices import MOST_LISTED, counted_in_slice, other_depths, slice_words, sums_over_depths
from viz.pooling.view import View

MOST_TERMS = 4
# The longest sum is spelled out too, unless it has more terms than this.
MOST_SPELLED = 9


def size_words(plane: Plane) -> str:
    """The window, the stride and, where there are any, padding and dilation."""

    def sizes(pair: tuple[int, int], depth: int | None) -> tuple[int, ...]:
        flat = pair[1:] if plane.one_axis else pair
        return flat if depth is None else (depth, *flat)

    def one(numbers: tuple[int, ...]) -> str:
        return " × ".join(map(str, numbers[:1] if len(set(numbers)) == 1 else numbers))

    cut = plane.slice
    stride = sizes(plane.stride, None if cut is None else cut.stride)
    before = sizes(plane.before, None if cut is None else cut.before)
    after = sizes(plane.after, None if cut is None else cut.after)
    dilation = sizes(plane.dilation, None if cut is None else cut.dilation)
    window = sizes(plane.window, None if cut is None else cut.window)
    words = [f"window {' × '.join(map(str, window))}", f"stride {one(stride)}"]
    if any(before) or any(after):
        words.append(f"padding {one(before)}" + ("" if before == after else f" before, {one(after)} after"))
    if any(step != 1 for step in dilation):
        words.append(f"dilation {one(dilation)}")
    return ", ".join(words)


def title(plane: Plane) -> str:
    """The headline."""
    where = "" if plane.slice is None else f", depth {plane.slice.depth}"
    return f"{plane.op}, {size_words(plane)}: where each gradient goes{where}"


def subtitle(plane: Plane) -> str:
    """What pooling does forward and backward; of three axes, which part is drawn."""
    return _subtitle(plane) if plane.slice is None else f"{_subtitle(plane)} {slice_words(plane.slice)}"


def _subtitle(plane: Plane) -> str:
    if plane.is_max:
        return (
            "Forward, max keeps each window's largest number and its place. "
            f"Backward, the gradient returns to that place{_meeting(plane)}."
        )
    if plane.is_norm:
        return (
            "Forward, each window becomes its p-norm. "
            "Backward, its gradient goes to every cell, by the share sign(x) · (|x| / y) to the power p − 1."
        )
    return (
        "Forward, each window becomes one weighted sum. "
        "Backward, its gradient goes to every cell of the window, by the same shares."
    )


def _meeting(plane: Plane) -> str:
    return "; where two meet, they add" if plane.meets else ""


def cotangent_words(plane: Plane) -> str:
    """What dY is."""
    source = plane.source
    if source == "given":
        return "dY was given"
    if source == "assumed 1":
        return "dY: assumed 1 for every output"
    if source == "loss":
        return "dY: gradient of the loss"
    return f"dY: gradient of {source}"


def answers(view: View, show: NumberFormat, show_values: NumberFormat) -> list[tuple[str, str]]:
    """Question and answer, for whoever sees nothing but the picture."""
    plane = view.plane
    found = [("What is saved?", _saved(plane))]
    sums = _sums(view, show)
    if sums:
        found.append(sums)
    if plane.is_max:
        told = filter(None, [_ties(view, show, show_values), _zero_ties(view)])
        ties = ". ".join(sentence.rstrip(".") for sentence in told)
        if ties:
            found.append(("Ties?", ties))
        found.append(("Why 0?", _zeros(plane)))
    if plane.slice is not None:
        found.append(("Other depths?", other_depths(view, show)))
    found.append(("What is lost?", _lost(plane)))
    return found


def _saved(plane: Plane) -> str:
    if plane.is_norm:
        return "The values: a share depends on a cell's own x, and on the norm of its window."
    if plane.learns_weights:
        return "X and the weights, for the weights' own gradient; what X gets follows from the weights alone."
    if not plane.is_max:
        weighted = plane.op.startswith("weighted")
        if weighted and plane.learns_weights is None:
            return "X gets shares that follow from the weights alone; X is kept too if the weights learn."
        known = "weights" if weighted else "window's place"
        return f"Nothing of X: the shares follow from the {known} alone."
    count = plane.outputs.size * (1 if plane.slice is None else plane.slice.layers)
    if plane.ties == "split":
        text = f"For each of the {count:,} windows, the share of every tap, which tells the equal winners."
    else:
        text = (
            f"{counted(count, 'switch', 'switches')}, one a window: the winner's number in its window, "
            f"counted from 0, {'row by row' if plane.slice is None else 'depth by depth, row by row'}."
        )
    if plane.saved is not None:
        dtype, size = plane.saved
        total = plane.sample[1] * plane.channel[1] > 1
        text += f" {dtype}, {size:,} B{' for the whole batch' if total else ''}."
    return f"{text} X and Y are not needed to go back."


def _sums(view: View, show: NumberFormat) -> tuple[str, str] | None:
    cells = [
        cell
        for cell in view.cells
        if len(view.plane.arrivals.get(cell, ())) > 1
        and any(window.cotangent != 0 for window, _ in view.plane.arrivals[cell])
    ]
    if not cells:
        return None
    # Long sums explain nothing: up to four terms first, of these the longest.
    lengths = {cell: len(view.plane.arrivals[cell]) for cell in cells}
    cells.sort(key=lambda cell: (lengths[cell] > MOST_TERMS, abs(lengths[cell] - MOST_TERMS)))
    chosen = cells[:MOST_LISTED] if lengths[cells[0]] <= MOST_TERMS else cells[:1]
    longest = max(cells, key=lambda cell: lengths[cell])
    if lengths[longest] > max(lengths[cell] for cell in chosen) and lengths[longest] <= MOST_SPELLED:
        chosen = [*chosen[: MOST_LISTED - 1], longest]
    listed = [sum_words(view, cell, show) for cell in sorted(chosen)]
    more = f" · and {len(cells) - len(listed)} more" if len(cells) > len(listed) else ""
    shown = show(float(view.plane.gradient[sorted(chosen)[0]]))
    why = "one cell can win several" if view.plane.is_max else "one cell gets several shares"
    return f"Why {shown}?", f"Windows overlap, so {why}: {' · '.join(listed)}{more}"


def sum_words(view: View, cell: Cell, show: NumberFormat) -> str:
    """What a cell's gradient is the sum of: "cell (3, 1): d + g = 0.4 + 0.7 = 1.1"."""
    arrivals = view.plane.arrivals[cell]
    parts = [window.cotangent * share for window, share in arrivals]
    total = float(view.plane.gradient[cell])
    numbers = " + ".join(show(part) for part in parts).replace("+ −", "− ")
    sign = "=" if show.adds_up(parts, total) else "≈"
    if len(parts) == 1:
        return f"cell {place(view.plane, cell)}: {view.name(arrivals[0][0])} sends {numbers}"
    letters = " + ".join(view.name(window) for window, _ in arrivals)
    return f"cell {place(view.plane, cell)}: {letters} = {numbers} {sign} {show(total)}"


def place(plane: Plane, cell: Cell | Place) -> str:
    """A cell's coordinates as printed."""
    return f"({cell[1]})" if plane.one_axis else f"({', '.join(map(str, plane.full(cell)))})"


def _ties(view: View, show: NumberFormat, show_values: NumberFormat) -> str:
    plane = view.plane
    tied = [window for window in view.windows if window.tied]
    if not tied:
        return ""
    listed = [_tie_words(view, window, show, show_values) for window in tied[:MOST_LISTED]]
    more = f" · and {len(tied) - MOST_LISTED} more" if len(tied) > MOST_LISTED else ""
    rule = {
        "first": "the first in reading order gets all",
        "last": "the last in reading order gets all",
        "split": "equal winners share",
    }[plane.ties or "first"]
    return f'ties="{plane.ties}": {rule}. {" · ".join(listed)}{more}'


def _zero_ties(view: View) -> str:
    """Windows of zeros only are ties too; the words name them."""
    names = [view.name(window) for window in view.windows if window.all_zero]
    if not names:
        return ""
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    share = {"first": "the first cell gets all", "last": "the last cell gets all", "split": "all cells share"}
    listed = ", ".join(names[:MOST_LISTED])
    return f"All zero, so every cell is equal: {listed}{more}; {share[view.plane.ties or 'first']}."


def _tie_words(view: View, window: Window, show: NumberFormat, show_values: NumberFormat) -> str:
    plane = view.plane
    winners: list[Cell | Place] = [cell for cell, _ in window.shares]
    winners += [cell for cell, _ in window.elsewhere]
    equal = sorted([*winners, *window.losers, *window.losers_elsewhere], key=plane.full)
    value = show_values(float(plane.outputs[window.row, window.column]))
    cells = " = ".join(place(plane, cell) for cell in equal)
    sent = show(window.cotangent)
    if window.split:
        return f"{view.name(window)}: {cells} = {value}, each gets {sent} / {len(equal)}"
    return f"{view.name(window)}: {cells} = {value}, {place(plane, winners[0])} gets {sent}"


def _zeros(plane: Plane) -> str:
    _, _, stayed = plane.counts
    unused = plane.gradient.size - plane.covered_cells
    never = plane.gradient.size - len(plane.arrivals) - unused
    silent = stayed - never - unused
    text = []
    windows = (*plane.windows, *(() if plane.slice is None else plane.slice.hidden))
    tied = len({cell for window in windows for cell in window.losers} - set(plane.arrivals))
    if never > tied:
        text.append(
            f"{counted(never - tied, 'cell was', 'cells were')} picked by no window: changing such a cell a "
            "little changes no output."
        )
    if tied:
        text.append(
            f"{counted(tied, 'cell was', 'cells were')} as large as a winner and lost the tie: raised a "
            "little, such a cell would win."
        )
    if silent:
        text.append(f"{counted(silent, 'winner', 'winners')} got a gradient of 0.")
    if unused:
        text.append(f"{counted(unused, 'cell lies', 'cells lie')} in no window (dotted, unused).")
    return " ".join(text) or "No cell stayed 0."


def _lost(plane: Plane) -> str:
    total_out, total_in = sums_over_depths(plane)
    scale = float(np.abs(plane.cotangents).sum())
    if math.isfinite(scale) and scale:
        # Without the noise of adding floats.
        digits = 6 - math.floor(math.log10(scale))
        total_out, total_in = round(total_out, digits), round(total_in, digits)
    show = sum_format(total_out, total_in)
    sent, received, stayed = plane.counts
    over = "" if plane.slice is None else "over all depths, "
    arrived = f"{over}sum of dY {show(total_out)}, sum of dX {show(total_in)}"
    equal = abs(total_out - total_in) <= 1e-5 * scale
    if not math.isfinite(scale):
        return f"Not to be said: dY holds NaN or inf ({arrived})."
    reached = f"{sent:,} sent, {counted(received, 'cell', 'cells')} received, {stayed:,} stayed 0."
    if plane.slice is not None:
        reached = counted_in_slice(plane)
    if not plane.is_max:
        if equal:
            return f"Nothing: {arrived}. {reached}"
        swallowed = "" if len(plane.windows) == 0 else _sharesum_words(plane)
        return f"{arrived[0].upper()}{arrived[1:]}{swallowed}. {reached}"
    head = "Nothing in this step" if equal else "These should agree"
    text = f"{head}: {arrived}. {reached}"
    blocked = [window.cotangent for window in plane.windows if window.all_zero and window.cotangent != 0]
    count, amount = (len(blocked), sum(blocked)) if plane.slice is None else plane.slice.zeros
    if count:
        who = "the ReLU before will block" if plane.after_relu else "a ReLU before would block"
        zeros = counted(count, "window is", "windows are")
        text += f" But {zeros} all zero: {who} {sum_format(amount)(amount)} of that."
    return text


def _sharesum_words(plane: Plane) -> str:
    if plane.is_norm:
        return ": the shares of a norm have the signs of x and need not sum to 1"
    sums = {
        round(sum(share for _, share in (*window.shares, *window.elsewhere)), 6) for window in plane.windows
    }
    cut = plane.slice
    taps = plane.window[0] * plane.window[1] * (1 if cut is None else cut.window)
    if sums == {float(taps)}:
        return f": every value is sent to {taps} cells"
    real = 1 if cut is None else cut.real_taps
    if min(sums) < 1 and max(sums) <= 1 and any(len(w.cells) * real < taps for w in plane.windows):
        return ": padding swallows the rest"
    least, most = (f"{share:.3g}".replace("-", "−") for share in (min(sums), max(sums)))
    return f": the shares of a window sum to {least if least == most else f'{least} to {most}'}"


def footer(view: View) -> str:
    """The last line: what dY is, which sample and channel, which part of the map."""
    plane = view.plane
    words = [
        cotangent_words(plane),
        which("sample", *plane.sample),
        which("channel", *plane.channel),
    ]
    if plane.slice is not None:
        words.append(which("depth", plane.slice.depth, plane.slice.depths))
    if any(step != 1 for step in plane.dilation):
        words.append("boxed cells in X: what the dashed window looks at")
    if view.cropped:
        words.append(crop_words(view))
    return " · ".join(words)


def which(what: str, index: int, count: int) -> str:
    """Which sample or channel of how many, counted from 0.

    Examples
    --------
    >>> which("sample", 0, 1), which("channel", 2, 6)
    ('the only sample', 'channel 2 (of 0 to 5)')
    """
    return f"the only {what}" if count == 1 else f"{what} {index} (of 0 to {count - 1})"


def unit_words(show: NumberFormat, show_values: NumberFormat) -> str:
    """The powers of ten that the sentences count in, empty where there are none."""
    units = [("gradients", show.unit), ("values", show_values.unit)]
    named = [f"{what} in {unit}" for what, unit in units if unit]
    return f'In the sentences, except "What is lost?": {", ".join(named)}.' if named else ""


def crop_words(view: View) -> str:
    """Which rows and columns are shown."""
    rows, columns = view.plane.shape
    row = f"rows {max(view.rows[0], 0)} to {min(view.rows[1], rows) - 1} of {rows}"
    return f"{row}, columns {max(view.columns[0], 0)} to {min(view.columns[1], columns) - 1} of {columns}"


def description(view: View, show: NumberFormat, show_values: NumberFormat) -> str:
    """The drawing in words, for readers who can't see it."""
    told = " ".join(f"{question} {answer}" for question, answer in answers(view, show, show_values))
    units = unit_words(show, show_values)
    return " ".join(filter(None, [subtitle(view.plane), units, told, f"{cotangent_words(view.plane)}."]))
