"""What to write in place of NumPy's functions that have no gradient rule here."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

_NO_GRADIENT = "x.numpy(): what it gives has no gradient"
_INSTEAD = {
    "append": "ag.concatenate([x, y])",
    "apply_along_axis": "an operation with axis=",
    "argpartition": "ag.argsort(x)",
    "array_split": "ag.split(x, places), with the places spelled out",
    "average": "ag.mean(x), or ag.sum(x * weights) / ag.sum(weights)",
    "bincount": _NO_GRADIENT,
    "block": "ag.concatenate of ag.concatenate",
    "column_stack": "ag.stack([x, y], axis=1)",
    "convolve": "ag.conv1d(x, weight, padding=size - 1, flip=True), x (N, C, L)",
    "copysign": "ag.where(ag.sign(y) < 0, -ag.abs(x), ag.abs(x))",
    "corrcoef": "ag.matmul of the centred and scaled rows",
    "correlate": "ag.conv1d(x, weight), x (N, C, L)",
    "cov": "d = x - ag.mean(x, axis=1, keepdims=True), then d @ d.T / (n - 1)",
    "cross": "the products of the components: a[1] * b[2] - a[2] * b[1], and so on, in ag.stack",
    "deg2rad": "x * (np.pi / 180)",
    "delete": "x[kept], an index of what stays",
    "diff": "x[1:] - x[:-1]",
    "digitize": _NO_GRADIENT,
    "dsplit": "ag.split(x, places, axis=2)",
    "dstack": "ag.stack([x, y], axis=2)",
    "ediff1d": "x[1:] - x[:-1]",
    "gradient": "(x[2:] - x[:-2]) / 2; for derivatives of functions, ag.grad",
    "heaviside": "ag.binary_step(x)",
    "histogram": _NO_GRADIENT,
    "hsplit": "ag.split(x, places, axis=1)",
    "hstack": "ag.concatenate([x, y], axis=1)",
    "interp": "ag.take and a weighted sum of two neighbours; ag.interpolate for maps",
    "kron": "ag.reshape(ag.tensordot(x, y, 0), ...) after ag.transpose",
    "median": "ag.sort(x, axis) and its middle",
    "nanmax": "ag.max(ag.where(ag.isnan(x), -np.inf, x))",
    "nanmean": "ag.sum(ag.nan_to_num(x)) / ag.count_nonzero(ag.logical_not(ag.isnan(x)))",
    "nanmin": "ag.min(ag.where(ag.isnan(x), np.inf, x))",
    "nansum": "ag.sum(ag.nan_to_num(x))",
    "nonzero": _NO_GRADIENT,
    "partition": "ag.sort(x)",
    "percentile": "ag.sort(x, axis) and an index into it",
    "piecewise": "ag.where(condition, x, y)",
    "polyval": "a loop: y = y * x + coefficient",
    "ptp": "ag.max(x) - ag.min(x)",
    "quantile": "ag.sort(x, axis) and an index into it",
    "rad2deg": "x * (180 / np.pi)",
    "resize": "ag.reshape(x, shape), ag.tile(x, repeats)",
    "rot90": "ag.flip(ag.swapaxes(x, 0, 1), 0)",
    "searchsorted": _NO_GRADIENT,
    "select": "ag.where(condition, x, y)",
    "sinc": "ag.where(x == 0, 1.0, ag.sin(np.pi * x) / (np.pi * x))",
    "trapezoid": "ag.sum((y[1:] + y[:-1]) * (x[1:] - x[:-1])) / 2",
    "unique": _NO_GRADIENT,
    "vsplit": "ag.split(x, places, axis=0)",
    "vstack": "ag.concatenate([x, y], axis=0)",
}
_ROOMS = {
    "fft": "no Fourier transform has a rule here; a short one is a product with a fixed matrix",
    "linalg": "no decomposition or inverse has a rule here; write one with ag.custom_vjp",
}


def instead_of(room: str, name: str, known: Collection[str]) -> str:
    """Say what fits in place of ``np.<room>.<name>``."""
    if name in _INSTEAD:
        return _INSTEAD[name]
    if room in _ROOMS:
        return _ROOMS[room]
    near = get_close_matches(name, known, 1, cutoff=0.8)
    return f"ag.{near[0]}, if that is meant" if near else "operations of autograd_cnn, or ag.custom_vjp"
