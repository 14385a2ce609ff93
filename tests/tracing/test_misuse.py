"""Every misuse has its own error, with a text that says what would do."""

import numpy as np
import pytest

import autograd_cnn as ag


def refused(kind, fn, *examples) -> str:
    with pytest.raises(kind) as caught:
        ag.trace(fn, *examples)
    return str(caught.value)


@pytest.mark.parametrize(
    "read",
    [
        lambda x: x.item(),
        float,
        int,
        np.asarray,
        lambda x: x.data,
        lambda x: x.numpy(),
    ],
)
def test_reading_a_value(read) -> None:
    text = refused(ag.AbstractValueError, lambda x: x * read(x), 1.0)
    assert text.startswith("value: this tensor has a shape and a dtype but no values\n  x: float32 ()")
    assert "fits: operations of the library, which work on shapes alone; or real data" in text
    assert __file__ in text


def test_a_branch_by_a_value() -> None:
    def fn(x):
        return x if x > 0 else -x

    text = refused(ag.AbstractValueError, fn, 1.0)
    assert text.startswith("bool: Python cannot choose a branch by a value that is not known")
    assert "ag.where(condition, a, b)" in text
    assert "return x if x > 0 else -x" in text


def test_a_tensor_of_another_trace() -> None:
    kept = []
    ag.trace(lambda x: kept.append(x * 2.0), 1.0)
    text = refused(ag.LeakedTensorError, lambda x: x + kept[0], 1.0)
    assert text.startswith(
        "add: this tensor's value is not computed in this trace: it leaked from another one"
    )
    assert "kept.append(x * 2.0)" in text
    assert "fits: an argument of the traced function" in text


def test_a_tensor_of_a_trace_that_has_ended() -> None:
    kept = []
    ag.trace(lambda x: kept.append(x * 2.0), ag.Abstract((2, 3)))
    for use in (lambda t: t + 1.0, lambda t: t.reshape(6), lambda t: t.sum(), lambda t: ag.identity(t)):
        with pytest.raises(ag.LeakedTensorError) as caught:
            use(kept[0])
        text = str(caught.value)
        assert "this tensor belongs to a trace that has ended, and was never computed, made at " in text
        assert "kept.append(x * 2.0)" in text
        assert "returning it from the traced function" in text
    assert repr(kept[0]) == "tensor(abstract float32 (2, 3))"


def test_a_result_of_another_trace() -> None:
    kept = []
    ag.trace(lambda x: kept.append(x), 1.0)
    refused(ag.LeakedTensorError, lambda x: kept[0], 1.0)


def test_a_trace_inside_another_cannot_see_its_values() -> None:
    refused(ag.LeakedTensorError, lambda x: ag.trace(lambda y: x * y, 1.0), 1.0)


def test_random_masks() -> None:
    rng = np.random.default_rng(0)
    text = refused(ag.LeakedTensorError, lambda x: ag.dropout(x, 0.5, rng), ag.Abstract((3,)))
    assert "or is drawn at random" in text


def test_assigning_outside() -> None:
    count = ag.tensor([0.0], name="count")
    text = refused(ag.AbstractValueError, lambda x: count.assign_(count + x), ag.Abstract((1,)))
    assert text.startswith("assign_: a traced function cannot assign")
    assert "fits: returning the new value, and assigning it outside" in text
    assert count.item() == 0.0


def test_running_statistics_are_not_silently_left() -> None:
    layer = ag.nn.BatchNorm2d(2)
    refused(ag.AbstractValueError, layer, ag.Abstract((2, 2, 3, 3)))
    graph = ag.trace(layer.eval(), ag.Abstract((2, 2, 3, 3)))
    x = np.random.default_rng(0).standard_normal((2, 2, 3, 3)).astype(np.float32)
    assert (graph(x).numpy() == layer(x).numpy()).all()


def test_backward_to_a_tensor_outside() -> None:
    w = ag.tensor([1.0], requires_grad=True, name="w")
    text = refused(ag.AbstractValueError, lambda x: (x * w).sum().backward(), ag.Abstract((1,)))
    assert text.startswith("backward: a traced function cannot write .grad of a tensor from outside")
    assert "gradients(loss, parameters)" in text
    assert w.grad is None


def test_an_error_leaves_no_mode_behind() -> None:
    refused(ag.ShapeError, lambda x: x + ag.tensor([1.0, 2.0]), ag.Abstract((3,)))
    assert (ag.tensor([1.0]) + 1.0).item() == 2.0


def called(kind, graph, *args) -> str:
    with pytest.raises(kind) as caught:
        graph(*args)
    return str(caught.value)


def test_calls_of_another_form() -> None:
    graph = ag.trace(lambda p, n: p["a"] * n, {"a": ag.tensor([1.0, 2.0])}, 2)
    good = ag.tensor([1.0, 2.0])
    text = called(ag.StructureError, graph, {"b": good}, 2)
    assert text.startswith("graph: the argument tree has another structure")
    text = called(ag.StructureError, graph, {"a": good}, 3)
    assert "a fixed argument was 2 when the graph was traced, and is 3 now" in text
    called(ag.StructureError, graph, {"a": good}, 2.0)
    text = called(ag.ShapeError, graph, {"a": ag.tensor([1.0])}, 2)
    assert text.startswith("graph: argument p.a has another shape than when the graph was traced")
    assert "given: float32 (1,)\n  traced: float32 (2,)" in text
    text = called(ag.DTypeError, graph, {"a": np.ones(2)}, 2)
    assert "another dtype" in text
    assert "fits: p.a: float32 (2,), or a new trace" in text
    called(ag.DTypeError, graph, {"a": "text"}, 2)


def ungiven(graph, **how) -> str:
    with pytest.raises((ag.NoGradientError, ag.ShapeError, ag.RangeError)) as caught:
        graph.gradient(**how)
    return str(caught.value)


def test_nothing_to_differentiate() -> None:
    whole = ag.trace(lambda n: n * 2, ag.Abstract((), "int64"))
    assert "there is nothing to differentiate by: argument 0 holds no floating array" in ungiven(whole)
    steps = ag.trace(lambda x: ag.argmax(x), ag.Abstract((3,)))
    assert "no result is a floating array" in ungiven(steps)
    apart = ag.trace(lambda x, y: y, 1.0, 2.0)
    assert "no result depends on the chosen arguments" in ungiven(apart)
    vector = ag.trace(lambda x: x * 2.0, ag.Abstract((3,)))
    assert "cotangents=True, which makes them one more argument" in ungiven(vector)
    assert "there is no argument 4" in ungiven(vector, argnums=4)


def test_unknown_passes() -> None:
    with pytest.raises(ag.RangeError, match="no pass is called 'magic'"):
        ag.trace(lambda x: x, 1.0).simplify(["magic"])


def test_indices_out_of_range_when_a_graph_runs() -> None:
    graph = ag.trace(lambda x, i: ag.take(x, i, 0), ag.Abstract((3,)), ag.Abstract((1,), "int64"))
    assert graph(np.float32([1, 2, 3]), np.array([2])).item() == 3.0
    with pytest.raises(ag.RangeError, match="out of bounds"):
        graph(np.float32([1, 2, 3]), np.array([7]))
