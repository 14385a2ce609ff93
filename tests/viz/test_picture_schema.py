"""The JSON form of a picture is what docs/picture-schema.md says, field by field."""

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

import viz
from viz.picture import model
from viz.views import picture_of

from .networks import pair_loss, shared_results

DOCUMENT = Path(__file__).parents[2] / "docs" / "picture-schema.md"
SECTIONS = {
    "data": model.Picture,
    "box": model.Box,
    "value": model.Value,
    "edge": model.Edge,
    "saved": model.Saved,
    "scope": model.Scope,
    "flow": model.Flow,
    "because": model.Because,
    "place": model.Place,
    "pool crop": model.PoolCrop,
}


def documented(title):
    text = DOCUMENT.read_text(encoding="utf-8")
    section = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.M | re.S)[1]
    rows = re.findall(r"^\| (`[^|]*) \|", section, re.M)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


@pytest.mark.parametrize("title", SECTIONS)
def test_every_field_is_documented(title):
    if not DOCUMENT.exists():
        pytest.skip("docs are not installed")
    extra = {"parameter_count", "saved_bytes"} if title == "data" else set()
    assert documented(title) == {field.name for field in fields(SECTIONS[title])} | extra


def test_a_written_picture_has_these_fields():
    read = json.loads(viz.draw(pair_loss(), order=2).json(), parse_constant=pytest.fail)
    assert set(read) == {"scene", "data", "theme"}
    data = read["data"]
    assert data["schema"] == 1
    assert data["orders"] == 2
    assert set(data) == {field.name for field in fields(model.Picture)} | {"parameter_count", "saved_bytes"}
    assert {box["order"] for box in data["boxes"]} == {0, 1, 2}
    known = {box["id"] for box in data["boxes"]}
    assert len(known) == len(data["boxes"])
    assert all(edge["source"] in known and edge["target"] in known for edge in data["edges"])
    assert all(box["because"] is None or box["because"]["box"] in known for box in data["boxes"])
    assert all(flow["box"] in known for flow in data["flows"])


def test_a_picture_is_drawn_again_without_its_graph():
    picture = picture_of(shared_results())
    assert viz.draw(picture).svg() == viz.draw(shared_results()).svg()
    assert picture_of(picture) is picture
