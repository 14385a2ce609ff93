"""Sums of products over named axes: einsum, tensordot, inner, outer, dot.

All are made of one primitive, `contract`, which joins two operands. It is linear in each of them, and
its transposes are contractions again: a cotangent is joined with the other operand.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked, shown, whole_numbers
from autograd_cnn.errors import RangeError, ShapeError
from autograd_cnn.ops._operands import as_floats, as_tensor
from autograd_cnn.ops._shapes import Shape, normal_axis
from autograd_cnn.ops.arithmetic import multiply
from autograd_cnn.ops.linear_algebra import matmul
from autograd_cnn.ops.rearranging import ravel
from autograd_cnn.primitive import Primitive, late

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _contract(x: Any, y: Any, *, left: str, right: str, out: str) -> Any:
    size = dict(zip(left + right, x.shape + y.shape, strict=True))
    summed = [c for c in left if c in right and c not in out]
    if not summed:
        return _aligned(x, left, out) * _aligned(y, right, out)
    batch = [c for c in left if c in right and c in out]
    rows, columns = [c for c in left if c not in right], [c for c in right if c not in left]
    if not rows and not columns:
        return np.einsum(f"{left},{right}->{out}", x, y)
    a = _blocks(x, left, (batch, rows, summed), size)
    b = _blocks(y, right, (batch, summed, columns), size)
    made = [*batch, *rows, *columns]
    product = np.matmul(a, b).reshape([size[c] for c in made])
    return product.transpose([made.index(c) for c in out])


def _blocks(x: Any, names: str, groups: Sequence[Sequence[str]], size: dict[str, int]) -> Any:
    """Bring x's axes into the order of the groups, and join the axes of each group into one."""
    ordered = x.transpose([names.index(c) for group in groups for c in group])
    joined = [math.prod(size[c] for c in group) for group in groups]
    return ordered.reshape(joined if groups[0] else joined[1:])


def _aligned(x: Any, names: str, out: str) -> Any:
    """Bring x's axes into the order of the result, with size 1 where it has no axis."""
    ordered = x.transpose([names.index(c) for c in out if c in names])
    sizes = iter(ordered.shape)
    return ordered.reshape([next(sizes) if c in names else 1 for c in out])


def _contracted_shape(x: Any, y: Any, *, left: str, right: str, out: str) -> Shape:
    size = dict(zip(left, x.shape, strict=True))
    for name, n in zip(right, y.shape, strict=True):
        if size.setdefault(name, n) != n:
            raise ShapeError(
                "contract",
                f"axis {name!r} has {size[name]} places in x, {n} in y",
                operands={"x": x, "y": y},
                rule=f"{left},{right}->{out}",
            )
    return tuple(size[c] for c in out)


# one letter an axis; every letter of an operand is in the other one or in the result
contract_p: Primitive = Primitive(
    "contract",
    _contract,
    "x y",
    shape=_contracted_shape,
    transposes={
        "x": lambda g, y, *, left, right, out: contract_p(g, y, left=out, right=right, out=left),
        "y": lambda g, x, *, left, right, out: contract_p(g, x, left=out, right=left, out=right),
    },
    title="sum of products",
)


def of_one_kind(*operands: Any) -> tuple[Tensor, ...]:
    """Make Tensors; when one of them is floating, all become so."""
    tensors = tuple(map(as_tensor, operands))
    return as_floats(*tensors) if any(t.dtype.kind == "f" for t in tensors) else tensors


@checked
@composite
def tensordot(x: Any, y: Any, axes: int | Sequence[Any] = 2) -> Tensor:
    """Sum products over several axes of two tensors.

    Parameters
    ----------
    x, y : array_like
        Any shapes.
    axes : int, or pair of int or of sequences of int
        How many of x's last and y's first axes to sum over; or which axes of x, and which of y.

    Returns
    -------
    Tensor
        x's other axes, then y's other axes. Gradients: ``g`` summed with the other operand.

    Raises
    ------
    RangeError
        When an axis is out of range, or x and y name different numbers of them.
    ShapeError
        When the sizes differ.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.tensordot(ag.ones((2, 3)), ag.ones((3, 4)), axes=1).shape
    (2, 4)
    """
    x, y = of_one_kind(x, y)
    if isinstance(axes, int):
        if not 0 <= axes <= min(x.ndim, y.ndim):
            raise RangeError(
                "tensordot",
                f"axes={axes} with {x.ndim} and {y.ndim} axes",
                operands={"x": x, "y": y},
                fits=f"0 to {min(x.ndim, y.ndim)}",
            )
        pairs = list(zip(range(x.ndim - axes, x.ndim), range(axes), strict=True))
    else:
        both = [] if isinstance(axes, str) or not isinstance(axes, Iterable) else [*map(whole_numbers, axes)]
        if len(both) != 2 or None in both:
            raise RangeError(
                "tensordot",
                f"axes={shown(axes)} is not understood",
                operands={"x": x, "y": y},
                fits="a number of axes, or a pair (axes of x, axes of y)",
            )
        of_x, of_y = ((a,) if isinstance(a, int) else tuple(a or ()) for a in both)
        if len(of_x) != len(of_y):
            raise RangeError(
                "tensordot",
                f"{len(of_x)} axes of x, {len(of_y)} of y",
                operands={"x": x, "y": y},
                fits="equally many",
            )
        pairs = [
            (normal_axis("tensordot", a, x), normal_axis("tensordot", b, y))
            for a, b in zip(of_x, of_y, strict=True)
        ]
    return _joined("tensordot", x, y, pairs)


@composite
def inner(x: Any, y: Any) -> Tensor:
    """Sum of products over the last axes; a plain product when an operand has no axis.

    Parameters
    ----------
    x, y : array_like
        (..., K) both; an operand without axes multiplies.

    Returns
    -------
    Tensor
        x's axes but the last, then y's but the last. Gradients: as of `tensordot` over the last axes.

    Raises
    ------
    ShapeError
        When the last sizes differ.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.inner(ag.tensor([1.0, 2.0]), ag.tensor([3.0, 4.0]))
    tensor(11., dtype=float32)
    """
    x, y = of_one_kind(x, y)
    if not x.ndim or not y.ndim:
        return multiply(x, y)
    return _joined("inner", x, y, [(x.ndim - 1, y.ndim - 1)])


@composite
def outer(x: Any, y: Any) -> Tensor:
    """Products of each element of x with each of y, both flattened: (x.size, y.size).

    Parameters
    ----------
    x, y : array_like
        Any shapes.

    Returns
    -------
    Tensor
        (x.size, y.size). Gradients: ``g @ y`` to x and ``x @ g`` to y, in their shapes.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.outer(ag.tensor([1.0, 2.0]), ag.tensor([3.0, 4.0]))
    tensor([[3., 4.],
            [6., 8.]], dtype=float32)
    """
    x, y = of_one_kind(x, y)
    return _joined("outer", ravel(x), ravel(y), [])


@composite
def dot(x: Any, y: Any) -> Tensor:
    """Sum of products over x's last axis and y's last but one (its only one), as NumPy's ``dot``.

    A plain product when an operand has no axis, the matrix product for two matrices.

    Parameters
    ----------
    x, y : array_like
        (..., K) and (..., K, N), or (K,); an operand without axes multiplies.

    Returns
    -------
    Tensor
        x's axes but the last, then y's but the summed one. Gradients: as of `tensordot` over these axes.

    Raises
    ------
    ShapeError
        When the sizes differ.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.dot(ag.tensor([[1.0, 2.0], [3.0, 4.0]]), ag.tensor([1.0, 1.0]))
    tensor([3., 7.], dtype=float32)
    """
    x, y = of_one_kind(x, y)
    if not x.ndim or not y.ndim:
        return multiply(x, y)
    if x.ndim <= 2 and y.ndim <= 2:
        return matmul(x, y)
    return _joined("dot", x, y, [(x.ndim - 1, max(y.ndim - 2, 0))])


def _joined(op: str, x: Tensor, y: Tensor, pairs: Sequence[tuple[int, int]]) -> Tensor:
    """Contract pairs of axes; the others follow in order, x's first."""
    left = LETTERS[: x.ndim]
    right = list(LETTERS[x.ndim : x.ndim + y.ndim])
    for a, b in pairs:
        if x.shape[a] != y.shape[b]:
            raise ShapeError(
                op,
                f"axis {a} of x has {x.shape[a]} places, axis {b} of y {y.shape[b]}",
                operands={"x": x, "y": y},
                rule="the axes summed over must have equal sizes",
            )
        right[b] = left[a]
    out = "".join(c for c in (*left, *right) if (c in left) != (c in right))
    return apply(contract_p, (x, y), {"left": left, "right": "".join(right), "out": out})


late.dot = dot
