"""Tools for checking gradients in tests."""

from autograd_cnn.errors import GradientCheckError
from autograd_cnn.testing._report import GradientReport, NonDifferentiable
from autograd_cnn.testing.finite_differences import GradientMismatch, gradcheck

__all__ = ["GradientCheckError", "GradientMismatch", "GradientReport", "NonDifferentiable", "gradcheck"]
