"""PNG and PDF: right size, readable errors, and text that fits where the converter draws it."""

import struct
import sys
import zlib

import numpy as np
import pytest

from viz.canvas.drawing import Drawing
from viz.canvas.fonts import text_width
from viz.canvas.raster import to_pdf, to_png
from viz.canvas.scene import Circle, Item, Scene, Text
from viz.errors import ConversionError, MissingConverterError

pytest.importorskip("vl_convert")


def pixels(png: bytes) -> np.ndarray:
    """Decode an 8-bit PNG without interlacing to (height, width, channels)."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    position, data, header = 8, b"", b""
    while position < len(png):
        (length,) = struct.unpack(">I", png[position : position + 4])
        kind, body = png[position + 4 : position + 8], png[position + 8 : position + 8 + length]
        header = body if kind == b"IHDR" else header
        data += body if kind == b"IDAT" else b""
        position += 12 + length
    width, height, depth, colour = struct.unpack(">IIBB", header[:10])
    channels = {2: 3, 6: 4}[colour]
    assert depth == 8
    raw = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, 1 + width * channels)
    rows = np.zeros((height + 1, width + 1, channels), np.int64)
    for y in range(height):
        line = raw[y, 1:].reshape(width, channels).astype(np.int64)
        rows[y + 1, 1:] = _unfilter(int(raw[y, 0]), line, rows[y])
    return rows[1:, 1:].astype(np.uint8)


def _unfilter(kind: int, line: np.ndarray, above: np.ndarray) -> np.ndarray:
    if kind == 0:
        return line
    if kind == 1:
        return np.cumsum(line, axis=0) % 256
    if kind == 2:
        return (line + above[1:]) % 256
    done = np.zeros((len(line) + 1, line.shape[1]), np.int64)
    for x in range(len(line)):
        left, up, corner = done[x], above[x + 1], above[x]
        if kind == 3:
            guess = (left + up) // 2
        else:
            estimate = left + up - corner
            distances = np.abs(np.stack([estimate - left, estimate - up, estimate - corner]))
            guess = np.choose(np.argmin(distances, axis=0), [left, up, corner])
        done[x + 1] = (line[x] + guess) % 256
    return done[1:]


def drawing(*items: Item, width: float = 60, height: float = 30) -> Drawing:
    return Drawing(Scene(width, height, "T", "D", items), "")


def test_png_has_two_pixels_a_unit_and_the_colours() -> None:
    image = pixels(drawing(Circle(30, 15, 10, "forward")).png())
    assert image.shape[:2] == (60, 120)
    assert tuple(image[30, 60][:3]) == (0x00, 0x72, 0xB2)
    assert tuple(image[30, 10][:3]) == (255, 255, 255)


def test_png_in_dark_and_at_another_scale() -> None:
    image = pixels(drawing().png(theme="dark", scale=1))
    assert image.shape[:2] == (30, 60)
    assert tuple(image[15, 30][:3]) == (0x14, 0x17, 0x1C)


def test_auto_is_drawn_light() -> None:
    assert tuple(pixels(drawing().png(theme="auto"))[30, 60][:3]) == (255, 255, 255)


def test_pdf() -> None:
    assert drawing(Text(5, 20, "max")).pdf().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("text", "bold", "mono"),
    [
        ("max_unpool, adds", False, False),
        ("What is saved? WWW mmm", True, False),
        ("−0.5673", False, True),
        ("Größe × ∞ ≈ 0", False, False),
        ("(3, 1): d + g = 0.4 + 0.7 = 1.1", False, False),
    ],
)
def test_drawn_text_is_no_wider_than_the_table_says(text: str, bold: bool, mono: bool) -> None:
    width = text_width(text, 20, bold=bold, mono=mono)
    image = pixels(drawing(Text(20, 40, text, 20, bold=bold, mono=mono), width=width + 80, height=60).png())
    inked = np.flatnonzero((image[20:110, 10:-10, :3].min(axis=2) < 128).any(axis=0)) + 10
    assert len(inked)
    assert inked.min() >= 2 * 20 - 3
    assert inked.max() <= 2 * (20 + width) + 3


def test_a_picture_too_large_says_what_would_fit() -> None:
    with pytest.raises(ConversionError, match=r"40000 x 600 pixels.*at most 32768.*scale up to 1\.63"):
        drawing(width=20_000, height=300).png()
    with pytest.raises(ConversionError):
        drawing().png(scale=-1)


def test_a_failing_converter_is_named() -> None:
    with pytest.raises(ConversionError, match="PNG could not be made"):
        to_png("not svg", 10, 10)
    with pytest.raises(ConversionError, match="PDF could not be made"):
        to_pdf("not svg")


def test_missing_converter_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    for make in (drawing().png, drawing().pdf):
        with pytest.raises(MissingConverterError, match=r'pip install "autograd-cnn\[draw\]"') as caught:
            make()
        assert "\n" not in str(caught.value)
    assert drawing().svg()
