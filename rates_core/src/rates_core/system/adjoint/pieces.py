"""Expressions that put values where they belong: on an axis, at other places of one, at all of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import define, field

from rates_core.expressions.tree import Apply, Expression, Number, Symbol
from rates_core.system.linearisation.entries import Algebra, Index, product, size_of
from rates_core.system.shapes import Shape
from rates_core.system.system import Parameter, Project


@define(eq=False)
class Pieces:
    """Makes expressions whose index arrays are structural parameters.

    Attributes:
        shapes: of all symbols; those of new ones are added.
        given: the parameters of the System.
        parameters: those that were made.
    """

    shapes: dict[str, Shape]
    given: Mapping[str, Parameter]
    parameters: dict[str, Parameter] = field(factory=dict)
    _algebra: Algebra = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._algebra = Algebra(self.shapes, parameters=self.parameters)

    def shape(self, expression: Expression) -> Shape:
        """Return the shape of an expression."""
        return self._algebra.shape(expression)

    def count(self, name: str) -> int:
        """Return the number of values of a symbol."""
        return size_of(self.shapes[name])

    def places(self, index: Index) -> Symbol:
        """Return the parameter that holds places."""
        return self._algebra.index_parameter(np.asarray(index))

    def picked(self, values: Expression, index: Index) -> Expression:
        """Return entries of a vector, or of a matrix row by row; a number stays a number."""
        return self._algebra.picked(values, np.asarray(index))

    def ones(self, count: int) -> Symbol:
        """Return as many ones."""
        return self._numbers(f"#ones{count}", np.ones(count))

    def spread(self, value: Expression, shape: Shape) -> Expression:
        """Return a value at all places of an axis, if it is a number and there is one."""
        if self.shape(value) or not shape:
            return value
        return product(value, self.ones(size_of(shape)))

    def padded(self, part: Expression, first: int, size: int) -> Expression:
        """Return a vector with a part from some place on, and zeros around it."""
        (count,) = self.shape(part)
        for place, zeros in ((0, first), (1, size - first - count)):
            if zeros:
                nothing = self._numbers(f"#zeros{zeros}", np.zeros(zeros))
                part = Apply("concatenate", (part, nothing) if place else (nothing, part))
        return part

    def index_of(self, path: str | None, count: int) -> Index:
        """Return the places that a structural parameter holds; one behind the other where there is none."""
        return np.arange(count) if path is None else np.ravel(np.asarray(self.given[path].value)).astype(int)

    def collected(self, target: str, values: str, weights: str, rows: Index, to: Index, size: int) -> Project:
        """Return the sums of `weights[k] * values[rows[k]]` over all k whose `to[k]` is the place.

        Args:
            target: path of the result.
            values: path of a vector.
            weights: path of one weight for each k.
            rows: which of the values each brings.
            to: the place that it is brought to; in order.
            size: number of places.
        """
        pointers = np.concatenate([[0], np.cumsum(np.bincount(to, minlength=size))])
        self.shapes[target] = (size,)
        return Project(
            target, values, "sparse", weights, (size,), index=self.places(rows).name, rows=self.places(to).name,
            pointers=self.places(pointers).name,
        )  # fmt: skip

    def at_computed_place(self, value: Expression, place: Expression, size: int) -> Expression:
        """Return a value at a place of an axis that is computed, and 0 at the others."""
        chosen = Apply("equal", (self._numbers(f"#numbers{size}", np.arange(float(size))), Apply("floor", (place,))))
        return Apply("where", (chosen, value, Number(0)))

    def _numbers(self, path: str, values: np.ndarray) -> Symbol:
        if path not in self.parameters:
            self.parameters[path] = Parameter(path, values.shape, values, structural=True)
            self.shapes[path] = values.shape
        return Symbol(path)
