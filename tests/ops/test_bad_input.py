"""Whatever a user writes, a public function takes it or refuses it in words of the library."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn.checks import KINDS, checked, choice
from tests.ops.bad_input import BAD, good, leaf, planes, public, use

PUBLIC = public()
X = planes(2)
W = np.zeros((4, 2, 3, 3), np.float32)


def outcome(function: Any, arguments: dict[str, Any]) -> Exception | None:
    """Give the error that a call ends in; NumPy's own warnings about numbers are no errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # log(0) is -inf, said by NumPy
        warnings.simplefilter("ignore", DeprecationWarning)  # "a" was a dtype once
        try:
            use(function, arguments)
        except Exception as error:
            return error
    return None


@pytest.mark.parametrize("name", PUBLIC)
def test_the_table_knows_arguments_that_fit(name: str) -> None:
    assert outcome(PUBLIC[name], good(name, PUBLIC[name])) is None


@pytest.mark.parametrize("name", PUBLIC)
def test_bad_arguments_are_refused_in_words_or_taken(name: str) -> None:
    function = PUBLIC[name]
    raw = []
    for parameter in inspect.signature(function).parameters.values():
        for what, bad in BAD.items():
            wrapped = {
                parameter.VAR_POSITIONAL: (bad,),
                parameter.VAR_KEYWORD: {"named": bad},
            }
            arguments = good(name, function) | {parameter.name: wrapped.get(parameter.kind, bad)}
            error = outcome(function, arguments)
            if error is not None and not isinstance(error, ag.AutogradError):
                raw.append(f"{name}({parameter.name}={what}): {type(error).__name__}: {error}")
            elif error is not None and not str(error).partition("\n")[0].partition(": ")[2]:
                raw.append(f"{name}({parameter.name}={what}) says nothing")
    assert not raw, "\n".join(raw)


def test_an_unguarded_function_would_be_found() -> None:
    def unguarded(x: Any, size: int) -> int:
        return size + 1

    assert isinstance(outcome(unguarded, {"x": 1, "size": None}), TypeError)
    assert isinstance(outcome(checked(unguarded), {"x": 1, "size": None}), ag.RangeError)


def test_every_type_hint_of_a_setting_is_checked_somewhere() -> None:
    """A hint that nobody checks lets anything through to NumPy."""
    by_hand = {
        *("Any", "Sizes", "Padding", "Ties", "Rounding", "Reduction", "Interpolation"),
        *("Module", "Iterable[Module]", "Mapping[str, Module]"),
        *("ArrayLike", "ArrayLike | Tensor", "Direction", "Operand"),
    }
    for name, function in PUBLIC.items():
        for parameter in inspect.signature(function).parameters.values():
            hint = parameter.annotation.removesuffix(" | None")
            assert hint in KINDS or hint in by_hand, f"{name}({parameter.name}: {hint})"


# call, kind of error, and what its text says
CASES: dict[str, tuple[Callable[[], Any], type[Exception], list[str]]] = {
    "groups in letters": (
        lambda: ag.conv2d(X, W, groups="a"),  # type: ignore[arg-type]
        ag.RangeError,
        ["conv2d: groups='a' is not understood", "x: float32 (1, 2, 4, 4)", "fits: an integer"],
    ),
    "half a group": (lambda: ag.conv2d(X, W, groups=1.5), ag.RangeError, ["groups=1.5"]),  # type: ignore[arg-type]
    "a step of 0": (
        lambda: leaf(3)[::0],
        ag.RangeError,
        ["slice(None, None, 0) is no slice", "x: float32 (3,)", "a step other than 0"],
    ),
    "half a start": (lambda: leaf(3)[0.5:], ag.RangeError, ["slice(0.5, None, None) is no slice"]),
    "a misspelt dtype": (
        lambda: ag.tensor([1.0], dtype="flot"),
        ag.DTypeError,
        ["tensor: dtype='flot' is not understood", 'did you mean "float'],
    ),
    "an unknown dtype": (
        lambda: leaf(2).astype("nonsense"),
        ag.DTypeError,
        ["astype: dtype='nonsense' is not understood", "x: float32 (2,)", '"float32" or "float64"'],
    ),
    "a complex dtype": (
        lambda: leaf(2).astype("complex64"),
        ag.DTypeError,
        ["must be numbers, not complex64"],
    ),
    "a text": (
        lambda: ag.tensor("abc", dtype="float32"),
        ag.DTypeError,
        ["tensor: the elements must be numbers, not <U3"],
    ),
    "ragged rows": (
        lambda: ag.tensor([[1.0], [1.0, 2.0]]),
        ag.ShapeError,
        ["do not form an array", "equal len"],
    ),
    "an array of texts": (
        lambda: ag.from_numpy(np.array(["a", "b"])),
        ag.DTypeError,
        ["from_numpy: the elements must be numbers, not <U1", "array: <U1 (2,)"],
    ),
    "a complex array": (lambda: ag.from_numpy(np.array([1j])), ag.DTypeError, ["not complex128"]),
    "three widths an axis": (
        lambda: ag.pad(leaf(3), [(1, 2, 3)]),
        ag.RangeError,
        ["pad: widths=[(1, 2, 3)] must be 1 pairs", "one (before, after) an axis"],
    ),
    "a shape of 2.0": (
        lambda: leaf(2).reshape(2.0),
        ag.RangeError,
        ["reshape: shape=2.0", "x: float32 (2,)"],
    ),
    "an axis of 1.5": (
        lambda: ag.sum(leaf(2), axis=1.5),  # type: ignore[arg-type]
        ag.RangeError,
        ["sum: axis=1.5 is not understood", "x: float32 (2,)", "an integer, or a sequence", "or None"],
    ),
    "no axis where one is needed": (lambda: ag.softmax(leaf(2), ()), ag.RangeError, ["axis=()"]),  # type: ignore[arg-type]
    "one negative cell": (
        lambda: ag.max_unpool2d(np.ones((1, 1, 1, 1)), np.zeros((1, 1, 1, 1), int), 2, output_size=-1),
        ag.RangeError,
        ["output_size=-1 is not understood"],
    ),
    "a plane of nothing": (
        lambda: ag.max_unpool2d(np.ones((1, 1, 1, 1)), np.zeros((1, 1, 1, 1), int), 2, padding=1),
        ag.ShapeError,
        [
            "the plane would have the sizes (0, 0)",
            "y: float64 (1, 1, 1, 1)",
            "(N - 1) * S - 2P + F",
            "less padd",
        ],
    ),
    "cotangents without outputs": (
        lambda: ag.gradient_graph([leaf(1) * 2], cotangents=[None, None]),
        ag.ShapeError,
        ["1 outputs but 2 cotangents", "one for each output"],
    ),
    "the gradient of a constant": (
        lambda: ag.gradient_graph((leaf(1) * 2).sum(), inputs=[ag.tensor([1.0])]),
        ag.NoGradientError,
        ["input 0 wants no gradient", "requires_grad=True"],
    ),
    "a text for a cotangent": (
        lambda: ag.gradients(leaf(1).sum(), leaf(1), "a"),
        ag.DTypeError,
        ["gradients: the cotangent must be numbers"],
    ),
    "the routing of nothing": (
        lambda: ag.routing(None),  # type: ignore[arg-type]
        ag.DTypeError,
        ["routing: y=None is not understood", "fits: a Tensor"],
    ),
    "the bytes of a number": (lambda: ag.saved_bytes(3), ag.DTypeError, ["argument 0 is a int"]),  # type: ignore[arg-type]
    "a filter without taps": (
        lambda: ag.conv2d(X, np.zeros((4, 2, 0, 3), np.float32)),
        ag.ShapeError,
        ["a window of (0, 3) has no taps", "weight: float32 (4, 2, 0, 3)"],
    ),
    "a transposed filter without taps": (
        lambda: ag.conv_transpose2d(X, np.zeros((2, 4, 0, 3), np.float32)),
        ag.ShapeError,
        ["a window of (0, 3) has no taps"],
    ),
    "what does not fit": (
        lambda: ag.conv2d(X, np.zeros((4, 2, 5, 5), np.float32)),
        ag.ShapeError,
        ["doesn't fit", "x: float32 (1, 2, 4, 4)", "weight: float32 (4, 2, 5, 5)"],
    ),
    "a pool that does not fit": (
        lambda: ag.max_pool2d(X, 5),
        ag.ShapeError,
        ["x: float32", "window: (5, 5)"],
    ),
    "a padded, dilated window": (
        lambda: ag.max_pool2d(X, 2, stride=1, padding=4, dilation=3),
        ag.ShapeError,
        ["only padding", "padding of at most 3"],
    ),
    "near ties": (lambda: ag.max(X, ties="frist"), ag.RangeError, ['did you mean "first"?']),  # type: ignore[arg-type]
    "near rounding": (
        lambda: ag.max_pool2d(X, 2, rounding="flor"),  # type: ignore[arg-type]
        ag.RangeError,
        ['did you mean "floor"? "floor", "ceil" or "exact"'],
    ),
    "near padding": (lambda: ag.conv2d(X, W, padding="smae"), ag.RangeError, ['did you mean "same"?']),
    "near reduction": (
        lambda: ag.mse_loss(leaf(2), leaf(2), reduction="maen"),  # type: ignore[arg-type]
        ag.RangeError,
        ["reduction='maen'", 'did you mean "mean"?'],
    ),
    "near mode": (
        lambda: ag.interpolate(X, size=8, mode="bilinaer"),  # type: ignore[arg-type]
        ag.RangeError,
        ['did you mean "bilinear"?'],
    ),
    "near weights": (
        lambda: ag.weighted_pool2d(X, 2, "gausian"),
        ag.RangeError,
        ['did you mean "gaussian"?'],
    ),
    "one-hot labels": (
        lambda: ag.cross_entropy(np.zeros((2, 3)), np.eye(3, dtype=int)[:2]),
        ag.ShapeError,
        ["of one-hot rows, labels.argmax(axis=1)"],
    ),
    "a function of NumPy's without a rule": (
        lambda: np.median(leaf(2)),
        ag.GraphError,
        ["np.median: NumPy's function has no gradient rule", "x.numpy()"],
    ),
    "texts for new values": (
        lambda: leaf(1).assign_(["a"]),  # type: ignore[list-item]
        ag.DTypeError,
        ["assign_: the values must be numbers, not <U1"],
    ),
    "a count without end": (lambda: ag.arange(float("nan")), ag.RangeError, ["finite numbers"]),
}


@pytest.mark.parametrize("name", CASES)
def test_refusals_name_what_is_wrong_and_what_would_fit(name: str) -> None:
    call, kind, parts = CASES[name]
    with pytest.raises(kind) as caught:
        call()
    for part in parts:
        assert part in str(caught.value)


def test_arrays_may_stand_on_the_left_of_operators() -> None:
    x = leaf(2)
    np.testing.assert_array_equal((np.ones(2, np.float32) + x).numpy(), 1 + x.numpy())
    np.testing.assert_array_equal((np.float32(2) / x).numpy(), 2 / x.numpy())
    assert (np.ones(2, np.float32) < x).dtype == np.bool_


def test_largest_padding_that_the_message_names_is_right() -> None:
    for dilation in (1, 2, 3):
        with pytest.raises(ag.ShapeError) as caught:
            ag.max_pool2d(X, 2, stride=1, padding=5, dilation=dilation)
        most = int(str(caught.value).partition("padding of at most ")[2].split()[0])
        assert ag.max_pool2d(X, 2, stride=1, padding=most, dilation=dilation).shape
        with pytest.raises(ag.ShapeError, match="only padding"):
            ag.max_pool2d(X, 2, stride=1, padding=most + 1, dilation=dilation)


@pytest.mark.parametrize("name", PUBLIC)
def test_numbers_may_be_numpys(name: str) -> None:
    function = PUBLIC[name]
    for parameter in inspect.signature(function).parameters.values():
        value = good(name, function).get(parameter.name, parameter.default)
        if isinstance(value, (int, float)) and parameter.annotation not in ("Any", "bool"):
            arguments = good(name, function) | {parameter.name: np.asarray(value)[()]}
            assert outcome(function, arguments) is None, parameter.name


def test_pad_takes_integers_of_any_type() -> None:
    assert ag.pad(leaf(3), np.int64(1)).shape == (5,)
    assert ag.pad(leaf(2, 2), np.array([[1, 0], [0, 2]])).shape == (3, 4)


def test_choice_takes_only_the_words() -> None:
    choice("op", "mode", "a", ("a", "b"))
    with pytest.raises(ag.RangeError, match=r'(?s)op: mode=None is unknown.*"a" or "b"'):
        choice("op", "mode", None, ("a", "b"))
