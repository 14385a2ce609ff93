"""Section 5: un-pooling, or where the gradient of a maximum goes.

Run it with ``python examples/lecture/05_unpooling.py [--out FOLDER]``.

"While backpropagating we only preserve the max nodes": the gradient of a pooled value goes, whole, to the
place of the maximum in its window. Every other place gets zero from that window. Where windows overlap, one
place can win several of them, and gets the sum.
"""

import numpy as np
from lesson import Row, compare, options

import autograd_cnn as ag
import viz

MAP = np.array([[0, 1, 0, 4, 5], [2, 3, 2, 1, 3], [4, 4, 0, 4, 3], [2, 5, 2, 6, 4], [1, 0, 0, 5, 7]], float)
SMALL = np.array([[6, 6, 6, 6], [4, 5, 5, 4], [2, 4, 4, 2], [2, 4, 4, 2]], float)
INCOMING = np.arange(1, 10).reshape(1, 1, 3, 3) / 10  # 0.1 for window a, ... 0.9 for window i

# What the lecture says arrives, cell by cell; every cell that is not named gets 0.
ARRIVES = {
    "first": {(0, 3): 0.2, (0, 4): 0.3, (2, 0): 0.1, (3, 1): 1.1, (3, 3): 1.9, (4, 4): 0.9},
    "last": {(0, 4): 0.3, (2, 1): 0.1, (2, 3): 0.2, (3, 1): 1.1, (3, 3): 1.9, (4, 4): 0.9},
    "split": {
        (0, 3): 0.2 / 3,
        (0, 4): 0.3,
        (2, 0): 0.05,
        (2, 1): 0.05 + 0.2 / 3,
        (2, 3): 0.2 / 3,
        (3, 1): 1.1,
        (3, 3): 1.9,
        (4, 4): 0.9,
    },
}
# Which cells hold the maximum of each window of the 5 x 5 map; a and b have several.
WINNERS = [
    [(2, 0), (2, 1)],
    [(0, 3), (2, 1), (2, 3)],
    [(0, 4)],
    [(3, 1)],
    [(3, 3)],
    [(3, 3)],
    [(3, 1)],
    [(3, 3)],
    [(4, 4)],
]


def winners(plane: np.ndarray, window: int, stride: int) -> list[list[tuple[int, int]]]:
    """For each window, the cells that get some of its gradient when equal maxima share."""
    x = ag.tensor(plane[None, None], requires_grad=True)
    routing = ag.routing(ag.max_pool2d(x, window, stride=stride, ties="split"))
    found: list[list[tuple[int, int]]] = [[] for _ in range(routing.output[0, 0].size)]
    for number, cell in zip(routing.windows, routing.input_cells, strict=True):
        found[number].append((int(cell[2]), int(cell[3])))
    return [sorted(cells) for cells in found]


def main() -> None:
    out = options(__doc__).out

    compare(
        "Who holds the maximum? (row, column), 5 x 5 map, windows 3 x 3, stride 1",
        [
            Row(f"window {letter}" + (", a tie" if len(cells) > 1 else ""), cells, found)
            for letter, cells, found in zip("abcdefghi", WINNERS, winners(MAP, 3, 1), strict=True)
        ],
    )

    # A tie has to be settled. Most libraries let the first place in reading order win; "split" shares.
    for ties, arrives in ARRIVES.items():
        x = ag.tensor(MAP[None, None], requires_grad=True, name="x")
        pooled = ag.max_pool2d(x, 3, stride=1, ties=ties)
        drawing = viz.routing(pooled, cotangent=INCOMING)
        drawing.save(out / f"unpooling_{ties}.svg")
        pooled.backward(INCOMING)
        gradient = x.grad.numpy()[0, 0]
        elsewhere = [gradient[cell] for cell in np.ndindex(5, 5) if cell not in arrives]
        compare(
            f"What arrives when ties go to: {ties}",
            [
                *(Row(f"cell {cell}", value, gradient[cell]) for cell, value in arrives.items()),
                Row(f"the other {len(elsewhere)} cells, largest", 0, max(elsewhere)),
                Row("in total (0.1 + ... + 0.9 was sent)", 4.5, gradient.sum()),
            ],
        )

    # Un-pooling is also an operation of its own: a decoder for segmentation puts values back.
    values, places = ag.max_pool2d(MAP[None, None], 3, stride=2, return_indices=True)
    back = ag.max_unpool2d(values, places, 3, stride=2, output_size=(5, 5)).numpy()[0, 0]
    print(f"\nmax_unpool2d puts the pooled {values.numpy()[0, 0].tolist()} back to their places:\n{back}")
    viz.maps(
        {"map": MAP, "max, stride 2": values, "max_unpool": back},
        title="Pool, then un-pool",
        subtitle="Each maximum returns to the place that it came from; the rest is lost and becomes 0.",
    ).save(out / "max_unpool.svg")

    compare(
        "The 4 x 4 map, windows 2 x 2: every window ties",
        [
            Row(f"window {letter}", cells, found)
            for letter, cells, found in zip(
                "abcd",
                [[(0, 0), (0, 1)], [(0, 2), (0, 3)], [(2, 1), (3, 1)], [(2, 2), (3, 2)]],
                winners(SMALL, 2, 2),
                strict=True,
            )
        ],
    )
    x = ag.tensor(SMALL[None, None], requires_grad=True, name="x")
    pooled = ag.max_pool2d(x, 2, ties="split")
    viz.routing(pooled, cotangent=np.arange(1, 5).reshape(1, 1, 2, 2) / 10).save(out / "unpooling_4x4.svg")
    print("\nsaved unpooling_first.svg, unpooling_last.svg, unpooling_split.svg, unpooling_4x4.svg,")
    print(f"max_unpool.svg in {out}")


if __name__ == "__main__":
    main()
