"""Joins PDF files of one page each into one file of several pages.

It reads just the plain PDF that our converter writes: numbered objects, one classic cross-reference table, no
object streams, no encryption.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from viz.errors import ConversionError

_REFERENCE = re.compile(rb"(?<![\w.])(\d+) 0 R(?!\w)")
_ROOT = re.compile(rb"/Root (\d+) 0 R")
_PAGES = re.compile(rb"/Pages (\d+) 0 R")
_KIDS = re.compile(rb"/Kids\s*\[([^\]]*)\]")
_PARENT = re.compile(rb"/Parent \d+ 0 R")


def joined(files: Sequence[bytes]) -> bytes:
    """One PDF with the pages of all ``files``, in order.

    Parameters
    ----------
    files : sequence of bytes
        PDF files as the converter writes them; a single one is given back unchanged.

    Raises
    ------
    ConversionError
        A file is of another kind of PDF than the one described above.
    """
    if len(files) == 1:
        return files[0]
    # Objects 1 and 2 are the new catalogue and the new list of pages.
    objects: list[bytes] = []
    kids: list[int] = []
    for file in files:
        shift = 2 + len(objects)
        found = _objects(file)
        numbers = {old: shift + place for place, old in enumerate(found, 1)}
        pages = _pages_of(file, found)
        for old, content in found.items():
            moved = _renumbered(content, numbers)
            objects.append(_PARENT.sub(b"/Parent 2 0 R", moved) if old in pages else moved)
        kids += [numbers[page] for page in pages]
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    head = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), listed),
    ]
    return _written([*head, *objects])


def _objects(file: bytes) -> dict[int, bytes]:
    """The content of each object, found through the cross-reference table."""
    start = file.rfind(b"startxref")
    try:
        place = int(file[start + 9 :].split()[0])
        lines = file[place:].split(b"\n")
        if lines[0].strip() != b"xref":
            raise ValueError("no plain cross-reference table")
        count = int(lines[1].split()[1])
        offsets = {}
        for number, line in enumerate(lines[2 : 2 + count]):
            fields = line.split()
            if fields[2] == b"n":
                offsets[number] = int(fields[0])
    except (IndexError, ValueError) as error:
        raise ConversionError(f"the pages could not be joined to one PDF: {error}") from error
    ends = dict(zip(sorted(offsets.values()), [*sorted(offsets.values())[1:], place], strict=True))
    found = {}
    for number, offset in offsets.items():
        body = file[offset : ends[offset]]
        found[number] = body[body.index(b"obj") + 3 : body.rindex(b"endobj")].strip()
    return found


def _pages_of(file: bytes, objects: dict[int, bytes]) -> list[int]:
    """The numbers of the page objects."""
    root = _ROOT.search(file, file.rfind(b"trailer"))
    tree = _PAGES.search(objects[int(root[1])]) if root else None
    kids = _KIDS.search(objects[int(tree[1])]) if tree else None
    if kids is None:
        raise ConversionError("the pages could not be joined to one PDF: it lists no pages")
    return [int(number) for number in _REFERENCE.findall(kids[1])]


def _renumbered(content: bytes, numbers: dict[int, int]) -> bytes:
    """An object with its references renumbered; a stream's bytes stay as they are."""
    head, keyword, stream = content.partition(b"stream")
    moved = _REFERENCE.sub(lambda match: b"%d 0 R" % numbers[int(match[1])], head)
    return moved + keyword + stream


def _written(objects: Sequence[bytes]) -> bytes:
    """A whole file."""
    parts = [b"%PDF-1.7\n%\xc3\xa4\xc3\xbc\n"]
    offsets, place = [], len(parts[0])
    for number, content in enumerate(objects, 1):
        offsets.append(place)
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, content))
        place += len(parts[-1])
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table))
    parts.append(b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, place))
    return b"".join(parts)
