"""Tests generated from the op tables: what every op must do, checked for each row and variant.

``test_generated_edges`` tries the inputs at the edges, ``test_generated_forward`` the forward mode.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn import Tensor
from autograd_cnn._modes import switched
from autograd_cnn.primitive import Primitive, registry

from .rows import ROWS
from .table import Array, Inputs, OpRow, Variant

VARIANTS = [
    pytest.param(row, variant, id=f"{row.name}-{number}")
    for row in ROWS
    for number, variant in enumerate(row.variants)
]
SMOOTH = [case for case in VARIANTS if case.values[0].order]
# functions of two or more operands that want gradients; a primitive by itself brings no dtypes together
MIXED = [
    case
    for case in SMOOTH
    if sum(case.values[0].wants(i, a) for i, a in enumerate(case.values[0].inputs(case.values[1]))) > 1
    and not isinstance(case.values[0].function, Primitive)
]
# settings that send a function to another row's primitive
OTHER_ROUTES = {
    "leaky_relu-3": {"prelu"},  # slopes without a sign to tell the sides apart by
    "leaky_relu-4": {"prelu"},
    "gelu-1": {"gelu_tanh"},
    "clip-3": {"minimum", "maximum"},  # limits that are tensors
}


def call(
    row: OpRow, inputs: Inputs, settings: Any, gradients: bool = False
) -> tuple[list[Tensor], list[Tensor]]:
    """Run a row's function; give its outputs and, of the inputs, those that want a gradient."""
    tensors = [
        ag.from_numpy(a, share=True, requires_grad=gradients and row.wants(i, a))
        for i, a in enumerate(inputs)
    ]
    result = row.function(*tensors, **settings)
    outputs = list(result) if isinstance(result, tuple) else [result]
    return outputs, [t for t in tensors if t.requires_grad]


def gradients_of(
    row: OpRow,
    inputs: Inputs,
    settings: Any,
    create_graph: bool = False,
    cotangents: list[Array] | None = None,
) -> list[Tensor]:
    """Give the gradients of all inputs that have one, under fixed random cotangents."""
    outputs, leaves = call(row, inputs, settings, gradients=True)
    outputs = [y for y in outputs if y.requires_grad]
    if cotangents is None:
        rng = np.random.default_rng(1)
        cotangents = [rng.standard_normal(y.shape).astype(y.dtype) for y in outputs]
    return list(ag.gradients(outputs, leaves, cotangents, create_graph))


def cast_all(row: OpRow, inputs: Inputs, dtype: Any) -> Inputs:
    return tuple(a.astype(dtype) if a.dtype.kind == "f" else a for a in inputs)


def expected_of(row: OpRow, inputs: Inputs, settings: Any) -> list[Array]:
    result = row.reference(*(a.astype(np.float64) if a.dtype.kind == "f" else a for a in inputs), **settings)
    return list(result) if isinstance(result, tuple) else [result]


def read_only(inputs: Inputs) -> Inputs:
    for a in inputs:
        a.flags.writeable = False
    return inputs


def scattered(array: Array) -> Array:
    """Give the same values in memory order reversed, with gaps and backward."""
    spread = (
        np.repeat(np.asfortranarray(array).copy(order="F"), 2, axis=-1)[..., ::2] if array.ndim else array
    )
    return spread[::-1].copy(order="F")[::-1] if array.ndim else spread


def test_every_primitive_has_a_row() -> None:
    covered = {name for row in ROWS for name in row.primitives}
    missing = sorted(set(registry) - covered)
    assert not missing, f"no row in tests/ops covers {missing}; add one to the table of its family"


def test_row_names_are_unique() -> None:
    names = [row.name for row in ROWS]
    assert len(names) == len(set(names))


def test_every_public_function_has_a_row() -> None:
    """Each op in ``ag.__all__`` is some row's function, or another name of one."""
    engine = {
        "tensor",
        "from_numpy",
        "gradient_graph",
        "gradients",
        "jvp",
        "no_grad",
        "routing",
        "saved_bytes",
    }
    engine |= {"abstract_tensor", "has_values", "recording_all", "shapes_only"}
    engine |= {"get_num_threads", "set_num_threads", "from_dlpack", "detect_anomaly", "gradient_report"}
    engine |= {"grad", "value_and_grad", "vjp", "linearize", "jacobian", "hessian", "hvp", "checkpoint"}
    engine |= {"custom_jvp", "custom_vjp"}
    engine |= {"conv_output_size"}  # numbers, not tensors
    functions = {
        name: getattr(ag, name)
        for name in ag.__all__
        if callable(getattr(ag, name)) and not isinstance(getattr(ag, name), type)
    }
    rows = [row.function for row in ROWS]
    # these take or give lists, or start with text, so their rows wrap them
    wrapped = {"concatenate", "stack", "split", "einsum"}
    filled = {"arange", "eye", "full", "full_like", "linspace", "ones", "ones_like", "zeros", "zeros_like"}
    assert not [n for n, f in functions.items() if f not in rows and n not in engine | wrapped | filled]


def primitives_run(row: OpRow, variant: Variant) -> set[str]:
    """Give the names of the primitives that a call records."""
    inputs = row.inputs(variant)
    with switched(capturing=True):
        outputs, _ = call(row, inputs, variant.settings)
        return {node.primitive.name for node in ag.Graph.of(*outputs).nodes}


@pytest.mark.parametrize(("row", "variant"), VARIANTS)
def test_each_variant_runs_a_primitive_of_its_row(row: OpRow, variant: Variant) -> None:
    number = next(i for i, other in enumerate(row.variants) if other is variant)
    wanted = OTHER_ROUTES.get(f"{row.name}-{number}", set(row.primitives))
    assert wanted & primitives_run(row, variant)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_variants_together_run_all_primitives_of_their_row(row: OpRow) -> None:
    ran = set().union(*(primitives_run(row, variant) for variant in row.variants))
    assert set(row.primitives) <= ran


@pytest.mark.parametrize(("row", "variant"), VARIANTS)
def test_value(row: OpRow, variant: Variant) -> None:
    for dtype in row.dtypes:
        inputs = cast_all(row, row.inputs(variant), dtype)
        before = [a.copy() for a in inputs]
        outputs, _ = call(row, read_only(inputs), variant.settings)
        expected = expected_of(row, inputs, variant.settings)
        assert len(outputs) == len(expected)
        for y, e in zip(outputs, expected, strict=True):
            assert y.shape == e.shape
            tolerance = 1e-12 if dtype == "float64" else 2e-5
            np.testing.assert_allclose(y.numpy(), e, rtol=tolerance, atol=tolerance)
            if y.dtype.kind == "f":
                assert y.dtype == np.dtype(dtype)
        for a, b in zip(inputs, before, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(("row", "variant"), SMOOTH)
def test_gradients_against_finite_differences(row: OpRow, variant: Variant) -> None:
    inputs = row.inputs(variant)
    varied = [i for i, a in enumerate(inputs) if row.wants(i, a)]

    def function(*tensors: Tensor) -> Any:
        full: list[Any] = [ag.from_numpy(a) for a in inputs]
        for i, t in zip(varied, tensors, strict=True):
            full[i] = t
        return row.function(*full, **variant.settings)

    report = ag.testing.gradcheck(function, [inputs[i] for i in varied], order=row.order, eps=1e-5)
    assert report.verdict == "passed", report  # the samples stay away from kinks
    assert report.order == row.order


@pytest.mark.parametrize(("row", "variant"), SMOOTH)
def test_second_order_under_a_moving_cotangent(row: OpRow, variant: Variant) -> None:
    """A rule must be differentiable in its cotangent too: here that depends on x and has both signs."""
    inputs = row.inputs(variant)
    varied = [i for i, a in enumerate(inputs) if row.wants(i, a)]

    def function(*tensors: Tensor) -> Any:
        full: list[Any] = [ag.from_numpy(a) for a in inputs]
        for i, t in zip(varied, tensors, strict=True):
            full[i] = t
        result = row.function(*full, **variant.settings)
        y = result[0] if isinstance(result, tuple) else result
        return y * (y - 0.7)

    report = ag.testing.gradcheck(
        function, [inputs[i] for i in varied], order=row.order, eps=1e-5, modes=("reverse",)
    )
    assert report.passed, report


@pytest.mark.parametrize(("row", "variant"), SMOOTH)
def test_gradient_dtypes_and_inputs_untouched(row: OpRow, variant: Variant) -> None:
    exact = gradients_of(row, row.inputs(variant), variant.settings)
    for dtype in row.dtypes:
        inputs = read_only(cast_all(row, row.inputs(variant), dtype))
        before = [a.copy() for a in inputs]
        for g, e in zip(gradients_of(row, inputs, variant.settings), exact, strict=True):
            assert g.dtype == np.dtype(dtype)
            assert g.shape == e.shape
            tolerance = 1e-12 if dtype == "float64" else 1e-4
            np.testing.assert_allclose(g.numpy(), e.numpy(), rtol=tolerance, atol=10 * tolerance)
        for a, b in zip(inputs, before, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(("row", "variant"), MIXED)
def test_each_gradient_has_its_inputs_dtype(row: OpRow, variant: Variant) -> None:
    """A float32 and a float64 operand give a float64 result, and get gradients of their own dtypes."""
    inputs = list(row.inputs(variant))
    floating = [i for i, a in enumerate(inputs) if row.wants(i, a)]
    inputs[floating[0]] = inputs[floating[0]].astype(np.float32)
    outputs, leaves = call(row, tuple(inputs), variant.settings, gradients=True)
    assert outputs[0].dtype == np.float64
    for create_graph in (False, True):
        found = gradients_of(row, tuple(inputs), variant.settings, create_graph)
        assert [g.dtype for g in found] == [t.dtype for t in leaves]


@pytest.mark.parametrize(("row", "variant"), SMOOTH)
def test_cotangents_are_not_written(row: OpRow, variant: Variant) -> None:
    inputs = row.inputs(variant)
    outputs, leaves = call(row, inputs, variant.settings, gradients=True)
    y = outputs[0]
    rng = np.random.default_rng(2)
    given = rng.standard_normal(y.shape)
    given.flags.writeable = False
    cotangent = ag.from_numpy(given, share=True)
    first = ag.gradients(y, leaves, cotangent)
    again = ag.gradients(y, leaves, cotangent)
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


@pytest.mark.parametrize(("row", "variant"), SMOOTH)
def test_recorded_gradient_equals_plain_one(row: OpRow, variant: Variant) -> None:
    inputs = row.inputs(variant)
    plain = gradients_of(row, inputs, variant.settings)
    recorded = gradients_of(row, inputs, variant.settings, create_graph=True)
    for a, b in zip(plain, recorded, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-13, atol=1e-13)
        assert a.dtype == b.dtype
        assert not a.requires_grad
    for node in ag.Graph.of(*recorded).nodes:
        for value in node.inputs:
            assert isinstance(value, (ag.Node, Tensor, ag.Source, float, int)), (node, value)


@pytest.mark.parametrize(("row", "variant"), VARIANTS)
def test_any_memory_order(row: OpRow, variant: Variant) -> None:
    inputs = row.inputs(variant)
    strided = tuple(scattered(a) for a in inputs)
    for y, e in zip(
        call(row, strided, variant.settings)[0], call(row, inputs, variant.settings)[0], strict=True
    ):
        np.testing.assert_allclose(y.numpy(), e.numpy(), rtol=1e-12, atol=1e-12)
    if not row.order:
        return
    outputs, leaves = call(row, strided, variant.settings, gradients=True)
    y = next(t for t in outputs if t.requires_grad)
    cotangent = np.random.default_rng(3).standard_normal(y.shape)
    found = ag.gradients(y, leaves, ag.from_numpy(scattered(cotangent), share=True))
    expected = gradients_of(row, inputs, variant.settings, cotangents=[cotangent])
    for g, e in zip(found, expected, strict=True):
        np.testing.assert_allclose(g.numpy(), e.numpy(), rtol=1e-12, atol=1e-12)
