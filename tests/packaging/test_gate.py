"""The helpers of .ci/run are checked: each must fail on what it is there to catch."""

import subprocess
import sys
from pathlib import Path

import pytest

GATE = Path(__file__).parents[2] / ".ci"
LOG = """of the held-out ones: 9 (54 %) or 8 (40 %)
ladder.svg routing.svg routing_overlap.svg graph.svg graph.dot curves.svg
held-out accuracy 98.61 %
"""


def run(script, *arguments):
    command = [sys.executable, str(GATE / script), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture
def demo(tmp_path):
    """Give a log and a folder as a demo that went well would leave them."""
    out = tmp_path / "out"
    out.mkdir()
    for name in ("ladder", "routing", "routing_overlap", "graph", "curves"):
        (out / f"{name}.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    (out / "graph.dot").write_text("digraph {}", encoding="utf-8")
    log = tmp_path / "demo.log"
    log.write_text(LOG, encoding="utf-8")
    return log, out


def test_a_good_demo_passes(demo):
    found = run("check_demo.py", *demo)
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda log, out: (out / "ladder.svg").unlink(), "ladder.svg is missing"),
        (lambda log, out: (out / "curves.svg").write_text(""), "curves.svg is missing or empty"),
        (lambda log, out: (out / "routing.svg").write_text("<html/>"), "not an SVG"),
        (lambda log, out: (out / "routing.svg").write_text("<svg>"), "not well-formed XML"),
        (lambda log, out: (out / "graph.dot").write_text("no"), "not a DOT graph"),
        (lambda log, out: (out / "ladder.svg.tmp").write_text("half"), "unexpected files"),
        (lambda log, out: log.write_text(LOG.replace("98.61", "97.99")), "97.99 %, at least 98.0 %"),
        (lambda log, out: log.write_text(LOG.replace("held-out", "other")), "no line of the log"),
        (
            lambda log, out: log.write_text(LOG.replace("curves.svg", "")),
            "does not say what curves.svg shows",
        ),
    ],
)
def test_a_bad_demo_is_caught(demo, spoil, says):
    spoil(*demo)
    found = run("check_demo.py", *demo)
    assert found.returncode == 1
    assert says in found.stderr


@pytest.mark.parametrize(("lines", "status"), [(400, 0), (401, 1)])
def test_long_files_are_caught(tmp_path, lines, status):
    (tmp_path / "a.py").write_text("x = 1\n" * lines, encoding="utf-8")
    assert run("file_lengths.py", tmp_path).returncode == status


@pytest.mark.parametrize("change", ["pip install .", "```sh\n", "\n" * 40])
def test_a_readme_without_the_command_is_caught(tmp_path, change):
    text = (GATE.parent / "README.md").read_text(encoding="utf-8")
    spoilt = {
        "pip install .": text.replace('pip install ".[draw]"', "pip install ."),
        "```sh\n": text.replace("```sh\n", "```\n"),
        "\n" * 40: "\n" * 40 + text,
    }[change]
    (tmp_path / "README.md").write_text(spoilt, encoding="utf-8")
    assert run("readme_commands.py", tmp_path / "README.md", "demo").returncode == 1
