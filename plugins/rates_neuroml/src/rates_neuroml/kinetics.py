"""Kinetic schemes: states of a molecule, and transitions between them at rates."""

from __future__ import annotations

from rates_core.errors import did_you_mean
from rates_core.expressions.tree import Apply, Expression, Number

from rates_neuroml.element import Element
from rates_neuroml.flattening import Flattening
from rates_neuroml.instances import Instance
from rates_neuroml.scope import meaning


def read_schemes(flat: Flattening) -> None:
    """Give the states of all kinetic schemes their derivatives.

    A transition from a to b at the rates f and r moves f*a - r*b. As in other simulators of LEMS, a molecule is at the
    start in each of n states with the probability 1/n.

    Raises:
        ModelFileError: a transition names no state of the scheme.
    """
    for instance in flat.root.walk():
        for scheme in instance.type.dynamics["KineticScheme"].values():
            _read(flat, instance, scheme)


def _read(flat: Flattening, instance: Instance, scheme: Element) -> None:
    nodes = {node.name: node for node in instance.groups.get(scheme.need("nodes"), [])}
    variable = scheme.need("stateVariable")
    occupancies = {name: flat.name_of(meaning(node, variable, scheme)) for name, node in nodes.items()}
    changes: dict[str, Expression] = {}
    for edge in instance.groups.get(scheme.need("edges"), []):
        source, target = (_end(edge, scheme.need(key), occupancies) for key in ("edgeSource", "edgeTarget"))
        out, back = (
            Apply(
                "multiply", (flat.symbol(edge, scheme.need(rate), scheme), flat.symbol(nodes[name], variable, scheme))
            )
            for rate, name in (("forwardRate", source), ("reverseRate", target))
        )
        moved = Apply("subtract", (out, back))
        changes[source] = _sum("subtract", changes.get(source), moved)
        changes[target] = _sum("add", changes.get(target), moved)
    for name, occupancy in occupancies.items():
        flat.derivatives[occupancy] = changes.get(name, Number(0.0))
        flat.start(occupancy, 1.0 / len(nodes))


def _end(edge: Instance, key: str, names: dict[str, str]) -> str:
    name = edge.text(key)
    if name not in names:
        raise edge.error(f"'{key}' is '{name}', which is no state of the scheme.{did_you_mean(name, names)}")
    return name


def _sum(function: str, before: Expression | None, moved: Expression) -> Expression:
    if before is None:
        return moved if function == "add" else Apply("negative", (moved,))
    return Apply(function, (before, moved))
