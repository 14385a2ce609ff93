"""How the numbers of a panel are printed: one power of ten, as few digits as tell the truth."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """Prints a value in units of ``10 ** power``, rounded to ``decimals``.

    Values that need fewer decimals are printed with fewer; a value that only rounds to zero is "≈0".
    """

    power: int = 0
    decimals: int = 2
    noise: float = 0.0

    def __call__(self, value: float) -> str:
        """The number as printed."""
        if value != value:
            return "NaN"
        if math.isinf(value):
            return "∞" if value > 0 else "−∞"
        scaled = self.rounded(value)
        if scaled == 0:
            return "0" if abs(value) <= self.noise else "≈0"
        exact = value / 10.0**self.power
        decimals = self.decimals
        slack = self.noise / 10.0**self.power
        while decimals > 0 and abs(round(exact, decimals - 1) - exact) <= slack:
            decimals -= 1
        return f"{scaled:.{decimals}f}".replace("-", "−")

    def rounded(self, value: float) -> float:
        """The printed number as a float, in the panel's unit."""
        return round(value / 10.0**self.power, self.decimals)

    def adds_up(self, terms: Iterable[float], total: float) -> bool:
        """Whether the printed terms sum to the printed total."""
        if not math.isfinite(total):
            return True
        printed = sum(self.rounded(term) for term in terms)
        return abs(printed - self.rounded(total)) < 0.5 * 10.0**-self.decimals

    @property
    def unit(self) -> str:
        """The panel's unit in words, empty where it is 1.

        Examples
        --------
        >>> NumberFormat(-3).unit
        'unit 0.001'
        >>> NumberFormat(0).unit
        ''
        """
        if self.power == 0:
            return ""
        return f"unit {10.0**self.power:g}"


def choose_format(
    values: Sequence[float],
    sums: Sequence[tuple[Sequence[float], float]] = (),
    most_decimals: int = 3,
    smallest_panel: float | None = None,
    apart: Sequence[tuple[float, float]] = (),
) -> NumberFormat:
    """The format for all ``values`` of a panel.

    Exact within ``most_decimals`` where that is possible; else two significant digits of the largest value,
    and one or two more where the printed terms of ``sums`` would not add up to the printed total. Where two
    panels share the format, ``smallest_panel`` is the smaller one of their largest values, and gets its two
    digits too. Pairs in ``apart`` are not equal, and get up to three digits more so as not to look equal.

    Examples
    --------
    >>> show = choose_format([0.4, 0.7, 1.1, 0.0])
    >>> [show(value) for value in (0.4, 0.7, 1.1, 0.0)]
    ['0.4', '0.7', '1.1', '0']
    >>> show = choose_format(
    ...     [0.05, 0.2 / 3, 0.05 + 0.2 / 3], [((0.05, 0.2 / 3), 0.05 + 0.2 / 3)]
    ... )
    >>> [show(value) for value in (0.05, 0.2 / 3, 0.05 + 0.2 / 3)]
    ['0.05', '0.07', '0.12']
    """
    finite = [abs(value) for value in values if math.isfinite(value)]
    largest = max(finite, default=0.0)
    if largest == 0:
        return NumberFormat(0, 0)
    noise = largest * 2e-7
    magnitude = math.floor(math.log10(largest * (1 + 1e-9)))
    power = 0 if -1 <= magnitude <= 2 else magnitude
    for decimals in range(most_decimals + 1):
        shown = NumberFormat(power, decimals, noise)
        if all(abs(shown.rounded(value) * 10.0**power - value) <= noise for value in finite):
            return shown
    start = max(0, 1 - (magnitude - power))
    if smallest_panel:
        start = min(start + 2, max(start, 1 - (math.floor(math.log10(smallest_panel * (1 + 1e-9))) - power)))
    # One digit more where a small value would otherwise look like nothing.
    start += start < 2 and any(NumberFormat(power, start, noise)(value) == "≈0" for value in finite)
    for decimals in range(start, start + 4):
        shown = NumberFormat(power, decimals, noise)
        if all(shown(first) != shown(second) for first, second in apart):
            start = decimals
            break
    for decimals in range(start, start + 3):
        shown = NumberFormat(power, decimals, noise)
        if all(shown.adds_up(terms, total) for terms, total in sums):
            return shown
    return NumberFormat(power, start, noise)


def sum_format(*values: float) -> NumberFormat:
    """A format for totals: four significant digits, no power of ten unless it is needed."""
    finite = [abs(value) for value in values if math.isfinite(value)]
    largest = max(finite, default=0.0)
    shown = choose_format([value for value in values if math.isfinite(value)])
    exact = shown.power == 0 and all(abs(shown.rounded(v) - v) <= 1e-6 * largest for v in finite)
    if largest == 0 or exact:
        return shown
    decimals = max(0, 3 - math.floor(math.log10(largest)))
    return NumberFormat(0, decimals, largest * 1e-6)


def counted(count: int, one: str, more: str) -> str:
    """A number with its noun, which is ``one`` or ``more``.

    Examples
    --------
    >>> counted(1, "cell was", "cells were"), counted(1200, "cell was", "cells were")
    ('1 cell was', '1,200 cells were')
    """
    return f"{count:,} {one if count == 1 else more}"


def fit_number(text: str, room: int) -> str:
    """A printed number in at most ``room`` characters: without the leading zero, then with fewer decimals.

    A sign before or after it ("=", "Σ", "−", "×") stays; a sum that loses decimals is no longer "=" but "≈".

    Examples
    --------
    >>> fit_number("−0.57", 5), fit_number("−0.57", 4), fit_number("−0.573", 4)
    ('−0.57', '−.57', '−.57')
    >>> fit_number("=0.1725", 6), fit_number("=0.1725", 5)
    ('=.1725', '≈.172')
    """
    if len(text) <= room:
        return text
    digits = text.lstrip("=≈Σ+−")
    before, number = text[: len(text) - len(digits)], digits.rstrip("× ")
    after = digits[len(number) :]
    if not number.replace(".", "", 1).isdecimal():
        return text
    if number.startswith("0."):
        number = number[1:]
    if "." not in number or len(before + number + after) <= room:
        return before + number + after
    whole = number.partition(".")[0]
    keep = max(0, room - len(before) - len(whole) - len(after) - 1)
    before = before.replace("=", "≈")
    if not keep:
        return before + (whole or "0") + after
    rounded = f"{round(float('0' + number), keep):.{keep}f}"
    if float(rounded) == 0:
        return "≈0"
    return before + (rounded if whole or not rounded.startswith("0.") else rounded[1:]) + after
