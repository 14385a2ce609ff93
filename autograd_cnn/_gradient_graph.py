"""The gradient of a recorded graph as a graph of its own, linked node by node to the forward one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from autograd_cnn._display import Displayed
from autograd_cnn._graph import Node, Recording, ancestors
from autograd_cnn._modes import Place, switched
from autograd_cnn._recall import recall
from autograd_cnn._reverse import cotangent_for
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import NoGradientError, ShapeError
from autograd_cnn.sweep import key_of, sweep


@dataclass(frozen=True)
class GradientGraph(Displayed):
    """A forward graph with the graph of its gradient.

    Attributes
    ----------
    forward : Recording
        What was recorded.
    nodes : tuple of Node
        The gradient nodes in the order they were made; the ``origin`` of each names its forward node.
    seeds : tuple of Tensor
        The cotangents that the walk started from, one an output.
    gradients : dict
        From each leaf to its gradient, a Tensor whose ``node`` is one of `nodes` (or None for a seed).
    cotangents : dict
        From each forward node to the total cotangent of its first output.
    """

    forward: Recording
    nodes: tuple[Node, ...]
    seeds: tuple[Tensor, ...]
    gradients: Mapping[Tensor, Tensor]
    cotangents: Mapping[Node, Tensor]

    def value(self, node: Node, port: int = 0) -> NDArray[Any] | None:
        """Give the value of a node's output if it is kept or can be computed again, else None."""
        return recall(node, port)


@checked
def gradient_graph(
    outputs: Tensor | Sequence[Tensor], inputs: Sequence[Tensor] | None = None, cotangents: Any = None
) -> GradientGraph:
    """Differentiate a recorded graph and give the gradient's own graph, for drawing and inspection.

    Nothing is freed, and no ``.grad`` is touched.

    Parameters
    ----------
    outputs : Tensor or sequence of Tensor
        Where to start.
    inputs : sequence of Tensor, optional
        Walk only towards these; otherwise towards every leaf.
    cotangents : array_like or sequence, optional
        One for each output; may be left out for outputs of one element.

    Returns
    -------
    GradientGraph

    Raises
    ------
    NoGradientError
        When an output wants no gradient.
    FreedGraphError
        When an earlier backward pass has freed the values that the rules need.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([[[[1.0, 5.0], [2.0, 3.0]]]], requires_grad=True)
    >>> graph = ag.gradient_graph(ag.max_pool2d(x, 2))
    >>> [(node.primitive.name, node.origin.node.primitive.name) for node in graph.nodes]
    [('max_unpool', 'max_pool')]
    """
    outs = [outputs] if isinstance(outputs, Tensor) else list(outputs)
    given = [cotangents] if isinstance(outputs, Tensor) else cotangents
    given = [None] * len(outs) if given is None else list(given)
    if len(given) != len(outs):
        raise ShapeError(
            "gradient_graph", f"{len(outs)} outputs but {len(given)} cotangents", fits="one for each output"
        )
    for number, leaf in enumerate(inputs or ()):
        if not leaf.requires_grad:
            raise NoGradientError(
                "gradient_graph",
                f"input {number} wants no gradient",
                operands={leaf.name or "input": leaf},
                fits="tensors made with requires_grad=True, or computed from one outside no_grad()",
            )
    seeds = []
    for out, cotangent in zip(outs, given, strict=True):
        if not out.requires_grad:
            raise NoGradientError("gradient_graph", "this tensor wants no gradient", operands={"x": out})
        seed = cotangent_for("gradient_graph", out, cotangent)
        seed.name = seed.name or "seed"
        seeds.append(seed)
    forward = Recording.of(*outs)
    totals: dict[Node, Tensor] = {}
    with switched(capturing=True, place=Place()):
        start: dict[Any, Any] = {}
        for out, seed in zip(outs, seeds, strict=True):
            key = key_of(out)
            start[key] = start[key] + seed if key in start else seed
        targets = None if inputs is None else [key_of(t) for t in inputs]
        found = sweep(start, targets=targets, retain=True, traced=True, visit=totals.__setitem__)
    known = set(forward.nodes)
    made = ancestors(t.node for t in (*totals.values(), *found.values()) if t.node is not None)
    return GradientGraph(
        forward,
        tuple(node for node in reversed(made) if node not in known),
        tuple(seeds),
        {key: value for key, value in found.items() if isinstance(key, Tensor)},
        totals,
    )
