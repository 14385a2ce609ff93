"""Normalisation layers, with their learned scales and shifts and, for batches, running statistics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from autograd_cnn._creation import tensor
from autograd_cnn._modes import MODE, no_grad
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked, whole_numbers
from autograd_cnn.errors import RangeError, ShapeError
from autograd_cnn.nn.module import Module
from autograd_cnn.ops._operands import as_tensor, has_values
from autograd_cnn.ops._shapes import Shape
from autograd_cnn.ops.normalisation import batch_norm, check_epsilon, group_norm, instance_norm, layer_norm
from autograd_cnn.ops.response_normalisation import local_response_norm


class _Affine(Module):
    """Base of layers that scale and shift what they have normalised."""

    weight: Tensor | None
    bias: Tensor | None

    def _start(self, shape: Shape, epsilon: float, affine: bool) -> None:
        check_epsilon(type(self).__name__, epsilon)
        self.epsilon = epsilon
        if min(shape, default=1) < 1:
            raise RangeError(
                type(self).__name__, f"there is nothing to scale in the shape {shape}", fits="sizes from 1 on"
            )
        self.weight = tensor(np.ones(shape, np.float32), requires_grad=True) if affine else None
        self.bias = tensor(np.zeros(shape, np.float32), requires_grad=True) if affine else None


class _ChannelNorm(_Affine):
    channels: int

    def _check_channels(self, x: Tensor) -> None:
        """Refuse other channels here: without weights, the functions would take any number of them."""
        if x.ndim < 2 or x.shape[1] != self.channels:
            raise ShapeError(
                type(self).__name__,
                f"x has not the layer's {self.channels} channels",
                operands={"x": x},
                rule=f"x.shape[1] == {self.channels}",
                fits=f"x (N, {self.channels}, ...)",
            )


class _BatchNorm(_ChannelNorm):
    rank: ClassVar[int]

    @checked
    def __init__(
        self, channels: int, momentum: float = 0.1, epsilon: float = 1e-5, affine: bool = True
    ) -> None:
        if not 0 <= momentum <= 1:
            raise RangeError(
                type(self).__name__, f"momentum={momentum!r} is no share", fits="a number from 0 to 1"
            )
        self.channels, self.momentum = channels, momentum
        self._start((channels,), epsilon, affine)
        self.running_mean = tensor(np.zeros(channels, np.float32))
        self.running_variance = tensor(np.ones(channels, np.float32))

    def forward(self, x: Any) -> Tensor:
        """Normalise x (N, channels, ...); while training, move the running statistics towards its own."""
        values = as_tensor(x)
        if values.ndim not in ((2, 3) if self.rank == 1 else (self.rank + 2,)):
            raise ShapeError(
                type(self).__name__,
                f"x has {values.ndim} axes",
                operands={"x": values},
                fits="x (N, channels) or (N, channels, L)"
                if self.rank == 1
                else f"x (N, channels, {self.rank} axes of positions)",
            )
        self._check_channels(values)
        if not self.training:
            running = (self.running_mean, self.running_variance)
            result: Tensor = batch_norm(values, self.weight, self.bias, *running, self.epsilon)
            return result
        normal: Tensor
        normal, mean, variance = batch_norm(
            values, self.weight, self.bias, epsilon=self.epsilon, return_statistics=True
        )
        mode = MODE.get()
        # a checkpoint's second run has been counted; a trace refuses what it cannot follow
        if not mode.again and (has_values(mean) or mode.observer is not None):
            count = values.size // max(self.channels, 1)
            with no_grad():
                self._follow(self.running_mean, mean)
                # the running variance estimates that of the source, not of the sample
                self._follow(self.running_variance, variance * (count / max(count - 1, 1)))
        return normal

    def _follow(self, running: Tensor, seen: Tensor) -> None:
        running.assign_(running * (1 - self.momentum) + seen * self.momentum)

    def describe(self) -> str:
        """Say channels and momentum."""
        return f"{self.channels} channels, momentum {self.momentum}"


class BatchNorm1d(_BatchNorm):
    """Batch normalisation of (N, channels) or (N, channels, L); otherwise as `BatchNorm2d`.

    Parameters
    ----------
    channels, momentum, epsilon, affine
        As in `BatchNorm2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.BatchNorm1d(1, epsilon=1e-12)(ag.tensor([[1.0], [3.0]]))
    tensor([[-1.],
            [ 1.]], dtype=float32, made by normalise)
    """

    rank = 1


class BatchNorm2d(_BatchNorm):
    """Batch normalisation of (N, channels, H, W); see `autograd_cnn.batch_norm`.

    Parameters
    ----------
    channels : int
        Number of channels.
    momentum : float
        How far the running statistics move towards a batch's:
        ``running = (1 - momentum) * running + momentum * seen``.
    epsilon : float
        Added to the variance.
    affine : bool
        Whether to learn a scale (from 1) and a shift (from 0) a channel.

    Attributes
    ----------
    running_mean, running_variance : Tensor
        (channels,); used when not ``training``. The variance is the unbiased one (count - 1 in the divisor).
        `Tensor.assign_` moves them at each training call.

    Raises
    ------
    RangeError
        When there are no channels, or ``momentum`` is not from 0 to 1.
    ShapeError
        When called with x of another rank or of other channels.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> layer = ag.nn.BatchNorm2d(2)
    >>> layer(np.full((4, 2, 3, 3), 5, np.float32)).shape
    (4, 2, 3, 3)
    >>> layer.running_mean
    tensor([0.5, 0.5], dtype=float32, name='running_mean')
    """

    rank = 2


class BatchNorm3d(_BatchNorm):
    """Batch normalisation of (N, channels, D, H, W); otherwise as `BatchNorm2d`.

    Parameters
    ----------
    channels, momentum, epsilon, affine
        As in `BatchNorm2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.BatchNorm3d(2).count_parameters()
    4
    """

    rank = 3


class LayerNorm(_Affine):
    """Layer normalisation over the last axes; see `autograd_cnn.layer_norm`.

    Parameters
    ----------
    shape : int or sequence of int
        Sizes of the axes to average over, the last of x.
    epsilon : float
        Added to the variance.
    affine : bool
        Whether to learn a scale (from 1) and a shift (from 0) for each of their cells.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.LayerNorm((3, 4)).count_parameters()
    24
    """

    @checked
    def __init__(self, shape: int | Sequence[int], epsilon: float = 1e-5, affine: bool = True) -> None:
        sizes = whole_numbers(shape)
        self.shape = sizes if isinstance(sizes, tuple) else (int(sizes or 0),)
        self._start(self.shape, epsilon, affine)

    def forward(self, x: Any) -> Tensor:
        """Normalise x (..., *shape)."""
        values = as_tensor(x)
        if values.shape[-len(self.shape) :] != self.shape:
            raise ShapeError(
                "LayerNorm",
                "the last axes of x have other sizes than the layer",
                operands={"x": values},
                fits=f"x (..., {', '.join(map(str, self.shape))})",
            )
        return layer_norm(values, self.weight, self.bias, len(self.shape), self.epsilon)

    def describe(self) -> str:
        """Say the shape."""
        return str(self.shape)


class GroupNorm(_ChannelNorm):
    """Group normalisation; see `autograd_cnn.group_norm`.

    Parameters
    ----------
    groups, channels : int
        The channels are split into groups; ``groups`` must divide them.
    epsilon : float
        Added to the variance.
    affine : bool
        Whether to learn a scale (from 1) and a shift (from 0) a channel.

    Raises
    ------
    RangeError
        When the groups don't divide the channels.
    ShapeError
        When called with x of other channels.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.nn.GroupNorm(2, 6)(np.ones((1, 6, 4, 4))).shape
    (1, 6, 4, 4)
    """

    @checked
    def __init__(self, groups: int, channels: int, epsilon: float = 1e-5, affine: bool = True) -> None:
        if groups < 1 or channels % groups:
            raise RangeError("GroupNorm", f"groups={groups} must divide {channels} channels", fits="groups=1")
        self.groups, self.channels = groups, channels
        self._start((channels,), epsilon, affine)

    def forward(self, x: Any) -> Tensor:
        """Normalise x (N, channels, ...)."""
        values = as_tensor(x)
        self._check_channels(values)
        return group_norm(values, self.weight, self.bias, groups=self.groups, epsilon=self.epsilon)

    def describe(self) -> str:
        """Say groups and channels."""
        return f"{self.groups} groups of {self.channels} channels"


class _InstanceNorm(_Affine):
    rank: ClassVar[int]

    @checked
    def __init__(self, channels: int, epsilon: float = 1e-5, affine: bool = True) -> None:
        self.channels = channels
        self._start((channels,), epsilon, affine)

    def forward(self, x: Any) -> Tensor:
        """Normalise x (N, channels, *positions)."""
        values = as_tensor(x)
        if values.ndim != self.rank + 2 or values.shape[1] != self.channels:
            raise ShapeError(
                type(self).__name__,
                "x does not go with the layer",
                operands={"x": values},
                fits=f"x (N, {self.channels}, {('L', 'H, W', 'D, H, W')[self.rank - 1]})",
            )
        return instance_norm(values, self.weight, self.bias, self.epsilon)

    def describe(self) -> str:
        """Say the channels."""
        return f"{self.channels} channels"


class InstanceNorm1d(_InstanceNorm):
    """Instance normalisation of (N, channels, L); otherwise as `InstanceNorm2d`.

    Parameters
    ----------
    channels, epsilon, affine
        As in `InstanceNorm2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.InstanceNorm1d(1, epsilon=1e-12)(ag.tensor([[[1.0, 3.0]]]))
    tensor([[[-1.,  1.]]], dtype=float32, made by normalise)
    """

    rank = 1


class InstanceNorm2d(_InstanceNorm):
    """Instance normalisation of (N, channels, H, W); see `autograd_cnn.instance_norm`.

    Each channel of each sample is normalised by the mean and variance of its own positions; there are no
    running statistics, so training and evaluation are the same.

    Parameters
    ----------
    channels : int
        Number of channels.
    epsilon : float
        Added to the variance.
    affine : bool
        Whether to learn a scale (from 1) and a shift (from 0) a channel.

    Raises
    ------
    RangeError
        When there are no channels.
    ShapeError
        When called with x of another rank or of other channels.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.nn.InstanceNorm2d(3)(np.ones((2, 3, 4, 4))).shape
    (2, 3, 4, 4)
    """

    rank = 2


class InstanceNorm3d(_InstanceNorm):
    """Instance normalisation of (N, channels, D, H, W); otherwise as `InstanceNorm2d`.

    Parameters
    ----------
    channels, epsilon, affine
        As in `InstanceNorm2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.InstanceNorm3d(3).count_parameters()
    6
    """

    rank = 3


class LocalResponseNorm(Module):
    """Local response normalisation; see `autograd_cnn.local_response_norm`.

    Parameters
    ----------
    size : int
        How many neighbouring channels are added up.
    alpha, beta, k : float
        ``y = x / (k + alpha * mean of squares) ** beta`` over those channels.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.nn.LocalResponseNorm(5)(np.ones((1, 8, 4, 4))).shape
    (1, 8, 4, 4)
    """

    @checked
    def __init__(self, size: int = 5, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, x: Any) -> Tensor:
        """Normalise x (N, C, ...)."""
        return local_response_norm(x, self.size, self.alpha, self.beta, self.k)

    def describe(self) -> str:
        """Say the constants."""
        return f"{self.size} channels, alpha {self.alpha}, beta {self.beta}, k {self.k}"
