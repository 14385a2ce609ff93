"""What the pictures of gates, convolutions and dense layers refuse, and in which words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import autograd_cnn as ag
import viz

from .reach_samples import leaf, random


def refusals() -> dict[str, tuple[Callable[[], Any], str]]:
    image, kernel = leaf(random(1, 2, 4, 6, 6)), leaf(random(2, 6, 2, 3, 3))
    y = ag.conv2d(image, kernel, groups=2)
    z, d = ag.relu(image), ag.dense(leaf(random(1, 2, 3)), leaf(random(2, 4, 3)))
    return {
        "a theme": (lambda: viz.routing(y, theme="pink"), "no theme is called 'pink'"),
        "a sample": (lambda: viz.routing(y, sample=2), "sample 2 does not exist.*sample is -2 to 1"),
        "a filter": (lambda: viz.routing(y, filter=6), "filter 6 does not exist.*filter is -6 to 5"),
        "a channel": (lambda: viz.routing(y, channel=4), "channel 4 does not exist.*channel is -4 to 3"),
        "another group's channel": (
            lambda: viz.routing(y, filter=5, channel=0),
            "filter 5 of conv2d does not read channel 0: with 2 groups it reads 2 to 3",
        ),
        "an output cell": (
            lambda: viz.routing(y, spotlight=(4, 0)), r"no output cell \(4, 0\).*within \(4, 4\)"
        ),
        "an output by letter": (lambda: viz.routing(y, spotlight="a"), "no output cell 'a'"),
        "a sample by name": (lambda: viz.routing(y, sample="first"), "sample must be a whole number"),  # type: ignore[arg-type]
        "a filter of a gate": (lambda: viz.routing(z, filter=1), "relu has no filters"),
        "a gate's sample": (lambda: viz.routing(z, sample=5), "sample 5 does not exist"),
        "a gate's channel": (lambda: viz.routing(z, channel=-5), "channel -5 does not exist"),
        "a gate's cell": (
            lambda: viz.routing(z, spotlight=(9, 9)), r"no cell \(9, 9\); it shows \(0, 0\) to"
        ),
        "a dense layer's sample": (lambda: viz.routing(d, sample=2), "sample 2 does not exist"),
        "a dense layer's output": (lambda: viz.routing(d, spotlight=4), "no output 4; there are 0 to 3"),
        "volumes": (
            lambda: viz.routing(ag.conv3d(leaf(random(1, 1, 1, 3, 3, 3)), leaf(random(2, 1, 1, 2, 2, 2)))),
            "no plane to draw",
        ),
        "gates of volumes": (
            lambda: viz.routing(ag.relu(leaf(random(1, 1, 1, 2, 2, 2)))), "no plane to draw"
        ),
        "windows of several sizes": (
            lambda: viz.routing(ag.adaptive_avg_pool2d(image, 4)), "adaptive_avg_pool2d has no picture"
        ),
        "a moved tensor": (lambda: viz.routing(ag.reshape(image, (8, 36))), "reshape has no picture"),
        "some outputs only": (
            lambda: viz.routing(ag.routing(z, outputs=[(0, 0, 0, 0)])), "follows some outputs only"
        ),
        "a loss for a Routing": (
            lambda: viz.routing(ag.routing(z), loss=z.sum()), "already holds its cotangent"
        ),
    }  # fmt: skip


@pytest.mark.parametrize("name", refusals())
def test_what_cannot_be_drawn(name: str) -> None:
    act, words = refusals()[name]
    with pytest.raises(viz.UndrawableError, match=words):
        act()
