"""The benchmarks run, write what they say, and time the same works in every library."""

import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[2]


def test_a_run_writes_numbers_and_a_plot(tmp_path):
    files = tmp_path / "ratios.json", tmp_path / "ratios.svg"
    quick = ["--rounds", "2", "--seconds", "0.01", "--peers"]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks", "--only", "add, 8 values", *quick),
            *("--json", str(files[0]), "--plot", str(files[1])),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"add, 8 values +ours +\d+\.\d+ ms", done.stdout)
    found = json.loads(files[0].read_text())
    timing = found["milliseconds"]["add, 8 values"]["ours"]
    assert timing["low"] <= timing["median"] <= timing["high"]
    assert timing["best"] <= timing["median"]
    assert found["machine"]["cores"] >= 1
    assert ElementTree.parse(files[1]).getroot().tag.endswith("svg")


def names(library):
    text = (ROOT / "benchmarks" / f"{library}.py").read_text()
    return set(re.findall(r'^    "((?:pool|norm|activation): [^"]+)":', text, re.MULTILINE))


def test_every_map_is_timed_in_pytorch_too():
    ours = names("maps_ours")
    assert len(ours) >= 50
    assert names("maps_torch") == ours
    for library in ("works_jax", "works_mygrad"):
        assert names(library) < ours, library
