"""Tools for checking gradients in tests."""

from autograd_cnn.errors import GradientCheckError
from autograd_cnn.testing._report import GradientReport, NonDifferentiable
from autograd_cnn.testing.adjoints import AdjointReport, check_adjoint
from autograd_cnn.testing.finite_differences import GradientMismatch, gradcheck
from autograd_cnn.testing.rules import check_jvp, check_vjp

__all__ = [
    "AdjointReport",
    "GradientCheckError",
    "GradientMismatch",
    "GradientReport",
    "NonDifferentiable",
    "check_adjoint",
    "check_jvp",
    "check_vjp",
    "gradcheck",
]
