"""From what users have (a loss, a function with examples, a module with a shape, a graph) to its picture."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any

import numpy as np

import autograd_cnn as ag
from viz.errors import UndrawableError
from viz.picture.model import Picture
from viz.picture.plain import clipped
from viz.picture.snapshot import snapshot, snapshot_with_gradient


def picture_of(what: Any, *examples: Any, backward: bool = True, order: int = 1) -> Picture:
    """The picture model of ``what`` (see `viz.draw`): plain data that survives the graph.

    Parameters
    ----------
    what : Tensor, sequence of Tensor, Graph, Recording, GradientGraph, Picture, or callable
        What to take the picture of; a Picture is given back as it is.
    *examples : array, Tensor, or tuple of int
        Arguments for a callable; a tuple of whole numbers is a shape, and then nothing is computed.
    backward : bool
        With its gradient, if it has one.
    order : int
        How many derivatives: 2 adds the gradient of the first gradients, each weighted by 1.

    Returns
    -------
    Picture
        Holds no tensor and no array; `viz.draw` takes it, and ``.data()`` is its JSON form.

    Raises
    ------
    UndrawableError
        ``what`` is none of these, lacks an example, or has no derivative of this order.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> picture = picture_of(ag.nn.ReLU(), (1, 6, 28, 28))
    >>> [(box.id, box.op) for box in picture.boxes]
    [('i1', 'input'), ('n1', 'relu'), ('s1', 'constant'), ('g1', 'relu_gate')]
    """
    if isinstance(order, bool) or not isinstance(order, (int, np.integer)) or order < 1:
        raise UndrawableError(f"order counts derivatives, so {order!r} makes no sense; 1 or more does")
    if isinstance(what, Picture):
        return what
    if isinstance(what, ag.GradientGraph):
        return snapshot_with_gradient(what, (), _seed_words(what.seeds), (), _higher(what, order))
    if isinstance(what, ag.Graph):
        return snapshot(what.recording())
    if isinstance(what, ag.Recording):
        return snapshot(what)
    with _mode(what, examples):
        results, handed_in = _results(what, examples)
        wanting = [result for result in results if result.requires_grad]
        if not backward or not wanting:
            return replace(snapshot(ag.Graph.of(*results), results, handed_in), name=_title_of(what))
        cotangents = [None if result.size == 1 else _ones(result) for result in wanting]
        gradients = ag.gradient_graph(wanting, cotangents=cotangents)
        if len(wanting) < len(results):
            # What wants no gradient, such as the index of the largest score, is drawn all the same.
            gradients = replace(gradients, forward=ag.Graph.of(*results))
        said = iter(_seed_words(gradients.seeds))
        words = [_seed_word(next(said), result) if result.requires_grad else "" for result in results]
        picture = snapshot_with_gradient(gradients, results, words, handed_in, _higher(gradients, order))
        return replace(picture, name=_title_of(what))


def _mode(what: Any, examples: Sequence[Any]) -> Any:
    """How to run: without values, or recording also what happens to data and switches."""
    if any(is_shape(example) for example in examples):
        return ag.shapes_only()
    return nullcontext() if isinstance(what, ag.Tensor) or not callable(what) else ag.recording_all()


def is_shape(example: Any) -> bool:
    """Whether an example is a shape, such as ``(1, 3, 32, 32)``.

    Examples
    --------
    >>> is_shape((1, 3)), is_shape([1, 3]), is_shape((1.0, 3.0)), is_shape(())
    (True, False, False, False)
    """
    return (
        isinstance(example, tuple)
        and bool(example)
        and all(isinstance(size, (int, np.integer)) and not isinstance(size, bool) for size in example)
    )


def _ones(like: ag.Tensor) -> Any:
    if like.size and not ag.has_values(like):
        return ag.abstract_tensor(like.shape, like.dtype)
    return np.ones(like.shape, like.dtype)


def _higher(gradients: ag.GradientGraph, order: int) -> list[ag.GradientGraph]:
    """The graphs of the second derivative and of those after it."""
    found: list[ag.GradientGraph] = []
    for number in range(2, order + 1):
        last = [gradient for gradient in gradients.gradients.values() if gradient.requires_grad]
        if not last:
            raise UndrawableError(
                f"the derivative of order {number - 1} depends on no leaf, so that of order {number} is 0 "
                f"everywhere: draw order={number - 1}"
            )
        gradients = ag.gradient_graph(last, cotangents=[_ones(gradient) for gradient in last])
        found.append(gradients)
    return found


def _seed_word(word: str, result: ag.Tensor) -> str:
    """How the gradient of a result starts, where nobody said it."""
    if result.size == 1:
        return word
    return f"{word}, assumed" if ag.has_values(result) or not result.size else "dY, from outside"


def _seed_words(seeds: Sequence[ag.Tensor]) -> list[str]:
    words = []
    for seed in seeds:
        if seed.size and not ag.has_values(seed):
            words.append("seed = 1" if seed.shape == () else "seed")
            continue
        values = np.unique(seed.data) if seed.size else np.zeros(0)
        words.append(f"seed = {values[0]:.4g}" if values.size == 1 else "seed, as given")
    return words


def _results(what: Any, examples: tuple[Any, ...]) -> tuple[list[ag.Tensor], list[ag.Tensor]]:
    """The tensors to draw, and those that were handed in."""
    if callable(what) and not isinstance(what, ag.Tensor):
        value, inputs = _called(what, examples)
        return _tensors(value, f"what {_name_of(what)} returned"), inputs
    if examples:
        raise UndrawableError(f"examples are for a function to call, and {type(what).__name__} is none")
    return _tensors(what, "what"), []


def _tensors(value: Any, role: str) -> list[ag.Tensor]:
    if isinstance(value, ag.Tensor):
        return [value]
    if isinstance(value, (list, tuple)) and value and all(isinstance(entry, ag.Tensor) for entry in value):
        return list(value)
    raise UndrawableError(
        f"{role} has the type {type(value).__name__}; a Tensor, Tensors, a Graph or a function fits"
    )


def _called(function: Callable[..., Any], examples: tuple[Any, ...]) -> tuple[Any, list[ag.Tensor]]:
    """Call with tensors; where nothing wanted a gradient, call again with inputs that do."""
    names = argument_names(function, examples)
    inputs = list(_inputs(examples, names, wanted=False))
    with unchanged(function):
        result = function(*inputs)
        made = result if isinstance(result, (list, tuple)) else [result]
        if not any(isinstance(entry, ag.Tensor) and entry.requires_grad for entry in made):
            inputs = list(_inputs(examples, names, wanted=True))
            result = function(*inputs)
    return result, inputs


@contextmanager
def unchanged(function: Any) -> Iterator[None]:
    """Give a module its running statistics back: to be drawn is no training.

    Parameters
    ----------
    function : callable
        What is called inside the block; anything but a Module is left alone.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> norm = ag.nn.BatchNorm1d(1)
    >>> with unchanged(norm):
    ...     result = norm(ag.tensor([[1.0], [3.0]]))
    >>> norm.running_mean.numpy().tolist()
    [0.0]
    """
    kept = []
    if isinstance(function, ag.nn.Module):
        kept = [
            (tensor, tensor.data)
            for _, module in function.named_modules()
            for tensor in vars(module).values()
            if isinstance(tensor, ag.Tensor) and not tensor.requires_grad and ag.has_values(tensor)
        ]
    try:
        yield
    finally:
        for tensor, values in kept:
            if not np.array_equal(tensor.data, values, equal_nan=True):
                tensor.assign_(values)


def _inputs(examples: tuple[Any, ...], names: Sequence[str | None], *, wanted: bool) -> Iterator[ag.Tensor]:
    for example, name in zip(examples, names, strict=True):
        if isinstance(example, ag.Tensor):
            yield example
        elif is_shape(example):
            if min(example) < 0:
                raise UndrawableError(f"{example} is no shape: a size is 0 or more")
            yield ag.abstract_tensor(tuple(map(int, example)), requires_grad=wanted, name=name)
        else:
            array = np.asarray(example)
            wants = wanted and (array.dtype.kind == "f" or isinstance(example, float))
            yield ag.tensor(example, requires_grad=wants, name=name)


def argument_names(function: Callable[..., Any], examples: tuple[Any, ...]) -> list[str | None]:
    """What the function calls its arguments.

    Raises
    ------
    UndrawableError
        Some are missing, or there are too many.
    """
    forward = function.forward if isinstance(function, ag.nn.Module) else function
    try:
        parameters = list(inspect.signature(forward).parameters.values())
    except (TypeError, ValueError):
        return [None] * len(examples)
    positional = [
        entry for entry in parameters if entry.kind in (entry.POSITIONAL_ONLY, entry.POSITIONAL_OR_KEYWORD)
    ]
    missing = [entry.name for entry in positional if entry.default is entry.empty][len(examples) :]
    if missing:
        _refuse(function, missing, len(examples))
    if len(examples) > len(positional) and not any(
        entry.kind is entry.VAR_POSITIONAL for entry in parameters
    ):
        raise UndrawableError(
            f"{_name_of(function)} takes {len(positional)} arguments, and {len(examples)} examples were given"
        )
    names: list[str | None] = [entry.name for entry in positional]
    return (names + [None] * len(examples))[: len(examples)]


def _refuse(function: Any, missing: Sequence[str], given: int) -> None:
    name = _name_of(function)
    kind = "module" if isinstance(function, ag.nn.Module) else "function"
    lacking = ", ".join(repr(entry) for entry in missing)
    raise UndrawableError(
        f"{name} is a {kind}, and a drawing shows what it does to something: it needs an example for "
        f"{lacking} ({given} given). An array or a Tensor fits, or just its shape, such as (1, 1, 32, 32): "
        f"then nothing is computed. So viz.draw({kind}, x) or viz.explore({kind}, None, x)"
    )


def _title_of(what: Any) -> str:
    """The name of a function or module; empty for anything else, and for functions without a name."""
    if isinstance(what, ag.Tensor) or not callable(what):
        return ""
    name = clipped(_name_of(what))
    return "" if name == "<lambda>" else name


def _name_of(function: Any) -> str:
    return str(getattr(function, "__name__", type(function).__name__))
