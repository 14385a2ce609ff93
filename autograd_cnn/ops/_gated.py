"""Declaring an activation function together with its gate.

The gate is the function's gradient as an op of its own: ``gate(g, kept)`` is the cotangent times the slope,
in one pass over memory, and pictures show it by name. It is linear in g, so its own rules are itself and the
function's second derivative, which `curve` gives in terms of other primitives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from autograd_cnn.kernels.blockwise import blockwise
from autograd_cnn.ops._shapes import elementwise
from autograd_cnn.primitive import Primitive, Rule


def in_blocks(formula: Callable[..., Any]) -> Callable[..., Any]:
    """Make a kernel of a formula for `blockwise`."""

    def kernel(*operands: Any, **settings: Any) -> Any:
        return blockwise(formula, *operands, **settings)

    return kernel


def gated(
    name: str,
    formula: Callable[..., Any],
    gate_formula: Callable[..., Any],
    curve: Rule,
    *,
    keep: Literal["x", "out"] = "x",
) -> Primitive:
    """Declare an elementwise function of one operand, and its gate ``<name>_gate``.

    Parameters
    ----------
    name : str
        The op's name; pictures call the gate "<name> gate".
    formula, gate_formula : callable
        ``formula(x, **settings)`` and ``gate_formula(g, kept, **settings)``, for `blockwise`.
    curve : callable
        ``curve(h, kept, **settings)``: h times the derivative of the slope with respect to what is kept,
        written with primitives.
    keep : {"x", "out"}
        What the slope is computed from.
    """
    gate: Primitive = Primitive(
        f"{name}_gate",
        in_blocks(gate_formula),
        "g kept",
        shape=elementwise(f"{name}_gate", "g", "kept"),
        transposes={"g": lambda h, kept, **settings: gate(h, kept, **settings)},
        vjps={"kept": lambda h, g, kept, **settings: curve(h * g, kept, **settings)},
        diagonal=True,
        check_first=False,
        title=f"{name.replace('_', ' ')} gate",
    )

    def from_input(g: Any, x: Any, **settings: Any) -> Any:
        return gate(g, x, **settings)

    def from_output(g: Any, out: Any, **settings: Any) -> Any:
        return gate(g, out, **settings)

    return Primitive(
        name,
        in_blocks(formula),
        "x",
        shape=elementwise(name, "x"),
        vjps={"x": from_input if keep == "x" else from_output},
        diagonal=True,
        check_first=False,
    )
