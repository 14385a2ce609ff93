"""Pooling's routing as a short film: an animated SVG, a GIF, or one still a step."""
