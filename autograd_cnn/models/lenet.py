"""LeNet-5 in its modern form: ReLU, max pooling, a linear output."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator

from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import ShapeError
from autograd_cnn.nn.convolution import Conv2d
from autograd_cnn.nn.layers import Dense
from autograd_cnn.nn.max_pooling import MaxPool2d
from autograd_cnn.nn.module import Module
from autograd_cnn.ops.activations import relu
from autograd_cnn.ops.movement import flatten


class LeNet5(Module):
    """LeNet-5: maps grey 32 x 32 images to class scores (logits), with 61,706 parameters for ten classes.

    ======  =============================  ===============  ==========
    layer   what                           gives            parameters
    ======  =============================  ===============  ==========
    c1      conv 5 x 5, ReLU               (N, 6, 28, 28)          156
    s2      max pool 2 x 2                 (N, 6, 14, 14)            0
    c3      conv 5 x 5, ReLU               (N, 16, 10, 10)       2,416
    s4      max pool 2 x 2                 (N, 16, 5, 5)             0
    c5      dense over all 400, ReLU       (N, 120)             48,120
    f6      dense, ReLU                    (N, 84)              10,164
    output  dense                          (N, 10)                 850
    ======  =============================  ===============  ==========

    LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition (1998); section 6
    of the lecture. The layers keep the paper's names. Unlike the paper: c3 sees all maps instead of a chosen
    few, pooling takes the maximum and has no parameters, ReLU replaces the scaled tanh, and the output is
    linear, for a cross entropy, instead of distances to drawn digits.

    Parameters
    ----------
    classes : int
        Number of class scores.
    rng : numpy.random.Generator
        Draws the first weights.

    Raises
    ------
    ShapeError
        When called with anything but images of shape (N, 1, 32, 32).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> net = ag.models.LeNet5(rng=np.random.default_rng(0))
    >>> net.count_parameters()
    61706
    >>> net(np.zeros((2, 1, 32, 32), np.float32)).shape
    (2, 10)
    """

    def __init__(self, classes: int = 10, *, rng: Generator) -> None:
        self.c1 = Conv2d(1, 6, 5, rng=rng)
        self.s2 = MaxPool2d(2)
        self.c3 = Conv2d(6, 16, 5, rng=rng)
        self.s4 = MaxPool2d(2)
        self.c5 = Dense(16 * 5 * 5, 120, rng=rng)
        self.f6 = Dense(120, 84, rng=rng)
        self.output = Dense(84, classes, rng=rng)

    def features(self, x: Any) -> Tensor:
        """Give what `s4` is given, the rectified maps of `c3`: (N, 1, 32, 32) becomes (N, 16, 10, 10)."""
        shape = getattr(x, "shape", None)
        if shape is None or len(shape) != 4 or tuple(shape[1:]) != (1, 32, 32):
            raise ShapeError(
                "LeNet5",
                "takes grey images of 32 x 32 pixels",
                operands={"x": x},
                fits="x of shape (N, 1, 32, 32), such as ag.data.digits(size=32).train.images",
            )
        return relu(self.c3(self.s2(relu(self.c1(x)))))

    def classify(self, pooled: Any) -> Tensor:
        """Give the class scores from what `s4` gives: (N, 16, 5, 5) becomes (N, classes)."""
        scores: Tensor = self.output(relu(self.f6(relu(self.c5(flatten(pooled, 1))))))
        return scores

    def forward(self, x: Any) -> Tensor:
        """Map images (N, 1, 32, 32) to class scores (N, classes)."""
        return self.classify(self.s4(self.features(x)))
