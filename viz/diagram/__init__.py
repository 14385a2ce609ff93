"""The classic diagram of boxes and arrows, laid out by Graphviz or by our own layout."""
