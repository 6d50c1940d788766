"""From the path of a variable to the leaf and units that it names."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from rates_core.errors import UnknownNameError, did_you_mean
from rates_core.network.leaves import FlatCircuit, Leaf


@frozen
class Address:
    """A variable of a leaf: of one unit if `unit` is a number, else of all its units."""

    leaf: Leaf
    operator: str
    variable: str
    unit: int | None = None


def find(flat: FlatCircuit, path: str) -> Address:
    """Return what a path without wildcards names.

    Raises:
        UnknownNameError: no such node, operator or variable; the closest one is named.
    """
    place, _, variable = path.rpartition("/")
    node, _, operator = place.rpartition("/")
    if not node:
        raise UnknownNameError(f"'{path}' is not the path of a variable: write node/operator/variable.")
    label, unit = split_unit(node)
    leaf = flat.leaves.get(label)
    if leaf is None:
        raise UnknownNameError(
            f"Unknown node '{node}' in path '{path}'.{did_you_mean(node, flat.leaves)} {_listed('nodes', flat.leaves)}"
        )
    if unit is not None and not (leaf.size is not None and 0 <= unit < leaf.size):
        raise UnknownNameError(
            f"Path '{path}' names unit {unit}, but '{label}' "
            + ("is a single node." if leaf.size is None else f"has units 0 to {leaf.size - 1}.")
        )
    check_variable(leaf, operator, variable, path)
    return Address(leaf, operator, variable, unit)


def check_variable(leaf: Leaf, operator: str, variable: str, path: str) -> None:
    """Raise UnknownNameError unless the leaf has that operator and variable."""
    operators = {template.name: template for template in leaf.structure.operators}
    if operator not in operators:
        raise UnknownNameError(
            f"Unknown operator '{operator}' in path '{path}'.{did_you_mean(operator, operators)} "
            + _listed(f"operators of '{leaf.path}'", operators)
        )
    variables = operators[operator].variables
    if variable not in variables:
        raise UnknownNameError(
            f"Unknown variable '{variable}' in path '{path}'.{did_you_mean(variable, variables)} "
            + _listed(f"variables of '{operator}'", variables)
        )


def split_unit(node: str) -> tuple[str, int | None]:
    """Split `pop[3]` into `pop` and 3; a node without brackets has no unit."""
    if node.endswith("]"):
        label, _, number = node[:-1].rpartition("[")
        if number.isdigit():
            return label, int(number)
    return node, None


def _listed(what: str, names: Iterable[str]) -> str:
    known = list(names)
    shown = ", ".join(known[:8]) + (", …" if len(known) > 8 else "")
    return f"The {what}: {shown or 'none'}."
