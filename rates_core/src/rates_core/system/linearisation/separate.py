"""Give every function that acts on a whole axis a statement of its own, so that all others are elementwise."""

from __future__ import annotations

from attrs import define, field

from rates_core.expressions.functions import FUNCTIONS, INTERNAL
from rates_core.expressions.tree import Apply, Expression, Symbol
from rates_core.system.shapes import Shape, shape_of
from rates_core.system.system import Assign, Derivative, Statement, System

AXIS_KINDS = {"reduction", "linear", "index"}
PRODUCTS = {"matvec", "matmul", "concatenate"}  # both arguments are arrays


def on_axis(expression: Expression) -> bool:
    """Tell whether the outermost function of an expression acts on a whole axis."""
    if not isinstance(expression, Apply):
        return False
    definition = FUNCTIONS.get(expression.function) or INTERNAL[expression.function]
    return definition.kind in AXIS_KINDS


@define(eq=False)
class Separation:
    """Statements in order, with those that were taken out of larger expressions."""

    shapes: dict[str, Shape]
    statements: list[Statement] = field(factory=list)
    count: int = 0

    def add(self, statement: Statement) -> None:
        """Add a statement behind what it needs."""
        if isinstance(statement, Assign):
            statement = Assign(statement.target, self._separated(statement.expression, outermost=True))
        self.statements.append(statement)

    def derivative(self, derivative: Derivative) -> Derivative:
        """Return a derivative whose expression is elementwise."""
        return Derivative(derivative.state, self._separated(derivative.expression, outermost=False))

    def _separated(self, expression: Expression, outermost: bool) -> Expression:
        if not isinstance(expression, Apply):
            return expression
        if on_axis(expression):
            arrays = 2 if expression.function in PRODUCTS else 1
            parts = [
                self._as_symbol(self._separated(part, outermost=False)) if place < arrays else part
                for place, part in enumerate(expression.arguments)
            ]
            rebuilt = Apply(expression.function, parts)
            return rebuilt if outermost else self._as_symbol(rebuilt)
        return Apply(expression.function, tuple(self._separated(a, outermost=False) for a in expression.arguments))

    def _as_symbol(self, expression: Expression) -> Symbol:
        if isinstance(expression, Symbol):
            return expression
        path = f"#part{self.count}"
        self.count += 1
        self.shapes[path] = shape_of(expression, self.shapes)
        self.statements.append(Assign(path, expression))
        return Symbol(path)


def separate(system: System) -> tuple[list[Statement], list[Derivative], dict[str, Shape]]:
    """Return statements and derivatives in which only outermost functions act on an axis, and all shapes."""
    separation = Separation(dict(system.shapes))
    for statement in system.statements:
        separation.add(statement)
    derivatives = [separation.derivative(derivative) for derivative in system.derivatives]
    return separation.statements, derivatives, separation.shapes
