"""Values recorded on a circuit, in place, after all of them were checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rates_core.errors import ArgumentError, RatesError, TemplateError, UnknownNameError, shown
from rates_core.templates.accepted_values import accepted
from rates_core.templates.array import Array
from rates_core.templates.counting import counted
from rates_core.templates.current import missing_edge
from rates_core.templates.fed import check_unfed
from rates_core.templates.forms import items
from rates_core.templates.overrides import EdgeOverride, Overrides
from rates_core.templates.queries import VariableMatch, match_variables
from rates_core.templates.settable import unsettable
from rates_core.templates.value import Value, shape_of, to_number, to_value

if TYPE_CHECKING:
    from rates_core.templates.circuit import CircuitTemplate


def record_values(
    circuit: CircuitTemplate,
    node_vars: Mapping[str, Any] | None,
    edge_vars: Iterable[Sequence[Any]] | None,
    recorded: bool = False,
) -> None:
    """Record values on a circuit, in place: all of them, or none if one is wrong.

    Args:
        circuit: that the values are recorded on.
        node_vars: values by path.
        edge_vars: source, target and values of edges.
        recorded: they were recorded before, so that an input may be fed by now.

    Raises:
        UnknownNameError: a path, an edge or an attribute does not exist.
        ArgumentError: a value has the wrong shape, is no number, or has no effect on an input that is fed.
        TemplateError: the circuit is part of another one.
    """
    check_open(circuit)
    if not isinstance(node_vars, Mapping | None):
        raise ArgumentError(f"node_vars must be a dict of path to value; it is {shown(node_vars)}.")
    values = [(path, node_value(circuit, path, given)) for path, given in (node_vars or {}).items()]
    for path in () if recorded else [path for path, _ in values]:
        check_unfed(circuit, path, match_variables(circuit, path))
    of_edges = circuit.overrides.edge_vars
    before = len(of_edges)
    try:
        # one by one, since a spread may rest on the delay that stands before it
        for entry in items(edge_vars, "edge_vars"):
            of_edges.append(edge_override(circuit, entry))
    except RatesError:
        del of_edges[before:]
        raise
    for path, value in values:
        circuit.overrides.set_node_variable(path, value)


def checked_overrides(circuit: CircuitTemplate, overrides: Overrides) -> Overrides:
    """Return a record of values whose paths, edges and shapes were checked against a circuit.

    Raises:
        UnknownNameError: a path, an edge or an attribute does not exist.
        ArgumentError: a value has the wrong shape or is no number.
    """
    values = {path: node_value(circuit, path, given) for path, given in overrides.node_vars.items()}
    edges = [edge_override(circuit, entry) for entry in overrides.edge_vars]
    return Overrides(values, edges, overrides.owner)


def node_value(circuit: CircuitTemplate, path: str, given: Any) -> Value:
    """Return the value that a path gets: one for all matched units, or an array of one per unit.

    Raises:
        UnknownNameError: nothing has that path.
        ArgumentError: the value has the wrong shape or is no number.
    """
    matched = match_variables(circuit, path)
    for match in matched:
        operator, _ = match.leaf.node.instance(match.operator)
        if (reason := unsettable(operator, match.variable)) is not None:
            raise ArgumentError(f"'{match.path}' {reason}")
    try:
        value = to_value(given)
    except ArgumentError as error:
        raise ArgumentError(f"'{path}': {error}") from None
    shape, units, own = shape_of(value), sum(match.units for match in matched), _own_shape(matched)
    if shape in ((), own):
        return value
    if shape != (units,) or (own is not None and len(own) > 1):
        raise ArgumentError(
            f"'{path}' names {counted(units, 'unit')}, but the value has the shape {shape}. "
            "Give one number or one per unit."
        )
    return to_number(value.values[0].item()) if units == 1 and isinstance(value, Array) else value


def _own_shape(matched: Sequence[VariableMatch]) -> tuple[int, ...] | None:
    """Return the shape of the one unit, or of the one population's matrix, that a path names."""
    if len(matched) != 1:
        return None
    match = matched[0]
    template = match.leaf.template if match.leaf.unit is None else match.leaf.node
    return shape_of(template.value(match.operator, match.variable)) or match.declared.shape


def edge_override(circuit: CircuitTemplate, entry: Sequence[Any]) -> EdgeOverride:
    """Return a checked record `(source, target, k, {attribute: value})` of what edges and connectivities get.

    Raises:
        UnknownNameError: there is no such edge or attribute.
        ArgumentError: the entry is malformed, or a value is none that the attribute can have.
    """
    source, target, index, attributes = _edge_entry(entry)
    found = circuit.edge_index.find(source, target, index)
    if not len(found):
        raise UnknownNameError(missing_edge(circuit.edge_index, source, target, index))
    try:
        return source, target, index, accepted(circuit, found, source, target, attributes)
    except (TemplateError, ArgumentError) as error:
        raise ArgumentError(f"{source}->{target}: {error}") from None
    except UnknownNameError as error:
        raise UnknownNameError(f"{source}->{target}: {error}") from None


def _edge_entry(entry: Sequence[Any]) -> tuple[str, str, int | None, Mapping[str, Any]]:
    well_formed = isinstance(entry, Sequence) and not isinstance(entry, str) and len(entry) in (3, 4)
    source, target, *index, attributes = entry if well_formed else (None, None, None)
    number = index[0] if index else None
    if (
        not isinstance(source, str)
        or not isinstance(target, str)
        or not isinstance(attributes, Mapping)
        or not (number is None or (isinstance(number, int) and number >= 0))
    ):
        raise ArgumentError(f"A change of edges is (source, target, {{attribute: value}}), not {shown(entry)}.")
    return source, target, number, attributes


def check_open(circuit: CircuitTemplate) -> None:
    """Refuse to change a circuit in place that is part of another one.

    Raises:
        TemplateError: it is.
    """
    if circuit.overrides.owner is not None:
        raise TemplateError(
            f"Circuit '{circuit.name}' is part of circuit '{circuit.overrides.owner}' and is not changed in place. "
            "Update that one, with paths through its sub-circuit, or make a copy with update_template()."
        )
