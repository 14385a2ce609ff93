"""ModuleList and ModuleDict: parts by number and by name, found by everything that walks the tree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn import nn


class Network(nn.Module):
    """Two equal blocks, and heads by name, one of them a list again."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.blocks = nn.ModuleList([nn.Dense(3, 3, rng=rng), nn.Dense(3, 3, rng=rng)])
        self.heads = nn.ModuleDict(
            {
                "left": nn.Dense(3, 2, rng=rng),
                "right": nn.ModuleList([nn.Dense(3, 1, rng=rng), nn.Dropout(rng=rng)]),
            }
        )

    def forward(self, x: Any) -> Any:
        for block in self.blocks:
            x = ag.relu(block(x))
        first, drop = self.heads["right"]  # type: ignore[misc]
        return self.heads["left"](x), drop(first(x))


def network() -> Network:
    return Network(np.random.default_rng(0))


PARTS = ["blocks.0", "blocks.1", "heads.left", "heads.right.0"]


def test_parameters_are_found_and_named() -> None:
    net = network()
    names = [f"{part}.{name}" for part in PARTS for name in ("weight", "bias")]
    assert [name for name, _ in net.named_parameters()] == names
    assert [parameter.name for parameter in net.parameters()] == names
    assert net.count_parameters() == 2 * 12 + 8 + 4


def test_calls_are_recorded_under_the_same_names() -> None:
    rows = network().summary((5, 3)).layers
    assert [row.path for row in rows if row.kind == "Dense"] == PARTS
    assert [row.path for row in rows if row.kind == "Dropout"] == ["heads.right.1"]


def test_train_eval_and_repr_reach_the_parts() -> None:
    net = network().eval()
    assert not any(module.training for _, module in net.named_modules())
    assert "  heads: ModuleDict()" in repr(net).splitlines()
    assert "      heads.right.1: Dropout(p 0.5)" in repr(net).splitlines()


def test_parts_by_number_and_by_name() -> None:
    net = network()
    assert len(net.blocks) == len(net.heads) == 2
    assert list(net.blocks)[1] is net.blocks[1] is net.blocks[-1]
    assert list(net.heads) == ["left", "right"]
    assert "left" in net.heads
    assert "centre" not in net.heads
    assert dict(net.heads.items()) == {name: net.heads[name] for name in net.heads}
    with pytest.raises(IndexError):
        net.blocks[2]


def test_a_part_that_stands_elsewhere_first_keeps_its_name() -> None:
    dense = nn.Dense(3, 3, rng=np.random.default_rng(0))

    class Shared(nn.Module):
        def __init__(self) -> None:
            self.first = dense
            self.again = nn.ModuleList([dense])

        def forward(self, x: Any) -> Any:
            return self.again[0](self.first(x))

    net = Shared()
    assert net.count_parameters() == 12
    assert {row.path for row in net.summary((2, 3)).layers} == {"first"}


@pytest.mark.parametrize("shelf", [nn.ModuleList([nn.ReLU()]), nn.ModuleDict({"act": nn.ReLU()})])
def test_they_compute_nothing(shelf: nn.Module) -> None:
    with pytest.raises(NotImplementedError, match=r"Module(List|Dict) only holds modules.*Sequential"):
        shelf(np.ones(2))
