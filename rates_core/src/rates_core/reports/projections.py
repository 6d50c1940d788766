"""What is connected to what, in groups: no network is too large to be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from rates_core.network.addresses import find
from rates_core.network.leaves import FlatCircuit
from rates_core.reports.content import End, Members, ProjectionEntry, Reading
from rates_core.reports.quantity import FEW, Quantity, distinct, few, quantity
from rates_core.templates.connection_values import ConnectionValues
from rates_core.templates.edge_table import EdgeTable
from rates_core.templates.sparse import SparseMatrix

if TYPE_CHECKING:
    import numpy as np

LISTED = 20  # edges that are shown one by one; more are shown in groups


@frozen
class _Place:
    """What the path of a variable names.

    Attributes:
        node: path of the node, the population or one of its units.
        group: the template entry that the node belongs to.
        variable: `op/var`.
        units: how many units are named.
    """

    node: str
    group: int
    variable: str
    units: int

    @property
    def kind(self) -> tuple[int, str]:
        """Return what is equal for places that are shown together."""
        return self.group, self.variable

    @property
    def circuit(self) -> str:
        """Return the path of the circuit that the node is in, empty for the outermost."""
        return self.node.rpartition("/")[0]


def projection_entries(flat: FlatCircuit, groups: Mapping[str, int]) -> tuple[ProjectionEntry, ...]:
    """Return the projections of a flattened circuit: edges, then connections.

    Args:
        flat: the circuit.
        groups: the number of the template entry of each leaf, by path; edges between the same groups are one group.
    """
    places = _Places(flat, groups)
    edges = _Edges(flat.edges, places) if len(flat.edges) else ()
    return (*edges, *(_connection(item, places) for item in flat.connections))


class _Places:
    """Finds what paths of variables name."""

    def __init__(self, flat: FlatCircuit, groups: Mapping[str, int]) -> None:
        self.flat, self.groups = flat, groups

    def of(self, path: str) -> _Place:
        address = find(self.flat, path)
        node, operator, variable = path.rsplit("/", 2)
        units = 1 if address.unit is not None else address.leaf.unit_count
        return _Place(node, self.groups[address.leaf.path], f"{operator}/{variable}", units)

    def reading(self, variable: str, values: Sequence[Any]) -> Reading:
        """Return what a variable of edges is; the values are all numbers, all `source`, or all paths."""
        if values[0] == "source":
            return Reading(variable, "source")
        if isinstance(values[0], str):
            return Reading(variable, _end([self.of(path) for path in distinct(values)]))
        return Reading(variable, quantity(values))


def _end(places: Sequence[_Place]) -> End:
    found = Members(tuple(place.node for place in places), sum(place.units for place in places))
    return End(places[0].variable, found)


class _Edges:
    """The edges of a table in groups; iterating yields an entry for each."""

    def __init__(self, table: EdgeTable, places: _Places) -> None:
        import numpy as np

        self.table, self.places = table, places
        self.ends = [places.of(path) for path in table.ends]
        self.units = np.array([end.units for end in self.ends], dtype=np.intp)
        circuits = _numbered(end.circuit for end in self.ends)
        deep = np.array([bool(end.circuit) for end in self.ends])
        self.inside = (circuits[table.source] == circuits[table.target]) & deep[table.source]

    def __iter__(self) -> Iterator[ProjectionEntry]:
        for chosen in self._groups():
            yield self._entry(chosen)

    def _groups(self) -> Iterator[np.ndarray]:
        """Yield the edges of each entry, in the order of the first of them."""
        import numpy as np

        if len(self.table) <= LISTED:
            yield from np.arange(len(self.table))[:, None]
            return
        for group in _split(np.arange(len(self.table)), self._keys()):
            yield from _by_values(group, (self.table.weight, self.table.delay, self.table.spread))

    def _keys(self) -> np.ndarray:
        """Return a number for each edge that is equal for edges of one kind."""
        import numpy as np

        table = self.table
        ends = _numbered(end.kind for end in self.ends)
        mappings = _numbered(map(self._signature, table.mappings))
        keys = np.zeros(len(table), dtype=np.intp)
        read = np.append(mappings, 0)[table.mapping]
        for column in (ends[table.source], ends[table.target], self.inside, table.template + 1, read):
            keys = keys * (int(column.max()) + 1) + column
        return keys

    def _signature(self, mapping: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple((variable, self._form(value)) for variable, value in sorted(mapping.items()))

    def _form(self, value: Any) -> Any:
        if not isinstance(value, str):
            return "number"
        return value if value == "source" else self.places.of(value).kind

    def _entry(self, chosen: np.ndarray) -> ProjectionEntry:
        table = self.table
        source, target = table.source[chosen], table.target[chosen]
        template = int(table.template[chosen[0]])
        return ProjectionEntry(
            self._end(source),
            self._end(target),
            bool(self.inside[chosen[0]]) and len(chosen) > 1,
            None if template < 0 else table.templates[template].name,
            int((self.units[source] * self.units[target]).sum()),
            quantity(table.weight[chosen]),
            _times(table.delay[chosen]),
            _times(table.spread[chosen]),
            self._readings(chosen) if template >= 0 else (),
        )

    def _end(self, ends: np.ndarray) -> End:
        import numpy as np

        found = np.flatnonzero(np.bincount(ends))
        return _end([self.ends[number] for number in found.tolist()])

    def _readings(self, chosen: np.ndarray) -> tuple[Reading, ...]:
        import numpy as np

        mappings = [self.table.mappings[number] for number in np.unique(self.table.mapping[chosen]).tolist()]
        return tuple(
            self.places.reading(variable, [mapping[variable] for mapping in mappings]) for variable in mappings[0]
        )


def _numbered(items: Iterable[Any]) -> np.ndarray:
    """Return a number for each item, equal for equal ones."""
    import numpy as np

    numbers: dict[Any, int] = {}
    return np.array([numbers.setdefault(item, len(numbers)) for item in items], dtype=np.intp)


def _split(chosen: np.ndarray, keys: np.ndarray) -> Iterator[np.ndarray]:
    """Yield those of equal keys, in the order of the first of them."""
    import numpy as np

    if (keys == keys[0]).all():
        yield chosen
        return
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    parts = np.split(chosen[np.argsort(group, kind="stable")], np.cumsum(np.bincount(group))[:-1])
    for number in np.argsort(first, kind="stable").tolist():
        yield parts[number]


def _by_values(chosen: np.ndarray, columns: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield those that agree in all columns, if there are few kinds of them; else all together."""
    import numpy as np

    found = [few(column[chosen]) for column in columns]
    kinds = [counts for counts in found if counts is not None]
    if len(kinds) < len(found):
        yield chosen
        return
    keys = np.zeros(len(chosen), dtype=np.intp)
    for column, counts in zip(columns, kinds, strict=True):
        keys = keys * len(counts) + np.searchsorted([value for value, _ in counts], column[chosen])
    parts = list(_split(chosen, keys))
    yield from parts if len(parts) <= FEW else [chosen]


def _times(values: Any) -> Quantity | None:
    """Return delays or spreads; None if there are none."""
    found = quantity(values)
    return None if found == 0.0 else found


def _connection(connection: ConnectionValues, places: _Places) -> ProjectionEntry:
    source, target = places.of(connection.source), places.of(connection.target)
    weights, chosen = _entries(connection, (target.units, source.units))
    return ProjectionEntry(
        _end([source]),
        _end([target]),
        False,
        None if connection.template is None else connection.template.name,
        target.units * source.units if weights is None else len(weights),
        connection.weights if weights is None else _quantity(weights),
        _picked(connection.delays, chosen),
        _picked(connection.spread, chosen),
        tuple(places.reading(variable, [value]) for variable, value in connection.mapping.items()),
    )


def _quantity(values: np.ndarray) -> Quantity:
    return quantity(values) if values.size else 0.0


def _entries(connection: ConnectionValues, shape: tuple[int, int]) -> tuple[np.ndarray | None, Any]:
    """Return the weights of the connections that exist, and which entries of a matrix they are."""
    weights = connection.weights
    if isinstance(weights, SparseMatrix):
        return weights.values.values, (weights.rows, weights.columns)
    if not hasattr(weights, "shape"):
        return None, ...
    exists = (weights != 0) if connection.template is None else (weights == weights)
    return weights[exists], exists


def _picked(times: Any, chosen: Any) -> Quantity | None:
    if times is None:
        return None
    if not hasattr(times, "shape"):
        return _times(times)
    picked = times[chosen] if times.ndim == 2 else times
    return _times(picked) if picked.size else None
