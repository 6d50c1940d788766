"""A System of populations taken apart into equations of single numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import define, field, frozen
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.functions import FUNCTIONS
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Apply, Expression, Number, Symbol
from rates_core.system.shapes import shape_of
from rates_core.system.system import TIME, Project, Statement, System

from rates_xppaut.expression_reader import added

_REDUCTIONS: Mapping[str, str] = {"maxi": "max", "mini": "min"}


@frozen
class Place:
    """One number of a System.

    Attributes:
        path: of the symbol.
        entry: its place on the axis; None if it has none.
    """

    path: str
    entry: int | None = None


@define
class Scalars:
    """Expressions of single numbers; their symbols are names.

    Attributes:
        system: what is taken apart.
        names: of places.
        inlined: statements that no user wrote, whose values stand where they are used.
    """

    system: System
    names: Mapping[Place, str]
    inlined: Mapping[str, Statement] = field(factory=dict)
    constants: dict[str, Any] = field(init=False)
    reads: dict[str, Any] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.constants = {one.path: one.value for one in self.system.parameters}
        self.reads = {one.path: one for one in self.system.reads}

    def entries(self, path: str) -> list[Place]:
        """Return the places of a symbol."""
        return entries_of(path, self.system.shapes[path])

    def value(self, statement: Statement, entry: int | None) -> Expression:
        """Return what a statement computes at one place."""
        return (
            self.projected(statement, entry) if isinstance(statement, Project) else self.at(statement.expression, entry)
        )

    def projected(self, statement: Project, entry: int | None) -> Expression:
        """Return what arrives at one target."""
        weights = np.asarray(self.constants[statement.weights])
        index = None if statement.index is None else np.asarray(self.constants[statement.index])
        source = Symbol(statement.source)
        row = entry or 0
        count = len(self.entries(statement.source))
        match statement.form:
            case "dense":
                pairs = [(j, weights[row, j]) for j in range(count)]
            case "uniform":
                pairs = [(j, weights) for j in range(count)]
            case "indexed":
                j = row if index is None else int(np.broadcast_to(index, statement.shape or (1,))[row])
                pairs = [(j, np.broadcast_to(weights, statement.shape or (1,))[row])]
            case "sparse":
                assert statement.pointers is not None
                first, last = np.asarray(self.constants[statement.pointers])[row : row + 2]
                pairs = [(k if index is None else int(index[k]), weights[k]) for k in range(first, last)]
        terms = [self.weighted(float(weight), self.at(source, j)) for j, weight in pairs if weight != 0.0]
        return added(terms) if terms else Number(0.0)

    @staticmethod
    def weighted(weight: float, value: Expression) -> Expression:
        """Return a product, or what it is."""
        return value if weight == 1.0 else Apply("multiply", (Number(weight), value))

    def at(self, expression: Expression, entry: int | None) -> Expression:
        """Return an expression at one place of its axis.

        Raises:
            UnsupportedFeatureError: it cannot be taken apart.
        """
        if isinstance(expression, Symbol):
            return self.symbol(expression.name, entry)
        if not isinstance(expression, Apply):
            return expression
        function, arguments = expression.function, expression.arguments
        if function in FUNCTIONS and FUNCTIONS[function].kind == "elementwise":
            return Apply(function, [self.at(one, entry) for one in arguments])
        return self.of_axis(expression, entry)

    def symbol(self, path: str, entry: int | None) -> Expression:
        """Return what a symbol is at one place."""
        if path == TIME:
            return Symbol(TIME)
        shape = self.system.shapes[path]
        if len(shape) > 1:
            raise UnsupportedFeatureError(f"'{path}' is a matrix, which stands for itself in an equation.")
        if path in self.inlined:
            return self.value(self.inlined[path], entry if shape else None)
        if path in self.reads:
            return self.read(path, entry if shape else None)
        place = Place(path, (entry or 0) if shape else None)
        if place not in self.names and path in self.constants:  # weights, one of each connection
            return Number(float(np.asarray(self.constants[path])[place.entry or 0]))
        return Symbol(self.names[place])

    def read(self, path: str, entry: int | None) -> Expression:
        """Return a value of the past."""
        read = self.reads[path]
        if read.slot not in self.system.state_paths:
            raise UnsupportedFeatureError(
                f"'{read.slot}' is read late and is computed; XPPAUT keeps the past of variables with equations x'=...."
            )
        index = None if read.index is None else np.asarray(self.constants[read.index])
        slot_has_axis = bool(self.system.shapes[read.slot])
        place: int | None = None
        if slot_has_axis:
            place = entry or 0
            place = place if index is None else int(np.broadcast_to(index, read.shape or (1,))[place])
        delay = self.at(read.delay, entry)
        return Apply("delay", (Symbol(self.names[Place(read.slot, place)]), delay))

    def of_axis(self, expression: Apply, entry: int | None) -> Expression:
        """Return a function that acts on an axis, at one place of what it gives."""
        function, (first, *others) = expression.function, expression.arguments or (Number(0),)
        shape = shape_of(first, self.system.shapes) if expression.arguments else ()
        count = shape[0] if shape else 1
        match function:
            case "vsum" | "mean":
                total = added([self.at(first, one) for one in range(count)])
                return total if function == "vsum" else Apply("divide", (total, Number(count)))
            case "maxi" | "mini":
                found = self.at(first, 0)
                for one in range(1, count):
                    found = Apply(_REDUCTIONS[function], (found, self.at(first, one)))
                return found
            case "concatenate":
                return self.at(first, entry) if (entry or 0) < count else self.at(others[0], (entry or 0) - count)
            case "index_range" if isinstance(others[0], Number):
                return self.at(first, int(others[0].value.real) + (entry or 0))
            case "matvec" if isinstance(first, Symbol) and first.name in self.constants:
                row = np.asarray(self.constants[first.name])[entry or 0]
                terms = [
                    self.weighted(float(weight), self.at(others[0], one)) for one, weight in enumerate(row) if weight
                ]
                return added(terms) if terms else Number(0.0)
            case "index" if isinstance(first, Symbol):
                place = self.at(others[0], entry)
                if isinstance(place, Number):
                    return self.at(first, int(place.value.real))
                return Apply("shift", (self.at(first, 0), place))
        raise UnsupportedFeatureError(f"'{to_text(expression)}': XPPAUT has no '{function}'.")

    def largest_delay(self) -> float:
        """Return the largest delay, with the values of parameters as they are."""
        found = [np.max(evaluate(read.delay, self.constants)) for read in self.system.reads]
        return float(max(found, default=0.0))


def entries_of(path: str, shape: Sequence[int]) -> list[Place]:
    """Return the places of a symbol of a shape."""
    return [Place(path, entry) for entry in range(shape[0])] if shape else [Place(path)]
