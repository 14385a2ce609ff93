"""Section 6: LeNet-5 as its paper describes it, counted layer by layer.

Run it with ``python examples/lecture/06_lenet.py [--out FOLDER]``.

LeNet-5 (1998) reads digits of 32 x 32 pixels. Down the network the maps get smaller and more numerous, and
the last layers are dense: the pattern that most networks have followed since.
"""

import numpy as np
from lesson import Row, compare, options

import autograd_cnn as ag
import viz

# Which of S2's six maps each of C3's sixteen looks at (table I of the paper): six take three neighbours, six
# four neighbours, three take two pairs, and one takes all. Different inputs force the maps to differ.
CONNECTIONS = [
    *([k % 6, (k + 1) % 6, (k + 2) % 6] for k in range(6)),
    *([k % 6, (k + 1) % 6, (k + 2) % 6, (k + 3) % 6] for k in range(6)),
    *([k, k + 1, (k + 3) % 6, (k + 4) % 6] for k in range(3)),
    list(range(6)),
]


class PartialConvolution(ag.nn.Module):
    """C3: a filter for each output map, over the input maps that the table names."""

    def __init__(self, connections: list[list[int]], window: int, rng: np.random.Generator) -> None:
        self.connections = [sorted(maps) for maps in connections]
        self.filters = ag.nn.Sequential(
            *(ag.nn.Conv2d(len(maps), 1, window, rng=rng) for maps in connections)
        )

    def forward(self, x: ag.Tensor) -> ag.Tensor:
        """Map (N, 6, 14, 14) to (N, 16, 10, 10)."""
        chosen = (ag.take(x, maps, axis=1) for maps in self.connections)
        return ag.concatenate([conv(maps) for conv, maps in zip(self.filters, chosen, strict=True)], 1)


class LeNet5(ag.nn.Module):
    """LeNet-5 with what later versions dropped: trained sub-sampling, the table, radial-basis units."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.c1 = ag.nn.Conv2d(1, 6, 5, rng=rng)
        self.s2 = ag.nn.Subsampling(6)
        self.c3 = PartialConvolution(CONNECTIONS, 5, rng)
        self.s4 = ag.nn.Subsampling(16)
        self.c5 = ag.nn.Conv2d(16, 120, 5, rng=rng)
        self.f6 = ag.nn.Dense(120, 84, rng=rng)
        self.output = ag.nn.RBFOutput(84, 10, rng=rng)

    def stages(self, x: ag.Tensor) -> dict[str, ag.Tensor]:
        """Every layer's result, under its name in the paper."""
        results = {"input": x}
        for name in ("C1", "S2", "C3", "S4", "C5"):
            # the paper squashes the sums of all layers up to F6
            x = ag.scaled_tanh(getattr(self, name.lower())(x))
            results[name] = x
        results["F6"] = ag.scaled_tanh(self.f6(ag.flatten(x, 1)))
        results["output"] = self.output(results["F6"])
        return results

    def forward(self, x: ag.Tensor) -> ag.Tensor:
        """Squared distances to the ten classes' prototypes, (N, 10): the smallest names the digit."""
        return self.stages(x)["output"]


# The paper's tables: name, trainable numbers, shape of the result.
PAPER = [
    ("C1", 156, (6, 28, 28), "6 filters 5 x 5, and biases"),
    ("S2", 12, (6, 14, 14), "a coefficient and a bias a map"),
    ("C3", 1_516, (16, 10, 10), "60 connections of 25, and 16 biases"),
    ("S4", 32, (16, 5, 5), "a coefficient and a bias a map"),
    ("C5", 48_120, (120, 1, 1), "120 filters 16 x 5 x 5, and biases"),
    ("F6", 10_164, (84,), "84 x 120, and biases"),
]


def main() -> None:
    out = options(__doc__).out
    rng = np.random.default_rng(0)
    net = LeNet5(rng)
    digits = ag.data.digits(size=32, border=4)
    stages = net.stages(ag.tensor(digits.test.images[:8]))

    rows = []
    for name, count, _, why in PAPER:
        rows.append(Row(f"{name}: {why}", count, getattr(net, name.lower()).count_parameters()))
    rows.append(Row("output: radial-basis units, fixed", 0, net.output.count_parameters()))
    rows.append(Row("all", 60_000, net.count_parameters()))
    compare("LeNet-5, trainable numbers by the paper's tables", rows)

    compare(
        "Spatial size falls as channels rise",
        [Row(f"{name} gives", shape, stages[name].shape[1:]) for name, _, shape, _ in PAPER],
    )

    x = np.array([-3.0, -1.0, 0.0, 1.0, 3.0])
    features, prototypes = stages["F6"].numpy(), net.output.prototypes.numpy()
    distances = ((features[:, None] - prototypes) ** 2).sum(axis=2)
    compare(
        "The parts that later networks dropped",
        [
            Row("squashing, 1.7159 tanh(2x/3)", 1.7159 * np.tanh(2 * x / 3), ag.scaled_tanh(x).numpy()),
            Row("output of digit 0: |F6 - prototype|^2", distances[0], stages["output"].numpy()[0]),
        ],
    )
    modern = ag.models.LeNet5(rng=rng).count_parameters()
    print("\nThe output is no softmax: each unit gives the squared distance from its class's prototype.")
    print(f"The version that is usual today (all maps connected, max pooling, dense output) has {modern:,}.")

    remarks = {"input": "a digit", "output": "radial basis, fixed"} | {
        name: f"{count:,} trained" for name, count, _, _ in PAPER
    }
    shapes = {name: tuple(value.shape[1:]) for name, value in stages.items()}
    viz.volumes(
        [
            (name, shape if shape[1:] != (1, 1) else shape[:1], remarks[name])
            for name, shape in shapes.items()
        ],
        title="LeNet-5 (1998): 60,000 trainable numbers",
        subtitle="Convolutions (C), sub-samplings (S) in turn: maps shrink and multiply. Then dense layers.",
    ).save(out / "lenet_volumes.svg")
    ringed = tuple((row, column) for column, maps in enumerate(CONNECTIONS) for row in maps)
    table = np.zeros((6, 16))
    for column, maps in enumerate(CONNECTIONS):
        table[maps, column] = 1
    viz.maps(
        {"S2 (rows) to C3 (columns)": viz.MapPanel(table, numbers=True, rings=ringed)},
        title="Which maps of S2 does each map of C3 see?",
        subtitle=f"{int(table.sum())} connections of 5 x 5 weights and 16 biases: 60 x 25 + 16 = 1,516.",
    ).save(out / "lenet_table.svg")
    viz.maps(
        {"digit": digits.test.images[0]}
        | {f"C1, map {k}": plane for k, plane in enumerate(stages["C1"].numpy()[0])}
        | {f"S2, map {k}": plane for k, plane in enumerate(stages["S2"].numpy()[0])},
        per_row=7,
        title="A digit on its way through C1 and S2, before any training",
        subtitle="Brown: above 0; green: below 0.",
    ).save(out / "lenet_maps.svg")
    print(f"\nsaved lenet_volumes.svg, lenet_table.svg, lenet_maps.svg in {out}")


if __name__ == "__main__":
    main()
