"""Capturing a function as a `Graph`, and what can be asked of one: text, JSON, networkx, a formula."""
