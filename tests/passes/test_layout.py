"""What the passes believe of the order of elements in memory is so."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_cnn as ag
from autograd_cnn.passes.layout import FRESH, INDIFFERENT, VIEWS, is_packed, ordered_values
from autograd_cnn.primitive import registry

from ..tracing.programs import arrays, program, steps


@settings(max_examples=80, deadline=None)
@given(steps, st.integers(0, 1000))
def test_what_is_called_packed_lies_in_row_major_order(choices, seed):
    given_arrays = arrays(seed)
    graph = ag.trace(program(choices), *given_arrays)
    known = {c.name: c.array for c in graph.constants}
    known |= {value.name: array for value, array in zip(graph.inputs, given_arrays, strict=True)}
    packed = set(known)
    with np.errstate(all="ignore"):
        for entry in graph.entries:
            operands = [known[v] if isinstance(v, str) else v for v in entry.inputs]
            array = np.asarray(entry.primitive.kernel(*operands, **entry.settings))
            known[entry.name] = array
            if is_packed(entry, packed):
                packed.add(entry.name)
                assert array.flags.c_contiguous, str(entry)


@pytest.mark.parametrize(
    "shapes", [((3, 1), (1, 4)), ((2, 1, 3), (4, 1)), ((1, 1), (5, 1)), ((4,), (2, 3, 1))]
)
def test_broadcasting_packed_operands_gives_a_packed_result(shapes) -> None:
    x, y = (np.ones(shape, np.float32) for shape in shapes)
    for name in ("add", "multiply", "power", "less"):
        assert registry[name].kernel(x, y).flags.c_contiguous


def test_every_name_is_a_primitive() -> None:
    assert set(registry) >= FRESH | INDIFFERENT | VIEWS


def test_order_matters_before_a_reduction_only() -> None:
    graph = ag.trace(lambda x: ((x * 2.0).sum(axis=0), x.T + 1.0), ag.Abstract((2, 3)))
    named = {entry.name: entry.primitive.name for entry in graph.entries}
    ordered = ordered_values(graph)
    assert {named.get(name, name) for name in ordered} == {"x", "multiply"}
