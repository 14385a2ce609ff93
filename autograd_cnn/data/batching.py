"""Batches of a data set, shuffled or in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd_cnn.checks import checked
from autograd_cnn.errors import RangeError, ShapeError

Batch = tuple[npt.NDArray[Any], npt.NDArray[Any]]


class Batches:
    """A data set cut into batches; iterate over it once an epoch, as often as you like.

    Parameters
    ----------
    images : array, shape (N, ...)
        Any dtype. Not written to, not copied as a whole.
    labels : array, shape (N, ...)
        What belongs to each image.
    batch_size : int
        Number of images in a batch. The last one may be smaller.
    shuffle : bool
        Draw a new order from `rng` at the start of each epoch; otherwise keep the order of the arrays.
    rng : numpy.random.Generator, optional
        Where the orders come from; needed when `shuffle` is on, never used when it is off. The same
        seed gives the same orders.
    drop_last : bool
        Leave out the last batch if it is smaller than `batch_size`.

    Yields
    ------
    (images, labels) : arrays, shapes (n, ...), n <= batch_size
        New arrays when shuffled; views of the data set, to be read only, when not.

    Raises
    ------
    ShapeError
        If `images` and `labels` differ in length or hold nothing.
    RangeError
        If `batch_size` is below 1, if `drop_last` would leave no batch at all, or if `rng` is missing
        while `shuffle` is on.
    DTypeError
        If `rng` is something else than a Generator, such as a seed.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd_cnn.data import Batches
    >>> images, labels = np.zeros((10, 1, 8, 8)), np.arange(10)
    >>> batches = Batches(images, labels, 4, rng=np.random.default_rng(0))
    >>> len(batches), [len(part) for _, part in batches]
    (3, [4, 4, 2])
    >>> sorted(int(label) for _, part in batches for label in part) == list(range(10))
    True
    """

    @checked
    def __init__(
        self,
        images: npt.NDArray[Any],
        labels: npt.NDArray[Any],
        batch_size: int,
        shuffle: bool = True,
        rng: np.random.Generator | None = None,
        drop_last: bool = False,
    ) -> None:
        self.images, self.labels = images, labels
        self.batch_size, self.shuffle, self.rng, self.drop_last = batch_size, shuffle, rng, drop_last
        self._check()

    def _check(self) -> None:
        operands = {"images": self.images, "labels": self.labels}
        if not (self.images.ndim and self.labels.ndim and len(self.images) == len(self.labels) > 0):
            raise ShapeError(
                "Batches",
                "images and labels must have one length, at least 1",
                operands=operands,
                fits="images (N, ...), labels (N, ...)",
            )
        if self.batch_size < 1:
            raise RangeError(
                "Batches", f"batch_size is {self.batch_size}", operands=operands, fits="batch_size >= 1"
            )
        if self.drop_last and self.batch_size > len(self.images):
            raise RangeError(
                "Batches",
                f"drop_last leaves no batch: {len(self.images)} images, batch_size {self.batch_size}",
                operands=operands,
                fits=f"batch_size <= {len(self.images)}, or drop_last=False",
            )
        if self.shuffle and self.rng is None:
            raise RangeError(
                "Batches",
                "shuffle=True needs a generator to draw the order from",
                fits="rng=numpy.random.default_rng(seed), or shuffle=False",
            )

    def __len__(self) -> int:
        whole, rest = divmod(len(self.images), self.batch_size)
        return whole + (rest > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[Batch]:
        order = self.rng.permutation(len(self.images)) if self.shuffle and self.rng else None
        for start in range(0, len(self) * self.batch_size, self.batch_size):
            part = slice(start, start + self.batch_size)
            pick = part if order is None else order[part]
            yield self.images[pick], self.labels[pick]

    def __repr__(self) -> str:
        order = "shuffled" if self.shuffle else "in order"
        return f"Batches({len(self)} of {self.batch_size} from {len(self.images)} images, {order})"
