"""Slices of pools over three axes: numbers equal the true gradient, and nothing is told wrongly."""

from collections.abc import Callable

import numpy as np
import pytest

import autograd_cnn as ag
import viz
from viz.canvas.drawing import Drawing
from viz.canvas.scene import Box, text_boxes
from viz.errors import UndrawableError

from .looking import words_in


def cube(seed: int, *shape: int) -> ag.Tensor:
    values = np.random.default_rng(seed).permutation(int(np.prod(shape))).reshape(1, 1, *shape) / 10
    return ag.tensor(values, requires_grad=True)


POOLS: dict[str, Callable[[ag.Tensor], ag.Tensor]] = {
    "stride 1": lambda x: ag.max_pool3d(x, 2, stride=1),
    "stride 2": lambda x: ag.max_pool3d(x, 2),
    "padding": lambda x: ag.max_pool3d(x, 3, stride=2, padding=1),
    "dilation": lambda x: ag.max_pool3d(x, 2, stride=1, dilation=2),
    "anisotropic": lambda x: ag.max_pool3d(x, (3, 2, 2), stride=(1, 2, 1)),
    "split": lambda x: ag.max_pool3d(ag.floor(x / 3), 2, stride=1, ties="split"),
    "average": lambda x: ag.avg_pool3d(x, 2, stride=1),
    "sum": lambda x: ag.sum_pool3d(x, 2, stride=1),
    "lp": lambda x: ag.lp_pool3d(x, 2, stride=1),
}


@pytest.mark.parametrize("name", POOLS)
def test_each_depth_shows_the_true_gradient_and_its_terms(name: str) -> None:
    x = cube(1, 4, 5, 4)
    y = POOLS[name](x)
    cotangent = np.random.default_rng(2).integers(-9, 10, y.shape) / 10
    routed = ag.routing(y, cotangent=cotangent)
    for depth in range(4):
        drawing = viz.routing(y, cotangent=cotangent, slice=depth)
        cut = drawing.data["slice"]
        np.testing.assert_allclose(drawing.data["dX"], routed.gradient[0, 0, depth], atol=1e-12)
        total = np.zeros((5, 4))
        for window in drawing.data["windows"]:
            for target in window["sends_to"]:
                if target["cell"][0] == depth:
                    total[target["cell"][1:]] += window["cotangent"] * target["share"]
        for term in cut["from_other_layers"]:
            total[term["cell"]] += term["cotangent"] * term["share"]
        np.testing.assert_allclose(total, routed.gradient[0, 0, depth], atol=1e-6)


@pytest.mark.parametrize("name", [name for name in POOLS if name != "split"])
def test_slices_equal_backward(name: str) -> None:
    x = cube(1, 4, 5, 4)
    y = POOLS[name](x)
    cotangent = np.random.default_rng(2).integers(-9, 10, y.shape) / 10
    drawings = [viz.routing(y, cotangent=cotangent, slice=depth) for depth in range(4)]
    y.backward(ag.tensor(cotangent))
    shown = np.stack([drawing.data["dX"] for drawing in drawings])
    np.testing.assert_allclose(shown, x.grad.numpy()[0, 0], atol=1e-12)


def overlapping() -> Drawing:
    """Two depths, window 2 of three depths' map: the winner of the only window place lies at depth 1."""
    x = ag.tensor([[[[[1.0, 2.0]], [[9.0, 3.0]], [[4.0, 7.0]]]]], requires_grad=True)
    return viz.routing(
        ag.max_pool3d(x, (2, 1, 1), stride=1), cotangent=[[[[[0.4, 0.1]], [[0.7, 0.2]]]]], slice=1
    )


def test_what_other_layers_add_is_named() -> None:
    drawing = overlapping()
    assert drawing.data["slice"]["layers_here"] == (0, 1)
    np.testing.assert_allclose(drawing.data["dX"], [[1.1, 0.1]])
    text = drawing.text
    assert "Drawn is depth 1 of X and dX, with layer 0 of the windows (depths 0 to 1)." in text
    assert "cell (1, 0, 0): a + a@1 = 0.4 + 0.7 = 1.1" in text
    assert "This depth lies in layer 1 (depths 1 to 2) too: not drawn, but added to dX." in text
    assert "(1, 0, 0) +0.7 from layer 1." in text
    assert "over all depths, sum of dY 1.4, sum of dX 1.4." in text
    assert "Layer 0: 2 sent 0.5, 2 of them to this depth (0.5). Other layers sent 0.7 here." in text
    assert "At this depth: 2 cells received 1.2, 0 stayed 0." in text
    assert words_in(drawing, "dX-0-0") == ["0.4+0.7", "=1.1"]


def test_a_winner_at_another_depth_is_not_called_a_loser() -> None:
    x = ag.tensor([[[[[1.0, 2.0]], [[9.0, 3.0]], [[4.0, 7.0]]]]], requires_grad=True)
    y = ag.max_pool3d(x, (2, 1, 1), stride=1)
    drawing = viz.routing(y, cotangent=[[[[[0.4, 0.1]], [[0.7, 0.2]]]]], slice=1, spotlight=(1, 0, 0))
    assert drawing.data["slice"]["layer"] == 1
    assert "at depth 2" in words_in(drawing, "Y")
    assert {"z2", "1"} <= set(words_in(drawing, "switches"))
    assert "1 window has its winner at another depth, so no cell here gets their gradient: b at depth 2." in (
        drawing.text
    )
    assert "2 sent 0.9, 1 of them to this depth (0.7)" in drawing.text


def test_ties_across_depths_are_told() -> None:
    x = ag.tensor([[[[[5.0]], [[5.0]]]]], requires_grad=True)
    y = ag.max_pool3d(x, (2, 1, 1))
    lost = viz.routing(y, slice=1)
    assert "=" in words_in(lost, "X")
    assert "a: (0, 0, 0) = (1, 0, 0) = 5, (0, 0, 0) gets 1" in lost.text
    shared = viz.routing(ag.max_pool3d(x, (2, 1, 1), ties="split"), slice=1)
    np.testing.assert_allclose(shared.data["dX"], [[0.5]])
    assert "each gets 1 / 2" in shared.text


def test_the_slice_left_out_is_where_windows_meet() -> None:
    x = np.zeros((1, 1, 4, 3, 3))
    x[0, 0, 2, 1, 1] = 9
    y = ag.max_pool3d(ag.tensor(x, requires_grad=True), 2, stride=1)
    assert viz.routing(y).data["slice"]["depth"] == 2
    assert viz.routing(y, slice=-1).data["slice"]["depth"] == 3


def test_bad_slices_are_refused() -> None:
    y = ag.max_pool3d(cube(0, 5, 4, 4), 2)
    with pytest.raises(UndrawableError, match=r"slice 5 does not exist: .* depth 5 \(5 × 4 × 4\).*-5 to 4"):
        viz.routing(y, slice=5)
    with pytest.raises(
        UndrawableError, match="depth 4 lies in no window of this max_pool3d; slice may be 0, 1"
    ):
        viz.routing(y, slice=4)
    with pytest.raises(UndrawableError, match="layer 1 of windows does not cover depth 0; 0 does"):
        viz.routing(y, slice=0, spotlight=(1, 0, 0))
    flat = ag.tensor(np.ones((1, 1, 4, 4)), requires_grad=True)
    with pytest.raises(UndrawableError, match="slice=0 names a depth, but max_pool2d has 2 spatial axes"):
        viz.routing(ag.max_pool2d(flat, 2), slice=0)
    with pytest.raises(UndrawableError, match="slice must be a whole number"):
        viz.routing(y, slice=1.5)
    with pytest.raises(UndrawableError, match="relu has no slices"):
        viz.routing(ag.relu(flat), slice=0)


@pytest.mark.parametrize("name", POOLS)
def test_no_text_of_a_slice_leaves_the_card_or_touches_another(name: str) -> None:
    scene = viz.routing(POOLS[name](cube(3, 4, 5, 4))).scene
    card = Box(8, 8, scene.width - 8, scene.height - 4)
    texts = text_boxes(scene.items)
    for index, (text, box) in enumerate(texts):
        assert card.contains(box), text
        for other, other_box in texts[index + 1 :]:
            assert not box.overlaps(other_box), (text.plain, other.plain)


def test_the_legends_example_of_a_hidden_window_is_hidden() -> None:
    y = POOLS["stride 1"](cube(1, 4, 5, 4))
    for depth in range(4):
        drawing = viz.routing(y, slice=depth)
        words = words_in(drawing, "legend")
        (example,) = [word for word in words if word.endswith("not drawn")] or [""]
        if example:
            assert f"layer {drawing.data['slice']['layer']}," not in example
            assert words[words.index(example) - 1] in drawing.text
