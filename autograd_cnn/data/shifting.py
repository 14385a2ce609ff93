"""Small random shifts: the cheapest way to more training images."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from autograd_cnn.checks import checked
from autograd_cnn.errors import RangeError, ShapeError

Element = TypeVar("Element", bound=np.generic)


@checked
def shift(images: npt.NDArray[Element], most: int, rng: np.random.Generator) -> npt.NDArray[Element]:
    """Move each image by its own random whole numbers of pixels; what moves in is 0, what moves out is lost.

    Parameters
    ----------
    images : array, shape (N, C, H, W)
        Any dtype. Not written to.
    most : int
        The farthest: down and right by -most to most, each equally likely.
    rng : numpy.random.Generator
        Draws the shifts.

    Returns
    -------
    array, shape (N, C, H, W), dtype of `images`
        Always a new array.

    Raises
    ------
    ShapeError
        If the images don't have four axes.
    RangeError
        If `most` is negative.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd_cnn.data import shift
    >>> image = np.arange(1, 5).reshape(1, 1, 2, 2)
    >>> shift(image, 1, np.random.default_rng(0))[0, 0]
    array([[3, 4],
           [0, 0]])
    """
    operands = {"images": images}
    if images.ndim != 4:
        raise ShapeError(
            "shift", f"images have {images.ndim} axes", operands=operands, fits="images (N, C, H, W)"
        )
    if most < 0:
        raise RangeError("shift", f"most is {most}", operands=operands, fits="most >= 0")
    samples, _, height, width = images.shape
    framed = np.pad(images, ((0, 0), (0, 0), (most, most), (most, most)))
    places = sliding_window_view(framed, (height, width), axis=(2, 3))  # (N, C, 2*most+1, 2*most+1, H, W)
    down, right = rng.integers(0, 2 * most + 1, size=(2, samples))
    moved: npt.NDArray[Element] = places[np.arange(samples), :, down, right]
    return moved
