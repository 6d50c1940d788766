"""Group equal nodes into populations, where it pays and changes no meaning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from rates_core.network.addresses import Address
from rates_core.network.leaves import FlatCircuit, Leaf
from rates_core.network.network import Population, UnitLocation, Value, VariableKey

SMALLEST_GROUP = 8  # fewer equal nodes stay single units, whose code is plain scalar code

Instant = tuple[str, VariableKey]  # a variable of a node whose value reaches others at the same instant


def group(
    flat: FlatCircuit, instant_edges: Iterable[tuple[Address, Address]], vectorize: bool
) -> tuple[list[Population], dict[str, UnitLocation | tuple[int, int]]]:
    """Return populations and the location of every leaf.

    Args:
        flat: the flattened circuit.
        instant_edges: ends of the undelayed edges, which decide what may be grouped without making a cycle.
        vectorize: False leaves every node a unit of its own.
    """
    depths = _depths(instant_edges) if vectorize else {}
    groups: dict[Any, list[Leaf]] = defaultdict(list)
    for leaf in flat.leaves.values():
        alone = leaf.size is not None or not vectorize or leaf.structure.has_axis
        groups[leaf.path if alone else (id(leaf.structure), depths.get(leaf.path, ()))].append(leaf)
    populations: list[Population] = []
    locations: dict[str, UnitLocation | tuple[int, int]] = {}
    for members in groups.values():
        if len(members) >= SMALLEST_GROUP:
            for index, leaf in enumerate(members):
                locations[leaf.path] = UnitLocation(len(populations), index)
            populations.append(_grouped(members))
        else:
            for leaf in members:
                count = leaf.size or 1
                number = len(populations)
                locations[leaf.path] = UnitLocation(number, None) if leaf.size is None else (number, count)
                populations.append(_single(leaf))
    return populations, locations


def _single(leaf: Leaf) -> Population:
    count = leaf.size or 1
    units = [leaf.path] if leaf.size is None else [f"{leaf.path}[{index}]" for index in range(count)]
    values, origins = {}, {}
    for operator in leaf.structure.operators:
        for name, declared in operator.variables.items():
            key = operator.name, name
            value = leaf.values.get(key, declared.value)
            values[key] = _first_unit(value) if leaf.size == 1 else plain(value)
            origins[key] = leaf.origins.get(key, (operator, name))
    return Population(leaf.path, leaf.structure, None if count == 1 else count, units, values, origins)


def _first_unit(value: Any) -> Value:
    value = plain(value)
    return value.reshape(-1)[0].item() if hasattr(value, "reshape") and value.size == 1 else value


def plain(value: Any) -> Value:
    """Return a number or a numpy array."""
    from rates_core.templates.array import Array

    return value.values if isinstance(value, Array) else value


def _grouped(members: list[Leaf]) -> Population:
    import numpy as np

    structure = members[0].structure
    values: dict[VariableKey, Value] = {}
    origins: dict[VariableKey, Any] = {}
    for operator in structure.operators:
        for name, declared in operator.variables.items():
            key, default_origin = (operator.name, name), (operator, name)
            if not any(key in leaf.values for leaf in members):
                values[key], origins[key] = plain(declared.value), default_origin
                continue
            unit_values = [leaf.values.get(key, declared.value) for leaf in members]
            unit_origins = [leaf.origins.get(key, default_origin) for leaf in members]
            if all(origin == unit_origins[0] for origin in unit_origins[1:]):
                values[key], origins[key] = unit_values[0], unit_origins[0]
            else:
                values[key], origins[key] = np.array(unit_values), tuple(unit_origins)
    label = f"{members[0].path}...{members[-1].path.rpartition('/')[2]}"
    return Population(label, structure, len(members), [leaf.path for leaf in members], values, origins)


def _depths(edges: Iterable[tuple[Address, Address]]) -> dict[str, tuple[tuple[VariableKey, int], ...]]:
    """Return for each node how many instantaneous algebraic steps lie before its inputs.

    Nodes of equal depth can be evaluated together; nodes that feed each other at one instant cannot.
    """
    feeding: dict[Instant, list[Instant]] = defaultdict(list)
    for source, target in edges:
        for needed in source.leaf.structure.instantaneous[source.operator, source.variable]:
            feeding[target.leaf.path, (target.operator, target.variable)].append((source.leaf.path, needed))
    depth: dict[Instant, int] = {}
    for start in list(feeding):
        _measure(start, feeding, depth)
    found: dict[str, dict[VariableKey, int]] = defaultdict(dict)
    for (node, key), steps in depth.items():
        if steps:
            found[node][key] = steps
    return {node: tuple(sorted(steps.items())) for node, steps in found.items()}


def _measure(start: Instant, feeding: dict[Instant, list[Instant]], depth: dict[Instant, int]) -> None:
    """Fill in the depth of `start` and all before it; a true cycle is left to the schedule, which names it."""
    stack, open_now = [start], set[Instant]()
    while stack:
        place = stack[-1]
        if place in depth:
            stack.pop()
            continue
        open_now.add(place)
        before = feeding.get(place, [])
        waiting = [other for other in before if other not in depth and other not in open_now]
        if waiting:
            stack.extend(waiting)
            continue
        depth[place] = 1 + max((depth.get(other, 0) for other in before), default=-1)
        open_now.discard(place)
        stack.pop()
