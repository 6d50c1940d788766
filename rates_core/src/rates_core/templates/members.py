"""The parts of a circuit: reading them, and checking that they fit together."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING, Any, TypeVar

from rates_core.errors import ArgumentError, TemplateError, UnknownNameError, did_you_mean, shown
from rates_core.paths import check_label
from rates_core.templates.connectivity import Connectivity
from rates_core.templates.counting import counted
from rates_core.templates.edges import EdgeMatrix, Edges
from rates_core.templates.forms import items
from rates_core.templates.mapping import FrozenMapping
from rates_core.templates.node import NodeTemplate
from rates_core.templates.population import PopulationTemplate
from rates_core.templates.references import resolve
from rates_core.templates.template import check_name

if TYPE_CHECKING:
    from rates_core.templates.circuit import CircuitTemplate

T = TypeVar("T")

_POPULATION_KEYS = ("node", "n", "params")


def nodes(given: Any) -> FrozenMapping[str, NodeTemplate]:
    """Read the nodes of a circuit: templates or paths by label."""
    return _members(given, NodeTemplate, "node")


def populations(given: Any) -> FrozenMapping[str, PopulationTemplate]:
    """Read the populations of a circuit: templates, paths or mappings of `node`, `n` and `params` by label."""
    if isinstance(given, Mapping):
        given = {
            label: _population(label, spec) if isinstance(spec, Mapping) else spec for label, spec in given.items()
        }
    return _members(given, PopulationTemplate, "population")


def circuits(given: Any, kind: type[CircuitTemplate], owner: str) -> FrozenMapping[str, CircuitTemplate]:
    """Read the sub-circuits of a circuit, as they are now: what is recorded on them later does not reach it."""
    copies: dict[int, CircuitTemplate] = {}
    found = _members(given, kind, "circuit")
    for circuit in found.values():
        if id(circuit) not in copies:
            copies[id(circuit)] = circuit if circuit.overrides.owner else _snapshot(circuit, owner)
    return FrozenMapping((label, copies[id(circuit)]) for label, circuit in found.items())


def connections(given: Any) -> tuple[Connectivity, ...]:
    """Read the connections of a circuit: `Connectivity` objects or mappings of its arguments.

    Raises:
        TemplateError: one is neither, or lacks an argument.
    """
    return tuple(_connection(spec) for spec in items(given, "The connections of a circuit"))


def check(circuit: CircuitTemplate) -> None:
    """Check that labels are distinct and that edges and connections fit what they connect.

    Raises:
        TemplateError: a label stands twice, or a matrix has the wrong shape.
        UnknownNameError: an edge or a connection names what does not exist.
    """
    check_name(circuit.name, "circuit")
    _check_labels(circuit)
    try:
        check_edges(circuit, circuit.edges)
        for connection in circuit.connections:
            _check_connection(circuit, connection)
        _check_overrides(circuit)
    except (TemplateError, UnknownNameError, ArgumentError) as error:
        place = "" if circuit.location is None else f"{circuit.location}: "
        raise type(error)(f"{place}Circuit '{circuit.name}': {error}") from None


def check_edges(circuit: CircuitTemplate, edges: Edges) -> None:
    """Check that all variables that edges name exist.

    Raises:
        UnknownNameError: one does not; the closest name is given.
    """
    from rates_core.templates.queries import has_variable, match_variables

    named: dict[str, str] = {}
    for edge in edges.single:
        for path in (edge.source, edge.target, *_mapped_paths(edge.mapping)):
            named.setdefault(path, f"edge {edge}")
    for matrix in edges.matrices:
        for path in _matrix_paths(matrix):
            named.setdefault(path, "edges from a matrix")
    for path, what in named.items():
        if has_variable(circuit, path):
            continue
        try:
            match_variables(circuit, path)
        except UnknownNameError as error:
            raise UnknownNameError(f"{what}: {error}") from None


def _check_overrides(circuit: CircuitTemplate) -> None:
    if circuit.overrides.node_vars or circuit.overrides.edge_vars:
        from rates_core.templates.updates import checked_overrides

        object.__setattr__(circuit, "overrides", checked_overrides(circuit, circuit.overrides))


def _matrix_paths(matrix: EdgeMatrix) -> list[str]:
    sources = [f"{node}/{matrix.source_var}" for node in matrix.source_nodes]
    targets = [f"{node}/{matrix.target_var}" for node in matrix.target_nodes]
    return [*sources, *targets, *_mapped_paths(matrix.mapping)]


def _mapped_paths(mapping: Mapping[str, Any]) -> list[str]:
    return [value for value in mapping.values() if isinstance(value, str) and value != "source"]


def _members(given: Any, kind: type[T], what: str) -> FrozenMapping[str, T]:
    if given is None:
        return FrozenMapping()
    if not isinstance(given, Mapping):
        raise TemplateError(f"The {what}s of a circuit are a mapping of labels to templates, not {shown(given)}.")
    loaded: dict[str, T] = {}
    found: dict[str, T] = {}
    for label, template in given.items():
        check_label(label, what)
        if not isinstance(template, str):
            found[label] = resolve(template, kind, f"The {what} '{label}'")
            continue
        if template not in loaded:
            loaded[template] = resolve(template, kind, f"The {what} '{label}'")
        found[label] = loaded[template]
    return FrozenMapping(found)


def _population(label: Any, spec: Mapping[str, Any]) -> PopulationTemplate:
    for key in spec:
        if key not in _POPULATION_KEYS:
            hint = did_you_mean(str(key), _POPULATION_KEYS)
            raise UnknownNameError(f"Population '{label}' has no key '{key}'.{hint}")
    if "node" not in spec or "n" not in spec:
        raise TemplateError(f"Population '{label}' needs a node and a number n of units.")
    return PopulationTemplate(check_label(label, "population"), spec["node"], spec["n"], spec.get("params"))


def _connection(spec: Any) -> Connectivity:
    if isinstance(spec, Connectivity):
        return spec
    keys = ("source", "target", "weights", "edge", "edge_var_map", "delays", "spread")
    if not isinstance(spec, Mapping) or not {"source", "target", "weights"} <= set(spec):
        raise TemplateError(f"A connection needs a source, a target and weights, not {shown(spec)}.")
    for key in spec:
        if key not in keys:
            raise UnknownNameError(f"A connection has no '{key}'.{did_you_mean(str(key), keys)}")
    return Connectivity(**spec)


def _snapshot(circuit: CircuitTemplate, owner: str) -> CircuitTemplate:
    twin = copy(circuit)
    object.__setattr__(twin, "overrides", circuit.overrides.copy(owner))
    return twin


def _check_labels(circuit: CircuitTemplate) -> None:
    seen: dict[str, str] = {}
    for what, labels in (("node", circuit.nodes), ("population", circuit.populations), ("circuit", circuit.circuits)):
        for label in labels:
            if label in seen:
                raise TemplateError(
                    f"Circuit '{circuit.name}': '{label}' labels both a {seen[label]} and a {what}; rename one."
                )
            seen[label] = what


def _check_connection(circuit: CircuitTemplate, connection: Connectivity) -> None:
    from rates_core.templates.queries import match_variables

    for path in _mapped_paths(connection.edge_var_map):
        match_variables(circuit, path)
    shape = connection.shape
    for axis, (side, path) in enumerate((("target", connection.target), ("source", connection.source))):
        units = sum(match.units for match in match_variables(circuit, path))
        if shape is not None and shape[axis] != units:
            raise TemplateError(
                f"weights has {counted(shape[axis], ('row', 'column')[axis])}, but {side} '{path}' has "
                f"{counted(units, 'unit')}; its axes are [target, source]."
            )
