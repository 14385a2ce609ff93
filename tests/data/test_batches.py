import numpy as np
import pytest

from autograd_cnn.data import Batches
from autograd_cnn.errors import DTypeError, RangeError, ShapeError


def numbered(count):
    labels = np.arange(count)
    return labels[:, None, None, None] * np.ones((1, 1, 2, 2)), labels


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize(("count", "size"), [(10, 4), (10, 5), (10, 1), (10, 10)])
def test_every_epoch_sees_each_image_once(count, size, shuffle, drop_last):
    images, labels = numbered(count)
    batches = Batches(images, labels, size, shuffle, np.random.default_rng(0), drop_last)
    for _ in range(3):
        seen = list(batches)
        assert len(seen) == len(batches)
        assert all(np.array_equal(x[:, 0, 0, 0], y) for x, y in seen)
        assert [len(y) for _, y in seen[:-1]] == [size] * (len(seen) - 1)
        together = np.concatenate([y for _, y in seen])
        assert len(set(together.tolist())) == len(together)
        assert len(together) == (count // size * size if drop_last else count)


def test_one_batch_may_hold_everything():
    images, labels = numbered(3)
    assert [y.tolist() for _, y in Batches(images, labels, 8, shuffle=False)] == [[0, 1, 2]]


def test_order_comes_from_the_generator():
    images, labels = numbered(50)

    def epochs(seed):
        batches = Batches(images, labels, 8, rng=np.random.default_rng(seed))
        return [np.concatenate([y for _, y in batches]).tolist() for _ in range(2)]

    assert epochs(3) == epochs(3)
    assert epochs(3) != epochs(4)
    assert epochs(3)[0] != epochs(3)[1]


def test_in_order_needs_no_generator():
    images, labels = numbered(5)
    assert [y.tolist() for _, y in Batches(images, labels, 2, shuffle=False)] == [[0, 1], [2, 3], [4]]


def test_two_walks_at_once_do_not_disturb_each_other():
    images, labels = numbered(6)
    batches = Batches(images, labels, 2, rng=np.random.default_rng(0))
    pairs = list(zip(batches, batches, strict=True))
    for side in (0, 1):
        assert sorted(np.concatenate([pair[side][1] for pair in pairs])) == list(range(6))


def test_repr_says_what_it_holds():
    images, labels = numbered(5)
    assert repr(Batches(images, labels, 2, shuffle=False)) == "Batches(3 of 2 from 5 images, in order)"


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"labels": np.arange(9)}, ShapeError, r"labels: int64 \(9,\)"),
        ({"images": np.zeros((0, 1)), "labels": np.zeros(0)}, ShapeError, "at least 1"),
        ({"labels": np.array(3)}, ShapeError, "one length"),
        ({"batch_size": 0}, RangeError, "batch_size is 0"),
        ({"batch_size": 11, "drop_last": True}, RangeError, "batch_size <= 10"),
        ({"rng": None}, RangeError, "shuffle=False"),
        ({"rng": 7}, DTypeError, "rng is a int"),
    ],
)
def test_bad_input(change, error, says):
    images, labels = numbered(10)
    good = {"images": images, "labels": labels, "batch_size": 4, "rng": np.random.default_rng(0)}
    with pytest.raises(error, match=says):
        Batches(**{**good, **change})
