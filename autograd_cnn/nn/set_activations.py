"""Layers of the activation functions that have settings but learn nothing."""

from __future__ import annotations

from typing import Any

from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.nn.module import Module
from autograd_cnn.ops.exponential_units import celu, elu, selu
from autograd_cnn.ops.rectifiers import leaky_relu
from autograd_cnn.ops.sigmoids import hard_sigmoid, isrlu, isru
from autograd_cnn.ops.smooth import gelu
from autograd_cnn.ops.softmax import hardmax, log_softmax, softmax


class ISRU(Module):
    """Inverse square root unit; see `autograd_cnn.isru`.

    Parameters
    ----------
    a : float
        Above 0; the limits are -1 / sqrt(a) and 1 / sqrt(a).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.ISRU()(ag.tensor([0.75, 0.0]))
    tensor([0.6, 0. ], dtype=float32)
    """

    @checked
    def __init__(self, a: float = 1.0) -> None:
        self.a = a

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return isru(x, self.a)

    def describe(self) -> str:
        """Say the settings."""
        return f"a {self.a:g}"


class ISRLU(Module):
    """Inverse square root linear unit; see `autograd_cnn.isrlu`.

    Parameters
    ----------
    a : float
        Above 0; the limit on the left is -1 / sqrt(a).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.ISRLU()(ag.tensor([0.75, -0.75]))
    tensor([ 0.75, -0.6 ], dtype=float32)
    """

    @checked
    def __init__(self, a: float = 1.0) -> None:
        self.a = a

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return isrlu(x, self.a)

    def describe(self) -> str:
        """Say the settings."""
        return f"a {self.a:g}"


class LeakyReLU(Module):
    """Leaky ReLU; see `autograd_cnn.leaky_relu`.

    Parameters
    ----------
    slope : float
        The slope for x < 0.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.LeakyReLU(0.1)(ag.tensor([1.0, -2.0]))
    tensor([ 1. , -0.2], dtype=float32)
    """

    @checked
    def __init__(self, slope: float = 0.01) -> None:
        self.slope = slope

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return leaky_relu(x, self.slope)

    def describe(self) -> str:
        """Say the settings."""
        return f"slope {self.slope:g}"


class ELU(Module):
    """Exponential linear unit; see `autograd_cnn.elu`.

    Parameters
    ----------
    a : float
        The limit on the left is -a.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.ELU()(ag.tensor([1.0, -1e4]))
    tensor([ 1., -1.], dtype=float32)
    """

    @checked
    def __init__(self, a: float = 1.0) -> None:
        self.a = a

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return elu(x, self.a)

    def describe(self) -> str:
        """Say the settings."""
        return f"a {self.a:g}"


class CELU(Module):
    """Continuously differentiable ELU; see `autograd_cnn.celu`.

    Parameters
    ----------
    a : float
        Above 0; the limit on the left is -a.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.CELU()(ag.tensor([1.0, -1e4]))
    tensor([ 1., -1.], dtype=float32)
    """

    @checked
    def __init__(self, a: float = 1.0) -> None:
        self.a = a

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return celu(x, self.a)

    def describe(self) -> str:
        """Say the settings."""
        return f"a {self.a:g}"


class SELU(Module):
    """Scaled exponential linear unit; see `autograd_cnn.selu`.

    Parameters
    ----------
    scale, a : float
        As the lecture prints them; the function's documentation gives all digits.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.SELU()(ag.tensor([1.0, 0.0]))
    tensor([1.0507, 0.    ], dtype=float32)
    """

    @checked
    def __init__(self, scale: float = 1.0507, a: float = 1.67326) -> None:
        self.scale, self.a = scale, a

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return selu(x, self.scale, self.a)

    def describe(self) -> str:
        """Say the settings."""
        return f"scale {self.scale:g}, a {self.a:g}"


class HardSigmoid(Module):
    """Sigmoid of straight lines; see `autograd_cnn.hard_sigmoid`.

    Parameters
    ----------
    slope, offset : float
        The line between the limits 0 and 1.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.HardSigmoid()(ag.tensor([0.0, 3.0]))
    tensor([0.5, 1. ], dtype=float32)
    """

    @checked
    def __init__(self, slope: float = 1 / 6, offset: float = 0.5) -> None:
        self.slope, self.offset = slope, offset

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return hard_sigmoid(x, self.slope, self.offset)

    def describe(self) -> str:
        """Say the settings."""
        return f"slope {self.slope:g}, offset {self.offset:g}"


class GELU(Module):
    """Gaussian error linear unit; see `autograd_cnn.gelu`.

    Parameters
    ----------
    approximate : bool
        Use the tanh form.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.GELU()(ag.tensor([0.0, 100.0]))
    tensor([  0., 100.], dtype=float32)
    """

    @checked
    def __init__(self, approximate: bool = False) -> None:
        self.approximate = approximate

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return gelu(x, self.approximate)

    def describe(self) -> str:
        """Say the settings."""
        return f"approximate {self.approximate}"


class Softmax(Module):
    """Softmax; see `autograd_cnn.softmax`.

    Parameters
    ----------
    axis : int
        The axis of the classes.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.Softmax()(ag.tensor([1.0, 1.0]))
    tensor([0.5, 0.5], dtype=float32)
    """

    @checked
    def __init__(self, axis: int = -1) -> None:
        self.axis = axis

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return softmax(x, self.axis)

    def describe(self) -> str:
        """Say the settings."""
        return f"axis {self.axis}"


class LogSoftmax(Module):
    """Logarithm of the softmax; see `autograd_cnn.log_softmax`.

    Parameters
    ----------
    axis : int
        The axis of the classes.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.LogSoftmax()(ag.tensor([1.0, 1.0]))
    tensor([-0.6931472, -0.6931472], dtype=float32)
    """

    @checked
    def __init__(self, axis: int = -1) -> None:
        self.axis = axis

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return log_softmax(x, self.axis)

    def describe(self) -> str:
        """Say the settings."""
        return f"axis {self.axis}"


class Hardmax(Module):
    """1 at the largest value, 0 elsewhere; see `autograd_cnn.hardmax`.

    Parameters
    ----------
    axis : int
        The axis of the classes.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.Hardmax()(ag.tensor([1.0, 2.0]))
    tensor([0., 1.], dtype=float32)
    """

    @checked
    def __init__(self, axis: int = -1) -> None:
        self.axis = axis

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return hardmax(x, self.axis)

    def describe(self) -> str:
        """Say the settings."""
        return f"axis {self.axis}"
