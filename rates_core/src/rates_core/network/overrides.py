"""Apply what `update_var` recorded to the leaves and edges of a flattened circuit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean
from rates_core.network.addresses import check_variable, split_unit
from rates_core.network.leaves import FlatCircuit, FlatConnection, FlatEdge, Leaf
from rates_core.paths import matches
from rates_core.templates.array import Array
from rates_core.templates.overrides import Overrides

EDGE_ATTRIBUTES = ("weight", "delay", "spread")


def apply_overrides(flat: FlatCircuit, prefix: str, overrides: Overrides) -> None:
    """Set node and edge variables, in the order in which they were recorded."""
    for path, value in overrides.node_vars.items():
        set_node_variable(flat, prefix + path, value.values if isinstance(value, Array) else value)
    for source, target, index, attributes in overrides.edge_vars:
        _set_edge(flat, prefix + source, prefix + target, index, attributes)


def set_node_variable(flat: FlatCircuit, path: str, value: Any) -> None:
    """Set a variable of all units that a path matches; an array has one value per unit, in match order."""
    place, _, variable = path.rpartition("/")
    node, _, operator = place.rpartition("/")
    found = matching_leaves(flat, node)
    if not found:
        raise UnknownNameError(
            f"Unknown node '{node}' in path '{path}'.{did_you_mean(node, flat.leaves)} "
            f"The nodes: {', '.join(list(flat.leaves)[:8]) or 'none'}."
        )
    having = [(leaf, unit) for leaf, unit in found if _has(leaf, operator, variable)]
    found = having or found
    for leaf, _ in found:
        check_variable(leaf, operator, variable, path)
    key = operator, variable
    counts = [1 if unit is not None else leaf.size or 1 for leaf, unit in found]
    for (leaf, unit), part in zip(found, _shares(path, value, counts, found[0][0], key), strict=True):
        _set_value(leaf, unit, key, part, (path, operator, variable))


def matching_leaves(flat: FlatCircuit, node: str) -> list[tuple[Leaf, int | None]]:
    """Return the leaves that a node path with or without `all` names, with the unit named in brackets."""
    label, unit = split_unit(node)
    if label in flat.leaves:
        return [(flat.leaves[label], unit)]
    pattern = label.split("/")
    if "all" not in pattern:
        return []
    return [(leaf, unit) for leaf in flat.leaves.values() if matches(pattern, leaf.path.split("/"))]


def _has(leaf: Leaf, operator: str, variable: str) -> bool:
    return any(item.name == operator and variable in item.variables for item in leaf.structure.operators)


def _shares(path: str, value: Any, counts: list[int], first: Leaf, key: tuple[str, str]) -> Sequence[Any]:
    declared = first.structure.operator(key[0]).variables[key[1]]
    size = getattr(value, "size", 1)
    if size == 1 or (len(counts) == 1 and _is_vector(declared)):
        return [value] * len(counts)
    if size != sum(counts):
        raise ArgumentError(
            f"'{path}' names {sum(counts)} units, but {size} values were given. Give one number or one value per unit."
        )
    parts, start = [], 0
    for count in counts:
        parts.append(value[start] if count == 1 else value[start : start + count])
        start += count
    return parts


def _is_vector(declared: Any) -> bool:
    return (declared.length or 1) > 1 or isinstance(declared.value, Array)


def _set_value(leaf: Leaf, unit: int | None, key: tuple[str, str], value: Any, origin: Any) -> None:
    import numpy as np

    if isinstance(value, np.ndarray) and value.size == 1 and not _is_vector(
        leaf.structure.operator(key[0]).variables[key[1]]
    ):
        value = value.reshape(-1)[0].item()
    if isinstance(value, np.generic):
        value = value.item()
    if unit is None or leaf.size in (None, 1):
        leaf.values[key], leaf.origins[key] = value, origin
        return
    declared = leaf.structure.operator(key[0]).variables[key[1]].value
    old = leaf.values.get(key, declared)
    old_origin = leaf.origins.get(key, (leaf.structure.operator(key[0]), key[1]))
    values = np.array(np.broadcast_to(np.asarray(old), (leaf.size,)), dtype=np.result_type(old, value, float))
    values[unit] = value
    origins = list(old_origin) if isinstance(old_origin, list) else [old_origin] * leaf.size
    origins[unit] = origin
    leaf.values[key], leaf.origins[key] = values, origins


def _set_edge(flat: FlatCircuit, source: str, target: str, index: int | None, attributes: Any) -> None:
    edges = [
        edge
        for edge in flat.edges
        if _same(source, edge.source) and _same(target, edge.target) and index in (None, edge.number)
    ]
    connections = [
        connection
        for connection in flat.connections
        if _same(source, connection.source) and _same(target, connection.target)
    ]
    if not edges and not connections:
        known = [f"{edge.source}->{edge.target}" for edge in flat.edges]
        known += [f"{connection.source}->{connection.target}" for connection in flat.connections]
        asked = f"{source}->{target}"
        raise UnknownNameError(
            f"No edge {asked}" + ("" if index is None else f"[{index}]") + f".{did_you_mean(asked, known)}"
        )
    for name, value in attributes.items():
        plain = value.values if isinstance(value, Array) else value
        for edge in edges:
            _set_attribute(edge, name, plain)
        for connection in connections:
            _set_connection_attribute(connection, name, plain)


def _same(pattern: str, path: str) -> bool:
    return pattern == path or ("all" in pattern.split("/") and matches(pattern.split("/"), path.split("/")))


def _set_attribute(edge: FlatEdge, name: str, value: Any) -> None:
    if name in EDGE_ATTRIBUTES:
        setattr(edge, name, value)
    else:
        edge.mapping[_edge_variable(edge.template, name, f"{edge.source}->{edge.target}")] = value


def _set_connection_attribute(connection: FlatConnection, name: str, value: Any) -> None:
    names = {"weight": "weights", "weights": "weights", "delay": "delays", "delays": "delays", "spread": "spread"}
    if name in names:
        setattr(connection, names[name], value)
    else:
        label = f"{connection.source}->{connection.target}"
        connection.mapping[_edge_variable(connection.template, name, label)] = value


def _edge_variable(template: Any, name: str, label: str) -> str:
    variable = "/".join(name.split("/")[-2:])
    known = (
        [f"{operator.name}/{key}" for operator, _ in template.operators for key in operator.variables]
        if template is not None
        else []
    )
    if variable not in known:
        choices = [*EDGE_ATTRIBUTES, *known]
        raise UnknownNameError(
            f"Edge {label} has no variable '{name}'.{did_you_mean(name, choices)} It has: {', '.join(choices)}."
        )
    return variable
