"""Optimisers refuse what they cannot train, when they are made."""

import numpy as np
import pytest

import autograd_cnn as ag


def weights() -> list[ag.Tensor]:
    return [ag.tensor(np.ones(2, np.float32), requires_grad=True)]


CASES = {
    "letters": (lambda: ag.optim.SGD(weights(), lr="a"), r"SGD: lr='a' is not understood.*a real number"),
    "backwards": (lambda: ag.optim.SGD(weights(), lr=-1.0), r"lr=-1.0 is out.*0 < lr < inf.*fits: lr=0.01"),
    "no number": (lambda: ag.optim.Adam(weights(), lr=float("nan")), r"Adam: lr=nan is out of range"),
    "nothing": (lambda: ag.optim.SGD([None]), r"SGD: parameter 0 is a NoneType, not a Tensor"),
    "one tensor short": (lambda: ag.optim.SGD(None), r"SGD: parameters=None .*model\.parameters\(\)"),
    "arrays": (lambda: ag.optim.SGD([np.ones(2)]), r"SGD: parameter 0 is a ndarray"),
    "a constant": (lambda: ag.optim.SGD([ag.tensor([1.0])]), r"must be a leaf that wants gradients"),
    "one beta": (lambda: ag.optim.Adam(weights(), betas=0.9), r"Adam: betas=0.9 .*two real numbers"),
    "a beta of 1": (
        lambda: ag.optim.Adam(weights(), betas=(0.9, 1)),
        r"betas\[1\]=1 is .*fits: betas\[1\]=0.9",
    ),
    "momentum": (lambda: ag.optim.SGD(weights(), momentum=None), r"SGD: momentum=None is not understood"),
}


@pytest.mark.parametrize("name", CASES)
def test_refusals(name: str) -> None:
    call, text = CASES[name]
    with pytest.raises(ag.AutogradError, match=f"(?s){text}"):
        call()
