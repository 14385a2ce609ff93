"""What a page is about: the recorded graph, its gradient, and the picture of both, box by box."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import autograd_cnn as ag
from viz.errors import UndrawableError
from viz.picture.model import Picture
from viz.picture.snapshot import snapshot, snapshot_with_gradient
from viz.views import picture_of

MOST_NODES = 20_000


@dataclass(frozen=True)
class Subject:
    """A graph with its gradient (None where nothing wants one).

    ``things`` maps the ids of the picture's forward boxes to the Node, leaf Tensor or Source behind them.
    """

    graph: ag.Graph
    gradients: ag.GradientGraph | None
    picture: Picture
    things: Mapping[str, Any]


def subject_of(what: Any, examples: tuple[Any, ...]) -> Subject:
    """Find the graphs behind ``what``, as `viz.draw` does.

    Raises
    ------
    UndrawableError
        ``what`` is nothing that can be drawn, or its graph has too many nodes for a page.
    """
    if isinstance(what, ag.GradientGraph):
        _check_size(what.forward)
        return _with_gradient(what, [], picture_of(what).seeds)
    if isinstance(what, ag.Graph):
        _check_size(what)
        picture = picture_of(what)
        return Subject(what, None, picture, _things(picture, what))
    results = _results(what, examples)
    graph = ag.Graph.of(*results)
    _check_size(graph)
    if not results or not all(result.requires_grad for result in results):
        picture = snapshot(graph, results)
        return Subject(graph, None, picture, _things(picture, graph))
    cotangents = [None if result.size == 1 else np.ones(result.shape, result.dtype) for result in results]
    gradients = ag.gradient_graph(results, cotangents=cotangents)
    words = ["seed = 1" if cotangent is None else "seed = 1, assumed" for cotangent in cotangents]
    return _with_gradient(gradients, results, words)


def _check_size(graph: ag.Graph) -> None:
    if len(graph.nodes) > MOST_NODES:
        raise UndrawableError(
            f"a page holds at most {MOST_NODES:,} operations, and this graph has {len(graph.nodes):,}; "
            "explore a part of it, or use viz.draw"
        )


def _with_gradient(gradients: ag.GradientGraph, results: list[ag.Tensor], words: Any) -> Subject:
    picture = snapshot_with_gradient(gradients, results, tuple(words))
    return Subject(gradients.forward, gradients, picture, _things(picture, gradients.forward))


def _results(what: Any, examples: tuple[Any, ...]) -> list[ag.Tensor]:
    """The tensors that ``what`` is or gives; `picture_of` calls functions and refuses what is no tensor."""
    given: list[Any] = [what]
    if callable(what) and not isinstance(what, ag.Tensor):

        @functools.wraps(what, updated=())
        def recording(*inputs: Any) -> Any:
            given[0] = what(*inputs)
            return given[0]

        if isinstance(what, ag.nn.Module):
            recording.__signature__ = inspect.signature(what.forward)  # type: ignore[attr-defined]
        picture_of(recording, *examples, backward=False)
    elif examples or not isinstance(what, ag.Tensor):
        picture_of(what, *examples, backward=False)
    result = given[0]
    return [result] if isinstance(result, ag.Tensor) else list(result)


def _things(picture: Picture, graph: ag.Graph) -> dict[str, Any]:
    """Boxes of operations are in the graph's order; leaves and constants are what their edges lead from."""
    boxes = [box for box in picture.boxes if box.half == "forward" and box.kind == "op"]
    things: dict[str, Any] = {box.id: node for box, node in zip(boxes, graph.nodes, strict=True)}
    for edge in picture.edges:
        if edge.target in things and edge.source not in things:
            things[edge.source] = things[edge.target].inputs[edge.slot]
    for (box, _), (value, _) in zip(picture.outputs, graph.outputs, strict=True):
        things.setdefault(box, value)
    return things
