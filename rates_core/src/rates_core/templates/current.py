"""Current values: what templates say of a variable, changed by what was recorded on the circuit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from rates_core.errors import UnknownNameError, did_you_mean
from rates_core.paths import WILDCARD, EdgePath, join_path, matches
from rates_core.templates.array import Array
from rates_core.templates.edge import Edge
from rates_core.templates.placed_edges import all_edges, attribute_of, current_edges, edges_between, levels
from rates_core.templates.queries import VariableMatch, match_variables
from rates_core.templates.value import Value

if TYPE_CHECKING:
    from rates_core.templates.circuit import CircuitTemplate


def current_value(circuit: CircuitTemplate, path: str) -> Any:
    """Return the value of a variable or of an edge parameter; several units give an array in match order.

    Raises:
        UnknownNameError: nothing has that path; the closest name is given.
    """
    if "->" in path:
        return _edge_value(circuit, EdgePath.parse(path))
    matched = match_variables(circuit, path)
    values = {_key(match): shares(_template_value(match), [match.leaf.size])[0] for match in matched}
    _apply_recorded(circuit, values)
    return _joined([value for match in matched for value in _named_units(match, values[_key(match)])])


VariableKey = tuple[str, str, str]  # path of the leaf, operator, variable


def _key(match: VariableMatch, prefix: str = "") -> VariableKey:
    return join_path(prefix, match.leaf.path), match.operator, match.variable


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
    found = [
        placed for placed in edges_between(circuit, path.source, path.target) if path.index in (None, placed.number)
    ]
    if not found:
        raise UnknownNameError(missing_edge(circuit, path.source, path.target, path.index))
    values = [attribute_of(edge, path.attribute) for edge in current_edges(circuit, found)]
    return _joined([value.values if isinstance(value, Array) else value for value in values])


def matching_edges(circuit: CircuitTemplate, source: str | Sequence[str], target: str | Sequence[str]) -> list[Edge]:
    """Return the edges between matching variables or nodes, with full paths and recorded values."""
    patterns = [path.split("/") if isinstance(path, str) else list(path) for path in (source, target)]
    return current_edges(circuit, [placed for placed in all_edges(circuit) if all(map(_means, patterns, placed.ends))])


def _means(pattern: Sequence[str], path: str) -> bool:
    """Tell whether a variable is meant by a path of variables, by one of their nodes, or by `all` alone."""
    segments = path.split("/")
    return list(pattern) == [WILDCARD] or matches(pattern, segments) or matches(pattern, segments[:-2])


def missing_edge(circuit: CircuitTemplate, source: str, target: str, index: int | None) -> str:
    """Say that there is no such edge, and which one is closest."""
    asked = f"{source}->{target}"
    known: Mapping[str, None] = dict.fromkeys("->".join(placed.ends) for placed in all_edges(circuit))
    if asked in known:
        return f"There is no edge {asked}[{index}]; edges between the same variables are counted from 0."
    return f"There is no edge {asked}.{did_you_mean(asked, known)}"


def _joined(values: list[Any]) -> Any:
    """Return a single value as it is, several ones as an array."""
    import numpy as np

    return values[0] if len(values) == 1 else np.array(values)
