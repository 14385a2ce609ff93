"""One line for what an operation computes, and one for what its gradient rule does with dY."""

from __future__ import annotations

import re
from collections.abc import Mapping

from viz.page.slopes import slope_formulas

FORMULAS: Mapping[str, tuple[str, str]] = {
    "max_pool": (
        "Y[w] = the largest X[p] in window w",
        "dX[p] = sum of dY[w], or a share, over windows p won",
    ),
    "max_unpool": ("X[p] = sum of Y[w] over the windows w that p won", "dY[w] = dX[winner of w]"),
    "pool_at": ("Y[w] = X[winner of w]", "dX[p] = sum of dY[w] over the windows w that p won"),
    "window_sum": ("Y[w] = sum of X[p] in window w", "dX[p] = sum of dY[w] over the windows w that hold p"),
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
    "power": ("Z = X^Y", "dX = dZ × Y × X^(Y − 1) · dY = dZ × Z × log X"),
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
    "identity": ("Y = X", "dX = dY"),
    "brelu": (
        "Y = max(X, 0) in even channels, min(X, 0) in odd ones",
        "dX = dY where X > 0 (even channels) or X < 0 (odd ones), else 0",
    ),
    "affine": (
        "Y = X × scale + shift, a scale and a shift for each channel",
        "dX = dY × scale · d scale = sum of dY × X · d shift = sum of dY",
    ),
    "normalise": (
        "Y = X̂ × weight + bias with X̂ = (X − mean) / √(variance + ε)",
        "dX̂ = dY × weight · dX = (dX̂ − mean dX̂ − X̂ × mean(dX̂ × X̂)) / √(variance + ε) "
        "· d weight = sum of dY × X̂ · d bias = sum of dY",
    ),
    "inverse_deviation": (
        "Y = 1 / √(variance of X + ε)",
        "dX = −Y³ × (X − mean) × dY / N, for the N numbers that share a variance",
    ),
    "prelu": (
        "Y = X where X ≥ 0, else a × X",
        "dX = dY where X ≥ 0, else a × dY · da = sum of dY × X where X < 0",
    ),
    "srelu": (
        "Y = X between t_l and t_r, beyond them lines with the slopes a_l and a_r",
        "dX = dY × the slope of the piece that X is on · each a and t gets the sum of its piece",
    ),
    "limited": ("Y = X, held between two limits", "dX = dY where X is between them, else 0"),
    "clip": ("Y = X, held between low and high", "dX = dY where X is between them, else 0"),
    "masked": ("Y = X where the mask is set, else 0", "dX = dY where the mask is set, else 0"),
    "hypot": ("Z = √(X² + Y²)", "dX = dZ × X / Z · dY = dZ × Y / Z"),
    "arctan2": ("Z = the angle of the point (X, Y)", "dY = dZ × X / (X² + Y²) · dX = −dZ × Y / (X² + Y²)"),
    "logaddexp": (
        "Z = log(exp X + exp Y)",
        "dX = dZ × exp(X − Z) · dY = dZ × exp(Y − Z)",
    ),
    "remainder": ("Z = X modulo Y", "dX = dZ · dY = −dZ × (X / Y, rounded down)"),
    "floor_divide": ("Z = X / Y, rounded down", "nothing goes back: the slope is 0 everywhere"),
    "min": ("Y = the smallest X", "dX = dY at the winner, else 0"),
    "prod": ("Y = product of X", "dX[p] = dY × the product of the others"),
    "norm": (
        "Y = (sum of |X|^n)^(1/n), for n = 2 the root of the sum of squares",
        "dX = dY × sign X × (|X| / Y)^(n − 1), for n = 2 that is dY × X / Y",
    ),
    "logsumexp": ("Y = log of the sum of exp X", "dX = dY × exp(X − Y)"),
    "cumsum": ("Y[p] = sum of X[0] to X[p]", "dX[p] = sum of dY[p] to the last"),
    "cumprod": ("Y[p] = product of X[0] to X[p]", "dX[p] = sum of dY[j] × Y[j] / X[p] from j = p on"),
    "contract": ("Z = sum of X × Y over the axes that are named", "dX and dY = dZ contracted with the other"),
    "summed_product": ("Z = sum of A × B", "dA = dZ × B · dB = dZ × A"),
    "hardmax": ("Y = 1 at the largest X, else 0", "dX = 0: the slope is 0 everywhere"),
    "take": ("Y = X at the indices", "dX = dY added at the indices, 0 elsewhere"),
    "add_at": ("X = Y added at the indices, 0 elsewhere", "dY = dX at the indices"),
    "add_along": ("X = Y added at the indices, 0 elsewhere", "dY = dX at the indices"),
    "unslice": ("X = Y in its place, 0 elsewhere", "dY = that part of dX"),
    "diagonal": ("Y = the diagonal of X", "dX = dY on the diagonal, 0 elsewhere"),
    "undiagonal": ("X = Y on the diagonal, 0 elsewhere", "dY = the diagonal of dX"),
    "triangle": ("Y = X above or below a diagonal, else 0", "dX = dY there, else 0"),
    "roll": ("Y = X, moved round its axes", "dX = dY, moved back"),
    "nan_to_num": ("Y = X, odd numbers replaced", "dX = dY where X was a number, else 0"),
    "resample_transpose": ("X = Y sent to the places that are read", "dY = dX read at those places"),
    "window_sum_transpose": (
        "X[p] = sum of Y[w] over the windows w that hold p",
        "dY[w] = sum of dX in window w",
    ),
    "conv_weight_gradient": ("dW = X ⋆ dY", "linear in both: two convolutions go back"),
    "binary_cross_entropy": (
        "Y = log(1 + exp X) − X × target",
        "dX = (σ(X) − target) × dY · d target = −X × dY",
    ),
    "huber": ("Y = X² / 2 where |X| < δ, else δ × (|X| − δ / 2)", "dX = dY × X, held between −δ and δ"),
}
"""From an operation's name to its two formulas; those of one argument, with a slope, stand in slopes.py."""

_MEAN = "dY / N (dY where a sum is taken)"
_WEIGHTS = "(no N where a sum is taken; N = sum of the weights, 1 each unless given)"
FUNCTIONS: Mapping[str, tuple[str, str]] = {
    "average": (
        "Y[w] = mean of X[p] in window w",
        "dX[p] = sum of dY[w] / size over the windows w that hold p",
    ),
    "batch_norm": FORMULAS["normalise"],
    "group_norm": FORMULAS["normalise"],
    "instance_norm": FORMULAS["normalise"],
    "layer_norm": FORMULAS["normalise"],
    "local_response_norm": (
        "Y = X / (k + α × mean of X² over neighbouring channels)^β",
        "dX = dY / (…)^β − 2 α β / size × X × sum of dY × Y / (…) over the channels that hold it",
    ),
    "dropout": ("Y = X / (1 − p) where it is kept, else 0", "dX = dY / (1 − p) where X was kept, else 0"),
    "mean": ("Y = mean of X", "dX = dY / N, spread to every term"),
    "global_avg_pool": ("Y = mean of each map", "dX = dY / size, spread to every cell of the map"),
    "global_max_pool": ("Y = the largest of each map", "dX = dY at the winner, else 0"),
    "max_unpool": ("X = Y at the indices, 0 elsewhere", "dY = dX at the indices"),
    "lp_pool": (
        "Y[w] = (sum of |X[p]|^n in window w)^(1/n)",
        "dX[p] = sum of dY[w] × (|X[p]| / Y[w])^(n − 1) × sign X[p] over the windows w that hold p",
    ),
    "weighted_pool": (
        "Y[w] = sum of weight[t] × X[p] / S in window w, with S the sum of its weights",
        "dX[p] = sum of dY[w] × the weight of p's place in w / S "
        "· d weight[t] = sum of dY[w] × (X[p] − Y[w]) / S",
    ),
    "var": ("Y = sum of (X − mean)² / (N − ddof)", "dX = 2 (X − mean) × dY / (N − ddof)"),
    "std": ("Y = √(sum of (X − mean)² / (N − ddof))", "dX = (X − mean) × dY / ((N − ddof) Y)"),
    "flatten": FORMULAS["reshape"],
    "cross_entropy": (
        "loss = mean of −sum of target × log softmax(logits), target = the one-hot label, or smoothed",
        f"d logits = (softmax(logits) − target) × weight × dY / N {_WEIGHTS}",
    ),
    "nll_loss": (
        "loss = mean of −log probability of the label",
        f"dX = −weight × dY / N at the label, else 0 {_WEIGHTS}",
    ),
    "mse_loss": ("loss = mean of (X − target)²", f"dX = 2 (X − target) × {_MEAN}"),
    "l1_loss": ("loss = mean of |X − target|", f"dX = sign(X − target) × {_MEAN}"),
    "huber_loss": (
        "loss = mean of E² / 2 where |E| < δ, else of δ × (|E| − δ / 2), with E = X − target",
        f"dX = (E, held between −δ and δ) × {_MEAN}",
    ),
    "binary_cross_entropy_with_logits": (
        "loss = mean of log(1 + exp X) − X × target, times the weights if there are any",
        f"without weights dX = (σ(X) − target) × {_MEAN}",
    ),
}
"""The same for functions made of several operations; those over 1, 2 or 3 axes share a line."""


def formulas_of(ops: list[str], function: str | None) -> tuple[str, str] | None:
    """The two formulas of a row, where there is a line for it.

    Examples
    --------
    >>> formulas_of(["relu"], None)
    ('Y = max(X, 0)', 'dX = dY where Y > 0, else 0')
    >>> formulas_of(["tanh"], None)[1], formulas_of(["divide", "sum"], "mean")[1]
    ('dX = dY × (1 − Y²)', 'dX = dY / N, spread to every term')
    >>> formulas_of(["sin", "cos"], None) is None
    True
    """
    if function is not None:
        name = re.sub(r"[123]d$", "", function)
        name = "average" if name in ("avg_pool", "adaptive_avg_pool") else name
        if name in FUNCTIONS:
            return FUNCTIONS[name]
    if len(ops) != 1:
        return None
    return FORMULAS.get(ops[0]) or slope_formulas(ops[0]) or _gate_formulas(ops[0])


def _gate_formulas(op: str) -> tuple[str, str] | None:
    """Of an operation that some function's gradient rule is made of, met in a graph of gradients."""
    if not op.endswith("_gate"):
        return None
    name = op.removesuffix("_gate")
    return f"Z = G × the slope of {name} at X", "dG = dZ × that slope · dX = dZ × G × how the slope changes"
