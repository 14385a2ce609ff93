"""Maps of 12 x 12 have small cells: nothing lies on anything else, and no sum is told wrongly."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

import autograd_cnn as ag
import viz
from viz.canvas.drawing import Drawing
from viz.canvas.scene import Box, Group, Item, Rect, Text, text_box, text_boxes, walk
from viz.pooling.gradient import PILL


def eighths(seed: int) -> ag.Tensor:
    """A map with many ties, of three decimals."""
    values = np.random.default_rng(seed).integers(-9, 9, (1, 1, 12, 12)) / 8
    return ag.tensor(values, requires_grad=True)


def drawn(y: ag.Tensor, spotlight: object = None) -> Drawing:
    return viz.routing(
        y, cotangent=np.random.default_rng(5).integers(1, 99, y.shape) / 100, spotlight=spotlight
    )


PICTURES: dict[str, Callable[[], Drawing]] = {
    "stride 2": lambda: drawn(ag.max_pool2d(eighths(1), 3, stride=2)),
    "stride 1": lambda: drawn(ag.max_pool2d(eighths(2), 3, stride=1)),
    "last": lambda: drawn(ag.max_pool2d(eighths(3), 3, stride=1, ties="last"), spotlight=(4, 4)),
    "split": lambda: drawn(ag.max_pool2d(eighths(4), 3, stride=1, ties="split")),
    "even windows": lambda: drawn(ag.max_pool2d(eighths(5), 2, stride=1)),
    "average": lambda: drawn(ag.avg_pool2d(eighths(6), 2, stride=1)),
    "average of nine": lambda: drawn(ag.avg_pool2d(eighths(6), 3, stride=2)),
    "sum": lambda: drawn(ag.sum_pool2d(eighths(7), 3, stride=1), spotlight=(5, 5)),
}


@pytest.fixture(scope="module", params=PICTURES, ids=str)
def picture(request: pytest.FixtureRequest) -> Drawing:
    return PICTURES[request.param]()


def panel(drawing: Drawing, name: str) -> Group:
    return next(item for item in walk(drawing.scene.items) if isinstance(item, Group) and item.id == name)


def boxes(items: tuple[Item, ...], height: float, fills: tuple[str, ...]) -> Iterator[Box]:
    """Pills and badges: boxes with round corners."""
    for item in walk(items):
        if isinstance(item, Rect) and item.radius > 0 and item.height == height and item.fill in fills:
            yield Box(item.x, item.y, item.x + item.width, item.y + item.height)


def test_no_text_lies_on_another(picture: Drawing) -> None:
    texts = text_boxes(picture.scene.items)
    for index, (text, box) in enumerate(texts):
        for other, other_box in texts[index + 1 :]:
            assert not box.overlaps(other_box), (text.plain, other.plain)


def test_no_pill_lies_on_a_cells_text(picture: Drawing) -> None:
    inside = panel(picture, "dX")
    cells = [
        item for item in walk((inside,)) if isinstance(item, Group) and (item.id or "").startswith("dX-")
    ]
    pills = list(boxes((inside,), PILL, ("paper", "backward")))
    assert pills
    for cell in cells:
        for text, box in text_boxes((cell,)):
            for pill in pills:
                assert not box.overlaps(pill, slack=0.5), (cell.id, text.plain)


def test_no_badge_lies_on_a_number(picture: Drawing) -> None:
    inside = panel(picture, "X")
    badges = list(boxes((inside,), 11, ("forward",)))
    for text, box in text_boxes((inside,)):
        if not text.plain.startswith("×"):
            covered = [b for b in badges if b.right - b.left < 25 and box.overlaps(b, slack=0.5)]
            assert not covered, (text.plain, box, covered)


def test_every_number_stays_in_its_cell(picture: Drawing) -> None:
    for cell in walk((panel(picture, "dX"),)):
        if isinstance(cell, Group) and (cell.id or "").startswith("dX-"):
            frame = next(item for item in cell.items if isinstance(item, Rect))
            room = Box(frame.x, frame.y, frame.x + frame.width, frame.y + frame.height)
            assert all(room.contains(text_box(item)) for item in cell.items if isinstance(item, Text)), (
                cell.id
            )


def test_a_shortened_sum_is_not_called_equal(picture: Drawing) -> None:
    for cell in walk((panel(picture, "dX"),)):
        if isinstance(cell, Group) and (cell.id or "").startswith("dX-"):
            shown = text_boxes((cell,))[-1][0].plain
            if shown.startswith("="):
                row, column = map(int, str(cell.id).split("-")[1:])
                value = float(picture.data["dX"][row, column])
                assert float(shown[1:]) == pytest.approx(value, abs=0.0051), cell.id
