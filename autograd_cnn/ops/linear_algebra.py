"""Matrix products: matmul in all ranks, and the dense layer's affine map."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.abstract import Abstract
from autograd_cnn.errors import ShapeError
from autograd_cnn.ops._operands import as_floats, as_tensor, same_kind
from autograd_cnn.ops._shapes import Shape, broadcast_shape
from autograd_cnn.ops.movement import reshape, reshape_p, transpose_p
from autograd_cnn.ops.reductions import expand_p, sum_p
from autograd_cnn.primitive import Primitive, late


def _swap(x: Any) -> Any:
    """Transpose the last two axes."""
    rank = x.ndim
    return transpose_p(x, axes=(*range(rank - 2), rank - 1, rank - 2))


def _product_shape(x: Any, y: Any) -> Shape:
    if x.shape[-1] != y.shape[-2]:
        raise ShapeError(
            "matmul",
            f"the inner sizes differ: {x.shape[-1]} columns against {y.shape[-2]} rows",
            operands={"x": x, "y": y},
            rule="(..., n, k) @ (..., k, m) gives (..., n, m)",
            fits=f"y with {x.shape[-1]} rows, or x with {y.shape[-2]} columns",
        )
    if x.ndim == y.ndim == 2:
        return (x.shape[0], y.shape[1])
    stacks = {"stack of x": Abstract(x.shape[:-2], x.dtype), "stack of y": Abstract(y.shape[:-2], y.dtype)}
    batch = broadcast_shape("matmul", stacks)
    return (*batch, x.shape[-2], y.shape[-1])


matmul_p: Primitive = Primitive(
    "matmul",
    np.matmul,
    "x y",
    shape=_product_shape,
    transposes={"x": lambda g, y: matmul_p(g, _swap(y)), "y": lambda g, x: matmul_p(_swap(x), g)},
    check_first=False,
)


def _dense(x: Any, weight: Any, bias: Any = None) -> Any:
    y = np.matmul(x, weight.T)
    if bias is not None:
        y += bias
    return y


def _dense_shape(x: Any, weight: Any, bias: Any = None) -> Shape:
    operands = {"x": x, "weight": weight} | ({} if bias is None else {"bias": bias})
    rule = "x (..., in), weight (out, in), bias (out,) give (..., out)"
    if weight.ndim != 2:
        raise ShapeError("dense", "the weight must have two axes", operands=operands, rule=rule)
    outs, ins = weight.shape
    if x.ndim < 1 or x.shape[-1] != ins:
        got = x.shape[-1] if x.ndim else "none"
        raise ShapeError(
            "dense",
            f"x has {got} features, the weight expects {ins}",
            operands=operands,
            rule=rule,
            fits=f"x of shape (..., {ins}), or a weight ({outs}, {got}); flatten(x, 1) joins axes first",
        )
    if bias is not None and bias.shape != (outs,):
        raise ShapeError(
            "dense", "the bias does not match the weight", operands=operands, rule=rule, fits=f"({outs},)"
        )
    return (*x.shape[:-1], outs)


dense_p: Primitive = Primitive(
    "dense",
    _dense,
    "x weight bias",
    shape=_dense_shape,
    vjps={
        "x": lambda g, weight: matmul_p(g, weight),
        "weight": lambda g, x: matmul_p(_swap(g), x),
        "bias": lambda g: sum_p(g, axis=(0,), keepdims=False, shape=g.shape),
    },
    jvps={
        "x": lambda t, weight: dense_p(t, weight),
        "weight": lambda t, x: dense_p(x, t),
        "bias": lambda t, out: expand_p(t, axis=(0,), keepdims=False, shape=out.shape),
    },
)


def _reshaped(x: Tensor, shape: Shape) -> Tensor:
    """Reshape where the new shape is known to fit."""
    return apply(reshape_p, (x,), {"source": x.shape, "target": shape})


@composite
def matmul(x: Any, y: Any) -> Tensor:
    """Matrix product, ``x @ y``, with NumPy's rules for one axis and for stacks of matrices.

    Parameters
    ----------
    x : array_like
        (..., n, k), or (k,) for a row.
    y : array_like
        (..., k, m), or (k,) for a column. The leading axes broadcast.

    Returns
    -------
    Tensor
        (..., n, m), without the axes that a vector lacks. Gradients: ``g @ y.T`` and ``x.T @ g``.

    Raises
    ------
    ShapeError
        When an operand is a scalar or the inner sizes differ.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.matmul(ag.tensor([[1.0, 2.0], [3.0, 4.0]]), ag.tensor([1.0, 1.0]))
    tensor([3., 7.], dtype=float32)
    """
    x, y = same_kind(x, y)
    x, y = as_tensor(x), as_tensor(y)
    if not x.ndim or not y.ndim:
        raise ShapeError("matmul", "a scalar has no rows", operands={"x": x, "y": y}, fits="x * y")
    if x.ndim > 1 and y.ndim > 1:
        return apply(matmul_p, (x, y))
    left = _reshaped(x, (1, *x.shape)) if x.ndim == 1 else x
    right = _reshaped(y, (*y.shape, 1)) if y.ndim == 1 else y
    product: Tensor = apply(matmul_p, (left, right))
    *batch, rows, columns = product.shape
    if x.ndim > 1:
        batch.append(rows)
    if y.ndim > 1:
        batch.append(columns)
    return _reshaped(product, tuple(batch))


@composite
def dense(x: Any, weight: Any, bias: Any = None) -> Tensor:
    """Fully connected layer: ``x @ weight.T + bias``.

    Parameters
    ----------
    x : array_like
        (..., in).
    weight : array_like
        (out, in); each output number is the dot product of one row with x.
    bias : array_like, optional
        (out,).

    Returns
    -------
    Tensor
        (..., out). Gradients: ``g @ weight`` to x, ``g.T @ x`` to the weight, g summed to the bias.

    Raises
    ------
    ShapeError
        When the numbers of features differ.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.dense(
    ...     ag.tensor([[1.0, 2.0]]), ag.tensor([[3.0, 4.0], [0.0, 1.0]]), ag.tensor([0.5, 0.5])
    ... )
    tensor([[11.5,  2.5]], dtype=float32)
    """
    operands = as_floats(*((x, weight) if bias is None else (x, weight, bias)))
    first = operands[0]
    if first.ndim == 2:
        return apply(dense_p, operands)
    shape = _dense_shape(*operands)
    rows = apply(dense_p, (reshape(first, (-1, first.shape[-1])), *operands[1:]))
    return reshape(rows, shape)


late.matmul = matmul
