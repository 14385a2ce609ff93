"""Sentences of pictures and films that once were false: each is held against what happens."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag
import viz
from viz.errors import UndrawableError

from .pooling_samples import tensor


def volume(values: Any) -> ag.Tensor:
    return ag.tensor(np.asarray(values, np.float64)[None, None], requires_grad=True)


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_norms_of_values_that_are_not_finite_are_drawn(odd: float) -> None:
    drawing = viz.routing(ag.lp_pool2d(tensor([[1, odd, 3], [1, 2, 3]]), 2, stride=1))
    assert {np.inf: "∞", -np.inf: "−∞"}.get(odd, "NaN") in drawing.svg()
    assert "NaN + NaN ≈" not in drawing.text


@pytest.mark.parametrize("p", [1, 2])
def test_films_of_norms_claim_nothing_of_shares_that_are_none(p: float) -> None:
    film = viz.animate(ag.lp_pool2d(tensor([[1, np.nan, 3], [1, 2, 3]]), 2, p, stride=1))
    assert film.text[3] == "Some cells hold no finite number, and so their shares of the gradient are none."


def test_weights_that_learn_need_the_input() -> None:
    x = tensor(np.arange(9.0).reshape(3, 3))
    learned = ag.weighted_pool2d(
        x, 2, weights=ag.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True), stride=1
    )
    fixed = ag.weighted_pool2d(x, 2, weights=[[1.0, 2.0], [3.0, 4.0]], stride=1)
    assert "What is saved? X and the weights, for the weights' own gradient" in viz.routing(learned).text
    assert viz.animate(learned).text[1] == "… and keeps X and the weights, for the weights' own gradient."
    assert "What is saved? Nothing of X: the shares follow from the weights alone." in viz.routing(fixed).text
    assert "follow from the weights alone" in viz.animate(fixed).text[1]
    unwanted = ag.weighted_pool2d(x, 2, weights=ag.tensor([[1.0, 2.0], [3.0, 4.0]]))
    padded = ag.avg_pool2d(x, 2, padding=1, count_include_pad=False)
    for pooled in (unwanted, padded):
        assert "What is saved? Nothing of X" in viz.routing(pooled).text
    for drawing in (viz.routing(ag.routing(learned)), viz.routing(ag.routing(fixed))):
        assert "X is kept too if the weights learn" in drawing.text


def test_a_cell_that_ties_in_a_layer_not_drawn_is_not_called_harmless() -> None:
    values = np.zeros((3, 2, 2))
    values[0], values[1], values[2] = [[10, 1], [1, 1]], [[5, 4], [9, 2]], [[9, 1], [0, 0]]

    def pooled(values: np.ndarray) -> ag.Tensor:
        return ag.max_pool3d(volume(values), 2, stride=1, ties="last")

    text = viz.routing(pooled(values), slice=1, spotlight=(0, 0, 0)).text
    assert "3 cells were picked by no window" in text
    assert "1 cell was as large as a winner and lost the tie" in text
    raised = values.copy()
    raised[1, 1, 0] += 0.01
    assert not np.array_equal(pooled(raised).numpy(), pooled(values).numpy())


def test_zero_windows_of_all_layers_are_told() -> None:
    values = np.zeros((6, 2, 2))
    values[0, 0, 0] = 1
    text = viz.routing(ag.max_pool3d(ag.relu(volume(values)), 2, stride=2)).text
    assert "But 2 windows are all zero: the ReLU before will block 2 of that." in text


def test_a_loser_at_another_depth_is_not_forgotten() -> None:
    film = viz.animate(ag.max_pool3d(volume([[[1.0]], [[-4.0]]]), (2, 1, 1)), slice=0)
    assert film.text[3] == "No other cell at depth 0 lies in it, so nobody there lost."


def test_padding_behind_is_named() -> None:
    x = tensor(np.arange(9.0).reshape(3, 3))
    behind = viz.routing(ag.max_pool2d(x, 2, padding=((0, 1), (0, 1))))
    assert "window 2 × 2, stride 2, padding 0 before, 1 after:" in behind.scene.title
    assert "stride 2, padding 1:" in viz.routing(ag.max_pool2d(x, 2, padding=1)).scene.title


def test_two_windows_are_both_and_one_cell_stays() -> None:
    film = viz.animate(ag.max_pool2d(tensor([[1, 2, 4, 3]]), (1, 2)))
    assert film.text[-1] == "Both windows do the same: 2 sent, 2 arrived; 2 cells receive, 2 stay 0."
    assert (
        viz.animate(ag.max_pool2d(tensor([[1, 2]]), (1, 2))).text[-1].endswith("1 cell receives, 1 stays 0.")
    )


@pytest.mark.parametrize("draw", [viz.routing, viz.animate])
def test_what_names_no_plane_is_refused_in_words(draw: Any) -> None:
    flat = ag.max_pool2d(tensor(np.arange(9.0).reshape(3, 3)), 2, stride=1)
    deep = ag.max_pool3d(volume(np.arange(27.0).reshape(3, 3, 3)), 2, stride=1)
    for y, wrong, words in (
        (flat, {"sample": "0"}, "sample must be a whole number, not '0'"),
        (flat, {"sample": True}, "sample must be a whole number, not True"),
        (flat, {"channel": 1.5}, "channel must be a whole number, not 1.5"),
        (deep, {"slice": 1.0}, "slice must be a whole number, not 1.0"),
        (flat, {"spotlight": (0, 0, 1)}, "max_pool2d has 2 spatial axes; leave the layer out"),
        (flat, {"spotlight": (1, 0, 1)}, "max_pool2d has 2 spatial axes; leave the layer out"),
        (flat, {"spotlight": "zz"}, "shows no window 'zz'; it shows a to d"),
    ):
        with pytest.raises(UndrawableError, match=words.replace("(", r"\(")):
            draw(y, **wrong)


@pytest.mark.parametrize("draw", [viz.routing, viz.animate])
def test_a_spotlight_may_come_from_numpy(draw: Any) -> None:
    flat = ag.max_pool2d(tensor(np.arange(9.0).reshape(3, 3)), 2, stride=1)
    texts = {
        draw(flat, spotlight=spot).svg() for spot in ("b", (0, 1), [0, 1], np.array([0, 1]), np.int64(1))
    }
    assert len(texts) == 1
