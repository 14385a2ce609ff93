"""Which operations share a row of the ladder: those of one function call, or of one folded module call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from viz.errors import UndrawableError
from viz.picture.model import Box, Picture, Scope

ROWS_AT_FIRST_SIGHT = 40

Key = tuple[str, int | str]


@dataclass(frozen=True, slots=True)
class Group:
    """Operations of one row; ``function`` is the call that they share, ``module`` is where they belong.

    ``folded`` says that the row stands for a whole module, ``repeats`` for how many equal ones; ``last`` is
    then the last of them.
    """

    boxes: tuple[Box, ...]
    function: Scope | None
    module: Scope | None
    folded: bool
    repeats: int = 1
    last: Scope | None = None


def grouped(picture: Picture, depth: int | None = None) -> list[Group]:
    """The rows' operations, in order of execution.

    A row is a run of neighbours in that order, so that rows never wait for each other in a circle.

    Parameters
    ----------
    picture : Picture
        The snapshot.
    depth : int, optional
        Levels of modules to open (0 folds the whole network into one row); by default all, or the deepest
        level with at most 40 rows.
    """
    if depth is not None and (isinstance(depth, bool) or not isinstance(depth, int) or depth < 0):
        raise UndrawableError(
            f"depth counts the levels of modules to open, so {depth!r} makes no sense; 0 or more does"
        )
    paths = scope_paths(picture.scopes)
    boxes = [box for box in picture.boxes if box.half == "forward" and box.kind == "op"]
    reads: dict[str, set[str]] = defaultdict(set)
    for edge in picture.edges:
        reads[edge.target].add(edge.source)
    if depth is not None:
        return _repeated(_runs(boxes, paths, depth), reads)
    groups = _runs(boxes, paths, None)
    deepest = max((sum(scope.kind == "module" for scope in path) for path in paths), default=0)
    level = deepest
    while len(groups) > ROWS_AT_FIRST_SIGHT and level > 0:
        level -= 1
        # Level 0 would be one row that says nothing.
        groups = _repeated(_runs(boxes, paths, max(level, 1)), reads)
        if level <= 1:
            break
    return groups


def _repeated(groups: Sequence[Group], reads: Mapping[str, set[str]]) -> list[Group]:
    """Join equal folded modules that follow, and feed, each other; calls of one module stay apart."""
    found: list[Group] = []
    shapes: list[object] = []
    for group in groups:
        shape = _shape(group)
        last = found[-1] if found else None
        if (
            last is not None
            and shape is not None
            and shape == shapes[-1]
            and last.module is not None
            and group.module is not None
            and (last.last or last.module).path != group.module.path
            and _follows(group, last, reads)
        ):
            found[-1] = replace(
                last, boxes=last.boxes + group.boxes, repeats=last.repeats + 1, last=group.module
            )
        else:
            found.append(group)
            shapes.append(shape)
    return found


def _shape(group: Group) -> object:
    """What two equal blocks have in common; None where a row is no block."""
    if not group.folded or group.module is None:
        return None
    inside = tuple((box.op, box.detail, box.slots, box.outputs[0].shape) for box in group.boxes)
    return group.module.title, group.module.path.rpartition(".")[0], inside


def _follows(group: Group, last: Group, reads: Mapping[str, set[str]]) -> bool:
    """Whether the last block's result goes into this one."""
    result = last.boxes[-1].id
    return any(result in reads.get(box.id, ()) for box in group.boxes)


def scope_paths(scopes: Sequence[Scope]) -> list[tuple[Scope, ...]]:
    """For each scope the scopes from the outermost to it; a parent's number is smaller than its child's."""
    paths: list[tuple[Scope, ...]] = []
    for scope in scopes:
        paths.append((*paths[scope.parent], scope) if scope.parent is not None else (scope,))
    return paths


def _runs(boxes: Sequence[Box], paths: Sequence[tuple[Scope, ...]], depth: int | None) -> list[Group]:
    keys = [_key(box, paths, depth) for box in boxes]
    groups: list[Group] = []
    start = 0
    for end in range(1, len(boxes) + 1):
        if end == len(boxes) or keys[end] != keys[start]:
            groups.append(_group(tuple(boxes[start:end]), keys[start], paths, depth))
            start = end
    return groups


def _key(box: Box, paths: Sequence[tuple[Scope, ...]], depth: int | None) -> Key:
    if box.scope is None:
        return "node", box.id
    path = paths[box.scope]
    if depth is not None:
        modules = [scope for scope in path if scope.kind == "module"]
        if len(modules) > depth:
            return "module", modules[depth].id
    if path[-1].kind == "function":
        return "function", path[-1].id
    return "node", box.id


def _group(boxes: tuple[Box, ...], key: Key, paths: Sequence[tuple[Scope, ...]], depth: int | None) -> Group:
    kind, number = key
    shared = paths[boxes[0].scope] if boxes[0].scope is not None else ()
    modules = [scope for scope in shared if scope.kind == "module"]
    calls = {path[-1].id for box in boxes if box.scope is not None for path in [paths[box.scope]]}
    function = shared[-1] if shared and shared[-1].kind == "function" and len(calls) == 1 else None
    if kind == "module":
        module = next(scope for scope in modules if scope.id == number)
        # A module that makes one call is shown as that call.
        if len(boxes) == 1 or function is not None:
            return Group(boxes, function, modules[-1], folded=False)
        return Group(boxes, None, module, folded=True)
    return Group(
        boxes, function if kind == "function" else None, modules[-1] if modules else None, folded=False
    )
