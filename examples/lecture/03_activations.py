"""Section 3: activation functions, all twenty, and the units that die of a large learning rate.

Run it with ``python examples/lecture/03_activations.py [--out FOLDER] [--quick]``.

Without a bend between them, layers of dot products would collapse into one. The bend's derivative decides
what the backward pass lets through: that is why the plots show both.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from lesson import Row, compare, options

import autograd_cnn as ag
import viz

Function = Callable[[ag.Tensor], ag.Tensor]
Formula = Callable[[np.ndarray], np.ndarray]

# The learned numbers of PReLU, SReLU, APL and maxout, as they might be after training.
PRELU = 0.25
T_L, A_L, T_R, A_R = -1.0, 0.2, 1.0, 0.4
APL_A, APL_B = [0.2, -0.4], [0.0, 1.0]
MAXOUT_W, MAXOUT_B = [[[-1.0]], [[0.5]]], [[-1.0], [0.5]]
LOWER, UPPER = 1 / 8, 1 / 3
SCALE, A = 1.0507, 1.67326


def brelu(x: ag.Tensor) -> ag.Tensor:
    """BReLU looks at the channel's number: channel 0 is even, channel 1 is odd."""
    return ag.transpose(ag.brelu(ag.stack([x, x], 1)))


def rrelu(x: ag.Tensor) -> ag.Tensor:
    """Outside training the slope is fixed; the drawn ones lie between the other two."""
    return ag.stack(
        [ag.rrelu(x, LOWER, UPPER, training=False), ag.leaky_relu(x, LOWER), ag.leaky_relu(x, UPPER)]
    )


def maxout(x: ag.Tensor) -> ag.Tensor:
    """The larger of two straight lines; the lines themselves are drawn thin."""
    largest = ag.maxout(ag.expand_dims(x, 1), MAXOUT_W, MAXOUT_B)
    pieces = [x * w[0][0] + b[0] for w, b in zip(MAXOUT_W, MAXOUT_B, strict=True)]
    return ag.stack([ag.squeeze(largest, 1), *pieces])


def slope(a: float) -> Formula:
    return lambda x: np.where(x < 0, a * x, x)


# Name, our function, the lecture's formula in words, and the same formula written with NumPy.
ROWS: list[tuple[str, Function, str, Formula]] = [
    ("identity", ag.identity, "x", lambda x: x),
    ("binary step", ag.binary_step, "0 for x < 0, 1 for x ≥ 0", lambda x: np.where(x < 0, 0.0, 1.0)),
    ("logistic", ag.sigmoid, "1 / (1 + e^−x)", lambda x: 1 / (1 + np.exp(-x))),
    (
        "tanh",
        ag.tanh,
        "(e^x − e^−x) / (e^x + e^−x)",
        lambda x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)),
    ),
    (
        'SQNL (the slide prints "SQLN")',
        ag.sqnl,
        "1 for x > 2; x − x²/4 from 0 to 2; x + x²/4 from −2 to 0; −1 for x < −2",
        lambda x: np.select([x > 2, x >= 0, x >= -2], [np.ones_like(x), x - x**2 / 4, x + x**2 / 4], -1.0),
    ),
    ("arctan", ag.arctan, "tan^−1(x)", np.arctan),
    ("arsinh", ag.arsinh, "ln(x + √(x² + 1))", lambda x: np.log(x + np.sqrt(x**2 + 1))),
    ("softsign (Elliot)", ag.softsign, "x / (1 + |x|)", lambda x: x / (1 + np.abs(x))),
    ("ISRU", ag.isru, "x / √(1 + a x²), a = 1", lambda x: x / np.sqrt(1 + x**2)),
    (
        "ISRLU",
        ag.isrlu,
        "x / √(1 + a x²) for x < 0, x for x ≥ 0; a=1",
        lambda x: np.where(x < 0, x / np.sqrt(1 + x**2), x),
    ),
    ("ReLU", ag.relu, "0 for x ≤ 0, x for x > 0", lambda x: np.where(x > 0, x, 0)),
    (
        "BReLU",
        brelu,
        "ReLU(x) where i is even (strong), −ReLU(−x) where i is odd (thin)",
        lambda x: np.stack([np.where(x > 0, x, 0), np.where(x < 0, x, 0)]),
    ),
    ("leaky ReLU", ag.leaky_relu, "0.01 x for x < 0, x for x ≥ 0", slope(0.01)),
    (
        "PReLU",
        lambda x: ag.prelu(x, PRELU),
        "a x for x < 0, x for x ≥ 0; a learned (here 0.25)",
        slope(PRELU),
    ),
    (
        "RReLU",
        rrelu,
        "a x for x < 0, x for x ≥ 0; a drawn between the thin lines while training",
        lambda x: np.stack([slope(a)(x) for a in ((LOWER + UPPER) / 2, LOWER, UPPER)]),
    ),
    ("ELU", ag.elu, "a (e^x − 1) for x ≤ 0, x for x > 0; a=1", lambda x: np.where(x > 0, x, np.exp(x) - 1)),
    (
        "SELU",
        ag.selu,
        "l a (e^x − 1) for x < 0, l x for x ≥ 0; l=1.0507, a=1.67326",
        lambda x: SCALE * np.where(x < 0, A * (np.exp(x) - 1), x),
    ),
    (
        "SReLU",
        lambda x: ag.srelu(x, T_L, A_L, T_R, A_R),
        "three straight pieces; both corners and both outer slopes learned",
        lambda x: np.select([x <= T_L, x >= T_R], [T_L + A_L * (x - T_L), T_R + A_R * (x - T_R)], x),
    ),
    (
        "APL",
        lambda x: ag.apl(x, APL_A, APL_B),
        "max(0, x) + Σ a_s max(0, −x + b_s); a and b learned",
        lambda x: np.maximum(0, x) + sum(a * np.maximum(0, b - x) for a, b in zip(APL_A, APL_B, strict=True)),
    ),
    (
        "maxout",
        maxout,
        "max(w1·x + b1, w2·x + b2), both learned",
        lambda x: np.stack([np.maximum(-x - 1, 0.5 * x + 0.5), -x - 1, 0.5 * x + 0.5]),
    ),
]

SLIDE_MAP = [[1, 14, -9, 4], [-2, -20, 10, 6], [-3, 3, 11, 1], [2, 54, -2, 80]]
SLIDE_RELU = [[1, 14, 0, 4], [0, 0, 10, 6], [0, 3, 11, 1], [2, 54, 0, 80]]


def main() -> None:
    chosen = options(__doc__)
    out = chosen.out

    # Each function at a few places, beside the lecture's formula; and the largest difference over many.
    places = np.array([-3.0, -1.0, 0.0, 0.5, 3.0])
    many = np.linspace(-8, 8, 4001)
    rows = [Row("the places x", places, places)]
    for name, function, _, formula in ROWS:
        difference = np.abs(
            np.atleast_2d(function(ag.tensor(many)).numpy()) - np.atleast_2d(formula(many))
        ).max()
        assert difference < 1e-12, f"{name} differs by {difference}"
        # of functions with thin lines beside them, the strong one
        wanted = np.atleast_2d(formula(places))[0]
        found = np.atleast_2d(function(ag.tensor(places)).numpy())[0]
        rows.append(Row(name, wanted, found))
    compare("Twenty activation functions", rows)
    print(f"largest difference from any formula at {len(many):,} places from -8 to 8: below 1e-12")
    viz.function_plots(
        {name: (function, words) for name, function, words, _ in ROWS},
        title="The twenty activation functions",
    ).save(out / "activations.svg")

    drawn = ag.rrelu(np.full(1000, -1.0), LOWER, UPPER, rng=np.random.default_rng(0)).numpy()
    inside = "yes" if ((-drawn >= LOWER) & (-drawn <= UPPER)).all() else "no"
    compare(
        "ReLU on the map of the slide; RReLU's random slopes",
        [
            Row("ReLU", SLIDE_RELU, ag.relu(SLIDE_MAP).numpy()),
            Row(
                "RReLU: are 1,000 slopes within bounds?",
                "yes",
                inside,
            ),
        ],
    )
    changed = tuple((int(i), int(j)) for i, j in np.argwhere(np.array(SLIDE_MAP) < 0))
    viz.maps(
        {"x": SLIDE_MAP, "ReLU(x)": viz.MapPanel(SLIDE_RELU, rings=changed, note="ringed: was negative")},
        title="ReLU on a map",
        subtitle="Negative values become 0; the others pass.",
    ).save(out / "relu_map.svg")

    die(chosen.quick, out)
    print(
        f"\nsaved activations.svg, relu_map.svg, dying_units.svg, dying_curves.svg, lenet_units.svg in {out}"
    )


def die(quick: bool, out: Path) -> None:
    """With ReLU be careful with the learning rate: count the units that never fire again."""
    rates = (0.1, 0.5, 1.0, 1.2, 1.4, 1.6, 2.0)
    steps = 120 if quick else 300
    print("\nDying ReLUs: 64 units, trained on real digits with plain gradient descent")
    print("learning rate | never fire | held-out accuracy | the same with leaky ReLU")
    firing, silent, accuracies, leaky = {}, [], [], []
    for rate in rates:
        fires, accuracy = train(ag.nn.ReLU(), rate, steps)
        _, leaky_accuracy = train(ag.nn.LeakyReLU(0.1), rate, steps)
        firing[f"learning rate {rate:g}"] = fires
        silent.append((rate, float((~fires).sum())))
        accuracies.append((rate, accuracy))
        leaky.append((rate, leaky_accuracy))
        scores = f"{100 * accuracy:15.1f} % | {100 * leaky_accuracy:5.1f} %"
        print(f"{rate:13g} | {(~fires).sum():4d} of 64 | {scores}")
    print("A step too far moves a unit to where no digit makes it positive. Then its gradient is 0 for every")
    print("digit, and nothing brings it back. A leaky unit keeps a small gradient, and can return.")
    viz.unit_rows(
        firing,
        title="With ReLU be careful with the learning rate",
        subtitle=f"64 units after {steps} steps. Crossed out: silent for all 1,437 training digits.",
    ).save(out / "dying_units.svg")
    viz.curves(
        {"silent units": silent, "ReLU accuracy": accuracies, "leaky accuracy": leaky},
        title="Dying ReLUs",
        x_label="learning rate",
    ).save(out / "dying_curves.svg")

    # The same question can be asked of any model: which units are silent for this batch?
    digits = ag.data.digits(size=32)
    lenet = ag.models.LeNet5(rng=np.random.default_rng(0))
    drawing = viz.dead_units(lenet(digits.test.images[:100]), title="LeNet-5 before training, 100 digits")
    drawing.save(out / "lenet_units.svg")
    print(f"\n{drawing.text}")


def train(activation: ag.nn.Module, rate: float, steps: int) -> tuple[np.ndarray, float]:
    """Train 64 -> 64 -> 10 on the digits; say which hidden units still fire, and how good the net is."""
    digits = ag.data.digits()
    images, labels = digits.train.images.reshape(-1, 64), digits.train.labels
    rng = np.random.default_rng(0)
    hidden, scores = ag.nn.Dense(64, 64, rng=rng), ag.nn.Dense(64, 10, rng=rng)
    net = ag.nn.Sequential(hidden, activation, scores)
    optimiser = ag.optim.SGD(net.parameters(), lr=rate)
    for _ in range(steps):
        batch = rng.integers(0, len(images), 64)
        loss = ag.cross_entropy(net(images[batch]), labels[batch])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with ag.no_grad():
        fires = (hidden(images).numpy() > 0).any(axis=0)
        guesses = net(digits.test.images.reshape(-1, 64)).numpy().argmax(axis=1)
    return fires, float((guesses == digits.test.labels).mean())


if __name__ == "__main__":
    main()
