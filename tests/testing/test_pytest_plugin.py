"""The plugin: its fixture, how its failure reads, and that it costs other projects nothing."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import autograd_cnn as ag

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "autograd_cnn" / "testing" / "pytest_plugin.py"  # in a wheel it has another name

TESTS = """
import autograd_cnn as ag
import numpy as np

def test_right(gradcheck):
    assert gradcheck(ag.tanh, [np.ones(3)], order=2).passed

def test_wrong(gradcheck):
    gradcheck(lambda x: x * x.detach(), [np.ones((2, 2))])
"""


def test_a_failure_is_the_report_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    (tmp_path / "conftest.py").write_text(PLUGIN.read_text())
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-rN",  # no summary: pytest words it in another way where CI is set
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    run = subprocess.run(
        command, capture_output=True, text=True, cwd=Path(ag.__file__).parents[1], timeout=120, check=False
    )
    assert "1 failed, 1 passed" in run.stdout, run.stdout + run.stderr
    failure = run.stdout[run.stdout.index("test_wrong") :]
    assert "gradcheck: order 1, input 0, element (" in failure
    assert "wrong (. agrees, x disagrees" in failure
    assert "    x x\n    x x\n" in failure
    assert "test_it.py:9" in failure
    assert failure.count("input 0, float64 (2, 2) wrong") == 1
    assert "Traceback" not in failure
    assert "finite_differences.py" not in failure
    assert failure.count("\n") < 30


def test_to_load_it_does_not_load_the_library() -> None:
    code = (
        "import runpy, sys; runpy.run_path(sys.argv[1]); "
        "assert not [m for m in sys.modules if m.split('.')[0] in ('autograd_cnn', 'viz', 'numpy')]"
    )
    subprocess.run([sys.executable, "-c", code, str(PLUGIN)], check=True, timeout=60)


def test_the_entry_point_names_the_copy_that_wheels_carry() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (module,) = settings["project"]["entry-points"]["pytest11"].values()
    carried = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert carried == {"autograd_cnn/testing/pytest_plugin.py": f"{module}.py"}
