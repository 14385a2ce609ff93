"""The debug mode: is what a pass made the same function? Asked of random inputs, values and gradients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn._modes import switched
from autograd_cnn._program.entries import Program, Value
from autograd_cnn._program.running import run
from autograd_cnn._reverse import gradients
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import AutogradError, RewriteError

SPECIAL = (np.nan, -np.nan, 0.0, -0.0, np.inf, -np.inf, 1.0, -1.0)
ROUNDING = {2: 1e-2, 4: 1e-4, 8: 1e-10}  # by bytes of an element


def check_same_results(name: str, before: Program, after: Program, seed: int = 0) -> None:
    """Refuse a pass whose program gives another bit on ordinary or special inputs, or another gradient.

    Gradients are compared to rounding: where a value is shared, its cotangents add up in another order.

    Raises
    ------
    RewriteError
        Naming the pass, the result, and the values that differ.
    """
    rng = np.random.default_rng(seed)
    with np.errstate(all="ignore"), switched(recording=True, capturing=False, abstract=False, observer=None):
        for shift in (None, *range(len(SPECIAL))):
            arrays = {
                value.name: _drawn(value, rng, None if shift is None else shift + number)
                for number, value in enumerate(before.inputs)
            }
            old, new = _values(before, arrays), _values(after, arrays)
            if old is None or new is None:
                continue  # a value that nobody uses may have refused its operands, and be gone
            for number, (first, second) in enumerate(zip(old, new, strict=True)):
                if not _same_bits(first, second):
                    raise _differ(name, f"result {number}", first, second)
        arrays = {value.name: _drawn(value, rng, None) for value in before.inputs}
        old, new = _gradients(before, arrays), _gradients(after, arrays)
        for value, first, second in zip(_floats(before), old or (), new or (), strict=False):
            close = ROUNDING[first.dtype.itemsize]
            if not np.allclose(first, second, rtol=close, atol=close, equal_nan=True):
                raise _differ(name, f"the gradient by {value.name}", first, second)


def _drawn(value: Value, rng: np.random.Generator, shift: int | None) -> NDArray[Any]:
    """Draw ordinary numbers, or put the special ones in a row, the first of them at ``shift``."""
    if value.dtype.kind == "f":
        array = np.asarray(rng.standard_normal(value.shape))
        if shift is not None:
            places = np.arange(array.size).reshape(value.shape) + shift
            array = np.asarray(SPECIAL)[places % len(SPECIAL)]
        return array.astype(value.dtype)
    return rng.integers(0, 2, value.shape).astype(value.dtype)  # labels and indices, most often


def _values(program: Program, arrays: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]] | None:
    try:
        made = run(program, {name: Tensor(array) for name, array in arrays.items()})
    except AutogradError:
        return None  # inputs that it refuses, such as indices out of range
    return [made[name]._data for name in program.gives.names]


def _floats(program: Program) -> list[Value]:
    return [value for value in program.inputs if value.dtype.kind == "f"]


def _gradients(program: Program, arrays: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]] | None:
    tensors = {name: Tensor(array, array.dtype.kind == "f") for name, array in arrays.items()}
    try:
        made = run(program, tensors)
    except AutogradError:
        return None
    outputs = [made[name] for name in program.gives.names]
    chosen = [out for out in outputs if out.requires_grad]
    wanted = [tensors[value.name] for value in _floats(program)]
    if not chosen:
        return [np.zeros(tensor.shape, tensor.dtype) for tensor in wanted]
    seeds = [Tensor(np.ones(out.shape, out.dtype)) for out in chosen]
    return [found._data for found in gradients(chosen, wanted, seeds)]


def _same_bits(first: NDArray[Any], second: NDArray[Any]) -> bool:
    return first.shape == second.shape and first.dtype == second.dtype and first.tobytes() == second.tobytes()


def _differ(name: str, what: str, first: NDArray[Any], second: NDArray[Any]) -> RewriteError:
    return RewriteError(
        "simplify",
        f"the pass {name!r} changed {what}",
        operands={"before": first, "after": second},
        rule=f"{np.array2string(first.ravel()[:6])} before, {np.array2string(second.ravel()[:6])} after",
        fits="a rule that keeps every bit",
    )
