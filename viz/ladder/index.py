"""Looks a picture's facts up once, so that each row of its ladder costs only what it holds."""

from __future__ import annotations

from collections import defaultdict
from math import prod

from viz.ladder.grouping import Group, grouped, scope_paths
from viz.picture.model import Box, Flow, Picture


class Index:
    """A picture with its rows' operations, and what belongs to what.

    Attributes
    ----------
    groups : list of Group
        The operations of each row.
    boxes : dict
        From ids to boxes.
    edges : list of Edge
        Into forward operations.
    group_of : dict
        From forward operations to the numbers of their groups.
    rules : dict
        From (forward box, derivative) to the gradient boxes that its rule made, without fan-out sums.
    arguments : dict
        From forward operations to (slot, source) pairs.
    slot_names : dict
        From leaves and constants to the name of the argument that they serve as first.
    addressed : dict
        From forward operations that read a pooling's addresses to the number of that pooling's group.
    containers : set
        Ids of module scopes that hold other modules.
    """

    def __init__(self, picture: Picture, depth: int | None) -> None:
        self.picture = picture
        self.groups: list[Group] = grouped(picture, depth)
        self.boxes = {box.id: box for box in picture.boxes}
        self.edges = [edge for edge in picture.edges if self.boxes[edge.target].half == "forward"]
        self.group_of = {box.id: number for number, group in enumerate(self.groups) for box in group.boxes}
        self.flows: dict[tuple[str, int], Flow] = {
            (flow.box, flow.order): flow for flow in picture.flows if flow.port == 0
        }
        self.returned = {box for box, _ in picture.outputs}
        self.pools = {pool.box: pool for pool in picture.pools}
        self.paths = scope_paths(picture.scopes)
        self.containers = {path[-2].id for path in self.paths if len(path) > 1 and path[-1].kind == "module"}
        self.rules: dict[tuple[str, int], list[Box]] = defaultdict(list)
        self.arguments: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self.slot_names: dict[str, str] = {}
        for edge in self.edges:
            self.arguments[edge.target].append((edge.slot, edge.source))
            self.slot_names.setdefault(edge.source, self.boxes[edge.target].slots[edge.slot])
        self.addressed = {
            edge.target: self.group_of[edge.source]
            for edge in self.edges
            if self.is_address(edge.source, edge.port)
        }
        self.find_rules()
        self.has_data = any(
            box.kind == "input"
            or (box.half == "forward" and box.kind == "constant" and prod(box.outputs[0].shape) > 1)
            for box in picture.boxes
        )

    def find_rules(self) -> None:
        """Follow each gradient box to the forward box that it serves, over the derivatives between."""
        serves: dict[str, str] = {}
        for box in self.picture.boxes:
            if box.half != "backward" or box.because is None:
                continue
            forward = serves.get(box.because.box, box.because.box)
            serves[box.id] = forward
            if box.because.why != "fan-out sum":
                self.rules[forward, box.order].append(box)

    def kept_names(self) -> dict[tuple[str, str], str]:
        """What gradient boxes keep for the next derivative, in words: by (box, argument)."""
        if self.picture.orders < 2:
            return {}
        names = {}
        for edge in self.picture.edges:
            target, source = self.boxes[edge.target], self.boxes[edge.source]
            if target.half == "backward":
                what = "gradient" if source.half == "backward" else "forward value"
                if edge.port and source.half == "forward":
                    what = "switches"
                names[target.id, target.slots[edge.slot]] = what
        return names

    def is_address(self, box: str, port: int) -> bool:
        """Whether a value tells places in a pooling's input."""
        group = self.groups[self.group_of[box]] if box in self.group_of else None
        is_whole = self.boxes[box].outputs[port].dtype.startswith(("int", "uint"))
        return is_whole and group is not None and any(inner.op == "max_pool" for inner in group.boxes)

    def addresses_of(self, group: Group) -> Group | None:
        """The pooling whose addresses a row reads, where the graph knows it."""
        makers = (self.groups[self.addressed[box.id]] for box in group.boxes if box.id in self.addressed)
        return next((maker for maker in makers if maker is not group), None)

    def arrives(self, box: str, order: int = 1) -> bool:
        """Whether a gradient for the box's first output comes by."""
        return (box, order) in self.flows

    def number(self, box: str, order: int = 1) -> float | None:
        """The gradient that arrives at a box, where it is a scalar."""
        flow = self.flows.get((box, order))
        return None if flow is None else flow.number

    def largest(self, box: str, order: int = 1) -> float | None:
        """The largest absolute value of what arrives at a box."""
        flow = self.flows.get((box, order))
        return None if flow is None else flow.largest
