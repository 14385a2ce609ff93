"""The picture model: a frozen snapshot of a graph, which all renderers read."""
