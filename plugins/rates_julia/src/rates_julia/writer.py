"""Print blocks as lines of Julia."""

from __future__ import annotations

from collections.abc import Sequence

from rates_core.expressions.tree import Apply, Expression
from rates_core.programs.elementwise.syntax import INDICES, shifted
from rates_core.programs.elementwise.writer import BlockWriter, picked_axis
from rates_core.programs.segments import bounds
from rates_core.system.shapes import Shape
from rates_core.system.system import Project


class JuliaWriter(BlockWriter):
    """Print the blocks of one function; what fills a whole array is a loop, or a function that makes no new one."""

    def whole(self, target: str, expression: Apply) -> list[str]:
        """Return the lines of a function of whole arrays."""
        name, parts = self.name(target), expression.arguments
        shapes = [self.shape(part) for part in parts]
        match expression.function:
            case "matvec" | "matmul":
                return self._product(target, parts, shapes)
            case "ravel":
                return self._ravelled(name, self.array(parts[0]), shapes[0], self.syntax.said(target))
            case "index_range":
                first, _ = bounds(expression, self.printer.shapes)
                axes = INDICES[: len(shapes[0])]
                entry = ", ".join([shifted(axes[0], first), *axes[1:]])
                line = f"{name}[{', '.join(axes)}] = {self.array(parts[0])}[{entry}]{self.syntax.said(target)}"
                return self.nest(self.shape(expression), [line])
        return self._picked(target, expression)

    def _product(self, target: str, parts: Sequence[Expression], shapes: Sequence[Shape]) -> list[str]:
        name, (left, right) = self.name(target), map(self.array, parts)
        if len(shapes[0]) == len(shapes[1]) == 1:
            start = f"{name} = {self.zero(target)}{self.syntax.said(target)}"
            return [start, *self.nest(shapes[0], [f"{name} += {left}[i]*{right}[i]"])]
        self.printer.used.add("mul!")
        if len(shapes[0]) == 1:
            return [f"mul!({name}, transpose({right}), {left}){self.syntax.said(target)}"]
        return [f"mul!({name}, {left}, {right}){self.syntax.said(target)}"]

    def _ravelled(self, name: str, array: str, shape: Shape, said: str) -> list[str]:
        """Return the lines that put the rows of an array one behind the other."""
        axes = INDICES[: len(shape)]
        place = axes[0] if len(axes) == 1 else f"{shape[1]}*(i - 1) + j"
        return self.nest(shape, [f"{name}[{place}] = {array}[{', '.join(axes)}]{said}"])

    def _picked(self, target: str, expression: Apply) -> list[str]:
        matrix, index = expression.arguments[:2]
        position, shape = picked_axis(expression), self.shape(expression)
        axes = list(INDICES[: len(shape)])
        entries = list(axes)
        if not self.shape(index):
            entries.insert(position, "")
        with self.printer.at(entries[position]):
            entries[position] = self.printer.place_within(self.shape(matrix)[position], index)
        place = self.at(target, ", ".join(axes)) if axes else self.name(target)
        line = f"{place} = {self.array(matrix)}[{', '.join(entries)}]{self.syntax.said(target)}"
        return self.nest(shape, [line])

    def dense(self, statement: Project) -> list[str]:
        """Return the line that multiplies a matrix and a vector."""
        self.printer.used.add("mul!")
        given = ", ".join(self.name(symbol) for symbol in (statement.target, statement.weights, statement.source))
        return [f"mul!({given}){self.syntax.said(statement.target)}"]
