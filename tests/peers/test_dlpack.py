"""Memory shared with PyTorch and JAX by DLPack, without a copy, both ways."""

import numpy as np
import pytest

import autograd_cnn as ag

pytestmark = pytest.mark.peers


def test_with_pytorch():
    torch = pytest.importorskip("torch")
    theirs = torch.arange(6.0).reshape(2, 3)
    ours = ag.from_dlpack(theirs)
    theirs[0, 0] = 9.0
    assert ours.data[0, 0] == 9.0
    back = torch.from_dlpack(ag.tensor(np.arange(3.0)))
    assert back.tolist() == [0.0, 1.0, 2.0]
    constant = ag.tensor(np.arange(3.0))
    assert torch.from_dlpack(constant).data_ptr() == constant.data.ctypes.data
    with pytest.raises(ag.DTypeError, match="cannot take the memory of a Tensor"):
        ag.from_dlpack(torch.ones(2, requires_grad=True))


def test_with_jax():
    jax = pytest.importorskip("jax")
    theirs = jax.numpy.arange(6.0)
    ours = ag.from_dlpack(theirs)
    np.testing.assert_array_equal(ours.data, np.asarray(theirs))
    assert ours.data.ctypes.data == theirs.unsafe_buffer_pointer()
    back = jax.dlpack.from_dlpack(ag.tensor(np.arange(3, dtype=np.float32)))
    np.testing.assert_array_equal(np.asarray(back), [0.0, 1.0, 2.0])
