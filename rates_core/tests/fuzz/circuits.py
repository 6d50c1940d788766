"""Circuits of nodes, populations and sub-circuits, with edges and connections of every form and recorded values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from math import sqrt
from typing import Any

from attrs import frozen
from hypothesis import strategies as st
from rates_core.errors import RatesError
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.connectivity import Connectivity
from rates_core.templates.edge import Edge
from rates_core.templates.node import EdgeTemplate, NodeTemplate

from . import values
from .parts import Kind, edge_templates, nodes, populations, prose, settable


@frozen
class Leaf:
    """A node, or a population of `n` units, somewhere in a circuit."""

    path: str
    node: NodeTemplate
    n: int | None

    def variables(self, *kinds: str) -> list[str]:
        """Return the paths of the variables of some kinds that have no axis; states come first."""
        return [
            f"{self.path}/{operator.name}/{name}"
            for operator, _ in self.node.operators
            for name, item in operator.variables.items()
            if item.kind in kinds and item.shape == ()
        ]

    @property
    def states(self) -> list[str]:
        """Return the paths of the states without an axis."""
        found = {
            f"{self.path}/{operator.name}/{equation.target}"
            for operator, _ in self.node.operators
            for equation in operator.parsed
            if equation.kind == "differential"
        }
        return [path for path in self.variables("output", "variable") if path in found]


def leaves(circuit: CircuitTemplate, prefix: str = "") -> Iterator[Leaf]:
    """Yield all nodes and populations of a circuit."""
    for label, node in circuit.nodes.items():
        yield Leaf(prefix + label, node, None)
    for label, population in circuit.populations.items():
        yield Leaf(prefix + label, population.node, population.n)
    for label, inner in circuit.circuits.items():
        yield from leaves(inner, f"{prefix}{label}/")


@st.composite
def circuits(draw: Any, kind: Kind, depth: int = 3) -> CircuitTemplate:
    """Return a circuit in which circuits are nested up to a depth."""
    named = draw(st.lists(kind.labels, min_size=2, max_size=6, unique=True))
    templates = draw(st.lists(nodes(kind), min_size=1, max_size=2))
    single = {label: draw(st.sampled_from(templates)) for label in named[:3]}
    units = {label: draw(populations(kind)) for label in named[3:5]}
    inner = {label: draw(circuits(kind, depth - 1)) for label in named[5:] if depth > 1}
    circuit = CircuitTemplate(draw(values.names), single, inner, populations=units, **draw(prose))
    circuit = joined(draw, kind, circuit)
    recorded(draw, kind, circuit)
    return circuit if not draw(st.booleans()) else derived(draw, kind, circuit)


def joined(draw: Any, kind: Kind, circuit: CircuitTemplate) -> CircuitTemplate:
    """Return a circuit with edges and connections between all that it holds."""
    found = list(leaves(circuit))
    edges = draw(st.lists(edge_forms(kind, found), max_size=3))
    large = [leaf for leaf in found if leaf.n is not None]
    connections = draw(st.lists(connectivities(kind, large), max_size=2)) if large else []
    return circuit.update_template(edges=edges, connections=connections)


@st.composite
def ends(draw: Any, leaf: Leaf, kinds: tuple[str, ...]) -> str:
    """Return the path of a variable of a leaf, or of a unit of it; only states where nothing else is named."""
    path = draw(st.sampled_from(leaf.variables(*kinds) if kinds else leaf.states))
    if leaf.n is None or draw(st.booleans()):
        return path
    return f"{leaf.path}[{draw(st.integers(0, leaf.n - 1))}]{path[len(leaf.path) :]}"


@st.composite
def edge_forms(draw: Any, kind: Kind, found: list[Leaf]) -> Any:
    """Return an edge in one of the forms that a circuit takes."""
    one, other = draw(st.sampled_from(found)), draw(st.sampled_from(found))
    source, target = draw(ends(one, ())), draw(ends(other, ("input",)))
    template = draw(st.none() | edge_templates(kind))
    attributes = draw(attributes_of(kind, template, [source, draw(ends(other, ()))]))
    form = draw(st.integers(0, 3))
    if form == 0:
        return {"source": source, "target": target, "template": template, "variables": attributes}
    if form == 1:
        return Edge.with_attributes(source, target, template, attributes)
    if form == 2 and template is None and not attributes:
        return source, target
    return [source, target, template, attributes]


@st.composite
def attributes_of(draw: Any, kind: Kind, template: EdgeTemplate | None, read: list[str]) -> dict[str, Any]:
    """Return weight, delay and spread of an edge, and what the variables of its template are: some may be `read`."""
    given: dict[str, Any] = {}
    if draw(st.booleans()):
        given["weight"] = draw(kind.numbers)
    if draw(st.booleans()):
        given |= draw(time_pairs(kind))
    if template is not None:
        ((operator, _),) = template.operators
        place = f"{draw(st.sampled_from(['edge/', '']))}{operator.name}"
        given[f"{place}/b"] = draw(st.sampled_from(["source", *read]) | kind.numbers)
        if draw(st.booleans()):
            given[f"{place}/k"] = draw(kind.numbers)
        if given[f"{place}/b"] == "source" or draw(st.booleans()):
            given[f"{place}/a"] = "source"
    return given


@st.composite
def time_pairs(draw: Any, kind: Kind) -> dict[str, Any]:
    """Return a delay, or a delay with a spread."""
    if not kind.runs:
        delay = draw(st.floats(0.0, 1e300))
        return {"delay": delay, **draw(st.fixed_dictionaries({}, optional={"spread": st.floats(0.0, 1e300)}))}
    delay, order = draw(values.times), draw(st.sampled_from([None, 1, 2, 3]))
    return {"delay": delay} if order is None else {"delay": delay, "spread": delay / sqrt(order)}


@st.composite
def connectivities(draw: Any, kind: Kind, found: list[Leaf]) -> Any:
    """Return a connection of two populations: weights, delays and spreads in each of their forms."""
    one, other = draw(st.sampled_from(found)), draw(st.sampled_from(found))
    source, target = draw(st.sampled_from(one.states)), draw(st.sampled_from(other.variables("input")))
    shape = other.n, one.n
    entries = values.tame if kind.runs else values.finite
    weights = draw(kind.weights | values.real_arrays(entries, *shape) | values.sparse_arrays(entries, *shape))
    given: dict[str, Any] = {"source": source, "target": target, "weights": weights}
    times = values.times if kind.runs else st.floats(0.0, 1e300)
    if draw(st.booleans()):
        form = values.real_arrays(times, *shape)
        if hasattr(weights, "nnz"):
            form |= values.real_arrays(times, weights.nnz)
        delays = given["delays"] = draw(times | form)
        if draw(st.booleans()):
            given["spread"] = delays / sqrt(draw(st.integers(1, 3)))
    template = draw(st.none() | edge_templates(kind))
    if template is not None:
        ((operator, _),) = template.operators
        given["edge"] = template
        read = draw(st.sampled_from(["source", source, *other.states]) | kind.numbers)
        given["edge_var_map"] = {f"{operator.name}/b": read}
        if read == "source":
            given["edge_var_map"][f"{operator.name}/a"] = "source"
    return draw(st.sampled_from([given, Connectivity(**given)]))


def recorded(draw: Any, kind: Kind, circuit: CircuitTemplate) -> None:
    """Record values on a circuit, in place, and add edges of a matrix to it."""
    found = list(leaves(circuit))
    for _ in range(draw(st.integers(0, 2))):
        leaf = draw(st.sampled_from(found))
        operator = draw(st.sampled_from([operator for operator, _ in leaf.node.operators]))
        place = draw(st.sampled_from([leaf.path, "/".join("all" for _ in leaf.path.split("/"))]))
        path = f"{place}/{operator.name}/{draw(st.sampled_from(settable(operator)))}"
        attempt(circuit.update_var, {path: draw(kind.numbers | kind.array(draw(st.integers(1, 4))))})
    nodes_alike = [leaf for leaf in found if leaf.n is None and leaf.node == found[0].node]
    if nodes_alike and draw(st.booleans()):
        record_matrix(draw, kind, circuit, nodes_alike)
    if circuit.edges and draw(st.booleans()):
        edge = draw(st.sampled_from(list(circuit.edges)))
        number = draw(st.sampled_from([(), (0,)]))
        attributes = {"weight": draw(kind.numbers), **draw(time_pairs(kind) | st.just({}))}
        attempt(circuit.update_var, None, [(edge.source, edge.target, *number, attributes)])
    for connection in circuit.connections[:1]:
        attempt(circuit.update_var, None, [(connection.source, connection.target, {"weight": connection.weights})])


def attempt(change: Any, *arguments: Any) -> None:
    """Change a circuit in place if it can be changed so."""
    with suppress(RatesError):
        change(*arguments)


def record_matrix(draw: Any, kind: Kind, circuit: CircuitTemplate, alike: list[Leaf]) -> None:
    """Add edges of a matrix between equal nodes."""
    names = [leaf.path for leaf in alike]
    cut = len(names[0]) + 1
    entries = values.tame if kind.runs else values.finite
    shape = len(names), len(names)
    weight = draw(values.real_arrays(entries, *shape) | values.sparse_arrays(entries, *shape))
    times = values.times if kind.runs else st.floats(0.0, 1e300)
    circuit.add_edges_from_matrix(
        draw(st.sampled_from(alike[0].states))[cut:],
        draw(st.sampled_from(alike[0].variables("input")))[cut:],
        names,
        weight=weight,
        edge_attr=draw(st.fixed_dictionaries({}, optional={"delay": times | values.real_arrays(times, *shape)})),
        min_weight=draw(st.sampled_from([2e-6, 0.0, 0.75])),  # the one that nobody gave may warn
    )


def derived(draw: Any, kind: Kind, circuit: CircuitTemplate) -> CircuitTemplate:
    """Return a circuit that is derived from another: with another name, and perhaps another node."""
    changes = draw(st.fixed_dictionaries({}, optional={"name": values.names, "description": values.texts}))
    labels = st.sampled_from(["new", *circuit.nodes])
    extra = draw(st.dictionaries(labels, nodes(kind), max_size=1))
    taken = {*circuit.populations, *circuit.circuits}
    try:
        return circuit.update_template(nodes={k: v for k, v in extra.items() if k not in taken}, **changes)
    except RatesError:  # edges or recorded values need the node that was replaced
        return circuit.update_template(**changes)
