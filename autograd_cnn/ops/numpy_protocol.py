"""NumPy's functions on Tensors: ``np.exp(x)``, ``np.concatenate([x, y])`` and ``array + x`` record like ours.

NumPy hands a call over when a Tensor is among its arguments. Functions of the same name and arguments are
called as they are; the few that differ have an adapter below. What has no rule here works on Tensors that
want no gradient, as NumPy itself would, and is refused otherwise.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from autograd_cnn._modes import MODE
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import AutogradError, GraphError
from autograd_cnn.ops import (
    arithmetic,
    comparison,
    contractions,
    creation,
    cumulative,
    delicate_reductions,
    elementwise,
    indexing,
    joining,
    linear_algebra,
    logic,
    movement,
    ordering,
    rearranging,
    reductions,
    repeating,
    rounding,
    triangles,
    trigonometry,
)
from autograd_cnn.ops._numpy_hints import instead_of
from autograd_cnn.ops.einstein import einsum
from autograd_cnn.primitive import late

Function = Callable[..., Any]


def _pad(array: Any, pad_width: Any, mode: str = "constant", constant_values: float = 0.0) -> Tensor:
    if mode != "constant":
        raise TypeError(f"mode={mode!r}")
    return movement.pad(array, pad_width, constant_values)


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Tensor:
    dims = 1 if isinstance(axis, int) or (axis is None and np.ndim(x) == 1) else 2
    if ord not in (None, "fro") and (dims == 2 or isinstance(ord, str)):
        raise TypeError(f"ord={ord!r} of a matrix")
    return delicate_reductions.norm(x, 2 if ord in (None, "fro") else ord, axis, keepdims)


_UFUNCS: dict[str, Function] = {
    name: getattr(module, name)
    for module, names in (
        (arithmetic, "add subtract multiply divide power negative maximum minimum"),
        (
            elementwise,
            "absolute sign exp exp2 expm1 log log2 log10 log1p sqrt cbrt square reciprocal tanh",
        ),
        (
            trigonometry,
            "sin cos tan arcsin arccos arctan arctan2 sinh cosh arcsinh arccosh arctanh hypot",
        ),
        (rounding, "floor ceil trunc remainder floor_divide"),
        (comparison, "equal not_equal less less_equal greater greater_equal"),
        (logic, "isfinite isinf isnan logical_and logical_or logical_xor logical_not"),
        (delicate_reductions, "logaddexp"),
        (linear_algebra, "matmul"),
    )
    for name in names.split()
}

_FUNCTIONS: dict[str, Function] = {
    **{
        name: getattr(module, name)
        for module, names in (
            (reductions, "sum mean max min"),
            (delicate_reductions, "prod var std"),
            (cumulative, "cumsum cumprod"),
            (ordering, "argmax argmin"),
            (joining, "concatenate stack split"),
            (movement, "reshape transpose"),
            (
                rearranging,
                "ravel squeeze expand_dims swapaxes moveaxis broadcast_to roll flip",
            ),
            (repeating, "tile repeat"),
            (rounding, "clip round nan_to_num"),
            (comparison, "where"),
            (indexing, "take"),
            (contractions, "dot tensordot inner outer"),
            (triangles, "trace diagonal diag tril triu"),
            (logic, "any all count_nonzero"),
            (creation, "zeros_like ones_like full_like"),
        )
        for name in names.split()
    },
    "amax": reductions.max,
    "amin": reductions.min,
    "around": rounding.round,
    "sort": lambda a, axis=-1: ordering.sort(a, axis),
    "argsort": lambda a, axis=-1: ordering.argsort(a, axis),
    "take_along_axis": lambda arr, indices, axis: indexing.take_along(arr, indices, axis),
    "pad": _pad,
    "einsum": einsum,
    "norm": _norm,
    "shape": lambda a: a.shape,
    "ndim": lambda a: a.ndim,
    "size": lambda a, axis=None: a.size if axis is None else a.shape[axis],
}


def numpy_ufunc(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], settings: Mapping[str, Any]) -> Any:
    """Answer NumPy's elementwise functions and operators."""
    name = ufunc.__name__
    if settings.get("out") is not None:
        raise GraphError(
            f"np.{name}",
            "a Tensor is never written to, and an array cannot take a recorded result",
            operands=_operands(inputs),
            fits=f"y = ag.{name}(...) in place of out= or of += on an array",
        )
    ours = _UFUNCS.get(name)
    if method == "__call__" and ours is not None:
        return _called(f"np.{name}", ours, inputs, settings)
    asked = f"np.{name}" + ("" if method == "__call__" else f".{method}")
    return _without_rule(asked, getattr(ufunc, method), inputs, settings)


def numpy_function(function: Function, inputs: tuple[Any, ...], settings: Mapping[str, Any]) -> Any:
    """Answer NumPy's other functions."""
    name = function.__name__
    inside = function.__module__.removeprefix("numpy").removeprefix(".")
    asked = f"np.{inside}.{name}" if inside in ("linalg", "fft") else f"np.{name}"
    ours = (
        _FUNCTIONS.get(name)
        if inside in ("", "linalg") and (name == "norm") == (inside == "linalg")
        else None
    )
    if ours is not None:
        return _called(asked, ours, inputs, settings)
    return _without_rule(asked, function, inputs, settings)


def _called(asked: str, ours: Function, inputs: tuple[Any, ...], settings: Mapping[str, Any]) -> Any:
    try:
        inspect.signature(ours).bind(*inputs, **settings)
    except TypeError as error:
        raise _refused(asked, f"on Tensors it has other arguments: {error}", inputs, ours) from None
    try:
        return ours(*inputs, **settings)
    except TypeError as error:
        if isinstance(error, AutogradError):
            raise
        raise _refused(asked, f"on Tensors it does not take this: {error}", inputs, ours) from None


def _without_rule(asked: str, function: Function, inputs: Any, settings: Mapping[str, Any]) -> Any:
    """Let NumPy work on values whose gradient nobody wants; refuse where a history would be lost."""
    tensors = list(_tensors((inputs, settings)))
    if not MODE.get().tracing and not any(t.requires_grad for t in tensors):
        return function(*_as_arrays(inputs), **_as_arrays(dict(settings)))
    raise _refused(asked, "NumPy's function has no gradient rule here", inputs, None)


def _refused(asked: str, problem: str, inputs: tuple[Any, ...], ours: Function | None) -> GraphError:
    name = asked.rpartition(".")[2]
    if ours is not None:
        known = f"ag.{name}{inspect.signature(ours)}"
    else:
        room = asked.removeprefix("np.").rpartition(".")[0]
        known = instead_of(room, name, [*_UFUNCS, *_FUNCTIONS])
    return GraphError(
        asked,
        problem,
        operands=_operands(inputs),
        fits=f"{known}; x.numpy() or x.detach() for the values alone",
    )


def _operands(inputs: tuple[Any, ...]) -> dict[str, Any]:
    return {f"operand {i}": t for i, t in enumerate(_tensors(inputs))}


def _tensors(tree: Any) -> Iterator[Tensor]:
    if isinstance(tree, Tensor):
        yield tree
    elif isinstance(tree, (tuple, list)):
        for part in tree:
            yield from _tensors(part)
    elif isinstance(tree, dict):
        yield from _tensors(list(tree.values()))


def _as_arrays(tree: Any) -> Any:
    if isinstance(tree, Tensor):
        return tree.numpy()
    if isinstance(tree, (tuple, list)):
        return type(tree)(_as_arrays(part) for part in tree)
    if isinstance(tree, dict):
        return {key: _as_arrays(value) for key, value in tree.items()}
    return tree


late.numpy_ufunc, late.numpy_function = numpy_ufunc, numpy_function
