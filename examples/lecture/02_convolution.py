"""Section 2: the convolution layer, its arithmetic, and the size of what it gives.

Run it with ``python examples/lecture/02_convolution.py [--out FOLDER]``.

A filter is a small dense unit that looks at one window of the image at a time, with the same weights
everywhere. K filters of size F slide with stride S over an image with P zeros around it.
"""

import numpy as np
from lesson import Row, compare, options

import autograd_cnn as ag
import viz

BINARY_IMAGE = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
BINARY_KERNEL = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
IMAGE = [[1, 3, 1], [0, -1, 1], [2, 2, -1]]
KERNEL = [[1, 2], [0, -1]]
SOBEL = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]
SLIDE_LINES = [
    "1(-1)+3(0)+0(2)-1(1) = -2",
    "3(-1)+1(0)-1(2)+1(1) = -4",
    "0(-1)-1(0)+2(2)+2(1) = 6",
    "-1(-1)+1(0)+2(2)-1(1) = 4",
]


def conv(image: object, kernel: object, **settings: object) -> np.ndarray:
    """Convolve one plane with one kernel: (H, W) and (F, F) become (1, 1, H, W) and (1, 1, F, F)."""
    x, weight = np.array(image, float)[None, None], np.array(kernel, float)[None, None]
    return ag.conv2d(x, weight, **settings).numpy()[0, 0]


def line(window: np.ndarray, kernel: np.ndarray) -> str:
    """The products of a window as the slide writes them: value(weight), joined by the value's sign."""
    terms = "".join(f"{v:+d}({w})" for v, w in zip(window.flat, kernel.flat, strict=True))
    return f"{terms.removeprefix('+')} = {(window * kernel).sum()}"


def main() -> None:
    out = options(__doc__).out

    # Lay the kernel on a window, multiply cell by cell, add: that is one number. Then slide on.
    drawing = viz.sliding_window(BINARY_IMAGE, BINARY_KERNEL, title="Sliding a binary 3 × 3 kernel")
    drawing.save(out / "sliding_binary.svg")
    whole = conv(BINARY_IMAGE, BINARY_KERNEL)
    compare(
        "Sliding a binary kernel",
        [
            Row("the first output", 4, whole[0, 0]),
            Row("the whole map", [[4, 3, 4], [2, 4, 3], [2, 3, 4]], whole),
        ],
    )

    # True convolution turns the kernel by 180 degrees first; what the field calls conv2d does not. Networks
    # learn their kernels, so to them it is all one; formulas from signal processing need the flip.
    image, kernel = np.array(IMAGE), np.array(KERNEL)
    flipped = kernel[::-1, ::-1]
    lines = [line(image[i : i + 2, j : j + 2], flipped) for i in range(2) for j in range(2)]
    compare(
        "True convolution, window by window",
        [
            Row("the flipped kernel", [[-1, 0], [2, 1]], flipped),
            *(
                Row(f"window {number}", given, made)
                for number, (given, made) in enumerate(zip(SLIDE_LINES, lines, strict=True), 1)
            ),
            Row("conv2d(x, kernel, flip=True)", [[-2, -4], [6, 4]], conv(IMAGE, KERNEL, flip=True)),
            Row("conv2d(x, flipped kernel)", [[-2, -4], [6, 4]], conv(IMAGE, flipped)),
        ],
    )
    print(f"without the flip (cross-correlation) it would be {conv(IMAGE, KERNEL).astype(int).tolist()}")
    viz.sliding_window(IMAGE, KERNEL, flip=True).save(out / "sliding_flipped.svg")

    # A filter on a colour image is as deep as the image. Three digits, one a colour, are our 32 x 32 x 3.
    digits = ag.data.digits(size=32, border=4)
    x = digits.test.images[:3, 0][None]  # (1, 3, 32, 32)
    weight = edge_filters(6, 5)  # (6, 3, 5, 5)
    maps = ag.conv2d(x, weight)
    compare(
        "Activation maps",
        [
            Row("image, channels first", (1, 3, 32, 32), x.shape),
            Row("one 5 x 5 x 3 filter gives", (1, 1, 28, 28), ag.conv2d(x, weight[:1]).shape),
            Row("six filters give", (1, 6, 28, 28), maps.shape),
        ],
    )
    names = [f"filter at {180 * k // 6}°" for k in range(6)]
    channels = {
        f"{colour} channel": plane for colour, plane in zip(("red", "green", "blue"), x[0], strict=True)
    }
    viz.maps(
        channels | dict(zip(names, maps.numpy()[0], strict=True)),
        per_row=3,
        title="32 × 32 × 3 becomes 28 × 28 × 6",
        subtitle="Six 5 × 5 × 3 filters, each an edge in another direction, give six activation maps "
        "(brown: above 0, green: below 0).",
    ).save(out / "activation_maps.svg")

    # The edge filter of the slide answers where left and right differ; its transpose, where up and down do.
    digit = digits.test.images[2, 0]
    across, down = conv(digit, SOBEL), conv(digit, np.transpose(SOBEL))
    step = np.zeros((6, 6))
    step[:, 3:] = 1  # dark left, bright right: one vertical edge
    compare(
        "The edge filter [[1,0,-1],[2,0,-2],[1,0,-1]] (Sobel)",
        [
            Row("on a vertical edge, any row", [0, -4, -4, 0], conv(step, SOBEL)[0]),
            Row("on the same edge lying down", 0, np.abs(conv(step.T, SOBEL)).max()),
        ],
    )
    viz.maps(
        {
            "digit": digit,
            "vertical edges": viz.MapPanel(across, note="the Sobel filter"),
            "horizontal edges": viz.MapPanel(down, note="its transpose"),
            "both": viz.MapPanel(np.hypot(across, down), note="root of the sum of squares"),
        },
        title="Edges of a digit",
        subtitle="Brown: ink to the left (or above). Green: ink to the right (or below). White: no edge.",
    ).save(out / "sobel.svg")

    # How large is the result? (N - F + 2P) / S + 1, if that is a whole number.
    size = ag.conv_output_size
    compare(
        "Output size (N - F + 2P) / S + 1 of N = 7, F = 3",
        [
            Row("S=1", 5, size(7, 3, stride=1)),
            Row("S=2", 3, size(7, 3, stride=2)),
            Row("S=3, P=0: the formula's value", 2.33, (7 - 3 + 2 * 0) / 3 + 1),
            Row("S=3, P=0: does it fit?", "doesn't fit!", refusal(7, 3, 3).split(": ")[1] + "!"),
            Row("S=3, P=1", 3, size(7, 3, stride=3, padding=1)),
        ],
    )
    print(f'\nWith rounding="exact" the library refuses, and says what would fit:\n\n{refusal(7, 3, 3)}')
    print(f'\nWith rounding="floor", its default, it drops the rest: {size(7, 3, stride=3)} windows.')
    viz.window_places(7, 3, [(1, 0), (2, 0), (3, 0), (3, 1)]).save(out / "output_sizes.svg")
    print("\nsaved sliding_binary.svg, sliding_flipped.svg, activation_maps.svg, sobel.svg, output_sizes.svg")


def edge_filters(count: int, size: int) -> np.ndarray:
    """Filters (count, 3, size, size) that answer to edges in evenly spaced directions."""
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    angles = np.pi * np.arange(count)[:, None, None] / count
    planes = (x * np.cos(angles) + y * np.sin(angles)) * np.exp(-(x**2 + y**2) / size)
    return np.repeat(planes[:, None], 3, axis=1)


def refusal(n: int, window: int, stride: int) -> str:
    """What the library says to a size that does not fit."""
    try:
        ag.conv_output_size(n, window, stride=stride, rounding="exact")
    except ag.ShapeError as error:
        return "\n".join(text for text in str(error).splitlines() if not text.lstrip().startswith("at "))
    return "it fits"


if __name__ == "__main__":
    main()
