"""Bilinear enlargement of square images."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from autograd_cnn.checks import checked
from autograd_cnn.errors import DTypeError, RangeError, ShapeError

Real = TypeVar("Real", bound=np.floating)


@checked
def enlarge(images: npt.NDArray[Real], size: int, *, border: int = 0) -> npt.NDArray[Real]:
    r"""Enlarge square images bilinearly, and lay a quiet border of zeros around them.

    Output pixel :math:`i` of :math:`m` looks at the source coordinate
    :math:`s = (i + 1/2)\, n / m - 1/2`, clamped to the image of :math:`n` pixels, and takes
    :math:`(1 - w)\, x_{\lfloor s \rfloor} + w\, x_{\lfloor s \rfloor + 1}` with
    :math:`w = s - \lfloor s \rfloor`: first along rows, then along columns. Pixels are areas and their
    corners don't line up with the image's (others call this ``align_corners=False``).

    Parameters
    ----------
    images : array of floats, shape (..., n, n)
        The images. They are not written to.
    size : int
        Height and width of the result, border included.
    border : int
        Width of the frame of zeros on each side; the image itself becomes ``m = size - 2 * border``.

    Returns
    -------
    array, shape (..., size, size), dtype of `images`
        Always a new array. Plain elementwise arithmetic: the same bits on every run.

    Raises
    ------
    ShapeError
        If the images are not square.
    DTypeError
        If they don't hold floats: shades between two whole numbers need them.
    RangeError
        If `border` is negative, or the image would have to shrink.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd_cnn.data import enlarge
    >>> enlarge(np.array([[0.0, 1.0], [0.0, 1.0]]), 4)[0]
    array([0.  , 0.25, 0.75, 1.  ])
    >>> enlarge(np.ones((1, 1, 2, 2), dtype=np.float32), 8, border=2).sum()
    np.float32(16.0)
    """
    operands = {"images": images}
    if images.ndim < 2 or images.shape[-1] != images.shape[-2] or images.shape[-1] == 0:
        raise ShapeError("enlarge", "images must be square", operands=operands, fits="shape (..., n, n)")
    if not np.issubdtype(images.dtype, np.floating):
        raise DTypeError(
            "enlarge",
            f"{images.dtype} images can't hold shades",
            operands=operands,
            fits="float32 or float64",
        )
    if border < 0:
        raise RangeError("enlarge", f"border is {border}", operands=operands, fits="border >= 0")
    source = images.shape[-1]
    inner = size - 2 * border
    if inner < source:
        raise RangeError(
            "enlarge",
            f"size {size} leaves {inner} pixels for images of {source}",
            operands=operands,
            rule=f"size - 2 * border >= n: {size} - 2 * {border} >= {source}",
            fits=f"size >= {source + 2 * border}",
        )

    low, high, weight = _taps(source, inner, images.dtype)
    rows = _between(images[..., low, :], images[..., high, :], weight[:, None])  # (..., inner, n)
    result = np.zeros((*images.shape[:-2], size, size), dtype=images.dtype)
    middle = slice(border, border + inner)
    result[..., middle, middle] = _between(rows[..., low], rows[..., high], weight)
    return result


def _taps(
    source: int, target: int, dtype: np.dtype[Real]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[Real]]:
    """Give, per target pixel, the two source pixels it lies between and the weight of the second."""
    place = np.clip((np.arange(target) + 0.5) * (source / target) - 0.5, 0, source - 1)
    low = place.astype(np.intp)
    return low, np.minimum(low + 1, source - 1), (place - low).astype(dtype)


def _between(low: npt.NDArray[Real], high: npt.NDArray[Real], weight: npt.NDArray[Real]) -> npt.NDArray[Real]:
    # low + (high - low) * weight leaves equal neighbours exactly as they are; (1 - weight) * low would not.
    blend: npt.NDArray[Real] = low + (high - low) * weight
    return blend
