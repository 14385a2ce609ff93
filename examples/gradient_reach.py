"""How far a gradient reaches: one logit's gradient on its way back through dense, pooling, ReLU, convolution.

python examples/gradient_reach.py [folder]
"""

import sys
from pathlib import Path

import numpy as np

import autograd_cnn as ag
import viz

rng = np.random.default_rng(1)
IMAGE = rng.integers(0, 4, (1, 1, 6, 6)).astype(float)
KERNEL = np.array(
    [[[[1, 0, -1], [2, 0, -2], [1, 0, -1]]]], float
)  # Sobel's: where it gets darker to the right
DENSE = np.array([[0.3, -0.1, 0.4, 0.2], [-0.2, 0.5, 0.1, -0.3]])


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    x = ag.tensor(IMAGE, requires_grad=True, name="x")
    kernel = ag.tensor(KERNEL, requires_grad=True, name="kernel")
    weight = ag.tensor(DENSE, requires_grad=True, name="weight")
    edges = ag.conv2d(x, kernel)
    alive = ag.relu(edges)
    pooled = ag.avg_pool2d(alive, 2)
    scores = ag.dense(ag.flatten(pooled, 1), weight)
    logit = scores[0, 0]
    logit.name = "logit 0"

    # The same question at each step: which cells get an output cell's gradient, and multiplied by what?
    steps = {"dense": scores, "avg_pool": pooled, "relu": alive, "conv": edges}
    print("step       pairs of cells  coefficients  sum of dY  sum of dX")
    for name, y in steps.items():
        routing = ag.routing(y, loss=logit)
        low, high = routing.coefficients.min(), routing.coefficients.max()
        arrived, sent = (round(part.sum(), 9) + 0.0 for part in (routing.cotangent, routing.gradient))
        print(f"{name:<10} {len(routing):>14}  {low:>4g} ... {high:<4g}  {arrived:>9.3f}  {sent:>9.3f}")
        viz.routing(y, loss=logit).save(folder / f"{name}.svg")

    # One cell of the convolution's result, followed to the image and to the kernel.
    arriving = np.abs(ag.routing(edges, loss=logit, outputs=[]).cotangent)
    cell = tuple(map(int, np.unravel_index(arriving.argmax(), arriving.shape)))
    to_image = ag.routing(edges, loss=logit, outputs=[cell])
    to_kernel = ag.routing(edges, loss=logit, outputs=[cell], to="weight")
    print(f"\nconv {cell[2:]} got dY = {to_image.cotangent[cell]:.3g} and sends")
    for (_, _, i, j), w in zip(to_image.input_cells.tolist(), to_image.coefficients, strict=True):
        print(f"  to x ({i}, {j}): {w:g} times that")
    for (_, _, u, v), value in zip(to_kernel.input_cells.tolist(), to_kernel.coefficients, strict=True):
        print(f"  to kernel ({u}, {v}): {value:g} times that")

    # All entries together are the backward pass.
    logit.backward(retain_graph=True)
    assert x.grad is not None
    assert kernel.grad is not None
    np.testing.assert_allclose(ag.routing(edges, loss=logit).gradient, x.grad.data)
    np.testing.assert_allclose(ag.routing(edges, loss=logit, to="weight").gradient, kernel.grad.data)
    print("\nadded up, they are x.grad and kernel.grad")
    print(f"saved {', '.join(f'{name}.svg' for name in steps)} in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "out"))
