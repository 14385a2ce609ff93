"""Optimisers: rules that turn gradients into new parameter values."""

from autograd_cnn.optim.adam import Adam
from autograd_cnn.optim.optimiser import Optimiser
from autograd_cnn.optim.sgd import SGD

__all__ = ["SGD", "Adam", "Optimiser"]
