"""Rows of `autograd_cnn.ops.activations`."""

from __future__ import annotations

import math

import numpy as np

import autograd_cnn as ag
from autograd_cnn.primitive import registry

from .table import Kink, OpRow, away, loop, normal

EDGES = ((np.zeros((0, 2)),), (np.array(1.5),), (np.full((1, 1), -2.0),))

ROWS = [
    OpRow(
        "relu",
        ag.relu,
        ("relu",),
        away((3, 4)),
        loop(lambda x: x if x > 0 else 0.0),
        edges=EDGES,
        # at the kink, and for NaN, the gradient is exactly 0
        kinks=(Kink(([0.0, -0.0, 1e-30, -1e-30, math.nan],), ([0.0, 0.0, 1.0, 0.0, 0.0],)),),
    ),
    OpRow(
        "relu_gate",
        registry["relu_gate"],
        ("relu_gate",),
        away((3, 4), (3, 4)),
        loop(lambda g, out: g if out > 0 else 0.0),
        constants=(1,),
        kinks=(Kink(([math.inf, math.nan, 1.0], [0.0, -1.0, 2.0]), ([0.0, 0.0, 1.0], None)),),
    ),
    OpRow(
        "sigmoid",
        ag.sigmoid,
        ("sigmoid",),
        normal((3, 4)),
        loop(lambda x: 1 / (1 + math.exp(-x))),
        edges=EDGES,
        # flat far out, without overflow
        kinks=(Kink(([-1e4, 1e4, 0.0, math.inf, -math.inf],), ([0.0, 0.0, 0.25, 0.0, 0.0],)),),
    ),
]
