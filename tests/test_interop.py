"""NumPy's functions on Tensors, DLPack, buffers, copies and pickles."""

import copy
import pickle
import re
import sys

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn.errors import DTypeError, GraphError
from autograd_cnn.ops import numpy_protocol
from autograd_cnn.ops._numpy_hints import _INSTEAD

A = np.arange(6.0).reshape(2, 3) / 7 + 0.1
B = A[::-1] + 0.25


def leaf(array):
    return ag.tensor(array, requires_grad=True)


UNARY = [n for n, f in numpy_protocol._UFUNCS.items() if getattr(np, n).nin == 1]
BINARY = [n for n, f in numpy_protocol._UFUNCS.items() if getattr(np, n).nin == 2]


@pytest.mark.parametrize("name", UNARY)
def test_unary_ufuncs_record_and_agree_with_numpy(name):
    array = A > 0.5 if name == "logical_not" else A + 1 if name == "arccosh" else A
    x = leaf(array) if array.dtype.kind == "f" else ag.tensor(array)
    y = getattr(np, name)(x)
    assert isinstance(y, ag.Tensor)
    np.testing.assert_allclose(y.data, getattr(np, name)(array), rtol=1e-14)
    same = getattr(ag, name)(x)
    assert y.requires_grad == same.requires_grad
    if y.requires_grad:
        assert y.node.primitive is same.node.primitive


@pytest.mark.parametrize("name", BINARY)
def test_binary_ufuncs_take_arrays_on_either_side(name):
    a, b = (A, B.T) if name == "matmul" else (A, B)
    if name.startswith("logical"):
        a, b = a > 0.5, b > 0.5
    expected = getattr(np, name)(a, b)
    wants = a.dtype.kind == "f"
    for x, y in ((ag.tensor(a, requires_grad=wants), b), (a, ag.tensor(b, requires_grad=wants))):
        out = getattr(np, name)(x, y)
        assert isinstance(out, ag.Tensor)
        np.testing.assert_allclose(out.data, expected, rtol=1e-14)


CALLS = {
    "sum": lambda x: np.sum(x, axis=1, keepdims=True),
    "mean": lambda x: np.mean(x, axis=0),
    "max": lambda x: np.max(x, axis=1),
    "amin": lambda x: np.amin(x),
    "prod": lambda x: np.prod(x, axis=1),
    "var": lambda x: np.var(x, axis=1, ddof=1),
    "std": np.std,
    "cumsum": lambda x: np.cumsum(x, axis=1),
    "cumprod": lambda x: np.cumprod(x, axis=1),
    "argmax": lambda x: np.argmax(x, axis=1),
    "concatenate": lambda x: np.concatenate([x, A], axis=1),
    "stack": lambda x: np.stack([A, x]),
    "split": lambda x: np.split(x, 3, axis=1)[1],
    "reshape": lambda x: np.reshape(x, (3, 2)),
    "transpose": np.transpose,
    "ravel": np.ravel,
    "squeeze": lambda x: np.squeeze(np.expand_dims(x, 0)),
    "swapaxes": lambda x: np.swapaxes(x, 0, 1),
    "moveaxis": lambda x: np.moveaxis(x, 0, 1),
    "broadcast_to": lambda x: np.broadcast_to(x, (4, 2, 3)),
    "tile": lambda x: np.tile(x, (2, 1)),
    "repeat": lambda x: np.repeat(x, 2, axis=0),
    "roll": lambda x: np.roll(x, 1, axis=1),
    "flip": lambda x: np.flip(x, axis=1),
    "pad": lambda x: np.pad(x, ((1, 0), (0, 2)), constant_values=3.0),
    "clip": lambda x: np.clip(x, 0.2, 0.6),
    "round": lambda x: np.round(x, 1),
    "around": lambda x: np.around(x, 1),
    "where": lambda x: np.where(A > 0.4, x, 2.0),
    "take": lambda x: np.take(x, [2, 0], axis=1),
    "take_along_axis": lambda x: np.take_along_axis(x, np.array([[0], [2]]), axis=1),
    "dot": lambda x: np.dot(x, B.T),
    "tensordot": lambda x: np.tensordot(x, B, axes=((0, 1), (0, 1))),
    "inner": lambda x: np.inner(x, B),
    "outer": lambda x: np.outer(x, B),
    "einsum": lambda x: np.einsum("ij,kj->ik", x, B),
    "trace": np.trace,
    "diagonal": np.diagonal,
    "diag": lambda x: np.diag(x[0]),
    "tril": np.tril,
    "triu": lambda x: np.triu(x, 1),
    "sort": lambda x: np.sort(x, axis=1),
    "argsort": lambda x: np.argsort(x, axis=1),
    "nan_to_num": np.nan_to_num,
    "norm": lambda x: np.linalg.norm(x, axis=1),
    "norm of a matrix": np.linalg.norm,
    "any": lambda x: np.any(x > 0.5, axis=0),
    "count_nonzero": lambda x: np.count_nonzero(x > 0.5),
    "zeros_like": np.zeros_like,
    "shape": np.shape,
    "size": np.size,
}


@pytest.mark.parametrize("name", CALLS)
def test_functions_agree_with_numpy(name):
    out, expected = CALLS[name](leaf(A)), CALLS[name](A)
    np.testing.assert_allclose(out.data if isinstance(out, ag.Tensor) else out, expected, rtol=1e-14)


def test_every_function_that_is_answered_has_a_call_here():
    called = {name.split()[0] for name in CALLS}
    left = {"min", "argmin", "amax", "all", "ones_like", "full_like", "expand_dims", "ndim"}
    assert set(numpy_protocol._FUNCTIONS) <= called | left


def test_a_gradient_flows_through_numpys_names():
    x = leaf(A)
    (np.concatenate([np.exp(x), B * x]) @ np.ones(3)).sum().backward()
    np.testing.assert_allclose(x.grad.data, np.exp(A) + B)


def test_operators_with_arrays_on_the_left():
    x = leaf(A)
    for out, expected in ((B + x, A + B), (B / x, B / A), (B @ x.T, B @ A.T), (np.float64(2) * x, 2 * A)):
        assert isinstance(out, ag.Tensor)
        assert out.requires_grad
        np.testing.assert_allclose(out.data, expected)
    assert (x < B).data.tolist() == (B > A).tolist()


def test_what_has_no_rule_names_the_alternative():
    x = leaf(A)
    with pytest.raises(
        GraphError, match=r"(?s)np\.median: NumPy's function has no gradient rule.*x\.numpy\(\)"
    ):
        np.median(x)
    with pytest.raises(GraphError, match=r"np\.add\.reduce"):
        np.add.reduce(x)
    with pytest.raises(GraphError, match=r"(?s)np\.linalg\.inv"):
        np.linalg.inv(x @ x.T)
    with pytest.raises(GraphError, match=r"(?s)np\.sum: .*dtype.*ag\.sum\("):
        np.sum(x, dtype=np.float32)
    a = A.copy()
    with pytest.raises(GraphError, match=r"(?s)np\.add: a Tensor is never written to.*y = ag\.add"):
        a += x
    with pytest.raises(GraphError, match=r"(?s)np\.pad.*mode='edge'"):
        np.pad(x, 1, mode="edge")
    with pytest.raises(GraphError, match=r"(?s)would lose its history.*x\.numpy\(\)"):
        np.asarray(x)


def test_what_has_no_rule_works_where_no_gradient_is_wanted():
    assert np.median(ag.tensor(A)) == np.median(A)
    assert np.add.reduce(ag.tensor(A)).tolist() == A.sum(0).tolist()


def test_dlpack_shares_memory_both_ways():
    array = A.copy()
    x = ag.from_dlpack(array)
    array[0, 0] = 9.0
    assert x.data[0, 0] == 9.0
    back = np.from_dlpack(x)
    assert np.shares_memory(back, array)
    constant = ag.tensor(A)
    assert not constant.data.flags.writeable
    legacy = constant.__dlpack__()
    assert "dltensor" in repr(legacy)
    assert not constant.data.flags.writeable
    with pytest.raises(GraphError, match=r"(?s)__dlpack__.*x\.detach\(\)"):
        np.from_dlpack(leaf(A))
    with pytest.raises(DTypeError, match="cannot take the memory of a list"):
        ag.from_dlpack([1.0])


@pytest.mark.skipif(sys.version_info < (3, 12), reason="classes can lend buffers from Python 3.12 on")
def test_buffers_are_read_only():
    view = memoryview(ag.tensor(A))
    assert view.readonly
    assert view.shape == (2, 3)


def test_copies_and_pickles_of_leaves():
    x = leaf(A)
    x.name = "weight"
    (x * x).sum().backward()
    for other in (copy.deepcopy(x), copy.copy(x), pickle.loads(pickle.dumps(x))):
        np.testing.assert_array_equal(other.data, A)
        np.testing.assert_array_equal(other.grad.data, 2 * A)
        assert other.requires_grad
        assert other.name == "weight"
        assert other is not x
    twice = copy.deepcopy([x, x])
    assert twice[0] is twice[1]


def test_copies_and_pickles_of_modules():
    net = ag.models.LeNet5(rng=np.random.default_rng(0))
    x = np.ones((1, 1, 28, 28), np.float32)
    size = next(s for s in (28, 32) if _fits(net, s))
    x = np.ones((1, 1, size, size), np.float32)
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        np.testing.assert_array_equal(other(x).data, net(x).data)
        other.parameters()[0].assign_(other.parameters()[0].data + 1)
        assert not np.array_equal(other.parameters()[0].data, net.parameters()[0].data)


def _fits(net, size):
    try:
        net.summary((1, 1, size, size))
    except ag.AutogradError:
        return False
    return True


def test_a_recorded_result_says_what_to_do():
    y = leaf(A) * 2.0
    for action in (copy.deepcopy, copy.copy, pickle.dumps):
        with pytest.raises(GraphError, match=r"(?s)made by multiply.*x\.detach\(\)"):
            action(y)
    copy.deepcopy(y.detach())


def test_a_long_chain_is_copied_without_recursion():
    y = leaf(A)
    for _ in range(5000):
        y = y + 1.0
    with pytest.raises(GraphError, match="carries the graph behind it"):
        copy.deepcopy([y])


@pytest.mark.parametrize(("name", "text"), sorted(_INSTEAD.items()))
def test_what_is_named_in_place_of_a_numpy_function_exists(name, text):
    assert hasattr(np, name)
    assert all(hasattr(ag, found) for found in re.findall(r"\bag\.(\w+)", text))


def test_a_numpy_function_without_a_rule_names_what_to_write():
    x = ag.tensor([1.0, 2.0, 3.0], requires_grad=True)
    for call, fits in (
        (lambda: np.diff(x), r"fits: x\[1:\] - x\[:-1\]; x\.numpy"),
        (lambda: np.fft.fft(x), r"np\.fft\.fft: (.|\n)*no Fourier transform"),
        (lambda: np.linalg.inv(x), r"np\.linalg\.inv: (.|\n)*no decomposition or inverse"),
        (lambda: np.spacing(x), r"fits: operations of autograd_cnn, or ag\.custom_vjp"),
    ):
        with pytest.raises(ag.GraphError, match=fits):
            call()
