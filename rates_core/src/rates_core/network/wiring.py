"""The network while projections are being added to its populations."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from attrs import define, field

from rates_core.errors import TemplateError
from rates_core.network.addresses import Address
from rates_core.network.apart import Apart
from rates_core.network.connection_set import ConnectionSet
from rates_core.network.forms import FoundForms, whole
from rates_core.network.grouping import Locations
from rates_core.network.leaves import FlatCircuit
from rates_core.network.network import Population, Projection, UnitLocation, VariableReference
from rates_core.network.weights import Dense, Indexed, Uniform, Weights, from_connections, is_identity

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

Times = Any  # None, one number, or an array with one entry per connection


@define(eq=False)
class Wiring:
    """Populations, those of edges included, and the projections between them."""

    flat: FlatCircuit
    populations: list[Population]
    locations: Locations
    apart: Apart = field(factory=Apart)
    forms: FoundForms = field(factory=FoundForms)
    projections: list[Projection] = field(factory=list)
    sets: list[ConnectionSet] = field(factory=list)
    labels: Counter[str] = field(factory=Counter)

    def reference(self, address: Address) -> VariableReference:
        """Return the population's variable that an address lies in."""
        location = self.locations[address.leaf.path]
        population = location.population if isinstance(location, UnitLocation) else location[0]
        return VariableReference(population, *address.key)

    def units(self, address: Address) -> range:
        """Return the indices of the units that an address names, within their population."""
        location = self.locations[address.leaf.path]
        if isinstance(location, UnitLocation):
            first = location.index or 0
        elif address.unit is None:
            return range(location[1])
        else:
            first = address.unit
        return range(first, first + 1)

    def count(self, reference: VariableReference) -> int:
        """Return the number of units of a referenced population."""
        return self.populations[reference.population].count

    def single(self, reference: VariableReference) -> bool:
        """Tell whether a referenced population is a single unit."""
        return self.populations[reference.population].size is None

    def path(self, reference: VariableReference) -> str:
        """Return the path of a variable of all units of a population."""
        return f"{self.populations[reference.population].label}/{reference.operator}/{reference.variable}"

    def label(self, source: VariableReference, target: VariableReference) -> str:
        """Return `source->target` in paths of populations."""
        return f"{self.path(source)}->{self.path(target)}"

    def unique(self, label: str) -> str:
        """Return a label that nothing else has."""
        count = self.labels[label]
        self.labels[label] += 1
        return f"{label}#{count}" if count else label

    def project(
        self,
        source: VariableReference,
        target: VariableReference,
        weights: Weights,
        delay: Times = None,
        spread: Times = None,
        fed: np.ndarray | None = None,
    ) -> int:
        """Add a projection and return its number."""
        label = self.unique(self.label(source, target))
        self.projections.append(Projection(label, source, target, weights, delay, spread, fed))
        return len(self.projections) - 1

    def join(
        self,
        declared: int,
        source: VariableReference,
        target: VariableReference,
        weights: Uniform | Dense,
        **times: Times,
    ) -> None:
        """Add a projection of all pairs of units of two populations."""
        shape = self.count(target), self.count(source)
        number = self.project(source, target, whole(weights, shape, self.forms.between(source, target)), **times)
        self.sets.append(ConnectionSet(declared, shape, number, (number,)))

    def connect(self, connections: Connections, all_fed: bool = False) -> None:
        """Add a projection of connections that share source, target and kind of delay."""
        source, target = connections.source, connections.target
        shape = self.count(target), self.count(source)
        connections = connections.sorted()
        delay, spread = self.times(connections)
        separate = hasattr(delay, "shape") or hasattr(spread, "shape")
        if self.single(target) and len(connections.rows) == 1:
            index = None if self.single(source) else int(connections.columns[0])
            number = self.project(source, target, Indexed(connections.weights[0].item(), index), delay, spread)
            self.sets.append(connections.set(shape, number, (number,)))
            return
        form = self.forms.between(source, target)
        weights = from_connections(connections.rows, connections.columns, connections.weights, shape, separate, form)
        self.forms.check(source, target, weights)
        fed = None if all_fed or self.single(target) else mask(connections.rows, shape[0])
        number = self.project(source, target, weights, delay, spread, fed)
        self.sets.append(connections.set(shape, number, (number,), dense=isinstance(weights, Dense)))

    def check_forms(self) -> None:
        """Raise if the form of weights was asked for that are not there."""
        self.forms.check_found(
            ((item.source, item.target) for item in self.projections), (item.label for item in self.projections)
        )

    def times(self, connections: Connections) -> tuple[Times, Times]:
        """Return delay and spread of connections: none, one number, or one per connection where they have to be."""
        import numpy as np

        delays, spread = connections.delays, uniform(connections.spreads)
        apart = self.apart.edges and np.isin(connections.declared, self.apart.numbers("delay")).any()
        if not apart and not hasattr(spread, "shape"):
            return uniform(delays), spread
        return (delays if len(delays) > 1 else delays[0].item()), spread

    def read(self, source: VariableReference, units: np.ndarray, target: VariableReference, **times: Times) -> int:
        """Let each unit of a population of edges read one unit of another population; return the projection."""
        if self.single(target) and not self.single(source):
            index: np.ndarray | int | None = int(units[0])
        else:
            index = None if self.single(source) or is_identity(units, self.count(source)) else units
        return self.project(source, target, Indexed(1.0, index), **times)


@define(eq=False)
class Connections:
    """Connections between two variables of populations, one entry per connection.

    Attributes:
        rows: target unit.
        columns: source unit.
        delays: 0 where there is none.
        spreads: 0 where there is none.
        declared: number of the edge or connectivity that each is part of; one number if it is the same for all.
    """

    source: VariableReference
    target: VariableReference
    rows: np.ndarray
    columns: np.ndarray
    weights: np.ndarray
    delays: np.ndarray
    spreads: np.ndarray
    declared: np.ndarray | int

    def __attrs_post_init__(self) -> None:
        if self.weights.dtype.kind == "c" and not self.weights.imag.any():
            self.weights = self.weights.real

    def chosen(self, places: np.ndarray) -> Connections:
        """Return some of the connections."""
        return Connections(
            self.source,
            self.target,
            self.rows[places],
            self.columns[places],
            self.weights[places],
            self.delays[places],
            self.spreads[places],
            self.declared if isinstance(self.declared, int) else self.declared[places],
        )

    def sorted(self) -> Connections:
        """Return the connections sorted by target."""
        if bool((self.rows[1:] >= self.rows[:-1]).all()):
            return self
        return self.chosen(self.rows.argsort(kind="stable"))

    def set(self, shape: tuple[int, int], weight: int, times: tuple[int, ...], **parts: Any) -> ConnectionSet:
        """Return what remembers of which edges and connectivities these are part of."""
        declared = self.declared
        if not isinstance(declared, int) and len(declared) == 1:
            declared = int(declared[0])
        return ConnectionSet(declared, shape, weight, times, self.rows, self.columns, **parts)

    def by_kind(self, what: str, delayed: bool = False) -> list[Connections]:
        """Return those without delay, those with a discrete one, and those with a distributed one.

        Args:
            what: of what they are.
            delayed: whether those without delay are to have one of 0.

        Raises:
            TemplateError: one has a spread and no delay.
        """
        import numpy as np

        kinds = delay_kinds(self.delays, self.spreads, lambda place: what)
        if delayed:
            kinds = np.maximum(kinds, 1)
        places = [np.flatnonzero(kinds == kind) for kind in range(3)]
        return [self if len(some) == len(kinds) else self.chosen(some) for some in places if len(some)]


def delay_kinds(delays: np.ndarray, spreads: np.ndarray, name: Callable[[int], str]) -> np.ndarray:
    """Return 0 for no delay, 1 for a discrete one, 2 for a distributed one.

    Raises:
        TemplateError: there is a spread and no delay; `name` says where.
    """
    import numpy as np

    wrong = np.flatnonzero((spreads > 0) & (delays == 0))
    if len(wrong):
        raise TemplateError(f"{name(int(wrong[0]))} has a spread and no delay to spread.")
    return np.where(spreads > 0, 2, np.where(delays > 0, 1, 0))


def uniform(times: np.ndarray) -> Times:
    """Return delays as None if there are none, as a number if they are equal, else as they are."""
    if not times.any():
        return None
    return float(times[0]) if bool((times == times[0]).all()) else times


def mask(rows: np.ndarray, count: int) -> np.ndarray | None:
    """Return which targets occur, None if all do."""
    import numpy as np

    found = np.zeros(count, dtype=bool)
    found[rows] = True
    return None if found.all() else found
