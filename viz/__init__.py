"""Draws what `autograd_cnn` computes: the ladder of forward and backward, graphs, pooling's routing, curves.

Examples
--------
>>> import autograd_cnn as ag, viz
>>> x = ag.tensor([[[[1.0, 5.0], [2.0, 3.0]]]], requires_grad=True, name="x")
>>> drawing = viz.draw(ag.max_pool2d(x, 2).sum())
>>> drawing.scene.width
960.0
"""

from viz.canvas.drawing import Drawing
from viz.errors import (
    ConversionError,
    DrawingError,
    MissingConverterError,
    UndrawableError,
    UnknownFormatError,
    WriteError,
)
from viz.line_chart import curves
from viz.networkx_export import to_networkx
from viz.picture.model import Picture
from viz.pooling.picture import routing
from viz.views import draw, picture_of

__all__ = [
    "ConversionError",
    "Drawing",
    "DrawingError",
    "MissingConverterError",
    "Picture",
    "UndrawableError",
    "UnknownFormatError",
    "WriteError",
    "curves",
    "draw",
    "picture_of",
    "routing",
    "to_networkx",
]
