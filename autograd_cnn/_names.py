"""What things are called here that other libraries call otherwise.

Python itself guesses at misspelt names, in tracebacks. It cannot know that a ``Linear`` is a ``Dense``.
"""

from __future__ import annotations

from types import ModuleType

_RNG = "rng=np.random.default_rng(0)"
_NO_WEIGHTS_YET = "tensor.numpy() gives its values, and tensor.assign_(values) sets them"
_FUNCTIONS = {
    "amax": "ag.max",
    "amin": "ag.min",
    "as_tensor": "ag.tensor",
    "array": "ag.tensor",
    "asarray": "ag.tensor",
    "bmm": "ag.matmul",
    "cat": "ag.concatenate",
    "chunk": "ag.split",
    "clamp": "ag.clip",
    "concat": "ag.concatenate",
    "enable_grad": "the default; ag.no_grad switches it off",
    "hardsigmoid": "ag.hard_sigmoid",
    "hardswish": "ag.hard_swish",
    "hstack": "ag.concatenate, axis=1",
    "index_select": "ag.take",
    "inference_mode": "ag.no_grad",
    "jacfwd": "ag.jacobian",
    "jacrev": "ag.jacobian",
    "linear": "ag.dense(x, weight, bias)",
    "load": _NO_WEIGHTS_YET,
    "manual_seed": f"a generator for each who draws numbers: {_RNG}",
    "mm": "ag.matmul",
    "neg": "ag.negative",
    "permute": "ag.transpose",
    "pow": "ag.power",
    "rand": "ag.tensor(generator.random(shape))",
    "randn": "ag.tensor(generator.standard_normal(shape))",
    "save": _NO_WEIGHTS_YET,
    "softmax_cross_entropy": "ag.cross_entropy(scores, labels)",
    "sub": "ag.subtract",
    "swish": "ag.silu",
    "unsqueeze": "ag.expand_dims",
    "view": "ag.reshape",
    "vstack": "ag.concatenate, axis=0",
}
_LAYERS = {
    "AveragePooling2D": "ag.nn.AvgPool2d",
    "BCEWithLogitsLoss": "a function: ag.binary_cross_entropy_with_logits(logits, targets)",
    "BatchNormalization": "ag.nn.BatchNorm2d",
    "Conv2D": f"ag.nn.Conv2d(channels, filters, window, {_RNG})",
    "CrossEntropyLoss": "a function: ag.cross_entropy(scores, labels)",
    "Hardsigmoid": "ag.nn.HardSigmoid",
    "Hardswish": "ag.nn.HardSwish",
    "HuberLoss": "a function: ag.huber_loss(predictions, targets)",
    "L1Loss": "a function: ag.l1_loss(predictions, targets)",
    "Linear": f"ag.nn.Dense(inputs, outputs, {_RNG})",
    "MSELoss": "a function: ag.mse_loss(predictions, targets)",
    "MaxPooling2D": "ag.nn.MaxPool2d",
    "NLLLoss": "a function: ag.nll_loss(log_probabilities, labels)",
    "Parameter": "ag.tensor(values, requires_grad=True), as an attribute of a Module",
    "Upsample": "ag.nn.Interpolate",
    "functional": "ag itself: ag.relu, ag.conv2d, ag.cross_entropy",
    "init": "ag.nn.he_normal, ag.nn.glorot_uniform",
}
_OPTIMISERS = {"Optimizer": "ag.optim.Optimiser"}
_ELSEWHERE = {
    "autograd_cnn": _FUNCTIONS,
    "autograd_cnn.nn": _LAYERS,
    "autograd_cnn.optim": _OPTIMISERS,
}


def unknown(module: ModuleType, name: str) -> AttributeError:
    """Give the error for a name that a module lacks, with what stands for it here, where that is known."""
    text = f"module {module.__name__!r} has no attribute {name!r}"
    here = _ELSEWHERE.get(module.__name__, {}).get(name)
    if here is None and module.__name__ == "autograd_cnn":
        here = _LAYERS.get(name)
    return AttributeError(text if here is None else f"{text}; here it is {here}", name=name, obj=module)
