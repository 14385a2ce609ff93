"""The examples in the docstrings of the packages and in the guides run as written."""

import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

import autograd_cnn
import viz
from autograd_cnn.primitive import registry


def modules() -> list[str]:
    packages: list[ModuleType] = [autograd_cnn, viz]
    inner = [
        found.name
        for package in packages
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not found.name.endswith("__main__")
    ]
    return [package.__name__ for package in packages] + inner


@pytest.mark.parametrize("name", modules())
def test_examples(name, tmp_path, monkeypatch):
    if "onnx" in name and find_spec("onnx") is None:
        pytest.skip('needs onnx: pip install ".[onnx]"')
    monkeypatch.chdir(tmp_path)
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    for test in doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(name)):
        runner.run(test, out=report.append)
    assert not runner.failures, "".join(report)


GUIDES = sorted(
    path for path in (Path(__file__).parent.parent / "docs").glob("*.md") if ">>>" in path.read_text()
)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_guides(guide, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = re.sub(r"(?m)^```.*$", "", guide.read_text())
    test = doctest.DocTestParser().get_doctest(text, {}, guide.name, str(guide), 0)
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    known = set(registry)
    runner.run(test, out=report.append)
    for name in set(registry) - known:  # an operation of the guide's own must not live on in other tests
        del registry[name]
    assert test.examples
    assert not runner.failures, "".join(report)


def test_pictures_of_the_documentation_are_what_is_drawn_today(tmp_path):
    """LeNet-5's ladder may differ by a colour of its tiny grids, where a processor rounds otherwise."""
    root = Path(__file__).parents[1]
    subprocess.run([sys.executable, "-m", "tools.docs_images", str(tmp_path)], cwd=root, check=True)
    for path in sorted((root / "docs" / "images").iterdir()):
        kept, drawn = path.read_text("utf-8"), (tmp_path / path.name).read_text("utf-8")
        if path.name == "ladder.svg":
            kept, drawn = (re.sub(r'fill="#\w+"|loss = [\d.]+', "", text) for text in (kept, drawn))
            kept, drawn = (
                re.sub(r"<line [^>]*>|<rect [^>]*>|<path [^>]*>", "", text) for text in (kept, drawn)
            )
        assert kept == drawn, f"{path.name}: run python -m tools.docs_images"
