"""Primitive: registration, and what a rule may ask for."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn.primitive import Primitive, registry


@pytest.fixture(autouse=True)
def registry_as_before() -> Iterator[None]:
    before = dict(registry)
    yield
    registry.clear()
    registry.update(before)


def same_shape(x: Any, *_: Any, **__: Any) -> tuple[int, ...]:
    return x.shape  # type: ignore[no-any-return]


def test_names_are_unique() -> None:
    with pytest.raises(ValueError, match="'add' is registered already"):
        Primitive("add", np.add, "x y", shape=same_shape)


def test_rules_are_for_inputs() -> None:
    with pytest.raises(ValueError, match=r"odd: rules for unknown inputs \['z'\]"):
        Primitive("odd", np.negative, "x", shape=same_shape, vjps={"z": lambda g: g})
    assert "odd" not in registry


def test_inputs_and_outputs_have_different_names() -> None:
    """A rule asks by name, so it could not say whether it wants the input or the output."""
    with pytest.raises(ValueError, match="odd: inputs and outputs share a name"):
        Primitive("odd", np.multiply, "g out", shape=same_shape)
    assert "odd" not in registry


def test_a_rule_that_asks_for_what_is_not_there_is_named() -> None:
    odd = Primitive("odd", np.negative, "x", shape=same_shape, vjps={"x": lambda g, y: g})
    with pytest.raises(ValueError, match="odd: a rule asks for 'y', which is neither input nor output"):
        odd(ag.tensor([1.0], requires_grad=True))


def test_without_rules_there_is_no_gradient() -> None:
    odd = Primitive("odd", np.negative, "x", shape=same_shape)
    assert not odd.differentiable
    y = odd(ag.tensor([1.0], requires_grad=True))
    assert not y.requires_grad
    assert y.node is None


def test_arrays_give_arrays_and_tensors_give_tensors() -> None:
    add = registry["add"]
    assert isinstance(add(np.ones(2), np.ones(2)), np.ndarray)
    assert isinstance(add(np.ones(2), ag.tensor([1.0, 2.0])), ag.Tensor)


def test_only_what_wanted_inputs_rules_ask_for_is_kept() -> None:
    """A rule that nobody needs keeps nothing alive."""
    multiply = registry["multiply"]
    plans = {mask: [kept.name for kept in multiply.plan(mask).keep] for mask in (0b111, 0b110, 0b101)}
    assert plans == {0b111: ["y", "x"], 0b110: ["y"], 0b101: ["x"]}
    assert multiply.plan(0b111) is multiply.plan(0b111)
    assert multiply.plan(0b110).wanted == (True, False)


def test_a_transpose_declares_an_input_linear() -> None:
    assert registry["multiply"].linear == {"x", "y"}
    assert registry["max_unpool"].linear == {"y"}
    assert registry["relu"].linear == set()


def test_inputs_are_named_in_messages() -> None:
    assert registry["conv"].input_name(1) == "weight"
    assert registry["concatenate"].input_name(3) == "parts[3]"


def test_repr_and_pickle_go_by_name() -> None:
    assert repr(registry["conv"]) == "<primitive conv(x, weight, bias)>"
    assert pickle.loads(pickle.dumps(registry["conv"])) is registry["conv"]


def test_a_refusal_of_numpys_is_worded_by_the_shape_rule() -> None:
    """Elementwise ops ask the shape rule only then: it costs more than the sum."""
    assert not registry["add"].check_first
    with pytest.raises(ag.ShapeError, match="add: the operands cannot be broadcast"):
        ag.add(np.ones(2), np.ones(3))


def test_a_refusal_that_the_shape_rule_does_not_share_comes_through() -> None:
    def fail(x: Any) -> Any:
        raise ValueError("for a reason of its own")

    odd = Primitive("odd", fail, "x", shape=same_shape, check_first=False)
    with pytest.raises(ag.RangeError, match=r"odd: for a reason of its own\n  x: float32 \(1,\)"):
        odd(ag.tensor([1.0]))


def odd(rule: Any, kernel: Any = np.sin) -> Primitive:
    return Primitive("odd", kernel, "x", shape=same_shape, vjps={"x": rule}, diagonal=True, replace=True)


def swept(rule: Any, create_graph: bool = False) -> ag.Tensor:
    x = ag.tensor(np.array([0.5, 1.0]), requires_grad=True)
    y = odd(rule)(x * 1.0) + x * 2.0
    return ag.gradients(y, x, np.ones(2), create_graph=create_graph)[0]


@pytest.mark.parametrize(
    ("rule", "asked", "fits"),
    [
        (lambda g, x: g.detach() * np.cos(x), "a NumPy array for .detach", "the value as it is"),
        (lambda g, x: x.exp() * g, "a NumPy array for .exp", r"ag\.exp\(x\), which takes both"),
        (lambda g, x: g * x.requires_grad, "a NumPy array for .requires_grad", "the value as it is"),
    ],
)
def test_a_rule_that_takes_arrays_for_tensors_is_told_so(rule: Any, asked: str, fits: str) -> None:
    with pytest.raises(
        ag.RuleOperandError, match=f"(?s)^odd: its rule for 'x' asked {asked}.*{fits}"
    ) as info:
        swept(rule)
    assert "lambda g, x:" in str(info.value)  # the rule's own line


def test_a_rule_that_takes_tensors_for_arrays_is_told_so() -> None:
    def rule(g: Any) -> Any:
        return g.copy()

    swept(rule)
    with pytest.raises(
        ag.RuleOperandError, match=r"asked a Tensor for \.copy(?s:.*)functions of autograd_cnn"
    ):
        swept(rule, create_graph=True)
    with pytest.raises(ag.RuleOperandError, match=r"asked a Tensor for \.copy"):
        ag.jvp(odd(rule), [np.ones(2)], [np.ones(2)])


def test_a_rules_other_mistakes_come_through() -> None:
    with pytest.raises(AttributeError, match="no attribute 'cosine'") as info:
        swept(lambda g: g * np.cosine(g))  # type: ignore[attr-defined]
    assert not isinstance(info.value, ag.AutogradError)
    with pytest.raises(ValueError, match="of its own"):
        swept(lambda g: next(_ for _ in [1] if exec("raise ValueError('of its own')")))


def test_a_rule_cannot_write_to_what_others_use() -> None:
    """The sum hands one array to both its inputs: multiplied in place, x * 2.0 got three times its share."""

    def rule(g: Any) -> Any:
        g *= 3.0
        return g

    with pytest.raises(ag.RuleError, match=r"(?s)writes to an array that it was given.*g \*= 3\.0"):
        swept(rule)


def test_a_kernel_cannot_write_to_a_tensor() -> None:
    def kernel(x: Any) -> Any:
        x *= 2.0
        return x

    x = ag.tensor([1.0])
    with pytest.raises(ag.RangeError, match="read-only"):
        odd(lambda g: g * 2.0, kernel)(x)
    assert x.item() == 1.0
