"""The checks of the floors are checked: a tree with a bad import must fail them."""

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(
    find_spec("importlinter") is None, reason='needs import-linter: pip install ".[dev]"'
)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Give a copy of the tree that can be spoilt."""
    copy = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / ".importlinter", copy)
    for package in ("autograd_cnn", "viz"):
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def lint(tree):
    """Run import-linter as .ci/run does, but on `tree`."""
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", code, "--no-cache", "--no-logo"], cwd=tree, capture_output=True, text=True
    )


def test_the_tree_as_it_is_passes(house):
    found = lint(house)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("autograd_cnn/kernels/bad.py", "import autograd_cnn.primitive", "Imports go down the floors only"),
        ("autograd_cnn/ops/bad.py", "from autograd_cnn import sweep", "Imports go down the floors only"),
        (
            "autograd_cnn/ops/bad.py",
            "def f():\n    import autograd_cnn.nn",
            "Imports go down the floors only",
        ),
        ("autograd_cnn/nn/bad.py", "import autograd_cnn.optim", "Imports go down the floors only"),
        ("autograd_cnn/attic.py", "", "Imports go down the floors only"),
        ("autograd_cnn/nn/bad.py", "import autograd_cnn", "No room imports the roof"),
        ("autograd_cnn/nn/bad.py", "import viz", "In the house only the command line imports viz"),
        (
            "viz/bad.py",
            "from autograd_cnn._graph import Node",
            "viz uses only what `import autograd_cnn` shows",
        ),
        ("viz/bad.py", "import autograd_cnn.ops", "viz uses only what `import autograd_cnn` shows"),
    ],
)
def test_a_bad_import_is_caught(house, file, line, contract):
    bad = house / file
    bad.write_text(f"{line}\n", encoding="utf-8")
    try:
        found = lint(house)
    finally:
        bad.unlink()
    assert found.returncode != 0
    broken = [row for row in found.stdout.splitlines() if "BROKEN" in row]
    assert any(contract in row for row in broken), found.stdout


def test_a_circle_is_caught(house):
    ring = [house / "viz" / f"ring_{name}.py" for name in "ab"]
    ring[0].write_text("import viz.ring_b\n", encoding="utf-8")
    ring[1].write_text("import viz.ring_a\n", encoding="utf-8")
    try:
        found = lint(house)
    finally:
        for file in ring:
            file.unlink()
    assert found.returncode != 0
    assert "No two neighbours import each other in a circle BROKEN" in found.stdout
