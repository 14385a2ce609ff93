"""Short ways to declare elementwise primitives: smooth ones, steps, and questions with a yes or no.

Also a quotient for their rules, which is 0 where the denominator is 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd_cnn.ops._shapes import elementwise
from autograd_cnn.ops.comparison import equal_p, select_p
from autograd_cnn.primitive import Primitive, Rule, zero


def unary(name: str, kernel: Callable[..., Any], rule: Rule) -> Primitive:
    """Declare a function of one operand by its kernel and the rule of its gradient."""
    return Primitive(
        name, kernel, "x", shape=elementwise(name, "x"), vjps={"x": rule}, diagonal=True, check_first=False
    )


def step(name: str, kernel: Callable[..., Any]) -> Primitive:
    """Declare a function that is flat between its jumps: its gradient is a known zero."""
    return Primitive(
        name,
        lambda x, **settings: kernel(x, **settings) if x.dtype.kind == "f" else x,
        "x",
        shape=elementwise(name, "x"),
        vjps={"x": zero},
        check_first=False,
    )


def question(name: str, kernel: Callable[..., Any], *inputs: str) -> Primitive:
    """Declare an elementwise function whose results are booleans, which have no gradient."""
    return Primitive(
        name,
        kernel,
        " ".join(inputs),
        shape=elementwise(name, *inputs),
        dtype=lambda *_, **__: bool,
        check_first=False,
    )


def quotient_or_zero(x: Any, y: Any) -> Any:
    """Give ``x / y``, and 0 where y is 0, in every derivative.

    For the gradient of a length, ``x / |x|``, which has no value at the origin.
    """
    none = equal_p(y, 0.0)
    return select_p(none, 0.0, x / select_p(none, 1.0, y))
