"""ONNX's own backend tests, all of them: none may fail, and docs/onnx.md says what became of each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.io.onnx_suite import Outcome

pytestmark = pytest.mark.onnx


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    from tests.io.onnx_suite import run_suite

    return run_suite()


def test_no_test_of_onnx_fails(outcomes: list[Outcome]) -> None:
    assert [f"{o.group} {o.name}: {o.why}" for o in outcomes if o.word == "failed"] == []


def test_every_group_of_tests_ran(outcomes: list[Outcome]) -> None:
    from tests.io.onnx_suite import GROUPS

    passed = {o.group for o in outcomes if o.word == "passed"}
    assert passed == set(GROUPS.values())


def test_what_is_left_out_has_a_reason(outcomes: list[Outcome]) -> None:
    assert [o.name for o in outcomes if o.word == "left out" and len(o.why) < 4] == []


def test_no_reason_hides_an_operator_that_we_have() -> None:
    from autograd_cnn.io.onnx_operators import LEFT_OUT, OPERATORS

    assert set(LEFT_OUT) & set(OPERATORS) == set()


def test_the_page_is_up_to_date(outcomes: list[Outcome]) -> None:
    import onnx

    from tests.io.onnx_table import PAGE, rendered

    page = PAGE.read_text(encoding="utf-8")
    version = re.search(r"come with onnx (\S+)\.", page)
    assert version is not None
    if version[1] != onnx.__version__:
        pytest.skip(f"the page is of onnx {version[1]}, installed is {onnx.__version__}: other tests")
    assert page == rendered(outcomes), "run: python -m tools.onnx_table"


def test_a_wrong_operator_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    from autograd_cnn.io.onnx_operators import OPERATORS
    from tests.io.onnx_suite import run_suite

    right = OPERATORS["Abs"]
    monkeypatch.setitem(OPERATORS, "Abs", lambda call: right(call) * 1.01)
    words = {o.name: o.word for o in run_suite("node", pattern="test_abs_")}
    assert words == {"test_abs": "failed"}
