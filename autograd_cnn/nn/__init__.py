"""Layers: modules that own parameters and call the operations."""

import sys
from typing import NoReturn

from autograd_cnn._names import unknown
from autograd_cnn.nn.activations import (
    SQNL,
    Arctan,
    Arsinh,
    BinaryStep,
    BReLU,
    HardSwish,
    Identity,
    Mish,
    ReLU6,
    Sigmoid,
    SiLU,
    Softplus,
    Softsign,
    Tanh,
)
from autograd_cnn.nn.adaptive_pooling import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
    GlobalAvgPool,
    GlobalMaxPool,
)
from autograd_cnn.nn.containers import (
    ModuleDict,
    ModuleList,
    Sequential,
)
from autograd_cnn.nn.convolution import (
    Conv1d,
    Conv2d,
    Conv3d,
)
from autograd_cnn.nn.initial import (
    glorot_uniform,
    he_normal,
)
from autograd_cnn.nn.interpolation import (
    Interpolate,
)
from autograd_cnn.nn.layers import (
    Dense,
    Flatten,
    ReLU,
    Reshape,
)
from autograd_cnn.nn.learned_activations import (
    APL,
    Maxout,
    PReLU,
    RReLU,
    SReLU,
)
from autograd_cnn.nn.lenet_layers import (
    RBFOutput,
    ScaledTanh,
    Subsampling,
)
from autograd_cnn.nn.max_pooling import (
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
    MaxUnpool1d,
    MaxUnpool2d,
    MaxUnpool3d,
)
from autograd_cnn.nn.module import (
    Module,
)
from autograd_cnn.nn.normalisation import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    GroupNorm,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
    LayerNorm,
    LocalResponseNorm,
)
from autograd_cnn.nn.random_layers import (
    Dropout,
    Dropout1d,
    Dropout2d,
    Dropout3d,
)
from autograd_cnn.nn.set_activations import (
    CELU,
    ELU,
    GELU,
    ISRLU,
    ISRU,
    SELU,
    Hardmax,
    HardSigmoid,
    LeakyReLU,
    LogSoftmax,
    Softmax,
)
from autograd_cnn.nn.transposed_convolution import (
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
)
from autograd_cnn.nn.weighted_pooling import (
    LpPool1d,
    LpPool2d,
    LpPool3d,
    WeightedPool1d,
    WeightedPool2d,
    WeightedPool3d,
)
from autograd_cnn.nn.window_pooling import (
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    SumPool1d,
    SumPool2d,
    SumPool3d,
)


def __getattr__(name: str) -> NoReturn:
    raise unknown(sys.modules[__name__], name)


__all__ = [
    "APL",
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "Arctan",
    "Arsinh",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "BReLU",
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "BinaryStep",
    "CELU",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "Dense",
    "Dropout",
    "Dropout1d",
    "Dropout2d",
    "Dropout3d",
    "ELU",
    "Flatten",
    "GELU",
    "GlobalAvgPool",
    "GlobalMaxPool",
    "GroupNorm",
    "HardSigmoid",
    "HardSwish",
    "Hardmax",
    "ISRLU",
    "ISRU",
    "Identity",
    "InstanceNorm1d",
    "InstanceNorm2d",
    "InstanceNorm3d",
    "Interpolate",
    "LayerNorm",
    "LeakyReLU",
    "LocalResponseNorm",
    "LogSoftmax",
    "LpPool1d",
    "LpPool2d",
    "LpPool3d",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MaxUnpool1d",
    "MaxUnpool2d",
    "MaxUnpool3d",
    "Maxout",
    "Mish",
    "Module",
    "ModuleDict",
    "ModuleList",
    "PReLU",
    "RBFOutput",
    "RReLU",
    "ReLU",
    "ReLU6",
    "Reshape",
    "SELU",
    "SQNL",
    "SReLU",
    "ScaledTanh",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Softsign",
    "Subsampling",
    "SumPool1d",
    "SumPool2d",
    "SumPool3d",
    "Tanh",
    "WeightedPool1d",
    "WeightedPool2d",
    "WeightedPool3d",
    "glorot_uniform",
    "he_normal",
]
