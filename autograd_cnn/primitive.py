"""Primitives: an op is a name, and its rules hang on it.

A `Primitive` joins a kernel (plain arrays in, plain arrays out), a shape rule and, for each input, the
rule of its gradient. Rules are written with primitives, so that a gradient is made of the same
operations as a value: called with arrays a primitive is its kernel, called with a Tensor it records.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

import numpy as np

from autograd_cnn._outside import guarded_kernel, guarded_rule
from autograd_cnn.abstract import Abstract

T = TypeVar("T")
Rule = Callable[..., Any]

registry: dict[str, Primitive] = {}


class LateBound(Generic[T]):
    """What lower floors need of upper ones; each entry is filled in by the file that defines it.

    ``last_assignment`` is the version of the tensor assigned last: nodes recorded after it need no check.
    """

    last_assignment: int = 0
    Tensor: type[Any]
    apply: Callable[..., Any]
    add: Callable[..., T]
    subtract: Callable[..., T]
    multiply: Callable[..., T]
    divide: Callable[..., T]
    power: Callable[..., T]
    negative: Callable[..., T]
    absolute: Callable[..., T]
    matmul: Callable[..., T]
    equal: Callable[..., T]
    not_equal: Callable[..., T]
    less: Callable[..., T]
    less_equal: Callable[..., T]
    greater: Callable[..., T]
    greater_equal: Callable[..., T]
    index: Callable[..., T]
    reshape: Callable[..., T]
    transpose: Callable[..., T]
    flatten: Callable[..., T]
    astype: Callable[..., T]
    sum: Callable[..., T]
    mean: Callable[..., T]
    max: Callable[..., T]
    min: Callable[..., T]
    prod: Callable[..., T]
    norm: Callable[..., T]
    var: Callable[..., T]
    std: Callable[..., T]
    logsumexp: Callable[..., T]
    any: Callable[..., T]
    all: Callable[..., T]
    argmax: Callable[..., T]
    argmin: Callable[..., T]
    argsort: Callable[..., T]
    sort: Callable[..., T]
    cumsum: Callable[..., T]
    cumprod: Callable[..., T]
    dot: Callable[..., T]
    diagonal: Callable[..., T]
    trace: Callable[..., T]
    ravel: Callable[..., T]
    swapaxes: Callable[..., T]
    squeeze: Callable[..., T]
    flip: Callable[..., T]
    repeat: Callable[..., T]
    split: Callable[..., list[T]]
    take: Callable[..., T]
    clip: Callable[..., T]
    round: Callable[..., T]
    exp: Callable[..., T]
    log: Callable[..., T]
    sqrt: Callable[..., T]
    square: Callable[..., T]
    tanh: Callable[..., T]
    remainder: Callable[..., T]
    floor_divide: Callable[..., T]
    logical_not: Callable[..., T]
    logical_and: Callable[..., T]
    logical_or: Callable[..., T]
    logical_xor: Callable[..., T]
    backward: Callable[..., None]
    values: Callable[..., Any]
    numpy_ufunc: Callable[..., Any]
    numpy_function: Callable[..., Any]


late: LateBound[Any] = LateBound()


@dataclass(frozen=True, slots=True)
class Kept:
    """One value that rules need: input ``position``, or output ``position`` when ``is_output``."""

    name: str
    position: int
    is_output: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What to keep and which rules to run when a given subset of the inputs wants gradients.

    ``where`` says the same as ``keep`` in short: the input's position, or -1, -2, ... for the outputs.
    ``rules`` holds (input position, rule, indices into ``keep`` of the rule's arguments).
    ``kept_inputs`` holds the positions of the inputs among ``keep``. ``joint``, where there is one, gives
    the cotangents of all inputs at once, in place of the rules.
    """

    primitive: Primitive
    wanted: tuple[bool, ...]
    all_wanted: bool
    keep: tuple[Kept, ...]
    where: tuple[int, ...]
    rules: tuple[tuple[int, Rule, tuple[int, ...]], ...]
    kept_inputs: tuple[int, ...]
    joint: Rule | None = None


def common_dtype(*operands: Any, **_: Any) -> Any:
    """Give the dtype that NumPy would give to the operands together; Python scalars don't widen."""
    return np.result_type(*(getattr(operand, "dtype", operand) for operand in operands))


def zero(*_: Any, **__: Any) -> None:
    """Stand as the rule of an input whose gradient is known to be zero everywhere."""


class Primitive:
    """A named operation with its kernel and its rules.

    Parameters
    ----------
    name : str
        The op's name, unique in the registry.
    kernel : callable
        ``kernel(*arrays, **settings)`` computes the outputs from plain arrays (or Python scalars).
    inputs : str
        Names of the array inputs, separated by blanks; ``"*name"`` stands for any number of them.
    outputs : str
        Names of the outputs. Only the first can carry a gradient; others are indices or switches.
    shape : callable, optional
        ``shape(*operands, **settings)`` gives the first output's shape, or raises a `ShapeError`.
    vjps : mapping, optional
        From an input's name to its rule: ``rule(g, <kept values by name>, *, <settings by name>)`` gives
        the input's cotangent. A rule names what it needs: an input, an output, or settings.
    transposes : mapping, optional
        The same for inputs in which the op is linear. Its vjp, its jvp and its adjoint test follow from it.
    jvps : mapping, optional
        From an input's name to its forward rule: ``rule(t, <values by name>, *, <settings by name>)``
        gives what the input's tangent adds to the output's. Inputs in which the op is linear whatever the
        others are (as in a product) need none: the op itself, with the tangent in place of the input, is it.
    diagonal : bool
        Whether each output element depends on one element of each input only (after broadcasting).
        The forward rules are then the same as the ``vjps``.
    dtype : callable, optional
        ``dtype(*operands, **settings)`` gives the first output's dtype; by default the operands' common one.
    extra : callable, optional
        ``extra(*operands, **settings)`` gives (shape, dtype) of each output after the first.
    check_first : bool
        Ask the shape rule before the kernel. Elementwise ops ask it only after NumPy refused.
    title : str, optional
        What pictures call the op when its name alone says too little.
    meaning : str, optional
        What its gradient does with what arrives, in a few words for pictures: "to the winner".
    replace : bool
        Take the place of a primitive registered under the same name, as when a notebook's cell runs again.

    Notes
    -----
    An op with neither ``vjps`` nor ``transposes`` has no gradient: its outputs never want one.
    """

    __slots__ = (
        "check_first",
        "differentiable",
        "dtype",
        "extra",
        "inputs",
        "jvps",
        "kernel",
        "linear",
        "meaning",
        "name",
        "outputs",
        "plans",
        "rules",
        "shape",
        "title",
        "variadic",
    )

    forward_hint = "jvps={...} in its Primitive, or a reverse-mode derivative"

    def __init__(
        self,
        name: str,
        kernel: Callable[..., Any],
        inputs: str,
        *,
        outputs: str = "out",
        shape: Callable[..., tuple[int, ...]],
        vjps: Mapping[str, Rule] | None = None,
        transposes: Mapping[str, Rule] | None = None,
        jvps: Mapping[str, Rule] | None = None,
        diagonal: bool = False,
        dtype: Callable[..., Any] = common_dtype,
        extra: Callable[..., Sequence[tuple[tuple[int, ...], Any]]] | None = None,
        check_first: bool = True,
        title: str | None = None,
        meaning: str | None = None,
        replace: bool = False,
    ) -> None:
        self.name, self.kernel, self.shape = name, guarded_kernel(kernel), shape
        self.variadic = inputs.startswith("*")
        self.inputs = tuple(inputs.lstrip("*").split())
        self.outputs = tuple(outputs.split())
        self.rules = self._guarded({**(vjps or {}), **(transposes or {})})
        self.linear = frozenset(transposes or ())
        self.jvps = self._guarded({**(vjps if vjps and diagonal else {}), **(jvps or {})})
        self.dtype, self.extra = dtype, extra
        self.differentiable = bool(self.rules)
        self.check_first = check_first
        self.title, self.meaning = title or name, meaning
        self.plans: dict[int, Plan] = {}
        if set(self.inputs) & set(self.outputs):
            raise ValueError(f"{name}: inputs and outputs share a name, so rules could not tell them apart")
        unknown = set(self.rules) - set(self.inputs)
        if unknown:
            raise ValueError(f"{name}: rules for unknown inputs {sorted(unknown)}")
        self._register(replace)

    def _register(self, replace: bool) -> None:
        if self.name in registry and not replace:
            raise ValueError(
                f"a primitive named {self.name!r} is registered already; replace=True takes its place"
            )
        registry[self.name] = self

    def _guarded(self, rules: Mapping[str, Rule]) -> dict[str, Rule]:
        known = LateBound.__annotations__
        return {name: guarded_rule(rule, self.name, name, known) for name, rule in rules.items()}

    def __repr__(self) -> str:
        return f"<primitive {self.name}({', '.join(self.inputs)})>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _by_name, (self.name,)

    def __call__(self, *inputs: Any, **settings: Any) -> Any:
        """Run the kernel on arrays; record when an input is a Tensor."""
        tensor = late.Tensor
        for value in inputs:
            if value.__class__ is tensor:
                return late.apply(self, inputs, settings)
        return self.kernel(*inputs, **settings)

    def input_name(self, position: int) -> str:
        """Give the name of one input; inputs of a variadic op are numbered."""
        return f"{self.inputs[0]}[{position}]" if self.variadic else self.inputs[position]

    def abstract(self, operands: Sequence[Any], settings: Mapping[str, Any]) -> Any:
        """Give the outputs' shapes and dtypes without computing anything."""
        first = Abstract(self.shape(*operands, **settings), self.dtype(*operands, **settings))
        if self.extra is None:
            return first
        return (first, *(Abstract(*pair) for pair in self.extra(*operands, **settings)))

    def plan(self, mask: int) -> Plan:
        """Give the plan for a subset of inputs: a leading 1, then one bit an input, first input first."""
        plan = self.plans.get(mask)
        if plan is None:
            plan = self.plans[mask] = self._make_plan(tuple(bit == "1" for bit in f"{mask:b}"[1:]))
        return plan

    def _make_plan(self, wanted: tuple[bool, ...]) -> Plan:
        keep: list[Kept] = []
        rules: list[tuple[int, Rule, tuple[int, ...]]] = []
        for position, wants in enumerate(wanted):
            rule = self.rules.get(self.inputs[0] if self.variadic else self.inputs[position])
            if not wants or rule is None or rule is zero:
                continue
            indices = []
            for kept in self.needs(rule):
                if kept not in keep:
                    keep.append(kept)
                indices.append(keep.index(kept))
            if self.variadic:
                rule = partial(rule, position=position)
            rules.append((position, rule, tuple(indices)))
        kept_inputs = tuple(kept.position for kept in keep if not kept.is_output)
        where = tuple(-1 - kept.position if kept.is_output else kept.position for kept in keep)
        return Plan(self, wanted, all(wanted), tuple(keep), where, tuple(rules), kept_inputs)

    def values_for(self, rule: Rule, inputs: Sequence[Any], outputs: Sequence[Any]) -> tuple[Any, ...]:
        """Give the values that a forward rule asks for."""
        return tuple((outputs if need.is_output else inputs)[need.position] for need in self.needs(rule))

    def needs(self, rule: Rule) -> Sequence[Kept]:
        """Read from a rule's positional parameters (after ``g``) which values it needs."""
        needs = []
        for parameter in list(inspect.signature(rule).parameters.values())[1:]:
            if parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD):
                continue
            if parameter.name in self.outputs:
                needs.append(Kept(parameter.name, self.outputs.index(parameter.name), True))
            elif parameter.name in self.inputs and not self.variadic:
                needs.append(Kept(parameter.name, self.inputs.index(parameter.name), False))
            else:
                raise ValueError(
                    f"{self.name}: a rule asks for {parameter.name!r}, which is neither input nor output"
                )
        return needs


def _by_name(name: str) -> Primitive:
    return registry[name]
