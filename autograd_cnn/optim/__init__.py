"""Optimisers: rules that turn gradients into new parameter values."""

import sys
from typing import NoReturn

from autograd_cnn._names import unknown
from autograd_cnn.optim.adam import Adam
from autograd_cnn.optim.optimiser import Optimiser
from autograd_cnn.optim.sgd import SGD


def __getattr__(name: str) -> NoReturn:
    raise unknown(sys.modules[__name__], name)


__all__ = ["SGD", "Adam", "Optimiser"]
