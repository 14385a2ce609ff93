"""What a reader's eye would find wrong in a scene: text that leaves its box, and things that overlap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from viz.canvas.drawing import Drawing
from viz.canvas.scene import (
    Box,
    Group,
    Item,
    Line,
    Polygon,
    Rect,
    Scene,
    Text,
    text_box,
    text_boxes,
    walk,
)


def shape_box(shape: Rect | Polygon) -> Box:
    if isinstance(shape, Rect):
        return Box(shape.x, shape.y, shape.x + shape.width, shape.y + shape.height)
    xs, ys = [x for x, _ in shape.points], [y for _, y in shape.points]
    return Box(min(xs), min(ys), max(xs), max(ys))


def holder(group: Group) -> Box | None:
    """The box that a group's texts belong into: its first shape of a box's size (a grid's cells are none)."""
    if (group.title or "").startswith(("what arrives", "switches of")):
        return None
    for item in group.items:
        if isinstance(item, (Rect, Polygon)):
            box = shape_box(item)
            return box if box.right - box.left > 30 and box.bottom - box.top > 10 else None
    return None


def groups(items: Sequence[Item]) -> Iterator[Group]:
    return (item for item in walk(items) if isinstance(item, Group))


def named(drawing: Drawing, name: str) -> Group:
    """The group with this id."""
    return next(group for group in groups(drawing.scene.items) if group.id == name)


def words_in(drawing: Drawing, name: str) -> list[str]:
    return [text.plain for text, _ in text_boxes((named(drawing, name),))]


def all_words(drawing: Drawing) -> str:
    return " ".join(text.plain for text, _ in text_boxes(drawing.scene.items))


def inside(group: Group) -> Iterator[Item]:
    """A group's own items, and those of the little grids in a capsule."""
    for item in group.items:
        yield item
        if isinstance(item, Group) and (item.title or "").startswith("what arrives"):
            yield from item.items


def texts_outside(scene: Scene) -> list[str]:
    """Texts that leave the card, or the box of their group."""
    card = Box(0, 0, scene.width, scene.height)
    found = [
        item.plain
        for item in walk(scene.items)
        if isinstance(item, Text) and not card.contains(text_box(item))
    ]
    for group in groups(scene.items):
        box = holder(group)
        if box is not None:
            inner = box
            if isinstance(next(item for item in group.items if isinstance(item, (Rect, Polygon))), Polygon):
                # A hexagon's slanted ends are no room for words.
                cut = min((box.bottom - box.top) / 2, (box.right - box.left) / 4)
                inner = Box(box.left + cut, box.top, box.right - cut, box.bottom)
            found += [
                item.plain
                for item in inside(group)
                if isinstance(item, Text) and not inner.contains(text_box(item))
            ]
    return found


def overlapping_texts(scene: Scene) -> list[tuple[str, str]]:
    texts = [
        (item.plain, text_box(item)) for item in walk(scene.items) if isinstance(item, Text) and item.plain
    ]
    texts.sort(key=lambda entry: entry[1].top)
    found = []
    for index, (name, box) in enumerate(texts):
        for other_name, other in texts[index + 1 :]:
            if other.top >= box.bottom:
                break
            if box.overlaps(other, slack=0.3):
                found.append((name, other_name))
    return found


def boxes(scene: Scene) -> list[tuple[str, Box]]:
    """The boxes that stand for something: rows, capsules, chips; what stands inside one belongs to it."""
    found = []
    parts = {
        id(part)
        for group in groups(scene.items)
        if holder(group) is not None
        for part in walk(group.items)
        if isinstance(part, Group)
    }
    for group in groups(scene.items):
        box = holder(group)
        if box is not None and id(group) not in parts:
            found.append((group.title or group.id or "?", box))
    return found


def overlapping_boxes(scene: Scene) -> list[tuple[str, str]]:
    found, placed = [], sorted(boxes(scene), key=lambda entry: entry[1].top)
    for index, (name, box) in enumerate(placed):
        for other_name, other in placed[index + 1 :]:
            if other.top >= box.bottom:
                break
            if box.overlaps(other):
                found.append((name, other_name))
    return found


def wires(scene: Scene) -> list[Line]:
    return [
        item
        for group in groups(scene.items)
        if group.id == "wires"
        for item in group.items
        if isinstance(item, Line)
    ]


def wires_through(scene: Scene, through: Sequence[tuple[str, Box]]) -> list[str]:
    """Names of the boxes that a wire runs through (touching a border is how it arrives)."""
    found = []
    for line in wires(scene):
        for (x, y), (next_x, next_y) in pairwise(line.points):
            stroke = Box(min(x, next_x) - 0.1, min(y, next_y), max(x, next_x) + 0.1, max(y, next_y))
            found += [name for name, box in through if box.overlaps(stroke, slack=0.2)]
    return found


def wrong(scene: Scene) -> list[object]:
    """Everything that is wrong; empty for a good drawing."""
    every = boxes(scene)
    texts = [(item.plain, text_box(item)) for item in walk(scene.items) if isinstance(item, Text)]
    return [
        *texts_outside(scene),
        *overlapping_texts(scene),
        *overlapping_boxes(scene),
        *wires_through(scene, every),
        *wires_through(scene, texts),
    ]
