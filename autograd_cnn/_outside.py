"""Kernels and rules from outside the library: they are handed arrays that they must not write to.

The library's own never do, and run as they are. A rule from outside also does not know by itself that
it is run on arrays and on Tensors; where it stumbles over that, the error says so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

import numpy as np

from autograd_cnn.errors import RuleError, RuleOperandError
from autograd_cnn.lines import Line, resolve

_PACKAGE = __name__.partition(".")[0]
_BOTH = "a rule runs on NumPy arrays in an ordinary sweep, and on Tensors where its computation is recorded"
_HISTORY = ("backward", "data", "detach", "grad", "numpy", "requires_grad")


def is_outside(function: Callable[..., Any]) -> bool:
    """Say whether a function is not the library's own; NumPy's ufuncs, which never write, count as such."""
    inner = getattr(function, "func", function)  # of a partial
    module = getattr(inner, "__module__", None) or ""
    return not isinstance(inner, np.ufunc) and module.partition(".")[0] != _PACKAGE


def guarded_kernel(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """Hand a kernel from outside views that NumPy lets nobody write to."""
    if not is_outside(kernel):
        return kernel

    @wraps(kernel)
    def guarded(*arrays: Any, **settings: Any) -> Any:
        return kernel(*map(_locked, arrays), **settings)

    return guarded


def guarded_rule(
    rule: Callable[..., Any], op: str, name: str, functions: Collection[str]
) -> Callable[..., Any]:
    """Hand a rule from outside such views too, and explain what fails because it is run on both kinds.

    Parameters
    ----------
    rule : callable
        The rule.
    op, name : str
        Its primitive, and the input that it serves.
    functions : collection of str
        Names of public functions that Tensors have as methods.
    """
    if not is_outside(rule):
        return rule

    @wraps(rule)
    def guarded(*values: Any, **settings: Any) -> Any:
        try:
            return rule(*map(_locked, values), **settings)
        except AttributeError as error:
            wrong = _unlike(error, op, name, functions)
            if wrong is None:
                raise
            raise wrong from error
        except ValueError as error:
            if isinstance(error, RuleError) or "read-only" not in str(error):
                raise
            raise RuleError(
                op,
                f"its rule for {name!r} writes to an array that it was given",
                rule="others use the same array: a rule makes a new one",
                fits="g * 3, say, in place of g *= 3",
                line=_line(error),
            ) from error

    return guarded


def _locked(value: Any) -> Any:
    """Give a view that cannot be written to; what is no array as it is."""
    if value.__class__ is not np.ndarray:
        return value
    view = value.view()
    view.flags.writeable = False
    return view


def _unlike(error: AttributeError, op: str, name: str, functions: Collection[str]) -> RuleOperandError | None:
    """Word an attribute that only arrays or only Tensors have; None when it is another mistake."""
    wanted, kind = error.name, type(error.obj).__name__
    if wanted is None or not hasattr(type(error.obj), "dtype"):
        return None
    fits = "operators, .shape, .dtype, .sum(), primitives and functions of autograd_cnn, which take both"
    if wanted in functions:
        fits = f"ag.{wanted}(x), which takes both"
    elif wanted in _HISTORY:
        fits = "the value as it is: a rule that cut its history would make second derivatives wrong"
    return RuleOperandError(
        op,
        f"its rule for {name!r} asked {_one(kind)} for .{wanted}",
        rule=_BOTH,
        fits=fits,
        line=_line(error),
    )


def _one(kind: str) -> str:
    return "a NumPy array" if kind == "ndarray" else f"a {kind}"


def _line(error: Exception) -> Line | None:
    """Give the line where an error arose, which is the rule's."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return None if trace is None else resolve(trace.tb_frame.f_code, trace.tb_lasti)
