"""Templates as one list of variables, equations and events, which is what a model of SBML is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from attrs import define, field, frozen
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, substitute
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.edge import Edge
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.template import Template
from rates_core.templates.value import Value, plain, shape_of

from rates_sbml.contents import joined
from rates_sbml.mathematics import TIME
from rates_sbml.omissions import Omissions

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@frozen
class Happening:
    """An event: a condition, and new values."""

    when: Expression
    changes: Mapping[str, Expression]


@define
class Flat:
    """A template without its structure.

    Attributes:
        name: of the model.
        values: of numbers, and of states at the start.
        derivatives: of states.
        computed: values of computed variables.
        events: what happens.
        description: in words.
        label: another name.
    """

    name: str
    values: dict[str, float] = field(factory=dict)
    derivatives: dict[str, Expression] = field(factory=dict)
    computed: dict[str, Expression] = field(factory=dict)
    events: list[Happening] = field(factory=list)
    description: str = ""
    label: str | None = None


def flatten(template: Template, omissions: Omissions) -> Flat:
    """Return the variables, equations and events of an operator, a node or a circuit.

    Raises:
        UnsupportedFeatureError: it has what is no number, equation or event of single units; each item is named.
    """
    if isinstance(template, OperatorTemplate):
        template = NodeTemplate(template.name, [template], template.description, template.label)
    if isinstance(template, NodeTemplate):
        template = CircuitTemplate(template.name, nodes={template.name: template}, label=template.label)
    if not isinstance(template, CircuitTemplate):
        raise UnsupportedFeatureError(f"SBML has no model of a template of the kind {type(template).__name__}.")
    return _Flattening(template, omissions).flat()


@define
class _Flattening:
    """Flattens one circuit, and collects what it cannot flatten before it refuses."""

    circuit: CircuitTemplate
    omissions: Omissions
    refused: list[str] = field(factory=list)
    names: dict[str, str] = field(factory=dict)

    def flat(self) -> Flat:
        """Return the flat model."""
        circuit = self.circuit
        nodes = dict(self._nodes(circuit, ""))
        edges = circuit.get_edges() if len(circuit.edges) or circuit.circuits else []
        feeding: dict[str, list[Edge]] = {}
        for edge in edges:
            self._check_edge(edge)
            feeding.setdefault(edge.target, []).append(edge)
        self._name(nodes)
        operators = [one for node in nodes.values() for one, _ in node.operators]
        found = Flat(circuit.name, label=circuit.label)
        said = [circuit.description, *(one.description for one in dict.fromkeys(operators))]
        found.description = "\n\n".join(filter(None, said))
        for path, node in nodes.items():
            for operator, _ in node.operators:
                self._operator(found, path, node, operator, feeding)
        if self.refused:
            raise UnsupportedFeatureError(
                f"SBML cannot hold what '{circuit.name}' says:\n  " + "\n  ".join(self.refused)
            )
        return found

    def _nodes(self, circuit: CircuitTemplate, before: str) -> Iterator[tuple[str, NodeTemplate]]:
        """Yield nodes at any depth with their paths."""
        self.refused += [f"the population '{before}{name}': write it as nodes." for name in circuit.populations]
        self.refused += [f"connections of '{one.source}' to '{one.target}'." for one in circuit.connections]
        yield from ((f"{before}{label}", node) for label, node in circuit.nodes.items())
        for label, inner in circuit.circuits.items():
            yield from self._nodes(inner, f"{before}{label}/")

    def _check_edge(self, edge: Edge) -> None:
        if edge.spread:
            self.refused.append(f"a spread on the edge {edge}.")
        if edge.template is not None:
            self.refused.append(f"equations on the edge {edge}.")
        if isinstance(edge.weight, complex):
            self.refused.append(f"a complex weight on the edge {edge}.")

    def _name(self, nodes: Mapping[str, NodeTemplate]) -> None:
        """Give variables the names that they have in SBML: their own in a model of one operator, else their paths."""
        alone = sum(len(node.operators) for node in nodes.values()) == 1
        taken: set[str] = set()
        for path, node in nodes.items():
            for operator, _ in node.operators:
                for variable in operator.variables:
                    full = f"{path}/{operator.name}/{variable}"
                    name = _identifier(variable if alone else full)
                    while name in taken:
                        name += "_"
                    taken.add(name)
                    self.names[full] = name
                    if alone and name != variable:
                        self.omissions.add("names that SBML cannot have", f"'{variable}', which becomes '{name}'")
        if not alone:
            self.omissions.add("paths, which become names with '_' for '/'")

    def _operator(
        self,
        found: Flat,
        path: str,
        node: NodeTemplate,
        operator: OperatorTemplate,
        feeding: Mapping[str, list[Edge]],
    ) -> None:
        """Add the variables and equations of one operator."""
        prefix = f"{path}/{operator.name}"
        local = {name: Symbol(self.names[f"{prefix}/{name}"]) for name in operator.variables if name != TIME}
        equations = {one.target: one for one in operator.parsed}
        for name, variable in operator.variables.items():
            full, equation = f"{prefix}/{name}", equations.get(name)
            if name == TIME:
                continue
            if variable.kind == "noise":
                self.refused.append(f"the noise '{full}'.")
                continue
            if equation is not None and equation.kind == "algebraic":
                found.computed[self.names[full]] = substitute(equation.expression, local)
                continue
            if variable.kind == "input":
                terms = list(self._fed(full, path, node, operator, feeding))
                if terms:
                    found.computed[self.names[full]] = joined("add", terms)
                    continue
                self.omissions.add("that it is an input; it is a number", self.names[full])
            value = self._value(full, variable.shape)
            if value is not None:
                found.values[self.names[full]] = value
            if equation is not None:
                found.derivatives[self.names[full]] = substitute(equation.expression, local)
        for event, written in zip(operator.parsed_events, operator.events, strict=True):
            if event.emit is not None:
                self.refused.append(
                    f"the event 'when: {written.when}' of '{prefix}' emits a pulse into '{event.emit}'."
                )
            changes = {local[name].name: substitute(value, local) for name, value in event.set.items()}
            found.events.append(Happening(substitute(event.when, local), changes))

    def _value(self, full: str, shape: tuple[int, ...]) -> float | None:
        """Return a real number, or none after taking note of what it is instead."""
        value: Value = self.circuit.get_var(full)
        number = plain(value)
        is_array = bool(shape or shape_of(value))
        if is_array or isinstance(number, complex):
            self.refused.append(f"'{full}' is {'an array' if is_array else 'complex'}; numbers of SBML are real.")
            return None
        return float(number)

    def _fed(
        self, full: str, path: str, node: NodeTemplate, operator: OperatorTemplate, feeding: Mapping[str, list[Edge]]
    ) -> Iterator[Expression]:
        """Yield what feeds an input: outputs of its name in its node, and edges."""
        name = full.rpartition("/")[2]
        for other, _ in node.operators:
            variable = other.variables.get(name)
            if other is not operator and variable is not None and variable.kind == "output":
                yield Symbol(self.names[f"{path}/{other.name}/{name}"])
        for edge in feeding.get(full, []):
            source: Expression = Symbol(self.names[edge.source])
            if edge.delay:
                source = Apply("past", (source, Number(float(edge.delay))))
            weight = edge.weight
            yield source if weight == 1 else Apply("multiply", (Number(weight), source))


def _identifier(name: str) -> str:
    """Return a name as SBML can have it: letters, digits and '_' of ASCII, no digit first."""
    plain_name = re.sub(r"[^A-Za-z0-9_]", lambda match: "_" if match[0] == "/" else f"u{ord(match[0]):x}", name)
    return plain_name if _IDENTIFIER.fullmatch(plain_name) else f"_{plain_name}"
