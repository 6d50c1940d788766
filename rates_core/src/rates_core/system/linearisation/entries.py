"""Derivatives of one variable by one seed: places that are known, values that are expressions."""

from __future__ import annotations

import numpy as np
from attrs import define, field, frozen

from rates_core.expressions.simplify import is_number
from rates_core.expressions.tree import Apply, Expression, Number, Symbol
from rates_core.system.shapes import Shape, shape_of
from rates_core.system.system import Parameter

Index = np.ndarray


@frozen(eq=False)
class Entries:
    """Entries of ∂(variable)/∂(seed): element `rows[k]` of the variable by element `columns[k]` of the seed.

    Attributes:
        values: shape `()`, one value for all entries, or one value per entry.
    """

    rows: Index
    columns: Index
    values: Expression


@define(eq=False)
class Algebra:
    """Products and sums of entries; index arrays that their values need become structural parameters."""

    shapes: dict[str, Shape]
    parameters: dict[str, Parameter] = field(factory=dict)
    _known: dict[bytes, str] = field(factory=dict)

    def index_parameter(self, index: Index) -> Symbol:
        """Return the symbol of an index array, each array once."""
        key = index.astype(np.int64).tobytes()
        if key not in self._known:
            path = f"#places{len(self._known)}"
            self._known[key] = path
            self.parameters[path] = Parameter(path, index.shape, index, structural=True, integer=True)
            self.shapes[path] = index.shape
        return Symbol(self._known[key])

    def shape(self, expression: Expression) -> Shape:
        """Return the shape of an expression."""
        return shape_of(expression, self.shapes)

    def picked(self, values: Expression, index: Index) -> Expression:
        """Return entries of a vector expression; a number stays a number."""
        shape = self.shape(values)
        if not shape or (len(index) == shape[0] and bool((index == np.arange(shape[0])).all())):
            return values
        return Apply("index", (values, self.index_parameter(index)))

    def identity(self, count: int) -> Entries:
        """Return the derivative of a variable by itself."""
        places = np.arange(count)
        return Entries(places, places, Number(1))

    def scaled(self, entries: Entries, factor: Expression, shape: Shape, source: Shape) -> Entries:
        """Return the entries of `factor * x` for the entries of x.

        Args:
            entries: of x.
            factor: of the shape of the result, or a number.
            shape: of the result.
            source: shape of x; a number that meets an axis is the same for all its elements.
        """
        if shape and not source:
            count, kept = shape[0], len(entries.rows)
            rows, columns = np.repeat(np.arange(count), kept), np.tile(entries.columns, count)
            values = self.picked(entries.values, np.tile(np.arange(kept), count))
            return Entries(rows, columns, product(self.picked(factor, rows), values))
        return Entries(entries.rows, entries.columns, product(self.picked(factor, entries.rows), entries.values))

    def mapped(self, entries: Entries, rows: Index, sources: Index, weights: Expression) -> Entries:
        """Return the entries of `z[rows[k]] += weights[k] * x[sources[k]]` for the entries of x."""
        order = np.argsort(entries.rows, kind="stable")
        starts = np.searchsorted(entries.rows[order], sources, side="left")
        stops = np.searchsorted(entries.rows[order], sources, side="right")
        counts = stops - starts
        connection = np.repeat(np.arange(len(sources)), counts)
        offsets = np.arange(len(connection)) - np.repeat(np.cumsum(counts) - counts, counts)
        entry = order[np.repeat(starts, counts) + offsets]
        values = product(self.picked(weights, connection), self.picked(entries.values, entry))
        return Entries(rows[connection], entries.columns[entry], values)


def product(left: Expression, right: Expression) -> Expression:
    """Return the product of two expressions, without factors 1."""
    if is_number(left, 1):
        return right
    if is_number(right, 1):
        return left
    if is_number(left, -1):
        return Apply("negative", (right,))
    return Apply("multiply", (left, right))
