"""Running a function a second time: the generators that it draws from, and whether it gave the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from types import FunctionType, MethodType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn._outside import is_outside

Draws = dict[int, tuple[Any, Any]]
_ROW = 4096  # elements that are summed up in one number


def drawn_from(fn: Callable[..., Any], leaves: Iterable[Any]) -> Draws:
    """Note the state of every NumPy generator among a call's arguments, or that its function refers to.

    What a function refers to: its closure, defaults and globals, a partial's arguments, a method's or
    callable's attributes, and those of the modules inside a module.
    """
    draws: Draws = {}
    stack, seen = [fn, *leaves], set[int]()
    while stack:
        value = stack.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, np.random.Generator):
            draws[id(value)] = (value, value.bit_generator.state)
        elif hasattr(value, "named_modules"):
            modules = [module for _, module in value.named_modules()]
            seen.update(map(id, modules))
            stack += [held for module in modules for held in vars(module).values()]
        elif callable(value) and not isinstance(value, type):
            stack += _referred(value)
    return draws


def _referred(function: Any) -> list[Any]:
    """Give what a callable refers to."""
    if isinstance(function, MethodType):
        return [function.__func__, function.__self__]
    if isinstance(function, partial):
        return [function.func, *function.args, *function.keywords.values()]
    if isinstance(function, FunctionType):
        cells = [cell.cell_contents for cell in function.__closure__ or () if _filled(cell)]
        known = function.__globals__
        named = [known[name] for name in function.__code__.co_names if name in known]
        near = [value for value in named if _is_near(value, function)]
        return [*cells, *(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values(), *near]
    return list(getattr(function, "__dict__", {}).values())


def _is_near(value: Any, function: FunctionType) -> bool:
    """Say whether to look at a global: other modules' functions would lead through whole libraries."""
    if isinstance(value, np.random.Generator) or hasattr(value, "named_modules"):
        return True
    return getattr(value, "__module__", None) == function.__module__ and is_outside(function)


def _filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:  # a name that is not bound yet
        return False


@contextmanager
def drawn_again(draws: Draws) -> Iterator[None]:
    """Put generators back to where they were before the first run, and afterwards to where they are."""
    now = [(rng, rng.bit_generator.state) for rng, _ in draws.values()]
    for rng, state in draws.values():
        rng.bit_generator.state = state
    try:
        yield
    finally:
        for rng, state in now:
            rng.bit_generator.state = state


@cache
def _weights() -> NDArray[np.float64]:
    return np.random.default_rng(0).standard_normal(_ROW)


def sketch(values: NDArray[Any]) -> tuple[NDArray[Any], float]:
    """Give sums of rows of the values under fixed random weights, and the length of the longest row.

    Another value of a single element shows in the sum of its row, unless it is small beside the rest.
    """
    flat = values.reshape(-1)
    whole = flat.size - flat.size % _ROW
    wide = np.float64 if values.dtype == np.float64 else np.float32
    rows: Any = flat[:whole].reshape(-1, _ROW).astype(wide, copy=False)
    rest: Any = flat[whole:].astype(wide, copy=False)
    weights = _weights().astype(wide)
    with np.errstate(all="ignore"):
        sums = np.append(rows @ weights, rest @ weights[: rest.size])
        squares = np.append(np.einsum("ij,ij->i", rows, rows), rest @ rest)
        return sums, float(np.sqrt(squares.max(initial=0.0)))


def same_sketch(first: tuple[NDArray[Any], float], second: tuple[NDArray[Any], float]) -> bool:
    """Say whether two sketches agree but for rounding."""
    allowed = (1e-6 if first[0].dtype == np.float64 else 1e-3) * first[1]
    atol = allowed if np.isfinite(allowed) else 0.0
    return bool(np.isclose(second[0], first[0], rtol=0.0, atol=atol, equal_nan=True).all())
