"""What is known of the order of elements in memory, on which the rounding of some kernels depends.

A rewriting may hand a kernel the same values in another order: a transposed view in place of a copy, say.
An elementwise sum cannot tell; a reduction adds up in memory order, so its last bit may change. Rules ask
here before they change an order.
"""

from __future__ import annotations

from collections.abc import Container

from autograd_cnn._program.entries import Entry, Program

# results rounded once from elements, or moved: the same bits whatever the order, which is passed on
_MOVED_OR_ROUNDED_ONCE = """
    absolute add alias cast ceil concatenate convert crop divide equal expand first_share floor greater
    greater_equal identity isfinite isinf isnan less less_equal logical_and logical_not logical_or
    logical_xor maximum minimum multiply negative not_equal pad relu relu_gate reshape select sign slice
    sqrt square subtract transpose trunc unslice
"""
INDIFFERENT = frozenset(_MOVED_OR_ROUNDED_ONCE.split())
VIEWS = frozenset({"alias", "crop", "expand", "identity", "reshape", "slice", "transpose"})
# beside the indifferent ones these make new arrays in the order of their operands
_FUNCTIONS = """
    arcsinh arctan cbrt cos cosh exp exp2 expm1 log log10 log1p log2 power reciprocal sin sinh tan tanh
"""
FRESH = (INDIFFERENT - VIEWS - {"unslice"}) | frozenset(_FUNCTIONS.split())


def ordered_values(program: Program) -> set[str]:
    """Give the values whose order in memory may decide how something later is rounded."""
    ordered: set[str] = set()
    for entry in reversed(program.entries):
        passes_on = entry.primitive.name in INDIFFERENT
        if not passes_on or any(value.name in ordered for value in entry.outputs):
            ordered.update(v for v in entry.inputs if isinstance(v, str))
    return ordered


def is_packed(entry: Entry, packed: Container[str]) -> bool:
    """Say whether an entry's result surely lies in row-major order, from what its operands do."""
    name = entry.primitive.name
    if name not in FRESH and name not in ("alias", "identity", "reshape"):
        return False
    return all(v in packed for v in entry.inputs if isinstance(v, str))
