"""Apply what `update_var` recorded of variables to the leaves of a flattened circuit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rates_core.errors import ArgumentError
from rates_core.network.addresses import matching_leaves, unknown_node, unknown_variable
from rates_core.network.leaves import FlatCircuit, Leaf
from rates_core.network.network import Origin, Value
from rates_core.network.structure import VariableKey


def set_node_variable(flat: FlatCircuit, path: str, value: Value) -> None:
    """Set a variable of all units that a path matches; an array has one value per unit, in match order.

    Raises:
        UnknownNameError: no such node, operator or variable.
        ArgumentError: an array has the wrong number of values.
    """
    place, _, variable = path.rpartition("/")
    node, _, operator = place.rpartition("/")
    leaves = matching_leaves(flat, node)
    if not leaves:
        raise unknown_node(flat, node, path)
    found = [(leaf, unit, key) for leaf, unit in leaves for key in leaf.structure.matching(operator, variable)]
    if not found:
        raise unknown_variable(leaves[0][0].structure, operator, variable, path)
    counts = [1 if unit is not None else leaf.unit_count for leaf, unit, _ in found]
    first, _, first_key = found[0]
    for (leaf, unit, key), (part, each) in zip(found, _shares(path, value, counts, first, first_key), strict=True):
        shared = Origin(path, *key)
        if unit is not None and leaf.size not in (None, 1):
            _set_unit(leaf, unit, key, part, shared)
        else:
            leaf.values[key] = part
            leaf.origins[key] = _own_origin(leaf, key) if each else shared


def _own_origin(leaf: Leaf, key: VariableKey) -> Any:
    return Origin(leaf.path, *key) if leaf.size is None else leaf.unit_origins(key)


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
