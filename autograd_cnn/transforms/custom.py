"""Functions with derivative rules of the user's own: custom_vjp and custom_jvp."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial, update_wrapper
from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._graph import next_serial
from autograd_cnn._modes import MODE, has_tangent, switched
from autograd_cnn._reverse import gradients
from autograd_cnn._tensor import Tensor
from autograd_cnn.abstract import Abstract
from autograd_cnn.checks import checked
from autograd_cnn.errors import GraphError, RuleError
from autograd_cnn.ops._operands import as_tensor
from autograd_cnn.pytrees import check_same, flatten
from autograd_cnn.transforms.joint import Call, Joint, Layout
from autograd_cnn.transforms.operands import foreign_to, opened, results


class Arguments:
    """The structure of a call's arguments, with everything in them that is no operand.

    Operands are Tensors and floating arrays; they are not held here, only their shapes and dtypes.
    """

    def __init__(self, args: tuple[Any, ...]) -> None:
        self._leaves, self.structure = flatten(args)
        self.places = [at for at, leaf in enumerate(self._leaves) if _is_operand(leaf)]
        # other arrays (indices, masks) are copied: what a rule will see must not change with the caller's
        self._leaves = [
            x.copy() if isinstance(x, np.ndarray) and not _is_operand(x) else x for x in self._leaves
        ]
        self.like: list[Abstract] = []

    @property
    def others(self) -> list[Any]:
        """What is no operand, once the operands are taken out."""
        return [leaf for leaf in self._leaves if leaf is not None]

    def taken(self) -> list[Tensor]:
        """Take the operands out."""
        operands = [as_tensor(self._leaves[at]) for at in self.places]
        for at in self.places:
            self._leaves[at] = None
        self.like = [Abstract(x.shape, x.dtype) for x in operands]
        return operands

    def whole(self, operands: Sequence[Any]) -> tuple[Any, ...]:
        """Give the arguments with these operands."""
        return self._with(list(self._leaves), operands)

    def tangents(self, tangents: Sequence[Any]) -> tuple[Any, ...]:
        """Give a structure like the arguments with tangents in place of operands, None elsewhere."""
        return self._with([None] * len(self._leaves), tangents)

    def _with(self, leaves: list[Any], operands: Sequence[Any]) -> tuple[Any, ...]:
        for at, operand in zip(self.places, operands, strict=True):
            leaves[at] = operand
        args: tuple[Any, ...] = self.structure.unflatten(leaves)
        return args

    def of_operands(self, op: str, trees: Any) -> list[Any]:
        """Take apart what a rule gave for each argument, a tree like it or None: one entry an operand."""
        wanted = len(self.structure.parts)
        if not isinstance(trees, tuple) or len(trees) != wanted:
            found = f"{len(trees)}" if isinstance(trees, tuple) else f"a {type(trees).__name__}"
            raise RuleError(
                op,
                f"its rule must give a tuple with one cotangent an argument, {wanted}; it gave {found}",
                fits="None for an argument without gradient",
            )
        parts: list[Any] = []
        for number, (tree, structure) in enumerate(zip(trees, self.structure.parts, strict=True)):
            if tree is None:
                parts += [None] * structure.leaves
                continue
            leaves, made = flatten(tree)
            check_same(op, f"the cotangent of argument {number}", structure, made)
            parts += leaves
        return [parts[at] for at in self.places]


def _is_operand(leaf: Any) -> bool:
    return isinstance(leaf, Tensor) or (isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f")


def _plain(operands: Sequence[Tensor]) -> bool:
    """Say whether nobody wants to know how a value came about."""
    mode = MODE.get()
    return not (mode.tracing or (mode.recording and any(x._wants for x in operands)))


def _checked(op: str, part: Any, operand: Any, number: int) -> Any:
    """Refuse a cotangent that does not go with its operand."""
    if part is None:
        return None
    cotangent = as_tensor(part)
    if cotangent.shape != operand.shape or cotangent.dtype.kind != "f":
        raise RuleError(
            op,
            f"the rule's cotangent of operand {number} does not go with it",
            operands={"operand": operand, "cotangent": cotangent},
            fits=f"a floating cotangent of shape {operand.shape}, or None",
        )
    return cotangent


@lru_cache(maxsize=256)
def _joint(name: str, count: int) -> Joint:
    """Make the primitive of a reverse rule: its operands come first, then what the rule keeps."""
    return Joint(name, lambda n: range(count, n))


@lru_cache(maxsize=256)
def _joint_forward(name: str) -> Joint:
    """Make the primitive of a forward rule, which keeps all its operands."""
    return Joint(name, range, forward=True)


def _refuse_foreign(op: str, outputs: Sequence[Tensor], operands: Sequence[Tensor], start: int) -> None:
    """Refuse a function whose value depends on a Tensor from outside: its rule says nothing of that one."""
    names = [x.name or "a Tensor" for x in foreign_to(outputs, operands, start)]
    if not names and not any(map(has_tangent, operands)) and any(map(has_tangent, outputs)):
        names = ["a Tensor that a forward derivative follows"]
    if names:
        raise RuleError(
            op,
            f"the function uses {' and '.join(names)} from outside, for which its rule gives no derivative",
            fits="handing it over as a positional argument, or .detach() inside the function",
        )


class CustomVjp:
    """A function with a reverse rule of its own; made by `custom_vjp`."""

    def __init__(self, fn: Callable[..., Any]) -> None:
        self._fn = fn
        self._forward: Callable[..., Any] | None = None
        self._backward: Callable[..., Any] | None = None
        update_wrapper(self, fn)
        self._name: str = getattr(fn, "__name__", "custom")

    def defvjp(self, forward: Callable[..., Any], backward: Callable[..., Any]) -> None:
        """Set the rule: ``forward(*args) -> (value, kept)`` and ``backward(kept, cotangent) -> cotangents``.

        Parameters
        ----------
        forward : callable
            Takes the function's arguments; gives its value and a tree of what ``backward`` needs.
        backward : callable
            Takes that tree and the value's cotangent (a tree like it); gives a tuple, for each argument its
            cotangent, a tree like it, or None where there is none.
        """
        self._forward, self._backward = forward, backward

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the function, and record it with its rule where gradients are wanted."""
        if self._forward is None or self._backward is None:
            raise GraphError(
                self._name,
                "it has no rule yet",
                fits=f"{self._name}.defvjp(forward, backward) before the first call",
            )
        arguments = Arguments(args)
        operands = arguments.taken()
        if _plain(operands):
            return self._fn(*args, **kwargs)
        start = next_serial()
        given = self._forward(*arguments.whole(operands), **kwargs)
        if not isinstance(given, tuple) or len(given) != 2:
            raise RuleError(
                self._name, "the rule's forward part gave no pair", fits="return value, what_backward_needs"
            )
        value, kept_tree = given
        layout = Layout(self._name, value)
        _refuse_foreign(self._name, results(self._name, value)[0], operands, start)
        kept = Arguments((kept_tree,))
        primitive = _joint(self._name, len(operands))
        call = Call(
            layout,
            layout.joined(value),
            lambda *values: self._fn(*arguments.whole(values[: len(arguments.places)]), **kwargs),
            partial(self._pull, layout, arguments, kept),
        )
        return layout.parted(apply(primitive, (*operands, *kept.taken()), {"call": call}))

    def _pull(
        self, layout: Layout, arguments: Arguments, kept: Arguments, g: Tensor, values: Sequence[Any]
    ) -> list[Any]:
        assert self._backward is not None
        given = self._backward(kept.whole(values)[0], layout.parted(g))
        parts = arguments.of_operands(self._name, given)
        pairs = zip(parts, arguments.like, strict=True)
        return [_checked(self._name, part, like, n) for n, (part, like) in enumerate(pairs)]


@checked
def custom_vjp(fn: Callable[..., Any]) -> CustomVjp:
    """Give a function a reverse rule of its own: a decorator.

    Where no gradient is wanted, the function is called as it is. Arguments and value may be trees; what is
    no Tensor or floating array among the arguments (numbers, strings) is passed through. Under a forward
    derivative such a function is refused: `custom_jvp` serves both directions.

    Parameters
    ----------
    fn : callable
        Takes Tensors or trees, gives a Tensor or a tree of Tensors of one dtype.

    Returns
    -------
    CustomVjp
        Set its rule with ``.defvjp(forward, backward)``.

    Raises
    ------
    RuleError
        When the rule gives cotangents of another number or shape than its arguments.

    Notes
    -----
    Second derivatives differentiate ``backward`` and, through what it keeps, ``forward``: a value kept that
    ``forward`` computed holds its own history until the graph is dropped. Keep arguments where you can.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> @ag.custom_vjp
    ... def reversed_gradient(x):
    ...     return x * 1.0
    >>> reversed_gradient.defvjp(lambda x: (x * 1.0, None), lambda kept, g: (-g,))
    >>> ag.grad(lambda x: reversed_gradient(x).sum())(ag.tensor([1.0, 2.0]))
    tensor([-1., -1.], dtype=float32)
    """
    return CustomVjp(fn)


class CustomJvp:
    """A function with a forward rule of its own, which gives the reverse one too; made by `custom_jvp`."""

    def __init__(self, fn: Callable[..., Any]) -> None:
        self._fn = fn
        self._rule: Callable[..., Any] | None = None
        update_wrapper(self, fn)
        self._name: str = getattr(fn, "__name__", "custom")
        self._primitive = _joint_forward(self._name)

    def defjvp(self, rule: Callable[..., Any]) -> None:
        """Set the rule: ``rule(primals, tangents) -> (value, tangent)``, linear in the tangents.

        Parameters
        ----------
        rule : callable
            Takes the arguments as a tuple, and their tangents as a tuple of the same structure (zeros where
            there is none; None for what is no Tensor or floating array); gives value and tangent.
        """
        self._rule = rule

    def __call__(self, *args: Any) -> Any:
        """Compute the function, and record it with its rule where derivatives are wanted."""
        if self._rule is None:
            raise GraphError(
                self._name, "it has no rule yet", fits=f"{self._name}.defjvp(rule) before the first call"
            )
        arguments = Arguments(args)
        operands = arguments.taken()
        if _plain(operands):
            return self._fn(*args)
        start = next_serial()
        # on values alone: a derivative of the outcome can then only come from outside
        value = self._fn(*arguments.whole([Tensor(x._data) for x in operands]))
        layout = Layout(self._name, value)
        _refuse_foreign(self._name, results(self._name, value)[0], (), start)
        call = Call(
            layout,
            layout.joined(value),
            lambda *values: self._fn(*arguments.whole(values)),
            partial(self._pull, layout, arguments),
            partial(self._push, layout, arguments),
        )
        return layout.parted(apply(self._primitive, tuple(operands), {"call": call}))

    def _tangent(
        self, layout: Layout, arguments: Arguments, values: Sequence[Any], tangents: Sequence[Any]
    ) -> Tensor:
        """Run the rule and give the joined tangent."""
        assert self._rule is not None
        given = self._rule(arguments.whole(values), arguments.tangents(tangents))
        if not isinstance(given, tuple) or len(given) != 2:
            raise RuleError(self._name, "the rule gave no pair", fits="return value, tangent")
        tangent = given[1]
        check_same(self._name, "the rule's tangent", layout.structure, flatten(tangent)[1])
        whole = layout.joined(tangent)
        if whole.shape != layout.shape:
            raise RuleError(
                self._name,
                "the rule's tangent has another shape than the value",
                operands={"tangent": whole},
                fits=f"shape {layout.shape}",
            )
        return whole

    def _push(
        self, layout: Layout, arguments: Arguments, tangent: Tensor, position: int, values: Sequence[Any]
    ) -> Tensor:
        tangents = [Tensor(np.zeros(v.shape, v.dtype)) for v in values]
        tangents[position] = tangent
        return self._tangent(layout, arguments, values, tangents)

    def _pull(self, layout: Layout, arguments: Arguments, g: Tensor, values: Sequence[Any]) -> Sequence[Any]:
        """Transpose the forward rule: the cotangents of its tangents, in which it is linear."""
        tangents = [opened(Tensor(np.zeros(v.shape, v.dtype))) for v in values]
        recording = MODE.get().recording
        with switched(recording=True):
            whole = self._tangent(layout, arguments, values, tangents)
        if not whole._wants:
            return [None] * len(values)
        return gradients(whole, tangents, g, create_graph=recording)


@checked
def custom_jvp(fn: Callable[..., Any]) -> CustomJvp:
    """Give a function a forward rule of its own: a decorator. The reverse rule follows, by transposing it.

    Parameters
    ----------
    fn : callable
        Takes Tensors or trees of them, gives a Tensor or a tree of Tensors of one dtype.

    Returns
    -------
    CustomJvp
        Set its rule with ``.defjvp(rule)``.

    Raises
    ------
    RuleError
        When the rule's tangent does not go with the value.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> @ag.custom_jvp
    ... def cube(x):
    ...     return x * x * x
    >>> cube.defjvp(
    ...     lambda primals, tangents: (cube(*primals), 3 * primals[0] ** 2 * tangents[0])
    ... )
    >>> ag.grad(cube)(2.0), ag.grad(ag.grad(cube))(2.0)
    (tensor(12., dtype=float32), tensor(12., dtype=float32))
    >>> ag.jvp(cube, [2.0], [1.0])[1]
    tensor(12., dtype=float32)
    """
    return CustomJvp(fn)
