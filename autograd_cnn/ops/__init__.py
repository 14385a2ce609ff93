"""The operations: one file a family, public functions with their shape and gradient rules side by side."""
