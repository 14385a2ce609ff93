"""What the routing picture says in words: units, ties of zeros, long sums, which sample, refusals."""

import numpy as np
import pytest

import autograd_cnn as ag
from viz.canvas.scene import Circle, Group, walk
from viz.errors import UndrawableError
from viz.pooling.picture import routing


def tensor(values: object) -> ag.Tensor:
    array = np.asarray(values, dtype=np.float32)
    return ag.tensor(array.reshape((1,) * (4 - array.ndim) + array.shape), requires_grad=True)


def test_the_text_names_the_power_of_ten() -> None:
    pooled = ag.max_pool2d(tensor([[1, 2], [3, 4]]), 2)
    drawing = routing(pooled, cotangent=[[[[0.00123]]]])
    assert 'In the sentences, except "What is lost?": gradients in unit 0.001.' in drawing.text
    assert "gradients in unit 0.001" in drawing.scene.description
    assert "In the sentences" not in routing(pooled).text


def test_windows_of_zeros_are_ties_that_the_words_explain() -> None:
    pooled = ag.max_pool2d(ag.relu(tensor(np.array([[-1, -2, 3, 1], [-3, -4, 2, 0]]))), 2)
    text = routing(pooled).text
    assert "All zero, so every cell is equal: a; the first cell gets all" in text
    assert "What is lost? Nothing in this step: " in text
    assert "the ReLU before will block it" in text


def test_the_longest_sum_is_spelled_out() -> None:
    values = np.zeros((5, 5))
    values[2, 2], values[0, 0], values[4, 4] = 9, 8, 7
    pooled = ag.max_pool2d(tensor(values + 0.1), 3, stride=1, padding=1)
    drawing = routing(pooled, cotangent=np.full(pooled.shape, 0.5))
    answer = drawing.scene.description.partition("Windows overlap")[2]
    assert "cell (2, 2): " in answer
    assert answer.partition("cell (2, 2): ")[2].partition("=")[0].count("+") == 8


def test_only_one_sample_is_not_zero_of_one() -> None:
    text = routing(ag.max_pool2d(tensor([[1, 2], [3, 4]]), 2)).text
    assert "the only sample; the only channel" in text
    many = ag.tensor(np.random.default_rng(0).normal(size=(3, 2, 4, 4)), requires_grad=True)
    text = routing(ag.max_pool2d(many, 2), sample=-1, channel=1).text
    assert "sample 2 (of 0 to 2); channel 1 (of 0 to 1)" in text


def test_split_switches_are_shares() -> None:
    text = routing(ag.max_pool2d(tensor([[5, 5], [1, 5]]), 2, ties="split")).text
    assert "0:0.333+1:0.333+3:0.333" in text


def test_infinity_is_one_sign() -> None:
    text = routing(ag.max_pool2d(tensor([[-np.inf, -np.inf], [np.inf, 1]]), 2)).text
    assert "−∞" in text
    assert "inf" not in text.lower().replace("infin", "")


def test_a_dilated_window_marks_its_taps() -> None:
    x = tensor(np.arange(25.0).reshape(5, 5))
    marks = {}
    for dilation in (1, 2):
        drawing = routing(ag.max_pool2d(x, 2, stride=1, dilation=dilation))
        items = walk(drawing.scene.items)
        marks[dilation] = sum(
            isinstance(item, Circle) and item.radius == 2.2 and not isinstance(item, Group) for item in items
        )
    assert marks == {1: 0, 2: 4}


def test_a_misspelled_theme_fails_at_once() -> None:
    with pytest.raises(UndrawableError, match="no theme is called 'drak'; there are 'light', 'dark', 'auto'"):
        routing(ag.max_pool2d(tensor([[1, 2], [3, 4]]), 2), theme="drak")


def test_a_loss_that_does_not_depend_on_the_pool_is_an_error() -> None:
    x = tensor([[1, 2], [3, 4]])
    pooled = ag.max_pool2d(x, 2)
    with pytest.raises(ag.GraphError, match="the loss does not depend on this tensor"):
        routing(pooled, (x * x).sum())
    zero = routing(pooled, (pooled * 0.0).sum())
    assert float(zero.data["sum_dX"]) == 0


def test_a_norm_is_told_apart_from_a_sum() -> None:
    x = ag.tensor(np.arange(16.0).reshape(1, 1, 4, 4) - 8, requires_grad=True)
    norm, weighted = (
        routing(ag.lp_pool2d(x, 3, stride=1)).text,
        routing(ag.weighted_pool2d(x, 3, stride=1)).text,
    )
    assert "becomes its p-norm" in norm
    assert "What is saved? The values: a share depends on a cell's own x" in norm
    assert "the shares of a norm have the signs of x" in norm
    assert "becomes one weighted sum" in weighted
    assert "swallows" not in norm + weighted
