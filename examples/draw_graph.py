"""Draw the graph of a small network in three ways, and ask networkx about it.

python examples/draw_graph.py [folder]
"""

import sys
from pathlib import Path

import networkx as nx
import numpy as np

import autograd_cnn as ag
import viz


class Small(ag.nn.Module):
    """Two convolutions whose results are added (a fan-out of x), one max pooling, one dense layer."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.wide = ag.nn.Conv2d(1, 2, 3, padding=1, rng=rng)
        self.narrow = ag.nn.Conv2d(1, 2, 1, rng=rng)
        self.pool = ag.nn.MaxPool2d(2)
        self.classes = ag.nn.Dense(2 * 4 * 4, 3, rng=rng)

    def forward(self, x: ag.Tensor) -> ag.Tensor:
        """Map images (N, 1, 8, 8) to class scores (N, 3)."""
        maps = ag.relu(self.wide(x) + self.narrow(x))
        scores: ag.Tensor = self.classes(ag.flatten(self.pool(maps), 1))
        return scores


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    net = Small(rng)

    # Computing records: the loss knows the whole graph behind it.
    x = ag.tensor(rng.standard_normal((5, 1, 8, 8)).astype(np.float32), requires_grad=True, name="x")
    loss = ag.cross_entropy(net(x), [0, 1, 2, 0, 1])
    loss.name = "loss"

    # A graph is made of nodes, one an operation; each knows the line of yours that asked for it.
    print("The recorded graph:")
    for node in ag.Graph.of(loss).nodes:
        print(f"  {node.primitive.name:12} {node.shape!s:15} from line {node.line.number}: {node.line.text}")

    # 1. The ladder: forward on the left, going down; gradients on the right, going up; between them what is
    #    kept. x feeds two convolutions, so its two gradients are added.
    ladder = viz.draw(loss, view="ladder")
    ladder.save(folder / "ladder.svg")
    print(f"\nThe ladder as text:\n{ladder.text}")

    # 2. The classic diagram of the forward graph, also in Graphviz's language.
    diagram = viz.draw(loss, view="forward")
    diagram.save(folder / "forward.svg")
    diagram.save(folder / "forward.dot")

    # 3. The same for the graph that computes the gradients: it is made of the same kind of operations.
    viz.draw(loss, view="backward").save(folder / "backward.svg")

    # 4. A network needs no data to be drawn: the shape of its input is enough. depth=0 folds it into one row,
    #    and order=2 adds a column for the second derivative.
    viz.draw(net, (64, 1, 8, 8)).save(folder / "shapes.svg")
    viz.draw(loss, order=2).save(folder / "second.svg")

    # networkx can answer questions about the graph.
    graph = viz.to_networkx(loss)
    path = nx.dag_longest_path(graph)
    print(f"{graph.number_of_nodes()} nodes, {graph.number_of_edges()} edges; the longest path:")
    print("  " + " -> ".join(graph.nodes[node]["label"] for node in path))
    print(f"saved ladder.svg, forward.svg, forward.dot, backward.svg, shapes.svg and second.svg in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "out"))
