"""Says in a few words what an operation's settings are and what its gradient does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

MEANINGS: Mapping[str, str] = {
    "relu": "relu gate",
    "max_pool": "max_unpool, adds",
    "max_unpool": "pool_at the switches",
    "pool_at": "max_unpool, adds",
    "window_sum": "spreads, adds",
    "window_sum_transpose": "sums over windows",
    "add": "copies",
    "subtract": "copies, one negated",
    "negative": "negates",
    "multiply": "times the other",
    "divide": "quotient rule",
    "power": "power rule",
    "exp": "times the output",
    "log": "divides by the input",
    "sqrt": "divides by 2 × output",
    "tanh": "times 1 − y²",
    "sigmoid": "times y(1 − y)",
    "abs": "times the sign",
    "sum": "spreads to all",
    "mean": "spreads evenly",
    "max": "to the winner",
    "maximum": "to the larger",
    "minimum": "to the smaller",
    "where": "to the chosen side",
    "select": "to the chosen side",
    "reshape": "reshapes back",
    "flatten": "reshapes back",
    "transpose": "transposes back",
    "pad": "crops",
    "crop": "pads with 0",
    "slice": "puts back, 0 elsewhere",
    "unslice": "slices",
    "take_along": "adds at the index",
    "concatenate": "splits",
    "stack": "splits",
    "expand": "sums up",
    "cast": "casts back",
    "convert": "casts back",
    "max_unpool1d": "reads where it wrote",
    "max_unpool2d": "reads where it wrote",
    "max_unpool3d": "reads where it wrote",
    "global_avg_pool": "spreads evenly",
    "global_max_pool": "to the winner",
    "cross_entropy": "softmax − target",
    "mse_loss": "2 × difference ÷ count",
    "l1_loss": "sign of the difference",
    "log_softmax": "g − softmax × sum of g",
}
"""What the gradient of an operation (or public function) does with what arrives."""

BILINEAR = frozenset({"conv", "conv_transpose", "conv_weight_gradient", "matmul", "dense", "normalise"})
"""Operations whose capsule says which inputs get a gradient: "dx, dweight, dbias"."""


def gradient_meaning(
    ops: Sequence[str],
    function: str | None,
    slots: Sequence[str],
    own: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The title of a capsule.

    Parameters
    ----------
    ops : sequence of str
        Names of the forward primitives that the row holds.
    function : str or None
        The public function that the user called.
    slots : sequence of str
        Names of the inputs that get a gradient.
    own : mapping, optional
        From primitives to their own words, where their makers gave any; these come first.

    Examples
    --------
    >>> gradient_meaning(["relu"], None, ["x"])
    'relu gate'
    >>> gradient_meaning(["conv"], "conv2d", ["x", "weight", "bias"])
    'dx, dweight, dbias'
    """
    said = dict.fromkeys(own[op] for op in ops if op in own)
    if len(said) == 1:
        return next(iter(said))
    if any(op in BILINEAR for op in ops) and slots:
        return ", ".join(f"d{name}" for name in dict.fromkeys(slots))
    for name in (function, *(ops if len(set(ops)) == 1 else ())):
        if name is not None and name in MEANINGS:
            return MEANINGS[name]
    if function is not None and function.startswith(("max_pool", "global_max_pool")):
        return MEANINGS["max_pool"]
    if function is not None and "pool" in function and "window_sum" in ops:
        return MEANINGS["window_sum"]
    known = [MEANINGS[op] for op in dict.fromkeys(ops) if op in MEANINGS]
    if known and len(known) <= 2 and len(known) == len(set(ops)):
        return ", then ".join(reversed(known))
    return f"gradient of {function or ops[0]}" if ops else "passes on"


def setting_detail(settings: Mapping[str, Any]) -> str:
    """The settings of a call that a reader asks for; defaults are left out.

    Examples
    --------
    >>> setting_detail({"axis": 1, "keepdims": False})
    'axis 1'
    """
    parts: list[str] = []
    geometry = settings.get("geometry")
    window = getattr(geometry, "window", None) or getattr(geometry, "kernel", None)
    if geometry is not None and window:
        is_pool = hasattr(geometry, "window")
        what = "window" if is_pool else "kernel"
        size = "×".join(map(str, window))
        parts.append(f"{size} {what}" if len(window) > 1 else f"{what} of {size}")
        usual = tuple(window) if is_pool else (1,) * len(window)
        if tuple(geometry.stride) != usual:
            parts.append(f"stride {_one(geometry.stride)}")
        if any(before or after for before, after in geometry.padding):
            parts.append(f"padding {_one([before for before, _ in geometry.padding])}")
        if any(step != 1 for step in geometry.dilation):
            parts.append(f"dilation {_one(geometry.dilation)}")
        if getattr(geometry, "groups", 1) != 1:
            parts.append(f"{geometry.groups} groups")
    ties = settings.get("ties")
    if ties not in (None, "first"):
        parts.append(f"ties: {ties}")
    axis = settings.get("axis")
    if isinstance(axis, (int, tuple)) and axis != ():
        axes = axis if isinstance(axis, tuple) else (axis,)
        parts.append(f"{'axis' if len(axes) == 1 else 'axes'} {' '.join(map(str, axes))}")
    return ", ".join(parts)


def _one(values: Sequence[int]) -> str:
    """One number where all are equal."""
    return str(values[0]) if len(set(values)) == 1 else "×".join(map(str, values))
