"""One line for what an operation computes, and one for what its gradient rule does with dY."""

from __future__ import annotations

from collections.abc import Mapping

FORMULAS: Mapping[str, tuple[str, str]] = {
    "max_pool": ("Y[w] = the largest X[i] in window w", "dX[i] = sum of dY[w] over the windows w that i won"),
    "max_unpool": ("X[i] = sum of Y[w] over the windows w that i won", "dY[w] = dX[winner of w]"),
    "pool_at": ("Y[w] = X[winner of w]", "dX[i] = sum of dY[w] over the windows w that i won"),
    "window_sum": ("Y[w] = sum of X[i] in window w", "dX[i] = sum of dY[w] over the windows w that hold i"),
    "relu": ("Y = max(X, 0)", "dX = dY where Y > 0, else 0"),
    "conv": (
        "Y = X ⋆ W + b, the window's products summed",
        "dX = dY spread through W (transposed convolution) · dW = X ⋆ dY · db = sum of dY",
    ),
    "conv_transpose": ("X = each Y[o] times W, added where they overlap", "dY = dX ⋆ W · dW = dX ⋆ Y"),
    "dense": ("Y = X Wᵀ + b", "dX = dY W · dW = dYᵀ X · db = sum of dY over samples"),
    "matmul": ("Z = X Y", "dX = dZ Yᵀ · dY = Xᵀ dZ"),
    "add": ("Z = X + Y", "dX = dZ · dY = dZ (both get a copy)"),
    "subtract": ("Z = X − Y", "dX = dZ · dY = −dZ"),
    "multiply": ("Z = X × Y", "dX = dZ × Y · dY = dZ × X"),
    "divide": ("Z = X / Y", "dX = dZ / Y · dY = −dZ × X / Y²"),
    "negative": ("Y = −X", "dX = −dY"),
    "power": ("Z = X^Y", "dX = dZ × Y × X^(Y − 1) · dY = dZ × Z × log X"),
    "square": ("Y = X²", "dX = 2 X dY"),
    "sqrt": ("Y = √X", "dX = dY / (2 Y)"),
    "exp": ("Y = exp X", "dX = dY × Y"),
    "log": ("Y = log X", "dX = dY / X"),
    "tanh": ("Y = tanh X", "dX = dY × (1 − Y²)"),
    "sigmoid": ("Y = 1 / (1 + exp(−X))", "dX = dY × Y × (1 − Y)"),
    "absolute": ("Y = |X|", "dX = dY × sign X"),
    "maximum": ("Z = the larger of X and Y", "dZ goes to the larger one"),
    "minimum": ("Z = the smaller of X and Y", "dZ goes to the smaller one"),
    "select": ("Z = X where the condition holds, else Y", "dZ goes to the side that was chosen"),
    "sum": ("Y = sum of X", "dX = dY, spread to every term"),
    "max": ("Y = the largest X", "dX = dY at the winner, else 0"),
    "reshape": ("Y = X in another shape", "dX = dY in the old shape"),
    "transpose": ("Y = X with its axes in another order", "dX = dY with its axes put back"),
    "pad": ("Y = X with a border", "dX = dY without the border"),
    "crop": ("Y = X without its border", "dX = dY with a border of 0"),
    "slice": ("Y = a part of X", "dX = dY in its place, 0 elsewhere"),
    "expand": ("X = Y, repeated", "dY = sum of dX over the copies"),
    "concatenate": ("Z = the parts, side by side", "each part gets its piece of dZ"),
    "take_along": ("Y = X at the indices", "dX = dY added at the indices, 0 elsewhere"),
    "log_softmax": ("Y = X − log sum exp X", "dX = dY − exp(Y) × sum of dY"),
    "softmax": ("Y = exp X / sum exp X", "dX = Y × (dY − sum of dY × Y)"),
    "resample": ("Y = X read at other places", "dX = dY sent back to the places that were read"),
    "cast": ("Y = X in another dtype", "dX = dY in the old dtype"),
    "alias": ("Y = X", "dX = dY"),
    "cross_entropy": (
        "loss = mean of −log softmax(logits)[label]",
        "d logits = (softmax(logits) − one-hot label) × dY / N",
    ),
}
"""From an operation's name (or a public function's) to its two formulas."""

FUNCTIONS: Mapping[str, tuple[str, str]] = {
    "average": (
        "Y[w] = mean of X[i] in window w",
        "dX[i] = sum of dY[w] / size over the windows w that hold i",
    )
}
"""The same for steps made of several operations."""


def formulas_of(ops: list[str], function: str | None) -> tuple[str, str] | None:
    """The two formulas of a row, where there is a line for it.

    Examples
    --------
    >>> formulas_of(["relu"], None)
    ('Y = max(X, 0)', 'dX = dY where Y > 0, else 0')
    >>> formulas_of(["sin", "cos"], None) is None
    True
    """
    if function is not None and function.startswith("avg_pool"):
        return FUNCTIONS["average"]
    if function is not None and function in FORMULAS:
        return FORMULAS[function]
    return FORMULAS.get(ops[0]) if len(ops) == 1 else None
