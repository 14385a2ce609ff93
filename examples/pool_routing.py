"""Where max pooling sends its gradients: windows that overlap, and ties, under each of the three policies.

python examples/pool_routing.py [folder]
"""

import sys
from pathlib import Path
from textwrap import indent
from typing import Literal

import numpy as np

import autograd_cnn as ag
import viz

# The map of the lecture. Its nine 3 x 3 windows at stride 1 are called a to i, row by row.
MAP = np.array([[0, 1, 0, 4, 5], [2, 3, 2, 1, 3], [4, 4, 0, 4, 3], [2, 5, 2, 6, 4], [1, 0, 0, 5, 7]], float)
# The gradient that arrives at each window's result: 0.1 for a, 0.2 for b, ... 0.9 for i.
INCOMING = np.arange(1, 10).reshape(1, 1, 3, 3) / 10


def show(ties: Literal["first", "last", "split"], folder: Path) -> None:
    x = ag.tensor(MAP.reshape(1, 1, 5, 5), requires_grad=True, name="x")
    pooled = ag.max_pool2d(x, 3, stride=1, ties=ties)

    # The routing as data: a row for each pair of a window and a cell that gets some of its gradient.
    routing = ag.routing(pooled, cotangent=INCOMING)
    arrivals: dict[tuple[int, int], list[str]] = {}
    for row, window in enumerate(routing.windows):
        _, _, i, j = routing.input_cells[row].tolist()  # sample, channel, place
        share = "" if routing.coefficients[row] == 1 else f" x {routing.coefficients[row]:.3g}"
        arrivals.setdefault((i, j), []).append(f"{'abcdefghi'[window]} {routing.cotangents[row]:.1f}{share}")

    # The same by `backward`: what a cell gets is the sum over the windows that it wins.
    pooled.backward(INCOMING)
    assert x.grad is not None
    gradient = x.grad.data[0, 0]
    print(f'ties="{ties}"')
    for cell, terms in sorted(arrivals.items()):
        print(f"  {cell} gets {' + '.join(terms)} = {gradient[cell]:.4g}")
    print(indent(np.array2string(gradient, precision=3, suppress_small=True), "  "))
    print(f"  sent {INCOMING.sum():.4g}, arrived {gradient.sum():.4g}\n")

    viz.routing(routing).save(folder / f"routing_{ties}.svg")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    print(f"x =\n{MAP}\n")
    print("Window a holds the largest number, 4, twice, and window b three times. Who gets the gradient?\n")
    show("first", folder)  # as most libraries do: the first in reading order gets all
    show("last", folder)
    show("split", folder)  # equal shares; the sum stays the same
    print(f"saved routing_first.svg, routing_last.svg and routing_split.svg in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "out"))
