"""Paths of edges, chosen by chance among those that a circuit has, and the values that they are set to."""

from __future__ import annotations

from random import Random
from typing import Any

from attrs import frozen

from .networks import Made

VALUES = {"weight": [0.0, 0.3, -1.2, 2.0], "delay": [0.0, 0.07, 0.15, 0.3, 0.39, 0.41], "eo/g": [0.0, 0.5, -2.0]}


@frozen
class Change:
    """What edges get a value of an attribute."""

    source: str
    target: str
    index: int | None
    attribute: str
    value: float

    @property
    def path(self) -> str:
        """Return the path that a run takes."""
        index = "" if self.index is None else f"[{self.index}]"
        return f"{self.source}->{self.target}{index}/{self.attribute}"

    @property
    def edge(self) -> tuple[Any, ...]:
        """Return the edge as a sweep takes it."""
        return (self.source, self.target, *([] if self.index is None else [self.index]))

    @property
    def entry(self) -> tuple[Any, ...]:
        """Return the entry that `update_var` takes."""
        return (*self.edge, {self.attribute: self.value})


def change(random: Random, made: Made) -> Change:
    """Return a change of edges as they were declared, of those of a unit, or of all that a wildcard stands for."""
    circuit = made.circuit
    declared = [(item.source, item.target, item.template) for item in circuit.edges]
    declared += [(item.source, item.target, item.edge) for item in circuit.connections]
    for label, inner in circuit.circuits.items():
        declared += [(f"{label}/{e.source}", f"{label}/{e.target}", e.template) for e in inner.edges]
        declared += [(f"{label}/{c.source}", f"{label}/{c.target}", c.edge) for c in inner.connections]
    source, target, template = random.choice(declared)
    index = random.choice([None, None, 0, 0, 1])
    attributes = ["weight", "weight", "delay", *(["eo/g"] * 3 if template else [])]
    attribute = random.choice(attributes)
    ends = (_renamed(random, source, made.sizes), _renamed(random, target, made.sizes))
    return Change(*ends, index, attribute, random.choice(VALUES[attribute]))


def _renamed(random: Random, path: str, sizes: dict[str, int]) -> str:
    """Return a path that names an end of an edge, or the edge's part of one unit, or others too."""
    node, variable = path.split("/lin/")
    base = node.partition("[")[0]
    level = base.rpartition("/")[0]
    everything = f"{level}/all" if level else "all"
    unit = f"{base}[{random.randrange(sizes[base] or 1)}]" if sizes[base] else node
    chosen = random.choice([node, node, node, base, unit, unit, everything, f"{everything}[0]"])
    return f"{chosen}/lin/{variable}"
