"""trace: what it captures, how it prints, and that running it is running the function."""

import tracemalloc
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_cnn as ag

from .programs import arrays, bits, program, steps


@settings(max_examples=60, deadline=None)
@given(steps, st.integers(0, 1000))
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_graph_computes_what_the_function_does(choices, seed):
    fn = program(choices)
    given_arrays = arrays(seed)
    with np.errstate(all="ignore"):
        eager = fn(*map(ag.tensor, given_arrays))
        traced = ag.trace(fn, *given_arrays)(*given_arrays)
    assert bits(traced) == bits(eager)


def test_text_has_one_line_a_value() -> None:
    w = ag.tensor([1.0, 2.0], name="w")
    graph = ag.trace(lambda x: (x * w).sum(axis=0), ag.Abstract((3, 2)))
    rows = str(graph).splitlines()
    assert rows[0] == "x: float32 (3, 2)"
    assert rows[1] == "w: float32 (2,) = [1., 2.]"
    assert rows[2].startswith("v0: float32 (3, 2) = multiply(x, w)  # " + __file__)
    assert rows[2].endswith("graph = ag.trace(lambda x: (x * w).sum(axis=0), ag.Abstract((3, 2)))")
    assert rows[3].startswith("v1: float32 (2,) = sum(v0, axis=(0,), keepdims=False, shape=(3, 2))  # ")
    assert rows[4:] == ["return v1"]
    assert repr(graph) == "<graph of 2 entries, 1 inputs>"


def test_several_outputs_have_names_of_their_own() -> None:
    graph = ag.trace(lambda x: ag.max_pool2d(x, 2, return_indices=True), ag.Abstract((1, 1, 4, 4)))
    entry = graph.entries[0]
    assert str(entry).startswith("v0: float32 (1, 1, 2, 2), v1: uint8 (1, 1, 2, 2) = max_pool(x, geometry=")
    x = np.random.default_rng(0).standard_normal((1, 1, 4, 4)).astype(np.float32)
    assert bits(graph(x)) == bits(ag.max_pool2d(x, 2, return_indices=True))


@dataclass
class Pair:
    a: object
    b: object


def test_trees_go_in_and_out() -> None:
    def fn(tree, n):
        return {"sum": tree["x"] + tree["pair"].a, "list": [tree["pair"].b * n, 3]}

    tree = {"x": ag.tensor([1.0]), "pair": Pair(np.float32([2.0]), 0.5)}
    graph = ag.trace(fn, tree, 2)
    assert [v.name for v in graph.inputs] == ["tree.pair.a", "tree.pair.b", "tree.x"]
    result = graph(tree, 2)
    assert result["sum"].numpy().tolist() == [3.0]
    assert result["list"][0].item() == 1.0
    assert result["list"][1] == 3


def test_unused_work_is_in_the_graph_and_outputs_may_be_inputs_or_constants() -> None:
    c = ag.tensor([5.0])

    def fn(x):
        ag.exp(x)
        return x, c, None

    graph = ag.trace(fn, ag.tensor([1.0]))
    assert [entry.primitive.name for entry in graph.entries] == ["exp"]
    x = ag.tensor([7.0])
    first, second, third = graph(x)
    assert first is x
    assert second.item() == 5.0
    assert third is None


def test_constants_are_those_of_the_trace() -> None:
    w = ag.tensor([2.0], requires_grad=True, name="w")
    graph = ag.trace(lambda x: x * w, ag.Abstract((1,)))
    w.assign_([100.0])
    assert graph(ag.tensor([3.0])).item() == 6.0
    assert graph.constants[0].name == "w"
    with pytest.raises(ValueError, match="read-only"):
        graph.constants[0].array[0] = 1.0


def test_shared_memory_is_copied() -> None:
    memory = np.ones(2, np.float32)
    c = ag.from_numpy(memory, share=True)
    graph = ag.trace(lambda x: x * c, ag.Abstract((2,)))
    memory[:] = 9.0
    assert graph(ag.tensor([1.0, 1.0])).numpy().tolist() == [1.0, 1.0]


def test_calling_a_graph_records_where_gradients_are_wanted() -> None:
    graph = ag.trace(lambda x: (x * x).sum(), ag.Abstract((2,)))
    x = ag.tensor([1.0, 2.0], requires_grad=True)
    y = graph(x)
    y.backward()
    assert x.grad.numpy().tolist() == [2.0, 4.0]
    assert "ag.trace(lambda x: (x * x).sum()" in y.node.line.text
    assert ag.grad(graph)(ag.tensor([1.0, 2.0])).numpy().tolist() == [2.0, 4.0]


def test_a_graph_inside_a_trace_is_spelled_out_with_its_own_lines() -> None:
    inner = ag.trace(lambda x: ag.sin(x), 1.0)
    outer = ag.trace(lambda y: inner(y) * 2.0, 1.0)
    assert [entry.primitive.name for entry in outer.entries] == ["sin", "multiply"]
    assert "ag.sin(x)" in outer.entries[0].line.text
    assert outer(3.0).item() == np.float32(np.sin(np.float32(3.0))) * np.float32(2.0)


def test_gradient_entries_say_why_they_are_there() -> None:
    graph = ag.trace(ag.grad(lambda x: ag.exp(x * x)), 1.0).simplify()
    notes = [str(entry.because) for entry in graph.entries if entry.because]
    assert notes[0].startswith("gradient of v")
    assert notes[-1].endswith("(fan-out sum)")
    assert all("lambda x: ag.exp(x * x)" in entry.line.text for entry in graph.entries)


def test_the_order_of_elements_in_memory_does_not_matter() -> None:
    x = np.random.default_rng(0).standard_normal((40, 50)).astype(np.float32)
    graph = ag.trace(lambda x: x.sum(), x)
    turned = np.asfortranarray(x)
    want = graph(x).item()
    assert graph(ag.from_numpy(turned, share=True)).item() == want
    leaf = ag.from_numpy(turned, share=True, requires_grad=True)
    y = graph(leaf)
    assert y.item() == want
    y.backward()
    assert (leaf.grad.numpy() == 1).all()


def test_scopes_are_kept() -> None:
    net = ag.nn.Sequential(first=ag.nn.Dense(3, 2, rng=np.random.default_rng(0)))
    graph = ag.trace(net, ag.Abstract((1, 3)))
    assert [scope.name for scope in graph.entries[0].scope.path()][:2] == ["Sequential", "first"]
    assert {c.name for c in graph.constants} == {"first.weight", "first.bias"}


def test_jvp_and_hvp_are_captured() -> None:
    f = lambda x: (x * x * x).sum()
    x, v = ag.tensor([1.0, 2.0]), ag.tensor([1.0, -1.0])
    graph = ag.trace(lambda x, v: ag.jvp(ag.grad(f), [x], [v])[1], x, v)
    assert graph(x, v).numpy().tolist() == [6.0, -12.0]


def test_the_trace_of_a_matrix_is_its_diagonals_sum() -> None:
    x = np.arange(6.0).reshape(2, 3)
    assert ag.trace(x, 1).item() == np.trace(x, 1)
    assert ag.trace(ag.tensor(x)).item() == np.trace(x)


def test_backward_on_an_argument_inside_leaves_nothing_behind() -> None:
    def fn(x):
        (x * x).sum().backward()
        return x.grad

    x = ag.tensor([3.0], requires_grad=True)
    graph = ag.trace(fn, x)
    assert x.grad is None
    assert graph(ag.tensor([5.0])).item() == 10.0


def test_functions_with_rules_of_their_own_are_captured() -> None:
    @ag.custom_vjp
    def cube(x):
        return x * x * x

    cube.defvjp(lambda x: (x * x * x, x), lambda x, g: (3 * x * x * g,))
    step = ag.checkpoint(lambda x: ag.sin(x) * x)
    graph = ag.trace(lambda x: step(x) + cube(x), 1.0)
    for value in (2.0, 3.0):
        x = ag.tensor(value)
        assert graph(x).item() == (step(x) + cube(x)).item()
        assert graph.gradient()(x).item() == ag.grad(lambda x: step(x) + cube(x))(x).item()


def test_a_chain_of_many_operations() -> None:
    def chain(x):
        for _ in range(4_000):
            x = x + 1.0
        return x

    graph = ag.trace(chain, 0.0)
    assert len(graph.entries) == 4_000
    assert graph(0.0).item() == 4_000
    assert graph.gradient().simplify()(0.0).item() == 1.0
    assert ag.Graph.from_json(graph.to_json()) == graph
    assert graph.to_latex() == "x + 4000"


@pytest.mark.deep
def test_a_chain_of_a_million_operations() -> None:
    def chain(x):
        for _ in range(1_000_000):
            x = x + 1.0
        return x

    graph = ag.trace(chain, 0.0)
    assert graph(0.0).item() == 1_000_000
    assert hash(graph) == hash(graph.simplify())
    assert graph.to_latex() == "x + 1000000"


def test_a_long_trace_takes_little_memory():
    """Bytes an entry at most; with every record kept until the last entry was made it took 850."""

    def chain(x):
        for _ in range(4000):
            x = ag.sin(x) * 1.5
        return x

    ag.trace(chain, np.zeros(3))
    tracemalloc.start()
    graph = ag.trace(chain, np.zeros(3))
    grown = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(graph.entries) == 8000
    assert grown < 8000 * 740
