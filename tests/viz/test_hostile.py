"""Names, values and disks that wish us ill: a correct picture or a clear error, never broken markup."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag
import viz
from viz.canvas.scene import Box, Scene, Text, text_box, walk

from .looking import overlapping_texts, wrong

NAMES = {
    "script": "</script><script>alert(1)</script>",
    "closing": "</svg></style></pre>]]><!-- -->",
    "quotes": '"\'`\\"&amp;&lt;',
    "newlines": "two\nlines\r\n\tand\u2028\u2029more",
    "controls": "\x00\x01\x1b[31m\x7f\x9f\ufffe",
    "lonely surrogate": "half \ud83d of a face",
    "emoji": "\U0001f469\u200d\U0001f52c \U0001f600\ufe0f",
    "right to left": "\u202eevil\u202c \u05e9\u05dc\u05d5\u05dd",
    "markup of graphs": "{<f0> a|b} \\N \\l \\G ; -> n1 [label=x]",
    "long": "W" * 10_000,
    "wide": "\u540d\u524d" * 5_000,
    "empty": "",
    "spaces": "   ",
}
VALUES = [0.0, -0.0, 1.0, np.nan, np.inf, -np.inf, 1e-45, 3e38, -3e38]


def tensor(name: str | None, *shape: int, seed: int = 0) -> ag.Tensor:
    values = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    return ag.tensor(values, requires_grad=True, name=name)


def module(name: str) -> ag.nn.Module:
    class Net(ag.nn.Module):
        def __init__(self) -> None:
            self.layer = ag.nn.Conv2d(1, 2, 3, rng=np.random.default_rng(0))

        def forward(self, x: Any) -> ag.Tensor:
            return ag.max_pool2d(ag.relu(self.layer(x)), 2)

    Net.__name__ = Net.__qualname__ = name.encode(errors="ignore").decode().replace("\x00", "") or "Net"
    return Net()


def pooled(name: str | None) -> ag.Tensor:
    y = ag.max_pool2d(tensor(name, 1, 1, 5, 5), 3, stride=1)
    y.name = name
    return y


DRAWN: dict[str, Callable[[str], Any]] = {
    "ladder": lambda name: viz.draw((pooled(name) * tensor(name, 1, 1, 3, 3)).sum()),
    "ladder of a module": lambda name: viz.draw(module(name), (1, 1, 8, 8)),
    "forward": lambda name: viz.draw(pooled(name).sum(), view="forward"),
    "backward": lambda name: viz.draw(pooled(name).sum(), view="backward"),
    "pooling": lambda name: viz.routing(pooled(name)),
    "gate": lambda name: viz.routing(ag.relu(tensor(name, 1, 1, 3, 4))),
    "convolution": lambda name: viz.routing(ag.conv2d(tensor(name, 1, 1, 5, 5), tensor(name, 2, 1, 3, 3))),
    "dense": lambda name: viz.routing(ag.dense(tensor(name, 2, 3), tensor(name, 4, 3))),
    "chart": lambda name: viz.gradient_chart(ag.gradient_report((tensor(name, 3) * tensor(name, 3)).sum())),
}
GRAPHS = ("ladder", "ladder of a module", "forward", "backward")


class Tags(HTMLParser):
    """The tags and event attributes of a document, as a browser would find them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [tag, *(name for name, _ in attrs if name.startswith("on"))]


def off_card(scene: Scene) -> list[str]:
    card = Box(0, 0, scene.width, scene.height)
    texts = [item for item in walk(scene.items) if isinstance(item, Text)]
    return [item.plain for item in texts if not card.contains(text_box(item))]


def tags(svg: str) -> set[str]:
    return {element.tag for element in ET.fromstring(svg).iter()}


def check_files(drawing: viz.Drawing, folder: Path) -> None:
    """Each file is whole: markup that can be read, with no script in it."""
    for suffix in sorted(set(drawing.formats) - {"png", "pdf"}):
        text = drawing.save(folder / f"drawing.{suffix}").read_text(encoding="utf-8")
        if suffix == "html":
            assert not [tag for tag in Tags(text).found if tag == "script" or tag.startswith("on")]
        if suffix == "svg":
            assert not [tag for tag in tags(text) if tag.endswith(("script", "foreignObject"))]
        if suffix == "json":
            json.loads(text, parse_constant=pytest.fail)
        if suffix == "dot":
            pygraphviz = pytest.importorskip("pygraphviz")
            assert pygraphviz.AGraph(string=text).number_of_nodes() > 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", DRAWN)
def test_names_stay_words(kind: str, name: str, tmp_path: Path) -> None:
    drawing = DRAWN[kind](NAMES[name])
    assert overlapping_texts(drawing.scene) == off_card(drawing.scene) == []
    if kind in GRAPHS:
        assert wrong(drawing.scene) == []
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", drawing.text)
    check_files(drawing, tmp_path)


@pytest.mark.parametrize("kind", ["values", "cotangents", "both"])
@pytest.mark.parametrize("step", ["max", "average", "sum", "unpool", "gate", "convolution", "dense"])
def test_numbers_of_all_sorts_are_drawn(step: str, kind: str, tmp_path: Path) -> None:
    odd = np.resize(np.array(VALUES, np.float32), (1, 1, 4, 5))
    plain = np.arange(20, dtype=np.float32).reshape(1, 1, 4, 5)
    x = ag.tensor(plain if kind == "cotangents" else odd, requires_grad=True)
    with np.errstate(all="ignore"):
        steps = {
            "max": lambda: ag.max_pool2d(x, 2, stride=1),
            "average": lambda: ag.avg_pool2d(x, 2, stride=1),
            "sum": lambda: ag.sum_pool2d(x, 2, stride=1),
            "unpool": lambda: ag.max_unpool2d(x, np.arange(20).reshape(1, 1, 4, 5) * 2, 2),
            "gate": lambda: ag.relu(x),
            "convolution": lambda: ag.conv2d(x, np.resize(np.array(VALUES, np.float32), (1, 1, 2, 2))),
            "dense": lambda: ag.dense(ag.reshape(x, (4, 5)), np.ones((3, 5), np.float32)),
        }
        y = steps[step]()
        cotangent = np.ones(y.shape) if kind == "values" else np.resize(VALUES[::-1], y.shape)
        drawing = viz.routing(y, cotangent=cotangent)
    assert off_card(drawing.scene) == []
    check_files(drawing, tmp_path)


@pytest.mark.parametrize(
    "make",
    [
        lambda: tensor("alone"),
        lambda: ag.tensor(2.0, name="a constant"),
        lambda: tensor("x", 3).sum(),
        lambda: tensor("x", 0, 3).sum(),
        lambda: ag.relu(tensor("x", 2, 0, 3)),
        lambda: tensor("x", 1, 1, 1, 1, 1, 1) * 2.0,
    ],
)
@pytest.mark.parametrize("view", ["ladder", "forward", "backward"])
def test_graphs_of_hardly_anything(make: Callable[[], ag.Tensor], view: str, tmp_path: Path) -> None:
    made = make()
    if view == "backward" and not made.requires_grad:
        with pytest.raises(viz.UndrawableError, match="gradient"):
            viz.draw(made, view=view)
        return
    drawing = viz.draw(made, view=view)
    assert wrong(drawing.scene) == []
    check_files(drawing, tmp_path)


@pytest.mark.parametrize(
    ("step", "operands"),
    [
        (ag.relu, [(1, 1, 0, 3)]),
        (lambda x: ag.max_pool2d(x, 2), [(0, 1, 4, 4)]),
        (ag.conv2d, [(0, 1, 4, 4), (1, 1, 2, 2)]),
        (ag.dense, [(0, 4), (2, 4)]),
    ],
)
def test_nothing_to_magnify_is_said(step: Callable[..., ag.Tensor], operands: list[tuple[int, ...]]) -> None:
    y = step(*(kept := [tensor("x", *shape) for shape in operands]))
    with pytest.raises(viz.UndrawableError, match="which holds nothing to draw"):
        viz.routing(y)
    assert kept


def test_a_disk_that_fills_up_leaves_whole_files_only(tmp_path: Path) -> None:
    """A limit on the size of files makes the system refuse in the middle of writing, as a full disk does."""
    resource = pytest.importorskip("resource")
    kept = tmp_path / "kept.svg"
    kept.write_text("what was there", encoding="utf-8")
    y = pooled("x")
    drawing, film, page = viz.routing(y), viz.animate(y), viz.explore(y.sum())
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, before[1]))
    try:
        for write, name in (
            (drawing.save, "kept.svg"),
            (drawing.save, "drawing.json"),
            (drawing.save, "drawing.html"),
            (film.save, "film.svg"),
            (page.save, "page.html"),
        ):
            with pytest.raises(viz.WriteError, match="File too large"):
                write(tmp_path / name)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.svg"]
    assert kept.read_text(encoding="utf-8") == "what was there"
