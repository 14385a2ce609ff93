"""gradient_report: norms against the gradients themselves; each verdict from a network built to earn it."""

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn.errors import NoGradientError


def test_norms_are_those_of_the_gradients():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(4, 3)), rng.normal(size=(5, 3))
    leaf = ag.tensor(w, requires_grad=True, name="w")
    y = ag.dense(x, leaf)
    loss = (ag.tanh(y) ** 2).sum()
    report = ag.gradient_report(loss)
    (gw,) = ag.gradients(loss, leaf)
    (gy,) = ag.gradients(loss, y)
    (row,) = report.parameters
    assert (row.name, row.shape) == ("w", (5, 3))
    assert row.norm == pytest.approx(np.linalg.norm(gw.data))
    assert row.weight_norm == pytest.approx(np.linalg.norm(w))
    first = report.layers[0]
    assert first.name == "dense"
    assert first.norm == pytest.approx(np.linalg.norm(gy.data))
    assert report.layers[-1].relative == 1.0
    assert leaf.grad is None
    loss.backward()  # nothing was freed


def test_dead_units_are_counted():
    x = ag.tensor(np.array([[-1.0, 2.0, 3.0], [-2.0, -1.0, 1.0]]), requires_grad=True, name="x")
    report = ag.gradient_report(ag.relu(x * 1.0).sum())
    relu = report.layers[-2]
    assert (relu.name, relu.units, relu.dead) == ("relu", 3, 1)
    assert "relu: 1 of 3 units dead" in report.findings
    image = ag.tensor(-np.ones((2, 4, 3, 3)), requires_grad=True)
    assert ag.gradient_report(ag.relu(image * 1.0).sum()).layers[-2].dead == 4


def chain(factor):
    x = ag.tensor(np.ones((2, 2)), requires_grad=True)
    y = x
    for _ in range(8):
        y = y * factor
    return ag.gradient_report(y.sum())


def test_vanishing_and_exploding_layers():
    assert [row.verdict for row in chain(0.1).layers][:3] == ["vanishing"] * 3
    assert [row.verdict for row in chain(10.0).layers][:3] == ["exploding"] * 3
    assert not any(row.verdict for row in chain(1.0).layers)


def test_gradients_that_stop_or_break():
    x = ag.tensor(np.zeros(3), requires_grad=True, name="x")
    assert "x: no gradient" in ag.gradient_report((x * 0.0).sum()).findings
    assert "x: not finite" in ag.gradient_report(ag.sqrt(x).sum()).findings


def test_modules_are_named_and_the_table_holds_every_row():
    net = ag.nn.Sequential(ag.nn.Dense(3, 4, rng=np.random.default_rng(0)), ag.nn.ReLU())
    report = ag.gradient_report(net(np.ones((2, 3), np.float32)).sum())
    text = str(report)
    for row in (*report.layers, *report.parameters):
        assert row.name in text
    assert any("dense" in row.name and "." in row.name for row in report.layers)
    assert {row.name for row in report.parameters} == {name for name, _ in net.named_parameters()}


def test_a_vector_needs_its_cotangent():
    x = ag.tensor([1.0, 2.0], requires_grad=True)
    report = ag.gradient_report(x * 2.0, gradient=[0.0, 3.0])
    assert report.parameters[0].norm == 6.0
    with pytest.raises(NoGradientError, match="wants no gradient"):
        ag.gradient_report(ag.tensor(1.0))
