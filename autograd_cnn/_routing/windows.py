"""Which cells lie under the taps of windows, and the pairs of cells of pooling and of convolution."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograd_cnn._graph import Node
from autograd_cnn._routing.values import operand, output_named
from autograd_cnn.kernels.geometry import ConvGeometry, WindowGeometry
from autograd_cnn.kernels.resampling import resample

Array = NDArray[Any]


class Pulled(NamedTuple):
    """The cells that some cells of a node's output are made of.

    Attributes
    ----------
    parents : ndarray of int, (E,)
        For each pair its output cell, as a place in the list of cells that was asked for.
    sources : ndarray of int, (E,)
        For each pair the cell of the operand, flat.
    coefficients : ndarray, (E,)
        For each pair the derivative of the one with respect to the other.
    """

    parents: Array
    sources: Array
    coefficients: Array


def pairs(sources: Array, coefficients: Any, real: Array | None = None) -> Pulled:
    """Give the pairs of a table (cells, partners), without those that are not real or exchange nothing."""
    weights = np.broadcast_to(coefficients, sources.shape)
    used = weights != 0 if real is None else (weights != 0) & real
    parents, partners = np.nonzero(used)
    return Pulled(parents, sources[parents, partners], weights[parents, partners])


def under_taps(
    places: tuple[Array, ...], geometry: WindowGeometry | ConvGeometry, transposed: bool = False
) -> tuple[Array, Array]:
    """Give the flat input cell under each tap of each window, and whether it is real: (windows, taps) each.

    ``transposed`` asks the other way round: the windows that look at a cell through each tap.
    """
    taps = geometry.window if isinstance(geometry, WindowGeometry) else geometry.kernel
    flat = np.zeros((len(places[0]), 1), np.int64)
    real = np.ones((len(places[0]), 1), bool)
    for axis, place in enumerate(places):
        stride, dilation, before = geometry.stride[axis], geometry.dilation[axis], geometry.padding[axis][0]
        reach = np.arange(taps[axis]) * dilation
        if transposed:
            size = geometry.output[axis]
            found, rest = np.divmod(place[:, None] + before - reach, stride)
            inside = (rest == 0) & (found >= 0) & (found < size)
        else:
            size = geometry.input[axis]
            found = place[:, None] * stride + reach - before
            inside = (found >= 0) & (found < size)
        flat = (flat[:, :, None] * size + found[:, None]).reshape(len(flat), -1)
        real = (real[:, :, None] & inside[:, None]).reshape(len(real), -1)
    return flat, real


def pull_window_sum(node: Node, position: int, cells: Array) -> Pulled:
    """Sums over windows: each real tap, by its weight."""
    geometry: WindowGeometry = node.settings["geometry"]
    weights = node.settings.get("weights")
    planes, *places = _in_planes(cells, node.shape)
    flat, real = under_taps(tuple(places), geometry)
    sources = planes[:, None] * math.prod(geometry.input) + flat
    return pairs(sources, 1.0 if weights is None else np.array(weights), real)


def pull_max_pool(node: Node, position: int, cells: Array) -> Pulled:
    """Maxima of windows: the winner; of a split tie every winner, by its share."""
    geometry: WindowGeometry = node.settings["geometry"]
    switches = output_named(node, "switches")
    planes, *places = _in_planes(cells, node.shape)
    flat, real = under_taps(tuple(places), geometry)
    sources = planes[:, None] * math.prod(geometry.input) + flat
    if switches.dtype.kind == "f":  # (taps, N, C, *output)
        return pairs(sources, switches.reshape(len(switches), -1)[:, cells].T, real)
    winners = switches.reshape(-1)[cells].astype(np.intp)
    rows = np.arange(len(cells))
    return Pulled(rows, sources[rows, winners], np.ones(len(cells), node.dtype))


def pull_resample(node: Node, position: int, cells: Array) -> Pulled:
    """Interpolation, and averages over windows of changing size: one sparse matrix an axis."""
    planes, *places = _in_planes(cells, node.shape)
    flat = planes[:, None]
    coefficients = np.ones((len(cells), 1))
    for axis_map, place in zip(node.settings["maps"], places, strict=True):
        matrix = resample(np.eye(axis_map.input)[:, None], maps=(axis_map,))[:, 0].T  # (output, input)
        most = int((matrix != 0).sum(1).max(initial=0))
        order = np.argsort(matrix == 0, axis=1, kind="stable")[:, :most]  # the cells in use come first
        shares = np.take_along_axis(matrix, order, 1)
        flat = (flat[:, :, None] * axis_map.input + order[place][:, None]).reshape(len(cells), -1)
        coefficients = (coefficients[:, :, None] * shares[place][:, None]).reshape(len(cells), -1)
    return pairs(flat, coefficients)


def pull_convolution(node: Node, position: int, cells: Array) -> Pulled:
    """Convolution and its transpose: to the input by the weights, to the weight by the inputs."""
    geometry: ConvGeometry = node.settings["geometry"]
    transposed = node.primitive.name == "conv_transpose"
    filters, width = node.inputs[1].shape[:2]  # weight (O, C / groups, *kernel)
    samples, channels, *places = np.unravel_index(cells, node.shape)
    if position == 2:
        return Pulled(np.arange(len(cells)), channels, np.ones(len(cells), node.dtype))
    flat, real = under_taps(tuple(places), geometry, transposed)
    taps, share = real.shape[1], filters // geometry.groups
    if transposed:
        partners = (channels // width * share)[:, None] + np.arange(share)
        rows = partners * width + (channels % width)[:, None]
    else:
        partners = (channels // share * width)[:, None] + np.arange(width)
        rows = channels[:, None] * width + np.arange(width)
    count, size = node.inputs[0].shape[1], math.prod(node.inputs[0].shape[2:])
    # from here on a table: cells x partners x taps
    inputs = ((samples[:, None] * count + partners) * size)[:, :, None] + flat[:, None]
    weights = (rows * taps)[:, :, None] + np.arange(taps)
    real = np.broadcast_to(real[:, None], inputs.shape).reshape(len(cells), -1)
    inputs, weights = inputs.reshape(real.shape), weights.reshape(real.shape)
    if position == 0:
        return pairs(inputs, operand(node, 1).reshape(-1)[weights], real)
    return pairs(weights, operand(node, 0).reshape(-1)[np.where(real, inputs, 0)], real)


def convolution_fan(node: Node) -> int:
    """How many pairs an output cell of a convolution has at most."""
    geometry: ConvGeometry = node.settings["geometry"]
    filters, width = node.inputs[1].shape[:2]
    partners = filters // geometry.groups if node.primitive.name == "conv_transpose" else width
    return int(partners * math.prod(geometry.kernel))


def _in_planes(cells: Array, shape: tuple[int, ...]) -> tuple[Array, ...]:
    """Give for each flat cell the number of its plane (sample times channels) and its place there."""
    return tuple(np.unravel_index(cells, (shape[0] * shape[1], *shape[2:])))
