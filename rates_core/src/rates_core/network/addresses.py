"""From the path of a variable to the leaf and units that it names."""

from __future__ import annotations

from attrs import frozen

from rates_core.errors import TemplateError, UnknownNameError, did_you_mean
from rates_core.network.leaves import FlatCircuit, Leaf
from rates_core.network.structure import NodeStructure, VariableKey
from rates_core.paths import TIME, WILDCARD, has_wildcard, matches, unit_meant
from rates_core.templates.queries import listed
from rates_core.templates.variable import IS_TIME


@frozen
class Address:
    """A variable of a leaf: of one unit if `unit` is a number, else of all its units."""

    leaf: Leaf
    key: VariableKey
    unit: int | None = None


def find(flat: FlatCircuit, path: str) -> Address:
    """Return what a path without wildcards names.

    Raises:
        UnknownNameError: no such node, operator or variable; the closest one is named.
    """
    place, _, variable = path.rpartition("/")
    node, _, operator = place.rpartition("/")
    label, unit = split_unit(node)
    leaf = flat.leaves.get(label)
    if leaf is None:
        raise unknown_node(flat, node, path)
    if unit is not None and not (leaf.size is not None and 0 <= unit < leaf.size):
        raise UnknownNameError(
            f"Path '{path}' names unit {unit}, but "
            + (
                f"'{label}' is a single node."
                if leaf.size is None
                else f"the units of '{label}' are 0 to {leaf.size - 1}."
            )
        )
    if not leaf.structure.has((operator, variable)):
        raise unknown_variable(leaf.structure, operator, variable, path)
    return Address(leaf, (operator, variable), unit)


def find_input(flat: FlatCircuit, kind: str, source: str, target: str) -> Address:
    """Return the input that an edge or a connectivity leads to.

    Args:
        flat: where it is.
        kind: "Edge" or "Connection".
        source, target: where it begins and ends.

    Raises:
        TemplateError: the variable is not declared as an input; file and line are named if there are any.
    """
    address = find(flat, target)
    if address.key[1] != TIME and _kind(address) == "input":
        return address
    written = flat.written(source, target)
    place = "" if written is None else f"{written}: "
    raise TemplateError(
        f"{place}{kind} {source} -> {target} leads to '{target}', which {_no_input(flat, source, address)}"
    )


def _kind(address: Address) -> str:
    return address.leaf.structure.variable(address.key).kind


def _no_input(flat: FlatCircuit, source: str, target: Address) -> str:
    """Say what a target is that is no input, and what may be meant."""
    if target.key[1] == TIME:
        return IS_TIME
    if _kind(target) in ("output", "variable") and _kind(find(flat, source)) == "input":
        return f"is not an input, but '{source}' is one. Are source and target swapped?"
    declared = target.leaf.structure.operator(target.key[0]).variables
    inputs = [name for name, variable in declared.items() if variable.kind == "input"]
    return f"is not an input. Declare it as 'input' or choose one of: {', '.join(inputs) or 'none declared'}."


def matching_leaves(flat: FlatCircuit, node: str) -> list[tuple[Leaf, int | None]]:
    """Return the leaves that a node path with or without `all` names, with the unit named in brackets."""
    label, unit = split_unit(node)
    if label in flat.leaves:
        return [(flat.leaves[label], unit)]
    pattern = label.split("/")
    if not has_wildcard(pattern):
        return []
    return [
        (leaf, unit)
        for leaf in flat.leaves.values()
        if (unit is None or unit < (leaf.size or 0)) and matches(pattern, leaf.path.split("/"))
    ]


def unknown_variable(structure: NodeStructure, operator: str, variable: str, path: str) -> UnknownNameError:
    """Return the error for an operator that a node does not have, or a variable that its operator does not."""
    operators = {template.name: template for template in structure.operators}
    if operator not in (WILDCARD, *operators):
        return UnknownNameError(
            f"Unknown operator '{operator}' in path '{path}'.{did_you_mean(operator, operators)} "
            f"{listed('operators', operators)}"
        )
    asked = operators.values() if operator == WILDCARD else (operators[operator],)
    variables = dict.fromkeys(name for template in asked for name in template.variables)
    return UnknownNameError(
        f"Unknown variable '{variable}' in path '{path}'.{did_you_mean(variable, variables)} "
        f"{listed('variables', variables)}"
    )


def unknown_node(flat: FlatCircuit, node: str, path: str) -> UnknownNameError:
    """Return the error for a node that does not exist."""
    hint = unit_meant(node, flat.size_of) or did_you_mean(node, flat.leaves)
    return UnknownNameError(f"Unknown node '{node}' in path '{path}'.{hint} {listed('nodes', flat.leaves)}")


def split_unit(node: str) -> tuple[str, int | None]:
    """Split `pop[3]` into `pop` and 3; a node without brackets has no unit."""
    if node.endswith("]"):
        label, _, number = node[:-1].rpartition("[")
        if number.isdigit():
            return label, int(number)
    return node, None
