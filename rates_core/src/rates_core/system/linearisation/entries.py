"""Derivatives of one variable by one seed: places that are known, values that are expressions."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from attrs import define, field, frozen

from rates_core.expressions.simplify import is_number
from rates_core.expressions.tree import Apply, Expression, Number, Symbol
from rates_core.system.complexness import is_complex
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
    """Products and sums of entries; index arrays that their values need become structural parameters.

    Attributes:
        shapes: of all symbols.
        complex_symbols: those whose values are complex.
        parameters: the index arrays.
    """

    shapes: dict[str, Shape]
    complex_symbols: set[str] = field(factory=set)
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

    def count(self, name: str) -> int:
        """Return the number of values of a symbol."""
        return size_of(self.shapes[name])

    def picked(self, values: Expression, index: Index) -> Expression:
        """Return entries of a vector, or of a matrix row by row; a number stays a number."""
        shape = self.shape(values)
        if not shape:
            return values
        flat = values if len(shape) == 1 else Apply("ravel", (values,))
        whole = len(index) == size_of(shape) and bool((index == np.arange(len(index))).all())
        return flat if whole else Apply("index", (flat, self.index_parameter(index)))

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
            count, kept = size_of(shape), len(entries.rows)
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

    def conjugated(self, entries: Iterable[Entries]) -> list[Entries]:
        """Return the entries of conj(x) for the entries of x."""
        return [
            Entries(item.rows, item.columns, Apply("conj", (item.values,))) if self.is_complex(item.values) else item
            for item in entries
        ]

    def is_complex(self, expression: Expression) -> bool:
        """Tell whether the value of an expression is complex."""
        return is_complex(expression, self.complex_symbols)


def size_of(shape: Shape) -> int:
    """Return the number of values of a shape."""
    return int(np.prod(shape)) if shape else 1


def product(left: Expression, right: Expression) -> Expression:
    """Return the product of two expressions, without factors 1."""
    if is_number(left, 1):
        return right
    if is_number(right, 1):
        return left
    if is_number(left, -1):
        return Apply("negative", (right,))
    return Apply("multiply", (left, right))


def merged(parts: Iterable[Entries]) -> list[Entries]:
    """Add up entries at the same places."""
    found: list[Entries] = []
    for part in parts:
        for number, other in enumerate(found):
            if np.array_equal(part.rows, other.rows) and np.array_equal(part.columns, other.columns):
                found[number] = Entries(part.rows, part.columns, Apply("add", (other.values, part.values)))
                break
        else:
            found.append(part)
    return found
