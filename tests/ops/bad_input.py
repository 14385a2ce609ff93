"""Arguments that every public function takes, and values that no function was made for."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

import autograd_cnn as ag

BAD: dict[str, Any] = {
    "None": None,
    "a text": "a",
    "1.5": 1.5,
    "-1": -1,
    "0": 0,
    "NaN": float("nan"),
    "a complex array": np.array([1 + 2j, 3j]),
    "an object array": np.array([object(), None], dtype=object),
    "an empty tuple": (),
}


def floats(*shape: int) -> np.ndarray:
    return np.linspace(0.1, 0.9, int(np.prod(shape)), dtype=np.float32).reshape(shape)


def leaf(*shape: int) -> ag.Tensor:
    return ag.tensor(floats(*shape), requires_grad=True)


def generator() -> np.random.Generator:
    return np.random.default_rng(0)


def planes(rank: int) -> np.ndarray:
    return floats(1, 2, *(4,) * rank)


# what a parameter of this name gets where it has no default
BY_NAME: dict[str, Any] = {
    "x": lambda: floats(2, 3),
    "y": lambda: floats(2, 3),
    "axis": lambda: 0,
    "axis1": lambda: 0,
    "axis2": lambda: 1,
    "shape": lambda: (2, 3),
    "size": lambda: 2,
    "window": lambda: 2,
    "channels": lambda: 2,
    "filters": lambda: 2,
    "rng": generator,
    "parameters": lambda: [leaf(2)],
    "indices": lambda: [[0, 1, 0]],
    "targets": lambda: floats(2, 3),
    "predictions": lambda: floats(2, 3),
    "logits": lambda: floats(2, 3),
    "log_probabilities": lambda: floats(2, 3),
    "scores": lambda: floats(2, 3),
    "labels": lambda: [0, 2],
    "dtype": lambda: "float64",
    "a": lambda: 0.5,
    "parts": lambda: [floats(2, 3), floats(2, 3)],
    "value": lambda: 1.0,
    "inputs": lambda: 3,
    "outputs": lambda: 2,
}

# and where one name serves several purposes, by function
BY_FUNCTION: dict[str, dict[str, Any]] = {
    **{
        f"{name}{rank}d": {"x": lambda rank=rank: planes(rank)}
        for rank in (1, 2, 3)
        for name in (
            "adaptive_avg_pool",
            "adaptive_max_pool",
            "avg_pool",
            "lp_pool",
            "max_pool",
            "sum_pool",
            "weighted_pool",
        )
    },
    **{
        f"{name}{rank}d": {
            "x": lambda rank=rank: planes(rank),
            "weight": lambda rank=rank: floats(2, 2, *(2,) * rank),
        }
        for rank in (1, 2, 3)
        for name in ("conv", "conv_transpose")
    },
    **{
        f"max_unpool{rank}d": {
            "y": lambda rank=rank: floats(1, 1, *(1,) * rank),
            "indices": lambda rank=rank: np.zeros((1, 1) + (1,) * rank, int),
        }
        for rank in (1, 2, 3)
    },
    "apl": {"a": lambda: floats(1), "b": lambda: floats(1)},
    "arccosh": {"x": lambda: floats(2, 3) + 1},
    "clip": {"min": lambda: 0.1},
    "arange": {"start": lambda: 3},
    "batch_norm": {"x": lambda: planes(2)},
    "broadcast_to": {"shape": lambda: (2, 2, 3)},
    "conv_output_size": {"n": lambda: 8},
    "dense": {"weight": lambda: floats(4, 3)},
    "dropout": {"rng": generator},
    "dropout_channels": {"x": lambda: planes(2), "rng": generator},
    "einsum": {"equation": lambda: "ij->ji", "operands": lambda: (floats(2, 3),)},
    "eye": {"rows": lambda: 2},
    "from_numpy": {"array": lambda: floats(2)},
    "global_avg_pool": {"x": lambda: planes(2)},
    "global_max_pool": {"x": lambda: planes(2)},
    "trace": {"fn": lambda: floats(3, 4), "examples": tuple},
    "gradient_graph": {"outputs": lambda: (leaf(2) * 2).sum()},
    "gradients": {"outputs": lambda: (leaf(2) * 2).sum(), "inputs": lambda: [leaf(2)]},
    "group_norm": {"x": lambda: planes(2), "groups": lambda: 2},
    "index": {"key": lambda: 0},
    "instance_norm": {"x": lambda: planes(2)},
    "interpolate": {"x": lambda: planes(2), "size": lambda: 8},
    "Interpolate": {"size": lambda: 8},
    "ModuleDict": {"modules": lambda: {"act": ag.nn.ReLU()}},
    "ModuleList": {"modules": lambda: [ag.nn.ReLU()]},
    "Reshape": {"shape": lambda: (8, -1)},
    "jvp": {"fn": lambda: ag.exp, "primals": lambda: [leaf(2)], "tangents": lambda: [floats(2)]},
    "linspace": {"start": lambda: 0.0, "stop": lambda: 1.0},
    "local_response_norm": {"x": lambda: planes(2)},
    "matmul": {"y": lambda: floats(3, 2)},
    "maxout": {"weight": lambda: floats(2, 4, 3)},
    "moveaxis": {"source": lambda: 0, "destination": lambda: 1},
    "pad": {"widths": lambda: 1},
    "rbf_output": {"prototypes": lambda: floats(4, 3)},
    "repeat": {"repeats": lambda: 2},
    "roll": {"shift": lambda: 1},
    "routing": {"y": lambda: ag.max_pool2d(ag.tensor(planes(2), requires_grad=True), 2)},
    "rrelu": {"rng": generator},
    "saved_bytes": {"tensors": lambda: (leaf(2) * 2,)},
    "scatter_add": {"updates": lambda: floats(1, 3)},
    "split": {"sections": lambda: 2},
    "squeeze": {"x": lambda: floats(1, 3)},
    "srelu": {name: lambda: 0.5 for name in ("t_l", "a_l", "t_r", "a_r")},
    "tensor": {"data": lambda: [1.0, 2.0]},
    "tile": {"repetitions": lambda: 2},
    "topk": {"k": lambda: 1, "x": lambda: floats(3)},
    "dot": {"y": lambda: floats(3, 2)},
    "tensordot": {"axes": lambda: 1, "y": lambda: floats(3, 2)},
    "where": {"condition": lambda: [[True], [False]]},
    **{
        name: {"fn": lambda: lambda x: (x * x).sum()}
        for name in (
            "checkpoint",
            "custom_jvp",
            "custom_vjp",
            "grad",
            "hessian",
            "jacobian",
            "value_and_grad",
        )
    },
    **{name: {"fn": lambda: ag.exp, "primals": lambda: (floats(2),)} for name in ("vjp", "linearize")},
    "hvp": {
        "fn": lambda: lambda x: (x * x).sum(),
        "primals": lambda: [floats(2)],
        "tangents": lambda: [floats(2)],
    },
    "has_values": {"x": lambda: leaf(2)},
    "from_dlpack": {"source": lambda: floats(2)},
    "gradient_report": {"loss": lambda: (leaf(2) * 2).sum()},
    "set_num_threads": {"count": lambda: ag.get_num_threads()},
    "GroupNorm": {"groups": lambda: 2},
    "RBFOutput": {"features": lambda: 3, "classes": lambda: 2, "rng": generator},
    "Sequential": {"modules": lambda: (ag.nn.ReLU(),), "named": dict},
    "Optimiser": {"lr": lambda: 0.1},
    "Batches": {
        "images": lambda: floats(4, 1),
        "labels": lambda: np.arange(4),
        "batch_size": lambda: 2,
        "rng": generator,
    },
    "enlarge": {"images": lambda: floats(1, 2, 2), "size": lambda: 4},
    "shift": {"images": lambda: floats(1, 1, 2, 2), "most": lambda: 1},
}

# what a layer is run on, where that is not a plane of two channels
FEED = {
    **{
        f"{name}{rank}d": lambda rank=rank: planes(rank)
        for rank in (1, 3)
        for name in (
            *(
                "AdaptiveAvgPool",
                "AdaptiveMaxPool",
                "AvgPool",
                "BatchNorm",
                "Conv",
                "ConvTranspose",
                "Dropout",
            ),
            *("InstanceNorm", "LpPool", "MaxPool", "SumPool", "WeightedPool"),
        )
    },
    "BatchNorm1d": lambda: floats(2, 2),
    "Dense": lambda: floats(2, 3),
    "LayerNorm": lambda: floats(2, 3),
    "Maxout": lambda: floats(2, 3),
    "RBFOutput": lambda: floats(2, 3),
    "APL": lambda: floats(2, 3),
    "PReLU": lambda: floats(2, 3),
    "SReLU": lambda: floats(2, 3),
}

# what takes no user's input: records that the library fills in, and errors
RECORDS = {
    "ConvGeometry", "Digits", "GradientGraph", "GradientReport", "Graph", "HookHandle",
    "LayerGradient", "Line", "ParameterGradient", "Module", "Node", "Origin", "Primitive",
    "Recording", "Routing", "SavedBuffer", "SavedBytes", "SavedValue", "Scope", "Source", "Split", "Tensor",
    "WindowGeometry", "no_grad",
}  # fmt: skip


def public() -> dict[str, Any]:
    """Give every public function and layer by name; the records and the errors are left out."""
    found: dict[str, Any] = {}
    for room in (ag, ag.nn, ag.optim, ag.data):
        for name in room.__all__:
            value = getattr(room, name)
            error = inspect.isclass(value) and issubclass(value, Exception)
            if callable(value) and not error and name not in RECORDS:
                found[f"{room.__name__.removeprefix('autograd_cnn').strip('.') or 'ag'}.{name}"] = value
    return found


def good(name: str, function: Any) -> dict[str, Any]:
    """Give arguments that the function takes."""
    short = name.split(".")[-1]
    special = BY_FUNCTION.get(short, {})
    arguments = {}
    for parameter in inspect.signature(function).parameters.values():
        make = special.get(parameter.name)
        if make is None and parameter.default is inspect.Parameter.empty:
            make = BY_NAME[parameter.name]
        if make is not None:
            arguments[parameter.name] = make()
    return arguments


def call(function: Any, arguments: dict[str, Any]) -> Any:
    """Call by name; starred parameters are spread."""
    positional: list[Any] = []
    named: dict[str, Any] = {}
    starred = False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name not in arguments:
            continue
        value = arguments[parameter.name]
        if parameter.kind is parameter.VAR_POSITIONAL:
            positional = [*named.values(), *value]
            named, starred = {}, True
        elif parameter.kind is parameter.VAR_KEYWORD:
            named.update(value)
        else:
            named[parameter.name] = value
    return function(*positional, **named) if starred else function(**named)


def use(function: Any, arguments: dict[str, Any]) -> Any:
    """Call a function, or make a layer and run it: a layer may refuse at either."""
    result = call(function, arguments)
    if isinstance(result, (ag.nn.ModuleDict, ag.nn.ModuleList)):
        return list(result)  # they compute nothing
    if type(result).__name__.startswith("MaxUnpool"):
        y = planes(result.rank)
        return result(y, np.zeros(y.shape, int))
    if isinstance(result, ag.nn.Module):
        return result(FEED.get(type(result).__name__, lambda: planes(2))())
    return list(result) if isinstance(result, ag.data.Batches) else result
