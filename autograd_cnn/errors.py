"""The errors that the library raises: each names the op, the operands, the rule and what would fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from autograd_cnn.lines import Line, user_line


class Shaped(Protocol):
    """Anything with a shape and a dtype: an array, a Tensor, a Node."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis."""

    @property
    def dtype(self) -> object:
        """Type of the elements."""


def signature(operand: object) -> str:
    """Write an operand as ``float32 (2, 3)``, a Python scalar as itself."""
    shape = getattr(operand, "shape", None)
    if shape is None:
        return repr(operand)
    return f"{getattr(operand, 'dtype', '')} {tuple(shape)}".strip()


class AutogradError(Exception):
    """Base of every error that the library raises on purpose.

    Parameters
    ----------
    op : str
        Name of the function that refused, as the user typed it.
    problem : str
        What is wrong, with the numbers.
    operands : mapping of str to array-like, optional
        The operands; their dtypes and shapes are printed.
    rule : str, optional
        The rule that is broken, with the numbers put in.
    fits : str, optional
        What would have been accepted.
    line : Line, optional
        The line to blame; the nearest line outside the library when left out.
    """

    def __init__(
        self,
        op: str,
        problem: str,
        *,
        operands: Mapping[str, object] | None = None,
        rule: str | None = None,
        fits: str | None = None,
        line: Line | None = None,
    ) -> None:
        self.op, self.problem, self.rule, self.fits = op, problem, rule, fits
        self.operands = {name: signature(value) for name, value in (operands or {}).items()}
        self.line = line or user_line(1)
        super().__init__(self._text())

    def _text(self) -> str:
        rows = [f"{self.op}: {self.problem}"]
        rows += [f"  {name}: {value}" for name, value in self.operands.items()]
        rows += [f"  rule: {self.rule}"] if self.rule else []
        rows += [f"  fits: {self.fits}"] if self.fits else []
        rows.append(f"  at {self.line}")
        return "\n".join(rows)


class ShapeError(AutogradError, ValueError):
    """Ranks, channel counts or sizes that do not go together."""


class DTypeError(AutogradError, TypeError):
    """A dtype that the operation cannot take, such as integers asked for gradients."""


class RangeError(AutogradError, ValueError):
    """A value outside what is allowed: a label, an axis, an index, a setting."""


class ArgumentError(AutogradError, TypeError):
    """An argument that is missing, or one that nobody knows."""


class StructureError(AutogradError, ValueError):
    """Trees of arrays (nested tuples, lists, dicts, dataclasses) whose structures do not go together."""


class GraphError(AutogradError, RuntimeError):
    """A graph that cannot do what was asked of it."""


class FreedGraphError(GraphError):
    """The values kept for the backward pass were freed by an earlier one."""


class StaleValueError(GraphError):
    """A tensor was assigned a new value after an operation had recorded the old one."""


class AbstractValueError(GraphError):
    """A value was read where only shapes are known."""


class AnomalyError(GraphError):
    """A NaN or an infinity, found by `detect_anomaly`."""


class LeakedTensorError(AbstractValueError):
    """A tensor that stands for a value of one trace was used outside of it."""


class FormatError(AutogradError, ValueError):
    """A text that is no saved graph, or one that this version does not read."""


class RewriteError(GraphError):
    """A rewriting pass that changed what a graph computes."""


class NoGradientError(GraphError):
    """A gradient was asked of something that has none."""


class RuleError(AutogradError, ValueError):
    """A derivative rule that gave cotangents or tangents which do not go with its operands."""


class RuleNumberError(RuleError, TypeError):
    """A rule gave several values, or none, where one array is wanted."""


class RuleShapeError(RuleError, ShapeError):
    """A rule gave a shape that cannot be summed to its input's."""


class RuleDTypeError(RuleError, DTypeError):
    """A rule gave numbers of a type that the cotangent must not have."""


class RuleOperandError(RuleError, AttributeError):
    """A rule asked for what only arrays have, or only Tensors: it is run on both."""


class GradientCheckError(AutogradError, AssertionError):
    """A gradient and its check disagree; ``report`` says where and by how much, ``str`` shows it."""

    def __init__(self, op: str, report: object, *, fits: str | None = None) -> None:
        self.report = report
        super().__init__(op, str(report), fits=fits)
