"""Routing as data: which cells of its operands a call's output cells send their cotangents to, and how much.

`routes` asks the question, `ways` walks back through the primitives of the call, `steps` and `windows` know
for each primitive which cells an output cell is made of.
"""
