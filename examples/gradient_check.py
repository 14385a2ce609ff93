"""Check gradients against finite differences: a composition, an operation of your own, a rule that is wrong.

python examples/gradient_check.py
"""

import numpy as np
from numpy.typing import NDArray

import autograd_cnn as ag


# A function made of the library's operations has its gradients for free. Are they right?
def block(x: ag.Tensor, weight: ag.Tensor) -> ag.Tensor:
    """Convolution, then a smooth activation, then max pooling."""
    pooled: ag.Tensor = ag.max_pool2d(ag.tanh(ag.conv2d(x, weight)), 2)
    return pooled


# An operation of your own is a kernel on arrays, and a rule that turns the gradient g of the result into that
# of x. Softsign: y = x / (1 + |x|), so dy/dx = 1 / (1 + |x|)^2.
def softsign_kernel(x: NDArray[np.floating]) -> NDArray[np.floating]:
    y: NDArray[np.floating] = x / (1 + np.abs(x))
    return y


softsign = ag.Primitive(
    "softsign_example",
    softsign_kernel,
    "x",
    shape=lambda x: x.shape,
    vjps={"x": lambda g, x: g / ((1 + abs(x)) * (1 + abs(x)))},
)

# The same with a slip: the square is forgotten. It runs, and training with it would even seem to work.
wrong_softsign = ag.Primitive(
    "wrong_softsign_example",
    softsign_kernel,
    "x",
    shape=lambda x: x.shape,
    vjps={"x": lambda g, x: g / (1 + abs(x))},
)


def main() -> None:
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal((1, 1, 6, 6)), rng.standard_normal((2, 1, 3, 3))

    # Each element is moved a little up and down; the change of the result is compared with the gradient.
    print("conv2d, tanh, max_pool2d")
    print("  first derivatives: ", ag.testing.gradcheck(block, [x, weight]))
    # Gradients are made of operations too, so they can be differentiated, and checked, again.
    print("  second derivatives:", ag.testing.gradcheck(block, [x, weight], order=2))

    # Steps must not jump over a kink: |x| has one at 0, so these points stay away from it.
    points = np.array([-2.0, -0.5, 0.5, 2.0])
    print("softsign, with a rule of our own")
    print("  first derivatives: ", ag.testing.gradcheck(softsign, [points]))
    print("  second derivatives:", ag.testing.gradcheck(softsign, [points], order=2))

    print("softsign, with a wrong rule")
    try:
        ag.testing.gradcheck(wrong_softsign, [points])
    except ag.testing.GradientMismatch as mismatch:
        report = mismatch.report
        print(f"  {report}")
        print(
            f"  so: at x = {points[report.element]} the rule says {report.analytic:.4f}, "
            f"the function itself {report.numeric:.4f}"
        )


if __name__ == "__main__":
    main()
