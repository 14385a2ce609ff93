"""The adjoint test: a linear map and its transpose give the same inner products, to rounding."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import DTypeError, GradientCheckError, RangeError, RuleNumberError, RuleShapeError
from autograd_cnn.primitive import Primitive
from autograd_cnn.testing._analytic import gradients_along, push
from autograd_cnn.testing._report import counted
from autograd_cnn.testing.finite_differences import as_checked, outputs_of

Array = NDArray[Any]


@dataclass(frozen=True)
class AdjointReport:
    """The two inner products of an adjoint test, of the input where they differ most.

    Attributes
    ----------
    passed : bool
        Whether they agree.
    input : int
        Which input x was put in place of.
    forward, reverse : float
        ``<A x, y>`` and ``<x, A' y>``.
    error, allowed : float
        Their difference, and ``rtol`` times the sum of the terms' sizes.
    tried : int
        In how many inputs the test was made.
    """

    passed: bool
    input: int
    forward: float
    reverse: float
    error: float
    allowed: float
    tried: int

    def __str__(self) -> str:
        return (
            f"input {self.input}: <A x, y> = {self.forward:.12g}, <x, A' y> = {self.reverse:.12g}, "
            f"error {self.error:.3g} (allowed {self.allowed:.3g}), {counted(self.tried, 'input')} tried"
        )


def check_adjoint(
    fn: Primitive | Callable[..., Any],
    inputs: Sequence[Tensor | ArrayLike],
    *,
    settings: Mapping[str, Any] | None = None,
    rtol: float = 1e-9,
    seed: int = 0,
) -> AdjointReport:
    """Check ``<A x, y> = <x, A' y>`` for random x and y: no steps, no truncation, agreement to rounding.

    For a `Primitive` that declares itself linear in an input, A is its kernel as a function of that input
    (less its value at 0) and A' the declared transpose. For any other function A is its Jacobian: ``A x``
    comes from the forward rules and ``A' y`` from the gradient rules.

    Parameters
    ----------
    fn : Primitive or callable
        What to check.
    inputs : sequence of array_like
        Where; floating inputs are taken in float64.
    settings : mapping, optional
        Settings that a Primitive is called with.
    rtol : float
        Allowed difference, as a share of the sum of the terms' sizes.
    seed : int
        Of x and y.

    Returns
    -------
    AdjointReport
        The input with the largest error.

    Raises
    ------
    GradientCheckError
        When the inner products differ.
    RuleNumberError, RuleShapeError
        When a transpose gives something that is no cotangent of its input.
    NoGradientError
        When an operation on the way has no forward rule.
    DTypeError
        When no input is floating.
    RangeError
        When a Primitive with settings is linear in none of its inputs.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.testing.check_adjoint(lambda x: ag.avg_pool2d(x, 2), [np.ones((1, 1, 4, 4))]).passed
    True
    """
    tensors = [as_checked(value) for value in inputs]
    checked = [number for number, t in enumerate(tensors) if t.requires_grad]
    if not checked:
        raise DTypeError(
            "check_adjoint", "no input is floating, so there is nothing to check", fits="floating inputs"
        )
    rng = np.random.default_rng(seed)
    if isinstance(fn, Primitive) and (linear := [n for n in checked if _name(fn, n) in fn.linear]):
        reports = [_transpose(fn, tensors, n, dict(settings or {}), rtol, rng) for n in linear]
    elif settings:
        raise RangeError(
            "check_adjoint",
            "settings are for a Primitive that is linear in some input",
            fits="a function that puts them in: lambda x: op(x, setting=...)",
        )
    else:
        reports = [_jacobian(fn, tensors, n, rtol, rng) for n in checked]
    worst = max(reports, key=lambda r: r.error / r.allowed if np.isfinite(r.error) else np.inf)
    report = AdjointReport(
        worst.passed, worst.input, worst.forward, worst.reverse, worst.error, worst.allowed, len(reports)
    )
    if not report.passed:
        raise GradientCheckError(
            "check_adjoint", report, fits="the transpose of the forward map, to rounding"
        )
    return report


def _name(primitive: Primitive, position: int) -> str:
    return primitive.inputs[0] if primitive.variadic else primitive.inputs[position]


def _transpose(
    primitive: Primitive,
    tensors: Sequence[Tensor],
    number: int,
    settings: dict[str, Any],
    rtol: float,
    rng: np.random.Generator,
) -> AdjointReport:
    """Hold a primitive's kernel against the transpose that it declares, on plain arrays."""
    arrays: list[Any] = [t._data for t in tensors]
    x = rng.standard_normal(arrays[number].shape)

    def kernel(value: Array) -> Array:
        result = primitive.kernel(*arrays[:number], value, *arrays[number + 1 :], **settings)
        return np.asarray(result[0] if isinstance(result, tuple) else result)

    image = kernel(x) - kernel(np.zeros_like(x))
    y = rng.standard_normal(image.shape)
    rule = primitive.rules[_name(primitive, number)]
    outputs = [kernel(arrays[number])]
    kept = [
        outputs[need.position] if need.is_output else arrays[need.position] for need in primitive.needs(rule)
    ]
    extra = {"position": number} if primitive.variadic else {}
    back = rule(y, *kept, **extra, **settings)
    said = f"the transpose of {primitive.input_name(number)!r} gave"
    if not hasattr(back, "shape"):
        raise RuleNumberError(primitive.name, f"{said} {type(back).__name__}", fits="one cotangent")
    return _report(number, image, y, x, _summed(primitive.name, said, np.asarray(back), x.shape), rtol)


def _summed(op: str, said: str, array: Array, shape: tuple[int, ...]) -> Array:
    """Sum a cotangent over the axes along which its input was broadcast, as the sweep does."""
    extra = array.ndim - len(shape)
    if extra < 0 or any(n not in (1, m) for n, m in zip(shape, array.shape[extra:], strict=True)):
        raise RuleShapeError(
            op, f"{said} shape {array.shape}", operands={"cotangent": array}, fits=f"the shape {shape}"
        )
    array = array.sum(axis=tuple(range(extra)))
    axes = tuple(i for i, (n, m) in enumerate(zip(shape, array.shape, strict=True)) if n != m)
    return np.asarray(array.sum(axis=axes, keepdims=True))


def _jacobian(
    fn: Callable[..., Any], tensors: Sequence[Tensor], number: int, rtol: float, rng: np.random.Generator
) -> AdjointReport:
    """Hold the forward rules against the gradient rules: J x and J' y."""

    def function(values: Sequence[Tensor]) -> list[Tensor]:
        return outputs_of(fn, values)

    outputs = function(tensors)
    x = rng.standard_normal(tensors[number].shape)
    y = rng.standard_normal(sum(t.size for t in outputs))
    image = push(function, tensors, {number: x})
    back = gradients_along(outputs, [tensors[number]], y)[0]._data
    return _report(number, image, y, x, back, rtol)


def _report(number: int, image: Array, y: Array, x: Array, back: Array, rtol: float) -> AdjointReport:
    forward, reverse = float(np.vdot(image, y)), float(np.vdot(x, back))
    scale = float(np.abs(image * y).sum() + np.abs(x * back).sum())
    allowed = rtol * scale + 1e-300
    error = abs(forward - reverse)
    return AdjointReport(bool(error <= allowed), number, forward, reverse, error, allowed, 1)
