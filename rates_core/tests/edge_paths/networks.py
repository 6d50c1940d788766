"""Networks of nodes, populations and inner circuits, joined by chance in every way that there is."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import scipy.sparse as sp
from attrs import frozen

from rates_core import (
    CircuitTemplate,
    Connectivity,
    EdgeTemplate,
    NodeTemplate,
    OperatorTemplate,
    PopulationTemplate,
)

SIZES = {"p": 3, "q": 2, "r": 1}
VARIABLES = {"x": "output(0.5)", "r": "variable", "u": "input(0.1)", "v": "input(-0.2)", "tau": 1.0}
UNIT = NodeTemplate(
    "unit", [OperatorTemplate("lin", ["x' = -x/tau + u + 0.3*tanh(v)", "r = x^2"], VARIABLES)]
)  # fmt: skip
ENDS = {"out": "output", "a": "input"}
GAIN = EdgeTemplate("gain", [OperatorTemplate("eo", "out = g*a", {**ENDS, "g": 1.0})])
TRACE_VARIABLES = {**ENDS, "s": "variable(0.05)", "g": 0.7, "b": 0.1}
TRACE = EdgeTemplate("trace", [OperatorTemplate("eo", ["s' = a - s", "out = g*s + b"], TRACE_VARIABLES)])


@frozen
class Made:
    """A circuit, and the sizes of what edges may join in it; a node has the size 0."""

    circuit: CircuitTemplate
    sizes: dict[str, int]

    @property
    def outputs(self) -> dict[str, str]:
        """Return all states of nodes and populations by name."""
        inner = {"inner": "c/all/lin/x"} if "c/p" in self.sizes else {}
        return {"outer": "all/lin/x", **inner}


def network(random: Random) -> Made:
    """Return a circuit of nodes and populations, with an inner circuit or without."""
    sizes = {**{f"n{k}": 0 for k in range(random.choice([1, 2, 9]))}, **SIZES}
    nodes = dict.fromkeys([label for label, size in sizes.items() if not size], UNIT)
    circuits = {}
    if random.random() < 0.4:
        within = {"n0": 0, "p": 2}
        circuits["c"] = _circuit("inner", random, within, {"n0": UNIT}, {}, 2, 1)
        sizes |= {f"c/{label}": size for label, size in within.items()}
    circuit = _circuit("net", random, sizes, nodes, circuits, 5, 3)
    if len(nodes) > 1 and random.random() < 0.3:
        _add_matrix(circuit, random, list(nodes))
    return Made(circuit, sizes)


def _circuit(
    name: str,
    random: Random,
    sizes: dict[str, int],
    nodes: dict[str, NodeTemplate],
    circuits: dict[str, CircuitTemplate],
    most_edges: int,
    most_connections: int,
) -> CircuitTemplate:
    own = {label: size for label, size in sizes.items() if size and "/" not in label}
    edges = _edges(random, sizes, random.randint(0, most_edges))
    connections = _connections(random, sizes, random.randint(0 if edges else 1, most_connections))
    populations = {label: _population(label, size) for label, size in own.items()}
    return CircuitTemplate(
        name, nodes=nodes, populations=populations, circuits=circuits, edges=edges, connections=connections
    )


def _population(label: str, size: int) -> PopulationTemplate:
    return PopulationTemplate(label, UNIT, size, {"lin/tau": [1.0 + 0.1 * unit for unit in range(size)]})


def _add_matrix(circuit: CircuitTemplate, random: Random, labels: list[str]) -> None:
    weights = _matrix(random, (len(labels), len(labels)), 0.6)
    attributes = {"delay": 0.1} if random.random() < 0.3 else None
    circuit.add_edges_from_matrix("lin/x", "lin/u", labels, weight=weights, edge_attr=attributes)


def _edges(random: Random, sizes: dict[str, int], count: int) -> list[tuple[Any, ...]]:
    units = [f"{label}[{unit}]" for label, size in sizes.items() for unit in range(size)]
    pairs: list[tuple[str, str]] = []
    found: list[tuple[Any, ...]] = []
    for _ in range(count):
        pairs.append(_pair(random, [*sizes, *units], pairs))
        template = random.choice([None, None, None, GAIN, TRACE])
        attributes: dict[str, Any] = {"weight": _weight(random), **_times(random)}
        if template is not None and random.random() < 0.5:
            attributes[f"{template.name}/eo/g"] = _weight(random)
        found.append((f"{pairs[-1][0]}/lin/{_either(random, 'x', 'r')}", _target(random, pairs), template, attributes))
    return found


def _connections(random: Random, sizes: dict[str, int], count: int) -> list[Connectivity]:
    populations = [label for label, size in sizes.items() if size]
    pairs: list[tuple[str, str]] = []
    found = []
    for _ in range(count):
        pairs.append(_pair(random, populations if random.random() < 0.6 else list(sizes), pairs))
        source, target = pairs[-1]
        shape = (sizes[target] or 1, sizes[source] or 1)
        template = random.choice([None, None, None, GAIN, TRACE])
        own = {"eo/g": 0.3} if template is not None and random.random() < 0.4 else None
        weights, times = _weights(random, shape), _matrix_times(random, shape)
        ends = f"{source}/lin/x", _target(random, pairs)
        found.append(Connectivity(*ends, weights, edge=template, edge_var_map=own, **times))
    return found


def _pair(random: Random, known: list[str], pairs: list[tuple[str, str]]) -> tuple[str, str]:
    """Return the ends of an edge, which may be those of another one."""
    if pairs and random.random() < 0.3:
        return random.choice(pairs)
    return random.choice(known), random.choice(known)


def _target(random: Random, pairs: list[tuple[str, str]]) -> str:
    return f"{pairs[-1][1]}/lin/{_either(random, 'u', 'v')}"


def _either(random: Random, usual: str, other: str) -> str:
    return usual if random.random() < 0.8 else other


def _weight(random: Random) -> float:
    return random.randint(-100, 100) / 100


def _times(random: Random) -> dict[str, float]:
    """Return a delay or none, of whole steps or not, spread or not."""
    seldom = [{"delay": 0.1}, {"delay": 0.35}, {"delay": 0.4, "spread": 0.2}, {"delay": 0.4, "spread": 0.4}]
    return random.choice(seldom) if random.random() < 0.4 else {}


def _matrix_times(random: Random, shape: tuple[int, int]) -> dict[str, Any]:
    each = np.array([random.choice([0.0, 0.1, 0.25]) for _ in range(shape[0] * shape[1])]).reshape(shape)
    seldom: list[dict[str, Any]] = [{"delays": 0.2}, {"delays": each}, {"delays": 0.4, "spread": 0.2}]
    return random.choice(seldom) if random.random() < 0.5 else {}


def _weights(random: Random, shape: tuple[int, int]) -> Any:
    """Return one weight, or a matrix that is full, has zeros, or is sparse."""
    kind = random.choice(["one", "full", "zeros", "sparse"])
    if kind == "one":
        return _weight(random)
    weights = _matrix(random, shape, 1.0 if kind == "full" else 0.6)
    return sp.csr_array(weights) if kind == "sparse" and weights.any() else weights


def _matrix(random: Random, shape: tuple[int, int], density: float) -> np.ndarray:
    entries = [_weight(random) if random.random() < density else 0.0 for _ in range(shape[0] * shape[1])]
    return np.array(entries).reshape(shape)
