"""How gradients fare on their way through a network: norms, dead units, vanishing and exploding layers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn._graph import Node, ancestors
from autograd_cnn._modes import Scope
from autograd_cnn._reverse import cotangent_for
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import NoGradientError
from autograd_cnn.lines import Line
from autograd_cnn.sweep import key_of, sweep


@dataclass(frozen=True)
class LayerGradient:
    """What arrives at the output of one call.

    Attributes
    ----------
    name : str
        The modules it was made in and the function, such as ``"features.3 relu"``.
    shape : tuple of int
        Of its output.
    norm : float
        Length of the gradient at its output, all elements together.
    relative : float
        ``norm`` divided by that at the call nearest the loss.
    zeros : float
        Share of the gradient's elements that are exactly 0.
    units, dead : int
        Channels (axis 1) that a gradient reaches, and those of them that it does not leave: over the whole
        batch nothing passes on to what the call was computed from, as in a ReLU that is always off.
    verdict : str
        "", or what is wrong.
    line : Line
        Where the user called it.
    """

    name: str
    shape: tuple[int, ...]
    norm: float
    relative: float
    zeros: float
    units: int
    dead: int
    verdict: str
    line: Line


@dataclass(frozen=True)
class ParameterGradient:
    """The gradient of one leaf.

    Attributes
    ----------
    name : str
        Its name, or its place among the unnamed.
    shape : tuple of int
        Its shape.
    norm, weight_norm : float
        Lengths of the gradient and of the value itself.
    zeros : float
        Share of the gradient's elements that are exactly 0.
    verdict : str
        "", or what is wrong.
    """

    name: str
    shape: tuple[int, ...]
    norm: float
    weight_norm: float
    zeros: float
    verdict: str


@dataclass(frozen=True)
class GradientReport:
    """What `gradient_report` found; `print` shows two tables.

    Attributes
    ----------
    layers : tuple of LayerGradient
        In order of execution, the loss last.
    parameters : tuple of ParameterGradient
        In order of first use.
    """

    layers: tuple[LayerGradient, ...]
    parameters: tuple[ParameterGradient, ...]

    @property
    def findings(self) -> tuple[str, ...]:
        """One sentence for each layer or parameter with which something is wrong."""
        rows: list[LayerGradient | ParameterGradient] = [*self.layers, *self.parameters]
        return tuple(f"{row.name}: {row.verdict}" for row in rows if row.verdict)

    def __str__(self) -> str:
        head = ("gradient at the output of", "shape", "norm", "relative", "zeros", "dead units", "")
        rows = [
            (
                row.name,
                str(row.shape),
                f"{row.norm:.3g}",
                f"{row.relative:.3g}",
                f"{row.zeros:.0%}",
                f"{row.dead} of {row.units}" if row.units else "",
                row.verdict,
            )
            for row in self.layers
        ]
        lower = ("gradient of", "shape", "norm", "weight's", "zeros", "", "")
        more = [
            (p.name, str(p.shape), f"{p.norm:.3g}", f"{p.weight_norm:.3g}", f"{p.zeros:.0%}", "", p.verdict)
            for p in self.parameters
        ]
        return "\n".join(_table([head, *rows, ("",) * 7, lower, *more]))


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if at in (0, 1, 6) else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


@checked
def gradient_report(
    loss: Tensor, gradient: Any = None, vanishing: float = 1e-3, exploding: float = 1e3
) -> GradientReport:
    """Tell how the gradient of a loss fares on its way back: where it shrinks, grows, stops or breaks.

    Nothing is freed and no ``.grad`` is touched.

    Parameters
    ----------
    loss : Tensor
        The result of a recorded computation.
    gradient : array_like, optional
        Its cotangent, when it has more than one element.
    vanishing, exploding : float
        A layer whose gradient's length, relative to that at the call nearest the loss, is below (above)
        this is said to vanish (explode).

    Returns
    -------
    GradientReport

    Raises
    ------
    NoGradientError
        When the loss wants no gradient.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([[-1.0, 2.0], [-3.0, 4.0]], requires_grad=True, name="x")
    >>> report = ag.gradient_report(ag.relu(x * 3.0).sum())
    >>> report.findings
    ('relu: 1 of 2 units dead', 'x: 50% of it is zero')
    """
    if not loss.requires_grad:
        raise NoGradientError("gradient_report", "this tensor wants no gradient", operands={"loss": loss})
    seed = cotangent_for("gradient_report", loss, gradient)
    totals: dict[Any, NDArray[Any]] = {}
    found = sweep({key_of(loss): seed._data}, retain=True, visit=totals.__setitem__)
    totals.update(found)
    calls = _calls(list(reversed(ancestors([loss.node])))) if loss.node is not None else []
    reached = [nodes for nodes in calls if nodes[-1] in totals]
    nearest = float(np.linalg.norm(totals[reached[-1][-1]].astype(np.float64))) if reached else 0.0
    layers = tuple(_layer(nodes, totals, nearest, vanishing, exploding) for nodes in reached)
    leaves = [key for key in found if isinstance(key, Tensor)]
    order = {leaf: at for at, leaf in enumerate(_first_used(loss))}
    leaves.sort(key=lambda leaf: order.get(leaf, 0))
    return GradientReport(layers, tuple(_parameter(leaf, found[leaf], at) for at, leaf in enumerate(leaves)))


def _calls(nodes: Sequence[Node]) -> list[list[Node]]:
    """Group the nodes of one call; each group in order of execution."""
    groups: dict[Any, list[Node]] = {}
    for node in nodes:
        scope = node.scope
        key = scope if scope is not None and scope.kind == "function" else node
        groups.setdefault(key, []).append(node)
    return list(groups.values())


def _first_used(loss: Tensor) -> list[Tensor]:
    nodes = reversed(ancestors([loss.node])) if loss.node is not None else []
    return list(dict.fromkeys(v for node in nodes for v in node.inputs if isinstance(v, Tensor)))


def _layer(
    nodes: Sequence[Node],
    totals: dict[Any, NDArray[Any]],
    nearest: float,
    vanishing: float,
    exploding: float,
) -> LayerGradient:
    last = nodes[-1]
    g = totals[last]
    norm = float(np.linalg.norm(g.astype(np.float64)))
    relative = norm / nearest if nearest else math.nan
    units, dead = _dead(nodes, totals)
    if not np.isfinite(g).all():
        verdict = "not finite"
    elif norm == 0:
        verdict = "no gradient arrives"
    elif dead:
        verdict = f"{dead} of {units} units dead"
    else:
        verdict = "vanishing" if relative < vanishing else "exploding" if relative > exploding else ""
    zeros = float((g == 0).mean()) if g.size else 0.0
    return LayerGradient(_name(last), last.shape, norm, relative, zeros, units, dead, verdict, last.line)


def _dead(nodes: Sequence[Node], totals: dict[Any, NDArray[Any]]) -> tuple[int, int]:
    """Count channels that a gradient reaches, and those where nothing goes on to what they were made from."""
    last, first = nodes[-1], nodes[0]
    inputs = [v for v, wants in zip(first.inputs, first.wanted, strict=True) if wants]
    behind = totals.get(inputs[0]) if len(inputs) == 1 else None
    g = totals[last]
    if behind is None or first.primitive.linear or g.ndim < 2 or behind.shape != g.shape:
        return 0, 0
    axes = (0, *range(2, g.ndim))
    arrives, leaves = (g != 0).any(axes), (behind != 0).any(axes)
    return int(arrives.sum()), int((arrives & ~leaves).sum())


def _name(node: Node) -> str:
    path = node.scope.path() if node.scope is not None else ()
    modules = ".".join(s.name for s in path if s.kind == "module")
    functions: list[Scope] = [s for s in path if s.kind == "function"]
    function = functions[-1].title if functions else node.primitive.name
    return f"{modules} {function}".strip()


def _parameter(leaf: Tensor, g: NDArray[Any], at: int) -> ParameterGradient:
    zeros = float((g == 0).mean()) if g.size else 0.0
    norm = float(np.linalg.norm(g.astype(np.float64)))
    if not np.isfinite(g).all():
        verdict = "not finite"
    elif norm == 0:
        verdict = "no gradient"
    else:
        verdict = f"{zeros:.0%} of it is zero" if zeros >= 0.5 else ""
    value = float(np.linalg.norm(leaf.data.astype(np.float64)))
    return ParameterGradient(leaf.name or f"leaf {at}", leaf.shape, norm, value, zeros, verdict)
