"""Simplifying keeps every bit; every rule fires where it may and only there."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_cnn as ag
from autograd_cnn.ops.activations import relu_p
from autograd_cnn.ops.movement import crop_p
from autograd_cnn.passes.rewriting import Pass, Rule, forward
from autograd_cnn.passes.simplifying import PASSES, simplified
from autograd_cnn.transforms.joint import Joint

from ..tracing.programs import arrays, bits, program, steps


@settings(max_examples=120, deadline=None)
@given(steps, st.integers(0, 1000))
def test_every_bit_is_kept(choices, seed):
    given_arrays = arrays(seed)
    graph = ag.trace(program(choices), *given_arrays)
    simple = graph.simplify()
    assert len(simple.entries) <= len(graph.entries)
    assert simple.simplify() == simple
    with np.errstate(all="ignore"):
        assert bits(simple(*given_arrays)) == bits(graph(*given_arrays))


@settings(max_examples=25, deadline=None)
@given(steps)
def test_debug_mode_agrees(choices):
    ag.trace(program(choices), *arrays(0)).simplify(debug=True)


def rules(fn, *examples) -> list[str]:
    """The rules that fire, and a check that they keep every bit."""
    graph = ag.trace(fn, *(examples or (ag.Abstract((2, 3)),)))
    return [step.rule for step in graph.simplify(debug=True).history if step.rule != "unused"]


@pytest.mark.parametrize(
    ("fn", "rule"),
    [
        (lambda x: ag.transpose(ag.transpose(x)), "transpose of transpose"),
        (lambda x: ag.transpose(ag.exp(x), (0, 1)), "transpose in place"),
        (lambda x: x.reshape(6).reshape(3, 2), "reshape of reshape"),
        (lambda x: x.reshape(6).reshape(2, 3), "reshape in place"),
        (lambda x: ag.pad(ag.pad(x, 1), 2), "pad of pad, crop of crop"),
        (lambda x: x * 1.0, "times one"),
        (lambda x: np.ones((2, 3), np.float32) * x, "times one"),
        (lambda x: x / 1, "divided by one"),
        (lambda x: x - 0.0, "minus zero"),
        (lambda x: x + (-0.0), "plus negative zero"),
        (lambda x: ag.negative(-x), "negative of negative"),
        (lambda x: ag.logical_not(ag.logical_not(x > 0)), "not of not"),
        (lambda x: ag.relu(ag.relu(x)), "done already"),
        (lambda x: abs(-x), "absolute of negative"),
        (lambda x: ag.where(x > 0, x, x), "the same either way"),
        (lambda x: x.astype("f8").astype("f4"), "cast by way of a wider float"),
        (lambda x: x.astype("f8").astype("f2"), "cast by way of a wider float"),
        (lambda x: ag.identity(x) + 1.0, "nothing done"),
        (lambda x: ag.flip(ag.flip(x)), "flip of flip"),
        (lambda x: ag.concatenate([x]), "one part"),
        (lambda x: ag.exp(x) + ag.exp(x), "computed already"),
        (lambda x: x * (ag.tensor([2.0]) * 3.0), "known beforehand"),
        (lambda x: x * ag.tensor([2.0]) + ag.tensor([2.0]), "same constant"),
    ],
)
def test_rules_that_fire(fn, rule) -> None:
    assert rule in rules(fn)


@pytest.mark.parametrize(
    "fn",
    [
        lambda x: x + 0.0,
        lambda x: 0.0 - x,
        lambda x: x * -1.0,
        lambda x: x - (-0.0),
        lambda x: x * 0.0,
        lambda x: x - x,
        lambda x: ag.exp(ag.log(x)),
        lambda x: x.astype("f2").astype("f4"),
        lambda x: (x + ag.tensor([1.0])) - 1.0,
        lambda x: x * np.ones((4, 2, 3), np.float32),
        lambda x: (x + ag.exp(x)) - (ag.exp(x) + x),
        lambda x: ag.sum(x, axis=()),
    ],
)
def test_what_must_stay(fn) -> None:
    assert set(rules(fn)) <= {"computed already"}


def test_whole_numbers_add_zero_and_sum_nothing() -> None:
    whole = ag.Abstract((2, 3), "int64")
    assert rules(lambda n: n + 0, whole) == ["plus negative zero"]
    assert rules(lambda n: ag.sum(n, axis=()), whole) == ["sum of nothing"]
    assert rules(lambda n: n * 1.0, whole) == ["times one"]


@pytest.mark.parametrize("margin", [1, 2, 3])
def test_crop_of_pad_waits_where_order_in_memory_decides_rounding(margin) -> None:
    crop = lambda y: crop_p(y, widths=((margin, margin), (margin, margin)))
    x = ag.Abstract((8, 9))
    free = ag.trace(lambda x: crop(ag.pad(x, 2)) + 1.0, x).simplify(debug=True)
    assert "crop of pad" in [step.rule for step in free.history]
    assert len(free.entries) == (1 if margin == 2 else 2)
    ordered = ag.trace(lambda x: crop(ag.pad(x, 2)).sum(), x).simplify(debug=True)
    assert [step.rule for step in ordered.history] == []


def test_sums_after_a_change_of_order_keep_their_bits() -> None:
    def fn(x):
        turned = x.T * 1.0
        return turned.sum(), (x.T.reshape(-1).reshape(50, 40)).sum(axis=0), (x.T.T * 1.0).sum()

    x = np.random.default_rng(0).standard_normal((40, 50)).astype(np.float32)
    graph = ag.trace(fn, x)
    simple = graph.simplify()
    assert bits(simple(x)) == bits(graph(x)) == bits(fn(ag.tensor(x)))
    assert len(simple.entries) < len(graph.entries)


def test_every_application_is_recorded() -> None:
    graph = ag.trace(lambda x: x.T.T * 1.0, ag.Abstract((2, 3)))
    simple = graph.simplify()
    steps = [(step.rewriting, step.rule, step.value, step.becomes) for step in simple.history]
    assert steps == [
        ("movement", "transpose of transpose", "v1", "v1"),
        ("movement", "transpose in place", "v1", "x"),
        ("arithmetic", "times one", "v2", "x"),
        ("unused", "unused", "v0", ""),
    ]
    first = simple.history[0]
    assert [entry.name for entry in first.before] == ["v0", "v1"]
    assert first.after[0].settings["axes"] == (0, 1)
    assert str(first).splitlines()[0] == "movement: transpose of transpose: v1 becomes v1"
    assert graph.history == ()


def test_passes_by_name() -> None:
    graph = ag.trace(lambda x: x.T.T * 1.0, ag.Abstract((2, 3)))
    assert len(graph.simplify(["arithmetic"]).entries) == 2
    assert len(graph.simplify(["unused"]).entries) == 3
    assert set(PASSES) == {"casts", "movement", "arithmetic", "constants", "sharing", "unused"}


def test_folding_stops_at_large_results() -> None:
    c = ag.tensor([1.0])
    graph = ag.trace(lambda x: x + ag.broadcast_to(c, (100_000,)), ag.Abstract((1,)))
    assert len(graph.simplify().entries) == 2


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        (Rule("plus zero", ("add",), lambda entry, known: (entry.inputs[0],)), "changed result 0"),
        (
            Rule("stop", ("multiply",), lambda entry, known: (known.new_constant(np.float32(6.0) + 0),)),
            "changed result 0",
        ),
    ],
)
def test_debug_mode_finds_a_wrong_rule(rule, problem) -> None:
    wrong = Pass("wrong", (rule,), forward)
    graph = ag.trace(lambda x: (x + 0.0) * 2.0, 1.0)
    with pytest.raises(ag.RewriteError, match=f"the pass 'wrong' {problem}"):
        simplified(graph, ["wrong"], debug=True, passes={"wrong": wrong})


def test_debug_mode_finds_a_wrong_gradient() -> None:
    trapped = Joint("trapped", lambda count: range(0))  # not in the registry; has relu's kernel
    trapped.kernel, trapped.shape, trapped.dtype = relu_p.kernel, relu_p.shape, relu_p.dtype
    trapped.differentiable = False
    lost = Rule("lost", ("relu",), lambda entry, known: replace(entry, primitive=trapped))
    with pytest.raises(ag.RewriteError, match="the pass 'wrong' changed the gradient by x"):
        simplified(
            ag.trace(ag.relu, ag.Abstract((9,))), ["wrong"], True, {"wrong": Pass("wrong", (lost,), forward)}
        )


def test_special_values_as_bits() -> None:
    odd = np.array([0xFFC00123, 0x7FC00001, 0x80000000, 0x00000001], np.uint32).view(np.float32)

    def fn(x):
        return [
            x * 1.0,
            x / 1.0,
            x - 0.0,
            x + (-0.0),
            ag.negative(-x),
            x.astype("f8").astype("f4"),
            abs(-x),
            x.T.T,
        ]

    graph = ag.trace(fn, odd)
    simple = graph.simplify()
    assert [entry.primitive.name for entry in simple.entries] == ["absolute"]
    assert bits(simple(odd)) == bits(graph(odd)) == bits(fn(ag.tensor(odd)))


def test_a_long_program_takes_little_memory():
    """Bytes an entry beyond the program itself; a set of tables for every pass took 650."""

    def chain(x):
        for _ in range(2000):
            x = ag.sin(x) * 1.5
        return x

    graph = ag.trace(chain, np.zeros(3))
    tracemalloc.start()
    simple = graph.simplify()
    grown = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(simple.entries) == 4000
    assert grown < 4000 * 350
