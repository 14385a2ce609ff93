"""The table of all ONNX operators that run here, and why others don't."""

from __future__ import annotations

from autograd_cnn.io.onnx_activations import ACTIVATIONS
from autograd_cnn.io.onnx_call import Operator
from autograd_cnn.io.onnx_elementwise import ELEMENTWISE
from autograd_cnn.io.onnx_indexing import INDEXING
from autograd_cnn.io.onnx_losses import LOSSES
from autograd_cnn.io.onnx_normalisation import NORMALISATION
from autograd_cnn.io.onnx_reductions import REDUCTIONS
from autograd_cnn.io.onnx_resize import RESIZE
from autograd_cnn.io.onnx_shapes import SHAPES
from autograd_cnn.io.onnx_training import TRAINING
from autograd_cnn.io.onnx_windows import WINDOWS

OPERATORS: dict[str, Operator] = {
    **ACTIVATIONS,
    **ELEMENTWISE,
    **INDEXING,
    **LOSSES,
    **NORMALISATION,
    **REDUCTIONS,
    **RESIZE,
    **SHAPES,
    **TRAINING,
    **WINDOWS,
}

_REASONS = {
    "quantised arithmetic": "ConvInteger DequantizeLinear DynamicQuantizeLinear MatMulInteger QLinearConv "
    "QLinearMatMul QuantizeLinear",
    "arithmetic on the bits of integers": "BitCast BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor",
    "text": "RegexFullMatch StringConcat StringNormalizer StringSplit TfIdfVectorizer LabelEncoder",
    "sequences and optional values: values are Tensors here": "ConcatFromSequence OptionalGetElement "
    "OptionalHasElement SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert "
    "SequenceLength SequenceMap SplitToSequence Optional",
    "control flow: a graph here is a record of what ran": "If Loop Scan",
    "recurrent networks are no part of this library": "GRU LSTM RNN",
    "no attention in this library": "Attention FlexAttention LinearAttention RotaryEmbedding TensorScatter",
    "carries state from call to call": "CausalConvWithState",
    "signals and spectra": "BlackmanWindow DFT HammingWindow HannWindow MelWeightMatrix STFT",
    "random numbers: ours are drawn from a NumPy Generator": "Bernoulli Multinomial RandomNormal "
    "RandomNormalLike RandomUniform RandomUniformLike",
    "picks by value; no layer of a network": "NonMaxSuppression NonZero Unique",
    "decodes image files": "ImageDecoder",
    "no matrix factorisations in this library": "Det",
    "sampling at places that are computed": "AffineGrid Col2Im DeformConv GridSample RoiAlign",
    "trees and tables, no neural network": "ArrayFeatureExtractor Binarizer TreeEnsemble",
}
LEFT_OUT: dict[str, str] = {op: reason for reason, ops in _REASONS.items() for op in ops.split()}
