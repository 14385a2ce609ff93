"""Checks of settings: a public function's type hints, held against what the user wrote.

A wrong setting is refused at the door, by its own name, and never deep inside NumPy. Tensor operands (hint
``Any``) are checked where they become Tensors, and the range of a number by the function that knows it.
"""

from __future__ import annotations

import difflib
import inspect
import operator
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar

import numpy as np

from autograd_cnn.errors import ArgumentError, AutogradError, DTypeError, RangeError, ShapeError, signature

P = ParamSpec("P")
R = TypeVar("R")
_DTYPES = ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool")


class Kind(NamedTuple):
    """What a type hint accepts, in words too, and the error for anything else."""

    accepts: Callable[[Any], bool]
    fits: str
    error: type[AutogradError] = RangeError
    plain: frozenset[type] = frozenset()  # of the usual values, that are right without a closer look


def whole_numbers(value: object) -> int | tuple[int, ...] | None:
    """Read an integer of any type, or a sequence of them; None for anything else, truth values too."""
    if isinstance(value, (bool, np.bool_)):
        return None
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        pass
    try:
        entries: tuple[Any, ...] = tuple(value)  # type: ignore[arg-type]
        if any(isinstance(entry, (bool, np.bool_)) for entry in entries):
            return None
        return tuple(map(operator.index, entries))
    except TypeError:
        return None


def near(word: object, words: Iterable[str]) -> str:
    """Give ``did you mean "this"? `` for a word close to one of the known ones, else nothing."""
    found = difflib.get_close_matches(word.lower(), list(words), 1) if isinstance(word, str) else []
    return f'did you mean "{found[0]}"? ' if found else ""


def choice(op: str, name: str, value: object, allowed: Sequence[str]) -> None:
    """Refuse a word that is none of the allowed ones, and guess which was meant."""
    if not isinstance(value, str) or value not in allowed:
        words = [f'"{word}"' for word in allowed]
        listed = f"{', '.join(words[:-1])} or {words[-1]}"
        raise RangeError(op, f"{name}={shown(value)} is unknown", fits=near(value, allowed) + listed)


def shown(value: object) -> str:
    """Write a setting for a message: an array by dtype and shape, anything else as it was typed."""
    return signature(value) if isinstance(value, np.ndarray) else repr(value)


def numbers(op: str, name: str, data: Any, dtype: Any = None) -> np.ndarray[Any, Any]:
    """Give data as a new array of real numbers, or say what they are instead."""
    try:
        array = np.array(data)
    except ValueError as error:
        raise ShapeError(
            op, f"the {name} do not form an array: {error}", fits="rows of equal lengths"
        ) from None
    if array.dtype.kind not in "biuf":
        raise DTypeError(
            op, f"the {name} must be numbers, not {array.dtype}", fits="bool, integer or floating data"
        )
    return array if dtype is None else array.astype(dtype, copy=False)


def real_dtype(op: str, dtype: Any) -> np.dtype[Any]:
    """Give a dtype of real numbers, or refuse the other kinds."""
    read: np.dtype[Any] = np.dtype(dtype)
    if read.kind not in "biuf":
        raise DTypeError(op, f"elements must be numbers, not {read}", fits=KINDS["DTypeLike"].fits)
    return read


def at_least(op: str, least: int, **counts: int) -> None:
    """Refuse sizes of a layer that are too small."""
    for name, count in counts.items():
        if count < least:
            raise RangeError(op, f"{name}={count} must be at least {least}", fits=f"{name}={least}")


def _whole(value: Any) -> bool:
    return isinstance(whole_numbers(value), int)


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) or (_is_numpy_scalar(value) and value.dtype.kind in "biuf")


def _is_numpy_scalar(value: Any) -> bool:
    return isinstance(value, (np.generic, np.ndarray)) and not value.ndim


def _flag(value: Any) -> bool:
    return isinstance(value, (bool, np.bool_)) or (isinstance(value, int) and value in (0, 1))


def _numbers(value: Any) -> bool:
    return _number(value) or (isinstance(value, (tuple, list)) and all(map(_number, value)))


def _dtype(value: Any) -> bool:
    try:
        return value is not None and isinstance(np.dtype(value), np.dtype)
    except (TypeError, ValueError):
        return False


def _tensor(value: Any) -> bool:
    return hasattr(value, "requires_grad") and hasattr(value, "is_leaf")


def _tensors(value: Any) -> bool:
    return _tensor(value) or (isinstance(value, (tuple, list)) and all(map(_tensor, value)))


def _series(value: Any) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, (str, bytes))


_WHOLE = Kind(_whole, "an integer", plain=frozenset({int}))
_WHOLES = Kind(
    lambda value: whole_numbers(value) is not None,
    "an integer, or a sequence of integers",
    plain=frozenset({int}),
)
_SERIES = Kind(_series, "a list or tuple", DTypeError)
_TENSORS = Kind(_tensors, "a Tensor, or a list of them", DTypeError)
_GENERATOR = Kind(
    lambda value: isinstance(value, np.random.Generator), "rng=numpy.random.default_rng(seed)", DTypeError
)
_ARRAY = Kind(
    lambda value: isinstance(value, np.ndarray), "a NumPy array, such as np.asarray(data)", DTypeError
)
_FUNCTION = Kind(callable, "a function", DTypeError)

KINDS: dict[str, Kind] = {
    "int": _WHOLE,
    "Axis": _WHOLES,
    "Size": _WHOLES,
    "Shape": _WHOLES,
    "int | Sequence[int]": _WHOLES,
    "int | Sequence[Any]": Kind(lambda value: True, "what the function itself says"),
    "Sequence[int]": Kind(lambda value: isinstance(whole_numbers(value), tuple), "a sequence of integers"),
    "tuple[int, ...]": Kind(lambda value: isinstance(whole_numbers(value), tuple), "a tuple of integers"),
    "float": Kind(_number, "a real number", plain=frozenset({float, int})),
    "float | Sequence[float]": Kind(_numbers, "a real number, or a sequence of them"),
    "tuple[float, float]": Kind(
        lambda value: isinstance(value, (tuple, list)) and len(value) == 2 and _numbers(value),
        "two real numbers",
    ),
    "bool": Kind(_flag, "True or False", plain=frozenset({bool})),
    "str": Kind(lambda value: isinstance(value, str), "a string"),
    "DTypeLike": Kind(_dtype, '"float32" or "float64", an integer dtype, or "bool"', DTypeError),
    "Generator": _GENERATOR,
    "np.random.Generator": _GENERATOR,
    "Initialiser": Kind(callable, "a function of (shape, rng), such as nn.he_normal", DTypeError),
    "Callable[..., Any]": _FUNCTION,
    "Tensor": Kind(_tensor, "a Tensor", DTypeError),
    "Tensor | Sequence[Tensor]": _TENSORS,
    "Sequence[Tensor]": _TENSORS,
    "Iterable[Tensor]": Kind(_series, "a list of Tensors, such as model.parameters()", DTypeError),
    "Sequence[Any]": _SERIES,
    "NDArray[Any]": _ARRAY,
    "npt.NDArray[Any]": _ARRAY,
    "npt.NDArray[Real]": _ARRAY,
    "npt.NDArray[Element]": _ARRAY,
}


def _doors(function: Callable[..., Any]) -> list[tuple[int, str, frozenset[type], Kind]]:
    """Give place, name, types that are always right, and kind of each setting with a known type hint."""
    code = inspect.unwrap(function).__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    found = []
    for place, name in enumerate(names):
        hint = function.__annotations__.get(name, "Any")
        optional = hint.endswith(" | None") or hint == "Axis"
        kind = KINDS.get(hint.removesuffix(" | None"))
        if kind is not None:
            plain = kind.plain | {type(None)} if optional else kind.plain
            # a setting after *args has no place: only its keyword gives it
            found.append((place if place < code.co_argcount else sys.maxsize, name, plain, kind))
    return found


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Hold the settings of a public function, or of a class's ``__init__``, against their type hints.

    NumPy's scalars come through as the Python numbers that they stand for.
    """
    doors = _doors(function)

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        given = len(args)
        for place, name, plain, kind in doors:
            if place < given:
                value: Any = args[place]
            elif name in kwargs:
                value = kwargs[name]
            else:
                continue
            if value.__class__ in plain:
                continue
            if not kind.accepts(value):
                raise _refusal(function, name, value, kind, type(None) in plain, args, kwargs)
            if kind.error is RangeError and _is_numpy_scalar(value):
                if place < given:
                    args = (*args[:place], value.item(), *args[place + 1 :])  # type: ignore[assignment]
                else:
                    kwargs[name] = value.item()
        try:
            return function(*args, **kwargs)
        except TypeError:
            refusal = _misfit(function, args, kwargs)
            if refusal is not None:
                raise refusal from None
            raise

    return call


def _op(function: Callable[..., Any], args: Sequence[Any]) -> str:
    """Name what was called as the user typed it: a class for its ``__init__``."""
    return type(args[0]).__name__ if function.__name__ == "__init__" and args else function.__name__


_ELSEWHERE = {
    "axes": "axis",
    "dilation_rate": "dilation",
    "dim": "axis",
    "ceil_mode": 'rounding="ceil"',
    "generator": "rng",
    "in_channels": "channels",
    "in_features": "inputs",
    "input": "x",
    "keepdim": "keepdims",
    "kernel": "window",
    "kernel_size": "window",
    "learning_rate": "lr",
    "num_features": "channels",
    "out_channels": "filters",
    "out_features": "outputs",
    "pool_size": "window",
    "seed": "rng",
    "strides": "stride",
    "units": "outputs",
    "use_bias": "bias",
}
"""Names of other libraries for the settings of this one."""


def _misfit(function: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]) -> Exception | None:
    """Word what is wrong with a call whose arguments are not the function's; None where they are."""
    signature_of = inspect.signature(function)
    try:
        signature_of.bind(*args, **kwargs)
        return None
    except TypeError as error:
        problem = str(error)
    op, parameters = _op(function, args), signature_of.parameters
    known = [name for name in parameters if name != "self"]
    fits = [f"{op}({', '.join(known)})"]
    unknown = [name for name in kwargs if name not in parameters]
    given = {*list(parameters)[: len(args)], *kwargs}
    missing = [
        name for name, entry in parameters.items() if entry.default is entry.empty and name not in given
    ]
    if unknown:
        problem = f"there is no argument {unknown[0]!r}"
        here = _ELSEWHERE.get(unknown[0], "")
        is_ours = here.partition("=")[0] in known
        guess = f"here it is {here}" if is_ours else near(unknown[0], known).rstrip("? ")
        fits = [guess, *fits] if guess else fits
    elif missing and len(given) < len(parameters):
        problem = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
        kinds = {name: KINDS.get(str(parameters[name].annotation)) for name in missing}
        hints = [(name, kind.fits) for name, kind in kinds.items() if kind is not None]
        fits = [words if "=" in words else f"{name}: {words}" for name, words in hints] + fits
    return ArgumentError(op, problem, fits="; ".join(fits))


def _refusal(
    function: Callable[..., Any],
    name: str,
    value: object,
    kind: Kind,
    optional: bool,
    args: Sequence[Any],
    kwargs: dict[str, Any],
) -> AutogradError:
    """Word the refusal: the setting, the tensors that came with it, and what fits."""
    names = inspect.unwrap(function).__code__.co_varnames
    arguments = {**dict(zip(names, args, strict=False)), **kwargs}
    op = _op(function, args)
    operands = {key: v for key, v in arguments.items() if key != name and hasattr(v, "dtype")}
    guess = near(value, _DTYPES) if kind is KINDS["DTypeLike"] else ""
    typed = kind.error is not DTypeError or kind is KINDS["DTypeLike"]
    written = f"{name}={shown(value)} is not understood"
    return kind.error(
        op,
        written if typed or value is None else f"{name} is a {type(value).__name__}",
        operands=operands,
        fits=guess + kind.fits + (", or None" if optional else ""),
    )
