"""Networks, built from the layers of `autograd_cnn.nn`."""

from autograd_cnn.models.lenet import LeNet5

__all__ = ["LeNet5"]
