"""Rewriting captured programs: passes made of small rules, each of which keeps every bit of every result."""
