"""Follow the statements of a System and find the gradient of each variable by the chain rule."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import define, field

from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.derivative import differentiate
from rates_core.expressions.simplify import is_number
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, symbols
from rates_core.system.linearisation.entries import Algebra, Entries, Index, merged
from rates_core.system.linearisation.products import Product, product_of, project_product
from rates_core.system.linearisation.selections import selected_places
from rates_core.system.linearisation.separate import on_axis
from rates_core.system.linearisation.wirtinger import Wirtinger, conjugate_name
from rates_core.system.shapes import Shape
from rates_core.system.system import Assign, Parameter, Project

Seed = tuple[str, bool]  # path, and whether the derivative is by the conjugate of a complex seed
Gradient = dict[Seed, list[Entries]]


@define(eq=False)
class ChainRule:
    """Gradients of all variables by the seeds, as far as the statements have been followed.

    Attributes:
        seeds: number of values of each seed.
        parameters: of the System; the values of index arrays are structure.
    """

    algebra: Algebra
    seeds: Mapping[str, int]
    parameters: Mapping[str, Parameter]
    gradients: dict[str, Gradient] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.gradients.update({seed: {(seed, False): [self.algebra.identity(n)]} for seed, n in self.seeds.items()})

    def differentiate(self, target: str, statement: Assign | Project) -> None:
        """Find the gradient of the target of a statement."""
        if isinstance(statement, Project):
            gradient = self._bilinear(project_product(statement, self.algebra, self.parameters))
        elif on_axis(statement.expression):
            gradient = self._axis(target, statement.expression)
        else:
            gradient = self.elementwise(statement.expression, self.algebra.shapes[target])
        if gradient:
            self.gradients[target] = gradient

    def elementwise(self, expression: Expression, shape: Shape) -> Gradient:
        """Return the gradient of an elementwise expression."""
        algebra, found = self.algebra, Gradient()
        names = sorted(symbols(expression) & self.gradients.keys())
        calculus = Wirtinger(algebra.complex_symbols)
        written = calculus.written(expression)
        for name in names:
            source = algebra.shapes[name]
            for seed, parts, factor in self._terms(written, name, calculus):
                scaled = [algebra.scaled(part, factor, shape, source) for part in parts]
                found.setdefault(seed, []).extend(scaled)
        return {seed: merged(parts) for seed, parts in found.items()}

    def _terms(
        self, expression: Expression, name: str, calculus: Wirtinger
    ) -> list[tuple[Seed, list[Entries], Expression]]:
        """Return gradients and the factors that they have, by a variable and by its conjugate."""
        terms = []
        factor = calculus.restored(differentiate(expression, name))
        if not is_number(factor, 0):
            terms += [(seed, parts, factor) for seed, parts in self.gradients[name].items()]
        if name in self.algebra.complex_symbols:
            factor = calculus.restored(differentiate(expression, conjugate_name(name)))
            if not is_number(factor, 0):
                conjugates = self._conjugated(self.gradients[name])
                terms += [(seed, parts, factor) for seed, parts in conjugates.items()]
        return terms

    def _conjugated(self, gradient: Gradient) -> Gradient:
        """Return the gradient of conj(x): the derivatives by a complex seed and by its conjugate change places."""
        complex_symbols = self.algebra.complex_symbols
        return {
            (path, not conjugate if path in complex_symbols else False): self.algebra.conjugated(parts)
            for (path, conjugate), parts in gradient.items()
        }

    def _mapped(self, source: str, rows: Index, columns: Index, weights: Expression) -> Gradient:
        return {
            seed: [self.algebra.mapped(part, rows, columns, weights) for part in parts]
            for seed, parts in self.gradients.get(source, {}).items()
        }

    def _bilinear(self, product: Product) -> Gradient:
        """Return the gradient of `z[rows[k]] += left[left_places[k]] * right[right_places[k]]`."""
        algebra, found = self.algebra, Gradient()
        for own, places, other, other_places in (
            (product.left, product.left_places, product.right, product.right_places),
            (product.right, product.right_places, product.left, product.left_places),
        ):
            if isinstance(own, Symbol) and own.name in self.gradients:
                weights = algebra.picked(other, other_places)
                for seed, parts in self._mapped(own.name, product.rows, places, weights).items():
                    found.setdefault(seed, []).extend(parts)
        return found

    def _axis(self, target: str, expression: Expression) -> Gradient:
        assert isinstance(expression, Apply)
        function, arguments = expression.function, expression.arguments
        if not any(symbols(argument) & self.gradients.keys() for argument in arguments):
            return {}
        match function, arguments:
            case "vsum" | "mean", (Symbol(name),):
                count = self.algebra.count(name)
                weight = Number(1) if function == "vsum" else Number(1 / count)
                return self._mapped(name, np.zeros(count, dtype=int), np.arange(count), weight)
            case "maxi" | "mini", (Symbol(name),):
                count = self.algebra.count(name)
                chosen = Apply("equal", (self.algebra.picked(Symbol(name), np.arange(count)), Symbol(target)))
                return self._mapped(name, np.zeros(count, dtype=int), np.arange(count), chosen)
            case "concatenate", (Symbol(first), Symbol(second)):
                return self._concatenated(first, second)
            case "matvec" | "matmul", (left, right):
                return self._bilinear(product_of(left, right, self.algebra))
            case _, (Symbol(name), *_) if function != "vsum":
                return self._selected(name, expression)
        raise UnsupportedFeatureError(f"The derivative of '{function}', which '{target}' needs, is not defined here.")

    def _concatenated(self, first: str, second: str) -> Gradient:
        before, after = self.algebra.count(first), self.algebra.count(second)
        found = self._mapped(first, np.arange(before), np.arange(before), Number(1))
        for seed, parts in self._mapped(second, np.arange(after) + before, np.arange(after), Number(1)).items():
            found.setdefault(seed, []).extend(parts)
        return found

    def _selected(self, name: str, expression: Apply) -> Gradient:
        """Return the gradient of elements of x: their places are known, or found by comparison."""
        shape = self.algebra.shapes[name]
        places = selected_places(expression, shape, self.parameters)
        if places is not None:
            return self._mapped(name, np.arange(len(places)), places, Number(1))
        place = expression.arguments[1]
        if expression.function != "index" or len(shape) != 1 or self.algebra.shape(place):
            raise UnsupportedFeatureError(
                f"The derivative of '{expression.function}' is defined for constant places, or for one place."
            )
        count = self.algebra.count(name)
        chosen = Apply("equal", (self.algebra.index_parameter(np.arange(count)), Apply("floor", (place,))))
        return self._mapped(name, np.zeros(count, dtype=int), np.arange(count), chosen)
