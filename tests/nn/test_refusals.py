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


RNG = np.random.default_rng(0)
LAYERS = {
    "inputs": (lambda: ag.nn.Dense(-1, 1, rng=RNG), r"Dense: inputs=-1 must be at least 1\s+fits: inputs=1"),
    "channels": (lambda: ag.nn.Conv2d(0, 1, 3, rng=RNG), r"Conv2d: channels=0 must be at least 1"),
    "filters": (lambda: ag.nn.Conv2d(1, 1.5, 3, rng=RNG), r"Conv2d: filters=1.5 is not understood"),
    "window": (lambda: ag.nn.MaxPool2d("a"), r"MaxPool2d: window='a' is not understood"),
    "stride": (lambda: ag.nn.AvgPool2d(2, stride=0), r"AvgPool2d: stride=0 is not understood"),
    "ties": (lambda: ag.nn.MaxPool2d(2, ties="frist"), r'MaxPool2d: ties=.*did you mean "first"'),
    "a seed": (lambda: ag.nn.Dense(1, 1, rng=0), r"Dense: rng is a int.*numpy\.random\.default_rng\(seed\)"),
    "a seed to drop": (lambda: ag.nn.Dropout2d(rng=0), r"Dropout2d: rng is a int"),
    "initial weights": (
        lambda: ag.nn.Dense(1, 1, rng=RNG, init=0),
        r"Dense: init is a int.*such as nn\.he_normal",
    ),
    "norm": (lambda: ag.nn.BatchNorm2d(-2), r"BatchNorm2d: there is nothing to scale in the shape \(-2,\)"),
    "momentum": (lambda: ag.nn.BatchNorm1d(2, momentum="a"), r"BatchNorm1d: momentum='a' .*a real number"),
    "prototypes": (lambda: ag.nn.RBFOutput(1, 1, [["a"]]), r"RBFOutput: the prototypes must be numbers"),
    "shape": (lambda: ag.nn.he_normal((3,), RNG), r"initial weights: the shape \(3,\) is no weight's"),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers_refuse_when_they_are_made(name: str) -> None:
    call, text = LAYERS[name]
    with pytest.raises(ag.AutogradError, match=f"(?s){text}"):
        call()


def test_sizes_of_layers_may_be_integers_of_any_type() -> None:
    assert ag.nn.LayerNorm(np.int64(3)).shape == (3,)
    assert ag.nn.Dense(np.int64(3), np.uint8(2), rng=RNG).weight.shape == (2, 3)
