"""Whole matrices of derivatives, and products with the second: jacobian, hessian, hvp."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any, Literal

import numpy as np

from autograd_cnn._modes import MODE
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked, choice
from autograd_cnn.errors import DTypeError
from autograd_cnn.ops.joining import stack
from autograd_cnn.ops.movement import reshape, transpose
from autograd_cnn.pytrees import flatten
from autograd_cnn.transforms.forward import jvp, linearize
from autograd_cnn.transforms.operands import operands, results
from autograd_cnn.transforms.reverse import grad, picks, vjp

Direction = Literal["reverse", "forward"]


@checked
def jacobian(
    fn: Callable[..., Any], argnums: int | Sequence[int] = 0, mode: Direction | None = None
) -> Callable[..., Any]:
    """Give the Jacobian of a function, as a function: each output element by each input element.

    Reverse mode takes one sweep an output element, forward mode one push an input element; the function
    itself runs once, and once more where ``mode`` is left open and forward mode turns out to be cheaper. One
    row (or column) is computed at a time and put where it belongs, so that beside the result only one sweep's
    memory is needed.

    Parameters
    ----------
    fn : callable
        Takes Tensors or trees of them, gives a Tensor or a tree.
    argnums : int or sequence of int
        Which positional arguments to differentiate by; the others are passed on untouched.
    mode : {"reverse", "forward"}, optional
        By default the one that needs fewer steps.

    Returns
    -------
    callable
        Called with ``fn``'s arguments it gives a tree like the value; in place of each of its Tensors a tree
        like the argument (a tuple of them when ``argnums`` is a sequence), whose Tensors have the shape of
        the output followed by the shape of the input.

    Raises
    ------
    RangeError
        When ``argnums`` or ``mode`` is none of those.
    DTypeError
        When an argument or an output is not floating.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.jacobian(lambda x: ag.stack([x[0] * x[1], x[0] + x[1]]))(ag.tensor([2.0, 3.0]))
    tensor([[3., 2.],
            [1., 1.]], dtype=float32)
    """
    if mode is not None:
        choice("jacobian", "mode", mode, ("reverse", "forward"))

    @wraps(fn)
    def jacobian_of(*args: Any, **kwargs: Any) -> Any:
        picked, places = picks("jacobian", fn, argnums, args, kwargs)
        primals = tuple(args[i] for i in places)
        matrices = _by_rows(picked, primals, mode) if mode != "forward" else None
        if matrices is None:
            matrices = _by_columns(picked, primals)
        outer, rows, inner = matrices
        trees = [inner.unflatten(row) for row in rows]
        return outer.unflatten([t[0] for t in trees] if isinstance(argnums, int) else trees)

    return jacobian_of


Matrices = tuple[Any, list[list[Tensor]], Any]


def _by_rows(fn: Callable[..., Any], primals: tuple[Any, ...], mode: Direction | None) -> Matrices | None:
    """Sweep once an output element; None when forward mode would be cheaper and is allowed."""
    leaves, inner = operands("jacobian", primals)
    value, pullback = vjp(fn, *primals)
    outputs, outer = _floating(value)
    if mode is None and sum(x.size for x in leaves) < sum(out.size for out in outputs):
        return None
    zeros = [Tensor(np.zeros(out.shape, out.dtype)) for out in outputs]
    rows = []
    for at, out in enumerate(outputs):
        parts = (flatten(pullback.pull([*zeros[:at], unit, *zeros[at + 1 :]]))[0] for unit in _units(out))
        rows.append(_stacked(parts, out, leaves))
    return outer, rows, inner


def _by_columns(fn: Callable[..., Any], primals: tuple[Any, ...]) -> Matrices:
    """Push once an input element."""
    leaves, inner = operands("jacobian", primals)
    value, pushforward = linearize(fn, *primals)
    outputs, outer = _floating(value)
    zeros = [Tensor(np.zeros(x.shape, x.dtype)) for x in leaves]
    columns = []
    for at, x in enumerate(leaves):
        parts = (
            flatten(pushforward(*inner.unflatten([*zeros[:at], unit, *zeros[at + 1 :]])))[0]
            for unit in _units(x)
        )
        columns.append([_last_axes_first(c, x.ndim) for c in _stacked(parts, x, outputs)])
    return outer, [list(row) for row in zip(*columns, strict=True)], inner


def _floating(value: Any) -> tuple[list[Tensor], Any]:
    outputs, outer = results("jacobian", value)
    for out, place in zip(outputs, outer.paths("output"), strict=True):
        if out.dtype.kind != "f":
            raise DTypeError(
                "jacobian", f"{place} is not floating", operands={place: out}, fits="a floating output"
            )
    return outputs, outer


def _units(x: Tensor) -> Iterator[Tensor]:
    """Give the unit vectors of x's space, each an array of x's shape."""
    for i in range(x.size):
        unit = np.zeros(x.size, x.dtype)
        unit[i] = 1
        yield Tensor(unit.reshape(x.shape))


def _stacked(parts: Iterator[Sequence[Tensor]], along: Tensor, others: Sequence[Tensor]) -> list[Tensor]:
    """Put rows together: for each of ``others`` a Tensor of shape (*along.shape, *other.shape)."""
    if MODE.get().tracing:
        return _recorded(list(parts), along, others)
    whole = [np.zeros((along.size, *x.shape), x.dtype) for x in others]
    kept: list[Sequence[Tensor]] = []
    for i, row in enumerate(parts):
        if kept or any(part._wants for part in row):
            kept.append(row)  # the derivative depends on what wants gradients itself: it must be recorded
            continue
        for matrix, part in zip(whole, row, strict=True):
            matrix[i] = part._data
    if kept:
        return _recorded(kept, along, others)
    return [Tensor(m.reshape(*along.shape, *x.shape)) for m, x in zip(whole, others, strict=True)]


def _recorded(rows: list[Sequence[Tensor]], along: Tensor, others: Sequence[Tensor]) -> list[Tensor]:
    if not rows:
        return [Tensor(np.zeros((*along.shape, *x.shape), x.dtype)) for x in others]
    return [
        reshape(stack(list(parts)), (*along.shape, *x.shape))
        for parts, x in zip(zip(*rows, strict=True), others, strict=True)
    ]


def _last_axes_first(matrix: Tensor, count: int) -> Tensor:
    """Move the first ``count`` axes behind the others."""
    if not count or count == matrix.ndim:
        return matrix
    return transpose(matrix, (*range(count, matrix.ndim), *range(count)))


@checked
def hessian(fn: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """Give the matrix of second derivatives of a scalar function, as a function.

    Forward over reverse: the gradient is computed once, and pushed along each input element.

    Parameters
    ----------
    fn : callable
        Takes Tensors or trees of them, gives a Tensor of one element.
    argnums : int or sequence of int
        Which positional arguments to differentiate by.

    Returns
    -------
    callable
        Called with ``fn``'s arguments it gives a tree like the argument, in place of each Tensor a tree
        like the argument again, whose Tensors have the shapes of both in turn.

    Raises
    ------
    ShapeError, DTypeError, RangeError
        As `grad`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.hessian(lambda x: x[0] * x[0] * x[1])(ag.tensor([2.0, 3.0]))
    tensor([[6., 4.],
            [4., 0.]], dtype=float32)
    """
    return jacobian(grad(fn, argnums), argnums, mode="forward")


@checked
def hvp(fn: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """Multiply the second derivatives of a scalar function by a vector, without building the matrix.

    Forward over reverse: Hv is how the gradient changes along v. It costs a few gradients, whatever the size.

    Parameters
    ----------
    fn : callable
        Takes Tensors or trees of them, gives a Tensor of one element.
    primals, tangents : sequences of trees of array_like
        As for `jvp`: where, and the vector; one entry an argument of ``fn``.

    Returns
    -------
    tree of Tensor
        Like the argument; a tuple of them when there are several arguments.

    Raises
    ------
    ShapeError, StructureError, DTypeError
        As `grad` and `jvp`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.hvp(lambda x: (x * x * x).sum(), [ag.tensor([1.0, 2.0])], [ag.tensor([1.0, 10.0])])
    tensor([  6., 120.], dtype=float32)
    """
    _, product = jvp(grad(fn, tuple(range(len(primals)))), primals, tangents)
    return product[0] if len(primals) == 1 else product
