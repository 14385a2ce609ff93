"""What a graph keeps: counted once, by operation and line, and gone after a sweep."""

import numpy as np

import autograd_cnn as ag


def test_shared_buffers_count_once_and_parameters_do_not() -> None:
    x = ag.tensor(np.ones((4, 8), np.float32))
    w = ag.tensor(np.ones((8, 8), np.float32), requires_grad=True)
    hidden = ag.relu(ag.dense(x, w))
    loss = (ag.dense(hidden, w) * hidden).sum()
    kept = ag.saved_bytes(loss)
    by_name = {(b.op, b.name): (b.nbytes, b.users) for b in kept.buffers}
    # relu's output serves relu, the second dense layer and the product
    assert by_name == {("dense", "x"): (128, 1), ("relu", "out"): (128, 3), ("multiply", "x"): (128, 1)}
    assert kept.total == 384
    assert all(b.line.file == __file__ for b in kept.buffers)
    assert "shared by 3" in str(kept)
    assert str(kept).endswith("384  bytes kept")


def test_a_sweep_lets_go() -> None:
    x = ag.tensor(np.ones(100), requires_grad=True)
    loss = ag.exp(x).sum()
    assert ag.saved_bytes(loss).total == 800
    loss.backward()
    assert ag.saved_bytes(loss).total == 0
    assert ag.saved_bytes(x).buffers == ()
