"""Layers of the activation functions that have no settings; `ReLU` is in ``layers``."""

from __future__ import annotations

from typing import Any

from autograd_cnn._tensor import Tensor
from autograd_cnn.nn.module import Module
from autograd_cnn.ops.activations import binary_step, identity, sigmoid
from autograd_cnn.ops.elementwise import tanh
from autograd_cnn.ops.rectifiers import brelu, relu6
from autograd_cnn.ops.sigmoids import softsign, sqnl
from autograd_cnn.ops.smooth import hard_swish, mish, silu, softplus
from autograd_cnn.ops.trigonometry import arcsinh, arctan


class Identity(Module):
    """Hand x on; see `autograd_cnn.identity`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.Identity()(ag.tensor([1.0, -2.0]))
    tensor([ 1., -2.], dtype=float32)
    """

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return identity(x)


class BinaryStep(Module):
    """Binary step; see `autograd_cnn.binary_step`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.BinaryStep()(ag.tensor([1.0, -2.0]))
    tensor([1., 0.], dtype=float32)
    """

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return binary_step(x)


class Sigmoid(Module):
    """Logistic function; see `autograd_cnn.sigmoid`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.Sigmoid()(ag.tensor([-1e4, 0.0]))
    tensor([0. , 0.5], dtype=float32)
    """

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return sigmoid(x)


class Tanh(Module):
    """Hyperbolic tangent; see `autograd_cnn.tanh`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.Tanh()(ag.tensor([-1e4, 0.0]))
    tensor([-1.,  0.], dtype=float32)
    """

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return tanh(x)


class SQNL(Module):
    """Square non-linearity; see `autograd_cnn.sqnl`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.SQNL()(ag.tensor([1.0, -2.0]))
    tensor([ 0.75, -1.  ], dtype=float32)
    """

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return sqnl(x)


class Arctan(Module):
    """Inverse tangent; see `autograd_cnn.arctan`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.Arctan()(ag.tensor([0.0]))
    tensor([0.], dtype=float32)
    """

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return arctan(x)


class Arsinh(Module):
    """Inverse hyperbolic sine; see `autograd_cnn.arcsinh`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.Arsinh()(ag.tensor([0.0]))
    tensor([0.], dtype=float32)
    """

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return arcsinh(x)


class Softsign(Module):
    """Elliot sigmoid; see `autograd_cnn.softsign`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.Softsign()(ag.tensor([1.0, -3.0]))
    tensor([ 0.5 , -0.75], dtype=float32)
    """

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return softsign(x)


class BReLU(Module):
    """Bipolar ReLU over channels; see `autograd_cnn.brelu`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.BReLU()(ag.tensor([[-1.0, -1.0]]))
    tensor([[ 0., -1.]], dtype=float32)
    """

    def forward(self, x: Any) -> Tensor:
        """Apply it to x (N, C, *positions)."""
        return brelu(x)


class ReLU6(Module):
    """ReLU with the ceiling 6; see `autograd_cnn.relu6`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.ReLU6()(ag.tensor([1.0, 8.0]))
    tensor([1., 6.], dtype=float32)
    """

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return relu6(x)


class SiLU(Module):
    """Sigmoid linear unit (swish); see `autograd_cnn.silu`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.SiLU()(ag.tensor([0.0]))
    tensor([0.], dtype=float32)
    """

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return silu(x)


class Mish(Module):
    """Mish; see `autograd_cnn.mish`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.Mish()(ag.tensor([0.0]))
    tensor([0.], dtype=float32)
    """

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return mish(x)


class Softplus(Module):
    """Smooth ReLU; see `autograd_cnn.softplus`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.Softplus()(ag.tensor([-1e4, 100.0]))
    tensor([  0., 100.], dtype=float32)
    """

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return softplus(x)


class HardSwish(Module):
    """Swish of a parabola and lines; see `autograd_cnn.hard_swish`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.HardSwish()(ag.tensor([3.0, -1.5]))
    tensor([ 3.   , -0.375], dtype=float32)
    """

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return hard_swish(x)
