import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path

import pytest

import autograd_cnn as ag

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed():
    try:
        return distribution("autograd-cnn")
    except PackageNotFoundError:
        pytest.skip("needs the distribution: pip install .")


def test_installed_is_the_version_of_this_tree(installed):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert installed.version == project["version"]
    assert f"## {project['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_both_packages_are_typed():
    assert files("autograd_cnn").joinpath("py.typed").is_file()
    assert files("viz").joinpath("py.typed").is_file()


def test_data_and_its_licence_travel_along():
    assert files("autograd_cnn.data").joinpath("uci_digits.npz").is_file()
    assert files("autograd_cnn.data").joinpath("SOURCE.md").is_file()


@pytest.mark.parametrize("group", ["console_scripts", "autograd_cnn.display"])
def test_entry_points_can_be_loaded(installed, group):
    found = [point for point in installed.entry_points if point.group == group]
    assert len(found) == 1
    assert callable(found[0].load())


def test_notebooks_are_given_a_drawing(installed):
    x = ag.tensor([1.0, 2.0], requires_grad=True)
    assert (x * x).sum()._repr_mimebundle_()["image/svg+xml"].startswith("<svg")


def test_the_pytest_plugin_is_a_module_of_its_own(installed):
    (point,) = (point for point in installed.entry_points if point.group == "pytest11")
    assert callable(point.load().gradcheck)
    assert point.value.split(".")[0] not in ("autograd_cnn", "viz"), "loading it would load the library"


def test_core_needs_no_more_than_it_says(installed):
    core = {need.split(">")[0] for need in installed.requires if "extra ==" not in need}
    assert core == {"numpy", "networkx", "graphviz", "typer", "rich"}
