"""Gradients against numeric derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal, NoReturn

import numpy as np
from numpy.typing import ArrayLike

from autograd_cnn._reverse import gradients
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import DTypeError, GradientCheckError, RangeError, RuleError
from autograd_cnn.testing._analytic import audit
from autograd_cnn.testing._comparing import Check, Tolerance
from autograd_cnn.testing._report import CheckReport, counted

GradientMismatch = GradientCheckError  # its name before it moved among the library's errors

MODES = ("reverse", "forward")
METHODS = ("auto", "central", "complex")
DODGES = 10
SMALL = 1e-3  # smaller derivatives would hide behind the absolute tolerance


def gradcheck(
    fn: Callable[..., Any],
    inputs: Sequence[Tensor | ArrayLike],
    order: int = 1,
    eps: float = 1e-6,
    atol: float = 1e-6,
    rtol: float = 1e-4,
    seed: int = 0,
    *,
    modes: Sequence[str] | None = None,
    method: Literal["auto", "central", "complex"] = "auto",
    fast: bool = False,
    dodge: bool = False,
) -> CheckReport:
    """Compare a function's derivatives with numeric ones, element by element.

    The whole Jacobian is compared: ``dy_i/dx_j`` from the rules with ``(y_i(x + eps e_j) - y_i(x - eps
    e_j)) / (2 eps)``, or with ``imag(y_i(x + 1j h e_j)) / h`` where the function is made of analytic
    operations that take complex numbers. Above 256 output elements, neighbours are joined by random weights.
    Order 2 then does the same to the gradients, as functions of the inputs and of the cotangent that went in.

    Where the slopes on the two sides of an element differ (a kink, a tie of a maximum, a jump, the edge of
    the domain) the function has no derivative: the report names these elements and nothing is compared there.

    Parameters
    ----------
    fn : callable
        Takes Tensors, gives a Tensor or several. It must give the same values at every call. It is also
        tried on copies of an input that are stacked along its first axis, and may refuse them.
    inputs : sequence of array_like
        Floating inputs are checked, in float64; integers and booleans are handed on as constants.
    order : {1, 2}
        Highest derivative to check.
    eps : float
        Step of the finite differences.
    atol, rtol : float
        Allowed difference: ``atol + rtol * abs(numeric)``. Where no derivative is larger than 0.001, the
        outputs are first multiplied by a power of two that makes them ordinary; the report says so.
    seed : int
        Of the random directions and weights.
    modes : sequence of {"reverse", "forward"}, optional
        Whose rules to check. When left out: both, forward only where every op on the way has a forward rule
        (the report says so). Beside reverse mode, forward mode is held against it along random directions,
        to rounding.
    method : {"auto", "central", "complex"}
        How to find numeric first derivatives. ``"auto"`` takes the complex step where every op is known to be
        analytic or comes from outside the library, and a trial along a random direction agrees.
    fast : bool
        Compare one number, ``u' J v`` for random u and v, at the cost of three evaluations. It sees a
        wrong factor or sign, not a small error in one of many elements. Where it disagrees, the full check
        decides.
    dodge : bool
        Move input elements at which there is a kink or tie by random amounts, until there is none.

    Returns
    -------
    CheckReport
        The worst element; its ``str`` is readable. ``passed`` is False without an error raised only where
        every element was non-differentiable, so that nothing could be compared.

    Raises
    ------
    GradientCheckError
        When an element differs by more than is allowed, or is not finite. Its text has the report.
    RuleNumberError, RuleShapeError, RuleDTypeError
        When a rule gave something that is no cotangent of its input.
    DTypeError
        When no input or no output is floating, or an output is not float64.
    RangeError
        When ``order``, ``modes`` or ``method`` is none of those above, or the function gives other values
        when it is called again.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.testing.gradcheck(lambda x: ag.tanh(x) * x, [np.linspace(-1, 1, 5)], order=2).passed
    True
    >>> report = ag.testing.gradcheck(ag.relu, [np.array([-1.0, 0.0, 2.0])])
    >>> report.verdict, report.kinks[0].element
    ('NON-DIFFERENTIABLE', (1,))
    """
    _check_settings(order, modes, method)
    tensors = [as_checked(value) for value in inputs]
    checked = [number for number, t in enumerate(tensors) if t.requires_grad]
    if not checked:
        raise DTypeError(
            "gradcheck", "no input is floating, so there is nothing to check", fits="floating inputs"
        )
    rng = np.random.default_rng(seed)
    tolerance = Tolerance(eps, atol, rtol)
    with np.errstate(all="ignore"):  # steps leave domains, and the report tells it
        check, moved = _settled(fn, tensors, checked, tolerance, method, dodge, rng)
        report = _run(check, modes, fast)
        factor = _magnifying(check)
        if factor != 1:
            fn = _multiplied(fn, factor)
            check = Check(
                lambda values: outputs_of(fn, values), check.tensors, checked, tolerance, 1, rng, method
            )
            report = _run(check, modes, fast)
            note = f"the derivatives are small: all outputs were multiplied by {factor:.4g}"
            report = replace(report, notes=(*report.notes, note))
        if order == 2:
            report = _second(fn, check, modes, fast, rng, report)
        if report.failed and report.order == 1 and _agrees_nearby(check, modes, rng):
            note = "the rules agree a small step away: inside the function this point is a kink or tie"
            report = replace(report, notes=(*report.notes, note))
    if moved:
        still = ", in vain" if report.kinks else ""
        note = f"inputs were moved away from kinks, {counted(moved, 'time')}{still}"
        report = replace(report, notes=(*report.notes, note))
    if report.failed:
        raise GradientCheckError(
            "gradcheck", report, fits="the derivative of the forward pass, to atol + rtol * abs(numeric)"
        )
    return report


def _settled(
    fn: Callable[..., Any],
    tensors: list[Tensor],
    checked: list[int],
    tolerance: Tolerance,
    method: str,
    dodge: bool,
    rng: np.random.Generator,
) -> tuple[Check, int]:
    """Give the check at a point where the rules' results are cotangents and, with ``dodge``, no kink is."""
    moved = 0
    while True:
        check = Check(lambda values: outputs_of(fn, values), tensors, checked, tolerance, 1, rng, method)
        if not check.outputs:
            raise DTypeError(
                "gradcheck", "no output is floating, so there is nothing to check", fits="floating outputs"
            )
        _check_repeats(fn, check)
        audit(check.outputs, rng)
        if not dodge or moved == DODGES or not (kinks := check.find_kinks()):
            return check, moved
        moved += 1
        for kink in kinks:
            _step_aside(tensors[kink.input], kink.element, rng)


def _check_repeats(fn: Callable[..., Any], check: Check) -> None:
    """Refuse a function that gives other values at the same point: its differences would be noise."""
    again = outputs_of(fn, check.tensors)
    for first, second in zip(check.outputs, again, strict=True):
        if first.shape != second.shape or not np.array_equal(first.data, second.data, equal_nan=True):
            raise RangeError(
                "gradcheck",
                "the function gave other values when it was called again with the same inputs",
                operands={"output": first},
                fits="random numbers drawn before, or from a generator that the function makes anew: "
                "np.random.default_rng(0)",
            )


def _magnifying(check: Check) -> float:
    """Give the power of two that makes small derivatives ordinary; 1 where they are, or are but rounding."""
    if not 0 < check.largest < SMALL or not check.is_steady():
        return 1.0
    return 2.0 ** min(-math.frexp(check.largest)[1], 1000)


def _multiplied(fn: Callable[..., Any], factor: float) -> Callable[..., Any]:
    """Give the function with its floating outputs multiplied."""

    def magnified(*values: Any) -> Any:
        result = fn(*values)
        outputs = [result] if isinstance(result, Tensor) else list(result)
        return [y * factor if y.dtype.kind in "fc" and not y.output else y for y in outputs]

    return magnified


def _check_settings(order: int, modes: Sequence[str] | None, method: str) -> None:
    if order not in (1, 2):
        raise RangeError("gradcheck", f"order={order} is not supported", fits="1 or 2")
    if modes is not None and (isinstance(modes, str) or not modes or not set(modes) <= set(MODES)):
        raise RangeError("gradcheck", f"modes={modes!r} is not supported", fits=f"some of {MODES}")
    if method not in METHODS:
        raise RangeError("gradcheck", f"method={method!r} is not supported", fits=f"one of {METHODS}")


def as_checked(value: Tensor | ArrayLike) -> Tensor:
    """Copy an input: floating ones in float64, to be differentiated, others as they are."""
    array = np.array(value.numpy() if isinstance(value, Tensor) else value)
    if array.dtype == object:
        raise DTypeError(
            "gradcheck",
            f"an input is a {type(value).__name__}, not numbers",
            fits="arrays, and a function that puts them together: lambda w, b: loss({'w': w, 'b': b})",
        )
    floating = array.dtype.kind == "f"
    result = Tensor(array.astype(np.float64) if floating else array, floating)
    result.name = value.name if isinstance(value, Tensor) else None
    return result


def outputs_of(fn: Callable[..., Any], tensors: Sequence[Tensor]) -> list[Tensor]:
    """Run a function and give the outputs that have derivatives, all float64."""
    result = fn(*tensors)
    outputs = [result] if isinstance(result, Tensor) else list(result)
    outputs = [t for t in outputs if t.dtype.kind in "fc" and not t.output]
    for output in outputs:
        if output.dtype not in (np.float64, np.complex128):
            raise DTypeError(
                "gradcheck",
                f"an output is {output.dtype}; finite differences need float64 throughout",
                operands={"output": output},
                fits="float64 parameters inside the function, or parameters passed as inputs",
            )
    return outputs


def _step_aside(tensor: Tensor, element: tuple[int, ...], rng: np.random.Generator) -> None:
    """Move one element by a tenth to a third of its size, or of 1."""
    array = tensor._data
    array[element] += max(abs(array[element]), 1.0) * rng.uniform(0.1, 0.3) * rng.choice([-1.0, 1.0])


def _agrees_nearby(check: Check, modes: Sequence[str] | None, rng: np.random.Generator) -> bool:
    """Whether the check would pass with all inputs moved by about a thousandth.

    ``relu(x) - relu(-x)`` is x, but at 0 each part's convention gives 0: no slope shows that kink.
    """
    tensors = list(check.tensors)
    for number in check.checked:
        here = tensors[number]._data
        step = 1e-3 * rng.uniform(0.5, 1.0, here.shape) * rng.choice([-1.0, 1.0], here.shape)
        tensors[number] = Tensor(here + step * np.maximum(np.abs(here), 1.0), True)
    try:
        moved = Check(check.function, tensors, check.checked, check.tolerance, 1, rng, "central")
        return moved.fast(modes) is not None and moved.full(modes).verdict == "passed"
    except Exception:  # whatever a user's function says to values of which only the first ones were chosen
        return False


def _run(check: Check, modes: Sequence[str] | None, fast: bool) -> CheckReport:
    if fast:
        report = check.fast(modes)
        if report is not None:
            return report
    return check.full(modes)


def _second(
    fn: Callable[..., Any],
    first: Check,
    modes: Sequence[str] | None,
    fast: bool,
    rng: np.random.Generator,
    report: CheckReport,
) -> CheckReport:
    """Check the gradients as functions of the inputs and of the cotangents."""
    if report.failed:
        return report
    cotangents = [Tensor(rng.uniform(0.5, 1.5, t.shape), True) for t in first.outputs]
    for number, cotangent in enumerate(cotangents):
        cotangent.name = f"cotangent of output {number}"
    count = len(first.tensors)

    def first_gradients(values: Sequence[Tensor], create_graph: bool) -> list[Tensor]:
        outputs = outputs_of(fn, values[:count])
        given = [(t, c) for t, c in zip(outputs, values[count:], strict=True) if t.requires_grad]
        wanted = [values[i] for i in first.checked]
        if not given:
            return [Tensor(np.zeros(t.shape)) for t in wanted]
        outs, weights = zip(*given, strict=True)
        return list(gradients(outs, wanted, weights, create_graph))

    tensors = [*first.tensors, *cotangents]
    checked = [*first.checked, *range(count, len(tensors))]
    second = Check(
        lambda values: first_gradients(values, True),
        tensors,
        checked,
        first.tolerance,
        2,
        rng,
        "central",
        lambda values: first_gradients(values, False),
        count,
    )
    found = _run(second, modes, fast)
    known = {(k.input, k.element) for k in report.kinks}
    kinks = report.kinks + tuple(k for k in found.kinks if (k.input, k.element) not in known)
    notes = tuple(dict.fromkeys((*report.notes, *found.notes)))
    return replace(found, kinks=kinks, notes=notes, checked=report.checked)


def gradcheck_failing(fail: Callable[[str], NoReturn]) -> Callable[..., CheckReport]:
    """Give a `gradcheck` that hands the text of what it refuses to a test runner's ``fail``, as one message.

    It stands here and not in the plugin so that the text blames the test's line.
    """

    def checked(*args: Any, **kwargs: Any) -> CheckReport:
        __tracebackhide__ = True
        try:
            return gradcheck(*args, **kwargs)
        except (GradientCheckError, RuleError) as error:
            text = str(error)
        # outside of the handler, so that the failure has no other error behind it to be shown as well
        return fail(text)

    return checked
