"""Settings and numbers as plain JSON values, exactly and by an explicit table: nothing is ever unpickled.

A float is written in hexadecimal, so no digit is lost; what JSON cannot tell from something else is an
object with one key, the kind. What is in no table is refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

import numpy as np

from autograd_cnn.errors import FormatError
from autograd_cnn.kernels.geometry import ConvGeometry, WindowGeometry
from autograd_cnn.kernels.resampling import AxisMap

DTYPES = frozenset(
    [
        "bool",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "float16",
        "float32",
        "float64",
    ]
)
RECORDS: Mapping[str, type[Any]] = MappingProxyType(
    {kind.__name__: kind for kind in (ConvGeometry, WindowGeometry, AxisMap)}
)


def encode(value: Any) -> Any:
    """Write a setting as a JSON value.

    Raises
    ------
    FormatError
        When the table has no way to write it.
    """
    kind = value.__class__
    if value is None or kind in (bool, int, str):
        return value
    if kind is float:
        return {"float": value.hex()}
    if kind is tuple or kind is list:
        return {kind.__name__: [encode(part) for part in value]}
    if kind is slice:
        return {"slice": [encode(part) for part in (value.start, value.stop, value.step)]}
    if value is Ellipsis:
        return {"ellipsis": True}
    if isinstance(value, np.dtype):
        return {"dtype": dtype_name(value)}
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, np.floating):
        return {"number": [dtype_name(value.dtype), float(value).hex()]}
    if kind in RECORDS.values():
        return {kind.__name__: {f.name: encode(getattr(value, f.name)) for f in fields(value)}}
    raise FormatError(
        "to_json",
        f"a setting of type {kind.__name__} cannot be written",
        fits="numbers, strings, tuples, slices, dtypes, geometries",
    )


def dtype_name(dtype: Any) -> str:
    """Give the name of a dtype that a graph may hold."""
    name: str = np.dtype(dtype).name
    if name not in DTYPES:
        raise FormatError("to_json", f"the dtype {name} cannot be written", fits=", ".join(sorted(DTYPES)))
    return name


def decode(data: Any) -> Any:
    """Read what `encode` wrote.

    Raises
    ------
    FormatError
        When it is nothing that `encode` writes.
    """
    if data is None or data.__class__ in (bool, int, str):
        return data
    if data.__class__ is dict and len(data) == 1:
        ((kind, inside),) = data.items()
        reader = READERS.get(kind)
        if reader is not None:
            try:
                return reader(inside)
            except (TypeError, ValueError, OverflowError, ArithmeticError) as error:
                if isinstance(error, FormatError):
                    raise
                raise FormatError("from_json", f"{_clip(data)} is no {kind}: {error}") from None
    raise FormatError("from_json", f"{_clip(data)} is no setting", fits="what to_json writes")


def read_dtype(name: Any) -> np.dtype[Any]:
    """Read the name of a dtype."""
    if not isinstance(name, str) or name not in DTYPES:
        raise FormatError("from_json", f"{_clip(name)} is no dtype", fits=", ".join(sorted(DTYPES)))
    return np.dtype(name)


def _clip(data: Any) -> str:
    text = repr(data)
    return text if len(text) <= 80 else text[:77] + "..."


def _float(text: Any) -> float:
    return float.fromhex(text)


def _list(parts: Any) -> list[Any]:
    if not isinstance(parts, list):
        raise TypeError("a list is expected")
    return [decode(part) for part in parts]


def _slice(parts: Any) -> slice:
    bounds = _list(parts)
    if len(bounds) != 3 or not all(b is None or b.__class__ is int for b in bounds):
        raise ValueError("start, stop and step are expected")
    return slice(*bounds)


def _ellipsis(inside: Any) -> Any:
    if inside is not True:
        raise ValueError("true is expected")
    return Ellipsis


def _number(parts: Any) -> np.generic:
    name, text = parts
    number: np.generic = read_dtype(name).type(_float(text))
    return number


def _record(kind: type[Any]) -> Callable[[Any], Any]:
    names = [field.name for field in fields(kind)]

    def read(inside: Any) -> Any:
        if not isinstance(inside, dict) or sorted(inside) != sorted(names):
            raise ValueError(f"the fields {', '.join(names)} are expected")
        made = kind(**{name: decode(inside[name]) for name in names})
        (_check_map if kind is AxisMap else _check_geometry)(made)
        return made

    return read


def _is_size(value: Any, least: int) -> bool:
    return value.__class__ is int and least <= value < 1 << 62


def _check_map(made: AxisMap) -> None:
    if made.kind not in ("nearest", "linear", "corners", "average", "windows"):
        raise ValueError(f"{made.kind!r} is no way to resample")
    if not all(_is_size(n, 0) for n in (made.input, made.output, made.windows)):
        raise ValueError("sizes must be whole numbers from 0 on")
    scale = made.scale
    if scale is not None and not (scale.__class__ in (int, float) and math.isfinite(scale) and scale > 0):
        raise ValueError("the scale must be a positive number")


def _check_geometry(made: Any) -> None:
    """Refuse a geometry whose windows would read outside of the padded input: kernels trust it."""
    window = made.kernel if isinstance(made, ConvGeometry) else made.window
    lists = (made.input, window, made.output, made.stride, made.padding, made.dilation)
    if not all(isinstance(part, tuple) and len(part) == len(window) for part in lists) or not window:
        raise ValueError("one entry for each axis is expected")
    if isinstance(made, ConvGeometry) and not _is_size(made.groups, 1):
        raise ValueError("groups must be a whole number from 1 on")
    for cells, taps, windows, stride, pads, dilation in zip(*lists, strict=True):
        whole = _is_size(cells, 0) and _is_size(windows, 0) and isinstance(pads, tuple) and len(pads) == 2
        if not (whole and all(_is_size(n, 1) for n in (taps, stride, dilation))):
            raise ValueError("sizes must be whole numbers, and padding pairs of them")
        if not all(_is_size(n, 0) for n in pads):
            raise ValueError("padding must be pairs of whole numbers from 0 on")
        if windows and (windows - 1) * stride + (taps - 1) * dilation >= cells + sum(pads):
            raise ValueError(f"{windows} windows do not fit into {cells} cells padded by {pads}")


READERS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "float": _float,
        "list": _list,
        "tuple": lambda parts: tuple(_list(parts)),
        "slice": _slice,
        "ellipsis": _ellipsis,
        "dtype": read_dtype,
        "number": _number,
        **{name: _record(kind) for name, kind in RECORDS.items()},
    }
)
