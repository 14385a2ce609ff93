"""What layers share: how they make parameters, check settings and tell them in `repr`."""

from __future__ import annotations

from typing import Any, ClassVar

from autograd_cnn._creation import tensor
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import RangeError
from autograd_cnn.nn.module import Module
from autograd_cnn.ops._windows import Padding, Rounding, Sizes, check_settings


def parameter(values: Any) -> Tensor:
    """Give values as a Tensor that wants gradients."""
    return tensor(values, requires_grad=True)


def unusual(module: Module, **usual: object) -> str:
    """Say the settings of a layer that differ from the usual ones."""
    return "".join(
        f", {name} {getattr(module, name)!r}"
        for name, value in usual.items()
        if getattr(module, name) != value
    )


def check_groups(op: str, groups: int, channels: int, filters: int) -> None:
    """Refuse groups that do not divide the channels of both sides."""
    if groups < 1 or channels % groups or filters % groups:
        raise RangeError(
            op, f"groups={groups} must divide {channels} channels and {filters} filters", fits="groups=1"
        )


class WindowPool(Module):
    """Base of the poolings over sliding windows; `rank` is the number of spatial axes."""

    rank: ClassVar[int]

    def _set_windows(
        self, window: Sizes, stride: Sizes | None, padding: Padding, dilation: Sizes, rounding: Rounding
    ) -> None:
        """Check and keep the settings that all poolings have."""
        check_settings(type(self).__name__, window, stride, padding, dilation, rounding, rank=self.rank)
        self.window, self.stride, self.padding = window, stride, padding
        self.dilation, self.rounding = dilation, rounding

    def describe(self) -> str:
        """Say window, stride, and what is unusual."""
        size = f"window {self.window}, stride {self.window if self.stride is None else self.stride}"
        return size + unusual(self, padding=0, dilation=1, rounding="floor")
