"""Einstein summation: an equation is read, then carried out two operands at a time."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import RangeError, ShapeError
from autograd_cnn.ops.contractions import LETTERS, contract_p, of_one_kind
from autograd_cnn.ops.movement import reshape, transpose
from autograd_cnn.ops.reductions import sum
from autograd_cnn.ops.triangles import diagonal


@checked
@composite
def einsum(equation: str, *operands: Any) -> Tensor:
    """Sum products over the axes that an equation names by letters.

    ``"ij,jk->ik"`` is the matrix product: a letter that is missing on the right is summed over. A letter
    twice in one operand takes its diagonal (``"ii->i"``). ``"..."`` stands for any leading axes, which
    broadcast. Without ``->`` the result has the letters that occur once, in alphabetical order.

    Parameters
    ----------
    equation : str
        One group of letters for each operand, separated by commas; then ``->`` and those of the result.
    *operands : array_like
        At least one. Integers take the floating dtype of the others. Axes of size 1 broadcast.

    Returns
    -------
    Tensor
        Gradients: the einsum of ``g`` and the other operands. An empty sum is 0.

    Raises
    ------
    RangeError
        When the equation cannot be read.
    ShapeError
        When it does not fit the operands' numbers or sizes.

    Notes
    -----
    Three or more operands are joined pair by pair, in the order that NumPy's ``einsum_path`` finds; a pair
    is joined by a matrix product.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.einsum("ij,j->i", ag.tensor([[1.0, 2.0], [3.0, 4.0]]), ag.tensor([1.0, 1.0]))
    tensor([3., 7.], dtype=float32)
    """
    tensors = list(of_one_kind(*operands))
    names, out = _read(equation, tensors)
    for i, name in enumerate(names):
        tensors[i], names[i] = _without_twins(equation, tensors[i], name)
    sizes = _sizes(equation, tensors, names)
    for i, name in enumerate(names):
        # a size of 1 that broadcasts is as good as no axis
        kept = [(c, n) for c, n in zip(name, tensors[i].shape, strict=True) if n == sizes[c]]
        if len(kept) < len(name):
            tensors[i] = reshape(tensors[i], tuple(n for _, n in kept))
            names[i] = "".join(c for c, _ in kept)
    for pair in _path(tensors, names, out):
        chosen = [(tensors[i], names[i]) for i in pair]
        for i in sorted(pair, reverse=True):
            del tensors[i], names[i]
        (x, left), *others = chosen
        for position, (y, right) in enumerate(others, 1):
            waiting = "".join([out, *names, *(name for _, name in others[position:])])
            x, left = _join(x, left, y, right, out if waiting == out else None, waiting)
        tensors.append(x)
        names.append(left)
    result, left = _summed(tensors[0], names[0], out)
    return result if left == out else transpose(result, [left.index(c) for c in out])


def _refuse(equation: str, problem: str, fits: str) -> NoReturn:
    raise RangeError("einsum", f"{equation!r}: {problem}", fits=fits)


def _operands(tensors: list[Tensor]) -> dict[str, object]:
    return {f"operands[{i}]": t for i, t in enumerate(tensors)}


def _read(equation: str, tensors: list[Tensor]) -> tuple[list[str], str]:
    """Give the letters of each operand and of the result; letters stand for the axes of ``...`` too."""
    text = equation.replace(" ", "")
    inputs, arrow, output = text.partition("->")
    terms = inputs.split(",")
    plain = text.replace("->", "", 1).replace(",", "").replace("...", "")
    strange = sorted(set(plain) - set(LETTERS))
    if strange or "," in output or not equation.strip():
        _refuse(
            equation, f"{strange or 'it'} cannot be read", 'letters, "," between operands, "->", and "..."'
        )
    if any(term.count("...") > 1 for term in (*terms, output)):
        _refuse(equation, '"..." occurs twice in one group', '"..." once a group')
    if len(terms) != len(tensors):
        raise ShapeError(
            "einsum",
            f"{equation!r} names {len(terms)} operands, there are {len(tensors)}",
            operands=_operands(tensors),
            fits="one group of letters an operand",
        )
    free = [c for c in LETTERS if c not in plain]
    ranks = [t.ndim - len(term.replace("...", "")) for t, term in zip(tensors, terms, strict=True)]
    for i, (rank, term) in enumerate(zip(ranks, terms, strict=True)):
        if rank < 0 or (rank and "..." not in term):
            raise ShapeError(
                "einsum",
                f"{term!r} does not name the {tensors[i].ndim} axes of operand {i}",
                operands=_operands(tensors),
                rule=equation,
            )
    most = max((rank for rank, term in zip(ranks, terms, strict=True) if "..." in term), default=0)
    if most > len(free):
        _refuse(equation, f'there are no letters left for the {most} axes of "..."', "52 letters in all")
    dots = "".join(free[:most])
    names = [term.replace("...", dots[most - rank :]) for rank, term in zip(ranks, terms, strict=True)]
    if not arrow:
        letters = inputs.replace(",", "").replace("...", "")
        return names, dots + "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    if most and "..." not in output:
        _refuse(
            equation, 'the operands have "...", the result has not', '"..." in the result, or sum() first'
        )
    out = output.replace("...", dots)
    unknown = sorted(set(out) - set("".join(names)))
    if unknown or len(set(out)) < len(out):
        _refuse(
            equation,
            f"the result has unknown or repeated letters, {unknown or out}",
            "letters of the operands, once each",
        )
    return names, out


def _without_twins(equation: str, x: Tensor, names: str) -> tuple[Tensor, str]:
    """Take the diagonal over axes that share a letter."""
    for letter in sorted(set(names)):
        while names.count(letter) > 1:
            one = names.index(letter)
            other = names.index(letter, one + 1)
            if x.shape[one] != x.shape[other]:
                raise ShapeError(
                    "einsum",
                    f"the letter {letter!r} has {x.shape[one]} and {x.shape[other]} places in one operand",
                    operands={"x": x},
                    rule=equation,
                )
            x = diagonal(x, 0, one, other)
            names = names[:one] + names[one + 1 : other] + names[other + 1 :] + letter
    return x, names


def _sizes(equation: str, tensors: list[Tensor], names: list[str]) -> dict[str, int]:
    """Give each letter's size; a size of 1 gives way to another."""
    sizes: dict[str, int] = {}
    for x, letters in zip(tensors, names, strict=True):
        for letter, n in zip(letters, x.shape, strict=True):
            known = sizes.get(letter, 1)
            if known != n and 1 not in (known, n):
                raise ShapeError(
                    "einsum",
                    f"the letter {letter!r} has {known} and {n} places",
                    operands=_operands(tensors),
                    rule=equation,
                    fits="equal sizes, or 1",
                )
            sizes[letter] = n if known == 1 else known
    return sizes


def _path(tensors: list[Tensor], names: list[str], out: str) -> list[tuple[int, ...]]:
    """Choose which operands to join first."""
    if len(tensors) < 3:
        return [(0, 1)] if len(tensors) == 2 else []
    like = [np.broadcast_to(np.float32(0), t.shape) for t in tensors]
    steps: list[Any] = np.einsum_path(f"{','.join(names)}->{out}", *like, optimize="greedy")[0]
    return [tuple(step) for step in steps[1:]]


def _join(x: Tensor, left: str, y: Tensor, right: str, out: str | None, waiting: str) -> tuple[Tensor, str]:
    """Join two operands; keep the letters that somebody else waits for."""
    x, left = _summed(x, left, right + waiting)
    y, right = _summed(y, right, left + waiting)
    kept = out if out is not None else "".join(dict.fromkeys(c for c in left + right if c in waiting))
    return apply(contract_p, (x, y), {"left": left, "right": right, "out": kept}), kept


def _summed(x: Tensor, names: str, wanted: str) -> tuple[Tensor, str]:
    """Sum over the axes whose letters nobody wants."""
    axes = tuple(i for i, c in enumerate(names) if c not in wanted)
    return (sum(x, axes), "".join(c for c in names if c in wanted)) if axes else (x, names)
