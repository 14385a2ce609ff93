"""Every example runs as its users run it, says what it promises, and writes what it says."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"

SVG = "{http://www.w3.org/2000/svg}svg"


def run(name, *arguments):
    """Run an example in a process of its own and give what it printed."""
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


def check_files(folder, printed, names):
    assert {path.name for path in folder.iterdir()} == set(names)
    for name in names:
        assert name in printed
        if name.endswith(".svg"):
            assert ElementTree.parse(folder / name).getroot().tag == SVG


def test_every_example_is_tested():
    tested = re.findall(r'run\("(\w+\.py)"', Path(__file__).read_text(encoding="utf-8"))
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(tested)


def test_train_lenet(tmp_path):
    printed = run("train_lenet.py", tmp_path, 3)
    assert "61,706 parameters" in printed
    accuracies = [float(number) for number in re.findall(r"held-out accuracy ([\d.]+) %", printed)]
    assert len(accuracies) == 3
    assert accuracies[-1] > 85
    check_files(tmp_path, printed, ["curves.svg", "routing.svg"])


def test_own_operation(tmp_path):
    printed = run("own_operation.py", tmp_path)
    before, after = map(float, re.search(r"descent: ([\d.]+) -> ([\d.]+)", printed).groups())
    assert 0 < after < before
    check_files(tmp_path, printed, ["own_operation.svg"])


def test_draw_graph(tmp_path):
    printed = run("draw_graph.py", tmp_path)
    assert "max_pool2d [pool]: 5×2×4×4, 2×2 window" in printed
    assert "keeps switches 5×2×4×4 uint8, 160 B" in printed
    assert "x -> conv -> add -> relu -> max_pool -> reshape -> dense" in printed
    check_files(
        tmp_path,
        printed,
        ["ladder.svg", "forward.svg", "forward.dot", "backward.svg", "shapes.svg", "second.svg"],
    )


@pytest.mark.parametrize(
    ("ties", "arrivals"),
    [
        ("first", {"(0, 3)": 0.2, "(0, 4)": 0.3, "(2, 0)": 0.1, "(3, 1)": 1.1, "(3, 3)": 1.9, "(4, 4)": 0.9}),
        ("last", {"(0, 4)": 0.3, "(2, 1)": 0.1, "(2, 3)": 0.2, "(3, 1)": 1.1, "(3, 3)": 1.9, "(4, 4)": 0.9}),
        (
            "split",
            {
                "(0, 3)": 0.2 / 3,
                "(0, 4)": 0.3,
                "(2, 0)": 0.05,
                "(2, 1)": 0.05 + 0.2 / 3,
                "(2, 3)": 0.2 / 3,
                "(3, 1)": 1.1,
                "(3, 3)": 1.9,
                "(4, 4)": 0.9,
            },
        ),
    ],
)
def test_pool_routing_prints_the_table_of_the_lecture(routing_output, ties, arrivals):
    block = re.search(rf'ties="{ties}"\n((?:  .*\n)+)', routing_output[0]).group(1)
    found = {cell: float(total) for cell, total in re.findall(r"(\(\d, \d\)) gets .* = ([\d.]+)", block)}
    assert found == pytest.approx(arrivals, rel=1e-3)
    assert "sent 4.5, arrived 4.5" in block


def test_pool_routing_draws_the_three_policies(routing_output):
    printed, folder = routing_output
    check_files(folder, printed, ["routing_first.svg", "routing_last.svg", "routing_split.svg"])


@pytest.fixture(scope="module")
def routing_output(tmp_path_factory):
    folder = tmp_path_factory.mktemp("routing")
    return run("pool_routing.py", folder), folder


def test_animate_pooling(tmp_path):
    printed = run("animate_pooling.py", tmp_path)
    assert "5. Window g won the same cell: two wins add, 0.4 + 0.7 = 1.1." in printed
    assert "1. Average pooling counts each of 9 cells a ninth" in printed
    check_files(tmp_path, printed, ["pooling_max.svg", "pooling_average.svg"])


def test_gradient_check():
    printed = run("gradient_check.py")
    assert printed.count("first derivatives:  order 1") == 2
    assert printed.count("second derivatives: order 2") == 2
    assert "at x = -2.0 the rule says 0.3333, the function itself 0.1111" in printed


def test_gradient_reach(tmp_path):
    printed = run("gradient_reach.py", tmp_path)
    rows = {line.split()[0]: line.split() for line in printed.splitlines()[1:5]}
    assert {name: int(row[1]) for name, row in rows.items()} == {
        "dense": 8,  # four inputs for each of two scores, of which one has a gradient
        "avg_pool": 16,
        "relu": int(rows["relu"][1]),
        "conv": 16 * 6,  # a third of Sobel's weights is 0
    }
    assert 0 < int(rows["relu"][1]) < 16
    # averages pass on what arrives; here the kernel's weights add up to 0
    assert rows["avg_pool"][-2:] == rows["dense"][-1:] * 2
    assert float(rows["conv"][-1]) == 0
    row, column = re.search(r"conv \((\d), (\d)\) got dY = -?0\.0?[1-9]", printed).groups()
    assert f"  to x ({row}, {column}): 1 times that" in printed
    assert printed.count("  to x (") == 6
    assert "added up, they are x.grad and kernel.grad" in printed
    check_files(tmp_path, printed, ["dense.svg", "avg_pool.svg", "relu.svg", "conv.svg"])
