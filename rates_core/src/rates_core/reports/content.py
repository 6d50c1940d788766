"""What a report says, as values that know no output language."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from rates_core.expressions.equation import Equation
from rates_core.reports.description import Source
from rates_core.reports.quantity import Quantity
from rates_core.reports.symbol import VariableSymbol, symbols_of
from rates_core.templates.event import ParsedEvent

Kind = Literal["circuit", "population", "node", "edge", "operator"]
Role = Literal["state", "computed", "input", "parameter", "noise", "constant"]


@frozen
class Members:
    """Nodes, populations or circuits, by their paths.

    Attributes:
        paths: one or more; empty where a template stands alone.
        units: how many units they have together.
    """

    paths: tuple[str, ...]
    units: int


@frozen
class Setting:
    """A value of a variable, and where it has this value: None is everywhere."""

    value: Quantity
    where: Members | None = None


@frozen
class VariableEntry:
    """A variable of an operator.

    Attributes:
        role: what the variable is. A state has a differential equation, what is computed an algebraic one, and a
            constant none.
        unit: physical unit, empty if none is given.
        settings: its values, of states those at the start, of inputs those when nothing feeds them; none of what is
            computed or noise.
    """

    name: str
    role: Role
    unit: str
    settings: tuple[Setting, ...]


@frozen
class OperatorEntry:
    """An operator: what stands in a report once, however many nodes use it.

    Attributes:
        text: prose about it.
        cited: numbers of its sources.
        users: the nodes and populations that have the operator.
        edges: names of the edge templates that have it.
    """

    name: str
    text: str
    cited: tuple[int, ...]
    equations: tuple[Equation, ...]
    events: tuple[ParsedEvent, ...]
    variables: tuple[VariableEntry, ...]
    users: Members
    edges: tuple[str, ...]

    @property
    def symbols(self) -> dict[str, VariableSymbol]:
        """Return the symbols of its variables."""
        return dict(symbols_of(variable.name for variable in self.variables))


@frozen
class Join:
    """An input of an operator that outputs of the same node feed, by `op/var`."""

    target: str
    sources: tuple[str, ...]


@frozen
class TemplateEntry:
    """A template that is used in a circuit: a node, a population's node, an edge or a sub-circuit.

    Attributes:
        kind: of the template.
        name: of the template.
        text: prose about it.
        cited: numbers of its sources.
        members: where it is used; of edges nothing.
        operators: names of its operators.
        joins: what feeds what inside.
    """

    kind: Kind
    name: str
    text: str
    cited: tuple[int, ...]
    members: Members
    operators: tuple[str, ...] = ()
    joins: tuple[Join, ...] = ()


@frozen
class End:
    """Where projections begin or end: a variable `op/var` of some nodes."""

    variable: str
    members: Members


@frozen
class Reading:
    """What a variable `op/var` of an edge template is: numbers, the source, or variables of nodes."""

    variable: str
    value: Quantity | Literal["source"] | End


@frozen
class ProjectionEntry:
    """Projections of one kind.

    Attributes:
        inside: whether each stays inside one sub-circuit, where there are many.
        template: name of the edge template, or None.
        count: how many there are.
        delay: None where there is none.
        spread: standard deviation of the delay, None where there is none.
        readings: what is mapped to the variables of the template.
    """

    source: End
    target: End
    inside: bool
    template: str | None
    count: int
    weight: Quantity
    delay: Quantity | None
    spread: Quantity | None
    readings: tuple[Reading, ...]


@frozen
class Citation:
    """A numbered source."""

    number: int
    source: Source


@frozen
class Report:
    """A template as people read it.

    Attributes:
        kind: of the template.
        name: of the template.
        label: another name of it, for displays, or None.
        text: prose about it.
        cited: numbers of its own sources.
        operators: each distinct operator once, in the order of first use.
        templates: sub-circuits, nodes, populations and edges that are used.
        projections: what is connected to what.
        citations: all sources, in the order of first mention.
    """

    kind: Kind
    name: str
    label: str | None = None
    text: str = ""
    cited: tuple[int, ...] = ()
    operators: tuple[OperatorEntry, ...] = ()
    templates: tuple[TemplateEntry, ...] = ()
    projections: tuple[ProjectionEntry, ...] = ()
    citations: tuple[Citation, ...] = ()
