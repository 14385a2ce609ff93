"""Trees: nested tuples, lists, dicts and dataclasses, taken apart into leaves and put together again.

A tree's leaves are whatever is none of these containers: Tensors, arrays, numbers. None is an empty
container. Dicts are walked in the order of their sorted keys, so two with the same keys have the same
structure whatever order they were filled in; an OrderedDict, whose order counts, is walked in that.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

from autograd_cnn.errors import StructureError

Kind = Literal["leaf", "none", "tuple", "list", "dict", "named tuple", "dataclass"]


@dataclass(frozen=True, slots=True)
class Structure:
    """What a tree is when its leaves are taken out; equal for trees of the same nesting, keys and types.

    Attributes
    ----------
    kind : str
        "leaf", "none", "tuple", "list", "dict", "named tuple" or "dataclass".
    type : type or None
        Of a dict, named tuple or dataclass.
    keys : tuple
        Of a dict its keys, of a dataclass or named tuple its fields, in the order of ``parts``.
    parts : tuple of Structure
        The structures inside.
    """

    kind: Kind
    type: type[Any] | None = None
    keys: tuple[Any, ...] = ()
    parts: tuple[Structure, ...] = ()

    @property
    def leaves(self) -> int:
        """How many leaves a tree of this structure has."""
        return 1 if self.kind == "leaf" else sum(part.leaves for part in self.parts)

    def unflatten(self, leaves: Sequence[Any]) -> Any:
        """Put a tree together from its leaves, in the order that `flatten` gave them.

        Raises
        ------
        StructureError
            When there are more or fewer leaves than places.
        """
        if len(leaves) != self.leaves:
            raise StructureError(
                "unflatten", f"{len(leaves)} leaves for a structure that has {self.leaves}", fits=str(self)
            )
        return self._built(iter(leaves))

    def _built(self, leaves: Iterator[Any]) -> Any:
        if self.kind == "leaf":
            return next(leaves)
        parts = [part._built(leaves) for part in self.parts]
        if self.kind == "none":
            return None
        if self.kind == "tuple":
            return tuple(parts)
        if self.kind == "list":
            return parts
        assert self.type is not None
        if self.kind == "dict":
            kind: Any = self.type  # not called: a class may ask for arguments
            made = kind.__new__(kind)
            made.update(zip(self.keys, parts, strict=True))
            return made
        if self.kind == "named tuple":
            return self.type(*parts)
        made = object.__new__(self.type)  # not __init__, which may compute or refuse what is no array
        for key, part in zip(self.keys, parts, strict=True):
            object.__setattr__(made, key, part)
        return made

    def paths(self, prefix: str = "") -> list[str]:
        """Write where each leaf is: ``[0]['weight']``, ``.bias``; "" for a tree that is a leaf."""
        if self.kind == "leaf":
            return [prefix]
        named = self.kind in ("dataclass", "named tuple")
        keys = self.keys or range(len(self.parts))
        steps = [f".{key}" if named else f"[{key!r}]" for key in keys]
        return [p for step, part in zip(steps, self.parts, strict=True) for p in part.paths(prefix + step)]

    def __str__(self) -> str:
        if self.kind == "leaf":
            return "*"
        if self.kind == "none":
            return "None"
        inside = [str(part) for part in self.parts]
        if self.kind == "list":
            return f"[{', '.join(inside)}]"
        if self.kind == "tuple":
            return f"({', '.join(inside)}{',' if len(inside) == 1 else ''})"
        if self.kind == "dict":
            return "{" + ", ".join(f"{k!r}: {s}" for k, s in zip(self.keys, inside, strict=True)) + "}"
        assert self.type is not None
        return (
            f"{self.type.__name__}({', '.join(f'{k}={s}' for k, s in zip(self.keys, inside, strict=True))})"
        )


LEAF = Structure("leaf")


def flatten(tree: Any) -> tuple[list[Any], Structure]:
    """Take a tree apart.

    Parameters
    ----------
    tree : nested tuples, lists, dicts, dataclasses
        With anything else as leaves; None holds no leaf.

    Returns
    -------
    (list, Structure)
        The leaves, and what `Structure.unflatten` needs to put them back.

    Raises
    ------
    StructureError
        When a dict's keys cannot be put in an order.

    Examples
    --------
    >>> from autograd_cnn.pytrees import flatten
    >>> leaves, structure = flatten({"w": [1, 2], "b": (3,)})
    >>> leaves, str(structure)
    ([3, 1, 2], "{'b': (*,), 'w': [*, *]}")
    >>> structure.unflatten("xyz")
    {'b': ('x',), 'w': ['y', 'z']}
    """
    leaves: list[Any] = []
    return leaves, _taken(tree, leaves)


def _taken(tree: Any, leaves: list[Any]) -> Structure:
    kind = _kind(tree)
    if kind == "leaf":
        leaves.append(tree)
        return LEAF
    if kind == "none":
        return Structure("none")
    if kind in ("tuple", "list"):
        return Structure(kind, None, (), tuple(_taken(part, leaves) for part in tree))
    keys = _keys(tree, kind)
    values = [tree[key] for key in keys] if kind == "dict" else [getattr(tree, key) for key in keys]
    return Structure(kind, type(tree), keys, tuple(_taken(value, leaves) for value in values))


def _kind(tree: Any) -> Kind:
    if tree is None:
        return "none"
    if isinstance(tree, tuple):
        return "named tuple" if hasattr(tree, "_fields") else "tuple"
    if isinstance(tree, list):
        return "list"
    if isinstance(tree, dict):
        return "dict"
    return "dataclass" if is_dataclass(tree) and not isinstance(tree, type) else "leaf"


def _keys(tree: Any, kind: Kind) -> tuple[Any, ...]:
    if kind == "named tuple":
        return tuple(tree._fields)
    if kind == "dataclass":
        return tuple(field.name for field in fields(tree))
    try:
        return tuple(tree) if isinstance(tree, OrderedDict) else tuple(sorted(tree))
    except TypeError:
        raise StructureError(
            "flatten",
            f"the keys {list(tree)} of a dict cannot be put in an order",
            fits="keys of one type, such as strings",
        ) from None


def mapped(function: Callable[..., Any], tree: Any, *others: Any) -> Any:
    """Give the tree with ``function`` applied to each leaf and to the leaves at its place in the others.

    Raises
    ------
    StructureError
        When a tree has another structure than the first.

    Examples
    --------
    >>> from autograd_cnn.pytrees import mapped
    >>> mapped(lambda w, g: w - 0.1 * g, {"w": 1.0}, {"w": 5.0})
    {'w': 0.5}
    """
    leaves, structure = flatten(tree)
    columns = [leaves]
    for number, other in enumerate(others, 1):
        more, found = flatten(other)
        check_same("mapped", f"tree {number}", structure, found)
        columns.append(more)
    return structure.unflatten([function(*row) for row in zip(*columns, strict=True)])


def check_same(op: str, what: str, expected: Structure, found: Structure) -> None:
    """Refuse a tree of another structure, and say where the two differ first."""
    if expected == found:
        return
    places, others = expected.paths(), found.paths()
    missing = [place for place in places if place not in others]
    extra = [place for place in others if place not in places]
    hints = [
        f"{where} {places[0] or 'the whole'}"
        for where, places in (("lacks", missing), ("has", extra))
        if places
    ]
    raise StructureError(
        op,
        f"{what} has another structure" + (f": it {' and '.join(hints)}" if hints else ""),
        rule=f"{expected} is not {found}",
        fits=f"the structure {expected}",
    )
