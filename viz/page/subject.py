"""What a page is about: the recorded graph, its gradient, and the picture of both, box by box."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import autograd_cnn as ag
from viz.errors import UndrawableError
from viz.picture.model import Picture
from viz.picture.taking import argument_names, unchanged
from viz.views import picture_of

MOST_NODES = 20_000


@dataclass(frozen=True)
class Subject:
    """A graph with its gradient (None where nothing wants one).

    ``things`` maps the ids of the picture's forward boxes to the Node, leaf Tensor or Source behind them.
    ``inputs`` are what a function was called with: no graph keeps its constants alive, and a page shows them.
    """

    graph: ag.Recording
    gradients: ag.GradientGraph | None
    picture: Picture
    things: Mapping[str, Any]
    inputs: tuple[Any, ...] = ()


def subject_of(what: Any, examples: tuple[Any, ...]) -> Subject:
    """Find the graphs behind ``what``, as `viz.draw` does.

    Raises
    ------
    UndrawableError
        ``what`` is nothing that can be drawn, or its graph has too many nodes for a page.
    """
    if isinstance(what, ag.Graph):
        what = what.recording()
    if isinstance(what, (ag.GradientGraph, ag.Recording)):
        gradients = what if isinstance(what, ag.GradientGraph) else None
        graph = what.forward if isinstance(what, ag.GradientGraph) else what
        _check_size(graph)
        picture = picture_of(what)
        return Subject(graph, gradients, picture, _things(picture, graph))
    if callable(what) and not isinstance(what, ag.Tensor):
        argument_names(what, examples)  # refuses in words that fit what was given, not the recorder
        recorder = _Recorder(what)
        with unchanged(what):  # picture_of sees a plain function, whose running statistics it does not know
            picture = picture_of(recorder.function(), *examples)
        graph = ag.Graph.of(*recorder.results)
        _check_size(graph)
        return Subject(graph, recorder.gradients, picture, _things(picture, graph), recorder.inputs)
    if isinstance(what, ag.Tensor):
        _check_size(ag.Graph.of(what))
    picture = picture_of(what, *examples)
    results = [what] if isinstance(what, ag.Tensor) else list(what)
    graph = ag.Graph.of(*results)
    _check_size(graph)
    return Subject(graph, _gradients_of(results), picture, _things(picture, graph))


def _check_size(graph: ag.Recording) -> None:
    if len(graph.nodes) > MOST_NODES:
        raise UndrawableError(
            f"a page holds at most {MOST_NODES:,} operations, and this graph has {len(graph.nodes):,}; "
            "explore a part of it, or use viz.draw"
        )


def _gradients_of(results: list[ag.Tensor]) -> ag.GradientGraph | None:
    """The gradient with the cotangents that `viz.draw` assumes: 1 everywhere."""
    wanting = [result for result in results if result.requires_grad]
    if not wanting:
        return None
    cotangents = [None if result.size == 1 else np.ones(result.shape, result.dtype) for result in wanting]
    return ag.gradient_graph(wanting, cotangents=cotangents)


class _Recorder:
    """Keeps what a function takes and returns while `picture_of` calls it, and its gradient.

    That is taken at once, in the same mode.
    """

    def __init__(self, what: Callable[..., Any]) -> None:
        self.what = what
        self.inputs: tuple[Any, ...] = ()
        self.results: list[ag.Tensor] = []
        self.gradients: ag.GradientGraph | None = None

    def function(self) -> Callable[..., Any]:
        """A function with the name and the arguments of the given one."""

        def recording(*inputs: Any) -> Any:
            found = self.what(*inputs)
            made = found if isinstance(found, (list, tuple)) else [found]
            if all(isinstance(entry, ag.Tensor) for entry in made):
                self.inputs = inputs
                self.results = list(made)
                self.gradients = _gradients_of(self.results)
            return found

        recording.__name__ = str(getattr(self.what, "__name__", type(self.what).__name__))
        described = self.what.forward if isinstance(self.what, ag.nn.Module) else self.what
        with contextlib.suppress(TypeError, ValueError):  # built-in functions may not say their arguments
            recording.__signature__ = inspect.signature(described)  # type: ignore[attr-defined]
        return recording


def _things(picture: Picture, graph: ag.Recording) -> dict[str, Any]:
    """Boxes of operations are in the graph's order; leaves and constants are what their edges lead from."""
    boxes = [box for box in picture.boxes if box.half == "forward" and box.kind == "op"]
    things: dict[str, Any] = {box.id: node for box, node in zip(boxes, graph.nodes, strict=True)}
    for edge in picture.edges:
        if edge.target in things and edge.source not in things:
            things[edge.source] = things[edge.target].inputs[edge.slot]
    for (box, _), (value, _) in zip(picture.outputs, graph.outputs, strict=True):
        things.setdefault(box, value)
    return things
