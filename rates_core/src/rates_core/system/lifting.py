"""Give a number an axis: where it has to be one entry per unit, or per element of a vector.

Equations are translated before shapes are known, so what may have to be lifted is marked then, and settled when the
shapes are inferred. No mark is left in a System.
"""

from __future__ import annotations

from attrs import define

from rates_core.expressions.tree import Apply, Expression, Number, Symbol, transform, walk
from rates_core.system.assembly import Assembly
from rates_core.system.shapes import Shape, shape_of

LIFT = "lift"


def lifted(expression: Expression, count: int) -> Expression:
    """Mark an expression that has to have an axis; if it is a number, it becomes `count` equal entries."""
    return Apply(LIFT, (expression, Number(count)))


@define(eq=False)
class Lifting:
    """Replace the marks in expressions; the axes that numbers get are structural parameters."""

    assembly: Assembly

    def settle(self, expression: Expression, shapes: dict[str, Shape]) -> Expression:
        """Return an expression without marks; `shapes` gets those of new parameters."""
        if not any(isinstance(node, Apply) and node.function == LIFT for node in walk(expression)):
            return expression

        def settled(node: Expression) -> Expression:
            if not isinstance(node, Apply) or node.function != LIFT:
                return node
            value, count = node.arguments
            assert isinstance(count, Number)
            if shape_of(value, shapes):
                return value
            return Apply("multiply", (value, self._ones(int(count.value.real), shapes)))

        return transform(expression, settled)

    def _ones(self, count: int, shapes: dict[str, Shape]) -> Symbol:
        import numpy as np

        path = f"#axis{count}"
        if path not in self.assembly.parameters:
            self.assembly.add_parameter(path, np.ones(count), structural=True)
        shapes[path] = (count,)
        return Symbol(path)
