"""LeNet-5 has the sizes that the lecture and the paper give it."""

import numpy as np
import pytest

import autograd_cnn as ag


@pytest.fixture
def net():
    return ag.models.LeNet5(rng=np.random.default_rng(0))


@pytest.fixture
def images():
    return np.random.default_rng(1).random((3, 1, 32, 32), dtype=np.float32)


def test_parameters_by_layer(net):
    counts = {name: part.count_parameters() for name, part in net.named_modules() if name}
    assert counts == {"c1": 156, "s2": 0, "c3": 2416, "s4": 0, "c5": 48120, "f6": 10164, "output": 850}
    assert net.count_parameters() == 61706


def test_sizes_on_the_way(net, images):
    features = net.features(images)
    assert features.shape == (3, 16, 10, 10)
    assert net.s4(features).shape == (3, 16, 5, 5)
    assert net.classify(net.s4(features)).shape == (3, 10)


def test_halves_make_the_whole(net, images):
    halves = net.classify(net.s4(net.features(images)))
    np.testing.assert_array_equal(halves.data, net(images).data)


def test_other_class_counts(images):
    assert ag.models.LeNet5(26, rng=np.random.default_rng(0))(images).shape == (3, 26)


def test_same_seed_gives_same_weights(net):
    twin = ag.models.LeNet5(rng=np.random.default_rng(0))
    for (name, weight), (_, other) in zip(net.named_parameters(), twin.named_parameters(), strict=True):
        np.testing.assert_array_equal(weight.data, other.data, err_msg=name)


def test_every_parameter_gets_a_gradient(net, images):
    ag.cross_entropy(net(images), [3, 1, 4]).backward()
    for name, weight in net.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.dtype == np.float32, name
        assert np.any(weight.grad.data), name


def test_graph_knows_the_layers(net, images):
    titles = [
        node.scope.parent.name
        for node in ag.Graph.of(net(images)).nodes
        if node.scope.kind == "function" and node.scope.name in ("conv2d", "max_pool2d", "dense")
    ]
    assert titles == ["c1", "s2", "c3", "s4", "c5", "f6", "output"]


@pytest.mark.parametrize("shape", [(3, 1, 28, 28), (3, 3, 32, 32), (1, 32, 32), (32, 32)])
def test_images_of_other_sizes(net, shape):
    with pytest.raises(ag.ShapeError, match=r"LeNet5[\s\S]*32 x 32[\s\S]*fits") as caught:
        net(np.zeros(shape, np.float32))
    assert str(shape) in str(caught.value)
    assert "test_lenet.py" in str(caught.value.line)


def test_no_array_at_all(net):
    with pytest.raises(ag.ShapeError, match="LeNet5"):
        net("digit")
