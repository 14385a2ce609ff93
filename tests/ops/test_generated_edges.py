"""Tests generated from the op tables: inputs at the edges, adjoints, kinks, and what must be refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn import AutogradError
from autograd_cnn.primitive import Primitive, registry, zero
from tests.ops.rows import ROWS
from tests.ops.table import Array, Bad, Inputs, Kink, OpRow, Variant
from tests.ops.test_generated import VARIANTS, call, expected_of, gradients_of

LINEAR = [case for case in VARIANTS if any(registry[name].linear for name in case.values[0].primitives)]


@pytest.mark.parametrize(
    ("row", "inputs"), [pytest.param(r, e, id=f"{r.name}-{n}") for r in ROWS for n, e in enumerate(r.edges)]
)
def test_empty_and_single_inputs(row: OpRow, inputs: Inputs) -> None:
    settings = row.variants[0].settings
    outputs, leaves = call(row, tuple(inputs), settings, gradients=True)
    for y, e in zip(outputs, expected_of(row, tuple(inputs), settings), strict=True):
        np.testing.assert_allclose(y.numpy().reshape(-1), e.reshape(-1), rtol=1e-12)
        if e.size:
            assert y.shape == e.shape
    for create_graph in (False, True):
        for g, x in zip(gradients_of(row, tuple(inputs), settings, create_graph), leaves, strict=True):
            assert g.shape == x.shape


@pytest.mark.parametrize(
    ("row", "shapes"), [pytest.param(r, s, id=f"{r.name}-{s}") for r in ROWS for s in r.broadcasts]
)
def test_broadcast_gradients_are_summed_back(row: OpRow, shapes: list[tuple[int, ...]]) -> None:
    """An operand's gradient is the sum over the copies that broadcasting made of it."""
    rng = np.random.default_rng(4)
    drawn = row.inputs(row.variants[0])
    inputs = tuple(
        np.asarray(rng.random(shape) < 0.5 if like.dtype == bool else distinct_numbers(rng, shape) + k / 3)
        for k, (shape, like) in enumerate(zip(shapes, drawn, strict=True))
    )
    full = np.broadcast_shapes(*shapes)
    copies = tuple(np.broadcast_to(a, full).copy() for a in inputs)
    cotangent = rng.standard_normal(full)
    for create_graph in (False, True):
        found = gradients_of(row, inputs, {}, create_graph, [cotangent])
        whole = gradients_of(row, copies, {}, create_graph, [cotangent])
        wanted = [a for i, a in enumerate(inputs) if row.wants(i, a)]
        for g, e, x in zip(found, whole, wanted, strict=True):
            assert g.shape == x.shape
            np.testing.assert_allclose(g.numpy(), summed_to(e.numpy(), x.shape), rtol=1e-12, atol=1e-12)


def distinct_numbers(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    return rng.permutation(int(np.prod(shape))).reshape(shape) + 0.2


def summed_to(array: Array, shape: tuple[int, ...]) -> Array:
    """Sum over the axes that broadcasting added to ``shape``."""
    array = array.sum(axis=tuple(range(array.ndim - len(shape))))
    for axis, size in enumerate(shape):
        if size == 1:
            array = array.sum(axis=axis, keepdims=True)
    return array


def recorded_calls(row: OpRow, variant: Variant, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Run a row and give (primitive, inputs, settings, result) of each call of its primitives."""
    calls: list[Any] = []

    def spy(primitive: Primitive) -> Any:
        kernel = primitive.kernel

        def observed(*arrays: Any, **settings: Any) -> Any:
            result = kernel(*arrays, **settings)
            calls.append((primitive, kernel, arrays, settings, result))
            return result

        return observed

    inputs = row.inputs(variant)
    with monkeypatch.context() as patch:
        for name in row.primitives:
            patch.setattr(registry[name], "kernel", spy(registry[name]))
        call(row, inputs, variant.settings)
    return iter(calls)


@pytest.mark.parametrize(("row", "variant"), LINEAR)
def test_adjoint(row: OpRow, variant: Variant, monkeypatch: pytest.MonkeyPatch) -> None:
    """<A x, y> = <x, A' y>, in each input that the primitive declares linear."""
    rng = np.random.default_rng(5)
    tried = 0
    for primitive, kernel, arrays, settings, result in recorded_calls(row, variant, monkeypatch):
        for position, array in enumerate(arrays):
            name = primitive.inputs[0] if primitive.variadic else primitive.inputs[position]
            if name not in primitive.linear or not isinstance(array, np.ndarray) or array.dtype.kind != "f":
                continue
            x = rng.standard_normal(array.shape)
            y = rng.standard_normal(result.shape)
            moved = list(arrays)
            moved[position] = x
            image = kernel(*moved, **settings)
            for number in range(
                len(arrays) if primitive.variadic else 0
            ):  # a sum over the parts: the others are 0
                if number != position:
                    moved[number] = np.zeros(arrays[number].shape)
                    image = kernel(*moved, **settings)
            if primitive.name == "select":
                image = np.where(arrays[0] if position == 1 else ~arrays[0], image, 0.0)
            rule = primitive.rules[name]
            kept = [arrays[k.position] for k in primitive.needs(rule)]
            extra = {"position": position} if primitive.variadic else {}
            back = summed_to(np.asarray(rule(y, *kept, **extra, **settings)), x.shape)
            tolerance = 1e-6 if primitive.name == "cast" else 1e-9
            np.testing.assert_allclose(np.vdot(image, y), np.vdot(x, back), rtol=tolerance, atol=tolerance)
            tried += 1
    assert tried or primitive_is_hidden(row)


def primitive_is_hidden(row: OpRow) -> bool:
    """Some rows' linear primitives only meet integers; another row tries them."""
    return row.order == 0


@pytest.mark.parametrize(
    ("row", "kink"), [pytest.param(r, k, id=f"{r.name}-{n}") for r in ROWS for n, k in enumerate(r.kinks)]
)
def test_kinks_and_ties(row: OpRow, kink: Kink) -> None:
    inputs = tuple(np.asarray(a) for a in kink.inputs)
    for create_graph in (False, True):
        with np.errstate(all="ignore"):
            outputs, leaves = call(row, inputs, kink.settings, gradients=True)
            y = outputs[0]
            found = ag.gradients(y, leaves, np.ones(y.shape), create_graph)
        expected = [np.asarray(g) for g in kink.gradients if g is not None]
        assert len(found) == len(expected)
        for g, e in zip(found, expected, strict=True):
            np.testing.assert_allclose(g.numpy(), e, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    "bad", [pytest.param(b, id=f"{r.name}-{n}") for r in ROWS for n, b in enumerate(r.bad)]
)
def test_bad_inputs(bad: Bad) -> None:
    with pytest.raises(bad.error) as caught:
        bad.call()
    error = caught.value
    text = str(error)
    assert isinstance(error, AutogradError)
    assert re.search(bad.pattern, text, re.DOTALL), text
    assert error.fits or error.rule, f"nothing says what would fit: {text}"
    code = bad.call.__code__
    assert error.line.file == code.co_filename
    assert 0 <= error.line.number - code.co_firstlineno < 12
    assert error.line.text in text
    assert text.endswith(f"  at {error.line}")


def test_known_zeros_and_no_gradients_differ() -> None:
    """A step function's gradient may be asked for and is 0; a comparison's may not be asked for."""
    x = ag.tensor([1.0, -2.0], requires_grad=True)
    assert ag.gradients(ag.sign(x).sum(), x)[0].numpy().tolist() == [0.0, 0.0]
    assert not (x > 0).requires_grad
    with pytest.raises(ag.NoGradientError, match="output 0 wants no gradient"):
        ag.gradients(x > 0, x, [1.0, 1.0])
    steps = {"sign", "floor", "ceil", "trunc", "round", "floor_divide", "binary_step", "hardmax"}
    assert {name for name, p in registry.items() if set(p.rules.values()) == {zero}} == steps
