"""The user's line: found outside the package, kept cheaply, resolved when shown."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_cnn as ag
from autograd_cnn.lines import Line, resolve, user_line, user_position


def test_a_line_reads_as_place_and_text() -> None:
    assert str(Line("net.py", 7, "y = x * 2", "forward")) == "net.py:7: y = x * 2"
    assert str(Line("<stdin>", 1, "", "<module>")) == "<stdin>:1"


def test_the_callers_line() -> None:
    line = user_line(0)
    assert line.file == __file__
    assert line.text == "line = user_line(0)"
    assert line.function == "test_the_callers_line"


def test_a_position_is_resolved_later() -> None:
    code, offset = user_position(0)
    later = resolve(code, offset)
    assert later.text == "code, offset = user_position(0)"
    assert resolve(code, 10**9).number == code.co_firstlineno


def test_helpers_of_the_user_are_the_users() -> None:
    def helper(x: Any) -> Any:
        return x * 2.0

    x = ag.tensor([1.0], requires_grad=True)
    assert helper(x).node.line.function.endswith("helper")


def test_each_line_of_a_long_call_is_its_own() -> None:
    x = ag.tensor([1.0], requires_grad=True)
    y = ag.exp(
        ag.tanh(x)  # first
    )
    inner = y.node.inputs[0]
    assert inner.line.text == "ag.tanh(x)  # first"
    assert inner.line.number == y.node.line.number + 1


def test_positions_keep_no_locals_alive() -> None:
    import gc
    import weakref

    class Big:
        pass

    def work() -> tuple[Any, Any]:
        big = Big()
        x = ag.tensor([1.0], requires_grad=True)
        return x * 2.0, weakref.ref(big)

    gc.disable()
    try:
        y, big = work()
        assert y.node is not None
        assert big() is None
    finally:
        gc.enable()


def test_code_without_a_file_has_a_place_but_no_text() -> None:
    names: dict[str, Any] = {"x": ag.tensor([1.0], requires_grad=True)}
    exec(compile("y = x * 2.0", "<made up>", "exec"), names)
    assert str(names["y"].node.line) == "<made up>:1"


def test_a_gradient_nodes_line_is_where_the_gradient_was_asked_for() -> None:
    x = ag.tensor([1.0], requires_grad=True)
    loss = ag.exp(x).sum()
    (g,) = ag.gradients(loss, x, create_graph=True)
    assert g.node.line.text == "(g,) = ag.gradients(loss, x, create_graph=True)"
    assert g.node.origin.node.line.text == "loss = ag.exp(x).sum()"


def test_errors_carry_their_parts() -> None:
    line = Line("net.py", 7, "y = x * 2", "forward")
    error = ag.ShapeError(
        "op", "no good", operands={"x": np.zeros((2, 3)), "n": 3}, rule="a == b", fits="b", line=line
    )
    assert (error.op, error.problem, error.rule, error.fits, error.line) == (
        "op",
        "no good",
        "a == b",
        "b",
        line,
    )
    assert error.operands == {"x": "float64 (2, 3)", "n": "3"}
    assert str(error) == (
        "op: no good\n  x: float64 (2, 3)\n  n: 3\n  rule: a == b\n  fits: b\n  at net.py:7: y = x * 2"
    )
    assert str(ag.RangeError("op", "no good")).splitlines()[1].startswith(f"  at {__file__}:")
