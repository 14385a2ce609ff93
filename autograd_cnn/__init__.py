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

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from autograd_cnn._creation import abstract_tensor, from_dlpack, from_numpy, tensor
from autograd_cnn._graph import Node, Recording, SavedValue, Source
from autograd_cnn._hooks import HookHandle
from autograd_cnn._modes import Origin, Scope, no_grad, recording_all, shapes_only
from autograd_cnn._names import unknown
from autograd_cnn._reverse import gradients
from autograd_cnn._tensor import Tensor
from autograd_cnn.abstract import Abstract
from autograd_cnn.errors import (
    AbstractValueError,
    AnomalyError,
    ArgumentError,
    AutogradError,
    DTypeError,
    FormatError,
    FreedGraphError,
    GradientCheckError,
    GraphError,
    LeakedTensorError,
    NoGradientError,
    RangeError,
    RewriteError,
    RuleDTypeError,
    RuleError,
    RuleNumberError,
    RuleOperandError,
    RuleShapeError,
    ShapeError,
    StaleValueError,
    StructureError,
)
from autograd_cnn.kernels.geometry import ConvGeometry, WindowGeometry
from autograd_cnn.kernels.threads import get_num_threads, set_num_threads
from autograd_cnn.lines import Line
from autograd_cnn.ops import numpy_protocol as _numpy_protocol  # noqa: F401 - NumPy's calls find it
from autograd_cnn.ops._operands import astype, has_values
from autograd_cnn.ops.activations import binary_step, identity, relu, sigmoid
from autograd_cnn.ops.adaptive_pooling import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    adaptive_max_pool3d,
)
from autograd_cnn.ops.advanced_indexing import index
from autograd_cnn.ops.arithmetic import add, divide, maximum, minimum, multiply, negative, power, subtract
from autograd_cnn.ops.comparison import equal, greater, greater_equal, less, less_equal, not_equal, where
from autograd_cnn.ops.contractions import dot, inner, outer, tensordot
from autograd_cnn.ops.convolution import conv1d, conv2d, conv3d
from autograd_cnn.ops.creation import (
    arange,
    eye,
    full,
    full_like,
    linspace,
    ones,
    ones_like,
    zeros,
    zeros_like,
)
from autograd_cnn.ops.cumulative import cumprod, cumsum
from autograd_cnn.ops.delicate_reductions import logaddexp, logsumexp, norm, prod, std, var
from autograd_cnn.ops.einstein import einsum
from autograd_cnn.ops.elementwise import (
    absolute,
    cbrt,
    exp,
    exp2,
    expm1,
    log,
    log1p,
    log2,
    log10,
    reciprocal,
    sign,
    sqrt,
    square,
    tanh,
)
from autograd_cnn.ops.exponential_units import celu, elu, selu
from autograd_cnn.ops.global_pooling import global_avg_pool, global_max_pool
from autograd_cnn.ops.indexing import scatter_add, take, take_along
from autograd_cnn.ops.interpolation import interpolate
from autograd_cnn.ops.joining import concatenate, split, stack
from autograd_cnn.ops.learned_rectifiers import apl, maxout, prelu, srelu
from autograd_cnn.ops.lenet_parts import rbf_output, scaled_tanh
from autograd_cnn.ops.linear_algebra import dense, matmul
from autograd_cnn.ops.logic import (
    all,
    any,
    count_nonzero,
    isfinite,
    isinf,
    isnan,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
)
from autograd_cnn.ops.losses import cross_entropy, nll_loss
from autograd_cnn.ops.lp_pooling import lp_pool1d, lp_pool2d, lp_pool3d
from autograd_cnn.ops.margin_losses import binary_cross_entropy_with_logits, hinge_loss, kl_divergence
from autograd_cnn.ops.max_pooling import (
    max_pool1d,
    max_pool2d,
    max_pool3d,
    max_unpool1d,
    max_unpool2d,
    max_unpool3d,
)
from autograd_cnn.ops.movement import flatten, pad, reshape, transpose
from autograd_cnn.ops.normalisation import batch_norm, group_norm, instance_norm, layer_norm
from autograd_cnn.ops.ordering import argmax, argmin, argsort, sort, topk
from autograd_cnn.ops.random_masks import dropout, dropout_channels
from autograd_cnn.ops.rearranging import (
    broadcast_to,
    expand_dims,
    flip,
    moveaxis,
    ravel,
    roll,
    squeeze,
    swapaxes,
)
from autograd_cnn.ops.rectifiers import brelu, leaky_relu, relu6, rrelu
from autograd_cnn.ops.reductions import max, mean, min, sum
from autograd_cnn.ops.regression_losses import huber_loss, l1_loss, mse_loss
from autograd_cnn.ops.repeating import repeat, tile
from autograd_cnn.ops.response_normalisation import local_response_norm
from autograd_cnn.ops.rounding import ceil, clip, floor, floor_divide, nan_to_num, remainder, round, trunc
from autograd_cnn.ops.sigmoids import hard_sigmoid, isrlu, isru, softsign, sqnl
from autograd_cnn.ops.sizes import conv_output_size
from autograd_cnn.ops.smooth import erf, gelu, hard_swish, mish, silu, softplus
from autograd_cnn.ops.softmax import hardmax, log_softmax, softmax
from autograd_cnn.ops.transposed_convolution import conv_transpose1d, conv_transpose2d, conv_transpose3d
from autograd_cnn.ops.triangles import diag, diagonal, tril, triu
from autograd_cnn.ops.trigonometry import (
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctan2,
    arctanh,
    cos,
    cosh,
    hypot,
    sin,
    sinh,
    tan,
)
from autograd_cnn.ops.weighted_pooling import weighted_pool1d, weighted_pool2d, weighted_pool3d
from autograd_cnn.ops.window_pooling import (
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    sum_pool1d,
    sum_pool2d,
    sum_pool3d,
)
from autograd_cnn.primitive import Primitive

if TYPE_CHECKING:
    from autograd_cnn import data, models, nn, optim, testing, training
    from autograd_cnn._anomaly import detect_anomaly
    from autograd_cnn._gradient_graph import GradientGraph, gradient_graph
    from autograd_cnn._memory import SavedBuffer, SavedBytes, saved_bytes
    from autograd_cnn._report import GradientReport, LayerGradient, ParameterGradient, gradient_report
    from autograd_cnn._routing.routes import Routing, routing
    from autograd_cnn.tracing.graph import Graph, trace
    from autograd_cnn.transforms.custom import custom_jvp, custom_vjp
    from autograd_cnn.transforms.derivatives import hessian, hvp, jacobian
    from autograd_cnn.transforms.forward import jvp, linearize
    from autograd_cnn.transforms.recomputing import checkpoint
    from autograd_cnn.transforms.reverse import grad, value_and_grad, vjp

abs = absolute
arsinh = arcsinh
gather = take_along
mod = remainder

__version__ = "0.1.0"

_LATER = {
    name: module
    for module, names in (
        ("_anomaly", "detect_anomaly"),
        ("_report", "GradientReport LayerGradient ParameterGradient gradient_report"),
        ("transforms.custom", "custom_jvp custom_vjp"),
        ("transforms.derivatives", "hessian hvp jacobian"),
        ("transforms.forward", "jvp linearize"),
        ("transforms.recomputing", "checkpoint"),
        ("transforms.reverse", "grad value_and_grad vjp"),
        ("tracing.graph", "Graph trace"),
        ("_gradient_graph", "GradientGraph gradient_graph"),
        ("_routing.routes", "Routing routing"),
        ("_memory", "SavedBuffer SavedBytes saved_bytes"),
    )
    for name in names.split()
}
_ON_DEMAND = ("data", "models", "nn", "optim", "testing", "training")


def __getattr__(name: str) -> Any:
    """Import a room when it is first asked for: who only computes need not wait for layers and data."""
    if name in _ON_DEMAND:
        return import_module(f"autograd_cnn.{name}")
    if name in _LATER:
        found = globals()[name] = getattr(import_module(f"autograd_cnn.{_LATER[name]}"), name)
        return found
    raise unknown(sys.modules[__name__], name)


def __dir__() -> list[str]:
    return __all__


# fmt: off
__all__ = [
    "Abstract", "AbstractValueError", "AnomalyError", "ArgumentError", "AutogradError", "ConvGeometry",
    "DTypeError", "FormatError", "FreedGraphError", "GradientCheckError", "GradientGraph", "GradientReport",
    "Graph", "GraphError", "HookHandle", "LayerGradient", "LeakedTensorError", "Line", "NoGradientError",
    "Node", "Origin", "ParameterGradient", "Primitive", "RangeError", "Recording", "RewriteError", "Routing",
    "RuleDTypeError", "RuleError", "RuleNumberError", "RuleOperandError", "RuleShapeError", "SavedBuffer",
    "SavedBytes", "SavedValue", "Scope", "ShapeError", "Source", "StaleValueError", "StructureError",
    "Tensor", "WindowGeometry", "abs", "absolute", "abstract_tensor", "adaptive_avg_pool1d",
    "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool1d", "adaptive_max_pool2d",
    "adaptive_max_pool3d", "add", "all", "any", "apl", "arange", "arccos", "arccosh", "arcsin", "arcsinh",
    "arctan", "arctan2", "arctanh", "argmax", "argmin", "argsort", "arsinh", "astype", "avg_pool1d",
    "avg_pool2d", "avg_pool3d", "batch_norm", "binary_cross_entropy_with_logits", "binary_step", "brelu",
    "broadcast_to", "cbrt", "ceil", "celu", "checkpoint", "clip", "concatenate", "conv1d", "conv2d", "conv3d",
    "conv_output_size", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "cos", "cosh",
    "count_nonzero", "cross_entropy", "cumprod", "cumsum", "custom_jvp", "custom_vjp", "data", "dense",
    "detect_anomaly", "diag", "diagonal", "divide", "dot", "dropout", "dropout_channels", "einsum", "elu",
    "equal", "erf", "exp", "exp2", "expand_dims", "expm1", "eye", "flatten", "flip", "floor", "floor_divide",
    "from_dlpack", "from_numpy", "full", "full_like", "gather", "gelu", "get_num_threads", "global_avg_pool",
    "global_max_pool", "grad", "gradient_graph", "gradient_report", "gradients", "greater", "greater_equal",
    "group_norm", "hard_sigmoid", "hard_swish", "hardmax", "has_values", "hessian", "hinge_loss",
    "huber_loss", "hvp", "hypot", "identity", "index", "inner", "instance_norm", "interpolate", "isfinite",
    "isinf", "isnan", "isrlu", "isru", "jacobian", "jvp", "kl_divergence", "l1_loss", "layer_norm",
    "leaky_relu", "less", "less_equal", "linearize", "linspace", "local_response_norm", "log", "log10",
    "log1p", "log2", "log_softmax", "logaddexp", "logical_and", "logical_not", "logical_or", "logical_xor",
    "logsumexp", "lp_pool1d", "lp_pool2d", "lp_pool3d", "matmul", "max", "max_pool1d", "max_pool2d",
    "max_pool3d", "max_unpool1d", "max_unpool2d", "max_unpool3d", "maximum", "maxout", "mean", "min",
    "minimum", "mish", "mod", "models", "moveaxis", "mse_loss", "multiply", "nan_to_num", "negative",
    "nll_loss", "nn", "no_grad", "norm", "not_equal", "ones", "ones_like", "optim", "outer", "pad", "power",
    "prelu", "prod", "ravel", "rbf_output", "reciprocal", "recording_all", "relu", "relu6", "remainder",
    "repeat", "reshape", "roll", "round", "routing", "rrelu", "saved_bytes", "scaled_tanh", "scatter_add",
    "selu", "set_num_threads", "shapes_only", "sigmoid", "sign", "silu", "sin", "sinh", "softmax", "softplus",
    "softsign", "sort", "split", "sqnl", "sqrt", "square", "squeeze", "srelu", "stack", "std", "subtract",
    "sum", "sum_pool1d", "sum_pool2d", "sum_pool3d", "swapaxes", "take", "take_along", "tan", "tanh",
    "tensor", "tensordot", "testing", "tile", "topk", "trace", "training", "transpose", "tril", "triu",
    "trunc", "value_and_grad", "var", "vjp", "weighted_pool1d", "weighted_pool2d", "weighted_pool3d", "where",
    "zeros", "zeros_like",
]
# fmt: on
