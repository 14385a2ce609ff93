"""Memory for time: compute a part of a network again in the backward pass instead of keeping its values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._graph import next_serial
from autograd_cnn._modes import MODE, switched
from autograd_cnn._reverse import pulled
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import StaleValueError
from autograd_cnn.lines import Line, user_line
from autograd_cnn.pytrees import check_same, flatten
from autograd_cnn.transforms._again import Draws, drawn_again, drawn_from, same_sketch, sketch
from autograd_cnn.transforms.custom import Arguments
from autograd_cnn.transforms.joint import Call, Joint, Layout
from autograd_cnn.transforms.operands import foreign_to, opened, results


@checked
def checkpoint(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function whose inner values are not kept for the backward pass, but computed again there.

    Only its arguments are kept. A chain of n equal steps in checkpointed runs of √n steps needs memory for
    2√n steps instead of n, and about a third more time.

    Parameters
    ----------
    fn : callable
        Takes Tensors or trees of them, gives a Tensor or a tree of Tensors of one dtype. It may use
        parameters from outside (a layer, a Sequential). It must give the same when it runs again: draws from
        NumPy generators that it is given or refers to are repeated, as those of the library's dropout are,
        and the running statistics of batch norms move once; other side effects happen twice.

    Returns
    -------
    callable
        Takes and gives what ``fn`` does, with the same gradients, of every order.

    Raises
    ------
    StaleValueError
        In the backward pass, when a parameter was assigned a new value since, or the function gave other
        values the second time, as one does that draws from a hidden generator. That is judged by one number
        for each 4096 values, up to rounding.
    StructureError
        In the backward pass, when ``fn`` gave something else the second time.

    Notes
    -----
    T. Chen et al., "Training deep nets with sublinear memory cost", 2016.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([1.0, 2.0], requires_grad=True)
    >>> y = ag.checkpoint(lambda x: ag.exp(ag.sin(x)))(x)
    >>> ag.saved_bytes(y).total
    0
    >>> y.sum().backward()
    >>> x.grad
    tensor([ 1.25338..., -1.03311...], dtype=float32)
    """
    name = getattr(fn, "__name__", type(fn).__name__)

    @wraps(fn)
    def recomputed(*args: Any, **kwargs: Any) -> Any:
        mode = MODE.get()
        if mode.tracing or not mode.recording:
            return fn(*args, **kwargs)
        arguments = Arguments((args, kwargs))
        operands = arguments.taken()
        start = next_serial()
        draws = drawn_from(fn, arguments.others)
        # recorded once, to learn which parameters it uses from outside; this record is dropped at the end
        inner = [opened(x) if x._wants else x for x in operands]
        with switched(draws=draws):
            value = _called(fn, arguments, inner)
        layout = Layout(name, value)
        foreign = foreign_to(results(name, value)[0], inner, start)
        joined = layout.joined(value)._data
        segment = _Segment(name, fn, arguments, layout, foreign, draws, start, joined)
        call = Call(layout, Tensor(joined), segment.run, segment.pull)
        primitive = _joint(name, len(operands))
        return layout.parted(apply(primitive, (*operands, *foreign), {"call": call}))

    return recomputed


def _called(fn: Callable[..., Any], arguments: Arguments, operands: Sequence[Any]) -> Any:
    args, kwargs = arguments.whole(operands)
    return fn(*args, **kwargs)


@lru_cache(maxsize=256)
def _joint(name: str, count: int) -> Joint:
    """Make the primitive of a checkpointed function: it keeps its operands, which come first."""
    return Joint(name, lambda n: range(count))


class _Segment:
    """What it takes to run a checkpointed function again."""

    def __init__(
        self,
        name: str,
        fn: Callable[..., Any],
        arguments: Arguments,
        layout: Layout,
        foreign: Sequence[Tensor],
        draws: Draws,
        start: int,
        joined: Any,
    ) -> None:
        self._name, self._fn, self._arguments, self._layout = name, fn, arguments, layout
        self._sketch = sketch(joined) if isinstance(joined, np.ndarray) else None
        self._foreign, self._draws, self._start = foreign, draws, start
        self._line: Line = user_line(2)

    def run(self, *values: Any) -> Any:
        """Compute the outputs from operands and foreign values."""
        with switched(again=True), drawn_again(self._draws):
            return _called(self._fn, self._arguments, values[: len(self._arguments.places)])

    def pull(self, g: Tensor, values: Sequence[Any]) -> Sequence[Any]:
        """Run the function again, recorded, and sweep through it."""
        recording = MODE.get().recording
        for leaf in self._foreign:
            if leaf.version > self._start:
                raise StaleValueError(
                    self._name,
                    f"{leaf.name or 'parameter'!r} was assigned a new value before this function ran again",
                    operands={leaf.name or "parameter": leaf},
                    fits="backward() before assign_()",
                    line=self._line,
                )
        inner = [opened(x) for x in values]
        with switched(recording=True, again=True), drawn_again(self._draws):
            value = _called(self._fn, self._arguments, inner)
        made = flatten(value)[1]
        check_same(self._name, "what the function gave when run again", self._layout.structure, made)
        with switched(recording=True):
            whole = self._layout.joined(value)
        self._check_values(whole._data)
        if not whole._wants:
            return [None] * (len(values) + len(self._foreign))
        return pulled([whole], [*inner, *self._foreign], [g], recording, through=False)

    def _check_values(self, values: Any) -> None:
        """Refuse a second run that differs from the first: its gradient would belong to another value."""
        if self._sketch is None or not isinstance(values, np.ndarray):
            return
        if not same_sketch(self._sketch, sketch(values)):
            raise StaleValueError(
                self._name,
                "it gave other values when it ran again",
                fits="a function of its arguments alone, that draws from a generator it refers to or outside",
                line=self._line,
            )
