"""Saving a drawing: the suffix decides, files are whole or absent, errors say what would help."""

import base64
import html
import json
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import autograd_cnn as ag
import viz
from viz.canvas import drawing as drawing_module
from viz.canvas.drawing import Drawing, write_whole
from viz.canvas.scene import Circle, Scene
from viz.canvas.svg import to_svg
from viz.errors import DrawingError, UndrawableError, UnknownFormatError, WriteError

SCENE = Scene(40, 20, "Small", "A dot", (Circle(10, 10, 5, "forward"),))


def small(dot: str | None = None) -> Drawing:
    data = {"dX": np.array([[0.5, np.nan], [np.inf, -np.inf]]), "n": np.int64(3), "cells": ((1, 2),)}
    return Drawing(SCENE, "a dot\n", data, dot=dot)


@pytest.mark.parametrize(
    ("suffix", "start"),
    [
        ("svg", b"<svg "),
        ("png", b"\x89PNG"),
        ("pdf", b"%PDF"),
        ("json", b"{"),
        ("txt", b"a dot"),
        ("html", b"<!doctype html>"),
        ("SVG", b"<svg "),
    ],
)
def test_the_suffix_decides(tmp_path: Path, suffix: str, start: bytes) -> None:
    path = tmp_path / f"picture.{suffix}"
    assert small().save(path) == path
    assert path.read_bytes().startswith(start)
    assert os.listdir(tmp_path) == [path.name]


def test_dot_only_where_the_drawing_is_a_graph(tmp_path: Path) -> None:
    small("digraph {}").save(tmp_path / "g.dot")
    assert (tmp_path / "g.dot").read_text() == "digraph {}"
    with pytest.raises(
        UnknownFormatError, match=r"no format is called \.dot; this drawing can be written as \.svg"
    ):
        small().save(tmp_path / "h.dot")


@pytest.mark.parametrize(("name", "words"), [("x.gif", r"\.gif"), ("x", "no suffix")])
def test_unknown_suffixes_list_the_known(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(UnknownFormatError, match=words):
        small().save(tmp_path / name)
    assert not os.listdir(tmp_path)


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="No such file"):
        small().save(tmp_path / "nowhere" / "x.svg")


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="can't write"):
        small().save(tmp_path / ("x" * 300 + ".svg"))
    with pytest.raises(WriteError, match="null"):
        small().save(f"{tmp_path}/a\0b.svg")
    assert not os.listdir(tmp_path)


def test_a_folder_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "x.svg").mkdir()
    with pytest.raises(WriteError, match="can't write"):
        small().save(tmp_path / "x.svg")
    assert os.listdir(tmp_path) == ["x.svg"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    path = tmp_path / "x.svg"
    path.write_text("old")

    def fail(source: object, target: object) -> None:
        raise error

    monkeypatch.setattr(drawing_module.os, "replace", fail)
    with pytest.raises((WriteError, KeyboardInterrupt)):
        small().save(path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["x.svg"]


def test_files_get_ordinary_permissions(tmp_path: Path) -> None:
    write_whole(tmp_path / "ours", b"x")
    (tmp_path / "plain").write_bytes(b"x")
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("ours", "plain")}
    assert len(modes) == 1


def test_json_has_no_bare_nan() -> None:
    content = json.loads(small().json(), parse_constant=pytest.fail)
    assert content["data"]["dX"] == [[0.5, "nan"], ["inf", "-inf"]]
    assert content["data"]["n"] == 3
    assert content["scene"]["items"] == [{"kind": "circle", "x": 10, "y": 10, "radius": 5, "fill": "forward"}]


def test_notebooks_get_svg_and_text() -> None:
    bundle = small()._repr_mimebundle_()
    assert bundle["image/svg+xml"] == small()._repr_svg_() == small().svg()
    # notebooks that are not trusted drop SVG: there the same drawing is an image in HTML
    held = re.fullmatch(
        r'<img src="data:image/svg\+xml;base64,(.*)" style=".*" alt="(.*)">', bundle["text/html"]
    )
    assert held is not None
    assert base64.b64decode(held[1]).decode() == small().svg()
    assert held[2] == html.escape(small().scene.title)
    assert bundle["text/plain"] == str(small()) == "a dot\n"


def test_repr_says_what_can_be_written() -> None:
    assert repr(small("digraph {}")) == '<Drawing "Small", 40 x 20; .save("x.svg|png|pdf|dot|html|json|txt")>'


def test_theme_of_the_drawing_and_of_one_file(tmp_path: Path) -> None:
    dark = Drawing(SCENE, "", theme="dark")
    assert dark.svg() == small().svg("dark") != small().svg()
    with pytest.raises(UndrawableError, match="sepia"):
        dark.save(tmp_path / "x.svg", theme="sepia")
    assert issubclass(UndrawableError, DrawingError)


def test_html_holds_each_page_and_the_words_and_runs_nothing() -> None:
    other = Scene(30, 20, "Small", "Another", ())
    hostile = Drawing(SCENE, "</pre><script>alert(1)</script>\n", theme="auto", pages=(SCENE, other))
    text = hostile.html()
    images = [base64.b64decode(found).decode() for found in re.findall(r"svg\+xml;base64,([^\"]+)", text)]
    assert images == [to_svg(SCENE, "auto"), to_svg(other, "auto")]
    assert 'alt="Small, page 2 of 2"' in text
    assert "&lt;/pre&gt;&lt;script&gt;alert(1)" in text
    assert "<script" not in text
    assert "default-src 'none'" in text
    assert "prefers-color-scheme: dark" in text
    assert "prefers-color-scheme: dark" not in small().html()


@pytest.mark.parametrize(
    "call",
    [
        lambda theme: viz.curves({"loss": [1.0, 0.5]}, theme=theme),
        lambda theme: viz.maps({"X": np.ones((2, 2))}, theme=theme),
        lambda theme: viz.draw(ag.tensor([1.0], requires_grad=True) * 2.0, theme=theme),
        lambda theme: viz.routing(ag.relu(ag.tensor(np.ones((1, 1, 2, 2)), requires_grad=True)), theme=theme),
        lambda theme: viz.explore(ag.tensor([1.0], requires_grad=True) * 2.0, theme=theme),
        lambda theme: Drawing(SCENE, "", theme=theme),
    ],
)
def test_a_misspelt_theme_is_refused_at_once(call: Callable[[str], object]) -> None:
    call("dark")
    with pytest.raises(UndrawableError, match="no theme is called 'drak'; there are 'light', 'dark', 'auto'"):
        call("drak")
