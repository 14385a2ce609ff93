"""Gradients against central finite differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd_cnn._reverse import gradients
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import AutogradError, DTypeError, RangeError

Array = NDArray[Any]


@dataclass(frozen=True)
class GradientReport:
    """What a gradient check found at its worst element.

    Attributes
    ----------
    passed : bool
        Whether every element agreed.
    order : int
        Order of the derivative that was checked last.
    input, element : int, tuple of int
        Where the error was largest relative to what was allowed.
    analytic, numeric : float
        The library's derivative there, and the finite difference.
    error, allowed : float
        Their difference, and the tolerance ``atol + rtol * abs(numeric)``.
    checked : int
        How many elements were compared.
    """

    passed: bool
    order: int
    input: int
    element: tuple[int, ...]
    analytic: float
    numeric: float
    error: float
    allowed: float
    checked: int

    def __str__(self) -> str:
        return (
            f"order {self.order}, input {self.input}, element {self.element}: analytic {self.analytic:.8g}, "
            f"numeric {self.numeric:.8g}, error {self.error:.3g} (allowed {self.allowed:.3g})"
        )


class GradientMismatch(AutogradError, AssertionError):  # noqa: N818 - read as "a mismatch was found"
    """A gradient and its finite difference disagree; ``report`` has the worst element."""

    def __init__(self, report: GradientReport) -> None:
        self.report = report
        super().__init__(
            "gradcheck",
            str(report),
            fits="the derivative of the forward pass; at kinks and ties no rule agrees with a difference",
        )


def gradcheck(
    fn: Callable[..., Any],
    inputs: Sequence[Tensor | ArrayLike],
    order: int = 1,
    eps: float = 1e-6,
    atol: float = 1e-6,
    rtol: float = 1e-4,
    seed: int = 0,
) -> GradientReport:
    """Compare a function's gradients with central finite differences, element by element.

    The outputs are joined into one number by fixed random weights, ``L = sum(weights * fn(*inputs))``, and
    ``dL/dx`` is compared with ``(L(x + eps) - L(x - eps)) / (2 eps)`` for each element x of each input.
    Order 2 then does the same to the gradients themselves.

    Parameters
    ----------
    fn : callable
        Takes Tensors, gives a Tensor or several. It must give the same values at every call.
    inputs : sequence of array_like
        Floating inputs are checked, in float64; integers and booleans are handed on as constants.
    order : {1, 2}
        Highest derivative to check.
    eps : float
        Step of the finite differences.
    atol, rtol : float
        Allowed difference: ``atol + rtol * abs(numeric)``.
    seed : int
        Of the random weights.

    Returns
    -------
    GradientReport
        The worst element.

    Raises
    ------
    GradientMismatch
        When an element differs by more than is allowed, or is not finite.
    DTypeError
        When there is nothing to differentiate, or an output is not float64.
    RangeError
        When ``order`` is neither 1 nor 2.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.testing.gradcheck(lambda x: ag.tanh(x) * x, [np.linspace(-1, 1, 5)], order=2).passed
    True
    """
    if order not in (1, 2):
        raise RangeError("gradcheck", f"order={order} is not supported", fits="1 or 2")
    tensors = [_as_checked(value) for value in inputs]
    checked = [number for number, t in enumerate(tensors) if t.requires_grad]
    if not checked:
        raise DTypeError(
            "gradcheck", "no input is floating, so there is nothing to check", fits="floating inputs"
        )
    rng = np.random.default_rng(seed)
    report = _check(fn, tensors, checked, 1, eps, atol, rtol, rng)
    if order == 2:
        weights = [rng.uniform(0.5, 1.5, t.shape) for t in _outputs(fn, tensors)]

        def first_gradients(*values: Tensor) -> list[Tensor]:
            return _gradients(_outputs(fn, values), weights, [values[i] for i in checked], create_graph=True)

        report = _check(first_gradients, tensors, checked, 2, eps, atol, rtol, rng)
    return report


def _as_checked(value: Tensor | ArrayLike) -> Tensor:
    array = np.array(value.numpy() if isinstance(value, Tensor) else value)
    floating = array.dtype.kind == "f"
    result = Tensor(array.astype(np.float64) if floating else array, floating)
    result.name = value.name if isinstance(value, Tensor) else None
    return result


def _outputs(fn: Callable[..., Any], tensors: Sequence[Tensor]) -> list[Tensor]:
    result = fn(*tensors)
    outputs = [result] if isinstance(result, Tensor) else list(result)
    outputs = [t for t in outputs if t.dtype.kind == "f"]
    for output in outputs:
        if output.dtype != np.float64:
            raise DTypeError(
                "gradcheck",
                f"an output is {output.dtype}; finite differences need float64 throughout",
                operands={"output": output},
                fits="float64 parameters inside the function, or parameters passed as inputs",
            )
    return outputs


def _gradients(
    outputs: list[Tensor], weights: list[Array], inputs: Sequence[Tensor], create_graph: bool
) -> list[Tensor]:
    """Give dL/dx for each input; an output that depends on no input adds nothing."""
    pairs = [(out, w) for out, w in zip(outputs, weights, strict=True) if out.requires_grad]
    if not pairs:
        return [Tensor(np.zeros(t.shape)) for t in inputs]
    outs, cotangents = zip(*pairs, strict=True)
    return list(gradients(outs, inputs, cotangents, create_graph))


def _check(
    fn: Callable[..., Any],
    tensors: list[Tensor],
    checked: list[int],
    order: int,
    eps: float,
    atol: float,
    rtol: float,
    rng: np.random.Generator,
) -> GradientReport:
    outputs = _outputs(fn, tensors)
    weights = [rng.uniform(0.5, 1.5, t.shape) for t in outputs]
    analytic = _gradients(outputs, weights, [tensors[i] for i in checked], create_graph=False)

    def total(number: int, array: Array) -> float:
        moved = list(tensors)
        moved[number] = Tensor(array, True)
        values = _outputs(fn, moved)
        return float(sum(np.vdot(w, t.numpy()) for w, t in zip(weights, values, strict=True)))

    worst: GradientReport | None = None
    count = sum(tensors[i].size for i in checked)
    worst_ratio = -1.0
    for number, gradient in zip(checked, analytic, strict=True):
        numeric = _differences(lambda array, n=number: total(n, array), tensors[number].numpy(), eps)  # type: ignore[misc]
        exact = gradient.numpy()
        error = np.abs(exact - numeric)
        allowed = atol + rtol * np.abs(numeric)
        ratio = np.where(np.isfinite(error), error / allowed, np.inf)
        if not ratio.size:
            continue
        at = tuple(int(i) for i in np.unravel_index(int(ratio.argmax()), ratio.shape))
        if ratio[at] > worst_ratio:
            worst_ratio = float(ratio[at])
            worst = GradientReport(
                worst_ratio <= 1,
                order,
                number,
                at,
                float(exact[at]),
                float(numeric[at]),
                float(error[at]),
                float(allowed[at]),
                count,
            )
    if worst is None:
        return GradientReport(True, order, checked[0], (), 0.0, 0.0, 0.0, atol, 0)
    if not worst.passed:
        raise GradientMismatch(worst)
    return worst


def _differences(total: Callable[[Array], float], at: Array, eps: float) -> Array:
    """Give the central difference of a number with respect to each element of an array."""
    result = np.empty(at.shape)
    for place in np.ndindex(at.shape):
        up, down = at.copy(), at.copy()
        up[place] += eps
        down[place] -= eps
        result[place] = (total(up) - total(down)) / (2 * eps)
    return result
