"""detect_anomaly names the operation that made the first NaN or infinity, forward or backward."""

import warnings

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn.errors import AnomalyError


def caught(fn, **settings):
    with pytest.raises(AnomalyError) as info, ag.detect_anomaly(**settings):
        fn()
    return str(info.value)


def test_a_nan_made_forward_with_its_inputs_ranges_and_line():
    x = ag.tensor([0.0, 4.0])
    text = caught(lambda: ag.log(x - 1.0))  # the line to name
    assert "log: this operation made a NaN" in text
    assert "x: float32 (2,) from -1 to 3" in text
    assert "the line to name" in text


def test_an_infinity_made_by_a_gradient_names_the_forward_operation_and_line():
    x = ag.tensor([0.0, 4.0], requires_grad=True)
    y = ag.sqrt(x)  # where it was made
    text = caught(lambda: y.sum().backward())
    assert text.startswith("sqrt: in its gradient for x, at the step divide: this operation made an infinity")
    assert "where it was made" in text


def test_a_value_that_came_in_is_told_from_one_made_here():
    text = caught(lambda: ag.tensor([np.nan, 1.0]) * 2.0)
    assert "multiply: a NaN came in through x" in text
    assert "x: float32 (2,) from 1 to 1, 1 NaN" in text
    assert "an infinity came in through y" in caught(lambda: ag.tensor([1.0]) * np.inf)


def test_the_module_is_named():
    net = ag.nn.Sequential(ag.nn.ReLU())
    text = caught(lambda: net(ag.tensor([np.inf])))
    assert "ReLU" in text


def test_infinities_may_be_meant():
    x = ag.tensor([-np.inf, 1.0])
    with ag.detect_anomaly(infinity=False):
        ag.softmax(x * 1.0)
        with pytest.raises(AnomalyError, match="NaN"):
            x - x


def test_it_watches_transforms_too():
    x = np.array([0.0, 1.0])
    assert "sqrt" in caught(lambda: ag.grad(lambda x: ag.sqrt(x).sum())(x))
    assert "infinity" in caught(lambda: ag.jvp(ag.sqrt, [x], [x + 1]))
    with ag.detect_anomaly():
        _, t = ag.jvp(ag.grad(lambda x: (x * x * x).sum()), [x], [x])
    np.testing.assert_array_equal(t.data, 6 * x * x)


ZERO, ONES = np.array([0.0, 1.0]), np.ones(2)


def test_a_tangent_names_the_operation_whose_rule_it_was_and_its_line():
    def root(x):
        return ag.sqrt(x)  # the line to blame

    _, push = ag.linearize(root, ZERO)
    for fn in (lambda: ag.jvp(root, [ZERO], [ONES]), lambda: push(ONES)):
        text = caught(fn)
        assert text.startswith("sqrt: in its tangent for x, at the step divide: this operation made an")
        assert "y: float64 (2,) from 0 to 1" in text
        assert "the line to blame" in text


def test_tangents_of_gradients_and_of_tangents_name_the_first_operation():
    tiny = np.array([1e-300, 1.0])
    # the first derivative, 5e149, is finite; the second is not
    text = caught(lambda: ag.jvp(ag.grad(lambda x: ag.sqrt(x).sum()), [tiny], [ONES]))
    assert text.startswith("sqrt: in its gradient for x, at the step divide: in its tangent for y, at the")
    text = caught(lambda: ag.jvp(lambda x: ag.jvp(ag.sqrt, [x], [ONES])[1], [tiny], [ONES]))
    assert text.startswith("sqrt: in its tangent for x, at the step divide: in its tangent for y, at the")


def test_the_module_of_a_tangent_is_named():
    text = caught(lambda: ag.jvp(ag.nn.Sequential(ag.nn.Sigmoid()), [ONES], [ONES * np.inf]))
    assert text.startswith("sigmoid: in its tangent for x, at the step sigmoid_gate: an infinity came in")
    assert "Sigmoid" in text.splitlines()[0]


def test_nothing_wrong_gives_the_same_gradients_without_history():
    x = ag.tensor([1.0, 4.0], requires_grad=True)
    with ag.detect_anomaly():
        ag.sqrt(x).sum().backward()
    np.testing.assert_array_equal(x.grad.data, np.float32([0.5, 0.25]))
    assert not x.grad.requires_grad


def test_the_watch_ends_with_the_block():
    with pytest.raises(AnomalyError), ag.detect_anomaly():
        ag.log(ag.tensor([-1.0]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert np.isnan(ag.log(ag.tensor([-1.0])).item())
