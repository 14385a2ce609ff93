"""Mutation testing of the gradient rules: spoil one at a time, and see whether a test of its op notices.

How to run it, from the repository root::

    python tools/mutate_rules.py --sample 100             # so many mutants, drawn over all files of ops/
    python tools/mutate_rules.py --only window_pooling    # every mutant of one file
    python tools/mutate_rules.py --list                   # show them, run nothing

A mutant is one change inside a rule (what stands in ``vjps=``, ``transposes=`` or ``jvps=`` of a Primitive,
and the private functions of the file that it calls): an operator swapped, a constant changed, a sign turned,
two arguments exchanged, a term or factor dropped, the branches of a condition exchanged. Each runs in a
process of its own, in which the file is loaded in its changed form, against the generated tests of the
op-table rows that run its primitives, and no others. At the end the tests that killed something run on the
unchanged rules, where they must pass. No file is written. Why not one of the mutation tools that exist:
docs/decisions/0026-own-mutation-tool.md.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import importlib.abc
import importlib.util
import io
import itertools
import os
import random
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy  # noqa: F401 - loaded once, before the processes part
import pytest

ROOT = Path(__file__).resolve().parents[1]
OPS = ROOT / "autograd_cnn" / "ops"
TABLES = {"vjps", "transposes", "jvps"}
HELPERS = {"unary": 2}  # functions that make a Primitive, and which of their arguments is the rule
TIMEOUT_S = 900  # only for rules that no longer end

SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.Lt: ast.Gt,
    ast.Gt: ast.Lt,
    ast.LtE: ast.Gt,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


@dataclass(frozen=True)
class Mutant:
    """One change: the file, the primitives whose rules it is in, and the file's whole changed text."""

    file: Path
    line: int
    primitives: tuple[str, ...]
    before: str
    after: str
    source: str

    @property
    def module(self) -> str:
        """The name that the file is imported by."""
        return f"autograd_cnn.ops.{self.file.stem}"

    def __str__(self) -> str:
        where = f"{self.file.relative_to(ROOT)}:{self.line}"
        return f"{where} ({', '.join(self.primitives)}): {self.before}  ->  {self.after}"


def changed(node: ast.AST) -> Iterator[ast.AST]:
    """Give every way to spoil one node, children aside."""
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            if type(op) in SWAPPED:
                yield ast.BinOp(left, SWAPPED[type(op)](), right)
            if not isinstance(left, ast.Constant):
                yield left
            if isinstance(op, (ast.Add, ast.Mult)) and not isinstance(right, ast.Constant):
                yield right
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
            yield operand
        case ast.Compare(left=left, ops=[op], comparators=right) if type(op) in SWAPPED:
            yield ast.Compare(left, [SWAPPED[type(op)]()], right)
        case ast.BoolOp(op=op, values=parts):
            yield ast.BoolOp(SWAPPED[type(op)](), parts)
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value + 1)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield ast.IfExp(test, orelse, body)
        case ast.Call(func=func, args=[first, second, *rest], keywords=keywords) if not (
            isinstance(first, ast.Starred) or isinstance(second, ast.Starred)
        ):
            yield ast.Call(func, [second, first, *rest], keywords)
        case ast.Lambda(args=args, body=body) if args.args:
            yield ast.Lambda(args, ast.UnaryOp(ast.USub(), body))


def rules_of(tree: ast.Module) -> dict[str, list[ast.AST]]:
    """Give the syntax of each primitive's rules, by its name, with the private functions that they call."""
    functions = {f.name: f for f in tree.body if isinstance(f, ast.FunctionDef) and f.name.startswith("_")}
    found: dict[str, list[ast.AST]] = {}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        parts: list[ast.AST] = [k.value for k in call.keywords if k.arg in TABLES]
        place = HELPERS.get(call.func.id) if isinstance(call.func, ast.Name) else None
        if place is not None and len(call.args) > place:
            parts.append(call.args[place])
        if not parts or not call.args:
            continue
        name = call.args[0].value if isinstance(call.args[0], ast.Constant) else ""
        pending = list(parts)
        while pending:
            for node in ast.walk(pending.pop()):
                if isinstance(node, ast.Name) and node.id in functions and functions[node.id] not in parts:
                    parts.append(functions[node.id])
                    pending.append(functions[node.id])
        found.setdefault(str(name), []).extend(parts)
    return found


def mutants_of(file: Path) -> list[Mutant]:
    """Give every mutant of one file, those of shared functions once."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    owners: dict[ast.AST, list[str]] = {}
    for name, parts in rules_of(tree).items():
        for part in parts:
            for node in _expressions(part):
                names = owners.setdefault(node, [])
                names.extend([name] if name not in names else [])
    places = {node: path for node, path in _paths(tree) if node in owners}
    result = []
    for node, names in owners.items():
        for other in changed(node):
            spoilt = copy.deepcopy(tree)
            _put(spoilt, places[node], copy.deepcopy(other))
            source = ast.unparse(ast.fix_missing_locations(spoilt))
            texts = ast.unparse(node), ast.unparse(ast.fix_missing_locations(copy.deepcopy(other)))
            result.append(Mutant(file, getattr(node, "lineno", 0), tuple(names), *texts, source))
    return result


def _expressions(part: ast.AST) -> Iterator[ast.AST]:
    """Walk the part, but not into types, defaults, docstrings and raised errors' texts."""
    pending = [part]
    while pending:
        node = pending.pop()
        yield node
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "args") and isinstance(node, (ast.FunctionDef, ast.arg)):
                continue
            children = value if isinstance(value, list) else [value]
            pending += [c for c in children if isinstance(c, ast.AST) and not isinstance(c, ast.Raise)]


Path_ = tuple[tuple[str, int | None], ...]


def _paths(tree: ast.AST) -> Iterator[tuple[ast.AST, Path_]]:
    pending: list[tuple[ast.AST, Path_]] = [(tree, ())]
    while pending:
        node, path = pending.pop()
        yield node, path
        for field, value in ast.iter_fields(node):
            if isinstance(value, ast.AST):
                pending.append((value, (*path, (field, None))))
            elif isinstance(value, list):
                pending += [(v, (*path, (field, i))) for i, v in enumerate(value) if isinstance(v, ast.AST)]


def _put(tree: ast.AST, path: Path_, new: ast.AST) -> None:
    node = tree
    for field, index in path[:-1]:
        value = getattr(node, field)
        node = value if index is None else value[index]
    field, index = path[-1]
    if index is None:
        setattr(node, field, new)
    else:
        getattr(node, field)[index] = new


class Spoilt(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module from a mutant's text."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(self, name, path=None, target=None):  # noqa: D102 - importlib's interface
        if name != self.mutant.module:
            return None
        return importlib.util.spec_from_loader(name, self, origin=str(self.mutant.file))

    def exec_module(self, module) -> None:  # noqa: D102 - importlib's interface
        module.__file__ = str(self.mutant.file)
        exec(compile(self.mutant.source, str(self.mutant.file), "exec"), module.__dict__)


def noticed(mutant: Mutant, only: frozenset[str] | None = None) -> str:
    """Run the tests of the mutant's rows; give the name of the first that fails, or nothing.

    ``only`` holds the names of the tests to run, where not all are.
    """
    sys.meta_path.insert(0, Spoilt(mutant))
    warnings.simplefilter("error")
    try:
        from tests.ops import test_generated, test_generated_edges, test_generated_forward
    except Exception:
        return "import"
    names = set(mutant.primitives) - {""}
    rows = [r for r in test_generated.ROWS if not names or names & set(r.primitives)]
    rows.sort(key=lambda row: len(row.variants) * (1 + row.order))
    by_variant = [
        test_generated.test_gradients_against_finite_differences,
        test_generated_forward.test_forward_and_reverse_agree,
        test_generated_forward.test_tangents_against_finite_differences,
        test_generated.test_gradient_dtypes_and_inputs_untouched,
        test_generated.test_each_gradient_has_its_inputs_dtype,
        test_generated.test_recorded_gradient_equals_plain_one,
        test_generated.test_second_order_under_a_moving_cotangent,
    ]

    def adjoint_test(row, variant) -> None:
        with pytest.MonkeyPatch.context() as patch:
            test_generated_edges.test_adjoint(row, variant, patch)

    trials = [
        (test, (row, variant)) for test in by_variant for row in rows if row.order for variant in row.variants
    ]
    trials += [(test_generated_edges.test_kinks_and_ties, (row, k)) for row in rows for k in row.kinks]
    trials += [
        (test_generated_edges.test_empty_and_single_inputs, (row, e)) for row in rows for e in row.edges
    ]
    trials += [
        (test_generated_edges.test_broadcast_gradients_are_summed_back, (row, s))
        for row in rows
        for s in row.broadcasts
    ]
    adjoint = {(row.name, id(v)) for row, v in (case.values for case in test_generated_edges.LINEAR)}
    trials += [(adjoint_test, (row, v)) for row in rows for v in row.variants if (row.name, id(v)) in adjoint]
    for test, arguments in trials:
        name = f"{test.__name__}[{arguments[0].name}]"
        if only is not None and name not in only:
            continue
        try:
            test(*arguments)
        except Exception:
            return name
    return "" if trials else "no row runs it"


@dataclass
class Running:
    """A mutant in a process of its own."""

    mutant: Mutant
    process: int
    answer: int
    since: float


def start(mutant: Mutant, only: frozenset[str] | None) -> Running:
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return Running(mutant, process, reading, time.monotonic())
    os.close(reading)
    text = "crashed"
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            text = noticed(mutant, only)
    except BaseException:
        text = f"crashed: {traceback.format_exc(limit=-1)}"
    os.write(writing, text.encode()[:4000])
    os._exit(0)


def finished(running: Running) -> str | None:
    """Give what a process found, or None while it works; one that hangs has been noticed too."""
    done, _ = os.waitpid(running.process, os.WNOHANG)
    if not done and time.monotonic() - running.since < TIMEOUT_S:
        return None
    if not done:
        os.kill(running.process, signal.SIGKILL)
        os.waitpid(running.process, 0)
        return "timeout"
    with os.fdopen(running.answer, "rb") as answer:
        return answer.read().decode() or ("" if os.waitstatus_to_exitcode(_) == 0 else "crashed")


def run_all(mutants: list[Mutant], jobs: int, only: frozenset[str] | None = None) -> dict[Mutant, str]:
    results: dict[Mutant, str] = {}
    waiting, working = list(mutants), list[Running]()
    while waiting or working:
        while waiting and len(working) < jobs:
            working.append(start(waiting.pop(0), only))
        time.sleep(0.02)
        for running in list(working):
            found = finished(running)
            if found is not None:
                working.remove(running)
                results[running.mutant] = found
                fate = f"killed by {found}" if found else "SURVIVED"
                print(f"{len(results)}/{len(mutants)} {fate}: {running.mutant}")
                sys.stdout.flush()
    return results


def drawn(by_file: list[list[Mutant]], most: int | None, seed: int) -> list[Mutant]:
    """Draw mutants file by file in turn, so that each family has its share."""
    rng = random.Random(seed)
    for mutants in by_file:
        rng.shuffle(mutants)
    rng.shuffle(by_file)
    turns = (
        m for turn in range(max(map(len, by_file), default=0)) for ms in by_file for m in ms[turn : turn + 1]
    )
    return list(itertools.islice(turns, most))


def false_alarm(results: dict[Mutant, str], jobs: int) -> str:
    """Run the tests that killed something on the unchanged rules: one that fails there has killed nothing."""
    used = frozenset(found for found in results.values() if "[" in found)
    file = next(iter(results)).file
    nothing = Mutant(file, 0, ("",), "nothing", "nothing", file.read_text(encoding="utf-8"))
    return run_all([nothing], jobs, used)[nothing] if used else ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, help="how many mutants (default: all)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="", help="part of a file's name")
    parser.add_argument("--least", type=float, default=90.0, help="per cent that must be killed")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    by_file = [mutants_of(f) for f in sorted(OPS.glob("*.py")) if options.only in f.stem]
    total = sum(map(len, by_file))
    mutants = drawn([m for m in by_file if m], options.sample, options.seed)
    if options.list:
        print(*mutants, sep="\n")
        return 0
    results = run_all(mutants, options.jobs)
    alarm = false_alarm(results, options.jobs)
    if alarm:
        print(f"without any change fails: {alarm}")
        return 2
    survivors = [m for m, found in results.items() if not found]
    killed = 100 * (1 - len(survivors) / len(results)) if results else 0.0
    print(f"\n{len(results)} of {total} mutants ran, {killed:.1f}% killed, {len(survivors)} survived:")
    print(*survivors, sep="\n")
    return 0 if killed >= options.least else 1


if __name__ == "__main__":
    sys.exit(main())
