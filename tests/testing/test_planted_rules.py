"""Every registered rule, spoilt in nine ways, is refused by the checks: nothing wrong gets past them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn import Tensor
from autograd_cnn.primitive import Primitive, registry, zero
from tests.ops.rows import ROWS
from tests.ops.table import Array, OpRow, Variant

Spoil = Callable[[Callable[[Any], Any], Any], Any]


def values(part: Any) -> Array:
    return np.asarray(part.numpy() if isinstance(part, Tensor) else part)


def one_element(rule: Callable[[Any], Any], g: Any) -> Any:
    part = rule(g)
    error = np.zeros(part.shape)
    if error.size:
        error.flat[-1] = 1e-3 * max(1.0, float(np.abs(values(part)).max()))
    return part + error


def without_half_of_the_terms(rule: Callable[[Any], Any], g: Any) -> Any:
    """Lose the first or the second half of the cotangent: the one that the gradient depends on."""
    first = (np.arange(g.size) < (g.size + 1) // 2).reshape(g.shape)
    part = rule(g * first)
    return rule(g * ~first) if np.any(values(part)) else part


def another_shape(rule: Callable[[Any], Any], g: Any) -> Any:
    part = rule(g)
    return (
        np.ones(2 * part.size + 1) if not isinstance(part, Tensor) else ag.tensor(np.ones(2 * part.size + 1))
    )


def another_dtype(dtype: str) -> Spoil:
    return lambda rule, g: rule(g).astype(dtype)


VALUES: dict[str, Spoil] = {
    "a thousandth more": lambda rule, g: rule(g) * 1.001,
    "a thousandth less": lambda rule, g: rule(g) * 0.999,
    "one element": one_element,
    "sign": lambda rule, g: -rule(g),
    "half of the terms": without_half_of_the_terms,
    "zero": lambda rule, g: rule(g) * 0.0,
}
FORMS: dict[str, tuple[Spoil, type[Exception]]] = {
    "two values": (lambda rule, g: (rule(g), rule(g)), ag.RuleNumberError),
    "none": (lambda rule, g: None, ag.RuleNumberError),
    "integers": (another_dtype("int64"), ag.RuleDTypeError),
}
# cast goes through float32, in whose rounding differences drown: it has a test of its own below
WHOLE = [
    (p, name) for p in registry.values() for name in p.rules if p.rules[name] is not zero and p.name != "cast"
]
FORWARD = [(p, name) for p in registry.values() for name in p.jvps if p.jvps[name] is not zero]


def spoilt(rule: Callable[..., Any], spoil: Spoil, ran: list[int]) -> Callable[..., Any]:
    @wraps(rule)  # the engine reads from the signature which values a rule needs
    def wrong(g: Any, *args: Any, **kwargs: Any) -> Any:
        ran.append(1)
        return spoil(lambda cotangent: rule(cotangent, *args, **kwargs), g)

    return wrong


@contextmanager
def planted(primitive: Primitive, table: str, name: str, spoil: Spoil) -> Iterator[list[int]]:
    rules: dict[str, Any] = getattr(primitive, table)
    right, ran = rules[name], []
    rules[name] = spoilt(right, spoil, ran)
    primitive.plans.clear()
    try:
        yield ran
    finally:
        rules[name] = right
        primitive.plans.clear()


def cases(primitive: Primitive) -> Iterator[tuple[OpRow, Variant]]:
    """Give the rows that run a primitive, its own first."""
    rows = [row for row in ROWS if primitive.name in row.primitives and row.order]
    rows.sort(key=lambda row: row.function is not primitive)
    for row in rows:
        for variant in row.variants:
            yield row, variant


def bound(row: OpRow, variant: Variant) -> tuple[Callable[..., Any], list[Array]]:
    inputs = row.inputs(variant)
    varied = [i for i, a in enumerate(inputs) if row.wants(i, a)]

    def function(*tensors: Tensor) -> Any:
        full: list[Any] = [ag.from_numpy(a) for a in inputs]
        for i, t in zip(varied, tensors, strict=True):
            full[i] = t
        return row.function(*full, **variant.settings)

    return function, [inputs[i] for i in varied]


def refused(
    primitive: Primitive,
    table: str,
    name: str,
    spoil: Spoil,
    check: Callable[..., Any],
    errors: tuple[type[Exception], ...],
) -> bool:
    """Say whether the check refuses the spoilt rule in some row that runs it."""
    for row, variant in cases(primitive):
        function, inputs = bound(row, variant)
        with planted(primitive, table, name, spoil):
            try:
                check(function, inputs)
            except errors:
                return True
    return False


def reverse(function: Any, inputs: Any) -> None:
    ag.testing.gradcheck(function, inputs, eps=1e-5, modes=("reverse",))


def both(function: Any, inputs: Any) -> None:
    ag.testing.gradcheck(function, inputs, eps=1e-5, modes=("reverse", "forward"))


@pytest.mark.parametrize(("primitive", "name"), [pytest.param(p, n, id=f"{p.name}-{n}") for p, n in WHOLE])
def test_a_spoilt_gradient_rule_is_refused(primitive: Primitive, name: str) -> None:
    wrong = (ag.GradientCheckError,)
    missed = [
        what for what, spoil in VALUES.items() if not refused(primitive, "rules", name, spoil, reverse, wrong)
    ]
    missed += [
        what
        for what, (spoil, error) in FORMS.items()
        if not refused(primitive, "rules", name, spoil, reverse, (error,))
    ]
    either = (ag.GradientCheckError, ag.RuleShapeError)  # a longer array may be summed to a scalar operand
    if not refused(primitive, "rules", name, another_shape, reverse, either):
        missed.append("shape")
    if not refused(primitive, "rules", name, another_dtype("float32"), reverse, (ag.RuleDTypeError,)):
        missed.append("float32")
    assert not missed


@pytest.mark.parametrize(("primitive", "name"), [pytest.param(p, n, id=f"{p.name}-{n}") for p, n in FORWARD])
def test_a_spoilt_forward_rule_is_refused(primitive: Primitive, name: str) -> None:
    wrong = (ag.GradientCheckError,)
    missed = [
        what for what, spoil in VALUES.items() if not refused(primitive, "jvps", name, spoil, both, wrong)
    ]
    missed += [
        what
        for what, (spoil, error) in FORMS.items()
        if not refused(primitive, "jvps", name, spoil, both, (error,))
    ]
    assert not missed


LINEAR = [(p, name) for p, name in WHOLE if name in p.linear]


@pytest.mark.parametrize(("primitive", "name"), [pytest.param(p, n, id=f"{p.name}-{n}") for p, n in LINEAR])
def test_a_spoilt_transpose_fails_the_adjoint_test(primitive: Primitive, name: str) -> None:
    spoil = VALUES["a thousandth more"]
    assert refused(
        primitive, "rules", name, spoil, ag.testing.check_adjoint, (ag.testing.GradientCheckError,)
    )


def test_a_spoilt_cast_fails_the_adjoint_test() -> None:
    cast = registry["cast"]
    settings = {"source": np.dtype("float64"), "target": np.dtype("float32")}
    point = [np.linspace(-1, 1, 6)]
    assert ag.testing.check_adjoint(cast, point, settings=settings, rtol=1e-6).passed
    for what in ("a thousandth more", "sign", "half of the terms"):
        with planted(cast, "rules", "x", VALUES[what]), pytest.raises(ag.GradientCheckError):
            ag.testing.check_adjoint(cast, point, settings=settings, rtol=1e-6)


def test_there_are_rules_to_spoil() -> None:
    assert len(WHOLE) > 150
    assert len(FORWARD) > 50
    assert len(LINEAR) > 40
