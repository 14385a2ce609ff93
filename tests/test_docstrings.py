"""Every public name says what it is for, what it takes and gives, and shows an example."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

import autograd_cnn as ag
import viz
from autograd_cnn import testing

ROOMS = (ag, ag.nn, ag.optim, ag.data, testing, viz)
RECORD = "the library makes it; its attributes are described, and what gives it shows it"
ERROR = "takes what AutogradError takes; the functions that raise it say when"
SIZES = "the 2d function with another number of axes; its text names that function and its own shapes"

# name: why it needs no parameters, no result or no example
EXCEPTIONS = {
    **dict.fromkeys(
        ("ConvGeometry", "GradientGraph", "Line", "Node", "Origin", "Primitive", "Routing"), RECORD
    ),
    **dict.fromkeys(
        ("SavedBuffer", "SavedBytes", "SavedValue", "Scope", "Source", "Tensor", "WindowGeometry"), RECORD
    ),
    **dict.fromkeys(("GradientReport", "LayerGradient", "ParameterGradient", "NonDifferentiable"), RECORD),
    "AdjointReport": RECORD,
    **dict.fromkeys(
        ("AnomalyError", "ArgumentError", "GradientCheckError", "StructureError", "RuleError"), ERROR
    ),
    **dict.fromkeys(("RuleDTypeError", "RuleNumberError", "RuleOperandError", "RuleShapeError"), ERROR),
    **dict.fromkeys(("Digits", "Split", "CheckReport", "MapPanel", "Picture"), RECORD),
    **dict.fromkeys(
        ("DTypeError", "FreedGraphError", "GraphError", "NoGradientError", "RangeError", "ShapeError"), ERROR
    ),
    **dict.fromkeys(("AutogradError", "StaleValueError", "GradientMismatch", "DrawingError"), ERROR),
    **dict.fromkeys(("ConversionError", "MissingConverterError", "UndrawableError"), ERROR),
    **dict.fromkeys(("UnknownFormatError", "WriteError"), ERROR),
    **dict.fromkeys(("AbstractValueError", "FormatError", "LeakedTensorError", "RewriteError"), ERROR),
    **{
        f"{name}{rank}d": SIZES
        for name in (
            *("adaptive_avg_pool", "adaptive_max_pool", "avg_pool", "conv", "conv_transpose", "lp_pool"),
            *("max_pool", "max_unpool", "sum_pool", "weighted_pool"),
        )
        for rank in (1, 3)
    },
    **dict.fromkeys(
        ("no_grad", "detect_anomaly", "recording_all", "shapes_only"), "a context: it gives nothing"
    ),
    "arithmetic": "one line of a picture, for those who draw it",
}


def public() -> dict[str, Any]:
    """Give each public function and class by name, once."""
    return {
        name: getattr(room, name)
        for room in ROOMS
        for name in room.__all__
        if callable(getattr(room, name)) and not inspect.ismodule(getattr(room, name))
    }


PUBLIC = public()


def sections(text: str) -> dict[str, str]:
    """Cut a NumPy docstring at its underlined titles; the part before the first has no title."""
    parts = re.split(r"^(\w+)\n-{3,}\n", text, flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def described(section: str) -> set[str]:
    """Give the names that a list of parameters describes: those on its lines that are not indented."""
    rows = [line.partition(" : ")[0] for line in section.splitlines() if line and not line.startswith(" ")]
    return {name.strip(" *") for row in rows for name in row.split(",")}


def problems(thing: Any) -> list[str]:
    """Say what a docstring lacks."""
    text = inspect.cleandoc(thing.__doc__ or "")
    parts = sections(text)
    try:
        signature = inspect.signature(thing)
    except ValueError:  # an exception with Python's own arguments
        signature = inspect.Signature()
    found = []
    first, _, rest = text.partition("\n")
    if not first.endswith(".") or not rest.startswith("\n" if rest else ""):
        found.append("no purpose on a line of its own")
    missing = set(signature.parameters) - described(parts.get("Parameters", "") + parts.get("Attributes", ""))
    if missing:
        found.append(f"Parameters without {sorted(missing)}")
    gives = not inspect.isclass(thing) and signature.return_annotation not in (None, "None")
    if gives and not parts.get("Returns", "").strip():
        found.append("no Returns")
    if ">>> " not in parts.get("Examples", ""):
        found.append("no Examples")
    return found


@pytest.mark.parametrize("name", sorted(set(PUBLIC) - set(EXCEPTIONS)))
def test_docstrings_are_complete(name: str) -> None:
    assert not problems(PUBLIC[name])


@pytest.mark.parametrize("name", sorted(EXCEPTIONS))
def test_exceptions_are_public_incomplete_and_have_a_purpose(name: str) -> None:
    assert problems(PUBLIC[name]), "no longer an exception"
    assert "no purpose on a line of its own" not in problems(PUBLIC[name])
    if EXCEPTIONS[name] is SIZES:
        assert f"{name[:-2]}2d" in PUBLIC[name].__doc__
        assert ">>> " in PUBLIC[name].__doc__


def test_an_incomplete_docstring_is_found() -> None:
    def good(x: int) -> int:
        """Give x.

        Parameters
        ----------
        x : int
            A number.

        Returns
        -------
        int

        Examples
        --------
        >>> good(1)
        """
        return x

    assert not problems(good)
    for old, new, says in (
        ("Give x.", "Give", "purpose"),
        ("x : int", "y : int", "'x'"),
        ("Returns", "Results", "no Returns"),
        (">>> ", "", "no Examples"),
    ):
        text, good.__doc__ = good.__doc__, str(good.__doc__).replace(old, new)
        assert says in str(problems(good))
        good.__doc__ = text
