"""Tools for checking gradients in tests."""

from autograd_cnn.testing.finite_differences import GradientMismatch, GradientReport, gradcheck

__all__ = ["GradientMismatch", "GradientReport", "gradcheck"]
