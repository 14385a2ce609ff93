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
    "window of one axis": (
        lambda: ag.nn.Conv1d(1, 1, (3, 3), rng=RNG),
        r"Conv1d: window=\(3, 3\) .*fits: an integer from 1 on, or 1 of them",
    ),
    "window of three axes": (lambda: ag.nn.MaxPool3d((2, 2)), r"MaxPool3d: window=\(2, 2\) .*or 3 of them"),
    "padding": (lambda: ag.nn.SumPool1d(2, padding="smae"), r'SumPool1d: padding=.*did you mean "same"'),
    "groups": (
        lambda: ag.nn.ConvTranspose3d(4, 6, 2, groups=4, rng=RNG),
        r"ConvTranspose3d: groups=4 must divide 4 channels and 6 filters",
    ),
    "same": (
        lambda: ag.nn.ConvTranspose2d(1, 1, 2, padding="same", rng=RNG),
        r'ConvTranspose2d: padding="same" has no meaning here.*fits: .*output_padding',
    ),
    "output padding": (
        lambda: ag.nn.ConvTranspose1d(1, 1, 2, stride=2, output_padding=2, rng=RNG),
        r"ConvTranspose1d: output_padding=2 .*fits: output_padding from 0 to 1",
    ),
    "a seed to paint": (lambda: ag.nn.ConvTranspose2d(1, 1, 2, rng=0), r"ConvTranspose2d: rng is a int"),
    "indices of shared wins": (
        lambda: ag.nn.MaxPool1d(2, ties="split", return_indices=True),
        r'MaxPool1d: with ties="split" a window has no single index',
    ),
    "a pair in a chain": (
        lambda: ag.nn.Sequential(ag.nn.MaxPool2d(2, return_indices=True), ag.nn.ReLU()),
        r"Sequential: MaxPool2d '0' gives a pair.*fits: return_indices=False",
    ),
    "adaptive ties": (lambda: ag.nn.AdaptiveMaxPool3d(2, ties="lats"), r'AdaptiveMaxPool3d: .*mean "last"'),
    "a flag": (lambda: ag.nn.MaxPool2d(2, return_indices=2), r"return_indices=2 .*fits: True or False"),
    "size": (lambda: ag.nn.AdaptiveAvgPool2d((2, 0)), r"AdaptiveAvgPool2d: size=\(2, 0\) is not understood"),
    "global ties": (lambda: ag.nn.GlobalMaxPool("frist"), r'GlobalMaxPool: .*did you mean "first"'),
    "norm's power": (lambda: ag.nn.LpPool3d(2, p=0.5), r"LpPool3d: p=0.5 gives no norm"),
    "weights": (lambda: ag.nn.WeightedPool1d(2, "gausian"), r'WeightedPool1d: .*did you mean "gaussian"'),
    "own weights": (
        lambda: ag.nn.WeightedPool2d(2, [1, 1]),
        r"WeightedPool2d: the weights and the window differ.*fits: weights of shape \(2, 2\)",
    ),
    "sigma": (lambda: ag.nn.WeightedPool2d(2, "gaussian", sigma=0), r"sigma=0 gives no bell"),
    "unpooling": (lambda: ag.nn.MaxUnpool2d(2, padding=-1), r"MaxUnpool2d: padding=-1 .*from 0 on"),
    "unpooling's stride": (lambda: ag.nn.MaxUnpool1d(2, stride=0), r"MaxUnpool1d: stride=0"),
    "mode": (lambda: ag.nn.Interpolate(2, mode="binear"), r'Interpolate: mode=.*did you mean "bilinear"'),
    "size and scale": (lambda: ag.nn.Interpolate(), r"Interpolate: exactly one of size and scale"),
    "sizes and mode": (
        lambda: ag.nn.Interpolate((2, 2, 2), mode="bilinear"),
        r"Interpolate: size=.*2 of them",
    ),
    "scale": (lambda: ag.nn.Interpolate(scale=(2, 0)), r"Interpolate: scale=\(2, 0\) .*or 2 of them"),
    "corners": (lambda: ag.nn.Interpolate(2, align_corners=True), r"nearest cells have no corners"),
    "new shape": (lambda: ag.nn.Reshape((-1, -1)), r"Reshape: shape=\(-1, -1\) is not understood"),
    "instances": (lambda: ag.nn.InstanceNorm3d(0), r"InstanceNorm3d: there is nothing to scale"),
    "epsilon": (lambda: ag.nn.LayerNorm(3, epsilon=0), r"LayerNorm: epsilon=0 must be above 0"),
    "probability": (lambda: ag.nn.Dropout3d(2, rng=RNG), r"Dropout3d: p=2 is no probability"),
    "list": (lambda: ag.nn.ModuleList([ag.relu]), r"ModuleList: argument '0' is a function, not a Module"),
    "a module for a list": (lambda: ag.nn.ModuleList(ag.nn.ReLU()), r"ModuleList: .*fits: a list of modules"),
    "dict": (lambda: ag.nn.ModuleDict([ag.nn.ReLU()]), r"ModuleDict: modules is a list.*fits: a dict"),
    "part": (lambda: ag.nn.ModuleDict({"train": ag.nn.ReLU()}), r"ModuleDict: 'train' cannot name a part"),
    "dotted part": (lambda: ag.nn.ModuleDict({"a.b": ag.nn.ReLU()}), r"ModuleDict: 'a.b' cannot name a part"),
    "no part": (
        lambda: ag.nn.ModuleDict({"left": ag.nn.ReLU()})["lefd"],
        r"""ModuleDict: there is no part 'lefd'.*did you mean "left"\? 'left'""",
    ),
    "shape": (lambda: ag.nn.he_normal((3,), RNG), r"initial weights: the shape \(3,\) is no weight's"),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers_refuse_when_they_are_made(name: str) -> None:
    call, text = LAYERS[name]
    with pytest.raises(ag.AutogradError, match=f"(?s){text}"):
        call()


CALLS = {
    "elements": (
        lambda: ag.nn.Reshape((3, -1))(np.ones((2, 4))),
        r"Reshape: 4 elements a sample do not fill the shape \(3, -1\).*3 elements a sample, or a multiple",
    ),
    "no axes": (lambda: ag.nn.Reshape(1)(1.0), r"Reshape: x has no axes"),
    "rank": (lambda: ag.nn.Conv1d(1, 1, 2, rng=RNG)(np.ones((1, 1, 4, 4))), r"conv1d: x has 4 axes, not 3"),
    "instances": (lambda: ag.nn.InstanceNorm1d(3)(np.ones((2, 3, 4, 4))), r"fits: x \(N, 3, L\)"),
    "channels": (
        lambda: ag.nn.ConvTranspose2d(2, 3, 2, rng=RNG)(np.ones((1, 3, 4, 4))),
        r"conv_transpose2d: x has 3 channels, the weight expects 2",
    ),
    "indices": (
        lambda: ag.nn.MaxUnpool1d(2)(np.ones((1, 1, 2)), [[[0.0, 1.0]]]),
        r"indices must be integers",
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_layers_refuse_what_does_not_fit_them(name: str) -> None:
    call, text = CALLS[name]
    with pytest.raises(ag.AutogradError, match=f"(?s){text}") as caught:
        call()
    assert caught.value.fits
    assert "in " in caught.value.__notes__[0]


def test_sizes_of_layers_may_be_integers_of_any_type() -> None:
    assert ag.nn.LayerNorm(np.int64(3)).shape == (3,)
    assert ag.nn.Dense(np.int64(3), np.uint8(2), rng=RNG).weight.shape == (2, 3)
    assert ag.nn.Conv3d(1, 2, np.array([1, 2, 3]), rng=RNG).weight.shape == (2, 1, 1, 2, 3)
    assert ag.nn.Interpolate(np.array([4, 5]))(np.ones((1, 1, 2, 2))).shape == (1, 1, 4, 5)
    assert ag.nn.Reshape(np.int64(-1))(np.ones((2, 3, 4))).shape == (2, 12)
    assert ag.nn.Reshape((3, -1))(np.ones((0, 12))).shape == (0, 3, 4)
