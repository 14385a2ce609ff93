"""Finding where the first NaN or infinity was made, forward or backward."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd_cnn._modes import MODE, Mode, Place, switched
from autograd_cnn._tensor import Tensor
from autograd_cnn.abstract import Abstract
from autograd_cnn.errors import AnomalyError
from autograd_cnn.lines import Line


class _Text:
    """A text that prints without quotes among an error's operands."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


class _Watch:
    """An observer that looks at every value as it is made."""

    def __init__(self, outer: Mode, infinity: bool) -> None:
        self.outer, self._infinity = outer, infinity

    def saw(self, primitive: Any, inputs: tuple[Any, ...], settings: Mapping[str, Any], outputs: Any) -> None:
        """Refuse an output that holds a NaN (or an infinity), and say how it came about."""
        if self.outer.observer is not None:
            self.outer.observer.saw(primitive, inputs, settings, outputs)
        output = outputs[0] if isinstance(outputs, tuple) else outputs
        what = self._wrong(output)
        if what is None:
            return
        named = {
            primitive.input_name(at): value
            for at, value in enumerate(inputs)
            if isinstance(value, (Tensor, int, float))
        }
        bad = {name: wrong for name, value in named.items() if (wrong := self._wrong(value)) is not None}
        raise AnomalyError(
            *_place(primitive, what, bad),
            operands={name: _Text(described(value)) for name, value in named.items()},
            fits=(
                "finite values here: look at where this input comes from"
                if bad
                else "inputs within the range where this operation is finite"
            ),
            line=_line(),
        )

    def _wrong(self, value: Any) -> str | None:
        """Name what is not finite about a value; None when all is well or nobody can tell."""
        array = value._data if isinstance(value, Tensor) else np.asarray(value)
        if isinstance(array, Abstract) or array.dtype.kind != "f":
            return None
        if np.isnan(array).any():
            return "NaN"
        return "infinity" if self._infinity and np.isinf(array).any() else None


def _place(primitive: Any, what: str, bad: Mapping[str, str]) -> tuple[str, str]:
    """Say which operation it was, and whether the bad value came in or was made here."""
    if bad:
        came = " and ".join(f"{_one(wrong)} came in through {name}" for name, wrong in bad.items())
    else:
        came = f"this operation made {_one(what)}"
    return _attributed(primitive, came, MODE.get().place)


def _attributed(primitive: Any, came: str, place: Place) -> tuple[str, str]:
    """Name the operation at a place: its own name, or the forward operation whose gradient it serves."""
    where = " > ".join(f"{s.name} ({s.title})" for s in place.scope.path()) if place.scope else ""
    where = f", in {where}" if where else ""
    origin = place.origin
    if origin is None:
        return primitive.name, came + where
    forward = origin.node.primitive
    of = forward.input_name(origin.input) if origin.input is not None else "its inputs"
    reason = "" if origin.why == "rule" else f" ({origin.why})"
    return forward.name, f"in its gradient for {of}{reason}, at the step {primitive.name}: {came}{where}"


def in_tangent(error: AnomalyError, primitive: Any, position: int, place: Place, line: Line) -> AnomalyError:
    """Say of an anomaly in a forward rule whose rule it was: the step alone would tell the user nothing."""
    came = f"in its tangent for {primitive.input_name(position)}, at the step {error.op}: {error.problem}"
    line = place.origin.node.line if place.origin is not None else line
    operands = {name: _Text(text) for name, text in error.operands.items()}
    return AnomalyError(*_attributed(primitive, came, place), operands=operands, fits=error.fits, line=line)


def _one(what: str) -> str:
    return f"{'an' if what[0] in 'aeiou' else 'a'} {what}"


def _line() -> Line | None:
    """Give the forward line that a gradient belongs to; None for the line under way."""
    origin = MODE.get().place.origin
    return origin.node.line if origin is not None else None


def described(value: Any) -> str:
    """Write a value's dtype, shape and range, and how many elements are not finite."""
    if not isinstance(value, Tensor):
        return repr(value)
    array = value._data
    text = f"{array.dtype} {array.shape}"
    if array.dtype.kind != "f" or not array.size:
        return text
    finite = array[np.isfinite(array)]
    if finite.size:
        text += f" from {finite.min():.6g} to {finite.max():.6g}"
    counts = {
        "NaN": np.isnan(array).sum(),
        "+inf": (array == np.inf).sum(),
        "-inf": (array == -np.inf).sum(),
    }
    return text + "".join(f", {count} {name}" for name, count in counts.items() if count)


@contextmanager
def detect_anomaly(infinity: bool = True) -> Iterator[None]:
    """Raise at the operation that first makes a NaN or an infinity, in a value or in a gradient.

    Every result is looked at, and gradient rules run on Tensors, so it is slow: for finding a fault, not for
    training.

    Parameters
    ----------
    infinity : bool
        Whether infinities count too. Some computations mean them: a mask of -inf before a softmax.

    Raises
    ------
    AnomalyError
        It names the operation (for a gradient or a tangent the operation whose rule it was, and its line),
        whether the value was made there or came in, and the inputs' ranges.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([0.0, 4.0], requires_grad=True)
    >>> with ag.detect_anomaly():
    ...     ag.sqrt(x).sum().backward()
    Traceback (most recent call last):
    ...
    autograd_cnn.errors.AnomalyError: sqrt: in its gradient for x, ...
    """
    with switched(observer=_Watch(MODE.get(), infinity)), np.errstate(all="ignore"):
        yield
