"""The page: one HTML file in which a reader plays with a computation and its gradient."""
