"""Layers: modules that own parameters and call the operations."""

from autograd_cnn.nn.containers import Sequential
from autograd_cnn.nn.initial import glorot_uniform, he_normal
from autograd_cnn.nn.layers import AvgPool2d, Conv2d, Dense, Flatten, MaxPool2d, ReLU
from autograd_cnn.nn.lenet_layers import RBFOutput, ScaledTanh
from autograd_cnn.nn.module import Module
from autograd_cnn.nn.normalisation import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    GroupNorm,
    InstanceNorm2d,
    LayerNorm,
    LocalResponseNorm,
)
from autograd_cnn.nn.pooling import (
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    GlobalAvgPool,
    GlobalMaxPool,
    LpPool2d,
    Subsampling,
    WeightedPool2d,
)
from autograd_cnn.nn.random_layers import Dropout, Dropout2d

__all__ = [
    "AdaptiveAvgPool2d",
    "AdaptiveMaxPool2d",
    "AvgPool2d",
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "Conv2d",
    "Dense",
    "Dropout",
    "Dropout2d",
    "Flatten",
    "GlobalAvgPool",
    "GlobalMaxPool",
    "GroupNorm",
    "InstanceNorm2d",
    "LayerNorm",
    "LocalResponseNorm",
    "LpPool2d",
    "MaxPool2d",
    "Module",
    "RBFOutput",
    "ReLU",
    "ScaledTanh",
    "Sequential",
    "Subsampling",
    "WeightedPool2d",
    "glorot_uniform",
    "he_normal",
]
