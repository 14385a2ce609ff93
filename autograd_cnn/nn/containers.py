"""Modules made of modules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from autograd_cnn.checks import near
from autograd_cnn.errors import DTypeError, RangeError
from autograd_cnn.nn.module import Module


class _Modules(Module):
    """Base of the containers: modules under names, in order."""

    def _keep(self, named: Iterable[tuple[str, Module]], fits: str) -> None:
        for name, module in named:
            if not isinstance(module, Module):
                raise DTypeError(
                    type(self).__name__,
                    f"argument {name!r} is a {type(module).__name__}, not a Module",
                    fits=fits,
                )
            setattr(self, name, module)

    def _children(self) -> dict[str, Module]:
        return {name: module for name, module in vars(self).items() if isinstance(module, Module)}

    def __len__(self) -> int:
        return len(self._children())


class Sequential(_Modules):
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
    RangeError
        When a pooling before the last module gives its indices too: what follows takes one array.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> net = ag.nn.Sequential(flat=ag.nn.Flatten(), rectify=ag.nn.ReLU())
    >>> net(ag.tensor([[[1.0, -2.0]]]))
    tensor([[1., 0.]], dtype=float32)
    """

    def __init__(self, *modules: Module, **named: Module) -> None:
        self._keep(
            [*((str(number), module) for number, module in enumerate(modules)), *named.items()],
            "Sequential(*layers) for a list; nn.ReLU() and the like for functions",
        )
        for name, module in list(self._children().items())[:-1]:
            if getattr(module, "return_indices", False):
                raise RangeError(
                    "Sequential",
                    f"{type(module).__name__} {name!r} gives a pair, and what follows takes one array",
                    fits="return_indices=False, or a Module whose forward hands the indices to an un-pooling",
                )

    def __iter__(self) -> Iterator[Module]:
        return iter(self._children().values())

    def __getitem__(self, number: int) -> Module:
        return list(iter(self))[number]

    def forward(self, x: Any) -> Any:
        """Run the modules in order."""
        for module in self:
            x = module(x)
        return x


class _Shelf(_Modules):
    """Base of the containers that compute nothing: the module that holds them calls the parts."""

    def _take_name(self, name: str) -> None:
        """Name the parts "shelf.part": calls of theirs do not pass through the shelf."""
        shelves: list[_Shelf] = [] if self._name is not None else [self]
        super()._take_name(name)
        while shelves:
            for own, part in shelves.pop()._children().items():
                if isinstance(part, _Shelf):
                    shelves.append(part)
                if part._name is not None and part._name.rpartition(".")[2] == own:
                    object.__setattr__(part, "_name", f"{name}.{part._name}")

    def forward(self, *inputs: Any) -> Any:
        """Refuse: there is no order to run the parts in."""
        raise NotImplementedError(
            f"{type(self).__name__} only holds modules; call them one by one, or use Sequential"
        )


class ModuleList(_Shelf):
    """Hold modules by number, such as the equal blocks of a network, so that `parameters` finds them.

    Parameters
    ----------
    modules : iterable of Module
        Named "0", "1", ... in order.

    Raises
    ------
    DTypeError
        When there is something else among them.
    NotImplementedError
        When called; `Sequential` runs its modules.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> class Ladder(ag.nn.Module):
    ...     def __init__(self):
    ...         self.steps = ag.nn.ModuleList(ag.nn.Dense(4, 4, rng=rng) for _ in range(3))
    ...
    ...     def forward(self, x):
    ...         for step in self.steps:
    ...             x = x + ag.relu(step(x))
    ...         return x
    >>> len(Ladder().steps), Ladder().count_parameters()
    (3, 60)
    """

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        if not isinstance(modules, Iterable) or isinstance(modules, Module):
            raise DTypeError(
                "ModuleList", f"modules is a {type(modules).__name__}", fits="a list of modules: [a, b]"
            )
        self._keep(
            [(str(number), module) for number, module in enumerate(modules)],
            "modules; nn.ReLU() and the like for functions",
        )

    def __iter__(self) -> Iterator[Module]:
        return iter(self._children().values())

    def __getitem__(self, number: int) -> Module:
        return list(iter(self))[number]


class ModuleDict(_Shelf):
    """Hold modules by name, such as a network's branches, so that `parameters` finds them.

    Parameters
    ----------
    modules : mapping of str to Module
        The names become parts of the parameters' names.

    Raises
    ------
    DTypeError
        When a value is not a Module, or ``modules`` no mapping.
    RangeError
        When a name is empty, has a dot, or is that of an attribute that every module has.
    NotImplementedError
        When called; `Sequential` runs its modules.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> heads = ag.nn.ModuleDict({"flat": ag.nn.Flatten(), "rectify": ag.nn.ReLU()})
    >>> list(heads), heads["rectify"](ag.tensor([1.0, -2.0]))
    (['flat', 'rectify'], tensor([1., 0.], dtype=float32))
    """

    def __init__(self, modules: Mapping[str, Module]) -> None:
        if not isinstance(modules, Mapping):
            raise DTypeError(
                "ModuleDict", f"modules is a {type(modules).__name__}", fits='a dict: {"name": module}'
            )
        for name in modules:
            if not isinstance(name, str) or not name or "." in name or hasattr(self, name):
                raise RangeError(
                    "ModuleDict", f"{name!r} cannot name a part", fits="a word without dots, no method's name"
                )
        self._keep(modules.items(), "modules; nn.ReLU() and the like for functions")

    def __iter__(self) -> Iterator[str]:
        return iter(self._children())

    def __contains__(self, name: object) -> bool:
        return name in self._children()

    def __getitem__(self, name: str) -> Module:
        parts = self._children()
        if name not in parts:
            raise RangeError(
                "ModuleDict",
                f"there is no part {name!r}",
                fits=near(name, parts) + ", ".join(map(repr, parts)),
            )
        return parts[name]

    def items(self) -> Iterable[tuple[str, Module]]:
        """Give the names and modules, in order."""
        return self._children().items()
