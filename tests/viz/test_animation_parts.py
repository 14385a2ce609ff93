"""The parts of a film: layers that glide, places that hold their last change, times of frames."""

import sys
from pathlib import Path

import numpy as np
import pytest

import autograd_cnn as ag
import viz
from viz.animation.film import Change, Film, Layer, Step, Stop, held, shifted
from viz.animation.gif import to_gif
from viz.animation.svg import animated_svg
from viz.canvas.scene import Circle, Group, Line, Polygon, Rect, Text, walk

CUBE = np.random.default_rng(3).normal(size=(1, 1, 4, 5, 5)).round(1)


def test_a_layer_glides_between_its_stops() -> None:
    layer = Layer((Rect(0, 0, 5, 5),), 1.0, 4.0, (Stop(1.0, 10, 20), Stop(2.0), Stop(3.0, 6, 0)))
    assert [layer.shown(time) for time in (0.9, 1.0, 3.9, 4.0)] == [False, True, True, False]
    assert layer.offset(0.0) == layer.offset(1.0) == (10, 20)
    assert layer.offset(1.5) == (5, 10)
    assert layer.offset(2.0) == (0, 0)
    assert layer.offset(9.0) == (6, 0)
    assert list(layer.glides()) == [(1.0, 2.0), (2.0, 3.0)]


def test_a_place_holds_its_last_change() -> None:
    one, two, other = Rect(0, 0, 1, 1), Rect(0, 0, 2, 2), Rect(9, 9, 1, 1)
    changes = [
        Change(1.0, "a", (two,)),
        Change(0.0, "a", (one,)),
        Change(0.0, "b", (other,)),
        Change(2.0, "a", ()),
    ]
    assert held(changes) == [Layer((one,), 0.0, 1.0), Layer((other,), 0.0), Layer((two,), 1.0, 2.0)]


@pytest.mark.parametrize("seed", range(20))
def test_at_any_time_a_place_shows_its_last_change_in_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    places = {"ground": 0, "cell": 100, "other": 200, "frame": 300}
    truth = {}
    for place, left in places.items():
        items = [*(Rect(left + n, 0, 9, 9, "value") for n in range(4)), *(Text(left, 0, c) for c in "abcd")]
        for time in range(6):
            truth[place, time] = [items[n] for n in rng.permutation(8)[: rng.integers(0, 6)]]
    changes = [
        Change(time, key, tuple(items), 2 if key == "frame" else 1) for (key, time), items in truth.items()
    ]
    layers = held(changes)
    for time in range(6):
        shown = [item for layer in layers if layer.shown(time) for item in layer.items]
        assert [item for item in shown if item.x >= 300] == shown[len(shown) - len(truth["frame", time]) :]
        for place, left in places.items():
            assert [item for item in shown if left <= item.x < left + 100] == truth[place, time]


def test_frames_are_close_while_something_moves() -> None:
    moving = Layer((Rect(0, 0, 5, 5),), 1.0, 2.0, (Stop(1.0), Stop(1.4, 10, 0)))
    film = Film(10, 10, "t", "d", (moving,), (Step("s", 0.0, 3.0),), 3.0)
    frames = film.frames(0.1)
    assert [time for time, _ in frames] == [0.0, 1.0, 1.1, 1.2, 1.3, 1.4, 2.0]
    assert [seconds for _, seconds in frames] == [1.0, 0.1, 0.1, 0.1, 0.1, 0.6, 1.0]
    assert film.scene(1.4).items == (Rect(10, 0, 5, 5),)


def test_all_shapes_can_be_moved() -> None:
    line = Line(((0, 0), (1, 1)))
    group = Group((line, Polygon(((0, 0), (1, 0), (0, 1))), Text(3, 4, "x")), id="g")
    moved = shifted(group, 10, 20)
    assert [type(item) for item in walk((moved,))] == [Group, Line, Polygon, Text]
    assert moved == Group(
        (Line(((10, 20), (11, 21))), Polygon(((10, 20), (11, 20), (10, 21))), Text(13, 24, "x")), id="g"
    )


def test_a_slice_follows_windows_of_its_layer_and_says_what_other_depths_do() -> None:
    film = viz.animate(ag.max_pool3d(ag.tensor(CUBE, requires_grad=True), 2, stride=1), slice=1)
    assert not any("@" in caption for caption in film.text)
    assert film.text[3] == "The losers didn't matter: the other 3 cells at depth 1 get 0."
    assert film.text[5].startswith(
        "16 windows of layer 1, 6 with the winner at another depth, and what other"
    )
    assert film.text[5].endswith("at depth 1, 7 cells receive, 18 stay 0.")


@pytest.mark.parametrize("package", ["PIL.Image", "vl_convert"])
def test_missing_packages_are_named(tmp_path: Path, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told = viz.animate(ag.max_pool2d(ag.tensor(CUBE[:, 0], requires_grad=True), 2))
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(viz.MissingConverterError, match=r'pip install "autograd-cnn\[draw\]"'):
        told.save(tmp_path / "pool.gif")
    assert not list(tmp_path.iterdir())
    assert told.svg()


def test_pictures_that_pillow_refuses() -> None:
    pytest.importorskip("PIL.Image")
    with pytest.raises(viz.ConversionError, match="the GIF could not be made"):
        to_gif([b"no picture"], [1.0], "#FFFFFF")


def test_what_stays_is_one_item_and_new_words_fade_in() -> None:
    ground, cell, old, new = Rect(0, 0, 9, 9), Rect(0, 0, 5, 5), Text(1, 4, "0"), Text(1, 4, "0.4")
    layers = held(
        [
            Change(0.0, "X", (ground,)),
            Change(0.0, "value", (cell, old)),
            Change(2.0, "X", (ground, Circle(4, 4, 2))),
            Change(2.0, "value", (cell, new)),
        ]
    )
    spans = {(item, layer.start, layer.end, layer.soft) for layer in layers for item in layer.items}
    assert spans == {
        (ground, 0.0, None, False),
        (cell, 0.0, None, False),
        (old, 0.0, 2.0, False),
        (Circle(4, 4, 2), 2.0, None, False),
        (new, 2.0, None, True),
    }
    text = animated_svg(Film(9, 9, "t", "d", tuple(layers), (), 10.0), "light", loop=False)
    assert "20%{opacity:0}22.5%{opacity:1}100%{opacity:1}" in text
