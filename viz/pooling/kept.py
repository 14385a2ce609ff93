"""What a call keeps for going back, in words."""

from __future__ import annotations

import numpy as np

import autograd_cnn as ag


def kept_words(y: ag.Tensor) -> str:
    """What the call keeps for going back: "X, float32, 100 B; W, float32, 36 B"."""
    last, calls = y.node, _call(y)
    if last is None or any(node.freed for node in calls):
        return ""
    kept = {
        (value.name, id(value.array)): value.array
        for node in reversed(calls)
        for value in node.saved
        if isinstance(value.array, np.ndarray)
    }
    names = {"x": "X", "y": "X", "weight": "W", "out": "Y"}
    words = [
        f"{names.get(name, name)}, {array.dtype}, {array.nbytes:,} B" for (name, _), array in kept.items()
    ]
    words.sort(key=lambda text: text.startswith("W"))
    if not words:
        return "Nothing."
    if last.primitive.name == "relu":
        return f"{words[0]}: where it is above 0, the gate is open."
    return f"{'; '.join(words)}."


def learns_weights(pooled: ag.Tensor) -> bool:
    """Whether a weighted pooling's weights want a gradient of their own: then it keeps X for them."""
    return any(
        node.primitive.name == "conv" and isinstance(node.inputs[1], ag.Node) for node in _call(pooled)
    )


def _call(y: ag.Tensor) -> list[ag.Node]:
    """The nodes of the function call that made a tensor, its last first."""
    if y.node is None:
        return []
    calls, seen = [y.node], {y.node}
    for node in calls:
        inside = node.scope is not None and node.scope.kind == "function"
        for parent in node.inputs:
            if isinstance(parent, ag.Node) and inside and parent.scope is node.scope and parent not in seen:
                seen.add(parent)
                calls.append(parent)
    return calls
