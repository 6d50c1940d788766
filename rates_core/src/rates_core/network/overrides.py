"""Apply what `update_var` recorded to the leaves and edges of a flattened circuit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean
from rates_core.network.addresses import check_variable, split_unit, unknown_node
from rates_core.network.edge_table import with_prefix
from rates_core.network.leaves import FlatCircuit, FlatConnection, Leaf, plain
from rates_core.network.network import Origin, Value
from rates_core.network.structure import VariableKey
from rates_core.paths import matches, names_end
from rates_core.templates.overrides import Overrides

if TYPE_CHECKING:
    import numpy as np

CONNECTION_ATTRIBUTES = {"weight": "weights", "delay": "delays", "spread": "spread"}


def apply_overrides(flat: FlatCircuit, prefix: str, overrides: Overrides, edges: int, connections: int) -> None:
    """Set node and edge variables, in the order in which they were recorded on one level.

    Args:
        flat: the circuit.
        prefix: path of the level.
        overrides: what was recorded on it.
        edges: how many edges it reaches: its own and those before, not those that circuits around it add.
        connections: likewise.
    """
    for path, value in overrides.node_vars.items():
        set_node_variable(flat, prefix + path, plain(value))
    for source, target, index, attributes in overrides.edge_vars:
        places = flat.edges.places(prefix + source, prefix + target, index, edges)
        ends = prefix + source, prefix + target
        known = flat.connections[:connections] if index is None else ()  # connections have no numbers
        reached = [item for item in known if all(map(names_end, ends, (item.source, item.target)))]
        if not len(places) and not reached:
            raise _no_edge(flat, *ends, index)
        _set_edges(flat, places, reached, with_prefix(attributes, prefix))


def set_node_variable(flat: FlatCircuit, path: str, value: Value) -> None:
    """Set a variable of all units that a path matches; an array has one value per unit, in match order.

    Raises:
        UnknownNameError: no such node, operator or variable.
        ArgumentError: an array has the wrong number of values.
    """
    place, _, variable = path.rpartition("/")
    node, _, operator = place.rpartition("/")
    found = _matching_leaves(flat, node)
    if not found:
        raise unknown_node(flat, node, path)
    key = operator, variable
    found = [(leaf, unit) for leaf, unit in found if leaf.structure.has(key)] or found
    for leaf, _ in found:
        check_variable(leaf, operator, variable, path)
    counts = [1 if unit is not None else leaf.unit_count for leaf, unit in found]
    shared = Origin(path, *key)
    for (leaf, unit), (part, each) in zip(found, _shares(path, value, counts, found[0][0], key), strict=True):
        if unit is not None and leaf.size not in (None, 1):
            _set_unit(leaf, unit, key, part, shared)
        else:
            leaf.values[key] = part
            leaf.origins[key] = _own_origin(leaf, key) if each else shared


def _own_origin(leaf: Leaf, key: VariableKey) -> Any:
    return Origin(leaf.path, *key) if leaf.size is None else leaf.unit_origins(key)


def _matching_leaves(flat: FlatCircuit, node: str) -> list[tuple[Leaf, int | None]]:
    """Return the leaves that a node path with or without `all` names, with the unit named in brackets."""
    label, unit = split_unit(node)
    if label in flat.leaves:
        return [(flat.leaves[label], unit)]
    pattern = label.split("/")
    if "all" not in pattern:
        return []
    return [
        (leaf, unit)
        for leaf in flat.leaves.values()
        if (unit is None or unit < (leaf.size or 0)) and matches(pattern, leaf.path.split("/"))
    ]


def _shares(path: str, value: Value, counts: list[int], first: Leaf, key: VariableKey) -> Sequence[tuple[Value, bool]]:
    """Return the value of each match, and whether it is its own: one of those given per unit."""
    shape = getattr(value, "shape", ())
    own = shape and len(counts) == 1 and shape != (counts[0],)
    if not shape or own or _is_vector(first, key):
        return [(value, False)] * len(counts)
    if shape == (1,):
        return [(value[0].item(), False)] * len(counts)
    if shape != (sum(counts),):
        raise ArgumentError(
            f"'{path}' names {sum(counts)} units, but {len(value)} values were given. Give one number or one per unit."
        )
    parts: list[tuple[Value, bool]] = []
    start = 0
    for count in counts:
        parts.append((value[start].item() if count == 1 else value[start : start + count], True))
        start += count
    return parts


def _is_vector(leaf: Leaf, key: VariableKey) -> bool:
    """Tell whether a node's variable is an array of its own."""
    declared = leaf.structure.variable(key)
    return leaf.size is None and bool(declared.shape)


def _set_unit(leaf: Leaf, unit: int, key: VariableKey, value: Value, origin: Origin) -> None:
    """Set the value of one unit of a population; the others keep theirs."""
    import numpy as np

    old = leaf.value(key)
    values = np.array(np.broadcast_to(np.asarray(old), (leaf.unit_count,)), dtype=np.result_type(old, value, float))
    values[unit] = value
    before = leaf.origin(key)
    origins = list(before) if isinstance(before, tuple) else [before] * leaf.unit_count
    origins[unit] = origin
    leaf.values[key], leaf.origins[key] = values, tuple(origins)


def _no_edge(flat: FlatCircuit, source: str, target: str, index: int | None) -> UnknownNameError:
    ends = flat.edges.ends
    known = [f"{ends[first]}->{ends[last]}" for first, last in zip(flat.edges.source, flat.edges.target, strict=True)]
    known += [f"{item.source}->{item.target}" for item in flat.connections]
    asked = f"{source}->{target}"
    number = "" if index is None else f"[{index}]"
    return UnknownNameError(f"No edge {asked}{number}.{did_you_mean(asked, known)}")


def _set_edges(
    flat: FlatCircuit, places: np.ndarray, connections: Sequence[FlatConnection], attributes: Mapping[str, Any]
) -> None:
    for name, value in attributes.items():
        if len(places):
            flat.edges.set(places, name, value)
        for connection in connections:
            _set_connection(connection, name, value)


def _set_connection(connection: FlatConnection, name: str, value: Any) -> None:
    if name in CONNECTION_ATTRIBUTES:
        setattr(connection, CONNECTION_ATTRIBUTES[name], value)
    else:
        connection.mapping[name] = value
