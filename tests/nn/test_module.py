"""Module and Sequential: the tree of parameters, names, modes, repr."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag


class Block(ag.nn.Module):
    """A module in a module, with a parameter of its own and things that are none."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.scale = ag.tensor([2.0], requires_grad=True)
        self.table = ag.tensor([1.0, 2.0])
        self.inner = ag.nn.Dense(3, 2, rng=rng)
        self.count = 3

    def forward(self, x: Any) -> Any:
        return self.inner(x) * self.scale


def block() -> Block:
    return Block(np.random.default_rng(0))


def test_parameters_are_the_tensors_that_want_gradients() -> None:
    net = block()
    assert [name for name, _ in net.named_parameters()] == ["scale", "inner.weight", "inner.bias"]
    assert net.parameters() == [net.scale, net.inner.weight, net.inner.bias]
    assert net.count_parameters() == 1 + 6 + 2


def test_modules_come_with_their_paths_parents_first() -> None:
    net = ag.nn.Sequential(block(), last=block())
    paths = [path for path, _ in net.named_modules()]
    assert paths == ["", "0", "0.inner", "last", "last.inner"]


def test_shared_parts_count_once() -> None:
    shared = ag.nn.Dense(2, 2, rng=np.random.default_rng(0))
    net = ag.nn.Sequential(shared, shared)
    assert net.count_parameters() == 6
    assert len(list(net.named_modules())) == 2
    other = ag.nn.Dense(2, 2, bias=False, rng=np.random.default_rng(0))
    other.weight = shared.weight
    assert len(ag.nn.Sequential(shared, other).parameters()) == 2


def test_parameters_are_named_by_where_they_are() -> None:
    net = ag.nn.Sequential(features=ag.nn.Sequential(block()))
    names = [parameter.name for parameter in net.parameters()]
    assert names == ["features.0.scale", "features.0.inner.weight", "features.0.inner.bias"]


def test_a_name_given_by_the_user_stays() -> None:
    class Named(ag.nn.Module):
        def __init__(self) -> None:
            self.w = ag.tensor([1.0], requires_grad=True, name="gain")

    assert Named().w.name == "gain"


def test_train_and_eval_reach_the_whole_tree() -> None:
    net = ag.nn.Sequential(block())
    assert all(module.training for _, module in net.named_modules())
    assert net.eval() is net
    assert not any(module.training for _, module in net.named_modules())
    assert net.train() is net
    assert all(module.training for _, module in net.named_modules())


def test_zero_grad_forgets_the_gradients() -> None:
    net = block()
    net(np.ones((1, 3), np.float32)).sum().backward()
    assert all(parameter.grad is not None for parameter in net.parameters())
    net.zero_grad()
    assert all(parameter.grad is None for parameter in net.parameters())


def test_repr_has_a_line_a_module_with_shapes_and_counts() -> None:
    net = ag.nn.Sequential(
        c1=ag.nn.Conv2d(3, 6, 5, rng=np.random.default_rng(0)), pool=ag.nn.MaxPool2d(2), inner=block()
    )
    assert repr(net).splitlines() == [
        "Sequential()",
        "  c1: Conv2d(3 -> 6, window 5x5)  weight (6, 3, 5, 5), bias (6,)  = 456",
        "  pool: MaxPool2d(window 2, stride 2)",
        "  inner: Block()  scale (1,)  = 1",
        "    inner.inner: Dense(3 -> 2)  weight (2, 3), bias (2,)  = 8",
        "465 parameters",
    ]


def test_forward_is_the_modules_own() -> None:
    class Empty(ag.nn.Module):
        pass

    with pytest.raises(NotImplementedError, match=r"Empty defines no forward\(\)"):
        Empty()(1.0)


def test_sequential_runs_in_order_and_can_be_looked_into() -> None:
    rng = np.random.default_rng(0)
    dense, relu = ag.nn.Dense(3, 2, rng=rng), ag.nn.ReLU()
    net = ag.nn.Sequential(dense, act=relu)
    assert list(net) == [dense, relu]
    assert len(net) == 2
    assert net[1] is relu
    assert net.act is relu  # type: ignore[attr-defined]
    x = rng.standard_normal((4, 3)).astype(np.float32)
    np.testing.assert_array_equal(net(x).numpy(), ag.relu(ag.dense(x, dense.weight, dense.bias)).numpy())
    assert ag.nn.Sequential()(5) == 5


def test_modules_nest_deeply_without_recursion() -> None:
    net = ag.nn.Sequential(ag.nn.ReLU())
    for _ in range(2000):
        outer = ag.nn.Module()
        object.__setattr__(outer, "inner", net)
        net = outer  # type: ignore[assignment]
    assert len(list(net.named_modules())) == 2002
    assert net.count_parameters() == 0
