"""What would silently train nothing is refused."""

import numpy as np
import pytest

import autograd_cnn as ag


def test_sequential_takes_modules_and_nothing_else() -> None:
    with pytest.raises(ag.DTypeError, match=r"(?s)argument '0' is a list.*Sequential\(\*layers\)"):
        ag.nn.Sequential([ag.nn.ReLU()])  # type: ignore[arg-type]
    with pytest.raises(ag.DTypeError, match=r"argument '1' is a function"):
        ag.nn.Sequential(ag.nn.Flatten(), ag.relu)  # type: ignore[arg-type]


def test_layers_cannot_hide_in_lists() -> None:
    class Net(ag.nn.Module):
        def __init__(self) -> None:
            self.layers = [ag.nn.Dense(2, 3, rng=np.random.default_rng(0))]

    with pytest.raises(ag.DTypeError, match=r"Net: parameters\(\) would not find .* the list 'layers'"):
        Net()


def test_an_optimiser_wants_parameters_not_a_module() -> None:
    net = ag.nn.Sequential(ag.nn.Dense(2, 3, rng=np.random.default_rng(0)))
    with pytest.raises(ag.DTypeError, match=r"(?s)SGD: got a module.*model\.parameters\(\)"):
        ag.optim.SGD(net, lr=0.1)  # type: ignore[arg-type]


def test_repr_tells_unusual_settings() -> None:
    assert ag.nn.MaxPool2d(3, stride=1, ties="split").describe() == "window 3, stride 1, ties 'split'"
    layer = ag.nn.Conv2d(2, 4, 3, padding=1, groups=2, rng=np.random.default_rng(0))
    assert layer.describe() == "2 -> 4, window 3x3, padding 1, groups 2"
