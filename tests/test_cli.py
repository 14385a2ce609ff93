"""The command line: what it says, what it writes, and how it ends when something is wrong."""

import io
import os
import re
import signal
import subprocess
import sys
import tempfile
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

import autograd_cnn as ag
import viz
from autograd_cnn.cli import app, blas
from autograd_cnn.cli.pictures import least_sure
from autograd_cnn.cli.progress import showing
from autograd_cnn.kernels import threads as blas_threads

FILES = ["ladder.svg", "routing.svg", "routing_overlap.svg", "graph.svg", "graph.dot", "curves.svg"]
SVG = "{http://www.w3.org/2000/svg}svg"


def run(*arguments):
    runner = CliRunner(env={"TERM": "dumb", "COLUMNS": "100", "NO_COLOR": "1"})
    return runner.invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """Give the result of a short demo and its folder, which did not exist before."""
    out = tmp_path_factory.mktemp("demo") / "deep" / "out"
    return run("demo", "--out", out, "--epochs", 2, "--seed", 1), out


def words_in(path):
    """Join the texts of a drawing."""
    return " ".join("".join(element.itertext()) for element in ElementTree.parse(path).iter() if element.text)


def test_demo_writes_what_it_says(demo):
    result, out = demo
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in out.iterdir()) == sorted(FILES)
    lines = result.stdout.splitlines()
    for name in FILES:
        (line,) = [line for line in lines if str(out / name) in line]
        assert re.search(r": \w.{20}", line), "it says what the file shows"
    for name in FILES:
        if name.endswith(".svg"):
            assert ElementTree.parse(out / name).getroot().tag == SVG
    assert (out / "graph.dot").read_text(encoding="utf-8").startswith("digraph")


def test_demo_says_how_it_goes_in_plain_lines(demo):
    lines = demo[0].stdout.splitlines()
    assert "61,706 parameters" in lines[0]
    assert "1,437 handwritten digits; 360 others" in lines[0]
    progress = [line for line in lines if line.startswith("epoch")]
    numbers = r"loss \d+\.\d{3}, accuracy \d+\.\d %, [\d,]+ samples/s, \d+ s left"
    assert len(progress) == 2
    assert re.fullmatch(rf"epoch 2/2: {numbers}", progress[-1])
    assert any(
        re.search(r"held-out accuracy: \d+\.\d\d % \(\d+ of 360 digits right\)", line) for line in lines
    )
    assert "\x1b" not in demo[0].stdout


def test_ladder_shows_both_ways_and_the_kept_switches(demo):
    words = words_in(demo[1] / "ladder.svg")
    assert "LeNet5: forward and backward" in words
    assert "max_unpool, adds" in words
    assert "switches 4×16×5×5" in words
    assert "61,706 parameters" in words


def test_routing_is_the_one_that_was_announced(demo):
    result, out = demo
    words = words_in(out / "routing.svg")
    announced = re.search(r"gradient of logit (\d), .*number (\d+) of the held-out ones", result.stdout)
    logit, sample = announced.groups()
    assert f"dY: gradient of logit {logit}" in words
    assert f"sample {sample} (of 0 to 359)" in words
    assert "(of 0 to 15)" in words
    assert "window 2 × 2, stride 2" in words


def test_overlap_shows_the_sums_of_the_lecture(demo):
    words = words_in(demo[1] / "routing_overlap.svg")
    assert "d + g = 0.4 + 0.7 = 1.1" in words
    assert "e + f + h = 0.5 + 0.6 + 0.8 = 1.9" in words


def test_least_sure_is_the_digit_with_the_smallest_first_guess():
    scores = np.log([[0.9, 0.05, 0.05], [0.3, 0.4, 0.3001], [0.1, 0.2, 0.7]])
    held_out = ag.data.Split(np.zeros((3, 1, 32, 32), np.float32), np.array([0, 2, 2]))
    doubt = least_sure(scores + 1000, held_out)
    assert (doubt.number, doubt.truth) == (1, 2)
    assert [digit for digit, _ in doubt.guesses] == [1, 2]
    assert str(doubt) == "number 1 of the held-out ones: 1 (40 %) or 2 (30 %)? The truth: 2"


def test_out_is_a_file(tmp_path):
    place = tmp_path / "out"
    place.write_text("mine")
    result = run("demo", "--out", place, "--epochs", 1)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert re.fullmatch(rf"autograd-cnn demo: can't write into '{place}': .+\n", result.stderr)
    assert place.read_text() == "mine"


def test_out_cannot_be_written(tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    result = run("demo", "--out", tmp_path / "x", "--epochs", 1)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"autograd-cnn demo: can't write into '{tmp_path / 'x'}': Permission denied\n"


def test_out_vanishes_while_training(tmp_path, monkeypatch):
    out = tmp_path / "out"
    fit = ag.training.fit

    def fit_and_remove(*args, **kwargs):
        history = fit(*args, **kwargs)
        out.rmdir()
        return history

    monkeypatch.setattr(ag.training, "fit", fit_and_remove)
    result = run("demo", "--out", out, "--epochs", 1)
    assert result.exit_code == 1
    assert re.fullmatch(r"autograd-cnn demo: can't write '.*ladder\.svg': .+\n", result.stderr)


@pytest.mark.parametrize(
    ("option", "value"), [("--epochs", 0), ("--seed", -1), ("--batch-size", 0), ("--epochs", "many")]
)
def test_bad_options(option, value, tmp_path):
    result = run("demo", "--out", tmp_path, option, value)
    assert result.exit_code == 2
    assert option in result.stderr


def test_divergence_is_one_line(tmp_path, monkeypatch):
    def diverge(*args, **kwargs):
        history = ag.training.History()
        raise ag.training.DivergedError("fit", "the loss is nan at step 3", history, "a smaller rate")

    monkeypatch.setattr(ag.training, "fit", diverge)
    result = run("demo", "--out", tmp_path, "--epochs", 1)
    assert result.exit_code == 1
    assert re.fullmatch(r"autograd-cnn demo: the loss is nan at step 3; try .*--seed\n", result.stderr)


def test_a_strange_viz_is_named(tmp_path, monkeypatch):
    monkeypatch.delattr(viz, "routing")
    result = run("demo", "--out", tmp_path, "--epochs", 1)
    assert result.exit_code == 1
    assert re.search(r"`import viz` found another package, .*uninstall", result.stderr)


def test_without_the_extra_everything_works(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    result = run("demo", "--out", tmp_path, "--epochs", 1)
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
    assert result.stdout.splitlines()[-1].endswith('pip install "autograd-cnn[draw]"')


def test_with_the_extra_nothing_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr("autograd_cnn.cli.demonstration.find_spec", lambda name: object())
    assert "pip install" not in run("demo", "--out", tmp_path, "--epochs", 1).output


def test_interrupt_while_drawing_names_what_is_there(tmp_path, monkeypatch):
    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(viz, "curves", interrupt)
    result = run("demo", "--out", tmp_path, "--epochs", 1)
    assert result.exit_code == 130
    assert "interrupted" in result.stderr
    assert "no file is half-written" in result.stderr
    for name in FILES[:-1]:
        assert name in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES[:-1])


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send")
def test_ctrl_c_while_training(tmp_path):
    # whoever runs the tests in the background has them ignore Ctrl-C, and children inherit that
    heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = f"{heed}; from autograd_cnn.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", command, "demo", "--out", str(tmp_path), "--epochs", "4000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert "LeNet-5" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "nothing yet" in complaint
    assert "Traceback" not in complaint
    assert list(tmp_path.iterdir()) == []


def threads():
    return [get() for get, _ in blas_threads.blas_controls()]


def test_training_uses_one_blas_thread_and_gives_the_others_back():
    before = threads()
    with blas.one_thread():
        assert set(threads()) <= {1}
    assert threads() == before
    with pytest.raises(KeyboardInterrupt), blas.one_thread():
        raise KeyboardInterrupt
    assert threads() == before


def test_another_blas_is_left_alone(tmp_path, monkeypatch):
    stranger = tmp_path / "libopenblas.so"
    stranger.write_bytes(b"no library")
    monkeypatch.setattr(blas_threads, "_libraries", lambda: [stranger])
    with blas.one_thread():
        assert blas_threads.blas_controls() == []


def test_live_bar_on_a_terminal():
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=100, highlight=False)
    with showing(console, 2) as show:
        for number in (1, 2):
            show(ag.training.Step(number, 2, number, 2, 64 * number, 0.5, 0.875, 0.1, 0.1 * number))
    text = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", screen.getvalue())
    assert "epoch 2/2" in text
    assert "loss 0.500, accuracy 87.5 %, 640 samples/s" in text
    assert "left" in text


def test_plain_lines_are_few():
    file = io.StringIO()
    with showing(Console(file=file, width=40, force_terminal=False), 100) as show:
        for number in range(1, 201):
            show(ag.training.Step(number, 200, (number + 1) // 2, 100, number, 0.5, 0.5, 0.1, 1.0))
    lines = file.getvalue().splitlines()
    assert len(lines) == 8
    assert lines[-1].startswith("epoch 100/100: loss 0.500")
    assert lines[-1].endswith("0 s left")


def test_version_and_help():
    assert run("--version").stdout == f"autograd-cnn {ag.__version__}\n"
    assert "demo" in run("--help").stdout
    assert "--batch-size" in run("demo", "--help", "--help").stdout


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(5))
def test_every_seed_reaches_98_percent(seed, tmp_path):
    result = run("demo", "--out", tmp_path, "--seed", seed)
    accuracy = float(re.search(r"held-out accuracy: ([\d.]+) %", result.stdout).group(1))
    assert accuracy >= 98.0
