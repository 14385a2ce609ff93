"""Errors say which op, which operands, which rule with which numbers, where, and what would fit."""

import importlib
import operator
import re

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn._names import _ELSEWHERE

X = np.zeros((2, 3, 8, 8), np.float32)
W = np.zeros((4, 3, 3, 3), np.float32)


def message(call: object) -> str:
    with pytest.raises(ag.AutogradError) as caught:
        call()
    return str(caught.value)


CASES = {
    "channels": (
        lambda: ag.conv2d(X, np.zeros((4, 2, 3, 3), np.float32)),
        [
            "conv2d: x has 3 channels, the weight expects 2",
            "x: float32 (2, 3, 8, 8)",
            "weight: float32 (4, 2, 3, 3)",
            "3 != 2 * 1",
            "a weight (4, 3, 3, 3)",
        ],
    ),
    "rank": (lambda: ag.conv2d(X[0], W), ["conv2d: x has 3 axes, not 4", "samples, channels, height, width"]),
    "rank of a pool": (lambda: ag.max_pool2d(X[0], 2), ["max_pool2d: x has 3 axes, not 4"]),
    "groups": (
        lambda: ag.conv2d(X, W, groups=2),
        ["groups=2 must divide the channels", "3 channels in and 4 filters"],
    ),
    "bias": (
        lambda: ag.conv2d(X, W, np.zeros(3, np.float32)),
        ["bias does not match", "fits: a bias of shape (4,)"],
    ),
    "transposed channels": (
        lambda: ag.conv_transpose2d(X, np.zeros((2, 4, 3, 3), np.float32)),
        ["conv_transpose2d: x has 3 channels, the weight expects 2", "weight.shape[0]"],
    ),
    "nothing left": (
        lambda: ag.conv_transpose2d(X[:, :, :1, :1], W[:3], padding=2, groups=1),
        ["the sizes (-1, -1)"],
    ),
    "output padding": (
        lambda: ag.conv_transpose2d(X, W[:3], output_padding=2),
        ["output_padding=2", "output_padding from 0 to 0"],
    ),
    "too large": (
        lambda: ag.conv2d(X, np.zeros((4, 3, 9, 9), np.float32)),
        ["doesn't fit", "(8 - 9 + 2*0) / 1 + 1 = 0.00", "a window that spans at most 8"],
    ),
    "the lecture's 2.33": (
        lambda: ag.conv2d(np.zeros((1, 1, 7, 7)), np.zeros((1, 1, 3, 3)), stride=3, rounding="exact"),
        [
            "doesn't fit: 2.33 windows",
            "(N - F + P) / S + 1 = (7 - 3 + 2*0) / 3 + 1 = 2.33",
            "padding 1",
            "stride 2 or 4",
        ],
    ),
    "only padding": (
        lambda: ag.max_pool2d(X, 2, padding=2),
        ["no real cell, only padding", "real cells are 0 to 7"],
    ),
    "ties": (lambda: ag.max_pool2d(X, 2, ties="both"), ["ties='both'", '"first", "last" or "split"']),
    "indices of a split": (
        lambda: ag.max_pool2d(X, 2, ties="split", return_indices=True),
        ["no single index"],
    ),
    "rounding": (lambda: ag.max_pool2d(X, 2, rounding="up"), ["rounding='up'", '"exact"']),
    "stride": (lambda: ag.conv2d(X, W, stride=0), ["stride=0 is not understood", "an integer from 1 on"]),
    "padding": (lambda: ag.conv2d(X, W, padding=-1), ["padding=-1 is not understood", '"same"']),
    "unpool out of range": (
        lambda: ag.max_unpool2d(X, np.full(X.shape, 300), 2),
        ["indices from 300 to 300", "16 * 16 = 256"],
    ),
    "unpool with floats": (lambda: ag.max_unpool2d(X, X, 2), ["indices must be integers"]),
    "unpool shapes": (lambda: ag.max_unpool2d(X, np.zeros((2, 3, 4, 4), int), 2), ["differ in shape"]),
    "features": (
        lambda: ag.dense(np.zeros((2, 5)), np.zeros((3, 4))),
        ["x has 5 features, the weight expects 4", "x: float64 (2, 5)", "fits: x of shape (..., 4)"],
    ),
    "inner sizes": (lambda: ag.matmul(np.zeros((2, 3)), np.zeros((4, 5))), ["3 columns against 4 rows"]),
    "broadcast": (
        lambda: ag.tensor([1.0, 2.0]) + np.zeros((2, 3)),
        ["add: the operands cannot be broadcast together: axis -1: 2 of x against 3 of y"],
    ),
    "reshape": (lambda: ag.reshape(np.zeros((2, 3)), (4, -1)), ["6 elements cannot take the shape (4, -1)"]),
    "axis": (
        lambda: ag.sum(np.zeros((2, 3)), axis=2),
        ["axis 2 is out of range for 2 axes", "axes from -2 to 1"],
    ),
    "axis twice": (lambda: ag.sum(np.zeros((2, 3)), axis=(0, -2)), ["names an axis twice"]),
    "nothing to average": (lambda: ag.mean(np.zeros((0, 3)), axis=0), ["no elements to average"]),
    "nothing to compare": (lambda: ag.max(np.zeros((0, 3)), axis=0), ["no elements to compare"]),
    "index": (lambda: ag.tensor([1.0])[3], ["index 3 is out of bounds"]),
    "parts": (
        lambda: ag.concatenate([np.zeros((2, 3)), np.zeros((2, 4))]),
        ["equal sizes except along axis 0"],
    ),
    "no parts": (lambda: ag.concatenate([]), ["nothing to join"]),
    "transpose": (lambda: ag.transpose(np.zeros((2, 3)), (0,)), ["names 1 axes of 2"]),
    "negative width": (lambda: ag.pad(np.zeros(3), -1), ["widths=-1"]),
    "take": (lambda: ag.take_along(np.zeros((2, 3)), [[5], [0]], 1), ["indices from 0 to 5 leave axis 1"]),
    "labels are NaN": (lambda: ag.cross_entropy(np.zeros((2, 3)), [np.nan, 1.0]), ["1 of 2 labels are NaN"]),
    "labels are floats": (
        lambda: ag.cross_entropy(np.zeros((2, 3)), [0.5, 1.0]),
        ["labels must be integers"],
    ),
    "labels out of range": (
        lambda: ag.cross_entropy(np.zeros((2, 3)), [0, 3]),
        ["1 of 2 labels", "labels[1] is 3", "0 <= label < 3", "integers from 0 to 2"],
    ),
    "labels of another length": (lambda: ag.cross_entropy(np.zeros((2, 3)), [0]), ["labels of shape (2,)"]),
    "no generator": (
        lambda: ag.nn.Conv2d(1, 4, 3),  # type: ignore[call-arg]
        ["Conv2d: rng is missing", "fits: rng=numpy.random.default_rng(seed); Conv2d(channels, filters,"],
    ),
    "no window": (lambda: ag.max_pool2d(X), ["max_pool2d: window is missing", "fits: max_pool2d(x, window,"]),  # type: ignore[call-arg]
    "a misspelt argument": (
        lambda: ag.max_pool2d(X, 2, strid=1),  # type: ignore[call-arg]
        ["max_pool2d: there is no argument 'strid'", 'fits: did you mean "stride"; max_pool2d(x'],
    ),
    "an argument of another library": (
        lambda: ag.nn.Conv2d(1, 4, kernel_size=3, rng=np.random.default_rng(0)),  # type: ignore[call-arg]
        ["no argument 'kernel_size'", "fits: here it is window; Conv2d(channels"],
    ),
    "one argument twice": (lambda: ag.max_pool2d(X, 2, window=2), ["multiple values for argument 'window'"]),  # type: ignore[misc]
    "objects": (lambda: ag.add(ag.tensor([1.0]), object()), ["cannot make numbers of a object"]),
}


@pytest.mark.parametrize("name", CASES)
def test_messages(name: str) -> None:
    call, parts = CASES[name]
    text = message(call)
    for part in parts:
        assert part in text
    assert re.search(r"\n  at .*test_errors\.py:\d+: ", text)


def test_errors_are_also_pythons_own_kinds() -> None:
    assert issubclass(ag.ShapeError, ValueError)
    assert issubclass(ag.RangeError, ValueError)
    assert issubclass(ag.DTypeError, TypeError)
    assert issubclass(ag.GraphError, RuntimeError)
    for kind in (ag.FreedGraphError, ag.StaleValueError, ag.NoGradientError):
        assert issubclass(kind, ag.GraphError)


@pytest.mark.parametrize("one", [1, np.int64(1), np.uint8(1)])
def test_sizes_may_be_integers_of_any_type(one: int) -> None:
    expected = ag.conv2d(X, W, stride=1, padding=1, dilation=1).numpy()
    result = ag.conv2d(X, W, stride=one, padding=one, dilation=(one, one))
    np.testing.assert_array_equal(result.numpy(), expected)
    assert ag.max_pool2d(X, one * 2, padding=((one, 0), (0, one))).shape == (2, 3, 4, 4)


@pytest.mark.parametrize("bad", [2.0, None, "a", (1, None), (1, 2, 3), ((1, 2, 3), 0)])
def test_what_is_no_size_is_refused_in_words(bad: object) -> None:
    for name in ("stride", "padding", "dilation"):
        with pytest.raises(ag.RangeError, match=rf"conv2d: {name}=.* is not understood"):
            ag.conv2d(X, W, **{name: bad})


def test_type_errors_of_other_calls_stay_what_they_are() -> None:
    def fails(shape: object, rng: object) -> None:
        raise TypeError("inside")

    with pytest.raises(TypeError, match=r"^inside$") as caught:
        ag.nn.Dense(2, 2, rng=np.random.default_rng(0), init=fails)
    assert not isinstance(caught.value, ag.ArgumentError)


@pytest.mark.parametrize(
    ("module", "name", "here"),
    [
        (ag, "cat", r"ag\.concatenate"),
        (ag, "Linear", r"ag\.nn\.Dense\(inputs, outputs"),
        (ag.nn, "CrossEntropyLoss", r"a function: ag\.cross_entropy"),
        (ag.optim, "Optimizer", r"ag\.optim\.Optimiser"),
    ],
)
def test_names_of_other_libraries_lead_to_ours(module: object, name: str, here: str) -> None:
    with pytest.raises(AttributeError, match=rf"has no attribute '{name}'; here it is {here}"):
        getattr(module, name)


def test_names_promised_for_those_of_other_libraries_exist() -> None:
    promised = re.findall(r"ag\.[\w.]+", " ".join(h for table in _ELSEWHERE.values() for h in table.values()))
    assert len(promised) > 40
    for path in promised:
        assert operator.attrgetter(path.removeprefix("ag."))(ag) is not None
    for name, table in _ELSEWHERE.items():
        assert not set(table) & set(dir(importlib.import_module(name)))


@pytest.mark.parametrize("module", [ag, ag.nn, ag.optim])
def test_names_that_nobody_knows_are_plain_attribute_errors(module: object) -> None:
    assert not hasattr(module, "frobnicate")
    with pytest.raises(AttributeError, match=r"has no attribute 'frobnicate'$"):
        module.frobnicate  # type: ignore[attr-defined]  # noqa: B018
