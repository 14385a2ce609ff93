"""Picture A: one pooling step, magnified, forward on the left and backward on the right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

import autograd_cnn as ag
from viz.canvas.drawing import Drawing
from viz.canvas.theme import check_theme
from viz.errors import UndrawableError
from viz.pooling.cut import plane_of
from viz.pooling.kept import learns_weights
from viz.pooling.layout import RoutingLayout
from viz.pooling.plane import Cell, Place, Plane, Slice
from viz.pooling.tables import text_form
from viz.pooling.view import View


def routing(
    pooled: ag.Tensor | ag.Routing,
    loss: ag.Tensor | None = None,
    cotangent: ArrayLike | ag.Tensor | None = None,
    sample: int = 0,
    channel: int = 0,
    theme: str = "light",
    spotlight: str | int | Cell | Place | None = None,
    slice: int | None = None,
) -> Drawing:
    """Draw where one pooling step sends each gradient: X and Y on the left, dY and dX on the right.

    Parameters
    ----------
    pooled : Tensor or Routing
        The result of a pooling whose graph is still there, or what `autograd_cnn.routing` gave.
    loss : Tensor, optional
        dY is its gradient; without loss and cotangent, dY is 1 everywhere (the picture says so).
    cotangent : array_like, optional
        dY itself, of the shape of ``pooled``.
    sample, channel : int
        Which plane is drawn; negative numbers count from the end.
    theme : {"light", "dark", "auto"}
        The colours.
    spotlight : str, int or (row, column), optional
        The window to outline, by letter, number or place; by default one that feeds the cell with most wins.
        Of three axes, (layer, row, column) also chooses the layer of windows that is drawn.
    slice : int, optional
        Of three axes, the depth of X that is drawn; by default the one where most windows meet in a cell.

    Returns
    -------
    Drawing
        ``.save("routing.svg")`` writes it (also png, pdf, json, txt).

    Raises
    ------
    UndrawableError
        Sample, channel, slice or spotlight is out of range; no theme has that name; a slice is given though
        there is no depth; a loss is given with a Routing.
    autograd_cnn.errors.GraphError
        The tensor was not made by a pooling, its graph is gone, or the loss does not depend on it.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([[[[1.0, 5.0, 2.0], [2.0, 3.0, 4.0]]]], requires_grad=True)
    >>> drawing = routing(ag.max_pool2d(x, 2, stride=1), cotangent=[[[[0.4, 0.7]]]])
    >>> drawing.scene.title
    'max_pool2d, window 2 × 2, stride 1: where each gradient goes'
    >>> "(0, 1): a + b = 0.4 + 0.7 = 1.1" in drawing.text
    True
    """
    check_theme(theme)
    plane = plane_behind(pooled, loss, cotangent, sample, channel, slice, spotlight)
    picture = RoutingLayout.of(plane, in_layer(spotlight))
    return Drawing(
        picture.scene(),
        text_form(picture.view, picture.show, picture.show_values),
        plane_data(plane, picture.view),
        theme,
    )


def plane_behind(
    pooled: ag.Tensor | ag.Routing,
    loss: ag.Tensor | None,
    cotangent: ArrayLike | ag.Tensor | None,
    sample: int,
    channel: int,
    slice: int | None = None,
    spotlight: str | int | Cell | Place | None = None,
) -> Plane:
    """The plane that `routing` draws; its arguments and errors are the same."""
    layer = spotlight[0] if isinstance(spotlight, tuple) and len(spotlight) == 3 else None
    if not isinstance(pooled, ag.Routing):
        cells = _plane_cells(pooled, sample, channel)
        routed = ag.routing(pooled, loss=loss, cotangent=cotangent, outputs=cells)
        plane = plane_of(routed, sample, channel, _follows_relu(pooled), slice, layer)
        return replace(plane, learns_weights=learns_weights(pooled))
    if loss is not None or cotangent is not None:
        raise UndrawableError("a Routing already holds its cotangent; give loss or cotangent to ag.routing")
    return plane_of(pooled, sample, channel, None, slice, layer)


def in_layer(spotlight: str | int | Cell | Place | None) -> str | int | Cell | None:
    """The spotlight without the layer that a place of three numbers names."""
    return spotlight[1:] if isinstance(spotlight, tuple) and len(spotlight) == 3 else spotlight


def _plane_cells(pooled: ag.Tensor, sample: int, channel: int) -> list[tuple[int, ...]]:
    """The output cells of the plane that is drawn; to follow those of a whole batch would take long."""
    if pooled.ndim < 3 or not all(-n <= i < n for i, n in zip((sample, channel), pooled.shape, strict=False)):
        return []  # refused later, in words
    first = (sample % pooled.shape[0], channel % pooled.shape[1])
    return [(*first, *place) for place in np.ndindex(*pooled.shape[2:])]


def _follows_relu(pooled: ag.Tensor) -> bool:
    node = pooled.node
    before = node.inputs[0] if node is not None and node.inputs else None
    return isinstance(before, ag.Node) and before.primitive.name == "relu"


def plane_data(plane: Plane, view: View) -> dict[str, object]:
    """The numbers behind the picture."""
    return {
        "op": plane.op,
        "ties": plane.ties,
        "window": plane.window,
        "stride": plane.stride,
        "padding_before": plane.before,
        "dilation": plane.dilation,
        "sample": plane.sample[0],
        "channel": plane.channel[0],
        "cotangent_source": plane.source,
        "X": plane.values,
        "Y": plane.outputs,
        "dY": plane.cotangents,
        "dX": plane.gradient,
        "windows": [
            {
                "name": view.name(window),
                "row": window.row,
                "column": window.column,
                "cotangent": window.cotangent,
                "sends_to": [
                    {"cell": plane.full(cell), "share": share}
                    for cell, share in (*window.shares, *window.elsewhere)
                ],
                "equal_losers": window.losers,
                "all_zero": window.all_zero,
            }
            for window in plane.windows
        ],
        "sum_dY": float(plane.cotangents.sum()),
        "sum_dX": float(plane.gradient.sum()),
        **_slice_data(plane.slice),
    }


def _slice_data(cut: Slice | None) -> dict[str, object]:
    if cut is None:
        return {}
    return {
        "slice": {
            "depth": cut.depth,
            "layer": cut.layer,
            "layers_here": cut.covering,
            "window": cut.window,
            "stride": cut.stride,
            "padding_before": cut.before,
            "dilation": cut.dilation,
            "sum_dY_all_depths": cut.sent,
            "sum_dX_all_depths": cut.received,
            "from_other_layers": [
                {"window": (w.layer, w.row, w.column), "cell": cell, "share": share, "cotangent": w.cotangent}
                for w in cut.hidden
                for cell, share in w.shares
            ],
        }
    }
