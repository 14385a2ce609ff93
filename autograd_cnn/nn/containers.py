"""Modules made of modules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograd_cnn.nn.module import Module


class Sequential(Module):
    """Run modules one after the other, each on the result of the one before.

    Parameters
    ----------
    *modules : Module
        Named "0", "1", ... in order.
    **named : Module
        Or with names of their own, after the numbered ones.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> net = ag.nn.Sequential(flat=ag.nn.Flatten(), rectify=ag.nn.ReLU())
    >>> net(ag.tensor([[[1.0, -2.0]]]))
    tensor([[1., 0.]], dtype=float32)
    """

    def __init__(self, *modules: Module, **named: Module) -> None:
        for number, module in enumerate(modules):
            setattr(self, str(number), module)
        for name, module in named.items():
            setattr(self, name, module)

    def __iter__(self) -> Iterator[Module]:
        return (module for module in vars(self).values() if isinstance(module, Module))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __getitem__(self, number: int) -> Module:
        return list(iter(self))[number]

    def forward(self, x: Any) -> Any:
        """Run the modules in order."""
        for module in self:
            x = module(x)
        return x
