"""The same program gives the same bytes in every process, whatever Python's hash seed is."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import hashlib, sys, viz
from tests.viz.networks import EncoderDecoder, ResNet18, encoder_loss, pair_loss, shared_results

def put(name, text):
    print(name, hashlib.sha256(text.encode()).hexdigest())

subjects = {
    "pair": (pair_loss(),),
    "decoder": (encoder_loss(),),
    "recorded decoder": (EncoderDecoder(), (1, 1, 16, 16)),
    "shared": (shared_results(),),
    "resnet": (ResNet18(), (1, 3, 64, 64)),
}
for name, what in subjects.items():
    ladder = viz.draw(*what, order=2 if name != "resnet" else 1)
    put(f"{name} ladder svg", ladder.svg("auto"))
    put(f"{name} ladder json", ladder.json())
    put(f"{name} ladder text", ladder.text)
    put(f"{name} ladder html", ladder.html())
    for view in ("forward", "backward"):
        drawing = viz.draw(*what, view=view)
        put(f"{name} {view} svg", drawing.svg())
        put(f"{name} {view} dot", drawing.dot)
        put(f"{name} {view} json", drawing.json())
        put(f"{name} {view} html", drawing.html())
"""


@pytest.fixture(scope="module")
def runs():
    started = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(["", *sys.path])},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed in ("1", "2718")
    ]
    finished = [(*process.communicate(timeout=240), process.returncode) for process in started]
    for _, trouble, status in finished:
        assert status == 0, trouble
    return [said.splitlines() for said, _, _ in finished]


def test_every_drawing_has_the_same_bytes_in_every_process(runs):
    first, second = runs
    assert len(first) == 60
    assert first == second
