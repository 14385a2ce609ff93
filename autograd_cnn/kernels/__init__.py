"""Array code that computes the primitives: plain NumPy arrays in and out, no Tensor known here.

Arrays have shape (N, C, *spatial) with 1, 2 or 3 spatial axes. Results may have any memory order; these
kernels like (C, *spatial, N), where neighbouring samples lie side by side and every copy is a long run.
"""

from autograd_cnn.kernels.convolution import conv, conv_transpose, conv_weight_gradient
from autograd_cnn.kernels.geometry import ConvGeometry, WindowGeometry
from autograd_cnn.kernels.max_pooling import flat_indices, max_pool, max_unpool, pool_at
from autograd_cnn.kernels.window_sums import window_counts, window_sum, window_sum_transpose

__all__ = [
    "ConvGeometry",
    "WindowGeometry",
    "conv",
    "conv_transpose",
    "conv_weight_gradient",
    "flat_indices",
    "max_pool",
    "max_unpool",
    "pool_at",
    "window_counts",
    "window_sum",
    "window_sum_transpose",
]
