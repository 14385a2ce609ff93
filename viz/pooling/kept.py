"""What a call keeps for going back, in words."""

from __future__ import annotations

import numpy as np

import autograd_cnn as ag


def kept_words(y: ag.Tensor) -> str:
    """What the call keeps for going back: "X, float32, 100 B; W, float32, 36 B"."""
    last = y.node
    if last is None:
        return ""
    calls, seen = [last], {last}
    for node in calls:
        inside = node.scope is not None and node.scope.kind == "function"
        for parent in node.inputs:
            if isinstance(parent, ag.Node) and inside and parent.scope is node.scope and parent not in seen:
                seen.add(parent)
                calls.append(parent)
    if any(node.freed for node in calls):
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
