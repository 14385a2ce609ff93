"""Numeric derivatives: how a function's values move with each element of its inputs.

Central differences give three things in one pass: the slope, the slopes on both sides (where they differ
there is a kink), and the values' loss of meaning at the edge of a domain. The complex step gives the slope
of an analytic function to the last bit. Where copies of an input can be stacked along its first axis
without touching each other, many moves are evaluated in one call.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from autograd_cnn._graph import ancestors
from autograd_cnn._modes import no_grad, switched
from autograd_cnn._tensor import Tensor

Array = NDArray[Any]
Values = Sequence[Tensor]
Outputs = list[Tensor]

IMAGINARY_STEP = 1e-100  # its square is nothing beside any value, so the slope has no truncation error
STACK_FROM = 32  # input elements below which single calls are quick enough
MOST_STACKED = 64  # copies in one call: more fall out of the processor's caches
CONFIRM = 0.1  # a kink's two slopes stay apart at this share of the step; a curve's move together

# library ops that NumPy computes for complex numbers as one analytic function, beside the linear ones
ANALYTIC = frozenset(
    {"add", "subtract", "multiply", "divide", "power", "square", "reciprocal", "sqrt", "dense", "conv"}
    | {"exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sigmoid", "tanh", "prod", "cumprod"}
    | {"sin", "cos", "tan", "arcsin", "arccos", "arctan"}
    | {"sinh", "cosh", "arcsinh", "arccosh", "arctanh"}
)


@dataclass
class Slopes:
    """Numeric derivatives with respect to one input, a column an input element, and where there are none."""

    jacobian: Array  # (rows, elements)
    kinked: Array  # (elements,), bool
    # element, output, kind, slopes on the left and on the right
    kinks: list[tuple[int, int, Literal["kink", "jump", "edge"], float, float]] = field(default_factory=list)


class Probe:
    """A function of Tensors as a vector of numbers, evaluated in the cheapest way that gives its values.

    Parameters
    ----------
    outputs : callable
        From Tensors to the list of outputs to be compared.
    tensors : sequence of Tensor
        The inputs, of which one at a time is moved.
    """

    def __init__(self, outputs: Callable[[Values], Outputs], tensors: Values) -> None:
        self._outputs = outputs
        self.tensors = list(tensors)
        self.plain = False
        base = outputs(self.tensors)
        self.shapes = [t.shape for t in base]
        self.base = flat(base)
        self.stacked_inputs: dict[int, list[int] | None] = {}
        self.plain = self._is_plain()

    def _is_plain(self) -> bool:
        """Whether the function gives the same values without recording, as most functions do."""
        self.plain = True
        try:
            values = self.at({})
        except Exception:  # whatever a user's function says to inputs without gradients
            return False
        return values.shape == self.base.shape and bool(np.array_equal(values, self.base, equal_nan=True))

    def run(self, moved: dict[int, Array]) -> Outputs:
        """Give the outputs with some inputs replaced."""
        values = [
            Tensor(moved.get(i, t._data), t.requires_grad and not self.plain)
            for i, t in enumerate(self.tensors)
        ]
        if not self.plain:
            return self._outputs(values)
        with no_grad():
            return self._outputs(values)

    def at(self, moved: dict[int, Array]) -> Array:
        """Give all output elements, one after the other, with some inputs replaced."""
        return flat(self.run(moved))

    def many(self, number: int, points: Array) -> Array:
        """Give a row of output elements for each of several values of one input: (points, outputs)."""
        if len(points) < 2 or self.tensors[number].size < STACK_FROM or not self._stacks(number):
            return np.array([self.at({number: point}) for point in points]).reshape(len(points), -1)
        return self._stacked(number, points)

    def _stacks(self, number: int) -> bool:
        """Find the axis of each output that grows with stacked copies, if they leave each other alone."""
        if number not in self.stacked_inputs:
            self.stacked_inputs[number] = None
            here = self.tensors[number]._data
            if here.ndim and here.size and all(np.prod(shape) for shape in self.shapes):
                self.stacked_inputs[number] = self._growing_axes(number, here)
        return self.stacked_inputs[number] is not None

    def _growing_axes(self, number: int, here: Array) -> list[int] | None:
        rng = np.random.default_rng(0)
        points = np.stack([here * (1 + 1e-2 * rng.uniform(-1, 1, here.shape)) for _ in range(3)])
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                outputs = self.run({number: points.reshape((-1, *here.shape[1:]))})
                axes = [_grown(s, t.shape, 3) for s, t in zip(self.shapes, outputs, strict=True)]
                if not axes or None in axes:
                    return None
                self.stacked_inputs[number] = found = [a for a in axes if a is not None]
                together = self._stacked(number, points)
                alone = np.array([self.at({number: point}) for point in points])
        except Exception:  # whatever a user's function says to inputs of another length
            return None
        finally:
            self.stacked_inputs[number] = None
        same = np.allclose(together, alone, rtol=1e-11, atol=1e-13, equal_nan=True)
        return found if same else None

    def _stacked(self, number: int, points: Array) -> Array:
        outputs = self.run({number: points.reshape((-1, *points.shape[2:]))})
        axes = self.stacked_inputs[number] or []
        rows = []
        for shape, axis, t in zip(self.shapes, axes, outputs, strict=True):
            split = t._data.reshape((*shape[:axis], len(points), *shape[axis:]))
            rows.append(np.moveaxis(split, axis, 0).reshape(len(points), -1))
        return np.concatenate(rows, axis=1)

    def block_size(self, number: int) -> int:
        """Give how many moved copies of an input to hold at a time: bounded memory, and what caches hold."""
        largest = max(self.tensors[number].size, self.base.size, 1)
        return int(max(1, min(MOST_STACKED, 2**22 // largest)))


def flat(outputs: Sequence[Tensor]) -> Array:
    """Give the elements of several outputs in one vector."""
    if len(outputs) == 1:
        return outputs[0]._data.reshape(-1)
    return np.concatenate([t._data.reshape(-1) for t in outputs]) if outputs else np.zeros(0)


def _grown(small: tuple[int, ...], large: tuple[int, ...], times: int) -> int | None:
    """Give the one axis that is ``times`` as long, if the shapes differ in nothing else."""
    if len(small) != len(large):
        return None
    differing = [axis for axis, (n, m) in enumerate(zip(small, large, strict=True)) if n != m]
    return (
        differing[0] if len(differing) == 1 and large[differing[0]] == times * small[differing[0]] else None
    )


def central(probe: Probe, number: int, eps: float, atol: float, rows: Callable[[Array], Array]) -> Slopes:
    """Central differences with respect to every element of one input, and its kinks.

    ``rows`` joins outputs into the rows that are compared: (points, outputs) to (points, rows).
    """
    here = probe.tensors[number]._data
    size = here.size
    base = probe.base
    columns = []
    suspects: list[tuple[int, int]] = []
    noise = 1e-15 * np.abs(base)
    lost = ~np.isfinite(base)
    step = probe.block_size(number)
    for start in range(0, size, step):
        elements = np.arange(start, min(start + step, size))
        up = probe.many(number, _moved(here, elements, eps))
        down = probe.many(number, _moved(here, elements, -eps))
        columns.append(rows((up - down) / (2 * eps)))
        gap = np.abs(up - 2 * base + down)
        slope = np.abs(up - base) + np.abs(base - down)
        odd = ~(gap <= 1e-2 * slope + 10 * (atol * eps + noise))
        odd[:, lost] = (up[:, lost] == up[:, lost]) | (down[:, lost] == down[:, lost])
        odd[:, lost] &= (up[:, lost] != base[lost]) | (down[:, lost] != base[lost])
        for row in np.flatnonzero(odd.any(axis=1)):
            size_of = np.where(np.isfinite(gap[row]), gap[row], np.inf) * odd[row]
            suspects.append((int(elements[row]), int(size_of.argmax())))
    jacobian = np.concatenate(columns).T if columns else np.zeros((rows(base[None]).shape[1], 0))
    found = Slopes(jacobian, np.zeros(size, bool))
    for element, output in suspects:
        kind, left, right = _side_slopes(probe, number, element, output, eps)
        if kind is not None:
            found.kinked[element] = True
            found.kinks.append((element, output, kind, left, right))
    return found


def _moved(here: Array, elements: Array, step: complex) -> Array:
    points = np.repeat(here[None], len(elements), axis=0)
    points.reshape(len(elements), -1)[np.arange(len(elements)), elements] += step
    return points


def _side_slopes(
    probe: Probe, number: int, element: int, output: int, eps: float
) -> tuple[Literal["kink", "jump", "edge"] | None, float, float]:
    """Tell a kink from a curve: with a tenth of the step a curve's two slopes are ten times as close.

    A kink nearer than the step, but not at the point, shows as slopes that are suddenly equal.
    """
    here = probe.tensors[number]._data
    base = float(probe.base[output])

    def sides(step: float) -> tuple[float, float]:
        up, down = (
            float(probe.at({number: _moved(here, np.array([element]), s)[0]})[output]) for s in (step, -step)
        )
        return (base - down) / step, (up - base) / step

    left, right = sides(eps)
    if not (np.isfinite(left) and np.isfinite(right)):
        return "edge", left, right
    near_left, near_right = sides(eps * CONFIRM)
    gap, near_gap = abs(right - left), abs(near_right - near_left)
    noise = 1e-14 * abs(base) / (eps * CONFIRM)
    if near_gap > 3 * gap and gap * eps > 1e-9 * max(abs(base), 1.0):  # below: rounding, which grows alike
        return "jump", near_left, near_right
    here_or_near = 0.5 * gap < near_gap < 2 * gap or near_gap < 0.02 * gap
    if here_or_near and gap > 10 * noise:
        return "kink", left, right
    return None, left, right


def complex_step(probe: Probe, number: int, rows: Callable[[Array], Array]) -> Array | None:
    """Slopes by one imaginary step an element: (rows, elements); None where an op drops that part."""
    here = probe.tensors[number]._data.astype(complex)
    size = here.size
    step = probe.block_size(number)
    blocks = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for start in range(0, size, step):
                elements = np.arange(start, min(start + step, size))
                blocks.append(probe.many(number, _moved(here, elements, 1j * IMAGINARY_STEP)))
    except Exception:  # a kernel that refuses complex numbers, in whatever words
        return None
    values = np.concatenate(blocks) if blocks else np.zeros((0, probe.base.size), complex)
    return rows(values.imag / IMAGINARY_STEP).T if values.dtype.kind == "c" else None


def takes_complex_step(probe: Probe, checked: Sequence[int], eps: float) -> bool:
    """Whether a complex step can be trusted.

    Every library op on the way must be linear or one of `ANALYTIC`; ops from outside the library are tried.
    Then complex step and central difference must agree along a random direction, on both sides of the point.
    """
    if not probe.plain or not np.isfinite(probe.base).all():
        return False
    with switched(capturing=True):
        outputs = probe._outputs(probe.tensors)
    for node in ancestors(t.node for t in outputs if t.node is not None):
        op = node.primitive
        ours = getattr(op.kernel, "__module__", "") or ""
        foreign = ours and not ours.startswith(("autograd_cnn", "numpy"))
        if not (op.name in ANALYTIC or foreign or (op.linear and op.linear >= set(op.rules))):
            return False
    rng = np.random.default_rng(1)
    moves = {i: rng.uniform(0.5, 1.0, probe.tensors[i].shape) for i in checked}
    here = {i: probe.tensors[i]._data for i in checked}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            turned = probe.at({i: here[i] + 1j * IMAGINARY_STEP * moves[i] for i in checked})
        up = probe.at({i: here[i] + eps * moves[i] for i in checked})
        down = probe.at({i: here[i] - eps * moves[i] for i in checked})
    except Exception:  # a kernel that refuses complex numbers, in whatever words
        return False
    if turned.dtype.kind != "c" or not np.isfinite(turned).all():
        return False
    slope = turned.imag / IMAGINARY_STEP
    spread = 1e-5 * np.abs(slope) + 1e-6 + 1e-15 * np.abs(probe.base) / eps * 10
    sides = [(up - probe.base) / eps, (probe.base - down) / eps]
    curved = 1e-2 * np.abs(slope) + spread
    return bool(
        np.all(np.abs((up - down) / (2 * eps) - slope) <= spread)
        and all(np.all(np.abs(side - slope) <= curved) for side in sides)
    )
