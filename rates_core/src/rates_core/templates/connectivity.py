"""Connections between all units of two populations, held as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from rates_core.errors import ArgumentError, TemplateError, shown
from rates_core.keywords import checked_class
from rates_core.paths import split_variable
from rates_core.templates.array import Array
from rates_core.templates.counting import counted_are
from rates_core.templates.edge import Mapped, edge_template, mapped_variables
from rates_core.templates.exact import exact
from rates_core.templates.location import Location
from rates_core.templates.mapping import FrozenMapping
from rates_core.templates.node import EdgeTemplate
from rates_core.templates.sparse import SparseMatrix, is_scipy_sparse
from rates_core.templates.value import to_value

Matrix = float | complex | Array | SparseMatrix


def to_matrix(given: Any, what: str) -> Matrix:
    """Return a scalar, a dense or a sparse matrix.

    Raises:
        TemplateError: it is none of these, or holds what is not finite.
    """
    if given is None:
        raise TemplateError(f"{what} is missing; give a matrix [target, source], a sparse array or a number.")
    try:
        if is_scipy_sparse(given):
            given = SparseMatrix.from_scipy(given)
        matrix = given if isinstance(given, SparseMatrix) else to_value(given)
    except ArgumentError as error:
        raise TemplateError(f"{what}: {error}") from None
    infinite = _count_infinite(matrix)
    if infinite:
        raise TemplateError(f"{what}: {counted_are(infinite, 'value')} infinite.")
    return matrix


def _count_infinite(matrix: Matrix) -> int:
    import numpy as np

    return int(np.count_nonzero(np.isinf(np.asarray(matrix.values if isinstance(matrix, SparseMatrix) else matrix))))


def _count_negative(times: float | Array) -> int:
    import numpy as np

    return int(np.count_nonzero(np.asarray(times) < 0))


def _weights(given: Any) -> Matrix:
    matrix = to_matrix(given, "weights")
    if isinstance(matrix, Array) and len(matrix.shape) != 2:
        raise TemplateError(f"weights has the shape {matrix.shape}; give a 2-D matrix [target, source] or a number.")
    return matrix


def connection_times(given: Any, what: str, weights: Matrix) -> float | Array | None:
    """Return delays or spreads of connections: one number, or an array that fits the weights.

    Beside sparse weights the array has one entry per existing connection, in their order.

    Raises:
        TemplateError: a value is negative, complex or not finite, or the shape is not that of the weights.
    """
    if given is None:
        return None
    times = to_matrix(given, what)
    if isinstance(times, SparseMatrix):
        times = _from_sparse(times, what, weights)
    if isinstance(times, complex) or (isinstance(times, Array) and times.values.dtype.kind == "c"):
        raise TemplateError(f"{what} is complex; times are real.")
    negative = _count_negative(times)
    if negative:
        raise TemplateError(f"{what}: {counted_are(negative, 'value')} negative.")
    return _fitting(times, what, weights) if isinstance(times, Array) else times


def _from_sparse(times: SparseMatrix, what: str, weights: Matrix) -> Array:
    """Return the entries of a sparse matrix where connections exist; one that is not stored is 0."""
    import numpy as np

    if not isinstance(weights, SparseMatrix):
        return Array(times.toarray())
    if times.same_pattern(weights):
        return times.values
    if times.shape != weights.shape:
        raise TemplateError(f"{what} has the shape {times.shape}, but weights has the shape {weights.shape}.")
    width = weights.shape[1]
    stored, asked = times.rows * width + times.columns, weights.rows * width + weights.columns
    extra = int(np.count_nonzero(~np.isin(stored, asked)))
    if extra:
        raise TemplateError(f"{what}: {counted_are(extra, 'value')} given where weights has no connection.")
    found = np.zeros(asked.shape, dtype=times.values.values.dtype)
    order = np.argsort(asked)
    found[order[np.searchsorted(asked, stored, sorter=order)]] = times.values.values
    return Array(found)


def _fitting(times: Array, what: str, weights: Matrix) -> Array:
    if isinstance(weights, SparseMatrix):
        if times.shape == weights.shape:
            return Array(times.values[weights.rows, weights.columns])
        if times.shape == weights.values.shape:
            return times
    elif len(times.shape) == 2 and (not isinstance(weights, Array) or times.shape == weights.shape):
        return times
    shape = weights.shape if isinstance(weights, (Array, SparseMatrix)) else "of a matrix [target, source]"
    raise TemplateError(f"{what} has the shape {times.shape}, but the connections have the shape {shape}.")


def _as_given(times: Any) -> Any:
    """Return what is checked when the weights are known; for type checkers callers may give whatever fits them."""
    return times


@checked_class
@frozen(cache_hash=True)
class Connectivity:
    """Connections from a population's variable to a population's input.

    Attributes:
        source: path of the source variable, relative to the circuit.
        target: path of the target input.
        weights: matrix `[target, source]`, dense or sparse; or one number for all pairs, self included.
        edge: equations of the connections, or None.
        edge_var_map: what variables `op/var` of the edge are: a number, `"source"`, or the path of a variable.
        delays: one number, or an array of the weights' shape (sparse weights: one entry per connection).
        spread: standard deviations of the delays' gamma kernels, one number or an array like `delays`.
        location: where the connectivity was written; no part of its identity.

    Raises:
        TemplateError: a value is not finite, a time is negative, or shapes do not agree.
        UnknownNameError: the edge template has no such variable.

    Example:
        >>> import numpy as np
        >>> from rates_core import Connectivity
        >>> Connectivity("cells/decay/x", "cells/decay/u", weights=np.ones((3, 3)), delays=0.5).shape
        (3, 3)
    """

    source: str
    target: str
    weights: Matrix = field(converter=_weights, eq=exact)
    edge: EdgeTemplate | None = field(default=None, converter=edge_template)
    edge_var_map: Mapping[str, Mapped] = field(factory=FrozenMapping)
    delays: float | Array | None = field(default=None, converter=_as_given, eq=exact)
    spread: float | Array | None = field(default=None, converter=_as_given, eq=exact)
    location: Location | None = field(default=None, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        for path in (self.source, self.target):
            split_variable(path)
        set_field = object.__setattr__
        try:
            set_field(self, "edge_var_map", mapped_variables(self.edge_var_map, self.edge))
            set_field(self, "delays", connection_times(self.delays, "delays", self.weights))
            set_field(self, "spread", connection_times(self.spread, "spread", self.weights))
        except TemplateError as error:
            raise TemplateError(f"Connection {self}: {error}") from None
        self._check_spread()

    def __str__(self) -> str:
        return f"{self.source}->{self.target}"

    def __repr__(self) -> str:
        shape = "all to all" if self.shape is None else "{} targets, {} sources".format(*self.shape)
        return f"<Connectivity {shown(str(self))}: {shape}>"

    @property
    def shape(self) -> tuple[int, int] | None:
        """Return the numbers of targets and sources that the arrays speak of; None if all are single numbers."""
        for part in (self.weights, self.delays, self.spread):
            if isinstance(part, SparseMatrix):
                return part.shape
            if isinstance(part, Array):
                return part.shape[0], part.shape[1]
        return None

    def _check_spread(self) -> None:
        if self.spread and self.delays is None:
            raise TemplateError(f"Connection {self} has a spread and no delays to spread.")
        shapes = [part.shape for part in (self.delays, self.spread) if isinstance(part, Array)]
        if len(set(shapes)) > 1:
            raise TemplateError(f"Connection {self}: delays has the shape {shapes[0]}, but spread {shapes[1]}.")
