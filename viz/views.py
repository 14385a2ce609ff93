"""`draw`: one call from a loss, a graph, a function or a network to a finished drawing."""

from __future__ import annotations

from typing import Any, Literal, get_args

from viz.canvas.drawing import Drawing
from viz.canvas.theme import THEMES
from viz.diagram.drawing import diagram_drawing
from viz.errors import UndrawableError
from viz.ladder.drawing import ladder_drawing
from viz.picture.taking import picture_of

__all__ = ["Overlay", "View", "draw", "picture_of"]

View = Literal["ladder", "forward", "backward", "graph"]
Overlay = Literal["bytes", "gradients"]


def draw(
    what: Any,
    *examples: Any,
    view: View = "ladder",
    depth: int | None = None,
    overlay: Overlay | None = None,
    theme: Literal["light", "dark", "auto"] = "light",
    order: int = 1,
    pages: bool = False,
) -> Drawing:
    """Draw what is computed, and how its gradient flows back.

    Parameters
    ----------
    what : Tensor, sequence of Tensor, Graph, Recording, GradientGraph, Picture, or callable
        A result (most often a loss), its graph, a snapshot of `picture_of`, or a function or module that is
        called with ``examples``.
    *examples : array, Tensor, or tuple of int
        Arguments for a callable ``what``. Arrays become tensors. A tuple of whole numbers is a shape: then
        only shapes are worked out, and a network of any size is drawn without data.
    view : {"ladder", "forward", "backward", "graph"}
        "ladder": forward, what is kept, and backward in one drawing. "forward" (or "graph"): the classic
        diagram of boxes and arrows. "backward": the classic diagram of the graph that computes the gradients.
    depth : int, optional
        Levels of modules to open; 0 folds a network into one box. By default the deepest level with at most
        40 rows. Equal blocks in a row fold into one, "× 3".
    overlay : {"bytes", "gradients"}, optional
        Numbers in the boxes: bytes of each result, or the largest absolute value of each gradient.
    theme : {"light", "dark", "auto"}
        Colours; "auto" follows the reader's system.
    order : int
        Derivatives in the ladder, one more column each: 2 adds the gradient of all first gradients' sum
        (the Hessian times ones).
    pages : bool
        Cut a ladder of more than 40 rows into pages where the fewest wires cross. ``.save("x.pdf")`` writes
        them as one file, ``.save("x.png")`` as x-1.png, x-2.png, and so on.

    Returns
    -------
    Drawing
        Shows itself in notebooks; ``.save("x.svg")`` and other suffixes write it.

    Raises
    ------
    UndrawableError
        ``what`` is none of the above or lacks an example, a view, overlay or theme is unknown, or there is
        no gradient where one is asked for.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> w = ag.tensor([1.0, 2.0], requires_grad=True, name="w")
    >>> drawing = draw((w * w).sum())
    >>> print(drawing.text.splitlines()[6])
      2  multiply: length 2
    """
    for role, name, known in (("view", view, get_args(View)), ("theme", theme, tuple(THEMES))):
        if name not in known:
            raise UndrawableError(f"no {role} is called {name!r}; there are {', '.join(map(repr, known))}")
    if overlay is not None and overlay not in get_args(Overlay):
        raise UndrawableError(f"no overlay is called {overlay!r}; there are {get_args(Overlay)}")
    picture = picture_of(what, *examples, backward=view in ("ladder", "backward"), order=order)
    if view == "backward" and not picture.has_backward:
        raise UndrawableError(
            "the backward view needs a tensor that wants gradients, or a GradientGraph; this graph has none"
        )
    if view == "ladder":
        return ladder_drawing(picture, depth, overlay, theme, pages=pages)
    return diagram_drawing(picture, view, depth, overlay, theme)
