"""Values that are to be recorded on edges and connectivities: whether these take them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve

from rates_core.errors import ArgumentError
from rates_core.paths import EDGE_ATTRIBUTES
from rates_core.templates.array import Array
from rates_core.templates.connection_values import FIELDS, ConnectionValues
from rates_core.templates.connectivity import Connectivity, Matrix, to_matrix
from rates_core.templates.edge import Edge, Mapped, edge_variable
from rates_core.templates.edge_values import edge_values, has_attribute
from rates_core.templates.mapping import FrozenMapping
from rates_core.templates.node import EdgeTemplate
from rates_core.templates.sparse import SparseMatrix
from rates_core.templates.value import plain, shape_of, to_number

if TYPE_CHECKING:
    import numpy as np

    from rates_core.templates.circuit import CircuitTemplate

Accepted = Mapped | Matrix | None


def accepted(
    circuit: CircuitTemplate, found: np.ndarray, source: str, target: str, attributes: Mapping[str, Any]
) -> Mapping[str, Accepted]:
    """Return attributes under their short names, with values that all of some edges and connectivities take.

    Raises:
        UnknownNameError: one has no such attribute.
        ArgumentError: a value would change which connections exist, or some units only would take an array.
        TemplateError: a value has the wrong shape, is negative or is no number.
    """
    spread_alone = "spread" in attributes and "delay" not in attributes
    values = edge_values(circuit, found, recorded=spread_alone)
    kinds = list(values.edge_kinds())
    templates = [edge.template for edge in kinds] + [item.template for item in values.connections.values()]
    named = _short_names(attributes, templates)
    taken: dict[str, Accepted] = {}
    for edge in kinds:
        taken.update(_by_edge(edge, _had_by(edge.template, named)))
    for number, *units in values.index.units(found, source, target):
        if number in values.connections:
            connectivity = values.connections[number]
            taken.update(_by_connectivity(connectivity, _had_by(connectivity.template, named), *units))
        elif units != [None, None]:
            _check_numbers(named)
    return FrozenMapping(taken)


def _short_names(attributes: Mapping[str, Any], templates: list[EdgeTemplate | None]) -> dict[str, Any]:
    """Return attributes under their short names; one edge at least has each of them."""
    named = {}
    distinct = list(dict.fromkeys(templates))
    for name, value in attributes.items():
        short = "/".join(str(name).split("/")[-2:])
        having = [template for template in distinct if has_attribute(template, short)]
        named[name if name in EDGE_ATTRIBUTES else edge_variable(name, (having or distinct)[0])] = value
    return named


def _had_by(template: EdgeTemplate | None, attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if has_attribute(template, name)}


def _by_edge(edge: Edge, attributes: Mapping[str, Any]) -> dict[str, Accepted]:
    """Return attributes with values that an edge takes."""
    own = {name: value for name, value in attributes.items() if name in EDGE_ATTRIBUTES}
    mapping = {name: value for name, value in attributes.items() if name not in EDGE_ATTRIBUTES}
    changed = evolve(edge, **own, mapping={**edge.mapping, **mapping})
    return {name: getattr(changed, name) if name in EDGE_ATTRIBUTES else changed.mapping[name] for name in attributes}


def _by_connectivity(
    values: ConnectionValues, attributes: Mapping[str, Any], source: int | None, target: int | None
) -> dict[str, Accepted]:
    """Return attributes with values that a connectivity takes, for all its connections or those of some units."""
    if source is None and target is None:
        return _by_matrix(values, attributes)
    if isinstance(values.weights, SparseMatrix) and not values.entries(source, target).any():
        raise ArgumentError("there is no such connection in the sparse matrix; which connections exist stays.")
    _check_numbers(attributes)
    delay = None if values.delays is None else 1.0
    return _by_edge(Edge(values.source, values.target, values.template, 1.0, delay, None, values.mapping), attributes)


def _check_numbers(attributes: Mapping[str, Any]) -> None:
    """Raise unless all values are numbers, or None."""
    for value in attributes.values():
        if value is not None:
            to_number(value)


def _by_matrix(values: ConnectionValues, attributes: Mapping[str, Any]) -> dict[str, Accepted]:
    fields: dict[str, Any] = {name: getattr(values, name) for name in FIELDS.values()}
    fields |= {FIELDS[name]: value for name, value in attributes.items() if name in FIELDS}
    if "weight" in attributes:
        fields["weights"] = _weights(values, attributes["weight"])
    mapping = {**values.mapping, **{name: value for name, value in attributes.items() if name not in FIELDS}}
    changed = Connectivity(values.source, values.target, edge=values.template, edge_var_map=mapping, **fields)
    taken: dict[str, Accepted] = {
        name: getattr(changed, FIELDS[name]) if name in FIELDS else changed.edge_var_map[name] for name in attributes
    }
    for name in ("delay", "spread"):
        shape = shape_of(getattr(changed, FIELDS[name])) if name in attributes else ()
        if len(shape) == 2 and shape != values.shape:
            raise ArgumentError(f"{name} has the shape {shape}, but the connections have the shape {values.shape}.")
    if "weight" in attributes and isinstance(values.weights, SparseMatrix):
        given = to_matrix(attributes["weight"], "weight")
        taken["weight"] = given if not isinstance(given, Array) else fields["weights"]
    return taken


def _weights(values: ConnectionValues, given: Any) -> Matrix:
    """Return new weights of a connectivity: a number, or in the form of the old ones.

    Raises:
        ArgumentError: which connections exist would change.
    """
    weights, old = to_matrix(given, "weight"), values.weights
    if isinstance(old, SparseMatrix):
        if not isinstance(weights, SparseMatrix) and shape_of(weights) in ((), old.values.shape):
            filled: SparseMatrix = values.in_form(plain(weights))
            return filled
        fits = isinstance(weights, SparseMatrix) and weights.same_pattern(old)
    else:
        fits = not isinstance(weights, SparseMatrix) and shape_of(weights) in ((), values.shape)
    if not fits:
        kind = old if isinstance(old, SparseMatrix) else f"matrix of shape {values.shape}"
        raise ArgumentError(
            f"weight takes the place of a {kind} and must be a number or have its form; which connections exist stays."
        )
    return weights
