"""What the routing picture says in words: units, ties of zeros, long sums, which sample, refusals."""

import numpy as np
import pytest

import autograd_cnn as ag
from viz.canvas.scene import Circle, Line, Rect, text_boxes, walk
from viz.errors import UndrawableError
from viz.pooling.picture import routing

from .looking import named, words_in
from .pooling_samples import tensor


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
    assert "the ReLU before will block " in text


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
        marks[dilation] = sum(
            isinstance(item, Rect) and item.stroke == "ink" and item.fill is None and item.dash == "solid"
            for item in walk(named(drawing, "X").items)
        )
    assert marks == {1: 1, 2: 4}  # one outline, or a box a tap


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


def test_values_that_differ_by_little_do_not_look_tied() -> None:
    drawing = routing(ag.max_pool2d(tensor([[4.0004, 4.0001], [1, 1 / 3]]), 2))
    assert {"4.0004", "4.0001"} <= set(words_in(drawing, "X"))
    assert not {"=", "<"} & set(words_in(drawing, "X"))
    closer = routing(ag.max_pool2d(tensor([[400.00003, 400], [100 / 3, 1 / 3]]), 2))
    assert words_in(closer, "X").count("<") == 1, "too close for the digits there are: marked as smaller"
    assert "prints like the winner, is less" in words_in(closer, "legend")
    assert "tie" not in " ".join(words_in(closer, "Y"))


@pytest.mark.parametrize(("ties", "marks"), [("first", 3), ("last", 3), ("split", 0)])
def test_ties_of_zeros_are_marked_as_ties(ties: str, marks: int) -> None:
    drawing = routing(ag.max_pool2d(tensor(np.zeros((2, 2))), 2, ties=ties))
    assert words_in(drawing, "X").count("=") == marks
    dashed = [i for i in walk(named(drawing, "X").items) if isinstance(i, Circle) and i.dash == "dashed"]
    assert len(dashed) == marks
    assert words_in(drawing, "Y")[-1] == "all zero"


def test_split_switches_say_the_share() -> None:
    drawing = routing(ag.max_pool2d(tensor([[5, 5, 1, 2], [1, 5, 0, 0]]), 2, ties="split"))
    assert words_in(drawing, "switches") == ["a", "1/3", "b", "1"]


def test_blocked_amounts_and_large_counts_are_printed_whole() -> None:
    zeros = ag.relu(tensor([[-1, -2, 3, 1], [-3, -4, 2, 0]]))
    text = routing(ag.max_pool2d(zeros, 2), cotangent=[[[[0.4, 0.6]]]]).text
    assert "the ReLU before will block 0.4 of that." in text
    large = ag.max_pool2d(tensor(np.arange(130.0 * 130).reshape(130, 130)), 2)
    assert "12,675 cells were picked by no window" in routing(large).text


def test_dilated_windows_that_interlock_have_one_arrow() -> None:
    x = tensor(np.random.default_rng(0).permutation(49).reshape(7, 7))
    drawing = routing(ag.max_pool2d(x, 2, stride=1, dilation=2), cotangent=np.ones((1, 1, 5, 5)))
    heads = [i for i in walk(named(drawing, "dX").items) if isinstance(i, Line) and i.head == "filled"]
    assert len(heads) <= 1


def test_shares_without_a_last_digit_are_fractions() -> None:
    def shown(pooled: ag.Tensor) -> list[str]:
        return [text.plain for text, _ in text_boxes(routing(pooled).scene.items) if "×" in text.plain]

    assert shown(ag.avg_pool2d(tensor(np.eye(3)), 3)).count("1/9 ×") == 9
    assert shown(ag.avg_pool2d(tensor(np.eye(2)), 2)).count("0.25×") == 4


def test_other_pools_count_who_got_something() -> None:
    text = routing(ag.avg_pool2d(tensor(np.ones((5, 5))), 2)).text
    assert "Nothing: sum of dY 4, sum of dX 4. 4 sent, 16 cells received, 9 stayed 0." in text


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"sample": 2}, r"sample 2 does not exist: max_pool2d got input of shape \(2, 3, 4, 4\).*-2 to 1"),
        ({"channel": -4}, "channel -4 does not exist.*-3 to 2"),
    ],
)
def test_out_of_range(more: dict[str, int], words: str) -> None:
    x = ag.tensor(np.arange(96.0).reshape(2, 3, 4, 4), requires_grad=True)
    with pytest.raises(UndrawableError, match=words):
        routing(ag.max_pool2d(x, 2), **more)


def test_sample_and_channel_choose_the_plane() -> None:
    x = np.random.default_rng(0).permutation(96).reshape(2, 3, 4, 4).astype(np.float32)
    pooled = ag.max_pool2d(ag.tensor(x, requires_grad=True), 2)
    drawing = routing(pooled, sample=-1, channel=1)
    np.testing.assert_array_equal(drawing.data["X"], x[1, 1])
    all_words = " ".join(text.plain for text, _ in text_boxes(drawing.scene.items))
    assert "sample 1 (of 0 to 1) · channel 1 (of 0 to 2)" in all_words
    assert "for the whole batch" in all_words


def test_tied_losers_are_no_cells_without_influence() -> None:
    x = ag.tensor(np.array([[[[3.0, 3.0], [1.0, 2.0]]]]), requires_grad=True)
    answer = routing(ag.max_pool2d(x, 2)).scene.description.partition("Why 0?")[2]
    assert "2 cells were picked by no window" in answer
    assert "1 cell was as large as a winner and lost the tie: raised a little" in answer


def test_nothing_adds_where_windows_lie_side_by_side() -> None:
    x = ag.tensor(np.arange(16.0).reshape(1, 1, 4, 4), requires_grad=True)
    apart, meeting = routing(ag.max_pool2d(x, 2)), routing(ag.max_pool2d(x, 2, stride=1))
    assert "where two meet, they add" in meeting.scene.description + meeting.text
    assert "where two meet" not in apart.scene.description + apart.text
