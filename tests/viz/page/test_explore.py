"""What can be said of a page without a browser: data, safety, errors, files."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
import stat
import sys
from pathlib import Path

import numpy as np
import pytest

import autograd_cnn as ag
import viz

from .subjects import NASTY, SUBJECTS, lecture_loss, lenet_loss, nasty_loss

MOST_BYTES = 300_000


def data_of(page: viz.Page) -> dict:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page.html, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


@pytest.mark.parametrize("name", SUBJECTS)
def test_everything_gives_one_whole_page(name):
    page = viz.explore(SUBJECTS[name]())
    assert page.html.startswith("<!doctype html>")
    assert page.html.endswith("</html>\n")
    assert page.html.count("<script") == 2 == page.html.count("</script>")
    assert not re.search(r"https?://(?!www\.w3\.org/)", page.html)
    data_of(page)


@pytest.mark.parametrize("name", ["lecture", "lenet", "nasty"])
def test_the_policy_allows_what_is_in_the_page_and_no_more(name):
    text = viz.explore(SUBJECTS[name]()).html
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    for kind, tag in (("script", "<script>(.*?)</script>"), ("style", "<style>(.*?)</style>")):
        contents = re.findall(tag, text, re.DOTALL)
        assert len(contents) == 1
        digest = base64.b64encode(hashlib.sha256(contents[0].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy[1]
    assert "default-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]
    body = text[text.index("<body>") : text.index('<script type="application/json"')]
    assert not re.search(r"\sstyle\s*=", body)
    assert not re.search(r"\son\w+\s*=", body.replace("onerror=alert(2)", ""))


def test_names_cannot_leave_their_place():
    text = viz.explore(nasty_loss()).html
    assert "<script>alert" not in text
    assert "<img src" not in text
    names = [node["name"] for node in data_of(viz.explore(nasty_loss()))["nodes"].values()]
    assert any(name and name.startswith(NASTY[:20]) for name in names)
    assert max(len(name) for name in names if name) <= 200


def test_the_page_is_small():
    page = viz.explore(lenet_loss())
    whole = len(page.html.encode())
    data = len(json.dumps(data_of(page), separators=(",", ":")))
    drawing = len(re.search(r"<svg .*?</svg>", page.html, re.DOTALL)[0])
    assert whole - data - drawing < MOST_BYTES


def test_being_explored_is_no_training():
    norm = ag.nn.BatchNorm2d(2)
    viz.explore(norm, None, np.random.default_rng(0).normal(3, 2, (2, 2, 3, 3)))
    assert norm.running_mean.numpy().tolist() == [0.0, 0.0]
    assert norm.running_variance.numpy().tolist() == [1.0, 1.0]


def test_an_example_that_wants_no_gradient_is_shown_too():
    net = ag.nn.Sequential(
        ag.nn.MaxPool2d(2), ag.nn.Flatten(), ag.nn.Dense(4, 2, rng=np.random.default_rng(0))
    )
    example = np.arange(16.0).reshape(1, 1, 4, 4)
    data = data_of(viz.explore(net, None, example))
    (shown,) = (node for node in data["nodes"].values() if node["kind"] == "input")
    assert shown["value"]["plane"] == example[0, 0].tolist()
    (pool,) = data["pools"].values()
    assert pool["planes"][0]["x"] == example[0, 0].tolist()


def test_planes_of_pools_are_exact():
    data = data_of(viz.explore(lecture_loss()))
    (pool,) = data["pools"].values()
    assert pool["planes"][0]["dy"] == [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]
    assert data["levels"][data["level"]]["rows"][data["start"]]["pool"] in data["pools"]


def test_values_and_gradients_are_the_recorded_ones():
    x = ag.tensor(np.array([[1.0, -2.0], [3.0, 0.5]], np.float32), requires_grad=True, name="x")
    data = data_of(viz.explore((x * x).sum()))
    leaf = next(node for node in data["nodes"].values() if node["kind"] == "parameter")
    assert leaf["value"]["plane"] == [[1.0, -2.0], [3.0, 0.5]]
    assert leaf["gradient"]["plane"] == [[2.0, -4.0], [6.0, 1.0]]
    assert leaf["gradient"]["figures"]["mean"] == 1.25


def test_modules_fold_and_unfold():
    data = data_of(viz.explore(SUBJECTS["residual"]()))
    sizes = [len(level["rows"]) for level in data["levels"]]
    assert sizes == sorted(set(sizes))
    assert len(sizes) > 1
    folded = data_of(viz.explore(SUBJECTS["residual"](), depth=1))
    assert len(folded["levels"][folded["level"]]["rows"]) < sizes[-1]


def test_a_value_assigned_later_is_not_taken_for_the_recorded_one():
    x = ag.tensor([1.0, 2.0], requires_grad=True, name="x")
    loss = (x + 1.0).sum()
    x.assign_(np.array([10.0, 20.0], np.float32))
    nodes = data_of(viz.explore(loss))["nodes"].values()
    added = next(node for node in nodes if node["op"] == "add")
    assert added["value"] is None


def test_a_large_plane_keeps_a_part_made_of_whole_windows():
    data = data_of(viz.explore(SUBJECTS["large"]()))
    plane = next(iter(data["pools"].values()))["planes"][0]
    assert len(plane["x"]) <= 64
    assert plane["grid"] == [len(plane["dy"]), len(plane["dy"][0])]
    assert plane["whole"] == [150, 150]
    # Cut inside: the part has no padding before it.
    assert plane["before"] == [0 if plane["top"] else 1, 0 if plane["left"] else 1]


def test_functions_graphs_and_gradient_graphs_can_be_explored():
    x = np.arange(16, dtype=np.float32).reshape(1, 1, 4, 4)
    page = viz.explore(lambda image: ag.max_pool2d(image, 2).sum(), None, x)
    assert data_of(page)["has_backward"]
    loss = lecture_loss()
    assert data_of(viz.explore(ag.gradient_graph(loss)))["pools"]
    assert not data_of(viz.explore(ag.Graph.of(loss)))["has_backward"]
    pair = ag.tensor([1.0, 2.0], requires_grad=True)
    rows = data_of(viz.explore([pair * 2.0, pair + 1.0]))["levels"][0]["rows"]
    assert [row["kind"] for row in rows].count("output") == 2


def test_a_freed_graph_is_refused_in_the_engines_words():
    x = ag.tensor([1.0, 2.0], requires_grad=True)
    loss = (x * x).sum()
    loss.backward()
    with pytest.raises(ag.FreedGraphError):
        viz.explore(loss)


@pytest.mark.parametrize(("what", "says"), [("text", "str"), (3, "int"), ([], "list"), (None, "NoneType")])
def test_what_cannot_be_explored_is_named(what, says):
    with pytest.raises(viz.UndrawableError, match=says):
        viz.explore(what)


def test_a_graph_too_large_for_a_page_is_refused():
    y = ag.tensor(1.0, requires_grad=True)
    for _ in range(20_001):
        y = y + 1.0
    with pytest.raises(viz.UndrawableError, match="at most 20,000 operations, and this graph has 20,001"):
        viz.explore(y)


def test_unknown_theme():
    with pytest.raises(viz.UndrawableError, match="no theme is called 'blue'"):
        viz.explore(lecture_loss(), theme="blue")


def test_only_html_is_written(tmp_path):
    with pytest.raises(viz.UnknownFormatError, match=r"'page\.png': a page is written as \.html"):
        viz.explore(lecture_loss(), tmp_path / "page.png")
    assert list(tmp_path.iterdir()) == []


def test_writing_is_whole_or_not_at_all(tmp_path, monkeypatch):
    page = viz.explore(lecture_loss(), tmp_path / "page.html")
    assert page.path == tmp_path / "page.html"
    assert page.path.read_text(encoding="utf-8") == page.html
    if sys.platform != "win32":
        assert stat.S_IMODE(page.path.stat().st_mode) & 0o400
    with pytest.raises(viz.WriteError, match="No such file"):
        page.save(tmp_path / "nowhere" / "page.html")
    with pytest.raises(viz.WriteError):
        page.save(tmp_path / ("n" * 300 + ".html"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(viz.WriteError, match="No space left"):
        page.save(tmp_path / "other.html")
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_the_frame_for_notebooks_holds_the_page_and_is_fenced():
    page = viz.explore(lecture_loss())
    frame = page._repr_html_()
    held = re.search(r'srcdoc="([^"]*)"', frame)
    assert held is not None
    assert html.unescape(held[1]) == page.html
    assert 'sandbox="allow-scripts"' in frame
    assert "allow-same-origin" not in frame
    assert repr(page).startswith('<Page "Forward and backward", ')


def test_where_frames_are_dropped_the_ladder_is_left():
    page = viz.explore(lecture_loss())
    bundle = page._repr_mimebundle_()
    assert bundle["text/html"] == page._repr_html_()
    assert bundle["text/plain"] == page.text
    assert bundle["image/svg+xml"].startswith("<svg")
    held = re.search(
        r'^<div .*<img src=.*base64,([^"]+)" .* alt="Forward and backward"><iframe', bundle["text/html"]
    )
    assert held is not None
    assert base64.b64decode(held[1]).decode() == page.ladder


def test_every_asset_is_in_the_page():
    folder = Path(viz.__file__).parent / "page" / "assets"
    text = viz.explore(lecture_loss()).html
    for path in [*folder.glob("*.js"), *folder.glob("*.css")]:
        assert path.read_text(encoding="utf-8") in text, f"{path.name} is not in document.py's lists"


def test_an_example_in_the_paths_place_is_named():
    with pytest.raises(viz.UndrawableError, match=r"second argument of explore is the path.* is a ndarray"):
        viz.explore(ag.nn.ReLU(), np.ones(3))
    with pytest.raises(viz.UndrawableError, match=r"ReLU is a module.*viz\.explore\(module, None, x\)"):
        viz.explore(ag.nn.ReLU())
    with pytest.raises(viz.WriteError, match="there is no folder"):
        viz.explore(lecture_loss(), "/nowhere at all/page.html")
