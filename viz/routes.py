"""`routing`: one call from a pooling, a gate, a convolution or a dense layer to its magnified drawing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

import autograd_cnn as ag
from viz.canvas.drawing import Drawing
from viz.canvas.theme import check_theme
from viz.errors import UndrawableError
from viz.pooling import picture as pooling
from viz.pooling.arguments import check_whole, plain_spotlight
from viz.pooling.kept import kept_words
from viz.reach.convolution import convolution_drawing
from viz.reach.dense import dense_drawing
from viz.reach.gate import gate_drawing, gate_of
from viz.reach.kernel import reach_of
from viz.reach.layer import layer_of
from viz.reach.placed import unpooling_of
from viz.reach.unpool import unpooling_drawing


def routing(
    y: ag.Tensor | ag.Routing,
    loss: ag.Tensor | None = None,
    cotangent: ArrayLike | ag.Tensor | None = None,
    sample: int = 0,
    channel: int | None = None,
    theme: str = "light",
    spotlight: Any = None,
    filter: int | None = None,
    slice: int | None = None,
) -> Drawing:
    """Draw where one step sends each gradient, forward on the left, backward on the right.

    A pooling shows its windows, with what each sends where. An elementwise function shows its gates: which
    gradients pass, and which are blocked. A convolution shows one output cell: the window, the kernel and
    their products, and the inputs and weights that its gradient reaches. A dense layer shows one output: its
    row of the weight, and what it sends to the inputs and to that row.

    Parameters
    ----------
    y : Tensor or Routing
        The result of one of these, its graph still there; or what `autograd_cnn.routing` gave.
    loss : Tensor, optional
        dY is its gradient; without loss and cotangent, dY is 1 everywhere (the picture says so).
    cotangent : array_like, optional
        dY itself, of the shape of ``y``.
    sample : int
        Which sample is drawn; negative numbers count from the end.
    channel : int, optional
        Which channel; of a convolution, which one of the input. The first (that the filter reads) when left
        out.
    theme : {"light", "dark", "auto"}
        The colours.
    spotlight : str, int or (row, column), optional
        What to outline. Pooling: a window, by letter, number or place; by default one that feeds the cell
        with most wins. Gates: a cell, by default the one that loses most. Convolution: the output cell, by
        default the one with the largest gradient. Dense layer: the output's number, by default likewise.
    filter : int, optional
        Of a convolution, which output channel; by default the one with the largest gradient.
    slice : int, optional
        Of a pooling over three axes, which depth of X is drawn, with one layer of the windows that cover it;
        what other depths send and get is told in words. By default the depth where most windows meet in a
        cell. The spotlight may name (layer, row, column).

    Returns
    -------
    Drawing
        ``.save("routing.svg")`` writes it (also png, pdf, json, txt).

    Raises
    ------
    UndrawableError
        Sample, channel, filter, slice or spotlight is out of range; no theme has that name; a slice is given
        where there are fewer than three axes; windows differ in size; a loss is given with a Routing, or a
        Routing follows some outputs only.
    autograd_cnn.errors.GraphError
        The tensor was made by something else, its graph is gone, or the loss does not depend on it.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([[[[1.0, 5.0, 2.0], [2.0, 3.0, 4.0]]]], requires_grad=True)
    >>> drawing = routing(ag.max_pool2d(x, 2, stride=1), cotangent=[[[[0.4, 0.7]]]])
    >>> drawing.scene.title
    'max_pool2d, window 2 × 2, stride 1: where each gradient goes'
    >>> "(0, 1): a + b = 0.4 + 0.7 = 1.1" in drawing.text
    True
    >>> gate = routing(ag.relu(x - 2.5), cotangent=[[[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]]])
    >>> "3 of 6 pass, sum of dY blocked = 0.8 (0.1 + 0.3 + 0.4)" in gate.text
    True
    """
    check_theme(theme)
    check_whole(sample=sample, channel=0 if channel is None else channel)
    check_whole(**{name: n for name, n in (("filter", filter), ("slice", slice)) if n is not None})
    with np.errstate(invalid="ignore", over="ignore"):  # NaN and inf are drawn as such
        return _drawn(y, loss, cotangent, sample, channel, theme, plain_spotlight(spotlight), filter, slice)


def _drawn(
    y: ag.Tensor | ag.Routing,
    loss: ag.Tensor | None,
    cotangent: Any,
    sample: int,
    channel: int | None,
    theme: str,
    spotlight: Any,
    filter: int | None,
    slice: int | None,
) -> Drawing:
    """Look at what made the tensor, and draw it."""
    if isinstance(y, ag.Routing):
        if loss is not None or cotangent is not None:
            raise UndrawableError(
                "a Routing already holds its cotangent; give loss or cotangent to ag.routing"
            )
        routed, saved = y, ""
    else:
        # without entries, to see what it is: those of a convolution may be many, and are not needed
        routed, saved = ag.routing(y, outputs=[]), kept_words(y)
    if not routed.output.size:
        raise UndrawableError(
            f"{routed.op} gave an array of shape {routed.output.shape}, which holds nothing to draw"
        )
    pools = routed.geometry is not None or routed.op.startswith("max_unpool")
    if slice is not None and (isinstance(routed.geometry, ag.ConvGeometry) or not pools):
        raise UndrawableError(f"{routed.op} has no slices; slice={slice} names a depth of a 3-d pooling")
    if isinstance(routed.geometry, ag.ConvGeometry):
        routed = _with_cotangent(y, routed, loss, cotangent, whole=False)
        return convolution_drawing(reach_of(routed, sample, channel, filter, spotlight, saved), theme)
    if filter is not None:
        raise UndrawableError(f"{routed.op} has no filters; filter={filter} names one of a convolution")
    if routed.weight is not None:
        routed = _with_cotangent(y, routed, loss, cotangent, whole=False)
        return dense_drawing(layer_of(routed, sample, spotlight, saved), theme)
    if y is routed and not routed.whole:
        raise UndrawableError("this Routing follows some outputs only; ask ag.routing without outputs=")
    if routed.op.startswith("max_unpool"):
        routed = _with_cotangent(y, routed, loss, cotangent, whole=True)
        return unpooling_drawing(unpooling_of(routed, sample, channel or 0, spotlight, slice=slice), theme)
    if routed.geometry is not None:
        return pooling.routing(y, loss, cotangent, sample, channel or 0, theme, spotlight, slice)
    routed = _with_cotangent(y, routed, loss, cotangent, whole=True)
    if not np.array_equal(routed.input_cells, routed.output_cells):
        raise UndrawableError(
            f"{routed.op} has no picture of this kind; poolings with windows of one size, "
            "elementwise functions, convolutions and dense layers have"
        )
    return gate_drawing(gate_of(routed, sample, channel or 0, spotlight, saved), theme)


def _with_cotangent(
    y: ag.Tensor | ag.Routing, known: ag.Routing, loss: ag.Tensor | None, cotangent: Any, whole: bool
) -> ag.Routing:
    """Give the routing with its true dY; with its entries where they are drawn."""
    if isinstance(y, ag.Routing):
        return known
    return ag.routing(y, loss=loss, cotangent=cotangent, outputs=None if whole else [])
