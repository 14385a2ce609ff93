"""Pooling's routing as a film of about a quarter of a minute, for slides."""

from __future__ import annotations

from numpy.typing import ArrayLike

import autograd_cnn as ag
from viz.animation.animation import Animation
from viz.animation.story import film_of
from viz.canvas.theme import check_theme
from viz.errors import UndrawableError
from viz.pooling.arguments import check_whole, plain_spotlight
from viz.pooling.layout import RoutingLayout
from viz.pooling.picture import in_layer, plane_behind, plane_data
from viz.pooling.plane import Cell, Place
from viz.pooling.tables import text_form


def animate(
    pooled: ag.Tensor | ag.Routing,
    loss: ag.Tensor | None = None,
    cotangent: ArrayLike | ag.Tensor | None = None,
    sample: int = 0,
    channel: int = 0,
    theme: str = "light",
    spotlight: str | int | Cell | Place | None = None,
    loop: bool = False,
    slice: int | None = None,
) -> Animation:
    """Show step by step how one pooling sends its gradients back: for slides, web pages, notebooks.

    A window scans X; the maximum goes to Y; its address drops to the switches; a gradient arrives in dY,
    follows the address to dX, and the losers get 0; a second window lands in the same cell and adds. Then
    all windows have done so, and that picture stays. For average, sum, weighted and Lp pooling the shares
    travel.

    Parameters
    ----------
    pooled : Tensor or Routing
        The result of a pooling whose graph is still there, or what `autograd_cnn.routing` gave. Of maps over
        12 x 12, the part that `routing` shows is shown.
    loss : Tensor, optional
        dY is its gradient; without loss and cotangent, dY is 1 everywhere (the picture says so).
    cotangent : array_like, optional
        dY itself, of the shape of ``pooled``.
    sample, channel : int
        Which plane is shown; negative numbers count from the end.
    theme : {"light", "dark", "auto"}
        The colours.
    spotlight : str, int or (row, column), optional
        The window to follow first, by letter, number or place; by default one that shares its winner.
    loop : bool
        Whether the animated SVG starts again at its end; without, its last picture stays. A GIF always
        starts again.
    slice : int, optional
        Of three axes, the depth of X that is shown, with one layer of windows; the default is that of
        `routing`.

    Returns
    -------
    Animation
        ``.save("pool.svg")`` or ``.save("pool.gif")`` writes it; ``.frames()`` gives a still for each step.

    Raises
    ------
    UndrawableError
        Sample, channel, slice or spotlight is out of range; no theme has that name; the pool has windows of
        several sizes; a loss is given with a Routing, or it follows some outputs only; no window sends
        anything to a cell shown.
    autograd_cnn.errors.GraphError
        The tensor was not made by a pooling, its graph is gone, or the loss does not depend on it.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([[[[1.0, 5.0, 2.0], [2.0, 3.0, 4.0]]]], requires_grad=True)
    >>> film = animate(ag.max_pool2d(x, 2, stride=1), cotangent=[[[[0.4, 0.7]]]])
    >>> film.text[4]
    'Window b won the same cell: two wins add, 0.4 + 0.7 = 1.1.'
    """
    check_theme(theme)
    if isinstance(pooled, ag.Routing) and not pooled.whole:
        raise UndrawableError("this Routing follows some outputs only; ask ag.routing without outputs=")
    check_whole(sample=sample, channel=channel, **({} if slice is None else {"slice": slice}))
    spotlight = plain_spotlight(spotlight)
    plane = plane_behind(pooled, loss, cotangent, sample, channel, slice, spotlight)
    layout = RoutingLayout.of(plane, in_layer(spotlight))
    film = film_of(layout, None if spotlight is None else layout.spotlight)
    told = text_form(layout.view, layout.show, layout.show_values)
    steps = [{"caption": step.caption, "start": step.start, "still": step.still} for step in film.steps]
    data = {**plane_data(plane, layout.view), "steps": steps, "seconds": film.seconds}
    return Animation(film, told, data, theme, loop)
