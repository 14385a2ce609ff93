"""What notebooks are given for a tensor or a graph."""

from importlib import metadata

import autograd_cnn as ag
from autograd_cnn import _display
from viz.notebook import mimebundle

from .networks import chain, leaf, line_loss


def test_computed_tensors_show_their_ladder():
    bundle = mimebundle(line_loss())
    assert bundle["image/svg+xml"].startswith("<svg")
    assert bundle["text/plain"].startswith("tensor(")


def test_leaves_large_graphs_and_freed_graphs_show_as_text():
    freed = line_loss()
    freed.backward()
    for tensor in (leaf(2), ag.tensor(1.0), chain(500), freed):
        assert set(mimebundle(tensor)) == {"text/plain"}


def test_graphs_show_their_ladder_and_their_program():
    graph = ag.trace(lambda x: ag.tanh(x) * 2.0, 1.0)
    bundle = mimebundle(graph)
    assert bundle["text/plain"].startswith("x: float32 ()")
    assert "tanh" in bundle["image/svg+xml"]
    loss = line_loss()
    for what in (ag.Recording.of(loss), ag.gradient_graph(loss)):
        assert "<svg" in mimebundle(what)["image/svg+xml"]


def test_tensors_and_graphs_ask_the_installed_renderer(monkeypatch):
    asked = []
    monkeypatch.setattr(
        _display, "_renderer", lambda: lambda what: asked.append(what) or {"text/plain": "drawn"}
    )
    values = [line_loss(), ag.trace(lambda x: x + 1.0, 1.0), ag.Recording.of(line_loss())]
    assert [value._repr_mimebundle_() for value in values] == [{"text/plain": "drawn"}] * 3
    assert all(seen is value for seen, value in zip(asked, values, strict=True))
    monkeypatch.setattr(_display, "_renderer", lambda: None)
    assert values[0]._repr_mimebundle_() == {"text/plain": repr(values[0])}


def test_a_renderer_that_does_not_load_is_passed_over(monkeypatch):
    class Entry:
        def __init__(self, found):
            self.found = found

        def load(self):
            if self.found is None:
                raise ImportError
            return self.found

    monkeypatch.setattr(metadata, "entry_points", lambda group: [Entry(None), Entry(repr)])
    _display._renderer.cache_clear()
    assert _display._renderer() is repr
    _display._renderer.cache_clear()
