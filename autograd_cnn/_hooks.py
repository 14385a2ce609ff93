"""Hooks: functions of the user's that are called when something happens, until they are removed."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

Hooks = dict[int, Callable[..., Any]]

_numbers = itertools.count()


class HookHandle:
    """What registering a hook gives: `remove` it, or use it in a ``with`` block.

    Parameters
    ----------
    hooks : dict
        Where the hook lives.
    hook : callable
        The function itself.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([1.0, 2.0], requires_grad=True)
    >>> with x.register_hook(lambda g: print("gradient", g.data)):
    ...     (x * x).sum().backward()
    gradient [2. 4.]
    """

    def __init__(self, hooks: Hooks, hook: Callable[..., Any]) -> None:
        self._hooks, self._number = hooks, next(_numbers)
        hooks[self._number] = hook

    def remove(self) -> None:
        """Take the hook away; doing so twice is harmless."""
        self._hooks.pop(self._number, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.remove()
