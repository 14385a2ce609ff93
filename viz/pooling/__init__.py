"""Picture A: one pooling step, magnified: where each gradient goes."""
