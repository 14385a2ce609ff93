"""The layers of a classic CNN that are neither convolution nor pooling: dense, ReLU, and change of shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import at_least, checked, whole_numbers
from autograd_cnn.errors import RangeError, ShapeError
from autograd_cnn.nn._settings import parameter
from autograd_cnn.nn.initial import Initialiser, he_normal
from autograd_cnn.nn.module import Module
from autograd_cnn.ops._operands import as_tensor
from autograd_cnn.ops.activations import relu
from autograd_cnn.ops.linear_algebra import dense
from autograd_cnn.ops.movement import flatten, reshape


class Dense(Module):
    """Fully connected layer, ``y = x @ weight.T + bias``; see `autograd_cnn.dense`.

    Parameters
    ----------
    inputs, outputs : int
        Numbers of features.
    bias : bool
        Whether to learn a bias; it starts at 0.
    rng : numpy.random.Generator
        Draws the first weights.
    init : callable
        ``init(shape, rng)`` gives them, for the weight's shape (outputs, inputs).

    Raises
    ------
    RangeError
        When there are no inputs or no outputs.
    DTypeError
        When ``rng`` is no generator or ``init`` no function.
    ShapeError
        When called with x whose last axis has another size.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.nn.Dense(72, 2, rng=np.random.default_rng(0))
    Dense(72 -> 2)  weight (2, 72), bias (2,)  = 146
    146 parameters
    """

    @checked
    def __init__(
        self, inputs: int, outputs: int, bias: bool = True, *, rng: Generator, init: Initialiser = he_normal
    ) -> None:
        at_least("Dense", 1, inputs=inputs, outputs=outputs)
        self.weight = parameter(init((outputs, inputs), rng))
        self.bias = parameter(np.zeros(outputs, np.float32)) if bias else None

    def forward(self, x: Any) -> Tensor:
        """Map x (..., inputs) to (..., outputs)."""
        return dense(x, self.weight, self.bias)

    def describe(self) -> str:
        """Say the numbers of features."""
        outputs, inputs = self.weight.shape
        return f"{inputs} -> {outputs}"


class ReLU(Module):
    """Rectified linear unit; see `autograd_cnn.relu`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.ReLU()(ag.tensor([1.0, -2.0]))
    tensor([1., 0.], dtype=float32)
    """

    def forward(self, x: Any) -> Tensor:
        """Rectify x, of any shape."""
        return relu(x)


class Flatten(Module):
    """Join all axes but the first: (N, C, H, W) becomes (N, C*H*W).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.nn.Flatten()(np.zeros((2, 3, 4, 4))).shape
    (2, 48)
    """

    def forward(self, x: Any) -> Tensor:
        """Flatten x."""
        return flatten(x, 1)


class Reshape(Module):
    """Give all axes but the first another shape: (N, C*H*W) becomes (N, C, H, W), as `Flatten` undone.

    Parameters
    ----------
    shape : int or sequence of int
        The new axes after the first; one of them may be -1 and takes what is left.

    Raises
    ------
    RangeError
        When the shape is not understood.
    ShapeError
        When called with x that has another number of elements.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.nn.Reshape((3, 4, -1))(np.zeros((2, 48))).shape
    (2, 3, 4, 4)
    """

    @checked
    def __init__(self, shape: int | Sequence[int]) -> None:
        sizes = whole_numbers(shape)
        self.shape = sizes if isinstance(sizes, tuple) else (int(sizes or 0),)
        if min(self.shape, default=0) < -1 or self.shape.count(-1) > 1:
            raise RangeError(
                "Reshape",
                f"shape={shape!r} is not understood",
                fits="sizes from 0 on, one of them perhaps -1",
            )

    def forward(self, x: Any) -> Tensor:
        """Reshape x (N, ...)."""
        values = as_tensor(x)
        if not values.ndim:
            raise ShapeError("Reshape", "x has no axes", operands={"x": values}, fits="x (N, ...)")
        rest = math.prod(values.shape[1:])  # found here, because an empty batch leaves it open
        known = math.prod(n for n in self.shape if n != -1)
        shape = tuple(rest // known if n == -1 and known else n for n in self.shape)
        if math.prod(shape) != rest:
            raise ShapeError(
                "Reshape",
                f"{rest} elements a sample do not fill the shape {self.shape}",
                operands={"x": values},
                fits=f"x of {known} elements a sample" + (", or a multiple" if -1 in self.shape else ""),
            )
        return reshape(values, (values.shape[0], *shape))

    def describe(self) -> str:
        """Say the shape."""
        return str(self.shape)
