"""The UCI optical digits: 1,797 real handwritten digits that ship with the package."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autograd_cnn.checks import checked
from autograd_cnn.data.enlarging import enlarge
from autograd_cnn.errors import RangeError

# os.path, because importing pathlib or importlib.resources would make up a tenth of the package's import time
_ARCHIVE = os.path.join(os.path.dirname(__file__), "uci_digits.npz")
_PIXELS = 8
_SHADES = np.float32(16)
_CLASSES = 10


@dataclass(frozen=True, slots=True)
class Split:
    """Images and their labels.

    Attributes
    ----------
    images : float32 array, shape (N, 1, H, W)
        0 is paper, 1 is ink.
    labels : int64 array, shape (N,)
        The digit, 0 to 9.
    """

    images: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"Split({len(self)} images {self.images.shape[1:]} {self.images.dtype})"


@dataclass(frozen=True, slots=True)
class Digits:
    """The digits in two parts that share no image.

    Attributes
    ----------
    train : Split
        What a network may learn from.
    test : Split
        What is held out to judge it.
    """

    train: Split
    test: Split


@checked
def digits(size: int = 8, *, border: int = 0, held_out: int = 360, seed: int = 0) -> Digits:
    """Give the UCI optical digits, split into a training part and a held-out part.

    The split is fixed by `held_out` and `seed`, on every machine and with every NumPy. Order the 1,797
    images by the raw 64-bit numbers that ``numpy.random.PCG64(seed)`` gives, one an image (NumPy promises
    never to change them). Sort this order by class, ties staying as they are, and hold out the `held_out`
    images at evenly spaced places: each class is represented in proportion, to within one image. Both
    parts are then put back into the first order, so that classes are mixed.

    The 13 people who wrote the digits appear in both parts: the accuracy found here is that for hands
    that have been seen before, and strangers' hands are harder.

    Parameters
    ----------
    size : int
        Height and width of the images, at least 8: larger ones are made by `enlarge`. LeNet-5 wants 32.
    border : int
        Width of the quiet frame within `size`, on each side (28 + 2 * 2 = 32 is LeNet's own).
    held_out : int
        Number of images in the held-out part, 10 to 1,787.
    seed : int
        Which of the possible splits; not negative.

    Returns
    -------
    Digits
        ``.train`` and ``.test``, each with ``.images``, float32 (N, 1, size, size) in [0, 1], and
        ``.labels``, int64 (N,). The arrays are new on each call and yours to change.

    Raises
    ------
    RangeError
        If `size` is below 8 (the border not counted), `border` or `seed` negative, or `held_out` out of
        range.

    Notes
    -----
    Source: E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine
    Learning Repository, https://doi.org/10.24432/C50P49, CC BY 4.0. ``SOURCE.md`` beside this module
    says how the file was made.

    Examples
    --------
    >>> from autograd_cnn.data import digits
    >>> data = digits(size=32)
    >>> data.train
    Split(1437 images (1, 32, 32) float32)
    >>> len(data.test), data.test.labels[:8]
    (360, array([8, 4, 2, 9, 0, 7, 6, 1]))
    """
    if size - 2 * border < _PIXELS or border < 0:
        raise RangeError(
            "digits",
            f"size {size} with border {border} leaves {size - 2 * border} pixels; the digits have {_PIXELS}",
            rule=f"size - 2 * border >= {_PIXELS} and border >= 0",
            fits=f"size >= {_PIXELS + 2 * max(border, 0)}",
        )
    images, labels = _shipped()
    count = len(labels)
    if not _CLASSES <= held_out <= count - _CLASSES:
        raise RangeError(
            "digits",
            f"can't hold out {held_out} of {count} images",
            rule="each part needs an image of every class",
            fits=f"held_out from {_CLASSES} to {count - _CLASSES}",
        )
    if seed < 0:
        raise RangeError("digits", f"seed is {seed}", fits="seed >= 0")

    train, test = _split(labels, held_out, seed)
    return Digits(*(Split(_prepared(images[part], size, border), labels[part]) for part in (train, test)))


def _shipped() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    with np.load(_ARCHIVE, allow_pickle=False) as archive:
        return archive["images"], archive["labels"].astype(np.int64)


def _split(
    labels: npt.NDArray[np.int64], held_out: int, seed: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Give the numbers of the training images and of the held-out images, classes mixed in both."""
    count = len(labels)
    order = np.argsort(np.random.PCG64(seed).random_raw(count), kind="stable")
    by_class = np.argsort(labels[order], kind="stable")  # places in `order`, sorted by class
    is_test = np.zeros(count, dtype=np.bool_)
    is_test[by_class[(2 * np.arange(held_out) + 1) * count // (2 * held_out)]] = True
    return order[~is_test], order[is_test]


def _prepared(images: npt.NDArray[np.uint8], size: int, border: int) -> npt.NDArray[np.float32]:
    shades = images[:, None].astype(np.float32) / _SHADES  # (N, 1, 8, 8)
    return enlarge(shades, size, border=border)
