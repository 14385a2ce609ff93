"""What `viz.draw` takes: tensors, functions with examples, modules with shapes; and clear words otherwise."""

import gc
import weakref

import numpy as np
import pytest

import autograd_cnn as ag
import viz
from viz.ladder.builder import ladder_of
from viz.picture.inputs import data_inputs
from viz.views import picture_of

from .looking import wrong
from .networks import Pair, ResNet18, leaf, line_loss, pair_loss


def kinds(picture):
    return {box.name: box.kind for box in picture.boxes if box.kind != "op" and box.half == "forward"}


@pytest.mark.parametrize("net", [Pair(), lambda x, y: x * y])
def test_a_missing_example_is_asked_for(net):
    with pytest.raises(viz.UndrawableError, match=r"needs an example for 'x'.*\(1, 1, 32, 32\)"):
        viz.draw(net)


def test_a_drawing_bears_the_name_of_what_was_drawn():
    def gaussian(x):
        return ag.exp(-x * x).sum()

    assert viz.draw(gaussian, np.ones(3)).scene.title == "gaussian: forward and backward"
    assert viz.draw(gaussian, np.ones(3), view="backward").scene.title == "gaussian: backward"
    assert viz.draw(lambda x: x.sum(), np.ones(3)).scene.title == "Forward and backward"
    assert viz.draw(Pair(), (1, 1, 12, 12)).scene.title == "Pair: forward and backward"
    assert viz.draw(line_loss(), view="forward").scene.title == "Forward"


def test_too_many_examples_are_refused():
    with pytest.raises(viz.UndrawableError, match="takes 1 arguments, and 2 examples"):
        viz.draw(ag.nn.ReLU(), np.ones(2), np.ones(2))
    assert viz.draw(lambda *parts: sum(parts), np.ones(2), np.ones(2)).scene.width == 960


def test_a_result_without_gradient_stands_beside_one_with():
    net = Pair()

    def both(x):
        scores = net(x)
        return scores, ag.argmax(scores, axis=1)

    for example in (np.zeros((2, 1, 12, 12), np.float32), (2, 1, 12, 12)):
        rows = ladder_of(picture_of(both, example)).rows
        assert [row.title for row in rows[-2:]] == ["output 1", "output 2"]
        assert rows[-2].capsule is not None
        assert rows[-1].capsule is None
        assert wrong(viz.draw(both, example).scene) == []


@pytest.mark.parametrize("shape", [(0, 1, 12, 12), (1, 1, 12, 12)])
def test_an_empty_batch_draws(shape):
    drawing = viz.draw(Pair(), shape)
    assert wrong(drawing.scene) == []
    assert "max_unpool, adds" in drawing.text


def test_a_negative_size_is_refused():
    with pytest.raises(viz.UndrawableError, match="a size is 0 or more"):
        viz.draw(Pair(), (-1, 1, 12, 12))


@pytest.mark.parametrize("depth", ["2", 1.0, True])
def test_depth_is_a_whole_number(depth):
    with pytest.raises(viz.UndrawableError, match="depth counts"):
        viz.draw(line_loss(), depth=depth)


def test_a_shape_that_does_not_fit_is_the_networks_error():
    with pytest.raises(ag.ShapeError, match="32 x 32"):
        viz.draw(ag.models.LeNet5(rng=np.random.default_rng(0)), (1, 3, 32, 32))


def test_a_shape_and_data_go_together():
    def loss(x, labels):
        return ag.cross_entropy(Pair()(x), labels)

    picture = picture_of(loss, (2, 1, 12, 12), np.array([0, 3]))
    assert picture.is_abstract
    assert picture.seeds == ("seed = 1",)
    assert kinds(picture)["x"] == kinds(picture)["labels"] == "input"


def test_a_function_of_shapes_alone_gets_gradients_for_its_inputs():
    picture = picture_of(lambda a, b: (a * b).sum(), (3,), (3,))
    assert [flow.box for flow in picture.flows if flow.box.startswith("i")] == ["i1", "i2"]


def test_what_is_handed_in_is_an_input():
    w = leaf(3, name="w")
    assert kinds(picture_of(lambda x: (x * w).sum(), np.ones(3))) == {"x": "input", "w": "parameter"}
    x = leaf(3, name="x")
    assert kinds(picture_of(lambda x: (x * w).sum(), x)) == {"x": "input", "w": "parameter"}


def test_what_reaches_a_layers_data_is_an_input_and_what_serves_as_weight_is_none():
    x, w, b = leaf(1, 1, 6, 6, name="x"), leaf(2, 1, 3, 3, name="w"), leaf(2, name="b")
    y = ag.conv2d(ag.relu(x), w * 2.0, b)
    assert kinds(picture_of(y.sum())) == {"x": "input", "w": "parameter", "b": "parameter"}
    tied = ag.dense(ag.dense(leaf(2, 4, name="d"), w2 := leaf(4, 4, name="w2")), w2)
    assert kinds(picture_of(tied.sum())) == {"d": "input", "w2": "parameter"}
    norm = ag.batch_norm(leaf(2, 3, 4, 4, name="m"), leaf(3, name="scale"), leaf(3, name="shift"))
    assert kinds(picture_of(norm.sum())) == {"m": "input", "scale": "parameter", "shift": "parameter"}
    assert data_inputs(()) == frozenset()


def test_views_of_parameters_are_not_kept_memory():
    norm = ag.batch_norm(leaf(2, 3, 4, 4, name="m"), leaf(3, name="scale"), leaf(3, name="shift"))
    saved = [entry for box in picture_of(norm.sum()).boxes for entry in box.saved]
    assert {entry.name: entry.is_parameter for entry in saved}["weight"]
    assert not {entry.name: entry.is_parameter for entry in saved}["x"]


def test_being_drawn_is_no_training():
    net = ResNet18(4).bn1
    net(np.ones((2, 64, 3, 3), np.float32))
    before = net.running_variance.numpy().copy()
    viz.draw(net, np.full((2, 64, 3, 3), 7.0, np.float32))
    assert np.array_equal(net.running_variance.numpy(), before)


def test_a_picture_survives_the_graph():
    loss = pair_loss()
    node, picture = weakref.ref(loss.node), picture_of(loss)
    before = viz.draw(picture).svg()
    loss.backward()
    del loss
    gc.collect()
    assert node() is None
    assert viz.draw(picture).svg() == before
    assert ladder_of(picture).rows[0].title == "images"


def test_ids_do_not_depend_on_memory():
    clutter = [leaf(5) for _ in range(50)]
    first = viz.draw(pair_loss()).svg()
    del clutter
    assert viz.draw(pair_loss()).svg() == first


def test_saving_to_a_folder_or_into_none_says_so(tmp_path):
    drawing = viz.draw(line_loss())
    with pytest.raises(viz.WriteError, match=r"is a folder; name a file in it, such as '.*drawing\.svg'"):
        drawing.save(tmp_path)
    with pytest.raises(viz.WriteError, match=r"there is no folder '.*nowhere'"):
        drawing.save(tmp_path / "nowhere" / "x.svg")


@pytest.mark.parametrize("order", [True, 1.5, "2", -1])
def test_an_order_is_a_whole_number_from_1_on(order):
    with pytest.raises(viz.UndrawableError, match="order counts derivatives"):
        viz.draw(line_loss(), order=order)
