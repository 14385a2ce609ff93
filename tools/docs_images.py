"""Draw the pictures of the documentation anew: `python -m tools.docs_images [folder]`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

import autograd_cnn as ag
import viz
from examples.gradient_reach import DENSE, IMAGE, KERNEL

FOLDER = Path(__file__).parents[1] / "docs" / "images"
MAP = [[0, 1, 0, 4, 5], [2, 3, 2, 1, 3], [4, 4, 0, 4, 3], [2, 5, 2, 6, 4], [1, 0, 0, 5, 7]]


def routing_overlap() -> viz.Drawing:
    """The lecture's map, as in the README's fifteen lines."""
    x = ag.tensor(np.array([[MAP]], float), requires_grad=True)
    return viz.routing(ag.max_pool2d(x, 3, stride=1), cotangent=np.arange(1, 10).reshape(1, 1, 3, 3) / 10)


def ladder() -> viz.Drawing:
    """LeNet-5 with a loss."""
    rng = np.random.default_rng(0)
    images = ag.tensor(rng.normal(size=(4, 1, 32, 32)).astype(np.float32), name="images")
    return viz.draw(ag.cross_entropy(ag.models.LeNet5(rng=rng)(images), [3, 7, 1, 2]))


def reach(step: str) -> viz.Drawing:
    """A step of the network in examples/gradient_reach.py."""
    edges = ag.conv2d(ag.tensor(IMAGE, requires_grad=True, name="x"), ag.tensor(KERNEL, requires_grad=True))
    alive = ag.relu(edges)
    scores = ag.dense(ag.flatten(ag.avg_pool2d(alive, 2), 1), DENSE)
    logit = scores[0, 0]
    logit.name = "logit 0"
    return viz.routing({"convolution": edges, "relu": alive}[step], loss=logit)


IMAGES: Mapping[str, Callable[[], viz.Drawing]] = {
    "routing_overlap": routing_overlap,
    "ladder": ladder,
    "reach_convolution": lambda: reach("convolution"),
    "reach_relu": lambda: reach("relu"),
}


def main(folder: Path) -> None:
    for name, draw in IMAGES.items():
        print(draw().save(folder / f"{name}.svg"))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
