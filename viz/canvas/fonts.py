"""How wide a text is, without asking a font: a conservative table, so that text never leaves its box.

A drawing is laid out before anybody knows which font the reader's machine has. So each width below is
the larger one of two common metrics (Helvetica, which Arial and Liberation Sans share, and the wider DejaVu
Sans): what fits by this table fits with any font of the stacks. Monospaced numbers are also pinned with
`textLength`.
"""

from __future__ import annotations

from collections.abc import Mapping

SANS_STACK = "Arial, 'Liberation Sans', Helvetica, 'DejaVu Sans', sans-serif"
# The sans names at the end matter: converters ship without any monospaced font, and then draw nothing at all.
MONO_STACK = (
    "'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace, 'Liberation Sans', sans-serif"
)

MONO_WIDTH = 0.605
CAPITAL_HEIGHT = 0.73
DESCENT = 0.24

# Advance widths in thousandths of the font size.
_REGULAR = {
    280: "'ijlìíîï",
    300: "IÌÍÎÏ",
    320: " ,.·‘’\u00a0",
    340: "/:;\\|¦",
    360: "f",
    370: "-",
    400: "()[]t",
    410: "!¡²³¹",
    420: "r",
    460: '"',
    480: "ªº",
    500: "*J`¨¯°´¸",
    520: "“”∂",
    530: "sz",
    550: "cçε",
    560: "?L_§–",
    580: "k",
    590: "•",
    600: "vxyýÿγλ",
    610: "π",
    620: "FTaeo«»¿àáâãäåèéêëðòóôõöøδθ",
    630: "ß",
    640: "$0123456789bdghnpqu{}¢£¤¥µ¶ñùúûüþΣβμσ",
    660: "αφ",
    670: "EKPSYÈÉÊËÝÞ",
    690: "ABVXZÀÁÂÃÄÅΔ",
    730: "CRÇ",
    740: "UÙÚÛÜ",
    750: "NÑ",
    760: "H",
    770: "◆▲▼Ω",
    780: "&DGÐ",
    790: "OQÒÓÔÕÖØ",
    820: "w",
    840: "#+<=>^~¬±×÷→←↑↓−∞≤≥≠≈✓ω",
    870: "M",
    880: "●○",
    950: "■□",
    960: "%",
    970: "¼½¾⅓",
    980: "m",
    990: "Wæ",
    1000: "©®Æ—…",
    1020: "@",
}
_BOLD = {
    310: "'",
    350: " ijlìíîï\u00a0",
    370: "/\\|¦",
    380: ",.I·ÌÍÎÏ‘’",
    400: ":;",
    420: "-",
    440: "f²³¹",
    460: "!()[]¡",
    480: "t",
    500: "`r¨¯°´¸",
    530: '"*',
    550: "∂",
    560: "J_§–ε",
    570: "ªº",
    590: "z",
    600: "csç",
    620: "?¿",
    640: "L¤¶•λ",
    650: "x«»",
    660: "vyýÿ“”",
    670: "k",
    680: "aeàáâãäåèéêë",
    690: "EFToÈÉÊËðòóôõöøΣαγδθ",
    700: "$0123456789¢£¥",
    720: "bdghnpqu{}ßñùúûüþβ",
    730: "SYZÝ",
    740: "CPµÇÞμ",
    770: "B◆▲▼",
    780: "AKRVXÀÁÂÃÄÅσΔ",
    790: "φ",
    800: "π",
    820: "UÙÚÛÜ",
    830: "G",
    840: "#+<=>DHN^~¬±ÐÑ×÷→←↑↓−∞≤≥≠≈✓",
    860: "OQÒÓÔÕÖØΩ",
    870: "ω",
    880: "&●○",
    930: "w",
    950: "■□",
    1000: "@M©®—…",
    1010: "%",
    1040: "¼½¾⅓",
    1050: "mæ",
    1090: "Æ",
    1110: "W",
}
_UNKNOWN = 1100


def _by_character(table: Mapping[int, str]) -> dict[str, int]:
    return {character: width for width, characters in table.items() for character in characters}


_WIDTHS = {False: _by_character(_REGULAR), True: _by_character(_BOLD)}


def text_width(text: str, size: float, *, bold: bool = False, mono: bool = False) -> float:
    """Width in pixels that ``text`` needs at most.

    Parameters
    ----------
    text : str
        One line.
    size : float
        Font size in pixels.
    bold, mono : bool
        The weight, and whether the monospaced stack is used.

    Examples
    --------
    >>> text_width("1.1", 10.0, mono=True)
    18.15
    >>> text_width("max", 10.0) < text_width("max", 10.0, bold=True)
    True
    """
    if mono:
        # Characters of East Asian scripts take two cells.
        cells = sum(
            1 if ord(character) < 0x1100 or 0x2000 <= ord(character) < 0x2E80 else 2 for character in text
        )
        return round(cells * MONO_WIDTH * size, 2)
    widths = _WIDTHS[bold]
    return round(sum(widths.get(character, _UNKNOWN) for character in text) * size / 1000, 2)


def shorten(text: str, width: float, size: float, *, bold: bool = False, mono: bool = False) -> str:
    """``text``, or as much of it as fits into ``width`` with an ellipsis at the end.

    Examples
    --------
    >>> shorten("features.3.conv", 60.0, 11.0)
    'features…'
    >>> shorten("conv", 60.0, 11.0)
    'conv'
    """
    if text_width(text, size, bold=bold, mono=mono) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if text_width(text[:middle] + "…", size, bold=bold, mono=mono) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low] + "…"


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Lines of ``text``, broken at spaces, each at most ``width`` wide (a longer word is shortened).

    Examples
    --------
    >>> wrap("max keeps one number and remembers where it was", 150.0, 11.0)
    ['max keeps one number', 'and remembers where it', 'was']
    """
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if text_width(longer, size, bold=bold) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = shorten(word, width, size, bold=bold)
    return [*lines, line] if line else lines
