"""What model files say of templates: checked for form, with the templates that they name still to be found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

from attrs import frozen

from rates_core.templates.location import Location

T = TypeVar("T")


@frozen
class Written(Generic[T]):
    """A value and where it was written."""

    value: T
    location: Location


Reference = Written[str]  # the text that names a template


@frozen
class OperatorEntry:
    """Equations or edits of inherited ones, variables and events; None is inherited."""

    equations: Any
    variables: Mapping[str, Written[Any]]
    events: Written[list[Any]] | None

    def references(self) -> Iterator[Reference]:
        """Yield the templates that it names: none."""
        return iter(())


@frozen
class OperatorUse:
    """An operator with the values that it has in a node or edge."""

    operator: Reference
    values: Mapping[str, Written[Any]]


@frozen
class NodeEntry:
    """Operators of a node or an edge that are added or given values, replaced and removed."""

    uses: tuple[OperatorUse, ...]
    replace: Mapping[str, Reference]
    remove: tuple[str, ...]

    def references(self) -> Iterator[Reference]:
        """Yield the operators that it names."""
        yield from (use.operator for use in self.uses)
        yield from self.replace.values()


@frozen
class PopulationEntry:
    """Node, size and values of a population; None is inherited."""

    node: Reference | None
    n: Any
    params: Mapping[str, Any]

    def references(self) -> Iterator[Reference]:
        """Yield the node that it names."""
        if self.node is not None:
            yield self.node


@frozen
class EdgeEntry:
    """One edge of a circuit."""

    source: str
    target: str
    template: Reference | None
    attributes: Mapping[str, Any]


@frozen
class ConnectionEntry:
    """One connection of a circuit: the arguments of `Connectivity`, the edge template apart."""

    arguments: Mapping[str, Any]
    edge: Reference | None


@frozen
class OverridesEntry:
    """Values recorded on a circuit: the arguments of `update_var`."""

    node_vars: Mapping[str, Any]
    edge_vars: list[Any]


@frozen
class CircuitEntry:
    """Parts of a circuit and values recorded on it."""

    nodes: Mapping[str, Reference]
    circuits: Mapping[str, Reference]
    populations: Mapping[str, Reference | Written[PopulationEntry]]
    edges: tuple[Written[EdgeEntry], ...]
    connections: tuple[Written[ConnectionEntry], ...]
    overrides: Written[OverridesEntry] | None

    def references(self) -> Iterator[Reference]:
        """Yield the templates that it names."""
        yield from self.nodes.values()
        yield from self.circuits.values()
        for population in self.populations.values():
            if isinstance(population.value, PopulationEntry):
                yield from population.value.references()
            else:
                yield Written(population.value, population.location)
        templates = (edge.value.template for edge in self.edges)
        couplings = (connection.value.edge for connection in self.connections)
        yield from (reference for reference in (*templates, *couplings) if reference is not None)


Content = OperatorEntry | NodeEntry | PopulationEntry | CircuitEntry


@frozen
class Entry:
    """One template of a model file.

    Attributes:
        kind: name of its class.
        name: name of the template; by default its key in the file.
        base: what it is derived from; None if that is the kind itself.
        description: prose; None is inherited.
        label: another name for displays; None is inherited.
        content: what its kind takes beside these.
        location: where it was written.
    """

    kind: str
    name: str
    base: Reference | None
    description: str | None
    label: str | None
    content: Content
    location: Location

    def references(self) -> Iterator[Reference]:
        """Yield all templates that it names."""
        if self.base is not None:
            yield self.base
        yield from self.content.references()
