"""The picture model as a `networkx` graph, for analysis and for GraphML."""

from __future__ import annotations

from typing import Any

import networkx as nx

from viz.picture.model import Box, Picture
from viz.views import picture_of


def to_networkx(what: Any, *examples: Any, backward: bool = False) -> nx.MultiDiGraph:
    """A recorded graph as a `networkx.MultiDiGraph`.

    Attributes are strings and numbers only, so that ``networkx.write_graphml`` takes the graph as it is. An
    edge's key and its attribute ``slot`` say which argument it feeds, so ``x + x`` makes two edges.

    Parameters
    ----------
    what : Tensor, sequence of Tensor, Graph, GradientGraph, Picture, or callable
        As in `viz.draw`.
    *examples : array or Tensor
        Arguments for a callable ``what``.
    backward : bool
        Add the nodes that compute the gradients.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes are named by their stable ids ("n1" an operation, "p1" a parameter, "i1" an input, "c1" a
        constant, "g1" a gradient operation) and have ``kind``, ``half``, ``op``, ``name``, ``label``,
        ``shape``, ``dtype``, ``bytes``, ``saved_bytes``, ``module``, ``function``, ``settings``, ``line``;
        edges have ``slot``, ``argument``, ``port``.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([1.0, 2.0], requires_grad=True, name="x")
    >>> graph = to_networkx(x + x)
    >>> sorted(graph.edges(keys=True))
    [('p1', 'n1', 0), ('p1', 'n1', 1)]
    """
    picture = what if isinstance(what, Picture) else picture_of(what, *examples, backward=backward)
    graph = nx.MultiDiGraph(parameters=picture.parameter_count(), saved_bytes=picture.saved_bytes())
    slots: dict[str, tuple[str, ...]] = {}
    for box in picture.boxes:
        graph.add_node(box.id, **_attributes(box, picture))
        slots[box.id] = box.slots
    for edge in picture.edges:
        graph.add_edge(
            edge.source,
            edge.target,
            key=edge.slot,
            slot=edge.slot,
            argument=slots[edge.target][edge.slot],
            port=edge.port,
        )
    return graph


def _attributes(box: Box, picture: Picture) -> dict[str, str | int]:
    value = box.outputs[0]
    scope = None if box.scope is None else picture.scopes[box.scope]
    return {
        "kind": box.kind,
        "half": box.half,
        "op": box.op,
        "name": box.name or "",
        "label": box.name or box.op,
        "shape": ",".join(map(str, value.shape)),
        "dtype": value.dtype,
        "bytes": sum(output.nbytes for output in box.outputs),
        "saved_bytes": sum(saved.nbytes for saved in box.saved if not saved.is_parameter),
        "module": "" if scope is None else scope.path,
        "function": scope.name if scope is not None and scope.kind == "function" else "",
        "settings": ", ".join(f"{key}={value}" for key, value in box.settings),
        "line": "" if box.place is None else f"{box.place.file}:{box.place.number}",
        "for": "" if box.because is None else box.because.box,
        "why": "" if box.because is None else box.because.why,
    }
