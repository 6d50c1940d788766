"""From the names of one operator in one unit to paths."""

from __future__ import annotations

from collections.abc import Callable, Collection

from attrs import define

from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, walk
from rates_core.paths import join_path
from rates_core.reference.quantities import Algebraic, Quantity, Read
from rates_core.reference.units import Unit
from rates_core.templates.operator import OperatorTemplate

TIME = "t"

_REDUCTIONS = frozenset({"vsum", "mean", "maxi", "mini"})
_PRODUCTS = frozenset({"matvec", "matmul"})
_RANGES = frozenset({"index", "index_range", "index_axis"})
AXIS_FUNCTIONS = _REDUCTIONS | _PRODUCTS | _RANGES


def uses(operator: OperatorTemplate, functions: Collection[str]) -> bool:
    """Tell whether an equation of an operator applies one of some functions."""
    return any(
        isinstance(node, Apply) and node.function in functions
        for equation in operator.parsed
        for node in walk(equation.expression)
    )


def translate(
    expression: Expression, unit: Unit, operator: OperatorTemplate, add: Callable[[Quantity], str]
) -> Expression:
    """Return an expression whose symbols are paths; delayed values become quantities that are passed to `add`.

    Raises:
        UnsupportedFeatureError: the expression draws random numbers.
    """
    return _Translation(unit, operator, add).read(expression)


@define(eq=False)
class _Translation:
    unit: Unit
    operator: OperatorTemplate
    add: Callable[[Quantity], str]

    def read(self, node: Expression) -> Expression:
        if isinstance(node, Symbol):
            return Symbol(TIME) if node.name == TIME else Symbol(self.path(node.name))
        if not isinstance(node, Apply):
            return node
        if node.function == "randn":
            raise UnsupportedFeatureError(
                f"The reference interpreter draws no random numbers; operator '{self.operator.name}' uses 'randn()'."
            )
        if node.function == "past":
            return self.past(*node.arguments)
        if node.function in AXIS_FUNCTIONS and self.unit.siblings is not None:
            return self.over_units(node, self.unit.siblings)
        return Apply(node.function, [self.read(argument) for argument in node.arguments])

    def path(self, name: str) -> str:
        return join_path(self.unit.path, self.operator.name, name)

    def past(self, value: Expression, delay: Expression) -> Expression:
        """Return the symbol of a delayed value; delays of a delayed value add."""
        total = self.read(delay)
        while isinstance(value, Apply) and value.function == "past":
            value, inner = value.arguments
            total = Apply("add", (self.read(inner), total))
        slot = self.read(value)
        if not isinstance(slot, Symbol) or slot.name == TIME:
            slot = Symbol(self.add(Algebraic(self.hidden("hidden", slot), slot, hidden=True)))
        return Symbol(self.add(Read(self.hidden("past", slot, total), slot.name, total)))

    def hidden(self, kind: str, *parts: Expression) -> str:
        """Return a path for what has none; the same parts have the same one."""
        return self.path(f"{kind}({', '.join(map(repr, parts))})")

    def over_units(self, node: Apply, siblings: list[Unit]) -> Expression:
        """Return a function of the axis that the units of a population are, for one of them."""
        first, *others = node.arguments
        if node.function in _REDUCTIONS:
            return Apply(node.function, [self.axis(first, siblings)])
        if node.function in _RANGES:
            return Apply(node.function, [self.axis(first, siblings), *map(self.read, others)])
        factors = [self.axis(factor, siblings) for factor in node.arguments]
        product = Apply(node.function, factors)
        if not any(self.is_matrix(factor) for factor in node.arguments):
            return product
        return Apply("index", (product, Number(siblings.index(self.unit))))

    def axis(self, node: Expression, siblings: list[Unit]) -> Expression:
        """Return the values of an expression in all units, as an axis; what is an axis or a matrix stays."""
        if self.is_matrix(node) or _is_range(node):
            return self.read(node)
        return Apply("axis", [_Translation(unit, self.operator, self.add).read(node) for unit in siblings])

    def is_matrix(self, node: Expression) -> bool:
        """Tell whether a parameter that is a matrix over the units stands in an expression outside of products."""
        if isinstance(node, Apply):
            return node.function not in AXIS_FUNCTIONS and any(map(self.is_matrix, node.arguments))
        value = self.unit.values.get((self.operator.name, node.name)) if isinstance(node, Symbol) else None
        return isinstance(value, list)


def _is_range(node: Expression) -> bool:
    """Tell whether an expression is an axis by itself: elements of another one."""
    if not isinstance(node, Apply) or node.function in _REDUCTIONS | _PRODUCTS:
        return False
    return node.function == "index_range" or any(map(_is_range, node.arguments))
