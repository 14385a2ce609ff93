"""The lecture's drawings: numbers are those of the library, and nothing overlaps or leaves its box."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_cnn as ag
import viz
from viz.canvas.scene import Circle, Group, Line, Rect, Text, walk
from viz.lecture.parts import picture

from .looking import wrong

IMAGE = [[1, 3, 1], [0, -1, 1], [2, 2, -1]]
KERNEL = [[1, 2], [0, -1]]
ROWS = np.random.default_rng(0).normal(0, 0.3, (2, 72)).round(2)
INPUT = np.random.default_rng(1).random(72).round(1)
STAGES = [("input", (1, 32, 32), ""), ("C1", (6, 28, 28), "156 trained"), ("F6", (84,), "10,164 trained")]
DRAWINGS = {
    "sliding": lambda: viz.sliding_window(IMAGE, KERNEL, flip=True),
    "sliding over padding": lambda: viz.sliding_window(IMAGE, KERNEL, padding=1),
    "sliding, not whole": lambda: viz.sliding_window(np.full((3, 3), 0.12345), np.full((2, 2), -1234.5)),
    "sliding, many windows": lambda: viz.sliding_window(np.ones((9, 9)), np.ones((3, 3))),
    "sliding, one window": lambda: viz.sliding_window(np.eye(5), np.eye(5)),
    "dense": lambda: viz.dense_row(INPUT, ROWS),
    "dense, small, with bias": lambda: viz.dense_row([1, -2, 3], np.eye(3), [0.5, 0, 0], unit=2),
    "dense, wide": lambda: viz.dense_row(np.ones(128), np.ones((12, 128)), unit=11),
    "functions": lambda: viz.function_plots({"ReLU": ag.relu, "step": (ag.binary_step, "0 or 1")}),
    "maps": lambda: viz.maps({"x": np.eye(12), "y": viz.MapPanel(np.eye(28), note="large")}),
    "maps with marks": lambda: viz.maps(
        {"x": viz.MapPanel(IMAGE, rings=((0, 0),), frame=(1, 1, 2, 2), struck={(0, 1): "6"})}
    ),
    "places": lambda: viz.window_places(7, 3, [(1, 0), (2, 0), (3, 0), (3, 1), (5, 1)]),
    "volumes": lambda: viz.volumes(STAGES, title="LeNet-5"),
    "units": lambda: viz.unit_rows({"a": [True, False], "b": np.arange(500) % 3 > 0}),
}


def words(drawing: viz.Drawing) -> list[str]:
    return [item.plain for item in walk(drawing.scene.items) if isinstance(item, Text)]


@pytest.mark.parametrize("name", DRAWINGS)
def test_nothing_overlaps_and_every_theme_draws(name: str) -> None:
    drawing = DRAWINGS[name]()
    assert wrong(drawing.scene) == []
    assert drawing.scene.width == 960
    for theme in ("light", "dark", "auto"):
        ElementTree.fromstring(drawing.svg(theme))
    drawing.json()
    assert drawing.text.startswith(drawing.scene.title)


def test_the_slides_four_lines() -> None:
    drawing = viz.sliding_window(IMAGE, KERNEL, flip=True)
    lines = [
        "1(−1) + 3(0) + 0(2) − 1(1) = −2",
        "3(−1) + 1(0) − 1(2) + 1(1) = −4",
        "0(−1) − 1(0) + 2(2) + 2(1) = 6",
        "−1(−1) + 1(0) + 2(2) − 1(1) = 4",
    ]
    assert [line.split(": ")[1] for line in drawing.text.splitlines()[3:]] == lines
    assert set(lines) <= set(words(drawing))
    assert drawing.data["y"].tolist() == [[-2, -4], [6, 4]]
    assert drawing.data["laid"].tolist() == [[-1, 0], [2, 1]]


@given(
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(0, 1),
    st.booleans(),
    st.lists(st.integers(-9, 9), min_size=34, max_size=34),
)
def test_lines_add_up_to_what_the_library_computes(
    size: int, stride: int, padding: int, flip: bool, cells: list[int]
) -> None:
    x, kernel = np.reshape(cells[:25], (5, 5)), np.reshape(cells[25 : 25 + size**2], (size, size))
    drawing = viz.sliding_window(x, kernel, stride=stride, padding=padding, flip=flip)
    y = ag.conv2d(
        x[None, None].astype(float),
        kernel[None, None].astype(float),
        stride=stride,
        padding=padding,
        flip=flip,
    ).numpy()[0, 0]
    lines = [line.split(": ")[1] for line in drawing.text.splitlines()[3:]]
    assert len(lines) == y.size
    for line, value in zip(lines, y.flat, strict=True):
        figures, _, total = line.replace("−", "-").rpartition(" = ")
        products = re.sub(r"\((-?\d+)\)", r"*(\1)", figures)
        assert eval(products) == value == float(total)
    assert wrong(drawing.scene) == []


@pytest.mark.parametrize(
    ("x", "kernel"),
    [
        (np.ones((13, 3)), np.ones((2, 2))),
        (np.ones((9, 9)), np.ones((6, 6))),
        (np.ones((2, 3, 3)), np.ones((2, 2))),
        ([[np.nan, 1], [1, 1]], [[1]]),
        (np.zeros((0, 3)), [[1]]),
        ("no numbers", [[1]]),
    ],
)
def test_what_cannot_be_read_window_by_window_is_refused(x: object, kernel: object) -> None:
    with pytest.raises(viz.UndrawableError):
        viz.sliding_window(x, kernel)


def test_arithmetic_wants_equal_shapes() -> None:
    with pytest.raises(viz.UndrawableError, match="don't lie on each other"):
        viz.arithmetic([[1, 2]], [[1], [2]])


def test_a_dense_row_is_a_dot_product() -> None:
    drawing = viz.dense_row(INPUT, ROWS, unit=1)
    products = drawing.data["products"]
    np.testing.assert_allclose(products, ROWS[1] * INPUT)
    assert drawing.data["y"][1] == pytest.approx(products.sum())
    assert f"= {products.sum():.2f}".replace("-", "−") in drawing.text
    bars = [item for item in drawing.scene.items if isinstance(item, Rect) and item.line == 0.6]
    assert len(bars) == np.count_nonzero(products)


@pytest.mark.parametrize(
    ("x", "weight", "unit"), [(np.ones(129), np.ones((2, 129)), 0), ([1.0], [[1.0]], 1), ([1.0], [[1.0]], -1)]
)
def test_dense_rows_that_cannot_be_drawn(x: object, weight: object, unit: int) -> None:
    with pytest.raises(viz.UndrawableError):
        viz.dense_row(x, weight, unit=unit)


def test_plots_hold_values_and_derivatives() -> None:
    drawn = viz.function_plots({"tanh": ag.tanh}, span=(-2, 2), points=9).data["functions"]["tanh"]
    np.testing.assert_allclose(drawn["y"][0], np.tanh(drawn["x"]))
    np.testing.assert_allclose(drawn["slope"][0], 1 - np.tanh(drawn["x"]) ** 2)
    assert drawn["x"][4] == 0


def test_a_jump_breaks_the_line_and_dots_show_the_value() -> None:
    drawing = viz.function_plots({"step": ag.binary_step})
    strokes = [item for item in walk(drawing.scene.items) if isinstance(item, Line) and item.line == 2.4]
    assert len(strokes) == 3  # the legend's, and one on each side
    low, high = [item for item in walk(drawing.scene.items) if isinstance(item, Circle)]
    assert (low.fill, high.fill) == ("paper", "forward")
    assert low.y > high.y


@pytest.mark.parametrize(
    ("functions", "settings"),
    [
        ({}, {}),
        ({"relu": ag.relu}, {"span": (1.0, 1.0)}),
        ({"relu": ag.relu}, {"points": 2}),
        ({"sum": lambda x: x.sum()}, {}),
        ({"1 / x": lambda x: 1 / (x - x)}, {}),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_plots_that_cannot_be_drawn(functions: dict[str, object], settings: dict[str, object]) -> None:
    with pytest.raises(viz.UndrawableError):
        viz.function_plots(functions, **settings)


def test_maps_print_the_plane() -> None:
    drawing = viz.maps({"map": [[1, -2], [0.5, 3]]}, title="One")
    assert drawing.text == "One\n\nmap\n    1  −2\n  0.5   3\n"
    assert {"1", "−2", "0.5", "3", "map"} <= set(words(drawing))


@pytest.mark.parametrize("values", [np.eye(20), -np.eye(20), np.zeros((20, 20))])
def test_pictures_cover_each_cell_that_is_not_zero(values: np.ndarray) -> None:
    drawn = picture(values, 0, 0, 10)
    cells = [item for item in drawn.items if isinstance(item, Rect)][1:]
    assert {(int(c.x // 10), int(c.y // 10)) for c in cells} == {(j, i) for i, j in np.argwhere(values)}


def test_one_scale_for_several_pictures() -> None:
    half = picture(np.full((20, 20), 0.5), 0, 0, 1, largest=1.0).items[1]
    assert isinstance(half, Rect)
    assert half.opacity == 0.5


@pytest.mark.parametrize(
    "panels",
    [
        {},
        {"x": np.ones(3)},
        {"x": viz.MapPanel(np.eye(2), rings=((2, 0),))},
        {"x": viz.MapPanel(np.eye(2), frame=(0, 2, 1, 1))},
    ],
)
def test_maps_that_cannot_be_drawn(panels: dict[str, object]) -> None:
    with pytest.raises(viz.UndrawableError):
        viz.maps(panels)


def test_the_size_that_does_not_fit() -> None:
    drawing = viz.window_places(7, 3, [(1, 0), (2, 0), (3, 0), (3, 1)])
    assert drawing.data["counts"] == [5, 3, 2, 3]
    assert drawing.text.count("doesn't fit!") == 1
    assert "(7 − 3 + 2·0) / 3 + 1 = 2.33 doesn't fit!" in drawing.text
    assert {"left over", "window 5"} <= set(words(drawing))


@pytest.mark.parametrize(("n", "settings"), [(7, []), (18, [(1, 1)])])
def test_places_that_cannot_be_drawn(n: int, settings: list[tuple[int, int]]) -> None:
    with pytest.raises(viz.UndrawableError):
        viz.window_places(n, 3, settings)


@pytest.mark.parametrize("stages", [[], 13 * STAGES[:1], [("x", (2, 3), "")], [("x", (0, 3, 3), "")]])
def test_volumes_that_cannot_be_drawn(stages: list[tuple[str, tuple[int, ...], str]]) -> None:
    with pytest.raises(viz.UndrawableError):
        viz.volumes(stages)


def test_silent_units_are_crossed_out() -> None:
    drawing = viz.unit_rows({"layer": [True, False, False]})
    assert "layer: 2 of 3 never fire" in drawing.text
    squares = next(item for item in walk(drawing.scene.items) if isinstance(item, Group))
    assert sum(isinstance(item, Line) for item in squares.items) == 4


@pytest.mark.parametrize("rows", [{}, {"a": []}, {"a": np.ones(3000)}])
def test_units_that_cannot_be_drawn(rows: dict[str, object]) -> None:
    with pytest.raises(viz.UndrawableError):
        viz.unit_rows(rows)


def test_dead_units_of_a_network() -> None:
    rng = np.random.default_rng(0)
    net = ag.models.LeNet5(rng=rng)
    kill = net.f6.bias.numpy().copy()
    kill[:10] = -1e6
    net.f6.bias = ag.tensor(kill, requires_grad=True)
    images = ag.data.digits(size=32).test.images[:16]
    scores = net(images)
    rows = viz.dead_units(scores).data["rows"]
    assert list(rows) == ["relu after c1", "relu after c3", "relu after c5", "relu after f6"]
    assert [len(row) for row in rows.values()] == [6, 16, 120, 84]
    assert not any(rows["relu after f6"][:10])
    fires = (ag.relu(net.c1(images)).numpy() > 0).any(axis=(0, 2, 3))
    assert rows["relu after c1"] == fires.tolist()


def test_dead_units_need_kept_values() -> None:
    x = ag.tensor([[1.0, -1.0]], requires_grad=True)
    y = ag.relu(x).sum()
    y.backward()
    with pytest.raises(viz.UndrawableError, match="no ReLU with kept values"):
        viz.dead_units(y)
