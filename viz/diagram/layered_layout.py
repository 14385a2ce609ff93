"""Places the boxes of a directed graph in layers, in near-linear time and without any program.

Layers by longest path; order within a layer by repeated barycentres; places by least squares under the
condition that neighbours keep their distance. Edges over several layers run through narrow gaps that are kept
free for them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from viz.canvas.scene import Point

BETWEEN = 22.0
LAYER_GAP = 34.0
THREAD = 6.0
SWEEPS = 8
ROUNDS = 10
MOST_THREADS = 10
TRUNK_WEIGHT = 1000.0
WIDEST_STEP = 26.0


@dataclass(frozen=True, slots=True)
class Placement:
    """Centres of the boxes, for each edge the points that it runs through, and the size of it all."""

    centres: tuple[Point, ...]
    routes: tuple[tuple[Point, ...], ...]
    width: float
    height: float


def layered(
    sizes: Sequence[tuple[float, float]],
    edges: Sequence[tuple[int, int]],
    trunk: Collection[tuple[int, int]] = frozenset(),
) -> Placement:
    """Place boxes so that every edge runs down.

    Parameters
    ----------
    sizes : sequence of (width, height)
        One a box.
    edges : sequence of (source, target)
        Indices of boxes, without cycles; the same pair may come twice.
    trunk : set of (source, target)
        Edges of one path that shall run straight.

    Examples
    --------
    >>> placed = layered([(40, 20), (40, 20)], [(0, 1)])
    >>> (
    ...     placed.centres[0][0] == placed.centres[1][0],
    ...     placed.centres[0][1] < placed.centres[1][1],
    ... )
    (True, True)
    """
    if not sizes:
        return Placement((), (), 0.0, 0.0)
    plan = _Plan(sizes, edges, trunk)
    plan.order()
    plan.place()
    return plan.placement()


class _Plan:
    """Boxes and threads (an edge's crossings of the layers between its ends) as one list of vertices."""

    def __init__(
        self,
        sizes: Sequence[tuple[float, float]],
        edges: Sequence[tuple[int, int]],
        trunk: Collection[tuple[int, int]],
    ) -> None:
        self.sizes = sizes
        self.on_trunk = {box for pair in trunk for box in pair}
        self.edges = edges
        depth = _layers(len(sizes), edges)
        self.widths = [width for width, _ in sizes]
        self.layers: list[list[int]] = [[] for _ in range(max(depth) + 1)]
        for box, layer in enumerate(depth):
            self.layers[layer].append(box)
        self.above: list[list[int]] = [[] for _ in sizes]
        self.below: list[list[int]] = [[] for _ in sizes]
        self.threads: list[list[int]] = []  # for each edge: its threads, then its target
        shared: dict[tuple[int, int], int] = {}
        # A graph of nothing but long edges would need more threads than can be placed in linear time;
        # those past the budget run straight.
        most = len(sizes) + MOST_THREADS * (len(sizes) + len(edges)) + 1000
        for source, target in edges:
            chain = [source]
            for layer in range(depth[source] + 1, depth[target]) if len(self.widths) < most else ():
                # Edges from one box share their way down, so that a value used often is one line.
                thread = shared.get((source, layer))
                if thread is None:
                    thread = shared[source, layer] = len(self.widths)
                    self.widths.append(THREAD)
                    self.above.append([])
                    self.below.append([])
                    self.layers[layer].append(thread)
                    self.link(chain[-1], thread)
                chain.append(thread)
            self.link(chain[-1], target)
            self.threads.append([*chain[1:], target])
        self.x = [0.0] * len(self.widths)
        self.rank = [0.0] * len(self.widths)

    def link(self, upper: int, lower: int) -> None:
        self.below[upper].append(lower)
        self.above[lower].append(upper)

    def order(self) -> None:
        """Sort each layer by where its neighbours are, downwards and upwards in turn."""
        for layer in self.layers:
            self.number(layer)
        for sweep in range(SWEEPS):
            going_down = sweep % 2 == 0
            near = self.above if going_down else self.below
            for layer in self.layers if going_down else reversed(self.layers):
                layer.sort(key=lambda vertex: self.barycentre(vertex, near))
                self.number(layer)

    def number(self, layer: Sequence[int]) -> None:
        middle = (len(layer) - 1) / 2
        for place, vertex in enumerate(layer):
            self.rank[vertex] = place - middle

    def barycentre(self, vertex: int, near: Sequence[Sequence[int]]) -> float:
        others = near[vertex]
        return sum(self.rank[other] for other in others) / len(others) if others else self.rank[vertex]

    def place(self) -> None:
        """Move every vertex towards its neighbours, as far as the next in its layer allow.

        Vertices on the trunk look only at each other, and weigh so much that they don't give way.
        """
        for layer in self.layers:
            self.settle(layer, [0.0] * len(layer))
        for turn in range(ROUNDS):
            for layer in self.layers if turn % 2 == 0 else reversed(self.layers):
                near = self.above if turn % 2 == 0 else self.below
                wanted = []
                for vertex in layer:
                    others = near[vertex] or (self.below if near is self.above else self.above)[vertex]
                    if vertex in self.on_trunk:
                        others = [other for other in others if other in self.on_trunk] or others
                    mean = sum(self.x[other] for other in others) / len(others) if others else self.x[vertex]
                    wanted.append(mean)
                self.settle(layer, wanted)

    def settle(self, layer: Sequence[int], wanted: Sequence[float]) -> None:
        """The places nearest to the wanted ones (least squares) that keep the distances.

        Without the distances already passed, the places must rise; where wanted ones fall, neighbours pool.
        """
        offsets = [0.0]
        for left, right in pairwise(layer):
            gap = BETWEEN if self.widths[left] > THREAD or self.widths[right] > THREAD else THREAD
            offsets.append(offsets[-1] + (self.widths[left] + self.widths[right]) / 2 + gap)
        pools: list[tuple[float, float, int]] = []
        for vertex, goal, offset in zip(layer, wanted, offsets, strict=True):
            weight = TRUNK_WEIGHT if vertex in self.on_trunk else 1.0
            total, count = weight * (goal - offset), 1
            while pools and pools[-1][0] / pools[-1][1] >= total / weight:
                more, more_weight, more_count = pools.pop()
                total, weight, count = total + more, weight + more_weight, count + more_count
            pools.append((total, weight, count))
        place = 0
        for total, weight, count in pools:
            for _ in range(count):
                self.x[layer[place]] = total / weight + offsets[place]
                place += 1

    def placement(self) -> Placement:
        left = min(self.x[vertex] - self.widths[vertex] / 2 for layer in self.layers for vertex in layer)
        right = max(self.x[vertex] + self.widths[vertex] / 2 for layer in self.layers for vertex in layer)
        tops, bottoms, y = [], [], 0.0
        level = [0] * len(self.widths)
        for number, layer in enumerate(self.layers):
            height = max((self.sizes[vertex][1] for vertex in layer if vertex < len(self.sizes)), default=0.0)
            tops.append(y)
            bottoms.append(y + height)
            y += height + LAYER_GAP
            for vertex in layer:
                level[vertex] = number
        centres = tuple(
            (self.x[box] - left, (tops[level[box]] + bottoms[level[box]]) / 2)
            for box in range(len(self.sizes))
        )
        routes = []
        for (source, target), threads, end_x in zip(self.edges, self.threads, self.entries(), strict=True):
            points = [(centres[source][0], centres[source][1] + self.sizes[source][1] / 2)]
            for thread in threads[:-1]:
                points += [(self.x[thread] - left, edge[level[thread]]) for edge in (tops, bottoms)]
            top = centres[target][1] - self.sizes[target][1] / 2
            routes.append((*points, (end_x - left, top)))
        return Placement(centres, tuple(routes), right - left, y - LAYER_GAP)

    def entries(self) -> list[float]:
        """Where each edge enters its target: side by side in order, the straight one in the middle."""
        arriving: dict[int, list[int]] = {}
        for number, (_, target) in enumerate(self.edges):
            arriving.setdefault(target, []).append(number)
        places = [0.0] * len(self.edges)
        for target, numbers in arriving.items():
            start = [self.x[(self.edges[number][0], *self.threads[number])[-2]] for number in numbers]
            order = sorted(range(len(numbers)), key=start.__getitem__)
            middle = min(range(len(order)), key=lambda rank: abs(start[order[rank]] - self.x[target]))
            step = min(WIDEST_STEP, (self.widths[target] - 28) / len(numbers))
            for rank, index in enumerate(order):
                places[numbers[index]] = self.x[target] + step * (rank - middle)
        return places


def _layers(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """The layer of each box: below all that it needs; what needs nothing stands just above its first use."""
    after: list[list[int]] = [[] for _ in range(count)]
    waiting = [0] * count
    for source, target in edges:
        after[source].append(target)
        waiting[target] += 1
    depth = [0] * count
    ready = deque(box for box in range(count) if waiting[box] == 0)
    while ready:
        box = ready.popleft()
        for target in after[box]:
            depth[target] = max(depth[target], depth[box] + 1)
            waiting[target] -= 1
            if waiting[target] == 0:
                ready.append(target)
    _sink(depth, after, edges)
    return depth


def _sink(depth: list[int], after: Sequence[Sequence[int]], edges: Sequence[tuple[int, int]]) -> None:
    """Lower boxes towards their first use where that shortens more edges than it lengthens."""
    before: list[list[int]] = [[] for _ in depth]
    for source, target in edges:
        before[target].append(source)
    for box in sorted(range(len(depth)), key=depth.__getitem__, reverse=True):
        # What only this box reads, and reads nothing itself, comes along.
        held = sum(bool(before[source]) or len(after[source]) > 1 for source in before[box])
        if held < len(after[box]):
            depth[box] = min(depth[target] for target in after[box]) - 1
