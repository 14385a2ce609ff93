"""One check of one order: analytic Jacobians beside numeric ones, and the report of the worst element."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from autograd_cnn._graph import ancestors
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import NoGradientError
from autograd_cnn.testing._analytic import (
    Array,
    Rows,
    forward_jacobian,
    gradients_along,
    push,
    reverse_jacobian,
)
from autograd_cnn.testing._probing import Probe, Slopes, central, complex_step, takes_complex_step
from autograd_cnn.testing._report import CheckReport, NonDifferentiable, error_map, looks_like

ROUNDING = 1e-7  # by how much forward and reverse mode may differ, of the sum of the terms' sizes


@dataclass(frozen=True)
class Tolerance:
    """Step of the differences, and what may differ: ``atol + rtol * abs(numeric)``."""

    eps: float
    atol: float
    rtol: float

    def allowed(self, numeric: Array) -> Array:
        """Give the allowed error of each element."""
        return np.asarray(self.atol + self.rtol * np.abs(numeric))


class Check:
    """A function at a point, and what is known of its derivatives there.

    Parameters
    ----------
    function : callable
        From the Tensors to the outputs to differentiate.
    tensors, checked
        The point, and the numbers of the inputs to move.
    evaluate : callable, optional
        Gives the same values as ``function`` more cheaply.
    named : int, optional
        How many of the inputs are the user's; the others are reported only where they disagree.
    """

    def __init__(
        self,
        function: Callable[[Sequence[Tensor]], list[Tensor]],
        tensors: Sequence[Tensor],
        checked: Sequence[int],
        tolerance: Tolerance,
        order: int,
        rng: np.random.Generator,
        method: str,
        evaluate: Callable[[Sequence[Tensor]], list[Tensor]] | None = None,
        named: int | None = None,
    ) -> None:
        self.function, self.tensors, self.checked = function, list(tensors), list(checked)
        self.tolerance, self.order, self.rng = tolerance, order, rng
        self.probe = Probe(evaluate or function, self.tensors, recording=order == 2)
        self.outputs = self.probe.recorded if evaluate is None else function(self.tensors)
        self.rows = Rows(self.probe.base.size, rng)
        self.named = len(self.tensors) if named is None else named
        self._complex: bool | None = {"central": False, "complex": True}.get(method)
        self._slopes: dict[int, Slopes] = {}
        self.largest = 0.0
        self.notes = _narrow(self.outputs)

    @property
    def method(self) -> str:
        """How the numeric derivatives were found, in words."""
        stacked = any(axes is not None for axes in self.probe.stacked_inputs.values())
        name = "complex step" if self._complex else f"central differences, eps={self.tolerance.eps:g}"
        return name + (", many elements a call" if stacked else "")

    def slopes(self, number: int) -> Slopes:
        """Give the numeric derivatives with respect to one input."""
        if self._complex is None:
            self._complex = takes_complex_step(self.probe, self.checked, self.tolerance.eps)
        if number not in self._slopes:
            with np.errstate(all="ignore"):
                jacobian = complex_step(self.probe, number, self.rows.join) if self._complex else None
                if jacobian is None:
                    tol, self._complex = self.tolerance, False
                    found = central(self.probe, number, tol.eps, tol.atol, self.rows.join)
                else:
                    found = Slopes(jacobian, np.zeros(jacobian.shape[1], bool))
            self._slopes[number] = found
            sizes = np.abs(found.jacobian)
            self.largest = max(self.largest, float(sizes.max(initial=0.0, where=np.isfinite(sizes))))
        return self._slopes[number]

    def find_kinks(self) -> list[NonDifferentiable]:
        """Give every input element at which there is no derivative."""
        return [
            NonDifferentiable(n, self._place(n, element), kind, left, right)
            for n in self.checked
            for element, _, kind, left, right in self.slopes(n).kinks
        ]

    def _place(self, number: int, element: int) -> tuple[int, ...]:
        return tuple(int(i) for i in np.unravel_index(element, self.tensors[number].shape))

    def full(self, modes: Sequence[str] | None) -> CheckReport:
        """Compare whole Jacobians: reverse mode's with the numeric one, then forward mode."""
        asked = ("reverse", "forward") if modes is None else tuple(modes)
        report: CheckReport | None = None
        jacobians: list[Array] | None = None
        if "reverse" in asked:
            inputs = [self.tensors[n] for n in self.checked]
            jacobians = reverse_jacobian(self.outputs, inputs, self.rows)
            report = self._compare(jacobians, "reverse")
        if report is not None and ("forward" not in asked or report.failed):
            return report
        try:
            if report is not None and jacobians is not None and self._forward_agrees(jacobians):
                return self._with_forward(report)
            forward = [
                forward_jacobian(self.function, self.tensors, number, self.rows) for number in self.checked
            ]
        except NoGradientError as refused:
            if modes is not None or report is None:
                raise
            note = f"forward mode was not checked: {refused.op} has no forward rule"
            return _noted(report, note)
        found = self._compare(forward, "forward")
        if report is None or found.failed:
            return found
        return self._with_forward(report)

    def _with_forward(self, report: CheckReport) -> CheckReport:
        return replace(report, mode="reverse and forward")

    def _forward_agrees(self, jacobians: list[Array]) -> bool:
        """Hold forward mode against the Jacobian of reverse mode along a random direction, to rounding."""
        if not self.outputs:
            return True
        moves, expected, scale = {}, np.zeros(self.rows.count), np.zeros(self.rows.count)
        endless = np.zeros(self.rows.count, bool)  # an infinite slope times no move is no number
        for number, jacobian in zip(self.checked, jacobians, strict=True):
            move = self.rng.uniform(0.5, 1.5, jacobian.shape[1]) * self.rng.choice(
                [-1.0, 1.0], jacobian.shape[1]
            )
            move[self.slopes(number).kinked] = 0.0
            endless |= ~np.isfinite(jacobian).all(axis=1)
            expected += np.nan_to_num(jacobian) @ move
            scale += np.abs(np.nan_to_num(jacobian)) @ np.abs(move)
            moves[number] = move.reshape(self.tensors[number].shape)
        pushed = self.rows.join(push(self.function, self.tensors, moves)[None])[0]
        return bool(np.all((np.abs(pushed - expected) <= ROUNDING * scale + 1e-12) | endless))

    def _compare(self, jacobians: list[Array], mode: str) -> CheckReport:
        """Find the worst element of analytic Jacobians, one for each checked input."""
        finite = self.rows.join(np.where(np.isfinite(self.probe.base), 0.0, np.nan)[None])[0] == 0
        worst: tuple[float, int, int, int] = (-1.0, self.checked[0], 0, 0)
        ratios: dict[int, Array] = {}
        compared = 0
        kinks: list[NonDifferentiable] = []
        for number, exact in zip(self.checked, jacobians, strict=True):
            slopes = self.slopes(number)
            kinks += self._kinks(number, exact)
            with np.errstate(all="ignore"):
                error = np.abs(exact - slopes.jacobian)
                ratio = np.where(np.isfinite(error), error / self.tolerance.allowed(slopes.jacobian), np.inf)
            ratio[:, slopes.kinked] = -1.0  # below all that were compared
            ratio[~finite] = -1.0
            ratios[number] = ratio
            compared += int(np.count_nonzero(~slopes.kinked)) if finite.any() else 0
            top = float(ratio.max()) if ratio.size else -1.0
            if top > worst[0] and (top > 1 or number < self.named):
                row, element = (int(i) for i in np.unravel_index(int(ratio.argmax()), ratio.shape))
                worst = (top, number, row, element)
        ratio_there, number, row, element = worst
        notes = [*self.notes]
        if not finite.all():
            notes.append(
                f"{np.count_nonzero(~finite)} of {finite.size} output elements are not finite, left out"
            )
        if ratio_there < 0 or not compared:
            nothing = not sum(self.tensors[n].size for n in self.checked) or not self.probe.base.size
            return self._report(nothing, number, (), 0.0, 0.0, 0, "", mode, kinks, "", notes)
        exact = jacobians[self.checked.index(number)]
        slopes = self.slopes(number)
        drawing = ""
        if ratio_there > 1:
            wrong = ratios[number] > 1
            usable = np.where(slopes.kinked, 0.0, 1.0)
            notes += looks_like(exact * usable, slopes.jacobian, wrong)
            by_element = ratios[number].max(axis=0)
            by_element = np.where(np.isfinite(exact).all(axis=0), by_element, np.inf)
            by_element[slopes.kinked] = 0.0
            shape = self.tensors[number].shape
            drawing = error_map(
                self._title(number),
                by_element.reshape(shape),
                slopes.kinked.reshape(shape),
                self._place(number, element),
            )
        return self._report(
            ratio_there <= 1,
            number,
            self._place(number, element),
            float(exact[row, element]),
            float(slopes.jacobian[row, element]),
            compared,
            self._output(row),
            mode,
            kinks,
            drawing,
            notes,
        )

    def is_steady(self) -> bool:
        """Say whether differences along a random direction are sharp enough to magnify: two steps agree."""
        here = {n: self.tensors[n]._data for n in self.checked}
        moves = {n: self.rng.uniform(0.5, 1.0, self.tensors[n].shape) for n in self.checked}
        with np.errstate(all="ignore"):
            near, far = (
                (
                    self.probe.at({n: here[n] + step * moves[n] for n in self.checked})
                    - self.probe.at({n: here[n] - step * moves[n] for n in self.checked})
                )
                / step
                for step in (self.tolerance.eps, 3 * self.tolerance.eps)
            )
            size = float(np.nanmax(np.abs(near), initial=0.0))
            spread = float(np.nanmax(np.abs(near - far), initial=0.0))
        return size > 0 and spread <= 0.3 * self.tolerance.rtol * size

    def _kinks(self, number: int, exact: Array) -> list[NonDifferentiable]:
        return [
            NonDifferentiable(
                number,
                self._place(number, element),
                kind,
                left,
                right,
                None if self.rows.joined else float(exact[output, element]),
            )
            for element, output, kind, left, right in self.slopes(number).kinks
        ]

    def _report(
        self,
        passed: bool,
        number: int,
        element: tuple[int, ...],
        analytic: float,
        numeric: float,
        compared: int,
        output: str,
        mode: str,
        kinks: Sequence[NonDifferentiable],
        drawing: str,
        notes: Sequence[str],
    ) -> CheckReport:
        allowed = float(self.tolerance.allowed(np.asarray(numeric)))
        return CheckReport(
            passed,
            self.order,
            number,
            element,
            analytic,
            numeric,
            abs(analytic - numeric),
            allowed,
            compared,
            output,
            mode,
            self.method,
            tuple(kinks),
            drawing,
            tuple(notes),
        )

    def _title(self, number: int) -> str:
        tensor = self.tensors[number]
        name = f" {tensor.name!r}" if tensor.name else ""
        return f"input {number}{name}, float64 {tensor.shape}"

    def _output(self, row: int) -> str:
        """Name the output element of a row, or say that several were joined."""
        what = "output" if self.order == 1 else "gradient of input"
        first = int(self.rows.starts[row])
        for number, shape in enumerate(self.probe.shapes):
            size = int(np.prod(shape))
            if first < size:
                name = number if self.order == 1 else self.checked[number]
                at = tuple(int(i) for i in np.unravel_index(first, shape))
                if not self.rows.joined:
                    return f"{what} {name}, element {at}"
                return f"{what} {name}, elements from {at} on, joined by random weights (seed)"
            first -= size
        return ""

    def fast(self, modes: Sequence[str] | None) -> CheckReport | None:
        """Compare ``u' J v`` for one random u and v; None when it disagrees, for the full check to decide."""
        asked = ("reverse", "forward") if modes is None else tuple(modes)
        tol, probe = self.tolerance, self.probe
        u = self.rng.uniform(0.5, 1.5, probe.base.size)
        moves = {n: self.rng.uniform(-1.0, 1.0, self.tensors[n].shape) for n in self.checked}
        here = {n: self.tensors[n]._data for n in self.checked}
        with np.errstate(all="ignore"):
            up = probe.at({n: here[n] + tol.eps * moves[n] for n in self.checked})
            down = probe.at({n: here[n] - tol.eps * moves[n] for n in self.checked})
            gap = np.abs(up - 2 * probe.base + down)
            slope = np.abs(up - probe.base) + np.abs(probe.base - down)
            smooth = gap <= 1e-2 * slope + 10 * tol.atol * tol.eps + 1e-14 * np.abs(probe.base)
            numeric = float(np.vdot(u, (up - down) / (2 * tol.eps)))
        self.largest = abs(numeric)
        if not smooth.all():
            return None
        allowed = float(tol.allowed(np.asarray(numeric)))
        found: list[tuple[str, float]] = []
        notes: tuple[str, ...] = ()
        if "reverse" in asked:
            grads = gradients_along(self.outputs, [self.tensors[n] for n in self.checked], u)
            total = sum(float(np.vdot(moves[n], g._data)) for n, g in zip(self.checked, grads, strict=True))
            found.append(("reverse", total))
        if "forward" in asked:
            try:
                found.append(("forward", float(np.vdot(u, push(self.function, self.tensors, moves)))))
            except NoGradientError as refused:
                if modes is not None:
                    raise
                notes = (f"forward mode was not checked: {refused.op} has no forward rule",)
        if not all(abs(value - numeric) <= allowed for _, value in found):
            return None
        mode = " and ".join(name for name, _ in found)
        analytic = max((value for _, value in found), key=lambda value: abs(value - numeric), default=0.0)
        method = f"central differences along one random direction, eps={tol.eps:g}"
        count = sum(self.tensors[n].size for n in self.checked)
        report = self._report(
            True,
            self.checked[0],
            (),
            analytic,
            numeric,
            count,
            "all outputs, by random weights",
            mode,
            (),
            "",
            notes,
        )
        return replace(report, method=method)


def _noted(report: CheckReport, note: str) -> CheckReport:
    return replace(report, notes=(*report.notes, note))


def _narrow(outputs: Sequence[Tensor]) -> list[str]:
    """Warn of values on the way that are too coarse for small steps."""
    nodes = ancestors({t.node: None for t in outputs if t.node is not None})
    coarse = sorted({str(n.dtype) for n in nodes if n.dtype.kind == "f" and n.dtype.itemsize < 8})
    return [f"{', '.join(coarse)} values on the way round off more than eps moves them"] if coarse else []
