"""Section 1: why not only fully connected layers.

Run it with ``python examples/lecture/01_dense.py [--out FOLDER]``.

A dense layer connects every output with every input. That is one dot product an output, which is simple,
and one weight a connection, which does not scale: an image has many inputs.
"""

import numpy as np
from lesson import Row, compare, options

import autograd_cnn as ag
import viz


def main() -> None:
    out = options(__doc__).out
    rng = np.random.default_rng(0)

    # The picture of the slide: 72 numbers in, 2 numbers out. Say, a colour image of 6 x 4 pixels.
    x = rng.random((3, 6, 4)).round(1).reshape(72)
    weight = rng.normal(0, 0.3, (2, 72)).round(2)
    y = ag.dense(x[None], weight).numpy()[0]

    # One output number is the dot product of one row of W with the whole input.
    by_hand = [sum(w * value for w, value in zip(row, x, strict=True)) for row in weight]
    compare(
        "A dense layer, 72 -> 2",
        [
            Row("shape of W", (2, 72), weight.shape),
            Row("y[0] = row 0 of W . x, added up by hand", by_hand[0], y[0]),
            Row("y[1] = row 1 of W . x, added up by hand", by_hand[1], y[1]),
        ],
    )
    viz.dense_row(x, weight).save(out / "dense_72_to_2.svg")

    # How many weights does ONE such unit have, when its input is an image? As many as the image has values.
    small = ag.nn.Dense(32 * 32 * 3, 1, bias=False, rng=rng)
    large = ag.nn.Dense(500 * 500 * 3, 1, bias=False, rng=rng)
    compare(
        "Weights of one dense unit",
        [
            Row("on an image of 32 x 32 x 3", 3_072, small.count_parameters()),
            Row("on an image of 500 x 500 x 3", 750_000, large.count_parameters()),
        ],
    )
    filters = ag.nn.Conv2d(3, 1, 5, bias=False, rng=rng)
    count = filters.count_parameters()
    print(f"\nA 5 x 5 filter on either image has {count} weights: the same ones serve every place.")

    # And the layer does not know which pixels are neighbours. Shuffle the pixels, and the columns of W alike:
    # nothing changes. For a convolution everything does.
    order = rng.permutation(72)
    shuffled = ag.dense(x[None, order], weight[:, order]).numpy()[0]
    image = x.reshape(1, 3, 6, 4)
    kernel = rng.normal(size=(1, 3, 3, 3))
    before = ag.conv2d(image, kernel).numpy()
    after = ag.conv2d(x[order].reshape(image.shape), kernel).numpy()
    compare(
        "The spatial structure is lost",
        [
            Row(
                "dense: largest change when pixels are shuffled", 0, np.round(np.abs(shuffled - y).max(), 12)
            ),
            Row("convolution: does it change?", "yes", "yes" if np.abs(before - after).max() > 0.1 else "no"),
        ],
    )
    print(f"\nsaved dense_72_to_2.svg in {out}")


if __name__ == "__main__":
    main()
