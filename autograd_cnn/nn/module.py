"""Module: a named tree of parameters with a forward computation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Self

from autograd_cnn._hooks import HookHandle, Hooks
from autograd_cnn._modes import MODE, Scope
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import AutogradError, DTypeError
from autograd_cnn.nn.summary import Summary, summarise
from autograd_cnn.pytrees import flatten


class _ModuleHooks:
    """The functions to call around a module's computation."""

    def __init__(self) -> None:
        self.before: Hooks = {}
        self.after: Hooks = {}
        self.backward: Hooks = {}


class Module:
    """Base of layers and networks: assign parameters and modules as attributes, define ``forward``.

    A Tensor attribute with ``requires_grad=True`` is a parameter. A call records under the module's name,
    so pictures and messages can say where in the network an operation stands.

    Attributes
    ----------
    training : bool
        Whether the module is being trained; set by `train` and `eval` for the whole tree.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> class Scale(ag.nn.Module):
    ...     def __init__(self):
    ...         self.factor = ag.tensor(2.0, requires_grad=True)
    ...
    ...     def forward(self, x):
    ...         return x * self.factor
    >>> [name for name, _ in Scale().named_parameters()]
    ['factor']
    """

    training = True
    _name: str | None = None
    _hooks: _ModuleHooks | None = None

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Tensor) and value.name is None:
            value.name = name
        if isinstance(value, Module):
            value._take_name(name)
        parts: Iterable[Any] = value.values() if isinstance(value, dict) else value
        if isinstance(value, (list, tuple, dict)) and any(isinstance(p, (Module, Tensor)) for p in parts):
            raise DTypeError(
                type(self).__name__,
                f"parameters() would not find what stands in the {type(value).__name__} {name!r}",
                fits=f"self.{name} = nn.ModuleList(layers) or nn.Sequential(*layers), or attributes",
            )
        object.__setattr__(self, name, value)

    def _take_name(self, name: str) -> None:
        """Take the name under which a parent first holds this module, and prefix the parameters' names."""
        if self._name is None:
            object.__setattr__(self, "_name", name)
            for path, parameter in self.named_parameters():
                parameter.name = f"{name}.{path}"

    def forward(self, *inputs: Any) -> Any:
        """Compute the outputs; every module defines its own."""
        raise NotImplementedError(f"{type(self).__name__} defines no forward()")

    def __call__(self, *inputs: Any) -> Any:
        """Run `forward` with the module's name on whatever it records."""
        mode = MODE.get()
        title = type(self).__name__
        scope = Scope(mode.place.scope, self._name or title, "module", title)
        token = MODE.set(mode.at(scope, mode.place.origin))
        try:
            return self.forward(*inputs) if self._hooks is None else self._hooked(self._hooks, inputs)
        except AutogradError as error:
            error.add_note(f"  in {scope.name}: {title}({self.describe()})")
            raise
        finally:
            MODE.reset(token)

    def _hooked(self, hooks: _ModuleHooks, inputs: tuple[Any, ...]) -> Any:
        """Run `forward` between the hooks before and after it."""
        for before in list(hooks.before.values()):
            given = before(self, inputs)
            if given is not None:
                inputs = given if isinstance(given, tuple) else (given,)
        output = self.forward(*inputs)
        for after in list(hooks.after.values()):
            given = after(self, inputs, output)
            output = output if given is None else given
        if hooks.backward:
            for leaf in flatten(output)[0]:
                if isinstance(leaf, Tensor) and leaf.requires_grad:
                    for hook in hooks.backward.values():
                        leaf.register_hook(partial(hook, self))
        return output

    def _own_hooks(self) -> _ModuleHooks:
        if self._hooks is None:
            object.__setattr__(self, "_hooks", _ModuleHooks())
        assert self._hooks is not None
        return self._hooks

    def register_forward_pre_hook(self, hook: Callable[[Module, tuple[Any, ...]], Any]) -> HookHandle:
        """Call ``hook(module, inputs)`` before every `forward`; what it gives replaces the inputs."""
        return HookHandle(self._own_hooks().before, hook)

    def register_forward_hook(self, hook: Callable[[Module, tuple[Any, ...], Any], Any]) -> HookHandle:
        """Call ``hook(module, inputs, output)`` after every `forward`; what it gives replaces the output.

        Examples
        --------
        >>> import autograd_cnn as ag
        >>> relu = ag.nn.ReLU()
        >>> with relu.register_forward_hook(lambda module, inputs, output: print(output.data)):
        ...     _ = relu(ag.tensor([-1.0, 2.0]))
        [0. 2.]
        """
        return HookHandle(self._own_hooks().after, hook)

    def register_backward_hook(self, hook: Callable[[Module, Tensor], Tensor | None]) -> HookHandle:
        """Call ``hook(module, gradient)`` when a sweep has the gradient of the module's output.

        One call for each output of each call of the module; what it gives, if not None, takes the gradient's
        place. Outputs made before the hook was registered have none.
        """
        return HookHandle(self._own_hooks().backward, hook)

    def summary(self, *shapes: tuple[int, ...]) -> Summary:
        """Tell shapes, parameters, operations and bytes of each layer, from shapes alone.

        Parameters
        ----------
        *shapes : tuple of int
            Shape of each input, such as ``(1, 1, 32, 32)``; inputs count as float32.

        Returns
        -------
        Summary
            `print` shows a table.

        Raises
        ------
        AutogradError
            What the layer raises whose input does not fit; a note names the layer.

        Examples
        --------
        >>> import autograd_cnn as ag
        >>> import numpy as np
        >>> ag.nn.Conv2d(1, 6, 5, rng=np.random.default_rng(0)).summary((1, 1, 32, 32)).layers[
        ...     0
        ... ].shape
        (1, 6, 28, 28)
        """
        return summarise(self, shapes)

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """Give every module of the tree with its path, parents first, each module once."""
        stack: list[tuple[str, Module]] = [(prefix, self)]
        seen: set[int] = set()
        while stack:
            path, module = stack.pop()
            if id(module) in seen:
                continue
            seen.add(id(module))
            yield path, module
            children = [(n, m) for n, m in vars(module).items() if isinstance(m, Module)]
            stack.extend((f"{path}.{name}" if path else name, child) for name, child in reversed(children))

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        """Give every parameter with its path, each once, also when modules share it."""
        seen: set[Tensor] = set()
        for path, module in self.named_modules():
            for name, value in vars(module).items():
                if isinstance(value, Tensor) and value.requires_grad and value not in seen:
                    seen.add(value)
                    yield (f"{path}.{name}" if path else name), value

    def parameters(self) -> list[Tensor]:
        """Give every parameter once."""
        return [parameter for _, parameter in self.named_parameters()]

    def count_parameters(self) -> int:
        """Give the number of trainable numbers."""
        return sum(parameter.size for parameter in self.parameters())

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters():
            parameter.grad = None

    def train(self, training: bool = True) -> Self:
        """Switch the whole tree to training (or not)."""
        for _, module in self.named_modules():
            module.training = training
        return self

    def eval(self) -> Self:
        """Switch the whole tree to evaluation."""
        return self.train(False)

    def describe(self) -> str:
        """Say the layer's settings in a few words, for `repr`; layers override it."""
        return ""

    def __repr__(self) -> str:
        rows = []
        for path, module in self.named_modules():
            own = [(n, v) for n, v in vars(module).items() if isinstance(v, Tensor) and v.requires_grad]
            shapes = ", ".join(f"{name} {value.shape}" for name, value in own)
            count = sum(value.size for _, value in own)
            row = "  " * (path.count(".") + 1 if path else 0) + (f"{path}: " if path else "")
            row += f"{type(module).__name__}({module.describe()})"
            rows.append(row + (f"  {shapes}  = {count:,}" if own else ""))
        return "\n".join([*rows, f"{self.count_parameters():,} parameters"])
