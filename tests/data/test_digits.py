import hashlib
from importlib.resources import files

import numpy as np
import pytest

from autograd_cnn.data import Split, digits
from autograd_cnn.errors import AutogradError, RangeError

PIXELS = "8f26b2bd9d135c256808f68f14fdabddde6d9c7f869ae419704b051f0f14b3b3"
LABELS = "8ba4f891220f5e4c9c819638d1602d74b83618f167043c6da52a2a247841ddf0"
SPLIT_LABELS = "b076eb5b7bed56280dbf7d12e543df83eeb4d6274d72234b155424a1da8876a1"
SPLIT_PIXELS = "02eb0b6392c91cf9bbc08e0f11f8a43e026f0a0b790ce4c33fb40b5306ef733d"


def test_shipped_file_is_the_documented_one():
    room = files("autograd_cnn.data")
    source = room.joinpath("SOURCE.md").read_text(encoding="utf-8")
    packed = room.joinpath("uci_digits.npz").read_bytes()
    assert hashlib.sha256(packed).hexdigest() in source
    assert f"{len(packed):,} bytes" in source
    assert "CC BY 4.0" in source
    with room.joinpath("uci_digits.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        assert {name: (a.dtype, a.shape) for name, a in arrays.items()} == {
            "images": (np.uint8, (1797, 8, 8)),
            "labels": (np.uint8, (1797,)),
        }
        found = [hashlib.sha256(arrays[name].tobytes()).hexdigest() for name in ("images", "labels")]
    assert found == [PIXELS, LABELS]
    assert all(value in source for value in found)


@pytest.mark.peers
def test_same_images_as_scikit_learn():
    datasets = pytest.importorskip("sklearn.datasets")
    theirs = datasets.load_digits()
    ours = digits()
    images = np.concatenate([ours.train.images, ours.test.images])[:, 0] * 16
    assert np.array_equal(
        np.unique(images.reshape(-1, 64), axis=0), np.unique(theirs.data.astype(np.float32), axis=0)
    )


@pytest.mark.parametrize("size", [8, 11, 32])
def test_shapes_types_and_range(size):
    data = digits(size)
    for part, count in ((data.train, 1437), (data.test, 360)):
        assert part.images.shape == (count, 1, size, size)
        assert part.images.dtype == np.float32
        assert part.labels.shape == (count,)
        assert part.labels.dtype == np.int64
        assert len(part) == count
        assert part.images.min() == 0
        assert 0.9 < part.images.max() <= 1
        assert set(part.labels) == set(range(10))


def test_split_is_fixed():
    # Anyone's accuracy can be compared with anyone's only while these never change.
    split = digits().test
    assert hashlib.sha256(split.labels.astype("<i8").tobytes()).hexdigest() == SPLIT_LABELS
    assert hashlib.sha256((split.images * 16).astype(np.uint8).tobytes()).hexdigest() == SPLIT_PIXELS


@pytest.mark.parametrize("held_out", [10, 359, 360, 1787])
@pytest.mark.parametrize("seed", [0, 7])
def test_split_is_stratified_and_complete(held_out, seed):
    data = digits(held_out=held_out, seed=seed)
    whole = np.bincount(np.concatenate([data.train.labels, data.test.labels]))
    share = np.bincount(data.test.labels, minlength=10)
    assert whole.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert share.sum() == held_out
    assert np.abs(share - whole * held_out / 1797).max() <= 1
    rows = np.concatenate([data.train.images, data.test.images]).reshape(1797, 64)
    unsplit = digits(held_out=10)
    every = np.concatenate([unsplit.train.images, unsplit.test.images]).reshape(1797, 64)
    assert np.array_equal(np.sort(rows, axis=0), np.sort(every, axis=0))


def test_seeds_give_different_splits():
    assert not np.array_equal(digits(seed=0).test.images, digits(seed=1).test.images)


def test_classes_are_mixed():
    labels = digits().train.labels
    assert np.abs(np.bincount(labels[:700], minlength=10) - 70).max() < 30


def test_arrays_belong_to_the_caller():
    first = digits()
    first.train.images[:] = -1
    assert digits().train.images.min() == 0


def test_border_is_quiet():
    images = digits(32, border=2).test.images
    frame = np.ones((32, 32), dtype=bool)
    frame[2:-2, 2:-2] = False
    assert not images[..., frame].any()
    assert images[..., 2, 2:-2].any()


def test_results_are_frozen():
    data = digits()
    with pytest.raises(AttributeError):
        data.train = data.test
    assert repr(Split(data.test.images, data.test.labels)) == "Split(360 images (1, 8, 8) float32)"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"size": 7}, "size 7 with border 0 leaves 7 pixels; the digits have 8"),
        ({"size": 10, "border": 2}, "size >= 12"),
        ({"size": 32, "border": -1}, "border >= 0"),
        ({"held_out": 9}, "held_out from 10 to 1787"),
        ({"held_out": 1788}, "can't hold out 1788 of 1797 images"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_bad_input(arguments, says):
    with pytest.raises(RangeError, match=says.replace("(", r"\(")) as caught:
        digits(**arguments)
    assert isinstance(caught.value, AutogradError)
    assert isinstance(caught.value, ValueError)
    assert "test_digits.py" in str(caught.value)
