"""How tensors and graphs show themselves in a notebook, where `viz` is installed: as their ladder."""

from __future__ import annotations

import autograd_cnn as ag
from viz.canvas.standalone import notebook_bundle
from viz.errors import DrawingError
from viz.picture.model import Picture
from viz.views import draw, picture_of

MOST_BOXES = 200
MOST_LINES = 200

Shown = ag.Tensor | ag.Graph | ag.Recording | ag.GradientGraph


def mimebundle(what: Shown) -> dict[str, str]:
    """What a notebook shows: text always, and a drawing where something was recorded.

    Large graphs, and graphs whose kept values are freed, show as text.

    Parameters
    ----------
    what : Tensor, Graph, Recording or GradientGraph
        What the cell gave.

    Returns
    -------
    dict
        From MIME type to content.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([1.0, 2.0], requires_grad=True)
    >>> sorted(mimebundle(x)), sorted(mimebundle((x * x).sum()))
    (['text/plain'], ['image/svg+xml', 'text/html', 'text/plain'])
    """
    bundle = {"text/plain": _text(what)}
    if isinstance(what, ag.Tensor) and what.node is None:
        return bundle
    try:
        forward: Picture = picture_of(what, backward=False)
        if len(forward.boxes) <= MOST_BOXES:
            drawing = draw(what, theme="auto")
            return notebook_bundle(drawing.svg(), drawing.scene.title, bundle["text/plain"])
    except (DrawingError, ag.AutogradError):
        # A display must never fail; the text is there.
        return bundle
    return bundle


def _text(what: Shown) -> str:
    """A traced graph as its program, unless that is long."""
    if isinstance(what, ag.Graph) and len(what.entries) <= MOST_LINES:
        return str(what)
    return repr(what)
