"""Checks of rules one kind at a time: all that a gradient rule, or a forward rule, must do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import AutogradError, GradientCheckError, RuleError
from autograd_cnn.testing._analytic import audit, gradients_along
from autograd_cnn.testing._report import GradientReport
from autograd_cnn.testing.finite_differences import as_checked, gradcheck, outputs_of


def check_vjp(
    fn: Callable[..., Any],
    inputs: Sequence[Tensor | ArrayLike],
    *,
    eps: float = 1e-6,
    atol: float = 1e-6,
    rtol: float = 1e-4,
    seed: int = 0,
    dodge: bool = False,
) -> GradientReport:
    """Check the gradient rules that a function runs: their numbers, shapes, dtypes and records.

    Beyond `gradcheck` in reverse mode: in float32 each rule must give float32 where its input and output are
    float32, and the gradient that ``create_graph=True`` records must equal the plain one, to rounding.

    Parameters
    ----------
    fn, inputs, eps, atol, rtol, seed, dodge
        As in `gradcheck`.

    Returns
    -------
    GradientReport
        Of the values.

    Raises
    ------
    GradientCheckError
        When values differ from numeric ones, or the recorded gradient from the plain one.
    RuleNumberError, RuleShapeError, RuleDTypeError
        When a rule gave something that is no cotangent of its input.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.testing.check_vjp(lambda x: ag.exp(x) * x, [np.linspace(-1, 1, 4)]).passed
    True
    """
    report = gradcheck(fn, inputs, 1, eps, atol, rtol, seed, modes=("reverse",), dodge=dodge)
    tensors = [as_checked(value) for value in inputs]
    _check_recorded(fn, tensors, np.random.default_rng(seed))
    refusal = _audit_float32(fn, tensors, np.random.default_rng(seed))
    if refusal is None:
        return report
    return replace(report, notes=(*report.notes, f"not checked in float32: {refusal.problem}"))


def _check_recorded(fn: Callable[..., Any], tensors: Sequence[Tensor], rng: np.random.Generator) -> None:
    """Rules run on arrays and on Tensors; both must give the same gradient."""
    wanted = [t for t in tensors if t.requires_grad]
    outputs = outputs_of(fn, tensors)
    cotangent = rng.uniform(0.5, 1.5, sum(t.size for t in outputs))
    plain = gradients_along(outputs, wanted, cotangent)
    recorded = gradients_along(outputs, wanted, cotangent, create_graph=True)
    for number, (a, b) in enumerate(zip(plain, recorded, strict=True)):
        if not np.allclose(a._data, b._data, rtol=1e-10, atol=1e-12, equal_nan=True):
            error = float(np.nanmax(np.abs(a._data - b._data)))
            raise GradientCheckError(
                "check_vjp",
                f"the gradient of floating input {number} differs by {error:.3g} when it is recorded "
                "(create_graph=True)",
                fits="a rule made of the library's operations only, the same for arrays and Tensors",
            )


def _audit_float32(
    fn: Callable[..., Any], tensors: Sequence[Tensor], rng: np.random.Generator
) -> AutogradError | None:
    """Run the rules in float32; give the refusal of a function that takes float64 only."""
    narrow = [Tensor(t._data.astype(np.float32), True) if t.requires_grad else t for t in tensors]
    try:
        result = fn(*narrow)
        outputs = [result] if isinstance(result, Tensor) else list(result)
        audit([t for t in outputs if t.dtype.kind == "f" and not t.output], rng)
    except RuleError:
        raise
    except AutogradError as refused:
        return refused
    return None


def check_jvp(
    fn: Callable[..., Any],
    inputs: Sequence[Tensor | ArrayLike],
    *,
    order: int = 1,
    eps: float = 1e-6,
    atol: float = 1e-6,
    rtol: float = 1e-4,
    seed: int = 0,
    dodge: bool = False,
) -> GradientReport:
    """Check the forward rules that a function runs: `gradcheck` in forward mode, an input element at a time.

    Parameters
    ----------
    fn, inputs, order, eps, atol, rtol, seed, dodge
        As in `gradcheck`.

    Returns
    -------
    GradientReport
        Of the values.

    Raises
    ------
    GradientCheckError
        When tangents differ from numeric derivatives.
    NoGradientError
        When an operation on the way has no forward rule.
    RuleNumberError, RuleShapeError, RuleDTypeError
        When a forward rule gave something that is no tangent of its output.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.testing.check_jvp(ag.softplus, [np.linspace(-1, 1, 4)]).passed
    True
    """
    return gradcheck(fn, inputs, order, eps, atol, rtol, seed, modes=("forward",), dodge=dodge)
