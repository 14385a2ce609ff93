"""SGD and Adam against steps worked out by hand, and what optimisers refuse."""

from __future__ import annotations

import math

import numpy as np
import pytest

import autograd_cnn as ag


def parameter(*values: float, dtype: str = "float64") -> ag.Tensor:
    return ag.tensor(list(values), dtype=dtype, requires_grad=True)


def with_gradient(w: ag.Tensor, *values: float) -> None:
    w.grad = ag.tensor(list(values), dtype=w.dtype)


def test_sgd_takes_a_step_against_the_gradient() -> None:
    w = parameter(1.0, -2.0)
    (w * w).sum().backward()  # gradient 2, -4
    ag.optim.SGD([w], lr=0.25).step()
    assert w.numpy().tolist() == [0.5, -1.0]


def test_momentum_by_hand() -> None:
    """v = 0.5 v + g, w = w - 0.1 v, with gradients 1, 2, 4: v is 1, 2.5, 5.25."""
    w = parameter(1.0)
    optimiser = ag.optim.SGD([w], lr=0.1, momentum=0.5)
    seen = []
    for g in (1.0, 2.0, 4.0):
        with_gradient(w, g)
        optimiser.step()
        seen.append(w.item())
    assert seen == pytest.approx([0.9, 0.65, 0.125], rel=1e-12)


def test_adam_by_hand() -> None:
    w = parameter(1.0)
    optimiser = ag.optim.Adam([w], lr=0.1, betas=(0.5, 0.75), eps=1e-8)
    m = v = 0.0
    expected = 1.0
    for t, g in enumerate((1.0, -2.0, 4.0), start=1):
        with_gradient(w, g)
        optimiser.step()
        m, v = 0.5 * m + 0.5 * g, 0.75 * v + 0.25 * g * g
        expected -= 0.1 * (m / (1 - 0.5**t)) / (math.sqrt(v / (1 - 0.75**t)) + 1e-8)
        assert w.item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("gradient", [1e-4, -3.0, 1e4])
def test_adams_first_step_has_the_size_of_the_learning_rate(gradient: float) -> None:
    w = parameter(5.0)
    with_gradient(w, gradient)
    ag.optim.Adam([w], lr=0.1).step()
    assert w.item() == pytest.approx(5.0 - math.copysign(0.1, gradient), rel=1e-4)


@pytest.mark.parametrize("make", [ag.optim.SGD, ag.optim.Adam, lambda p: ag.optim.SGD(p, momentum=0.9)])
def test_what_a_step_leaves_alone(make: object) -> None:
    """Other parameters, the gradient, arrays read before, and the dtype."""
    w, idle = parameter(1.0, 2.0, dtype="float32"), parameter(3.0)
    optimiser = make([w, idle])  # type: ignore[operator]
    with_gradient(w, 0.5, -0.5)
    before, gradient = w.numpy(), w.grad
    for _ in range(3):
        optimiser.step()
    assert w.dtype == np.float32
    assert w.grad is gradient
    assert gradient is not None
    assert gradient.numpy().tolist() == [0.5, -0.5]
    assert before.tolist() == [1.0, 2.0]
    assert w.numpy().tolist() != [1.0, 2.0]
    assert idle.numpy().tolist() == [3.0]


def test_parameters_keep_states_of_their_own() -> None:
    one, two = parameter(1.0), parameter(1.0)
    optimiser = ag.optim.SGD([one, two], lr=1.0, momentum=0.5)
    with_gradient(one, 1.0)
    optimiser.step()
    one.grad = None
    with_gradient(two, 1.0)
    optimiser.step()
    assert (one.item(), two.item()) == (0.0, 0.0)


def test_a_parameter_named_twice_moves_once() -> None:
    w = parameter(1.0)
    with_gradient(w, 1.0)
    ag.optim.SGD([w, w], lr=0.5).step()
    assert w.item() == 0.5


def test_the_learning_rate_may_change_between_steps() -> None:
    w = parameter(1.0)
    optimiser = ag.optim.SGD([w], lr=0.5)
    with_gradient(w, 1.0)
    optimiser.step()
    optimiser.lr = 0.25
    optimiser.step()
    assert w.item() == 0.25


def test_zero_grad_forgets() -> None:
    w = parameter(1.0)
    with_gradient(w, 1.0)
    optimiser = ag.optim.SGD([w])
    optimiser.zero_grad()
    assert w.grad is None
    optimiser.step()
    assert w.item() == 1.0


def test_a_step_makes_older_graphs_stale() -> None:
    w = parameter(2.0)
    loss = (w * w).sum()
    with_gradient(w, 1.0)
    ag.optim.SGD([w]).step()
    with pytest.raises(ag.StaleValueError, match=r"(?s)multiply: .*was assigned.*fits: backward\(\) before"):
        loss.backward()


@pytest.mark.parametrize(
    ("make", "pattern"),
    [
        (lambda w: ag.optim.SGD([]), r"SGD: there are no parameters.*fits: model.parameters\(\)"),
        (lambda w: ag.optim.SGD([w], lr=0), r"SGD: lr=0 is out of range.*rule: 0.0 < lr"),
        (lambda w: ag.optim.SGD([w], lr=-1.0), r"SGD: lr=-1.0 is out of range"),
        (lambda w: ag.optim.SGD([w], lr=math.nan), r"SGD: lr=nan is out of range"),
        (lambda w: ag.optim.SGD([w], momentum=1.0), r"SGD: momentum=1.0 is out of range.*fits: 0.9"),
        (lambda w: ag.optim.Adam([w], betas=(1.0, 0.9)), r"Adam: betas\[0\]=1.0 is out of range"),
        (lambda w: ag.optim.Adam([w], betas=(0.9, -0.1)), r"Adam: betas\[1\]=-0.1 is out of range"),
        (lambda w: ag.optim.Adam([w], eps=0.0), r"Adam: eps=0.0 is out of range"),
        (lambda w: ag.optim.Adam([w * 2.0]), r"Adam: a parameter must be a leaf that wants gradients"),
        (
            lambda w: ag.optim.SGD([ag.tensor([1.0], name="b")]),
            r"SGD: .*b: float32 \(1,\).*requires_grad=True",
        ),
    ],
)
def test_what_is_refused(make: object, pattern: str) -> None:
    with pytest.raises(ag.AutogradError, match="(?s)" + pattern) as caught:
        make(parameter(1.0))  # type: ignore[operator]
    assert caught.value.line.file == __file__
