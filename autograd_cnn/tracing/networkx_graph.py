"""A captured program as a `networkx` graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd_cnn._program.entries import Program, Value

if TYPE_CHECKING:  # networkx takes longer to import than everything else together
    import networkx as nx


def as_networkx(program: Program) -> nx.MultiDiGraph:
    """Give a program as a multigraph whose attributes are strings and numbers only.

    Nodes are named by the (first) value they make, and have ``kind`` ("input", "constant", "operation",
    "result"), ``op``, ``shape``, ``dtype``, ``settings``, ``line``, ``module``, ``because``. Edges have
    ``slot`` (also their key), ``argument`` and ``port``; so ``x * x`` makes two. Python numbers among the
    operands are the attribute ``numbers``.
    """
    import networkx as nx

    graph = nx.MultiDiGraph()
    ports: dict[str, tuple[str, int]] = {}
    sources = [("input", value) for value in program.inputs]
    sources += [("constant", constant.value) for constant in program.constants]
    for kind, value in sources:
        graph.add_node(value.name, kind=kind, op="", **_typed(value))
        ports[value.name] = (value.name, 0)
    for entry in program.entries:
        scopes = () if entry.scope is None else entry.scope.path()
        numbers = {
            entry.primitive.input_name(i): v for i, v in enumerate(entry.inputs) if not isinstance(v, str)
        }
        graph.add_node(
            entry.name,
            kind="operation",
            op=entry.primitive.name,
            **_typed(entry.outputs[0]),
            settings=", ".join(f"{key}={value}" for key, value in entry.settings.items()),
            numbers=", ".join(f"{name}={number}" for name, number in numbers.items()),
            line="" if entry.line is None else f"{entry.line.file}:{entry.line.number}",
            module=".".join(scope.name for scope in scopes if scope.kind == "module"),
            because="" if entry.because is None else str(entry.because),
        )
        for port, value in enumerate(entry.outputs):
            ports[value.name] = (entry.name, port)
        for slot, operand in enumerate(entry.inputs):
            if isinstance(operand, str):
                source, port = ports[operand]
                argument = entry.primitive.input_name(slot)
                graph.add_edge(source, entry.name, key=slot, slot=slot, argument=argument, port=port)
    for number, leaf in enumerate(program.gives.leaves):
        result = f"result {number}"
        graph.add_node(result, kind="result", op="")
        if isinstance(leaf, str):
            source, port = ports[leaf]
            graph.add_edge(source, result, key=0, slot=0, argument="", port=port)
        else:
            graph.nodes[result]["numbers"] = str(leaf)
    return graph


def _typed(value: Value) -> dict[str, str]:
    return {"shape": ",".join(map(str, value.shape)), "dtype": str(value.dtype)}
