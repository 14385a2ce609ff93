"""Choices by masks: what `np.where` gives, bit by bit, for every dtype, shape and memory order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd_cnn.kernels.blockwise import SMALL_CHOICE, by_sign, select

rng = np.random.default_rng(0)
SHAPE = (4, 8, 32, 33)
SPECIAL = np.array([np.inf, -np.inf, np.nan, -0.0, 1.0])


def values(dtype: str) -> Any:
    return (
        SPECIAL[rng.integers(0, 5, SHAPE)].astype(dtype)
        if dtype[0] == "f"
        else rng.integers(0, 9, SHAPE, dtype)
    )


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32", "int64", "uint8"])
@pytest.mark.parametrize("condition", [SHAPE, (32, 33), (8, 1, 1)], ids=str)
def test_as_numpy(dtype: str, condition: tuple[int, ...]) -> None:
    keep = rng.random(condition) < 0.5
    x, y = values(dtype), values(dtype)
    assert x.size > SMALL_CHOICE
    turned = y.transpose(1, 2, 3, 0).copy().transpose(3, 0, 1, 2)
    zero = 0.0 if dtype[0] == "f" else 0
    for first, second in ((x, y), (x, turned), (turned, x), (x, zero), (zero, x), (x, -zero), (x, y[:1, :1])):
        found, wanted = select(keep, first, second), np.where(keep, first, second)
        assert found.dtype == wanted.dtype
        assert np.ascontiguousarray(found).tobytes() == wanted.tobytes()


def test_mixed_dtypes_follow_numpy() -> None:
    keep = rng.random(SHAPE) < 0.5
    assert select(keep, values("float32"), values("float64")).dtype == np.float64
    assert select(keep, True, False).dtype == np.bool_


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_by_sign_looks_at_the_sign_bit(dtype: str) -> None:
    s, x, y = values(dtype), values(dtype), values(dtype)
    found, wanted = by_sign(s, x, y), np.where(np.signbit(s), x, y)
    assert found.tobytes() == wanted.tobytes()
