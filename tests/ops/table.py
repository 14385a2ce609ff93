"""What a row of an op table says, and the samplers that the rows share."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from autograd_cnn import AutogradError

Array = NDArray[Any]
Inputs = tuple[Array, ...]
Sampler = Callable[[Generator], Inputs]
Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Variant:
    """One way to call an op: its settings, and inputs of its own where the row's don't fit."""

    settings: Settings = field(default_factory=dict)
    sample: Sampler | None = None


@dataclass(frozen=True)
class Bad:
    """A call that must be refused: the error's type, and a pattern that its text must match.

    The pattern is searched with ``re.DOTALL``, so that it can span the lines of a message.
    """

    call: Callable[[], Any]
    error: type[AutogradError]
    pattern: str


@dataclass(frozen=True)
class Kink:
    """A point where the derivative is a matter of convention, with the convention.

    ``gradients`` has an entry for each input, None where it has no gradient; the cotangent is 1 everywhere.
    """

    inputs: Sequence[Any]
    gradients: Sequence[Any]
    settings: Settings = field(default_factory=dict)


@dataclass(frozen=True)
class OpRow:
    """Everything the generated tests need to know of one op.

    Attributes
    ----------
    name : str
        Unique; the tests carry it.
    function : callable
        The public function, or a primitive that none exposes; takes Tensors and settings.
    primitives : tuple of str
        The registered primitives that a call runs. A test checks that it does.
    sample : callable
        From a seeded Generator to float64 (and integer or boolean) inputs, away from kinks.
    reference : callable
        Takes the arrays and the settings and gives the value, from plain loops or simple NumPy.
    variants : tuple of Variant
        Settings to try.
    constants : tuple of int
        Floating inputs that have no gradient.
    order : int
        Highest derivative to check; 0 for an op without gradient.
    edges : tuple of inputs
        Empty and size-1 inputs, tried with the first variant's settings.
    broadcasts : tuple of shapes
        For each try, the shape of every input.
    kinks, bad
        See `Kink` and `Bad`.
    dtypes : tuple of str
        What is kept from the inputs to the value and back to the gradients.
    """

    name: str
    function: Callable[..., Any]
    primitives: tuple[str, ...]
    sample: Sampler
    reference: Callable[..., Any]
    variants: tuple[Variant, ...] = (Variant(),)
    constants: tuple[int, ...] = ()
    order: int = 2
    edges: tuple[Sequence[Any], ...] = ()
    broadcasts: tuple[Sequence[tuple[int, ...]], ...] = ()
    kinks: tuple[Kink, ...] = ()
    bad: tuple[Bad, ...] = ()
    dtypes: tuple[str, ...] = ("float32", "float64")

    def inputs(self, variant: Variant, seed: int = 0) -> Inputs:
        """Draw the inputs of a variant: the same ones for the same seed."""
        rng = np.random.default_rng([seed, zlib.crc32(self.name.encode())])
        return tuple(np.asarray(a) for a in (variant.sample or self.sample)(rng))

    def wants(self, number: int, value: Array) -> bool:
        """Say whether the gradient of one input is asked for."""
        return self.order > 0 and number not in self.constants and np.asarray(value).dtype.kind == "f"


def settings(*several: Settings) -> tuple[Variant, ...]:
    """Make variants of settings alone."""
    return tuple(Variant(dict(one)) for one in several)


def normal(*shapes: tuple[int, ...]) -> Sampler:
    """Draw one normal array of each shape."""
    return lambda rng: tuple(rng.standard_normal(shape) for shape in shapes)


def away(*shapes: tuple[int, ...], low: float = 0.3, high: float = 2.0) -> Sampler:
    """Draw numbers of both signs whose size is between ``low`` and ``high``: never near 0."""
    return lambda rng: tuple(
        rng.uniform(low, high, shape) * rng.choice([-1.0, 1.0], shape) for shape in shapes
    )


def positive(*shapes: tuple[int, ...], low: float = 0.3, high: float = 2.0) -> Sampler:
    """Draw positive numbers, never near 0."""
    return lambda rng: tuple(rng.uniform(low, high, shape) for shape in shapes)


def distinct(*shapes: tuple[int, ...]) -> Sampler:
    """Draw numbers that differ by at least 0.1 within all arrays together: no ties, and none near."""

    def sample(rng: Generator) -> Inputs:
        sizes = [int(np.prod(shape)) for shape in shapes]
        values = (rng.permutation(sum(sizes)) - sum(sizes) / 2) * 0.1 + 0.05
        parts = np.split(values, np.cumsum(sizes)[:-1])
        return tuple(part.reshape(shape) for part, shape in zip(parts, shapes, strict=True))

    return sample


def loop(function: Callable[..., Any]) -> Callable[..., Any]:
    """Apply a function of Python numbers element by element, with broadcasting."""

    def elementwise(*arrays: Any, **settings: Any) -> Array:
        full = np.broadcast_arrays(*arrays)
        values = [
            function(*(v.item() for v in row), **settings)
            for row in zip(*(a.flat for a in full), strict=True)
        ]
        return np.array(values).reshape(full[0].shape)

    return elementwise
