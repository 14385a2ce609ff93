"""The lecture's scripts run as students run them, and print its numbers."""

from __future__ import annotations

import re
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "lecture"
SCRIPTS = [
    "01_dense",
    "02_convolution",
    "03_activations",
    "04_pooling",
    "05_unpooling",
    "06_lenet",
    "07_classics",
]
Run = Callable[[str], tuple[str, Path]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run a script once, and give what it printed and the folder that it wrote to."""
    done: dict[str, tuple[str, Path]] = {}

    def once(name: str) -> tuple[str, Path]:
        if name not in done:
            folder = tmp_path_factory.mktemp(name)
            with pytest.MonkeyPatch.context() as patch:
                patch.syspath_prepend(str(FOLDER))
                patch.setattr(sys, "argv", [f"{name}.py", "--quick", "--out", str(folder)])
                printed: list[str] = []
                patch.setattr("builtins.print", lambda *words: printed.append(" ".join(map(str, words))))
                runpy.run_path(str(FOLDER / f"{name}.py"), run_name="__main__")
            done[name] = "\n".join(printed), folder
        return done[name]

    return once


def numbers(printed: str, fact: str) -> tuple[str, str, str]:
    """The lecture's number, the computed one and the verdict of a row."""
    for line in printed.splitlines():
        cells = [cell.strip() for cell in line.split(" | ")]
        if cells[0] == fact:
            return cells[1], cells[2], cells[3]
    raise AssertionError(f"no row says {fact!r}")


def test_there_is_a_script_for_each_section() -> None:
    assert sorted(path.stem for path in FOLDER.glob("0*.py")) == SCRIPTS


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_number_agrees_and_every_drawing_is_named(run: Run, name: str) -> None:
    printed, folder = run(name)
    assert "DIFFERS" not in printed
    assert printed.count("| same") >= 5
    drawings = {path.name for path in folder.iterdir()}
    assert drawings
    assert drawings == set(re.findall(r"\b\w+\.svg", printed))
    for drawing in drawings:
        assert ElementTree.parse(folder / drawing).getroot().tag.endswith("svg")


@pytest.mark.parametrize(
    ("name", "fact", "number"),
    [
        ("01_dense", "shape of W", "(2, 72)"),
        ("01_dense", "on an image of 32 x 32 x 3", "3,072"),
        ("01_dense", "on an image of 500 x 500 x 3", "750,000"),
        ("02_convolution", "the whole map", "[[4, 3, 4], [2, 4, 3], [2, 3, 4]]"),
        ("02_convolution", "window 1", "1(-1)+3(0)+0(2)-1(1) = -2"),
        ("02_convolution", "window 2", "3(-1)+1(0)-1(2)+1(1) = -4"),
        ("02_convolution", "window 3", "0(-1)-1(0)+2(2)+2(1) = 6"),
        ("02_convolution", "window 4", "-1(-1)+1(0)+2(2)-1(1) = 4"),
        ("02_convolution", "conv2d(x, kernel, flip=True)", "[[-2, -4], [6, 4]]"),
        ("02_convolution", "six filters give", "(1, 6, 28, 28)"),
        ("02_convolution", "S=1", "5"),
        ("02_convolution", "S=2", "3"),
        ("02_convolution", "S=3, P=1", "3"),
        ("02_convolution", "S=3, P=0: does it fit?", "doesn't fit!"),
        ("03_activations", "ReLU", "[0, 0, 0, 0.5, 3]"),
        ("03_activations", "SELU", "[-1.671, -1.111, 0, 0.5253, 3.152]"),
        ("04_pooling", "stride 1", "[[4, 4, 5], [5, 6, 6], [5, 6, 7]]"),
        ("04_pooling", "stride 2", "[[4, 5], [5, 7]]"),
        ("04_pooling", "max", "[[6, 6], [4, 4]]"),
        ("04_pooling", "average", "[[5.25, 5.25], [3, 3]]"),
        ("04_pooling", "sum", "[[21, 21], [12, 12]]"),
        ("06_lenet", "C1: 6 filters 5 x 5, and biases", "156"),
        ("06_lenet", "S2: a coefficient and a bias a map", "12"),
        ("06_lenet", "C3: 60 connections of 25, and 16 biases", "1,516"),
        ("06_lenet", "C5: 120 filters 16 x 5 x 5, and biases", "48,120"),
        ("06_lenet", "F6: 84 x 120, and biases", "10,164"),
        ("06_lenet", "all", "60,000"),
        ("07_classics", "VGG-16: parameters at 1,000 classes", "138,357,544"),
        ("07_classics", "ResNet-18: parameters at 1,000 classes", "11,689,512"),
    ],
)
def test_the_lectures_numbers(run: Run, name: str, fact: str, number: str) -> None:
    assert numbers(run(name)[0], fact) == (number, number, "same")


def test_the_value_that_does_not_fit(run: Run) -> None:
    printed, _ = run("02_convolution")
    assert numbers(printed, "S=3, P=0: the formula's value") == ("2.33", "2.333", "same")
    assert "padding 1 or 4 at both ends; stride 2 or 4" in printed


def test_the_erratum_is_shown_and_explained(run: Run) -> None:
    lecture, computed, verdict = numbers(
        run("04_pooling")[0], "stride 2, lower right, as the slide prints it"
    )
    assert (lecture, computed) == ("6", "7")
    assert verdict == "ERRATUM: that window holds the 7"
    assert run("04_pooling")[0].count("ERRATUM") == 1


def test_the_ties_of_unpooling(run: Run) -> None:
    printed, _ = run("05_unpooling")
    blocks = printed.split("What arrives when ties go to: ")[1:]
    assert [block.split("\n")[0] for block in blocks] == ["first", "last", "split"]
    cells = [
        {cell: float(value) for cell, value in re.findall(r"cell (\(\d, \d\)) +\| \S+ +\| (\S+)", block)}
        for block in blocks
    ]
    common = {"(0, 4)": 0.3, "(3, 1)": 1.1, "(3, 3)": 1.9, "(4, 4)": 0.9}
    assert cells[0] == common | {"(0, 3)": 0.2, "(2, 0)": 0.1}
    assert cells[1] == common | {"(2, 1)": 0.1, "(2, 3)": 0.2}
    assert cells[2] == common | {"(0, 3)": 0.06667, "(2, 0)": 0.05, "(2, 1)": 0.1167, "(2, 3)": 0.06667}
    assert printed.count("| 4.5     | 4.5      | same") == 3


def test_units_die_as_the_learning_rate_grows(run: Run) -> None:
    found = re.findall(r"^ +([\d.]+) \| +(\d+) of 64 \| +([\d.]+) %", run("03_activations")[0], re.MULTILINE)
    rates = [float(rate) for rate, _, _ in found]
    silent = [int(count) for _, count, _ in found]
    accuracy = [float(percent) for _, _, percent in found]
    assert rates == sorted(rates)
    assert len(rates) == 7
    assert silent[0] <= 4
    assert silent[-1] >= 50
    assert silent == sorted(silent)
    assert max(accuracy[:3]) > 90
    assert accuracy[-1] < 30


def test_pooled_outputs_stay_more_often(run: Run) -> None:
    printed, _ = run("04_pooling")
    lines = re.findall(r"^(no pooling|max \d × \d) +((?: *\d+%)+)$", printed, re.MULTILINE)
    shares = [(name, [int(share) for share in re.findall(r"\d+", row)]) for name, row in lines]
    assert [name for name, _ in shares] == 2 * ["no pooling", "max 2 × 2", "max 4 × 4", "max 6 × 6"]
    for shift_or_turn in (shares[:4], shares[4:]):
        rows = dict(shift_or_turn)
        assert all(row[0] == 100 for row in rows.values())
        for moved in range(1, 5):
            assert rows["no pooling"][moved] < rows["max 4 × 4"][moved] < rows["max 6 × 6"][moved]
