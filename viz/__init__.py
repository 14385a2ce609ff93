"""Draws what `autograd_cnn` computes: the ladder of forward and backward, graphs, single steps, curves.

Examples
--------
>>> import autograd_cnn as ag, viz
>>> x = ag.tensor([[[[1.0, 5.0], [2.0, 3.0]]]], requires_grad=True, name="x")
>>> drawing = viz.draw(ag.max_pool2d(x, 2).sum())
>>> drawing.scene.width
960.0
"""

from viz.animation.animation import Animation
from viz.animation.pooling import animate
from viz.canvas.drawing import Drawing
from viz.errors import (
    ConversionError,
    DrawingError,
    MissingConverterError,
    UndrawableError,
    UnknownFormatError,
    WriteError,
)
from viz.gradient_chart import gradient_chart
from viz.lecture.dense import dense_row
from viz.lecture.functions import function_plots
from viz.lecture.maps import MapPanel, maps
from viz.lecture.places import window_places
from viz.lecture.sliding import arithmetic, sliding_window
from viz.lecture.units import dead_units, unit_rows
from viz.lecture.volumes import volumes
from viz.line_chart import curves
from viz.networkx_export import to_networkx
from viz.page.page import Page, explore
from viz.picture.model import Picture
from viz.routes import routing
from viz.views import draw, picture_of

__all__ = [
    "Animation",
    "ConversionError",
    "Drawing",
    "DrawingError",
    "MapPanel",
    "MissingConverterError",
    "Page",
    "Picture",
    "UndrawableError",
    "UnknownFormatError",
    "WriteError",
    "animate",
    "arithmetic",
    "curves",
    "dead_units",
    "dense_row",
    "draw",
    "explore",
    "function_plots",
    "gradient_chart",
    "maps",
    "picture_of",
    "routing",
    "sliding_window",
    "to_networkx",
    "unit_rows",
    "volumes",
    "window_places",
]
