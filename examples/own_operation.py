"""Add an operation from outside the package: Swish with a learned slope, tested, trained through and drawn.

python examples/own_operation.py [folder]
"""

import sys
from pathlib import Path

import numpy as np

import autograd_cnn as ag
import viz


def kernel(x, slope):
    """Y = x / (1 + exp(-slope x)) on plain arrays; tanh keeps it finite in the tails."""
    return x * (0.5 + 0.5 * np.tanh(0.5 * slope * x))


def spread(g, x, slope, out):
    """dy/dx = s + slope y (1 - s), where s is the gate y / x; made of operations, to be differentiable."""
    s = ag.sigmoid(slope * x)
    return g * (s + slope * out * (1 - s))


swish = ag.Primitive(
    "swish",
    kernel,
    "x slope",
    shape=lambda x, slope: np.broadcast_shapes(x.shape, slope.shape),
    vjps={
        "x": spread,
        "slope": lambda g, x, slope, out: g * x * out * (1 - ag.sigmoid(slope * x)),
    },
    diagonal=True,  # so forward mode follows from the same rules
    title="swish, learned slope",
    meaning="times the slope of swish",
)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    x, slope = rng.standard_normal((2, 3, 4, 4)), np.array([0.5, 1.0, 2.0]).reshape(3, 1, 1)
    print("value, gradients and second derivatives:", ag.testing.gradcheck(swish, [x, slope], order=2))

    # It records, broadcasts and is drawn like the library's own.
    weight = ag.tensor(rng.standard_normal((3, 1, 3, 3)), requires_grad=True, name="weight")
    learned = ag.tensor(slope, requires_grad=True, name="slope")
    image = rng.standard_normal((1, 1, 6, 6))
    loss = (ag.max_pool2d(swish(ag.conv2d(image, weight), learned), 2) ** 2).mean()
    viz.draw(loss, view="ladder").save(folder / "own_operation.svg")
    before = loss.item()
    for tensor, gradient in zip((weight, learned), ag.gradients(loss, (weight, learned)), strict=True):
        tensor.assign_(tensor.data - 0.1 * gradient.data)
    after = (ag.max_pool2d(swish(ag.conv2d(image, weight), learned), 2) ** 2).mean().item()
    print(f"one step of descent: {before:.4f} -> {after:.4f}")
    print("wrote own_operation.svg")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
