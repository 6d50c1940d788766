"""Questions to a circuit: which nodes, variables and edges a path names, and what values they have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown
from rates_core.paths import WILDCARD, join_path, join_unit, split_path, split_unit, split_variable, unit_meant
from rates_core.templates.node import NodeTemplate
from rates_core.templates.population import PopulationTemplate
from rates_core.templates.variable import Variable

if TYPE_CHECKING:
    from rates_core.templates.circuit import CircuitTemplate

Leaf = NodeTemplate | PopulationTemplate


@frozen(eq=False)
class LeafMatch:
    """A node, a population, or one unit of a population, that a path names.

    Attributes:
        path: full path without the unit.
        template: the node or population.
        unit: the named unit, or None for all.
    """

    path: str
    template: Leaf
    unit: int | None = None

    @property
    def node(self) -> NodeTemplate:
        """Return the node template of each unit."""
        return self.template.node if isinstance(self.template, PopulationTemplate) else self.template

    @property
    def size(self) -> int:
        """Return the number of units that the node or population has."""
        return self.template.n if isinstance(self.template, PopulationTemplate) else 1

    @property
    def units(self) -> int:
        """Return the number of units that are named."""
        return self.size if self.unit is None else 1


@frozen(eq=False)
class VariableMatch:
    """A variable of a matched leaf."""

    leaf: LeafMatch
    operator: str
    variable: str

    @property
    def path(self) -> str:
        """Return the full path, with the unit if one is named."""
        leaf = self.leaf.path if self.leaf.unit is None else join_unit(self.leaf.path, self.leaf.unit)
        return join_path(leaf, self.operator, self.variable)

    @property
    def units(self) -> int:
        """Return the number of units that are named."""
        return self.leaf.units

    @property
    def declared(self) -> Variable:
        """Return what the operator declares about the variable."""
        return self.leaf.node.declared(self.operator, self.variable)


def match_leaves(circuit: CircuitTemplate, node: str, path: str | None = None) -> list[LeafMatch]:
    """Return the nodes and populations that a path names, in the circuit's order: nodes, populations, sub-circuits.

    Args:
        circuit: where the path starts.
        node: path of the nodes.
        path: the whole path that an error names, if it goes on after the node.

    Raises:
        UnknownNameError: there is none; the closest name is given.
    """
    found = [item for item in descend(circuit, node, path or node) if isinstance(item, LeafMatch)]
    if not found:
        raise UnknownNameError(f"'{node}' in path '{path or node}' is a circuit; name a node in it.")
    return found


def match_variables(circuit: CircuitTemplate, path: str) -> list[VariableMatch]:
    """Return the variables that a path names, in the circuit's order.

    Raises:
        UnknownNameError: there is none; the closest name is given.
        ArgumentError: the path has not the form `node/op/var`.
    """
    place, operator, variable = split_variable(path)
    leaves = match_leaves(circuit, place, path)
    found = [VariableMatch(leaf, *names) for leaf in leaves for names in _variables(leaf.node, operator, variable)]
    if not found:
        raise UnknownNameError(_missing_variable(leaves, path, operator, variable))
    return found


def has_variable(circuit: CircuitTemplate, path: str) -> bool:
    """Tell quickly whether a variable of a node exists; paths of any other form are left to `match_variables`."""
    *labels, operator, variable = path.split("/")
    while len(labels) > 1 and labels[0] in circuit.circuits:
        circuit, labels = circuit.circuits[labels[0]], labels[1:]
    if len(labels) != 1 or labels[0] not in circuit.nodes:
        return False
    operators = circuit.nodes[labels[0]].operators
    return any(template.name == operator and variable in template.variables for template, _ in operators)


def descend(circuit: CircuitTemplate, node: str, path: str) -> list[LeafMatch | tuple[str, CircuitTemplate]]:
    """Return what stands at the end of a node path: leaves, and circuits with their paths.

    Raises:
        UnknownNameError: nothing stands there; the closest name is given.
    """
    frontier: list[LeafMatch | tuple[str, CircuitTemplate]] = [("", circuit)]
    for segment in split_path(node):
        circuits = [item for item in frontier if not isinstance(item, LeafMatch)]
        reached = [item for item in frontier if isinstance(item, LeafMatch)]
        frontier = [child for prefix, parent in circuits for child in _children(prefix, parent, segment)]
        if not frontier:
            raise UnknownNameError(_missing_child(segment, path, [parent for _, parent in circuits], reached))
    return frontier


def _children(prefix: str, circuit: CircuitTemplate, segment: str) -> Iterator[LeafMatch | tuple[str, CircuitTemplate]]:
    label, unit = split_unit(segment)
    for members in (circuit.nodes, circuit.populations):
        for name in members if label == WILDCARD else (label,):
            template: Any = members.get(name)
            if template is not None and _has_unit(template, unit):
                yield LeafMatch(join_path(prefix, name), template, unit)
    if unit is None:
        for name in circuit.circuits if label == WILDCARD else (label,):
            if name in circuit.circuits:
                yield join_path(prefix, name), circuit.circuits[name]


def _has_unit(template: Leaf, unit: int | None) -> bool:
    return unit is None or (isinstance(template, PopulationTemplate) and unit < template.n)


def _variables(node: NodeTemplate, operator: str, variable: str) -> Iterator[tuple[str, str]]:
    for template, _ in node.operators:
        if operator in (WILDCARD, template.name):
            for name in template.variables if variable == WILDCARD else (variable,):
                if name in template.variables:
                    yield template.name, name


def node_paths(circuit: CircuitTemplate, node: str | Sequence[str], variable: Sequence[str] | None) -> list[str]:
    """Return the paths of the nodes and populations that a path names; a sub-circuit stands for all that it holds.

    Args:
        circuit: where the path starts.
        node: the path, or its segments.
        variable: operator and variable that a node must have.

    Raises:
        UnknownNameError: nothing has that path; the closest name is given.
    """
    path = joined(node)
    if path == WILDCARD and not (circuit.nodes or circuit.populations or circuit.circuits):
        return []
    leaves = [leaf for item in descend(circuit, path, path) for leaf in _leaves_below(item)]
    if variable is not None:
        segments = joined(variable).split("/")
        if len(segments) != 2:
            raise ArgumentError(f"A variable of a node is named as 'op/var' or ('op', 'var'), not {shown(variable)}.")
        operator, name = segments
        leaves = [leaf for leaf in leaves if any(_variables(leaf.node, operator, name))]
    return [leaf.path if leaf.unit is None else join_unit(leaf.path, leaf.unit) for leaf in leaves]


def joined(path: Any) -> str:
    """Return a path that is given as a text or by its segments.

    Raises:
        ArgumentError: it is neither.
    """
    if isinstance(path, str):
        return path
    if isinstance(path, (list, tuple)) and path and all(isinstance(segment, str) for segment in path):
        return "/".join(path)
    raise ArgumentError(f"A path is a text such as 'node/op/var' or a list of its segments, not {shown(path)}.")


def _leaves_below(item: LeafMatch | tuple[str, CircuitTemplate]) -> Iterator[LeafMatch]:
    if isinstance(item, LeafMatch):
        yield item
        return
    prefix, circuit = item
    for child in _children(prefix, circuit, WILDCARD):
        yield from _leaves_below(child)


def _missing_child(segment: str, path: str, parents: Sequence[CircuitTemplate], reached: Sequence[LeafMatch]) -> str:
    """Say which part of a path does not exist below the circuits that were reached."""
    label, unit = split_unit(segment)
    if unit is not None:
        for parent in parents:
            if label in parent.populations:
                last = parent.populations[label].n - 1
                return f"Path '{path}' names unit {unit}, but the units of '{label}' are 0 to {last}."
            if label in parent.nodes:
                return f"Path '{path}' names unit {unit}, but '{label}' is a single node."
    if not parents:
        sizes = {leaf.path: leaf.template.n for leaf in reached if isinstance(leaf.template, PopulationTemplate)}
        hint = unit_meant(f"{reached[0].path}/{segment}", sizes.get)
        return f"Path '{path}' goes on with '{segment}' below a node; a node holds operators only.{hint}"
    sizes = {name: population.n for parent in parents for name, population in parent.populations.items()}
    known = [name for parent in parents for name in (*parent.nodes, *parent.populations, *parent.circuits)]
    hint = unit_meant(segment, sizes.get) or did_you_mean(label, known)
    return f"Unknown node '{segment}' in path '{path}'.{hint} {listed('nodes', known)}"


def _missing_variable(leaves: Sequence[LeafMatch], path: str, operator: str, variable: str) -> str:
    """Say whether operator or variable of a path does not exist on the leaves that were reached."""
    operators = {template.name: template for leaf in leaves for template, _ in leaf.node.operators}
    if operator not in (WILDCARD, *operators):
        return (
            f"Unknown operator '{operator}' in path '{path}'.{did_you_mean(operator, operators)} "
            f"{listed('operators', operators)}"
        )
    chosen = operators.values() if operator == WILDCARD else (operators[operator],)
    known = dict.fromkeys(name for template in chosen for name in template.variables)
    return (
        f"Unknown variable '{variable}' in path '{path}'.{did_you_mean(variable, known)} {listed('variables', known)}"
    )


def listed(what: str, names: Iterable[str]) -> str:
    """Return a sentence that lists up to eight distinct names."""
    known = list(dict.fromkeys(names))
    shown = ", ".join(known[:8]) + (", …" if len(known) > 8 else "")
    return f"The {what} are: {shown or 'none'}."
