"""`draw`: one call from a loss, a graph or a function to a finished drawing."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, Literal, get_args

import numpy as np

import autograd_cnn as ag
from viz.canvas.drawing import Drawing
from viz.diagram.drawing import diagram_drawing
from viz.errors import UndrawableError
from viz.ladder.drawing import ladder_drawing
from viz.picture.model import Picture
from viz.picture.snapshot import snapshot, snapshot_with_gradient

View = Literal["ladder", "forward", "backward", "graph"]
Overlay = Literal["bytes", "gradients"]


def draw(
    what: Any,
    *examples: Any,
    view: View = "ladder",
    depth: int | None = None,
    overlay: Overlay | None = None,
    theme: Literal["light", "dark", "auto"] = "light",
) -> Drawing:
    """Draw what was computed, and how its gradient flows back.

    Parameters
    ----------
    what : Tensor, sequence of Tensor, Graph, Recording, GradientGraph, or callable
        A result (most often a loss), its graph, or a function or module that is called with ``examples``.
    *examples : array or Tensor
        Arguments for a callable ``what``; arrays become tensors.
    view : {"ladder", "forward", "backward", "graph"}
        "ladder": forward, what is kept, and backward in one drawing. "forward" (or "graph"): the classic
        diagram of boxes and arrows. "backward": the classic diagram of the graph that computes the gradients.
    depth : int, optional
        Levels of modules to open; 0 folds a network into one box. By default the ladder opens the deepest
        level with at most 40 rows.
    overlay : {"bytes", "gradients"}, optional
        Numbers in the boxes: bytes of each result, or the largest absolute value of each gradient.
    theme : {"light", "dark", "auto"}
        Colours; "auto" follows the reader's system.

    Returns
    -------
    Drawing
        Shows itself in notebooks; ``.save("x.svg")`` and other suffixes write it.

    Raises
    ------
    UndrawableError
        ``what`` is none of the above, a view or overlay is unknown, or there is no gradient where one is
        asked for.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> w = ag.tensor([1.0, 2.0], requires_grad=True, name="w")
    >>> drawing = draw((w * w).sum())
    >>> print(drawing.text.splitlines()[4])
      2  multiply: length 2
    """
    if view not in get_args(View):
        raise UndrawableError(f"no view is called {view!r}; there are {', '.join(map(repr, get_args(View)))}")
    if overlay is not None and overlay not in get_args(Overlay):
        raise UndrawableError(f"no overlay is called {overlay!r}; there are {get_args(Overlay)}")
    picture = picture_of(what, *examples, backward=view in ("ladder", "backward"))
    if view == "backward" and not picture.has_backward:
        raise UndrawableError(
            "the backward view needs a tensor that wants gradients, or a GradientGraph; this graph has none"
        )
    if view == "ladder":
        return ladder_drawing(picture, depth, overlay, theme)
    return diagram_drawing(picture, view, depth, overlay, theme)


def picture_of(what: Any, *examples: Any, backward: bool = True) -> Picture:
    """The picture model of ``what`` (see `draw`), with a backward half if it has one and it is asked for."""
    if isinstance(what, ag.GradientGraph):
        return snapshot_with_gradient(what, (), _seed_words(what.seeds))
    if isinstance(what, ag.Graph):
        return snapshot(what.recording())
    if isinstance(what, ag.Recording):
        return snapshot(what)
    results = _results(what, examples)
    if not backward or not all(result.requires_grad for result in results):
        return snapshot(ag.Graph.of(*results), results)
    cotangents = [None if result.size == 1 else np.ones(result.shape, result.dtype) for result in results]
    gradients = ag.gradient_graph(results, cotangents=cotangents)
    assumed = ["" if cotangent is None else ", assumed" for cotangent in cotangents]
    words = [word + more for word, more in zip(_seed_words(gradients.seeds), assumed, strict=True)]
    return snapshot_with_gradient(gradients, results, words)


def _seed_words(seeds: Sequence[ag.Tensor]) -> list[str]:
    words = []
    for seed in seeds:
        values = np.unique(seed.data) if seed.size else np.zeros(0)
        words.append(f"seed = {values[0]:.4g}" if values.size == 1 else "seed, as given")
    return words


def _results(what: Any, examples: tuple[Any, ...]) -> list[ag.Tensor]:
    if callable(what) and not isinstance(what, ag.Tensor):
        return _tensors(_called(what, examples), f"what {_name_of(what)} returned")
    if examples:
        raise UndrawableError(f"examples are for a function to call, and {type(what).__name__} is none")
    return _tensors(what, "what")


def _tensors(value: Any, role: str) -> list[ag.Tensor]:
    if isinstance(value, ag.Tensor):
        return [value]
    if isinstance(value, (list, tuple)) and value and all(isinstance(entry, ag.Tensor) for entry in value):
        return list(value)
    raise UndrawableError(
        f"{role} has the type {type(value).__name__}; a Tensor, Tensors, a Graph or a function fits"
    )


def _called(function: Callable[..., Any], examples: tuple[Any, ...]) -> Any:
    """Call with tensors; where nothing wanted a gradient, call again with inputs that do."""
    names = _argument_names(function, len(examples))
    result = function(*_inputs(examples, names, wanted=False))
    made = result if isinstance(result, (list, tuple)) else [result]
    if any(isinstance(entry, ag.Tensor) and entry.requires_grad for entry in made):
        return result
    return function(*_inputs(examples, names, wanted=True))


def _inputs(examples: tuple[Any, ...], names: Sequence[str | None], *, wanted: bool) -> list[Any]:
    inputs: list[Any] = []
    for example, name in zip(examples, names, strict=True):
        if isinstance(example, ag.Tensor):
            inputs.append(example)
            continue
        array = np.asarray(example)
        wants = wanted and (array.dtype.kind == "f" or isinstance(example, float))
        inputs.append(ag.tensor(example, requires_grad=wants, name=name))
    return inputs


def _argument_names(function: Callable[..., Any], count: int) -> list[str | None]:
    forward = function.forward if isinstance(function, ag.nn.Module) else function
    try:
        parameters = list(inspect.signature(forward).parameters.values())
    except (TypeError, ValueError):
        return [None] * count
    names: list[str | None] = [
        entry.name
        for entry in parameters
        if entry.kind in (entry.POSITIONAL_ONLY, entry.POSITIONAL_OR_KEYWORD)
    ]
    return (names + [None] * count)[:count]


def _name_of(function: Any) -> str:
    return str(getattr(function, "__name__", type(function).__name__))
