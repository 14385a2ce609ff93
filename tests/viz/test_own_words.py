"""A user's own primitive is drawn in its maker's words."""

import autograd_cnn as ag
import viz
from autograd_cnn.primitive import registry
from viz.canvas.scene import Text, walk

from .networks import leaf


def test_a_primitive_s_own_words_are_drawn():
    before = dict(registry)
    try:
        cube = ag.Primitive(
            "cube_of_a_user",
            lambda x: x * x * x,
            "x",
            shape=lambda x: x.shape,
            vjps={"x": lambda g, x: g * x * x * 3.0},
            title="the third power",
            meaning="times 3 squares",
        )
        drawing = viz.draw(cube(leaf(3)).sum())
        shown = {item.content for item in walk(drawing.scene.items) if isinstance(item, Text)}
        assert {"the third power", "times 3 squares"} <= shown
        assert "the third power" in drawing.text
    finally:
        registry.clear()
        registry.update(before)
