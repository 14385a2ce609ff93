"""Layers: modules that own parameters and call the operations."""

from autograd_cnn.nn.containers import Sequential
from autograd_cnn.nn.initial import glorot_uniform, he_normal
from autograd_cnn.nn.layers import AvgPool2d, Conv2d, Dense, Flatten, MaxPool2d, ReLU
from autograd_cnn.nn.module import Module

__all__ = [
    "AvgPool2d",
    "Conv2d",
    "Dense",
    "Flatten",
    "MaxPool2d",
    "Module",
    "ReLU",
    "Sequential",
    "glorot_uniform",
    "he_normal",
]
