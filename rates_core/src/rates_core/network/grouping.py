"""Group equal nodes into populations, where it pays and changes no meaning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from rates_core.network.leaves import FlatCircuit, Leaf
from rates_core.network.network import Origins, Population, UnitLocation, Value
from rates_core.network.structure import VariableKey

SMALLEST_GROUP = 8  # fewer equal nodes stay single units, whose code is plain scalar code

Locations = dict[str, UnitLocation | tuple[int, int]]
Instant = tuple[str, VariableKey]  # an input of a node, which values reach at one instant
Feeding = tuple[Leaf, VariableKey, Leaf, VariableKey]  # a variable and the input of another node that it feeds


def group(flat: FlatCircuit, instant: Iterable[Feeding], vectorize: bool) -> tuple[list[Population], Locations]:
    """Return populations and the location of every leaf.

    Args:
        flat: the flattened circuit.
        instant: what feeds what without delay, which decides what may be grouped without making a cycle.
        vectorize: False leaves every node a unit of its own.
    """
    depths = _depths(instant) if vectorize else {}
    groups: dict[Any, list[Leaf]] = defaultdict(list)
    for leaf in flat.leaves.values():
        alone = leaf.size is not None or not vectorize or _has_axis(leaf)
        groups[leaf.path if alone else (id(leaf.structure), depths.get(leaf.path, ()))].append(leaf)
    starts = {members[0].path: members for members in groups.values() if len(members) >= SMALLEST_GROUP}
    populations: list[Population] = []
    locations: Locations = {}
    for leaf in flat.leaves.values():
        number = len(populations)
        if leaf.path in starts:
            members = starts[leaf.path]
            locations |= {member.path: UnitLocation(number, index) for index, member in enumerate(members)}
            populations.append(_grouped(members))
        elif leaf.path not in locations:
            locations[leaf.path] = UnitLocation(number, None) if leaf.size is None else (number, leaf.size)
            populations.append(_alone(leaf))
    return populations, {path: locations[path] for path in flat.leaves}


def _has_axis(leaf: Leaf) -> bool:
    """Tell whether a node has an axis of its own, by its equations or by one of its values."""
    return leaf.structure.has_axis or any(hasattr(value, "shape") for value in leaf.values.values())


def _alone(leaf: Leaf) -> Population:
    """Return the population of one node, or of the units of one population.

    A population of one unit is a single unit, unless its equations use its axis.
    """
    single = leaf.size is None or (leaf.size == 1 and not leaf.structure.has_axis)
    units = [leaf.path] if leaf.size is None else [f"{leaf.path}[{index}]" for index in range(leaf.size)]
    values: dict[VariableKey, Value] = {}
    origins: dict[VariableKey, Origins] = {}
    for key in leaf.structure.keys:
        value, origin = leaf.value(key), leaf.origin(key)
        if leaf.size is not None and getattr(value, "shape", ()) == (1,):
            value = value[0].item()
        values[key] = value
        origins[key] = origin[0] if single and isinstance(origin, tuple) else origin
    return Population(leaf.path, leaf.structure, None if single else leaf.size, units, values, origins)


def _grouped(members: Sequence[Leaf]) -> Population:
    import numpy as np

    structure = members[0].structure
    values: dict[VariableKey, Value] = {}
    origins: dict[VariableKey, Origins] = {}
    for key in structure.keys:
        first = members[0].origin(key)
        if not any(key in leaf.values for leaf in members) or all(leaf.origin(key) == first for leaf in members):
            values[key], origins[key] = members[0].value(key), first
        else:
            values[key] = np.array([leaf.value(key) for leaf in members])
            origins[key] = tuple(_one(leaf.origin(key)) for leaf in members)
    return Population(_label(members), structure, len(members), [leaf.path for leaf in members], values, origins)


def _label(members: Sequence[Leaf]) -> str:
    """Return a label that names the members and, by its brackets, can be no path of a user."""
    circuit, slash, first = members[0].path.rpartition("/")
    return f"{circuit}{slash}[{first}...{members[-1].path.rpartition('/')[2]}]"


def _one(origin: Origins) -> Any:
    return origin[0] if isinstance(origin, tuple) else origin


def _depths(instant: Iterable[Feeding]) -> dict[str, tuple[tuple[VariableKey, int], ...]]:
    """Return for each node how many instantaneous algebraic steps lie before its inputs.

    Nodes of equal depth can be evaluated together; nodes that feed each other at one instant cannot.
    """
    feeding: dict[Instant, list[Instant]] = defaultdict(list)
    for source, variable, target, fed in instant:
        for needed in source.structure.instantaneous[variable]:
            feeding[target.path, fed].append((source.path, needed))
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
