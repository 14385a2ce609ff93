"""Reverse mode as functions of functions: vjp, grad and value_and_grad."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np

from autograd_cnn._modes import MODE, switched
from autograd_cnn._reverse import gradients
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import DTypeError, RangeError, ShapeError
from autograd_cnn.pytrees import flatten
from autograd_cnn.transforms.operands import closed, depends_on_others, directions, opened, operands, results


class Pullback:
    """What `vjp` gives beside the value: from cotangents of the outputs to those of the primals.

    It can be called again and again; the values it needs live as long as it does.
    """

    def __init__(
        self, op: str, primals: Sequence[Tensor], structure: Any, outputs: Sequence[Tensor], made: Any
    ) -> None:
        self._op, self._outputs, self._made = op, outputs, made
        self._primals, self._structure = primals, structure
        self.recorded = MODE.get().recording and depends_on_others(outputs, primals)

    def __call__(self, cotangents: Any) -> tuple[Any, ...]:
        """Give the cotangents of the primals, one tree for each."""
        return self.pull(directions(self._op, "cotangent", cotangents, self._made, self._outputs))

    def pull(self, cotangents: Sequence[Tensor]) -> tuple[Any, ...]:
        """Do the same from a flat list."""
        pairs = [(out, c) for out, c in zip(self._outputs, cotangents, strict=True) if out._wants]
        if not pairs:  # constant outputs
            found: Sequence[Tensor] = [Tensor(np.zeros(x.shape, x.dtype)) for x in self._primals]
        else:
            record = MODE.get().recording and (self.recorded or any(c._wants for _, c in pairs))
            outs, given = [out for out, _ in pairs], [c for _, c in pairs]
            found = gradients(outs, self._primals, given, create_graph=record)
        trees: tuple[Any, ...] = self._structure.unflatten(found)
        return trees


def _pulled(
    op: str, fn: Callable[..., Any], primals: tuple[Any, ...], has_aux: bool
) -> tuple[Any, Pullback, Any]:
    """Run ``fn`` and give its value (a tree), its pullback, and the auxiliary part of what it gave."""
    leaves, structure = operands(op, primals)
    inner = [opened(x) for x in leaves]
    with switched(recording=True, constant=False):
        result = fn(*structure.unflatten(inner))
    value, aux = _parted(op, result) if has_aux else (result, None)
    outputs, made = results(op, value)
    pullback = Pullback(op, inner, structure, outputs, made)
    if not pullback.recorded:
        value = made.unflatten([closed(out) if out._wants else out for out in outputs])
        aux = _without_history(aux)
    return value, pullback, aux


def _parted(op: str, result: Any) -> tuple[Any, Any]:
    if not isinstance(result, tuple) or len(result) != 2:
        raise ShapeError(op, "has_aux=True, but the function gave no pair", fits="return value, auxiliary")
    return result


def _without_history(tree: Any) -> Any:
    leaves, structure = flatten(tree)
    return structure.unflatten([closed(x) if isinstance(x, Tensor) and x._wants else x for x in leaves])


@checked
def vjp(fn: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """Run a function, and give with its value the map from cotangents of the outputs to the inputs'.

    With J the Jacobian at the primals, the map takes u to u'J: one sweep, whatever J's size.

    Parameters
    ----------
    fn : callable
        Takes Tensors (or trees of them: nested tuples, lists, dicts, dataclasses), gives a Tensor or a tree.
    *primals : trees of array_like
        Where to differentiate; floating.
    has_aux : bool
        ``fn`` gives a pair, and only its first part is differentiated.

    Returns
    -------
    (value, pullback), or (value, pullback, auxiliary)
        ``pullback(cotangents)`` takes a tree like the value and gives a tuple, one tree for each primal. It
        can be called again.

    Raises
    ------
    NoGradientError
        When there is nothing to differentiate.
    DTypeError
        When a primal is not floating.
    StructureError, ShapeError
        When cotangents do not go with the value.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> y, pullback = ag.vjp(lambda x: x * x, ag.tensor([1.0, 2.0, 3.0]))
    >>> pullback(ag.tensor([1.0, 0.0, 10.0]))
    (tensor([ 2.,  0., 60.], dtype=float32),)
    """
    value, pullback, aux = _pulled("vjp", fn, primals, has_aux)
    return (value, pullback, aux) if has_aux else (value, pullback)


@checked
def value_and_grad(
    fn: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """Give the function that computes a scalar function's value and its gradient.

    Parameters
    ----------
    fn : callable
        Takes Tensors or trees of them, gives a Tensor of one element.
    argnums : int or sequence of int
        Which positional arguments to differentiate by; the others are passed on untouched.
    has_aux : bool
        ``fn`` gives a pair ``(value, auxiliary)``.

    Returns
    -------
    callable
        Called with ``fn``'s arguments it gives ``(value, gradient)``, or ``((value, auxiliary), gradient)``.
        The gradient is a tree like the argument; a tuple of them when ``argnums`` is a sequence. It is
        recorded when it depends on something that wants gradients, so derivatives nest.

    Raises
    ------
    ShapeError
        When the value has more than one element.
    DTypeError
        When an argument or the value is not floating.
    RangeError
        When ``argnums`` names no argument.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.value_and_grad(lambda p: p["a"] * p["b"])({"a": 2.0, "b": 3.0})
    (tensor(6., dtype=float32), {'a': tensor(3., dtype=float32), 'b': tensor(2., dtype=float32)})
    """

    @wraps(fn)
    def with_gradient(*args: Any, **kwargs: Any) -> Any:
        value, gradient, aux = _value_grad_aux("value_and_grad", fn, argnums, has_aux, args, kwargs)
        return ((value, aux), gradient) if has_aux else (value, gradient)

    return with_gradient


@checked
def grad(
    fn: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """Give the gradient of a scalar function, as a function.

    Parameters
    ----------
    fn : callable
        Takes Tensors or trees of them, gives a Tensor of one element.
    argnums : int or sequence of int
        Which positional arguments to differentiate by; the others are passed on untouched.
    has_aux : bool
        ``fn`` gives a pair ``(value, auxiliary)``.

    Returns
    -------
    callable
        Called with ``fn``'s arguments it gives the gradient, a tree like the argument (a tuple of them when
        ``argnums`` is a sequence), or ``(gradient, auxiliary)``. An input that the value does not depend on
        has gradient 0.

    Raises
    ------
    ShapeError
        When the value has more than one element.
    DTypeError
        When an argument or the value is not floating.
    RangeError
        When ``argnums`` names no argument.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> cube = lambda x: x * x * x
    >>> ag.grad(cube)(2.0), ag.grad(ag.grad(cube))(2.0)
    (tensor(12., dtype=float32), tensor(12., dtype=float32))
    """

    @wraps(fn)
    def gradient_of(*args: Any, **kwargs: Any) -> Any:
        _, gradient, aux = _value_grad_aux("grad", fn, argnums, has_aux, args, kwargs)
        return (gradient, aux) if has_aux else gradient

    return gradient_of


def _value_grad_aux(
    op: str,
    fn: Callable[..., Any],
    argnums: int | Sequence[int],
    has_aux: bool,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> tuple[Any, Any, Any]:
    picked, places = picks(op, fn, argnums, args, kwargs)
    value, pullback, aux = _pulled(op, picked, tuple(args[i] for i in places), has_aux)
    if not isinstance(value, Tensor) or value.size != 1:
        raise ShapeError(
            op,
            "the function must give one number"
            + (f", not {value.size}" if isinstance(value, Tensor) else f", not a {type(value).__name__}"),
            operands={"value": value} if isinstance(value, Tensor) else None,
            fits="a scalar such as y.sum(); ag.jacobian for more; has_aux=True for a pair",
        )
    if value.dtype.kind != "f":
        raise DTypeError(op, "the value is not floating", operands={"value": value}, fits="a floating value")
    found = pullback.pull([Tensor(np.ones(value.shape, value.dtype))])
    return value, found[0] if isinstance(argnums, int) else found, aux


def picks(
    op: str,
    fn: Callable[..., Any],
    argnums: int | Sequence[int],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> tuple[Callable[..., Any], tuple[int, ...]]:
    """Give ``fn`` as a function of the arguments that ``argnums`` names, and their places."""
    asked = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    if not asked or not all(isinstance(n, int) and -len(args) <= n < len(args) for n in asked):
        raise RangeError(
            op,
            f"argnums={argnums!r} for a call with {len(args)} positional arguments",
            fits="places among them",
        )
    places = tuple(n % len(args) for n in asked)
    if len(set(places)) != len(places):
        raise RangeError(op, f"argnums={argnums!r} names an argument twice", fits="each place once")

    def of_picked(*values: Any) -> Any:
        whole = list(args)
        for place, value in zip(places, values, strict=True):
            whole[place] = value
        return fn(*whole, **kwargs)

    return of_picked, places
