"""`trace` and `Graph`: a function as an immutable program that can be read, run, differentiated and saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from autograd_cnn._creation import abstract_tensor
from autograd_cnn._display import Displayed
from autograd_cnn._graph import Recording
from autograd_cnn._modes import Place, switched
from autograd_cnn._program.entries import Fixed, Program, Value
from autograd_cnn._program.identity import digest, same_leaf
from autograd_cnn._program.running import run
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import DTypeError, RangeError, ShapeError, StructureError
from autograd_cnn.ops import triangles
from autograd_cnn.passes.simplifying import DEFAULT, simplified
from autograd_cnn.pytrees import Structure, check_same, flatten
from autograd_cnn.tracing.gradient import gradient_function
from autograd_cnn.tracing.latex import latex
from autograd_cnn.tracing.networkx_graph import as_networkx
from autograd_cnn.tracing.reading import from_text
from autograd_cnn.tracing.tracer import capture
from autograd_cnn.tracing.writing import as_text

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, eq=False)
class Graph(Displayed, Program):
    """An immutable program: what a function does to arrays of known shapes and dtypes.

    `trace` makes one. It holds no Tensor, only names, entries and the values of its constants. Calling it
    computes what the function would, bit for bit. Two graphs are equal when they compute the same by the
    same operations in the same order; names and lines don't count.

    Attributes
    ----------
    inputs : tuple of Value
        What comes in: name, shape, dtype.
    constants : tuple of Constant
        The arrays that the function used from outside, with their values when it was traced.
    entries : tuple of Entry
        The operations in order: outputs, primitive, inputs, settings, the user's line, the calls around it.
    takes, gives : Tree
        The structures of the arguments and of the result, with names as leaves.
    history : tuple of Application
        What `simplify` has rewritten.

    Notes
    -----
    Arguments are read in row-major order (others are copied first), because the order in memory decides how
    sums round: the same values give the same bits.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> graph = ag.trace(lambda x, y: x * y + 1.0, ag.Abstract((2,)), ag.Abstract((2,)))
    >>> [entry.primitive.name for entry in graph.entries]
    ['multiply', 'add']
    >>> graph(ag.tensor([1.0, 2.0]), ag.tensor([3.0, 4.0]))
    tensor([4., 9.], dtype=float32)
    """

    @staticmethod
    def of(*tensors: Tensor) -> Recording:
        """Take the snapshot of the live nodes that ``tensors`` were computed by; see `Recording`."""
        return Recording.of(*tensors)

    @classmethod
    def _from(cls, program: Program) -> Graph:
        return cls(**{field.name: getattr(program, field.name) for field in fields(Program)})

    def __call__(self, *args: Any) -> Any:
        """Compute the results from arguments of the traced structure, shapes and dtypes.

        Parameters
        ----------
        *args : trees of array_like
            As the examples were. Numbers take the dtype of a scalar argument.

        Returns
        -------
        tree of Tensor
            As the function gave. Recorded where an argument wants gradients.

        Raises
        ------
        StructureError
            When the arguments are nested in another way, or a fixed one (a whole number, a string) differs.
        ShapeError, DTypeError
            When an array has another shape or dtype than its example.
        """
        leaves, structure = flatten(args)
        check_same("graph", "the argument tree", self.takes.structure, structure)
        known = {value.name: value for value in self.inputs}
        given: dict[str, Tensor] = {}
        for leaf, named in zip(leaves, self.takes.leaves, strict=True):
            if isinstance(named, Fixed):
                _check_fixed(leaf, named)
            else:
                given[named] = _argument(leaf, known[named])
        return self.gives.filled(given | run(self, given))

    def gradient(self, argnums: int | Sequence[int] = 0, cotangents: bool = False) -> Graph:
        """Give the graph of the gradient, made of entries like this one.

        Parameters
        ----------
        argnums : int or sequence of int
            Which arguments to differentiate by; their floating leaves.
        cotangents : bool
            Take the cotangents of the results as one more, last argument, a tree like the results. Without
            it the result must be one number.

        Returns
        -------
        Graph
            Takes what this one takes, gives a tree like the argument (a tuple of trees for a sequence).

        Raises
        ------
        NoGradientError
            When there is nothing to differentiate: no floating argument, or no result that depends on one.
        ShapeError
            When the result is not one number and ``cotangents`` is False.
        RangeError
            When ``argnums`` names no argument.

        Examples
        --------
        >>> import autograd_cnn as ag
        >>> graph = ag.trace(lambda x: (x * x).sum(), ag.Abstract((2,)))
        >>> [entry.primitive.name for entry in graph.gradient().entries]
        ['multiply', 'sum', 'expand', 'multiply', 'multiply', 'add']
        >>> graph.gradient()(ag.tensor([1.0, 2.0]))
        tensor([2., 4.], dtype=float32)
        """
        return Graph._from(capture(*gradient_function(self, self, argnums, cotangents)))

    def simplify(self, passes: Sequence[str] = DEFAULT, debug: bool = False) -> Graph:
        """Rewrite the program into a smaller one that computes the same bits.

        Parameters
        ----------
        passes : sequence of str
            Names of passes, in order; repeated until nothing changes. All of them by default.
        debug : bool
            After each pass run the graphs before and after on random inputs: values must agree in every bit,
            gradients to rounding (a shared value adds up its cotangents in another order).

        Returns
        -------
        Graph
            With every application of a rule in its `history`.

        Raises
        ------
        RangeError
            When no pass has a given name.
        RewriteError
            When ``debug`` finds a difference.

        Examples
        --------
        >>> import autograd_cnn as ag
        >>> graph = ag.trace(lambda x: x.T.T * 1.0, ag.Abstract((2, 3))).simplify()
        >>> print(graph)
        x: float32 (2, 3)
        return x
        >>> [step.rule for step in graph.history]
        ['transpose of transpose', 'transpose in place', 'times one', 'unused']
        """
        return simplified(self, passes, debug)

    def to_json(self) -> str:
        """Write the graph as JSON, constants included, exactly; `from_json` reads it."""
        return as_text(self)

    @staticmethod
    def from_json(text: str | bytes, classes: Sequence[type[Any]] = ()) -> Graph:
        """Read what `to_json` wrote. Nothing in the text is run or imported.

        Parameters
        ----------
        text : str or bytes
            From whatever source.
        classes : sequence of type
            The dataclasses and named tuples that the arguments or results may be made of.

        Raises
        ------
        FormatError
            When the text is no graph, is of another version, or does not fit together.
        """
        return Graph._from(from_text(text, classes))

    def to_networkx(self) -> nx.MultiDiGraph:
        """Give the graph for analysis: one networkx node a value or entry, one edge an argument slot."""
        return as_networkx(self)

    def recording(self) -> Recording:
        """Give live nodes of this program, without values, as pictures are made of; see `Recording`.

        They know the lines, scopes and origins that the entries know.
        """
        inputs = {value.name: abstract_tensor(value.shape, value.dtype) for value in self.inputs}
        for name, tensor in inputs.items():
            tensor.name = name
        with switched(abstract=True, capturing=True, observer=None, place=Place()):
            made = run(self, inputs)
        return Recording.of(*(made[name] for name in self.gives.names))

    def to_latex(self) -> str:
        r"""Write what a scalar graph computes as a formula.

        Values that are long and used more than once get a line of their own.

        Raises
        ------
        GraphError
            When an operation has no formula, or works on more than single numbers.

        Examples
        --------
        >>> import autograd_cnn as ag
        >>> graph = ag.trace(lambda x: x * x / (1.0 + ag.exp(-x)), 1.0)
        >>> print(graph.to_latex())
        \frac{x^{2}}{1 + e^{-x}}
        """
        return latex(self)

    @cached_property
    def _digest(self) -> bytes:
        return digest(self)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what `==` compares, in hexadecimal; the same in every process."""
        return self._digest.hex()

    def __eq__(self, other: object) -> bool:
        return self._digest == other._digest if isinstance(other, Graph) else NotImplemented

    def __hash__(self) -> int:
        return int.from_bytes(self._digest[:8], "little", signed=True)

    def __copy__(self) -> Graph:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Graph:
        return self  # nothing in it ever changes

    def __reduce__(self) -> tuple[Any, ...]:
        classes = {*_classes(self.takes.structure), *_classes(self.gives.structure)}
        return Graph.from_json, (self.to_json(), tuple(classes))

    def __repr__(self) -> str:
        return f"<graph of {len(self.entries)} entries, {len(self.inputs)} inputs>"


def _classes(structure: Structure) -> Iterator[type[Any]]:
    """Give the classes that a structure is made of, which JSON only names."""
    if structure.type is not None and structure.type is not dict:
        yield structure.type
    for part in structure.parts:
        yield from _classes(part)


def _argument(leaf: Any, expected: Value) -> Tensor:
    """Check one array against what was traced."""
    if isinstance(leaf, Tensor):
        given = leaf
    elif leaf.__class__ in (float, int) and expected.dtype.kind == "f":
        given = Tensor(np.asarray(leaf, expected.dtype))
    else:
        array = np.array(leaf)
        if array.dtype.kind not in "biuf":
            raise DTypeError("graph", f"argument {expected.name} is no array of numbers", fits=str(expected))
        given = Tensor(array)
    for what, kind in (("shape", ShapeError), ("dtype", DTypeError)):
        if getattr(given, what) != getattr(expected, what):
            raise kind(
                "graph",
                f"argument {expected.name} has another {what} than when the graph was traced",
                operands={"given": given, "traced": expected},
                fits=f"{expected}, or a new trace",
            )
    return given


def _check_fixed(leaf: Any, named: Fixed) -> None:
    if not same_leaf(leaf, named.value):
        raise StructureError(
            "graph",
            f"a fixed argument was {named.value!r} when the graph was traced, and is {leaf!r} now",
            rule="arrays and floats are inputs; whole numbers, strings and the like are part of the graph",
            fits=f"{named.value!r}, or a new trace",
        )


@overload
def trace(fn: Callable[..., Any], *examples: Any) -> Graph: ...
@overload
def trace(fn: Any, *examples: int, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor: ...
def trace(fn: Any, *examples: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Graph | Tensor:
    """Write down what a function does as a `Graph`; of a matrix, add up the diagonal.

    The function runs once, on tensors that have a shape and a dtype but no values.

    Parameters
    ----------
    fn : callable
        Takes Tensors or trees of them (nested tuples, lists, dicts, dataclasses), gives a tree.
    *examples : trees of Tensor, array, `Abstract` or number
        Arguments; only shapes and dtypes matter. Floats stand for scalar inputs; whole numbers, strings and
        other things are fixed: the graph is for them.
    offset, axis1, axis2 : int
        Of a matrix: which diagonal, of which axes, as in `diagonal`; also given by place, as in NumPy.

    Returns
    -------
    Graph
        With the tensors that ``fn`` uses from outside as constants, at their present values. When the first
        argument is no function but an array: the Tensor that ``numpy.trace`` would give.

    Raises
    ------
    AbstractValueError
        When ``fn`` reads a value (``x.item()``, ``if x > 0``), assigns a tensor, or writes ``.grad`` of one
        from outside.
    LeakedTensorError
        When ``fn`` uses a tensor of another trace, or draws at random.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> print(ag.trace(lambda x: ag.sin(x) * 2.0, 1.0))
    x: float32 ()
    v0: float32 () = sin(x)  # ...
    v1: float32 () = multiply(v0, 2.0)  # ...
    return v1
    >>> ag.trace(ag.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor(5., dtype=float32)
    """
    if callable(fn):
        return Graph._from(capture(fn, examples))
    axes = {"offset": offset, "axis1": axis1, "axis2": axis2}
    if len(examples) > len(axes):
        raise RangeError("trace", f"a matrix with {len(examples)} settings", fits="offset, axis1, axis2")
    return triangles.trace(fn, **{**axes, **dict(zip(axes, examples, strict=False))})
