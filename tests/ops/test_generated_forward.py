"""What every row of the op tables must also do: push tangents forward, and run on shapes alone."""

from __future__ import annotations

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn import Tensor
from autograd_cnn._creation import abstract_tensor
from autograd_cnn._modes import switched
from tests.ops.rows import ROWS
from tests.ops.table import Array, Inputs, OpRow, Variant
from tests.ops.test_generated import SMOOTH, VARIANTS, call, gradients_of


def moved(
    row: OpRow, inputs: Inputs, tangents: list[Array | None], step: float, variant: Variant
) -> list[Array]:
    shifted = tuple(
        a if t is None else np.asarray(a + step * t) for a, t in zip(inputs, tangents, strict=True)
    )
    return [y.numpy() for y in call(row, shifted, variant.settings)[0]]


def directions(row: OpRow, inputs: Inputs) -> list[Array | None]:
    rng = np.random.default_rng(3)
    return [rng.standard_normal(a.shape) if row.wants(i, a) else None for i, a in enumerate(inputs)]


@pytest.mark.parametrize(("row", "variant"), SMOOTH)
def test_tangents_against_finite_differences(row: OpRow, variant: Variant) -> None:
    inputs = row.inputs(variant)
    tangents = directions(row, inputs)
    wanted = [i for i, t in enumerate(tangents) if t is not None]

    def function(*values: Tensor) -> tuple[Tensor, ...]:
        arguments: list[object] = [ag.from_numpy(a) for a in inputs]
        for i, value in zip(wanted, values, strict=True):
            arguments[i] = value
        result = row.function(*arguments, **variant.settings)
        return result if isinstance(result, tuple) else (result,)

    values, pushed = ag.jvp(function, [inputs[i] for i in wanted], [tangents[i] for i in wanted])
    step = 1e-6
    up = moved(row, inputs, tangents, step, variant)
    down = moved(row, inputs, tangents, -step, variant)
    for value, tangent, high, low in zip(values, pushed, up, down, strict=True):
        if value.dtype.kind != "f":
            continue
        assert tangent.shape == value.shape
        assert tangent.dtype == value.dtype
        np.testing.assert_allclose(tangent.numpy(), (high - low) / (2 * step), rtol=2e-4, atol=2e-6)


@pytest.mark.parametrize(("row", "variant"), SMOOTH)
def test_forward_and_reverse_agree(row: OpRow, variant: Variant) -> None:
    """<J t, c> = <t, J' c>, to rounding: the two modes come from different rules."""
    inputs = row.inputs(variant)
    tangents = directions(row, inputs)
    wanted = [i for i, t in enumerate(tangents) if t is not None]

    def function(*values: Tensor) -> tuple[Tensor, ...]:
        arguments: list[object] = [ag.from_numpy(a) for a in inputs]
        for i, value in zip(wanted, values, strict=True):
            arguments[i] = value
        result = row.function(*arguments, **variant.settings)
        return tuple(y for y in (result if isinstance(result, tuple) else (result,)) if y.dtype.kind == "f")

    values, pushed = ag.jvp(function, [inputs[i] for i in wanted], [tangents[i] for i in wanted])
    rng = np.random.default_rng(1)
    cotangents = [rng.standard_normal(y.shape) for y in values]
    tracked = [c for c, y in zip(cotangents, call(row, inputs, variant.settings, True)[0], strict=False)]
    gradients = gradients_of(row, inputs, variant.settings, cotangents=tracked)
    forward = sum(float(np.vdot(c, t.numpy())) for c, t in zip(cotangents, pushed, strict=True))
    reverse = sum(float(np.vdot(tangents[i], g.numpy())) for i, g in zip(wanted, gradients, strict=True))
    scale = sum(float(np.abs(c * t.numpy()).sum()) for c, t in zip(cotangents, pushed, strict=True))
    assert forward == pytest.approx(reverse, abs=1e-9 * max(scale, 1.0))


@pytest.mark.parametrize(("row", "variant"), VARIANTS)
def test_shapes_and_dtypes_without_values(row: OpRow, variant: Variant) -> None:
    inputs = row.inputs(variant)
    real = call(row, inputs, variant.settings)[0]
    # integer and boolean inputs are positions and masks: their values decide, so they stay
    stand_ins = [
        abstract_tensor(a.shape, a.dtype) if a.dtype.kind == "f" else ag.from_numpy(a) for a in inputs
    ]
    with switched(abstract=True):
        result = row.function(*stand_ins, **variant.settings)
    shapes = result if isinstance(result, tuple) else (result,)
    assert [(y.shape, y.dtype) for y in shapes] == [(y.shape, y.dtype) for y in real]


def test_rows_are_there() -> None:
    assert len(ROWS) > 50
