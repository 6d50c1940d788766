"""Circuits derived from others, and what they inherit of recorded values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import evolve

from rates_core.paths import has_wildcard, split_path, split_unit
from rates_core.templates import members
from rates_core.templates.array import Array
from rates_core.templates.current import shares
from rates_core.templates.edges import Edges, parse_edges
from rates_core.templates.forms import mapping
from rates_core.templates.kept_edges import kept_overrides
from rates_core.templates.overrides import EdgeOverride, Overrides
from rates_core.templates.queries import match_variables
from rates_core.templates.value import Value, to_value

if TYPE_CHECKING:
    from rates_core.templates.circuit import CircuitTemplate

C = TypeVar("C", bound="CircuitTemplate")


def derive_circuit(
    circuit: C,
    given: Mapping[str, Any],
    parts: Mapping[str, Mapping[str, Any] | None],
    edges: Iterable[Any] | None,
    connections: Iterable[Any] | None,
) -> C:
    """Return a new circuit with other attributes, further parts, edges and connections.

    Raises:
        TemplateError: a part is malformed.
        UnknownNameError: an edge or a recorded value names what does not exist any more.
    """
    changes = {name: value for name, value in given.items() if value is not None}
    labels: set[str] = set()
    for name, part in parts.items():
        if part is not None:
            given_part = mapping(part, f"The {name} of a circuit")
            changes[name] = {**getattr(circuit, name), **given_part}
            labels.update(given_part)
    added, joined = parse_edges(edges), members.connections(connections)
    changes["edges"] = Edges(circuit.edges.single + added.single, circuit.edges.matrices + added.matrices)
    changes["connections"] = (*circuit.connections, *joined)
    return evolve(circuit, **changes, overrides=inherited(circuit, labels, kept_overrides(circuit, added, joined)))


def inherited(circuit: CircuitTemplate, replaced: Collection[str], edge_vars: Iterable[EdgeOverride]) -> Overrides:
    """Return the recorded values that a derived circuit keeps: all but those of parts that are replaced.

    Arrays of one value per unit stay with their units, whatever units are added, and values of edges with these.
    """
    recorded = Overrides()
    for path, value in circuit.overrides.node_vars.items():
        for single, part in _bound(circuit, path, value) if replaced else ((path, value),):
            if _first_label(single) not in replaced:
                recorded.set_node_variable(single, part)
    for entry in edge_vars:
        labels = {_first_label(entry[0]), _first_label(entry[1])}
        inside = len(labels) == 1 and labels <= circuit.circuits.keys() & set(replaced)
        if not inside or _joins_itself(circuit, entry[0], entry[1]):
            recorded.edge_vars.append(entry)
    return recorded


def _joins_itself(circuit: CircuitTemplate, source: str, target: str) -> bool:
    """Tell whether a circuit itself has edges or connectivities between two variables, not only its sub-circuits."""
    index = circuit.edge_index
    found = index.find(source, target)
    inner = found[found < index.edges] < index.edges - len(circuit.edges)
    return not (inner.all() and (found[found >= index.edges] < len(index) - len(circuit.connections)).all())


def _bound(circuit: CircuitTemplate, path: str, value: Value) -> Iterable[tuple[str, Value]]:
    """Yield paths without wildcards for an array under a wildcard; else the path as it is."""
    if not isinstance(value, Array) or not has_wildcard(split_path(path)):
        yield path, value
        return
    matched = match_variables(circuit, path)
    for match, part in zip(matched, shares(value, [match.units for match in matched]), strict=True):
        yield match.path, to_value(part[0] if len(part) == 1 else part)


def _first_label(path: str) -> str:
    return split_unit(split_path(path)[0])[0]
