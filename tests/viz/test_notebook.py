"""What notebooks are given for a tensor."""

import autograd_cnn as ag
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
