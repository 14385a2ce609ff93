"""The routing of pooling as a film for slides: max pooling, and average pooling beside it.

python examples/animate_pooling.py [folder] [--gif]
"""

import sys
from pathlib import Path

import numpy as np

import autograd_cnn as ag
import viz

# The map of the lecture, and the gradients 0.1 to 0.9 that arrive at its nine windows a to i.
MAP = np.array([[0, 1, 0, 4, 5], [2, 3, 2, 1, 3], [4, 4, 0, 4, 3], [2, 5, 2, 6, 4], [1, 0, 0, 5, 7]], float)
INCOMING = np.arange(1, 10).reshape(1, 1, 3, 3) / 10


def main(folder: Path, gif: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    x = ag.tensor(MAP.reshape(1, 1, 5, 5), requires_grad=True, name="x")
    pools = {"max": ag.max_pool2d(x, 3, stride=1), "average": ag.avg_pool2d(x, 3, stride=1)}
    for name, pooled in pools.items():
        film = viz.animate(pooled, cotangent=INCOMING)
        print(f"{name} pooling, {film.seconds:.0f} seconds")
        for number, caption in enumerate(film.text, 1):
            print(f"  {number}. {caption}")
        # The SVG plays by itself in browsers, notebooks and Markdown pages; .png and .pdf give stills.
        film.save(folder / f"pooling_{name}.svg")
        if gif:
            film.save(folder / f"pooling_{name}.gif")  # needs the extra "draw", and some seconds
    print(
        f"saved pooling_max.svg and pooling_average.svg in {folder}{', and the same as .gif' if gif else ''}"
    )


if __name__ == "__main__":
    places = [argument for argument in sys.argv[1:] if argument != "--gif"]
    main(Path(places[0] if places else "out"), "--gif" in sys.argv)
