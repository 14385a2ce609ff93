"""The film of pooling's routing: its numbers, captions, frames and files; nothing on top of another."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import autograd_cnn as ag
import viz
from autograd_cnn.errors import GraphError
from viz.animation.animation import GLIDE_STEP
from viz.canvas.scene import Rect, Scene, Text, text_boxes
from viz.canvas.svg import to_svg

from .looking import overlapping_texts, texts_outside

LECTURE = [[0, 1, 0, 4, 5], [2, 3, 2, 1, 3], [4, 4, 0, 4, 3], [2, 5, 2, 6, 4], [1, 0, 0, 5, 7]]
SMALL = [[6, 6, 6, 6], [4, 5, 5, 4], [2, 4, 4, 2], [2, 4, 4, 2]]
TENTHS = (np.arange(1, 10) / 10).reshape(1, 1, 3, 3)
QUARTERS = [[[[0.1, 0.2], [0.3, 0.4]]]]
SVG = "{http://www.w3.org/2000/svg}"


def tensor(values: object) -> ag.Tensor:
    array = np.asarray(values, dtype=np.float32)
    return ag.tensor(array.reshape((1,) * (4 - array.ndim) + array.shape), requires_grad=True)


def row(*values: float) -> ag.Tensor:
    return ag.tensor(np.array([[values]], np.float32), requires_grad=True)


def numbers(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(1, 1, *shape)).round(1)


def box() -> ag.Tensor:
    """A map with three axes."""
    return ag.tensor(numbers(3, 4, 5, 5), requires_grad=True)


def shuffled(size: int) -> np.ndarray:
    """A map of different numbers."""
    return np.random.default_rng(7).permutation(size * size).reshape(1, 1, size, size)


def lecture(ties: str = "first", **more: object) -> viz.Animation:
    return viz.animate(ag.max_pool2d(tensor(LECTURE), 3, stride=1, ties=ties), cotangent=TENTHS, **more)


def max_pool(x: np.ndarray, window: int, **more: object) -> viz.Animation:
    pooled = ag.max_pool2d(tensor(x), window, **more)
    return viz.animate(pooled, cotangent=numbers(5, *pooled.shape[2:]))


def not_finite() -> viz.Animation:
    x = np.where(np.array(LECTURE) == 3, np.nan, LECTURE)
    pooled = ag.max_pool2d(tensor(x), 3, stride=1)
    return viz.animate(pooled, cotangent=np.where(TENTHS == 0.3, -np.inf, TENTHS))


FILMS: dict[str, Callable[[], viz.Animation]] = {
    "lecture": lecture,
    "last": lambda: lecture("last"),
    "split": lambda: lecture("split", spotlight="a"),
    "ties": lambda: viz.animate(ag.max_pool2d(tensor(SMALL), 2), cotangent=QUARTERS),
    "padding": lambda: max_pool(numbers(2, 6, 6), 3, stride=2, padding=1),
    "dilation": lambda: max_pool(numbers(6, 7, 7), 2, stride=1, dilation=2),
    "left over": lambda: max_pool(numbers(4, 7, 7), 2),
    "twelve": lambda: max_pool(shuffled(12), 3, stride=1),
    "coordinates": lambda: max_pool(numbers(4, 12, 12), 2),
    "crop": lambda: max_pool(numbers(4, 28, 28), 2),
    "global": lambda: max_pool(numbers(4, 28, 28), 28),
    "tall": lambda: max_pool(numbers(6, 12, 3), 2),
    "one cell": lambda: viz.animate(ag.max_pool2d(tensor([[1.0]]), 1)),
    "all zero": lambda: viz.animate(ag.max_pool2d(ag.relu(tensor(-np.ones((4, 4)))), 2)),
    "not finite": not_finite,
    "no gradient": lambda: viz.animate(ag.max_pool2d(tensor(SMALL), 2), cotangent=np.zeros((1, 1, 2, 2))),
    "one axis": lambda: viz.animate(ag.max_pool1d(row(0, 1, 2, 3, 4, 0, 1, 2), 3, stride=1)),
    "average": lambda: viz.animate(ag.avg_pool2d(tensor(SMALL), 2), cotangent=QUARTERS),
    "average, padding": lambda: viz.animate(ag.avg_pool2d(tensor(LECTURE), 3, stride=2, padding=1)),
    "average, one axis": lambda: viz.animate(ag.avg_pool1d(row(0, 1, 2, 3), 2)),
    "sum": lambda: viz.animate(ag.sum_pool2d(tensor(LECTURE), 3, stride=1), cotangent=TENTHS),
    "weighted": lambda: viz.animate(ag.weighted_pool2d(tensor(LECTURE), 3, stride=1), cotangent=TENTHS),
    "slice": lambda: viz.animate(ag.max_pool3d(box(), 2, stride=1)),
    "slice of averages": lambda: viz.animate(ag.avg_pool3d(box(), 2, stride=1), slice=2),
    "norm": lambda: viz.animate(ag.lp_pool2d(tensor(LECTURE), 3, 2, stride=1), cotangent=TENTHS),
}


@pytest.fixture(scope="module", params=FILMS, ids=str)
def film(request: pytest.FixtureRequest) -> viz.Animation:
    return FILMS[request.param]()


@pytest.fixture(scope="module")
def told() -> viz.Animation:
    return lecture()


def words_of(scene: Scene) -> list[str]:
    return [text.plain for text, _ in text_boxes(scene.items)]


def in_panel(scene: Scene, left: float, right: float, top: float, bottom: float) -> list[str]:
    boxes = text_boxes(scene.items)
    return [
        text.plain
        for text, box in boxes
        if left <= box.left and box.right <= right and top <= box.top and box.bottom <= bottom
    ]


# ---- what it tells


def test_captions_of_the_lecture(told: viz.Animation) -> None:
    assert told.text == [
        "Max keeps one number of each window: of window d the largest, 5 …",
        "… and remembers where it was: tap 7 of window d, the switch.",
        "Backward, 0.4 arrives for window d: its gradient goes back there.",
        "The losers didn't matter: the other 8 cells get 0.",
        "Window g won the same cell: two wins add, 0.4 + 0.7 = 1.1.",
        "All 9 windows do the same: 4.5 sent, 4.5 arrived; 6 cells receive, 19 stay 0.",
    ]


@pytest.mark.parametrize(
    ("name", "step", "caption"),
    [
        ("split", 1, "… and remembers where it was: equal at taps 6 and 7 of window a."),
        ("split", 2, "Backward, 0.1 arrives for window a: its 2 equal winners share it, 0.05 each."),
        ("split", 4, "Window b won the same cell: two wins add, 0.05 + 0.07 = 0.12."),
        ("ties", 3, 'The losers didn\'t matter, not even the equal 6 (ties="first"): they get 0.'),
        ("ties", 4, "Window b has another winner: 0.2 goes there."),
        ("one cell", 3, "It was the only cell: nobody lost."),
        ("one cell", 4, "One window is all there is: 1 sent, 1 arrived; 1 cell receives, 0 stay 0."),
        ("average", 0, "Average pooling counts each of 4 cells a quarter: window a becomes 5.25 …"),
        ("average", 1, "… and needs to remember nothing: the shares follow from the window's place alone."),
        ("average", 3, "Each cell was counted a quarter, so each gets a quarter of the gradient: 0.025."),
        ("average", 4, "Window b has cells of its own: 0.05 goes to each."),
        ("average, padding", 0, "Average pooling counts each of 4 cells a ninth: window a becomes 0.7 …"),
        ("average, padding", 4, "Window b counted the same cell too: two shares add, 0.11 + 0.11 = 0.22."),
        ("average, one axis", 3, "Each cell was counted half, so each gets half of the gradient: 0.5."),
        ("norm", 0, "The p-norm counts large cells most: window h becomes 11 …"),
        ("weighted", 3, "Each cell gets its own share of the gradient: 0.07 to 0.17."),
        ("sum", 3, "Each cell was counted once, so each gets the whole gradient, 0.8."),
    ],
)
def test_other_captions(name: str, step: int, caption: str) -> None:
    assert FILMS[name]().text[step] == caption


def test_all_zero_windows_are_blocked_by_relu() -> None:
    assert FILMS["all zero"]().text[-1].endswith("ReLU will block what went to 4 all-zero windows.")


def test_a_cell_of_many_wins_says_that_more_come() -> None:
    x = [[0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 9, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]]
    film = viz.animate(ag.max_pool2d(tensor(x), 3, stride=1), cotangent=TENTHS)
    assert film.text[4] == "Window b won the same cell: two wins add, 0.1 + 0.2 = 0.3 (7 more to come)."


def test_the_spotlight_is_followed_first() -> None:
    assert "window h the largest, 6" in lecture(spotlight="h").text[0]
    assert "window h the largest, 6" in lecture(spotlight=(2, 1)).text[0]


def test_each_step_shows_its_numbers(told: viz.Animation) -> None:
    scenes = [still.scene for still in told.frames()]
    right = [in_panel(scene, 490, 944, 160, 430) for scene in scenes]  # dX, with its column and row numbers
    indices = sorted("0123401234")
    assert sorted(right[0]) == sorted(right[1]) == indices
    assert sorted(right[2]) == sorted([*indices, "0.4"])
    assert sorted(right[3]) == sorted([*indices, "0.4", *"00000000"])
    assert "0.4+0.7" in right[4]
    assert "=1.1" in right[4]
    gradient = told.data["dX"]
    assert isinstance(gradient, np.ndarray)
    printed = {word.lstrip("=") for word in right[5]}
    assert {f"{value:.1f}" for value in gradient.ravel() if value} <= printed


def test_the_gradient_travels_by_the_switch(told: viz.Animation) -> None:
    flights = [layer for layer in told.film.layers if layer.stops and len(layer.items) == 2]
    texts = [layer.items[1].plain for layer in flights if isinstance(layer.items[1], Text)]
    assert texts == ["5", "tap 7", "0.4", "0.4", "0.7", "0.7"]
    to_switch, to_cell = flights[2], flights[3]
    # The second leg starts where the first one ended.
    end = to_switch.stops[-1]
    first, second = to_switch.items[0], to_cell.items[0]
    assert isinstance(first, Rect)
    assert isinstance(second, Rect)
    assert (first.x + end.x, first.y + end.y) == pytest.approx((second.x, second.y))
    assert to_switch.end == to_cell.start


# ---- every kind of pool


def test_no_text_leaves_the_card_or_touches_another(film: viz.Animation) -> None:
    for still in film.frames():
        assert not texts_outside(still.scene)
        assert not overlapping_texts(still.scene)


def test_it_lasts_a_quarter_of_a_minute(film: viz.Animation) -> None:
    assert 10 <= film.seconds <= 17.5
    starts = [step.start for step in film.film.steps]
    assert starts == sorted(starts)
    assert all(b - a >= 1.2 for a, b in zip(starts, [*starts[1:], film.seconds], strict=True))


def test_the_picture_that_stays_is_the_svg_without_motion(film: viz.Animation) -> None:
    """What the attributes of the animated file show is the last frame, shape by shape."""
    root = ElementTree.fromstring(film.svg())
    for parent in list(root.iter()):
        for child in list(parent):
            if child.get("opacity") == "0" or child.tag == f"{SVG}style":
                parent.remove(child)
    still = ElementTree.fromstring(to_svg(film.film.last()))

    def shapes(element: ElementTree.Element) -> list[object]:
        skipped = (f"{SVG}g", f"{SVG}svg", f"{SVG}title", f"{SVG}desc")
        return [
            (found.tag, sorted(found.attrib.items()), found.text)
            for found in element.iter()
            if found.tag not in skipped
        ]

    assert shapes(root) == shapes(still)
    assert film.frames()[-1].scene == film.film.last() == film.film.scene(1e9)


def test_svg_is_safe_and_honours_the_wish_for_less_motion(film: viz.Animation) -> None:
    text = film.svg()
    assert "<script" not in text
    assert " style=" not in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    # Outside this rule nothing is told to move.
    assert text.count("animation-name") == text.count("@keyframes ")
    rules = re.sub(r"@keyframes [\w-]+\{(?:[\d.]+%\{[^}]*\})+\}", "", text)
    block = re.search(
        r"@media screen and \(prefers-reduced-motion:no-preference\)\{((?:[^{}]*\{[^{}]*\})*)\}", rules
    )
    assert block is not None
    assert "animation" not in rules.replace(block.group(0), "")


# ---- the animated SVG


def test_keyframes_name_layers_and_rise(told: viz.Animation) -> None:
    text = told.svg()
    ids = set(re.findall(r'<g id="(viz-[\w-]+)"', text))
    frames = dict(re.findall(r"@keyframes ([\w-]+)\{((?:[\d.]+%\{[^}]*\})+)\}", text))
    assert set(frames) == ids
    for content in frames.values():
        percents = [float(number) for number in re.findall(r"([\d.]+)%\{", content)]
        assert percents == sorted(set(percents))
        assert percents[0] == 0
        assert percents[-1] == 100


def test_svg_is_small_and_plays_once_or_for_ever(told: viz.Animation) -> None:
    assert len(told.svg().encode()) < 130_000
    assert len(FILMS["twelve"]().svg().encode()) < 330_000
    assert f"animation:{told.seconds:.2f}s linear 1 both" in told.svg()
    assert f"animation:{told.seconds:.2f}s linear infinite both" in lecture(loop=True).svg()


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_themes(told: viz.Animation, theme: str) -> None:
    text = told.svg(theme)
    ElementTree.fromstring(text)
    assert ("prefers-color-scheme:dark" in text) == (theme == "auto")
    assert lecture(theme=theme).svg() == text


def test_names_in_the_graph_are_escaped() -> None:
    x = tensor(LECTURE)
    pooled = ag.max_pool2d(x, 3, stride=1)
    loss = pooled.sum()
    loss.name = '</desc><script>alert("x")</script>'
    text = viz.animate(pooled, loss=loss).svg()
    root = ElementTree.fromstring(text)
    assert root.find(f".//{SVG}script") is None
    assert "<script" not in text
    assert "alert" in (root.findtext(f"{SVG}desc") or "")


# ---- files


def test_gif_frames_times_and_size(told: viz.Animation, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    pytest.importorskip("vl_convert")
    target = told.save(tmp_path / "pool.gif")
    assert target.stat().st_size < 3_000_000
    with image.open(target) as gif:
        assert gif.size == (960, round(told.film.height))
        assert gif.info["loop"] == 0
        durations = []
        for number in range(gif.n_frames):
            gif.seek(number)
            durations.append(gif.info["duration"])
        last = np.asarray(gif.convert("RGB"), np.int64)
    # Equal neighbours are joined, so there may be fewer pictures than times; the time stays the same.
    assert 40 < len(durations) <= len(told.film.frames(GLIDE_STEP))
    assert sum(durations) == pytest.approx(1000 * told.seconds, abs=10)
    assert durations[-1] > 2000
    still = image.open(io.BytesIO(told.frames()[-1].png(scale=1.0)))
    # Areas keep their colours; letters' edges get one of the palette.
    assert np.abs(last - np.asarray(still.convert("RGB"), np.int64)).mean() < 0.5


def test_stills_pages_and_data(tmp_path: Path) -> None:
    pytest.importorskip("vl_convert")
    film = viz.animate(ag.max_pool1d(row(0, 1, 2, 3), 2))
    assert [still.scene for still in film.frames()] == [film.film.scene(s.still) for s in film.film.steps]
    assert film.save(tmp_path / "pool.png", scale=0.5) == tmp_path / "pool-1.png"
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"pool-{n}.png" for n in range(1, 7)]
    pdf = film.save(tmp_path / "pool.pdf").read_bytes()
    assert re.search(rb"/Count 6\b", pdf)
    data = json.loads(film.save(tmp_path / "pool.json").read_text())["data"]
    assert [step["caption"] for step in data["steps"]] == film.text
    assert data["seconds"] == film.seconds
    assert data["dX"] == [[0.0, 1.0, 0.0, 1.0]]
    text = film.save(tmp_path / "pool.txt").read_text(encoding="utf-8")
    assert text.startswith(f"1. {film.text[0]}\n2. ")
    saved = film.save(tmp_path / "pool.svg", theme="dark").read_text(encoding="utf-8")
    assert saved == film.svg("dark")


def test_notebooks_play_it(told: viz.Animation) -> None:
    bundle = told._repr_mimebundle_()
    assert (bundle["image/svg+xml"], bundle["text/plain"]) == (told.svg(), str(told))
    assert str(told).splitlines() == told.text
    assert repr(told).startswith(f'<Animation "{told.film.title}", 6 steps, ')


# ---- what is refused


def test_unknown_formats(told: viz.Animation, tmp_path: Path) -> None:
    with pytest.raises(
        viz.UnknownFormatError, match=r"called \.mp4; an animation can be written as \.svg, \.gif"
    ):
        told.save(tmp_path / "pool.mp4")
    with pytest.raises(viz.UnknownFormatError, match="the name has no suffix"):
        told.save(tmp_path / "pool")


def test_places_that_cannot_be_written(told: viz.Animation, tmp_path: Path) -> None:
    for name in ("pool.svg", "pool.gif", "pool.png"):
        with pytest.raises(viz.WriteError, match="there is no folder"):
            told.save(tmp_path / "nowhere" / name)
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(viz.WriteError, match="it is a folder"):
        told.save(tmp_path / "folder.svg")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.svg"]


def test_bad_arguments() -> None:
    with pytest.raises(viz.UndrawableError, match="no theme is called 'blue'"):
        lecture(theme="blue")
    with pytest.raises(viz.UndrawableError, match="no theme is called 'blue'"):
        lecture().svg("blue")
    with pytest.raises(viz.UndrawableError, match="channel 3 does not exist"):
        lecture(channel=3)
    with pytest.raises(viz.UndrawableError, match="shows no window 'z'"):
        lecture(spotlight="z")
    with pytest.raises(viz.UndrawableError, match="slice=1 names a depth"):
        lecture(slice=1)
    with pytest.raises(GraphError):
        viz.animate(tensor(LECTURE))
    routing = ag.routing(ag.max_pool2d(tensor(LECTURE), 2), cotangent=QUARTERS)
    with pytest.raises(viz.UndrawableError, match="already holds its cotangent"):
        viz.animate(routing, cotangent=QUARTERS)
    some = ag.routing(ag.max_pool2d(tensor(LECTURE), 2), outputs=[(0, 0, 0, 0)])
    with pytest.raises(viz.UndrawableError, match="follows some outputs only"):
        viz.animate(some)
    with pytest.raises(viz.UndrawableError, match="relu has no windows of one size"):
        viz.animate(ag.relu(tensor(LECTURE)))
    assert viz.animate(routing).text[2].startswith("Backward, 0.1 arrives for window a")
