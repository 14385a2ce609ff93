"""Joining PDF files: every page once, references renumbered, streams untouched, other PDFs refused."""

import re

import pytest

from viz.canvas.pdf_pages import joined
from viz.canvas.raster import to_pdf
from viz.canvas.scene import Rect, Scene, Text
from viz.canvas.svg import to_svg
from viz.errors import ConversionError


def page(words):
    scene = Scene(60, 40, words, "", (Text(5, 20, words, 10), Rect(2, 2, 9, 9, "forward")))
    return to_pdf(to_svg(scene))


def objects(file):
    """Number -> content, found through the cross-reference table, which must be exact."""
    place = int(file[file.rfind(b"startxref") + 9 :].split()[0])
    lines = file[place:].split(b"\n")
    assert lines[0] == b"xref"
    count = int(lines[1].split()[1])
    found = {}
    for number, line in enumerate(lines[3 : 2 + count], 1):
        start = int(line.split()[0])
        head = b"%d 0 obj\n" % number
        assert file[start : start + len(head)] == head
        found[number] = file[start + len(head) : file.index(b"endobj", start)]
    return found


def test_one_file_stays_as_it_is():
    file = page("one")
    assert joined([file]) is file


def test_every_page_is_there_once():
    file = joined([page("one"), page("two"), page("three")])
    found = objects(file)
    assert b"/Count 3" in found[2]
    kids = [int(number) for number in re.findall(rb"(\d+) 0 R", found[2].partition(b"/Kids")[2])]
    assert len(set(kids)) == 3
    for kid in kids:
        assert re.search(rb"/Type\s*/Page\b", found[kid])
        assert b"/Parent 2 0 R" in found[kid]


def test_every_reference_leads_somewhere():
    found = objects(joined([page("one"), page("two")]))
    for content in found.values():
        head = content.partition(b"stream")[0]
        for number in re.findall(rb"(?<![\w.])(\d+) 0 R", head):
            assert int(number) in found


def test_streams_are_untouched():
    single = page("12 0 R is no reference here")
    streams = re.findall(rb"stream\r?\n(.*?)endstream", single, re.S)
    both = joined([single, single])
    assert all(both.count(stream) >= 2 for stream in streams if len(stream) > 40)


@pytest.mark.parametrize(
    "broken", [b"", b"%PDF-1.7\nstartxref\n0\n", b"%PDF-1.5 stream of objects startxref 3"]
)
def test_other_files_are_refused(broken):
    with pytest.raises(ConversionError, match="could not be joined"):
        joined([broken, broken])
