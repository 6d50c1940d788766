"""The names and numbers that parameters and states have in the files that PyRates writes for Auto-07p.

Scripts say `ICP=4` and `table["eta"]` by them. Parameters are counted node by node: weights of edges into the node that
are not 1, then what its operators declare, in the order in which they are computed; then what edges declare. A name
that is taken gets a number: `tau`, `tau_v1`; weights of several edges into a variable are `weight_in0`, `weight_in1`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rates_core import CircuitTemplate as Circuit
from rates_core import NodeTemplate as Node

ONE = 1e-8  # a weight that differs from 1 by less is none
WEIGHT = "/weight"


def names_of(circuit: Circuit, values: Mapping[str, float], states: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Return the paths of parameters that are numbered, in order, and the name of each of these and of each state.

    Args:
        circuit: the model.
        values: of its parameters, by path.
        states: their paths, in order.
    """
    feeding = _feeding(values)
    named = list[tuple[str, str]]()
    for label, node in _nodes(circuit):
        for target, weights in feeding.items():
            if target.rpartition("/")[0].rpartition("/")[0] == label:
                several = len(weights) > 1
                named += [
                    (path, f"weight_in{number}" if several else "weight")
                    for number, path in enumerate(weights)
                    if abs(values[path] - 1.0) >= ONE
                ]
        for operator in _in_order([operator for operator, _ in node.operators]):
            paths = [f"{label}/{operator.name}/{name}" for name in operator.variables]
            named += [(path, _last(path)) for path in paths if path in values]
    of_edges = [path for path in values if "->" in path and not path.endswith((WEIGHT, "/delay", "/spread"))]
    named += [(path, _last(path)) for path in of_edges]
    sources = _sources(feeding)
    shown = [(path, sources.get(path, _last(path))) for path in states if "[" not in path]  # no stages of delays
    return [path for path, _ in named], dict(_unique([*named, *shown]))


def _nodes(circuit: Circuit, above: str = "") -> Iterator[tuple[str, Node]]:
    for label, node in circuit.nodes.items():
        yield f"{above}{label}", node
    for label, inner in circuit.circuits.items():
        yield from _nodes(inner, f"{above}{label}/")


def _in_order(operators: Sequence[Any]) -> list[Any]:
    """Return operators so that each comes behind those whose outputs it reads, else as declared."""
    left, found = list(operators), list[Any]()
    while left:
        free = [one for one in left if not any(_feeds(other, one) for other in left if other is not one)]
        found += free or left
        left = [one for one in left if one not in found]
    return found


def _feeds(source: Any, target: Any) -> bool:
    outputs = {name for name, variable in source.variables.items() if variable.kind == "output"}
    return any(name in outputs and variable.kind == "input" for name, variable in target.variables.items())


def _feeding(values: Mapping[str, float]) -> dict[str, list[str]]:
    """Return the paths of the weights of the edges that lead to each variable."""
    found = dict[str, list[str]]()
    for path in values:
        if path.endswith(WEIGHT) and "->" in path:
            found.setdefault(path.removesuffix(WEIGHT).rpartition("->")[2], []).append(path)
    return found


def _sources(feeding: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the names of variables that are one of several sources of another one."""
    found = dict[str, str]()
    for weights in feeding.values():
        for number, path in enumerate(weights if len(weights) > 1 else ()):
            source, _, behind = path.partition("->")
            if "->" not in behind:  # else an edge's own variable is the source
                found.setdefault(source, f"{_last(source)}_in{number}")
    return found


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _unique(named: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    taken = dict[str, int]()
    for path, name in named:
        taken[name] = taken.get(name, -1) + 1
        yield path, name if taken[name] == 0 else f"{name}_v{taken[name]}"
