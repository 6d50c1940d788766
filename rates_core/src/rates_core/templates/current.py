"""Current values: what templates say of a variable, changed by what was recorded on the circuit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from rates_core.errors import UnknownNameError
from rates_core.paths import WILDCARD, EdgePath, join_path, without_unit
from rates_core.templates.array import Array
from rates_core.templates.edge import Edge, edge_variable
from rates_core.templates.edge_index import EdgeIndex
from rates_core.templates.edge_values import edge_values, has_attribute
from rates_core.templates.levels import levels
from rates_core.templates.queries import VariableMatch, joined, match_variables
from rates_core.templates.value import Value

if TYPE_CHECKING:
    from rates_core.templates.circuit import CircuitTemplate


def current_value(circuit: CircuitTemplate, path: str) -> Any:
    """Return the value of a variable or of an edge parameter; several units give an array in match order.

    Raises:
        UnknownNameError: nothing has that path; the closest name is given.
    """
    if "->" in joined(path):
        return _edge_value(circuit, circuit.edge_index.asked(path))
    matched = match_variables(circuit, path)
    values = {_key(match): shares(_template_value(match), [match.leaf.size])[0] for match in matched}
    _apply_recorded(circuit, values)
    return _joined([value for match in matched for value in _named_units(match, values[_key(match)])])


VariableKey = tuple[str, str, str]  # path of the leaf, operator, variable


def _key(match: VariableMatch, prefix: str = "") -> VariableKey:
    return prefix + match.leaf.path, match.operator, match.variable


def _template_value(match: VariableMatch) -> Value:
    return match.leaf.template.value(match.operator, match.variable)


def _named_units(match: VariableMatch, values: list[Any]) -> list[Any]:
    return values if match.leaf.unit is None else [values[match.leaf.unit]]


def _apply_recorded(circuit: CircuitTemplate, values: dict[VariableKey, list[Any]]) -> None:
    """Change the values of units to what is recorded for them, in the order of recording."""
    wanted = {name for _, *names in values for name in ("/".join(names), *names)}
    for prefix, level in levels(circuit):
        for path, value in level.overrides.node_vars.items():
            if not _may_name(path, wanted):
                continue
            matched = match_variables(level, path)
            parts = shares(value, [match.units for match in matched])
            for match, part in zip(matched, parts, strict=True):
                units = values.get(_key(match, prefix))
                if units is not None:
                    first = match.leaf.unit or 0
                    units[first : first + len(part)] = part


def _may_name(path: str, wanted: Collection[str]) -> bool:
    """Tell quickly whether a recorded path may mean one of the wanted variables."""
    operator, variable = path.split("/")[-2:]
    if WILDCARD in (operator, variable):
        return all(name in (WILDCARD, *wanted) for name in (operator, variable))
    return f"{operator}/{variable}" in wanted


def shares(value: Value, counts: Sequence[int]) -> list[list[Any]]:
    """Return the values of each matched leaf's units; an array of one entry per unit is dealt out in match order."""
    total = sum(counts)
    if isinstance(value, Array) and value.shape[0] == total and (total > 1 or value.shape == (1,)):
        entries = value.values.tolist() if len(value.shape) == 1 else list(value.values)
    else:
        entries = [value.values if isinstance(value, Array) else value] * total
    rest = iter(entries)
    return [list(islice(rest, count)) for count in counts]


def _edge_value(circuit: CircuitTemplate, path: EdgePath) -> Any:
    """Return an attribute of edges or connectivities: one number, or an array of one entry per edge or connection."""
    index = circuit.edge_index
    found = index.find(path.source, path.target, path.index)
    if not len(found):
        raise UnknownNameError(missing_edge(index, path.source, path.target, path.index))
    values = edge_values(circuit, found)
    templates = {number: values.template(number) for number in found.tolist()}
    short = "/".join(path.attribute.split("/")[-2:])
    having = [number for number, template in templates.items() if has_attribute(template, short)]
    if not having:
        edge_variable(path.attribute, templates[int(found[0])])
    parts = [
        (values.value(number, short, source, target), values.count(number, source, target))
        for number, source, target in index.units(found, path.source, path.target)
        if number in having
    ]
    if not sum(count for _, count in parts):
        raise UnknownNameError(f"There is no connection {path.source}->{path.target}.")
    return _per_connection(parts)


def _per_connection(parts: list[tuple[Any, int]]) -> Any:
    """Return the value of one edge as it is, those of several as one array: one entry each, or one per connection."""
    import numpy as np

    if len(parts) == 1:
        return parts[0][0]
    values = [0.0 if value is None else value for value, _ in parts]
    if not any(np.ndim(value) for value in values):
        return np.array(values)
    each = [np.broadcast_to(np.ravel(value), (count,)) for value, (_, count) in zip(values, parts, strict=True)]
    return np.concatenate(each)


def matching_edges(circuit: CircuitTemplate, source: str | Sequence[str], target: str | Sequence[str]) -> list[Edge]:
    """Return the edges between matching variables or nodes, with full paths and recorded values."""
    index = circuit.edge_index
    found = index.between(*(_ends_like(index, joined(path)) for path in (source, target)))
    return list(edge_values(circuit, found[found < index.edges]).edges())


def _ends_like(index: EdgeIndex, pattern: str) -> list[int]:
    """Return the ends that are named by a path of variables, by one of their nodes, or by `all` alone."""
    if pattern == WILDCARD:
        return list(range(len(index.ends)))
    found = [end for path in (pattern, join_path(pattern, WILDCARD, WILDCARD)) for end in _ends_at(index, path)]
    return list(dict.fromkeys(found))


def _ends_at(index: EdgeIndex, path: str) -> list[int]:
    return index.inside(path) if without_unit(path)[1] is None else index.meeting(path)


def missing_edge(declared: EdgeIndex, source: str, target: str, index: int | None) -> str:
    """Say that there is no such edge, and which one is closest.

    Raises:
        UnknownNameError: a path names a unit that does not exist.
    """
    for path in (source, target):
        if without_unit(path)[1] is not None:
            match_variables(declared.circuit, path)
    return declared.missing(source, target, index)


def _joined(values: list[Any]) -> Any:
    """Return a single value as it is, several ones as an array."""
    import numpy as np

    return values[0] if len(values) == 1 else np.array(values)
