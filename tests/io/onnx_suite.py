"""Run ONNX's own backend tests, and keep what became of each."""

import os
import tempfile
import unittest
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Any

import numpy as np
import onnx
from onnx.backend.test.runner import Runner

from autograd_cnn.io.onnx_backend import AutogradBackend, AutogradBackendRep
from autograd_cnn.io.onnx_call import UnsupportedNodeError

GROUPS = {
    "OnnxBackendNodeModelTest": "node",
    "OnnxBackendSimpleModelTest": "simple",
    "OnnxBackendPyTorchConvertedModelTest": "pytorch-converted",
    "OnnxBackendPyTorchOperatorModelTest": "pytorch-operator",
    "OnnxBackendRealModelTest": "real",
}


@dataclass(frozen=True)
class Outcome:
    """What became of one test: "passed", "left out" or "failed", and why."""

    group: str
    name: str
    operators: tuple[str, ...]
    word: str
    why: str = ""


class _Asking(AutogradBackendRep):
    """A prepared model that reports what it cannot do as a skipped test, with the reason."""

    def run(self, inputs: Any, **kwargs: Any) -> tuple[np.ndarray, ...]:
        with _reasons():
            return super().run(inputs, **kwargs)


class _SuiteBackend(AutogradBackend):
    operators: tuple[str, ...] = ()

    @classmethod
    def prepare(cls, model: onnx.ModelProto, device: str = "CPU", **_: Any) -> _Asking:
        _SuiteBackend.operators = tuple(sorted({node.op_type for node in model.graph.node}))
        with _reasons():
            super().prepare(model, device)
            return _Asking(model)


@contextmanager
def _reasons() -> Iterator[None]:
    try:
        yield
    except UnsupportedNodeError as error:
        where = "" if error.op == "prepare" else f"{error.op}: "
        raise unittest.SkipTest(where + error.problem) from None


class _Recorder(unittest.TestResult):
    def __init__(self, group: str) -> None:
        super().__init__()
        self.group = group
        self.outcomes: list[Outcome] = []

    def _note(self, test: unittest.TestCase, word: str, why: str = "") -> None:
        name = test.id().rpartition(".")[2].removesuffix("_cpu")
        self.outcomes.append(Outcome(self.group, name, _SuiteBackend.operators, word, why))

    def addSuccess(self, test: unittest.TestCase) -> None:
        self._note(test, "passed")

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        self._note(test, "left out", reason)

    def addError(self, test: unittest.TestCase, err: tuple[type, BaseException, TracebackType]) -> None:
        lines = [line.strip() for line in str(err[1]).splitlines() if line.strip()]
        self._note(test, "failed", f"{err[0].__name__}: {' | '.join(lines[:6])}")

    addFailure = addError  # noqa: N815 - the name is unittest's


@cache
def _cases() -> dict[str, type[unittest.TestCase]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # onnx computes the expected values here, overflow and all
        cases: dict[str, type[unittest.TestCase]] = Runner(_SuiteBackend, __name__).test_cases
    return cases


def run_suite(*groups: str, pattern: str = "") -> list[Outcome]:
    """Run the groups of tests (all of them when none is named) on the CPU."""
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory() as folder, _onnx_models(folder):
        for title, case in _cases().items():
            group = GROUPS[title]
            if groups and group not in groups:
                continue
            recorder = _Recorder(group)
            for name in unittest.defaultTestLoader.getTestCaseNames(case):
                if name.endswith("_cpu") and pattern in name:
                    with warnings.catch_warnings():
                        # casts to small types and logarithms of 0 are what some tests are about
                        warnings.simplefilter("ignore", RuntimeWarning)
                        case(name).run(recorder)
            outcomes += recorder.outcomes
    return outcomes


@contextmanager
def _onnx_models(folder: str) -> Iterator[None]:
    """Let onnx unpack its real networks into a folder of ours instead of the user's home."""
    before = os.environ.get("ONNX_MODELS")
    os.environ["ONNX_MODELS"] = folder
    try:
        yield
    finally:
        if before is None:
            del os.environ["ONNX_MODELS"]
        else:
            os.environ["ONNX_MODELS"] = before
