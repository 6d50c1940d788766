"""Carry derivatives of a loss from the results of statements back to what they read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
from attrs import define, field

from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.derivative import differentiate
from rates_core.expressions.simplify import is_number
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, symbols
from rates_core.system.adjoint.pieces import Pieces
from rates_core.system.linearisation.entries import Index, product, size_of
from rates_core.system.linearisation.selections import selected_places
from rates_core.system.linearisation.separate import on_axis
from rates_core.system.schedule import reads_of
from rates_core.system.smooth_steps import valued
from rates_core.system.system import Assign, Project, Statement


@define(eq=False)
class Reverse:
    """The way back through one routine.

    A bar is the derivative of the loss by a variable: the sum of what each statement that reads the variable adds.

    Attributes:
        pieces: makes expressions.
        statements: of the System, each with one function of whole axes at most, which is the outermost.
        ends: paths whose bars are wanted.
        suffix: of the paths of bars.
        added: statements of the way back, in order.
    """

    pieces: Pieces
    statements: Sequence[Statement]
    ends: Collection[str]
    suffix: str
    added: list[Statement] = field(factory=list)
    _terms: dict[str, list[Expression]] = field(factory=dict)
    _moving: set[str] = field(factory=set)
    _count: int = 0

    def through(self, results: Mapping[str, Expression]) -> dict[str, Expression]:
        """Return what the seeds of results add to the derivatives by what is wanted, where they add anything.

        Args:
            results: by the path of each seed, which has the shape of the result or that of the axis it is spread on.
        """
        self._moving = self._moved()
        for seed, expression in results.items():
            self._elementwise(Symbol(seed), expression)
        for statement in reversed(self.statements):
            if statement.target in self._moving and self._terms.get(statement.target):
                self._back(statement, self._bar(statement.target))
        return {path: self._sum(path) for path in self.ends if self._terms.get(path)}

    def _moved(self) -> set[str]:
        """Return all symbols that move with what is wanted."""
        moved = set(self.ends)
        for statement in self.statements:
            if not moved.isdisjoint(reads_of(statement)):
                moved.add(statement.target)
        return moved

    def _sum(self, path: str) -> Expression:
        """Return the sum of all that was added to a bar, on the whole axis of the variable."""
        total, *others = self._terms[path]
        for other in others:
            total = Apply("add", (total, other))
        return self.pieces.spread(total, self._shape(path))

    def _shape(self, path: str) -> tuple[int, ...]:
        """Return the shape of a bar: that of the variable, whose entries lie in one axis."""
        shape = self.pieces.shapes[path]
        return shape if len(shape) < 2 else (size_of(shape),)

    def _bar(self, path: str) -> Symbol:
        """Return the symbol of a bar to which nothing is added any more."""
        return self._symbol(self._sum(path), f"{path}{self.suffix}")

    def _symbol(self, expression: Expression, path: str = "") -> Symbol:
        """Return the symbol of an expression, which is assigned where it is none."""
        return expression if isinstance(expression, Symbol) else self._named(path or self._new(), expression)

    def _named(self, path: str, expression: Expression) -> Symbol:
        self.pieces.shapes[path] = self.pieces.shape(expression)
        self.added.append(Assign(path, expression))
        return Symbol(path)

    def _new(self) -> str:
        """Return a path for a part of a bar."""
        self._count += 1
        return f"#share{self._count}{self.suffix}"

    def _add(self, path: str, term: Expression) -> None:
        if path in self._moving and not is_number(term, 0):
            self._terms.setdefault(path, []).append(term)

    def _add_sum(self, path: str, term: Expression) -> None:
        """Add to the bar of a number what all entries of an axis add to it."""
        summed = Apply("vsum", (term,)) if self.pieces.shape(term) else term
        self._add(path, self._named(self._new(), summed) if summed is not term else term)

    def _back(self, statement: Statement, bar: Symbol) -> None:
        if isinstance(statement, Project):
            self._project(statement, bar)
        elif on_axis(statement.expression):
            assert isinstance(statement.expression, Apply)
            self._axis(statement.target, statement.expression, bar)
        else:
            self._elementwise(bar, statement.expression)

    def _elementwise(self, bar: Symbol, expression: Expression) -> None:
        """Go back through an expression that is computed entry by entry."""
        for name in sorted(symbols(expression) & self._moving):
            factor = valued(differentiate(expression, name))
            if is_number(factor, 0):
                continue
            if len(self.pieces.shapes[name]) > 1:
                raise UnsupportedFeatureError(
                    f"The adjoint of a compiled loop does not follow the matrix '{name}' through an equation; it is "
                    "followed where it is multiplied."
                )
            term = product(bar, factor)
            own = self.pieces.shapes[name]
            self._add(name, term) if own == self.pieces.shape(term) else self._add_sum(name, term)

    def _project(self, statement: Project, bar: Symbol) -> None:
        source, weights = Symbol(statement.source), Symbol(statement.weights)
        match statement.form:
            case "uniform":
                self._add(source.name, product(weights, bar))
                self._if_moving(weights.name, lambda: product(bar, self._total(source)))
            case "dense":
                self._dense(weights, source, bar)
            case _:
                self._connections(statement, bar)

    def _if_moving(self, path: str, term: Callable[[], Expression]) -> None:
        if path in self._moving:
            self._add_sum(path, term()) if not self.pieces.shapes[path] else self._add(path, term())

    def _total(self, vector: Symbol) -> Expression:
        return self._named(self._new(), Apply("vsum", (vector,))) if self.pieces.shapes[vector.name] else vector

    def _dense(self, matrix: Symbol, vector: Symbol, bar: Symbol) -> None:
        """Go back through the product of a matrix and a vector."""
        shapes = self.pieces.shapes
        if len(shapes[matrix.name]) < 2 or not shapes[vector.name]:  # numbers are on one side
            self._elementwise(bar, Apply("multiply", (matrix, vector)))
            return
        if vector.name in self._moving:
            self._add(vector.name, self._named(self._new(), Apply("matmul", (bar, matrix))))
        self._outer(matrix.name, bar, vector)

    def _outer(self, matrix: str, left: Symbol, right: Symbol) -> None:
        """Add the products of all pairs of entries to the bar of a matrix, row by row."""
        if matrix in self._moving:
            height, width = self.pieces.shapes[matrix]
            rows, columns = np.repeat(np.arange(height), width), np.tile(np.arange(width), height)
            self._add(matrix, product(self.pieces.picked(left, rows), self.pieces.picked(right, columns)))

    def _connections(self, statement: Project, bar: Symbol) -> None:
        """Go back through a sum over connections, each of which has a target and a source."""
        pieces, weights, source = self.pieces, Symbol(statement.weights), Symbol(statement.source)
        rows = pieces.index_of(statement.rows, size_of(statement.shape))
        columns = pieces.index_of(statement.index, len(rows))
        brought = pieces.picked(bar, rows) if pieces.shapes[bar.name] else bar
        if not pieces.shapes[source.name]:
            self._add_sum(source.name, product(weights, brought))
            taken: Expression = source
        else:
            self._to_sources(source.name, weights, bar, rows, columns)
            taken = pieces.picked(source, columns)
        self._if_moving(weights.name, lambda: product(brought, taken))

    def _to_sources(self, source: str, weights: Expression, bar: Symbol, rows: Index, columns: Index) -> None:
        """Add to the bar of a source what each of its connections brings: a transposed product."""
        if source not in self._moving:
            return
        pieces, size = self.pieces, self.pieces.count(source)
        first = int(columns[0]) if len(columns) else 0
        if bool((columns == first + np.arange(len(columns))).all()):
            brought = pieces.picked(bar, rows) if pieces.shapes[bar.name] else bar
            self._add(source, pieces.padded(pieces.spread(product(weights, brought), (len(columns),)), first, size))
            return
        order = np.argsort(columns, kind="stable")
        by_source = self._symbol(pieces.spread(pieces.picked(weights, order), (len(order),)))
        if not pieces.shapes[bar.name]:
            bar = self._symbol(pieces.spread(bar, (1,)))
        part = self._new()
        self.added.append(pieces.collected(part, bar.name, by_source.name, rows[order], columns[order], size))
        self._add(source, Symbol(part))

    def _axis(self, target: str, expression: Apply, bar: Symbol) -> None:
        """Go back through a function that acts on a whole axis."""
        function, arguments = expression.function, expression.arguments
        match function, arguments:
            case "vsum", (Symbol(name),):
                self._add(name, bar)
            case "mean", (Symbol(name),):
                self._add(name, Apply("divide", (bar, Number(float(self.pieces.count(name))))))
            case "maxi" | "mini", (Symbol(name),):
                chosen = Apply("equal", (Symbol(name), Symbol(target)))
                self._add(name, Apply("where", (chosen, bar, Number(0))))
            case "concatenate", (Symbol(first), Symbol(second)):
                self._apart(first, 0, bar)
                self._apart(second, self.pieces.count(first), bar)
            case "matvec" | "matmul", (Symbol(left), Symbol(right)):
                self._product(Symbol(left), Symbol(right), bar)
            case _, (Symbol(name), *_) if name in self._moving:
                self._selected(name, expression, bar)

    def _apart(self, name: str, first: int, bar: Symbol) -> None:
        """Give one of two joined vectors its part of a bar."""
        shape = self.pieces.shapes[name]
        bounds = Number(first), Number(first + self.pieces.count(name))
        part = Apply("index_range", (bar, *bounds)) if shape else Apply("index", (bar, Number(first)))
        if name in self._moving:
            self._add(name, part)

    def _product(self, left: Symbol, right: Symbol, bar: Symbol) -> None:
        """Go back through a product of which one factor is a vector."""
        axes = len(self.pieces.shapes[left.name]), len(self.pieces.shapes[right.name])
        if axes == (2, 1):
            self._dense(left, right, bar)
        elif axes == (1, 2):
            if left.name in self._moving:
                self._add(left.name, self._named(self._new(), Apply("matvec", (right, bar))))
            self._outer(right.name, left, bar)
        elif axes == (1, 1):
            self._add(left.name, product(bar, right))
            self._add(right.name, product(bar, left))
        elif {left.name, right.name} & self._moving:
            raise UnsupportedFeatureError(
                f"The adjoint of a compiled loop does not follow the product of the matrices '{left.name}' and "
                f"'{right.name}'."
            )

    def _selected(self, name: str, expression: Apply, bar: Symbol) -> None:
        """Put what comes from picked entries where these are."""
        pieces, shape = self.pieces, self.pieces.shapes[name]
        places = selected_places(expression, shape, pieces.given)
        if places is not None:
            self._to_sources(name, Number(1), bar, np.arange(len(places)), places)
            return
        place = expression.arguments[1]
        if expression.function != "index" or len(shape) != 1 or pieces.shape(place):
            raise UnsupportedFeatureError(
                f"The adjoint of a compiled loop follows '{expression.function}' for constant places, or for one place."
            )
        self._add(name, pieces.at_computed_place(bar, place, size_of(shape)))
