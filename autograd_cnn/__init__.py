"""Record a CNN as a graph, differentiate it, and see how gradients flow.

Examples
--------
>>> import autograd_cnn as ag
>>> x = ag.tensor([[[[1.0, 5.0], [2.0, 3.0]]]], requires_grad=True)
>>> ag.max_pool2d(x, 2).backward()
>>> x.grad
tensor([[[[0., 1.],
          [0., 0.]]]], dtype=float32)
"""

from autograd_cnn import data, models, nn, optim, testing, training
from autograd_cnn._creation import from_numpy, tensor
from autograd_cnn._gradient_graph import GradientGraph, gradient_graph
from autograd_cnn._graph import Graph, Node, SavedValue, Source
from autograd_cnn._modes import Origin, Scope, no_grad
from autograd_cnn._routing import Routing, routing
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import (
    AutogradError,
    DTypeError,
    FreedGraphError,
    GraphError,
    NoGradientError,
    RangeError,
    ShapeError,
    StaleValueError,
)
from autograd_cnn.kernels.geometry import ConvGeometry, WindowGeometry
from autograd_cnn.lines import Line
from autograd_cnn.ops._operands import astype
from autograd_cnn.ops.activations import relu, sigmoid
from autograd_cnn.ops.arithmetic import add, divide, maximum, minimum, multiply, negative, power, subtract
from autograd_cnn.ops.comparison import equal, greater, greater_equal, less, less_equal, not_equal, where
from autograd_cnn.ops.convolution import conv1d, conv2d, conv3d
from autograd_cnn.ops.elementwise import absolute, exp, log, sign, sqrt, tanh
from autograd_cnn.ops.indexing import index, take_along
from autograd_cnn.ops.joining import concatenate
from autograd_cnn.ops.linear_algebra import dense, matmul
from autograd_cnn.ops.losses import cross_entropy, log_softmax
from autograd_cnn.ops.max_pooling import (
    max_pool1d,
    max_pool2d,
    max_pool3d,
    max_unpool1d,
    max_unpool2d,
    max_unpool3d,
)
from autograd_cnn.ops.movement import flatten, pad, reshape, transpose
from autograd_cnn.ops.reductions import max, mean, sum
from autograd_cnn.ops.transposed_convolution import conv_transpose1d, conv_transpose2d, conv_transpose3d
from autograd_cnn.ops.window_pooling import (
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    sum_pool1d,
    sum_pool2d,
    sum_pool3d,
)
from autograd_cnn.primitive import Primitive
from autograd_cnn.sweep import gradients

abs = absolute

__version__ = "0.1.0"

__all__ = [
    "AutogradError",
    "ConvGeometry",
    "DTypeError",
    "FreedGraphError",
    "GradientGraph",
    "Graph",
    "GraphError",
    "Line",
    "NoGradientError",
    "Node",
    "Origin",
    "Primitive",
    "RangeError",
    "Routing",
    "SavedValue",
    "Scope",
    "ShapeError",
    "Source",
    "StaleValueError",
    "Tensor",
    "WindowGeometry",
    "abs",
    "absolute",
    "add",
    "astype",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "concatenate",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "cross_entropy",
    "data",
    "dense",
    "divide",
    "equal",
    "exp",
    "flatten",
    "from_numpy",
    "gradient_graph",
    "gradients",
    "greater",
    "greater_equal",
    "index",
    "less",
    "less_equal",
    "log",
    "log_softmax",
    "matmul",
    "max",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
    "maximum",
    "mean",
    "minimum",
    "models",
    "multiply",
    "negative",
    "nn",
    "no_grad",
    "not_equal",
    "optim",
    "pad",
    "power",
    "relu",
    "reshape",
    "routing",
    "sigmoid",
    "sign",
    "sqrt",
    "subtract",
    "sum",
    "sum_pool1d",
    "sum_pool2d",
    "sum_pool3d",
    "take_along",
    "tanh",
    "tensor",
    "testing",
    "training",
    "transpose",
    "where",
]
