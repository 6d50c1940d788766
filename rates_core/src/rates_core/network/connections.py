"""Turn connections given as matrices or scalars into projections."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from rates_core.errors import ArgumentError, UnsupportedFeatureError
from rates_core.network.addresses import Address
from rates_core.network.edge_populations import EdgeOperators, add_edge_population
from rates_core.network.weights import DENSE_SHARE, DENSE_SIZE, Dense, Uniform
from rates_core.network.wiring import Connections, Wiring
from rates_core.templates.connection_values import ConnectionValues
from rates_core.templates.edge_table import Mapped, changed_mapping
from rates_core.templates.sparse import SparseMatrix

Ends = tuple[int, ConnectionValues, Address, Address]  # a connectivity's number and values, and what its ends name


def wire_connections(wiring: Wiring, ends: Iterable[Ends]) -> None:
    """Add the projections of all connections.

    Raises:
        ArgumentError: a matrix does not fit its populations.
        UnsupportedFeatureError: the operators of the connections act on an axis.
        TemplateError: there is a spread and no delay, or the operators of the connections do not fit.
    """
    for number, connection, source, target in ends:
        _Wire(wiring, number, connection, source, target).add()


class _Wire:
    """One connectivity and the units that it joins."""

    def __init__(
        self, wiring: Wiring, number: int, connection: ConnectionValues, source: Address, target: Address
    ) -> None:
        self.wiring, self.connection, self.number = wiring, connection, number
        self.source, self.target = wiring.reference(source), wiring.reference(target)
        self.columns, self.rows = wiring.units(source), wiring.units(target)
        self._check_shape()

    def _check_shape(self) -> None:
        shape = getattr(self.connection.weights, "shape", ())
        for side, units, count, path in zip(
            ("rows", "columns"), (self.rows, self.columns), shape, (self.connection.target, self.connection.source),
            strict=False,
        ):  # fmt: skip
            if len(units) != count:
                role = "target" if side == "rows" else "source"
                raise ArgumentError(
                    f"weights of connection {self.connection.source} -> {self.connection.target} has {count} {side}, "
                    f"but {role} '{path}' has {len(units)} {'unit' if len(units) == 1 else 'units'}. "
                    "Weights are [target, source]."
                )

    def add(self) -> None:
        """Add the projections."""
        whole = self._whole()
        if whole is not None:
            times = {"delay": _number(self.connection.delays), "spread": _number(self.connection.spread)}
            self.wiring.join(self.number, self.source, self.target, whole, **times)
            return
        apart = self.wiring.apart
        operators = self._operators()
        connections = self._connections(keep_zeros=operators is not None or apart.keeps(self.number, "weight"))
        for part in connections.by_kind(f"Connection {self._name}", apart.keeps(self.number, "delay")):
            if operators is None:
                self.wiring.connect(part, all_fed=self._feeds_all)
            else:
                add_edge_population(self.wiring, operators, part, self._mappings(part))

    def _mappings(self, part: Connections) -> list[Mapped]:
        """Return what the variables of each connection are; one for all if they are the same."""
        connection = self.connection
        if not connection.units:
            return [connection.mapping]
        found = [connection.mapping]
        places = np.zeros(len(part.rows), dtype=np.intp)
        for item in connection.units:
            known: dict[int, int] = {}
            chosen = np.ones(len(part.rows), dtype=bool)
            for unit, column in ((item.source, part.columns), (item.target, part.rows)):
                if unit is not None:
                    chosen &= column == unit
            for place in np.flatnonzero(chosen).tolist():
                places[place] = changed_mapping(found, int(places[place]), item.name, item.value, known)
        return [found[place] for place in places.tolist()]

    @property
    def _name(self) -> str:
        return f"{self.connection.source}->{self.connection.target}"

    def _operators(self) -> EdgeOperators | None:
        template = self.connection.template
        if template is None:
            return None
        operators = EdgeOperators.of(self.wiring, template)
        if operators.structure.has_axis:
            raise UnsupportedFeatureError(
                f"Edge template '{template.name}' has an axis of its own, by a vector or by a function such as vsum; "
                f"the connections {self._name} are evaluated together and have none. Use separate edges."
            )
        return operators

    @property
    def _feeds_all(self) -> bool:
        """Tell whether every target unit is fed: of a dense matrix every entry is a connection."""
        return not isinstance(self.connection.weights, SparseMatrix) and self._reaches_all

    @property
    def _reaches_all(self) -> bool:
        return len(self.rows) == self.wiring.count(self.target)

    def _whole(self) -> Uniform | Dense | None:
        """Return weights of all pairs of units that need no list of connections, if that is possible."""
        connection = self.connection
        if connection.template is not None or not self._reaches_all:
            return None
        if len(self.columns) != self.wiring.count(self.source) or self.wiring.single(self.source):
            return None
        if not (_is_number(connection.delays) and _is_number(connection.spread)):
            return None
        if (connection.spread or 0) > 0 and not connection.delays:
            return None
        weights, apart = connection.weights, self.wiring.apart
        if isinstance(weights, SparseMatrix) or apart.keeps(self.number, "delay"):
            return None
        if apart.keeps(self.number, "weight"):
            return Dense(np.array(np.broadcast_to(np.asarray(weights) * 1.0, connection.shape)))
        if _is_number(weights):
            return Uniform(weights)
        form = self.wiring.forms.between(self.source, self.target)
        few = weights.size > DENSE_SIZE and np.count_nonzero(weights) < DENSE_SHARE * weights.size
        return Dense(weights) if form == "dense" or (form is None and not few) else None

    def _connections(self, keep_zeros: bool) -> Connections:
        """Return all connections, sorted by target; those of a matrix of weight 0 only if they are to be kept."""
        connection, shape = self.connection, (len(self.rows), len(self.columns))
        weights = connection.weights
        if isinstance(weights, SparseMatrix):
            rows, columns, data = weights.rows, weights.columns, weights.values.values
        else:
            matrix = np.broadcast_to(np.asarray(weights) * 1.0, shape)
            listed = matrix != 0
            if keep_zeros or not listed.any():
                listed = np.ones(shape, dtype=bool)
            rows, columns = np.nonzero(listed)
            data = matrix[rows, columns]
        delays, spreads = (_picked(value, shape, rows, columns) for value in (connection.delays, connection.spread))
        return Connections(
            self.source, self.target, rows + self.rows.start, columns + self.columns.start, data, delays, spreads,
            self.number,
        )  # fmt: skip


def _is_number(value: Any) -> bool:
    return value is None or not hasattr(value, "shape")


def _number(value: Any) -> float | None:
    return float(value) if value else None


def _picked(value: Any, shape: tuple[int, int], rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return delays or spreads of connections: given for all, per pair, or per connection."""
    if _is_number(value):
        return np.full(len(rows), float(value or 0.0))
    return np.asarray(value[rows, columns] if value.shape == shape else value, dtype=float)
