"""Data sets that ship with the package, and a loader of batches. Everything here is plain NumPy."""

from autograd_cnn.data.batching import Batches
from autograd_cnn.data.enlarging import enlarge
from autograd_cnn.data.shifting import shift
from autograd_cnn.data.uci import Digits, Split, digits

__all__ = ["Batches", "Digits", "Split", "digits", "enlarge", "shift"]
