"""Takes a `Picture` from what `autograd_cnn` recorded; afterwards the program's objects are not needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

import autograd_cnn as ag
from viz.picture.index_ways import ways_of_indices
from viz.picture.inputs import data_inputs
from viz.picture.model import Flow, Picture, PoolCrop
from viz.picture.pool_crop import pool_crop
from viz.picture.taker import Taker

FEW_NODES = 60


def snapshot(
    graph: ag.Recording, results: Sequence[ag.Tensor] = (), handed_in: Iterable[ag.Tensor] = ()
) -> Picture:
    """The picture of a forward graph.

    Parameters
    ----------
    graph : autograd_cnn.Recording
        What was recorded.
    results : sequence of Tensor
        The tensors that the graph returns, in order; their scalar values are shown.
    handed_in : iterable of Tensor
        The arguments of the function that computed it: its inputs.
    """
    taker = Taker(data_inputs(graph.nodes, handed_in), ways_of_indices(graph.nodes))
    taker.forward(graph, results)
    return _picture(taker, graph)


def snapshot_with_gradient(
    gradients: ag.GradientGraph,
    results: Sequence[ag.Tensor] = (),
    seeds: Sequence[str] = (),
    handed_in: Iterable[ag.Tensor] = (),
    higher: Sequence[ag.GradientGraph] = (),
) -> Picture:
    """The picture of a forward graph and of the graph that computes its gradients.

    Parameters
    ----------
    gradients : autograd_cnn.GradientGraph
        What `autograd_cnn.gradient_graph` gave.
    results : sequence of Tensor
        The differentiated tensors.
    seeds : sequence of str
        For each output, how the gradient starts, in words.
    handed_in : iterable of Tensor
        The arguments of the function that computed it: its inputs.
    higher : sequence of GradientGraph
        The graphs of the second derivative, of the third, and so on.
    """
    graph = gradients.forward
    taker = Taker(data_inputs(graph.nodes, handed_in), ways_of_indices(graph.nodes))
    taker.orders = 1 + len(higher)
    known = (*results, *gradients.cotangents.values(), *gradients.gradients.values())
    taker.is_abstract = any(tensor.size > 0 and not ag.has_values(tensor) for tensor in known)
    # Asking for a value may compute it again, so numbers are shown in small formulas only.
    if len(graph.nodes) <= FEW_NODES and not taker.is_abstract:
        for node in graph.nodes:
            if node.shape == ():
                taker.know(node, 0, gradients.value(node))
    taker.forward(graph, results)
    flows: list[Flow] = []
    for order, derivative in enumerate((gradients, *higher), 1):
        for node in derivative.nodes:
            taker.operation(node, "backward", order)
        flows.extend(taker.flows(derivative, order))
    pools = () if taker.is_abstract else tuple(_pools(taker, graph, gradients))
    return _picture(taker, graph, tuple(seeds), tuple(flows), pools, taker.orders)


def _picture(
    taker: Taker,
    graph: ag.Recording,
    seeds: tuple[str, ...] = (),
    flows: tuple[Flow, ...] = (),
    pools: tuple[PoolCrop, ...] = (),
    orders: int = 0,
) -> Picture:
    return Picture(
        boxes=tuple(sorted(taker.boxes, key=lambda box: box.half == "backward")),
        edges=tuple(taker.edges),
        scopes=tuple(taker.counted_scopes()),
        outputs=tuple((taker.ids[id(value)], port) for value, port in graph.outputs),
        seeds=seeds,
        flows=flows,
        pools=pools,
        has_backward=orders > 0,
        is_freed=any(node.freed for node in graph.nodes),
        orders=orders,
        is_abstract=taker.is_abstract,
    )


def _pools(taker: Taker, graph: ag.Recording, gradients: ag.GradientGraph) -> Iterable[PoolCrop]:
    """A crop for every pool at which a gradient arrives."""
    sent: dict[int, Any] = {id(node): tensor for node, tensor in gradients.cotangents.items()}
    received = sent | {id(leaf): tensor for leaf, tensor in gradients.gradients.items()}
    uses = Counter(id(value) for node in graph.nodes for value in node.inputs)
    uses.update(id(value) for value, _ in graph.outputs)
    for node in graph.nodes:
        geometry: Any = node.settings.get("geometry")
        if not hasattr(geometry, "window") or id(node) not in sent or not node.inputs:
            continue
        arrived = received.get(id(node.inputs[0]))
        if arrived is None or not ag.has_values(arrived) or arrived.ndim != len(geometry.window) + 2:
            continue
        switches = None
        if not node.freed:
            for saved in node.saved:
                if saved.name == "switches" and np.issubdtype(saved.array.dtype, np.integer):
                    switches = np.asarray(saved.array)
        crop = pool_crop(
            taker.ids[id(node)],
            geometry,
            switches,
            np.asarray(sent[id(node)].data),
            np.asarray(arrived.data) if uses[id(node.inputs[0])] == 1 else None,
        )
        if crop is not None:
            yield crop
