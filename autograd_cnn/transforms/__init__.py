"""Derivatives of functions: grad, vjp, jvp, Jacobians, rules of one's own, and recomputing."""
