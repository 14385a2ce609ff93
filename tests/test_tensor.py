"""Tensor: making one, reading it, protecting it."""

import math
from collections.abc import Callable

import numpy as np
import pytest

import autograd_cnn as ag


def test_python_floats_make_float32_and_arrays_keep_their_dtype() -> None:
    assert ag.tensor([1.0, 2.0]).dtype == np.float32
    assert ag.tensor(1.5).dtype == np.float32
    assert ag.tensor([1, 2]).dtype == np.int64
    assert ag.tensor(np.zeros(2)).dtype == np.float64
    assert ag.tensor(np.zeros(2, np.float16)).dtype == np.float16
    assert ag.tensor([1, 2], dtype="float32").dtype == np.float32


def test_tensor_copies_and_from_numpy_shares_only_on_request() -> None:
    array = np.zeros(3)
    copied, unshared, shared = ag.tensor(array), ag.from_numpy(array), ag.from_numpy(array, share=True)
    array[0] = 7
    assert copied.numpy()[0] == 0
    assert unshared.numpy()[0] == 0
    assert shared.numpy()[0] == 7


def test_data_is_a_read_only_view() -> None:
    x = ag.tensor([1.0, 2.0])
    with pytest.raises(ValueError, match="read-only"):
        x.data[0] = 5
    with pytest.raises(ValueError, match="read-only"):
        x.numpy()[0] = 5
    assert x.numpy().base is not None


@pytest.mark.parametrize("bad", [[1, 2], np.array([True]), np.arange(3)])
def test_integers_cannot_want_gradients(bad: object) -> None:
    with pytest.raises(ag.DTypeError, match=r"only floating numbers can be differentiated, not (int64|bool)"):
        ag.tensor(bad, requires_grad=True)
    x = ag.tensor(bad)
    with pytest.raises(ag.DTypeError, match=r"fits: x\.astype\(np\.float32\)"):
        x.requires_grad = True


def test_data_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(ag.DTypeError, match="elements must be numbers"):
        ag.tensor(["a"])
    with pytest.raises(ag.ShapeError, match="do not form an array"):
        ag.tensor([[1.0], [1.0, 2.0]])
    with pytest.raises(ag.DTypeError, match="array is a list"):
        ag.from_numpy([1.0])  # type: ignore[arg-type]


@pytest.mark.parametrize("operation", [np.add, np.subtract, np.multiply, np.divide, np.power, np.matmul])
def test_array_first_gives_a_tensor_and_never_an_object_array(operation: np.ufunc) -> None:
    symbols = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "**", "matmul": "@"}
    array = np.array([[1.0, 2.0], [3.0, 4.0]])
    x = ag.from_numpy(array + 1, requires_grad=True)
    result = eval(f"array {symbols[operation.__name__]} x", {"array": array, "x": x})
    assert isinstance(result, ag.Tensor)
    np.testing.assert_array_equal(result.numpy(), operation(array, array + 1))
    assert result.requires_grad


def test_comparisons_with_arrays_give_boolean_tensors() -> None:
    x = ag.tensor([1.0, 2.0])
    for result in (x < 1.5, np.array([1.5, 1.5]) > x, x != 2, x == np.array([1, 0])):
        assert isinstance(result, ag.Tensor)
        assert result.dtype == np.bool_
        assert not result.requires_grad


@pytest.mark.parametrize("scalar", [2, 2.0, np.float64(2.0), np.float32(2.0), np.int64(2), True])
def test_scalars_never_widen(scalar: object) -> None:
    x = ag.tensor([1.0, 2.0], requires_grad=True)
    for y in (
        x + scalar,
        scalar * x,
        x / scalar,
        x**scalar,
        ag.maximum(x, scalar),
        ag.where(x > 1, x, scalar),
    ):
        assert y.dtype == np.float32
        assert ag.gradients(y.sum(), x)[0].dtype == np.float32


def test_asarray_of_a_tracked_tensor_says_what_to_do() -> None:
    x = ag.tensor([1.0], requires_grad=True)
    with pytest.raises(ag.GraphError, match=r"x\.numpy\(\)"):
        np.asarray(x)
    assert np.asarray(x.detach()).tolist() == [1.0]


def test_python_numbers_of_a_tracked_tensor_say_what_to_do() -> None:
    x = ag.tensor([[2.0]], requires_grad=True)
    for convert in (float, int, complex, math.sin):
        with pytest.raises(
            ag.GraphError, match=r"(?s)lose its history.*x\.item\(\) or x\.detach\(\).*ag\.sin"
        ):
            convert(x)
    assert (x.item(), float(x.detach()), int(x.detach())) == (2.0, 2.0, 2)
    with ag.no_grad():
        assert math.sqrt(x * 2.0) == 2.0
    with pytest.raises(ag.GraphError, match="history"):  # a tangent would be lost just so
        ag.jvp(lambda z: z * float(z), [np.array(1.0)], [np.array(1.0)])
    with pytest.raises(ag.GraphError, match=r"at .*test_tensor\.py.*np\.full"):  # not NumPy's own line
        np.full(3, x)


def test_a_tracked_tensor_is_formatted() -> None:
    x = ag.tensor([2.5], requires_grad=True)
    assert f"{x:.3f}|{x:>9.1e}|{x * 2.0:g}" == "2.500|  2.5e+00|5"
    assert f"{x}" == str(x)
    with pytest.raises(ag.ShapeError, match=r"(?s)'\.2f' formats one number.*array2string"):
        format(ag.tensor([1.0, 2.0]), ".2f")


def test_item_len_iteration_and_truth() -> None:
    x = ag.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert len(x) == 2
    assert [row.numpy().tolist() for row in x] == [[1.0, 2.0], [3.0, 4.0]]
    assert x[1, 0].item() == 3.0
    assert float(x[0, 1]) == 2.0
    assert int(x[0, 1]) == 2
    assert bool(x[0, 0] > 0)
    with pytest.raises(ag.ShapeError, match="only one element makes a Python number"):
        x.item()
    with pytest.raises(ag.ShapeError, match="only one element makes a Python number"):
        bool(x > 0)
    with pytest.raises(ag.ShapeError, match="no length"):
        len(ag.tensor(1.0))


def test_assign_gives_a_leaf_a_new_array() -> None:
    x = ag.tensor([1.0, 2.0], requires_grad=True)
    before = x.numpy()
    assert x.version == 0
    x.assign_([5, 6])
    assert x.numpy().tolist() == [5.0, 6.0]
    assert x.dtype == np.float32
    assert before.tolist() == [1.0, 2.0]
    assert x.version > 0


def test_assign_copies_unless_told_not_to() -> None:
    x, value = ag.tensor([0.0]), np.array([1.0], np.float32)
    x.assign_(value)
    value[0] = 9
    assert x.item() == 1.0


def test_assign_refuses_other_shapes_and_computed_tensors() -> None:
    x = ag.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(ag.ShapeError, match=r"fits: a value of shape \(2,\)"):
        x.assign_([1.0])
    assert x.numpy().tolist() == [1.0, 2.0]
    with pytest.raises(ag.GraphError, match="made by multiply"):
        (x * x).assign_([1.0, 2.0])


def test_detach_forgets_and_requires_grad_can_be_switched_on_leaves_only() -> None:
    x = ag.tensor([1.0], requires_grad=True, name="x")
    y = x * 2
    assert not y.detach().requires_grad
    assert y.detach().node is None
    assert x.detach().name == "x"
    with pytest.raises(ag.GraphError, match="only a leaf"):
        y.requires_grad = False
    x.requires_grad = False
    assert (x * 2).node is None


def test_repr_says_what_matters() -> None:
    x = ag.tensor([1.0], requires_grad=True, name="x")
    assert repr(x) == "tensor([1.], dtype=float32, name='x', requires_grad=True)"
    assert repr(x * 2) == "tensor([2.], dtype=float32, made by multiply)"


def test_methods_reach_the_operations() -> None:
    x = ag.tensor(np.arange(6.0).reshape(2, 3))
    assert x.T.shape == (3, 2)
    assert x.reshape(3, -1).shape == x.reshape((3, 2)).shape == (3, 2)
    assert x.transpose(1, 0).shape == x.transpose((1, 0)).shape == (3, 2)
    assert x.flatten().shape == (6,)
    assert x.sum().item() == 15.0
    assert x.mean(axis=0).numpy().tolist() == [1.5, 2.5, 3.5]
    assert x.max(axis=1, keepdims=True).numpy().tolist() == [[2.0], [5.0]]
    assert abs(-x)[1, 2].item() == 5.0
    assert (2 - x)[0, 0].item() == 2.0
    assert (2**x)[0, 2].item() == 4.0
    assert (1 / (x + 1))[0, 1].item() == 0.5


def test_late_bound_functions_are_all_filled_in() -> None:
    from autograd_cnn.primitive import LateBound, late

    assert [name for name in LateBound.__annotations__ if not hasattr(late, name)] == []


def test_a_view_cannot_be_unlocked() -> None:
    x = ag.tensor([1.0])
    view = x.data
    with pytest.raises(ValueError, match="cannot set WRITEABLE flag"):
        view.flags.writeable = True


def test_sharing_leaves_the_callers_array_writable() -> None:
    array = np.zeros(2)
    ag.from_numpy(array, share=True).numpy()
    array[0] = 1
    assert array[0] == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda: ag.tensor([1, 2]) ** -1,
        lambda: ag.tensor([True]) - ag.tensor([True]),
        lambda: ag.tensor([1], dtype="int8") + 300,
    ],
)
def test_what_numpy_refuses_is_refused_in_our_words(call: Callable[[], object]) -> None:
    with pytest.raises(
        ag.AutogradError, match=r"(?s)^(power|subtract|add): .*fits: floating operands\n  at "
    ):
        call()


def test_half_precision_means_do_not_overflow() -> None:
    assert ag.mean(ag.tensor(np.ones(70000), dtype="float16")).item() == 1.0
