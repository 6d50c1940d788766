"""From templates to reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define, field

from rates_core.errors import ArgumentError
from rates_core.network.leaves import FlatCircuit, Leaf, flatten
from rates_core.network.structure import NodeStructure, VariableKey
from rates_core.reports.bibliography import Bibliography
from rates_core.reports.content import Join, Kind, Members, Report, TemplateEntry
from rates_core.reports.description import parse_description
from rates_core.reports.operators import Use, operator_entries
from rates_core.reports.projections import projection_entries
from rates_core.reports.quantity import distinct
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.levels import levels
from rates_core.templates.node import EdgeTemplate, NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.population import PopulationTemplate
from rates_core.templates.template import Template
from rates_core.templates.value import plain

Unit = NodeTemplate | EdgeTemplate | PopulationTemplate


def report_of(template: Template) -> Report:
    """Return the report of a template of any kind.

    Raises:
        ArgumentError: it is no template.
        TemplateError: an equation is malformed.
        UnknownNameError: a path of a circuit names what does not exist.
    """
    maker = _Maker()
    if isinstance(template, CircuitTemplate):
        return maker.circuit(template)
    if isinstance(template, OperatorTemplate):
        return maker.operator(template)
    if isinstance(template, Unit):
        return maker.unit(template)
    raise ArgumentError(f"A report is made of a template, not of {template!r}.")


@define
class _Maker:
    """Makes one report; its sources are numbered in the order in which its parts are made."""

    bibliography: Bibliography = field(factory=Bibliography)

    def operator(self, template: OperatorTemplate) -> Report:
        """Return the report of an operator; the prose about it is in its one entry."""
        use = Use("", None, (template,), lambda key: plain(template.variables[key[1]].value))
        operators = operator_entries([use], self.bibliography)
        citations = self.bibliography.citations
        return Report("operator", template.name, template.label, operators=operators, citations=citations)

    def unit(self, template: Unit) -> Report:
        """Return the report of a node, an edge or a population."""
        kind, node, size = _anatomy(template)
        text, cited = self.described(*distinct((template, node)))
        structure = _structure(node)
        operators = operator_entries([Use("", size, structure.operators, _values(template))], self.bibliography)
        parts = self.entry(kind, node.name, structure, Members((), size or 1))
        citations = self.bibliography.citations
        return Report(kind, template.name, template.label, text, cited, operators, (parts,), citations=citations)

    def circuit(self, circuit: CircuitTemplate) -> Report:
        """Return the report of a circuit, with what was recorded on it."""
        text, cited = self.described(circuit)
        flat = flatten(circuit)
        edges = distinct(
            template for template in (*flat.edges.templates, *(item.template for item in flat.connections)) if template
        )
        uses = [Use(leaf.path, leaf.size, leaf.structure.operators, leaf.value) for leaf in flat.leaves.values()]
        uses += [Use(edge.name, None, _operators(edge), _values(edge), is_edge=True) for edge in edges]
        operators = operator_entries(uses, self.bibliography)
        groups = _groups(flat)
        numbers = {leaf.path: number for number, group in enumerate(groups) for leaf in group}
        templates = (
            *self.circuits(circuit),
            *(self.leaves(group, _populations(circuit)) for group in groups),
            *(self.edge(edge) for edge in edges),
        )
        projections = projection_entries(flat, numbers)
        citations = self.bibliography.citations
        name, label = circuit.name, circuit.label
        return Report("circuit", name, label, text, cited, operators, templates, projections, citations)

    def described(self, *templates: Any) -> tuple[str, tuple[int, ...]]:
        """Return the prose about templates and the numbers of its sources."""
        parts = [parse_description(template.description) for template in templates]
        numbers = self.bibliography.cite(source for part in parts for source in part.sources)
        return "\n\n".join(distinct(part.text for part in parts if part.text)), numbers

    def circuits(self, circuit: CircuitTemplate) -> list[TemplateEntry]:
        """Return an entry for each different sub-circuit."""
        found: dict[tuple[str, str], list[tuple[str, CircuitTemplate]]] = {}
        for prefix, level in levels(circuit):
            if prefix:
                found.setdefault((level.name, level.description), []).append((prefix.removesuffix("/"), level))
        entries = []
        for places in found.values():
            text, cited = self.described(places[0][1])
            paths = tuple(path for path, _ in places)
            entries.append(TemplateEntry("circuit", places[0][1].name, text, cited, Members(paths, len(paths))))
        return entries

    def leaves(self, group: Sequence[Leaf], populations: Mapping[str, PopulationTemplate]) -> TemplateEntry:
        """Return the entry of nodes or populations that are alike."""
        first = group[0]
        own = distinct(populations[leaf.path] for leaf in group if leaf.path in populations)
        found = Members(tuple(leaf.path for leaf in group), sum(leaf.unit_count for leaf in group))
        kind: Kind = "population" if own else "node"
        return self.entry(kind, first.node.name, first.structure, found, *self.described(first.node, *own))

    def edge(self, template: EdgeTemplate) -> TemplateEntry:
        """Return the entry of an edge template."""
        return self.entry("edge", template.name, _structure(template), Members((), 0), *self.described(template))

    def entry(
        self,
        kind: Kind,
        name: str,
        structure: NodeStructure,
        members: Members,
        text: str = "",
        cited: tuple[int, ...] = (),
    ) -> TemplateEntry:
        """Return the entry of a template that is made of operators."""
        names = tuple(operator.name for operator in structure.operators)
        joins = tuple(
            Join("/".join(target), tuple("/".join(source) for source in sources))
            for target, sources in structure.feeders.items()
            if sources
        )
        return TemplateEntry(kind, name, text, cited, members, names, joins)


def _anatomy(template: Unit) -> tuple[Kind, NodeTemplate | EdgeTemplate, int | None]:
    """Return the kind of a template, what its operators are in, and how many units it has."""
    if isinstance(template, PopulationTemplate):
        return "population", template.node, template.n
    return "edge" if isinstance(template, EdgeTemplate) else "node", template, None


def _operators(template: NodeTemplate | EdgeTemplate) -> tuple[OperatorTemplate, ...]:
    return tuple(operator for operator, _ in template.operators)


def _structure(template: NodeTemplate | EdgeTemplate) -> NodeStructure:
    return NodeStructure(template.name, _operators(template))


def _values(template: Unit) -> Any:
    def value(key: VariableKey) -> Any:
        return plain(template.value(*key))

    return value


def _groups(flat: FlatCircuit) -> list[list[Leaf]]:
    """Return nodes and populations in groups: those of one template, whatever values they have."""
    groups: dict[Any, list[Leaf]] = {}
    for leaf in flat.leaves.values():
        groups.setdefault((leaf.node.name, id(leaf.structure), leaf.size is None), []).append(leaf)
    return list(groups.values())


def _populations(circuit: CircuitTemplate) -> dict[str, PopulationTemplate]:
    return {
        prefix + label: population
        for prefix, level in levels(circuit)
        for label, population in level.populations.items()
    }
