"""Modules made of modules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograd_cnn.errors import DTypeError
from autograd_cnn.nn.module import Module


class Sequential(Module):
    """Run modules one after the other, each on the result of the one before.

    Parameters
    ----------
    *modules : Module
        Named "0", "1", ... in order.
    **named : Module
        Or with names of their own, after the numbered ones.

    Raises
    ------
    DTypeError
        When an argument is not a Module.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> net = ag.nn.Sequential(flat=ag.nn.Flatten(), rectify=ag.nn.ReLU())
    >>> net(ag.tensor([[[1.0, -2.0]]]))
    tensor([[1., 0.]], dtype=float32)
    """

    def __init__(self, *modules: Module, **named: Module) -> None:
        for name, module in [
            *((str(number), module) for number, module in enumerate(modules)),
            *named.items(),
        ]:
            if not isinstance(module, Module):
                raise DTypeError(
                    "Sequential",
                    f"argument {name!r} is a {type(module).__name__}, not a Module",
                    fits="Sequential(*layers) for a list; nn.ReLU() and the like for functions",
                )
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
