"""Training curves: panels, labels that never overlap, gaps where values are missing."""

import math
import random
import xml.etree.ElementTree as ElementTree
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import viz
from viz.canvas.scene import Line, Text, walk

from .looking import wrong

HISTORY = {
    "training loss": [(step / 10, 2.3 * math.exp(-step / 30)) for step in range(100)],
    "held-out loss": [(epoch, 2.2 * math.exp(-epoch / 3)) for epoch in range(1, 11)],
    "held-out accuracy": [(epoch, 1 - 0.8 * math.exp(-epoch / 3)) for epoch in range(1, 11)],
}


def words(drawing):
    return [item.plain for item in walk(drawing.scene.items) if isinstance(item, Text)]


def test_two_panels_with_labels_at_the_lines():
    drawing = viz.curves(HISTORY, x_label="epoch", title="LeNet-5")
    assert drawing.scene.width == 960
    assert {"LeNet-5", "loss", "accuracy", "training loss", "held-out accuracy", "epoch", "100%"} <= set(
        words(drawing)
    )
    assert wrong(drawing.scene) == []
    for theme in ("light", "dark", "auto"):
        ElementTree.fromstring(drawing.svg(theme))


def test_the_text_names_first_last_lowest_and_highest():
    drawing = viz.curves({"loss": [3.0, 1.0, 2.0]})
    assert "loss: 3 at step 1, 2 at step 3 (lowest 1, highest 3)" in drawing.text
    assert drawing.data["history"] == {"loss": [[1.0, 3.0], [2.0, 1.0], [3.0, 2.0]]}


def test_values_that_are_not_finite_leave_a_gap():
    drawing = viz.curves({"loss": [3.0, 2.0, math.nan, 2.0, 1.0, math.inf]})
    assert "2 values that are not finite are left out" in drawing.text
    strokes = [item for item in walk(drawing.scene.items) if isinstance(item, Line) and item.line == 2]
    assert [len(line.points) for line in strokes] == [2, 2]
    assert wrong(drawing.scene) == []


@pytest.mark.parametrize("history", [{}, {"loss": []}, {"loss": [math.nan]}])
def test_nothing_to_draw_is_an_error(history):
    with pytest.raises(viz.UndrawableError, match="no finite number"):
        viz.curves(history)


@pytest.mark.parametrize("history", [{"loss": ["a"]}, {"loss": [(1,)]}, {"loss": [None]}, 3, "loss"])
def test_other_things_are_refused(history):
    with pytest.raises(viz.UndrawableError):
        viz.curves(history)


@given(
    st.dictionaries(
        st.text(max_size=30),
        st.lists(st.floats(-1e30, 1e30, allow_nan=False), min_size=1, max_size=30),
        min_size=1,
        max_size=6,
    )
)
def test_any_numbers_and_names_draw_well(history):
    assert wrong(viz.curves(history).scene) == []


def test_one_value_and_equal_values_draw():
    for values in ([5.0], [0.0, 0.0], [1e-12], [7.0] * 50):
        assert wrong(viz.curves({"loss": values}).scene) == []


def test_many_points_are_thinned_but_extremes_stay():
    generator = random.Random(0)
    values = [generator.random() for _ in range(50_000)]
    values[12_345] = 9.0
    drawing = viz.curves({"loss": values})
    (line,) = [item for item in walk(drawing.scene.items) if isinstance(item, Line) and item.line == 2]
    assert len(line.points) < 4000
    top = min(y for _, y in line.points)
    assert sum(y == top for _, y in line.points) == 1


def test_a_training_history_is_taken():
    judged = SimpleNamespace(loss=0.5, accuracy=0.9)
    steps = [SimpleNamespace(loss=2.0), SimpleNamespace(loss=1.0)]
    epochs = [SimpleNamespace(last_step=2, accuracy=0.8, held_out=judged)]
    drawing = viz.curves(SimpleNamespace(steps=steps, epochs=epochs))
    assert {"training loss", "held-out loss", "training accuracy", "held-out accuracy"} <= set(words(drawing))
    assert wrong(drawing.scene) == []
