"""Convolution with one input channel per group: too thin for matrix products, so tap by tap.

Each tap scales a shifted view of the planes. Blocks of channels are small enough that the sums stay in the
cache from tap to tap.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn.kernels.columns import extent, scratch, tap_slices
from autograd_cnn.kernels.geometry import ConvGeometry, Slices
from autograd_cnn.kernels.layout import for_planes

Array = NDArray[Any]


def conv(whole: Array, weight: Array, out: Array, geometry: ConvGeometry) -> None:
    """Convolve padded planes (C, *extent, N) with ``weight`` (O, 1, *kernel) into ``out`` (O, *output, N)."""
    factors = _factors(weight, geometry)  # (C, O/C, taps, 1, ..., 1)
    slices = _slices(geometry)

    def work(block: slice) -> None:
        cells = whole[block]
        for multiple in range(factors.shape[1]):
            # filter number is channel * multiples + multiple
            sums = out[_filters(block, factors.shape[1], multiple)]
            term = scratch(sums.shape, sums.dtype)
            np.multiply(cells[:, *slices[0]], factors[block, multiple, 0], out=sums)
            for number, places in enumerate(slices[1:], start=1):
                np.multiply(cells[:, *places], factors[block, multiple, number], out=term)
                sums += term

    for_planes(work, len(whole), whole.nbytes + out.nbytes)


def conv_transpose(values: Array, weight: Array, geometry: ConvGeometry) -> Array:
    """Spread ``values`` (O, *output, N) over padded planes (C, *extent, N)."""
    factors = _factors(weight, geometry)
    slices = _slices(geometry)
    whole = np.zeros((geometry.groups, *extent(geometry), values.shape[-1]), values.dtype)
    if values.size == 0:
        return whole

    def work(block: slice) -> None:
        for multiple in range(factors.shape[1]):
            part = values[_filters(block, factors.shape[1], multiple)]
            term = scratch(part.shape, part.dtype)
            for number, places in enumerate(slices):
                np.multiply(part, factors[block, multiple, number], out=term)
                cells = whole[block, *places]
                cells += term

    for_planes(work, len(whole), whole.nbytes + values.nbytes)
    return whole


def weight_gradient(whole: Array, values: Array, geometry: ConvGeometry) -> Array:
    """Sum ``values`` (O, *output, N) times shifted planes (C, *extent, N): (O, 1, *kernel)."""
    multiples = len(values) // len(whole)
    slices = _slices(geometry)

    def runs(planes: Array) -> Array:
        """Values that lie side by side, as one last axis: positions of a row and samples."""
        return planes.reshape(*planes.shape[:-2], -1) if geometry.stride[-1] == 1 else planes

    gradient = np.zeros((len(values), len(slices)), values.dtype)

    def work(block: slice) -> None:
        for multiple in range(multiples):
            chosen = _filters(block, multiples, multiple)
            part = runs(values[chosen])
            for number, places in enumerate(slices):
                products = np.vecdot(runs(whole[block, *places]), part)  # a sum for each run
                gradient[chosen, number] = products.reshape(len(products), -1).sum(axis=1)

    if values.size:
        for_planes(work, len(whole), whole.nbytes + values.nbytes)
    return gradient.reshape(len(values), 1, *geometry.kernel)


def _factors(weight: Array, geometry: ConvGeometry) -> Array:
    """Weights as (C, O/C, taps, 1, ..., 1): ``factors[block, m, k]`` scales planes (C, *output, N)."""
    ones = (1,) * (len(geometry.kernel) + 1)
    return weight.reshape(geometry.groups, len(weight) // geometry.groups, prod(geometry.kernel), *ones)


def _filters(block: slice, multiples: int, multiple: int) -> slice:
    """Filters number ``multiple`` of each channel in ``block``."""
    return slice(block.start * multiples + multiple, block.stop * multiples, multiples)


def _slices(geometry: ConvGeometry) -> tuple[Slices, ...]:
    return tap_slices(geometry.kernel, geometry.output, geometry.stride, geometry.dilation)
