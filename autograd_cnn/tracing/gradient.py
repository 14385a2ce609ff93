"""The gradient of a graph as a function to trace: run the graph on tensors that want gradients, and sweep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from autograd_cnn._program.entries import Fixed, Program, Tree, Value
from autograd_cnn._reverse import gradients
from autograd_cnn._tensor import Tensor
from autograd_cnn.abstract import Abstract
from autograd_cnn.errors import NoGradientError, RangeError, ShapeError
from autograd_cnn.pytrees import Structure, flatten


def gradient_function(
    run: Callable[..., Any], program: Program, argnums: int | Sequence[int], cotangents: bool
) -> tuple[Callable[..., Any], tuple[Any, ...], list[str]]:
    """Give the function that computes the gradient, the examples to trace it with, and their names."""
    chosen = _chosen(argnums, len(program.takes.structure.parts))
    known = {value.name: value for value in program.values()}
    results = [known[name] for name in program.gives.names if known[name].dtype.kind == "f"]
    examples = [
        _examples(part, leaves, known, wants=i in chosen)
        for i, (part, leaves) in enumerate(_parts(program.takes))
    ]
    if not any(isinstance(x, Tensor) and x.requires_grad for i in chosen for x in flatten(examples[i])[0]):
        raise NoGradientError(
            "graph.gradient",
            f"there is nothing to differentiate by: {_listed(chosen)} holds no floating array",
            fits="argnums= of a floating argument",
        )
    _check_results(program, results, cotangents)
    names = [leaf if isinstance(leaf, str) else "" for leaf in program.takes.leaves]
    if cotangents:
        numbers = count()
        names += [f"cotangent{next(numbers)}" if isinstance(v, str) else "" for v in program.gives.leaves]
        examples.append(_examples(program.gives.structure, program.gives.leaves, known, wants=False))

    def gradient(*args: Any) -> Any:
        seeds = flatten(args[-1])[0] if cotangents else [None]
        own = args[:-1] if cotangents else args
        outputs = flatten(run(*own))[0]
        pairs = [
            (out, seed)
            for out, seed in zip(outputs, seeds, strict=True)
            if isinstance(out, Tensor) and out.requires_grad
        ]
        if not pairs:
            raise NoGradientError(
                "graph.gradient",
                "no result depends on the chosen arguments through operations that have a gradient",
                fits="floating operations all the way; argnums= of another argument",
            )
        trees = [flatten(own[i]) for i in chosen]
        wanted = [x for leaves, _ in trees for x in leaves if isinstance(x, Tensor) and x.requires_grad]
        found = iter(gradients([out for out, _ in pairs], wanted, [seed for _, seed in pairs]))
        made = [
            structure.unflatten(
                [next(found) if isinstance(x, Tensor) and x.requires_grad else None for x in leaves]
            )
            for leaves, structure in trees
        ]
        return made[0] if isinstance(argnums, int) else tuple(made)

    return gradient, tuple(examples), names


def _chosen(argnums: int | Sequence[int], count: int) -> tuple[int, ...]:
    given = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    for number in given:
        if not -count <= number < count:
            raise RangeError(
                "graph.gradient", f"there is no argument {number}", fits=f"argnums from 0 to {count - 1}"
            )
    return tuple(number % count for number in given)


def _listed(chosen: Sequence[int]) -> str:
    return "argument " + " and ".join(map(str, chosen))


def _parts(tree: Tree) -> list[tuple[Structure, Sequence[str | Fixed]]]:
    """Split the arguments' leaves among the arguments."""
    parts: list[tuple[Structure, Sequence[str | Fixed]]] = []
    at = 0
    for part in tree.structure.parts:
        parts.append((part, tree.leaves[at : at + part.leaves]))
        at += part.leaves
    return parts


def _examples(
    structure: Structure, leaves: Sequence[str | Fixed], known: dict[str, Value], *, wants: bool
) -> Any:
    """Build a tree of tensors without values."""

    def example(leaf: str | Fixed) -> Any:
        if isinstance(leaf, Fixed):
            return leaf.value
        value = known[leaf]
        array: Any = Abstract(value.shape, value.dtype)
        return Tensor(array, wants and value.dtype.kind == "f")

    return structure.unflatten([example(leaf) for leaf in leaves])


def _check_results(program: Program, results: Sequence[Value], cotangents: bool) -> None:
    if not results:
        raise NoGradientError(
            "graph.gradient",
            "no result is a floating array, so none has a gradient",
            fits="a floating result",
        )
    shapes = [value.shape for value in results]
    single = len(program.gives.leaves) == 1 and all(n == 1 for n in shapes[0])
    if not cotangents and not single:
        raise ShapeError(
            "graph.gradient",
            f"the results have the shapes {', '.join(map(str, shapes))}, so their cotangents must be given",
            rule="only a single number has an obvious cotangent, 1",
            fits="cotangents=True, which makes them one more argument; or a graph of one number",
        )
