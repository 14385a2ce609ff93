"""Section 4: pooling, every function of the slide, its erratum, and what pooling is good for.

Run it with ``python examples/lecture/04_pooling.py [--out FOLDER] [--quick]``.

A pooling layer replaces each neighbourhood of a map by one number that sums it up. Fewer numbers are left to
compute with, and they change less when the image moves a little; the second half of this script measures it.
"""

from pathlib import Path

import numpy as np
from lesson import Row, compare, options

import autograd_cnn as ag
import viz

MAP = np.array([[0, 1, 0, 4, 5], [2, 3, 2, 1, 3], [4, 4, 0, 4, 3], [2, 5, 2, 6, 4], [1, 0, 0, 5, 7]], float)
SMALL = np.array([[6, 6, 6, 6], [4, 5, 5, 4], [2, 4, 4, 2], [2, 4, 4, 2]], float)
POOLS = {
    "max": ag.max_pool2d,
    "average": ag.avg_pool2d,
    "sum": ag.sum_pool2d,
    "L2 norm": ag.lp_pool2d,
    "weighted": ag.weighted_pool2d,
}


def pool(function, plane: np.ndarray, window: int, stride: int) -> np.ndarray:
    """Pool one plane: (H, W) becomes (1, 1, H, W) and back."""
    return function(plane[None, None], window, stride=stride).numpy()[0, 0]


def main() -> None:
    chosen = options(__doc__)
    out = chosen.out

    dense = pool(ag.max_pool2d, MAP, 3, 1)
    sparse = pool(ag.max_pool2d, MAP, 3, 2)
    corner = MAP[2:5, 2:5]
    compare(
        "Max pooling of the 5 x 5 map, windows 3 x 3",
        [
            Row("stride 1", [[4, 4, 5], [5, 6, 6], [5, 6, 7]], dense),
            Row("stride 2", [[4, 5], [5, 7]], sparse),
            Row("stride 2, lower right, as the slide prints it", 6, sparse[1, 1], "that window holds the 7"),
        ],
    )
    print(
        f"\nThe erratum: at stride 2 the window at the lower right covers rows and columns 2 to 4,\n{corner}"
    )
    print(f"whose largest number is {corner.max():g}, in its last corner. The slide has 6, the largest")
    print(f"of the window one to the left, {MAP[2:5, 1:4].max():g}. With either stride the last window ends")
    print(f"in the map's last corner, so both results must end in the same number, {dense[-1, -1]:g}.")
    viz.maps(
        {
            "map": viz.MapPanel(
                MAP, frame=(2, 2, 3, 3), rings=((4, 4),), note="the window at the lower right"
            ),
            "max, stride 1": dense,
            "max, stride 2": viz.MapPanel(sparse, struck={(1, 1): "6"}, note="the slide prints 6"),
        },
        title="Max pooling 3 × 3, and an erratum",
        subtitle="At stride 2 the last window holds the 7, so its largest number is 7, not 6.",
    ).save(out / "pooling_erratum.svg")

    small = {name: pool(function, SMALL, 2, 2) for name, function in POOLS.items()}
    compare(
        "The 4 x 4 map, windows 2 x 2, stride 2",
        [
            Row("max", [[6, 6], [4, 4]], small["max"]),
            Row("average", [[5.25, 5.25], [3, 3]], small["average"]),
            Row("sum", [[21, 21], [12, 12]], small["sum"]),
            Row("L2 norm: root of 6² + 6² + 4² + 5², ...", np.sqrt([[113, 113], [40, 40]]), small["L2 norm"]),
            Row("weighted: all four equally far, so as average", small["average"], small["weighted"]),
        ],
    )

    # The weights of the last one fall with the distance d from the window's centre: 1 / (1 + d).
    d = np.hypot(*np.mgrid[-1:2, -1:2])
    weights = 1 / (1 + d)
    by_hand = [
        [(MAP[i : i + 3, j : j + 3] * weights).sum() / weights.sum() for j in range(3)] for i in range(3)
    ]
    compare(
        "Weighted by distance, the 5 x 5 map at stride 1",
        [
            Row("weights (middle row)", weights[1], [0.5, 1.0, 0.5]),
            Row("by hand", by_hand, pool(ag.weighted_pool2d, MAP, 3, 1)),
        ],
    )
    shown = {"5 × 5 map": MAP} | {
        name: pool(function, MAP, 3, 1).round(2) for name, function in POOLS.items()
    }
    shown |= {"4 × 4 map": SMALL} | {f"{name} ": values.round(2) for name, values in small.items()}
    viz.maps(
        shown,
        per_row=6,
        title="Five ways to sum up a window",
        subtitle="Above: 3 × 3, stride 1. Below: 2 × 2, stride 2. Weight: 1 / (1 + distance to centre).",
    ).save(out / "poolings.svg")

    stay(200 if chosen.quick else 1000, out)
    print("\nsaved pooling_erratum.svg, poolings.svg, invariance_maps.svg,")
    print(f"invariance_shift.svg, invariance_rotate.svg in {out}")


def stay(count: int, out: Path) -> None:
    """Move real digits a little, and measure how many outputs stay, with and without pooling."""
    images = ag.data.digits(size=32, border=4).train.images[:count]
    features = edges(images)
    layers = {
        "no pooling": lambda maps: maps,
        "max 2 × 2": lambda maps: ag.max_pool2d(maps, 2).numpy(),
        "max 4 × 4": lambda maps: ag.max_pool2d(maps, 4).numpy(),
        "max 6 × 6": lambda maps: ag.max_pool2d(maps, 6).numpy(),
        "average 4 × 4": lambda maps: ag.avg_pool2d(maps, 4).numpy(),
    }
    before = {name: layer(features) for name, layer in layers.items()}
    experiments = {
        "shift right by (pixels)": [(step, move(images, right=step)) for step in (0, 1, 2, 3, 4)],
        "rotate by (degrees)": [(angle, move(images, angle)) for angle in (0, 5, 10, 15, 20)],
    }
    print(f"\nHow many outputs stay? {count} digits of 32 x 32, four edge filters and ReLU, then pooling.")
    print("Counted are outputs above a tenth of the layer's largest, before or after;")
    print("one stays when it changes by at most a fifth of the layer's largest.")
    for what, moved in experiments.items():
        print(f"\n{what:24}" + "".join(f"{amount:>8}" for amount, _ in moved))
        answers = [edges(image) for _, image in moved]
        curves = {}
        for name, layer in layers.items():
            shares = [100 * share(before[name], layer(answer)) for answer in answers]
            print(f"{name:24}" + "".join(f"{percent:7.0f}%" for percent in shares))
            amounts = [amount for amount, _ in moved]
            curves[f"{name} %"] = list(zip(amounts, shares, strict=True))
        verb = what.split()[0]
        viz.curves(
            curves, title=f"{verb} a digit: how many of a layer's outputs stay?".capitalize(), x_label=what
        ).save(out / f"invariance_{verb}.svg")
    print("\nThe wider the windows, the more stays: a maximum does not mind where in its window it lies.")
    print("An average helps with small moves, and less with larger ones.")

    digit, shifted = images[:1], move(images[:1], right=1)
    shown = {}
    for name, image in (("digit", digit), ("shifted by 1", shifted)):
        maps = edges(image)
        shown[name] = image
        shown[f"{name}: edges"] = maps[0, 0]
        shown[f"{name}: max 4 × 4"] = viz.MapPanel(ag.max_pool2d(maps[:, :1], 4), numbers=False)
    top = float(edges(digit).max())  # one scale for what follows
    shown["what changed"] = viz.MapPanel(shifted[0, 0] - digit[0, 0], note="pixels", largest=1.0)
    shown["edges changed"] = viz.MapPanel(
        edges(shifted)[0, 0] - edges(digit)[0, 0], note="no pooling", largest=top
    )
    pooled, pooled_before = (ag.max_pool2d(edges(image), 4).numpy()[0, 0] for image in (shifted, digit))
    shown["pools changed"] = viz.MapPanel(
        pooled - pooled_before, note="after pooling", numbers=False, largest=top
    )
    viz.maps(
        shown,
        per_row=3,
        title="A digit moves by one pixel",
        subtitle="Pixels at its strokes change, and so do the edges; most maxima of 4 × 4 windows stay.",
    ).save(out / "invariance_maps.svg")


def edges(images: np.ndarray) -> np.ndarray:
    """Four edge filters and ReLU: (N, 1, 32, 32) becomes (N, 4, 32, 32)."""
    sobel = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]], np.float32)
    filters = np.stack([np.rot90(sobel, turn) for turn in range(4)])[:, None]
    return ag.relu(ag.conv2d(images, filters, padding=1)).numpy()


def move(images: np.ndarray, degrees: float = 0.0, right: float = 0.0) -> np.ndarray:
    """Turn images (N, 1, H, W) about their centre and shift them; between pixels, values are interpolated."""
    height, width = images.shape[2:]
    y, x = np.mgrid[:height, :width].astype(float)
    y, x = y - (height - 1) / 2, x - (width - 1) / 2 - right
    turn = np.deg2rad(degrees)
    # where each pixel's value comes from, kept inside the (empty) border
    source_y = np.clip(y * np.cos(turn) + x * np.sin(turn) + (height - 1) / 2, 0, height - 1.001)
    source_x = np.clip(x * np.cos(turn) - y * np.sin(turn) + (width - 1) / 2, 0, width - 1.001)
    top, left = source_y.astype(int), source_x.astype(int)
    low, high = source_y - top, source_x - left
    above = images[:, :, top, left] * (1 - high) + images[:, :, top, left + 1] * high
    below = images[:, :, top + 1, left] * (1 - high) + images[:, :, top + 1, left + 1] * high
    return (above * (1 - low) + below * low).astype(np.float32)


def share(before: np.ndarray, after: np.ndarray) -> float:
    """Of the outputs that are lively before or after, the share that changes little."""
    top = before.max()
    lively = np.maximum(before, after) > 0.1 * top
    return float((np.abs(after - before) <= 0.2 * top)[lively].mean())


if __name__ == "__main__":
    main()
