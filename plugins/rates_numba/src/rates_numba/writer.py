"""Print blocks as lines of Python that Numba compiles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rates_core.expressions.tree import Apply
from rates_core.programs.blocks import Block, Joined, Loop
from rates_core.programs.elementwise.writer import BlockWriter, picked_axis
from rates_core.programs.segments import bounds
from rates_core.system.shapes import Shape
from rates_core.system.system import Project

from rates_numba.printer import SYNTAX, Past

INDENT = SYNTAX.indent


class NumbaWriter(BlockWriter):
    """Print the blocks of one function; whole arrays are NumPy's."""

    def allocations(self, given: Sequence[str]) -> list[str]:
        """Return the lines that make the arrays of temporaries that a loop fills; `given` have theirs."""
        lines = []
        for block in self.blocks.blocks:
            for target in filled(block):
                if target in self.blocks.stored and target not in given:
                    lines.append(f"{self.name(target)} = {self.empty(target, self.blocks.shapes[target])}")
        return lines

    def empty(self, symbol: str, shape: Shape) -> str:
        """Return the text of a new array."""
        kind = ", np.complex128" if symbol in self.printer.complex_symbols else ""
        return f"np.empty({_shape(shape)}{kind})"

    def whole(self, target: str, expression: Apply) -> list[str]:
        """Return the line that calls a function of whole arrays."""
        return [f"{self.name(target)} = {self._whole(expression)}{self.syntax.said(target)}"]

    def _whole(self, expression: Apply) -> str:
        """Return the text of a function of whole arrays."""
        parts = expression.arguments
        names = [self.array(part) for part in parts]
        match expression.function:
            case "matvec" | "matmul":
                if self.printer.is_complex(parts[0]) != self.printer.is_complex(parts[1]):
                    names = [name if self.printer.is_complex(part) else f"{name}.astype(np.complex128)"
                             for name, part in zip(names, parts, strict=True)]  # fmt: skip
                return f"np.dot({names[0]}, {names[1]})"
            case "index_range":
                first, last = bounds(expression, self.printer.shapes)
                return f"{names[0]}[{first}:{last}].copy()"
            case "index" | "index_axis":
                return self._picked(expression, names[0])
        return f"{names[0]}.copy().ravel()"

    def _picked(self, expression: Apply, array: str) -> str:
        matrix, index = expression.arguments[:2]
        position = picked_axis(expression)
        before = ":, " * position
        size = self.shape(matrix)[position]
        if self.shape(index):
            self.printer.used.add("places")
            return f"np.ascontiguousarray({array}[{before}places({self.array(index)}, {size})])"
        copy = ".copy()" if len(self.shape(matrix)) > 1 else ""
        return f"{array}[{before}{self.printer.place_within(size, index)}]{copy}"

    def dense(self, statement: Project) -> list[str]:
        """Return the lines of a product of a matrix and a vector; NumPy has none of which one is complex."""
        target, weights = statement.target, self.name(statement.weights)
        name, said = self.name(target), self.syntax.said(target)
        if target not in self.printer.complex_symbols:
            return [f"{name} = np.dot({weights}, {self.name(statement.source)}){said}"]
        term = f"{weights}[i, j]*{self.printer.element(statement.source, 'j')}"
        return [
            f"{name} = {self.empty(target, statement.shape)}{said}",
            f"for i in range({statement.shape[0]}):",
            f"{INDENT}total = {self.zero(target)}",
            f"{INDENT}for j in range({self.printer.shapes[statement.source][0]}):",
            f"{INDENT * 2}total += {term}",
            f"{INDENT}{name}[i] = total",
        ]

    def sparse(self, statement: Project) -> list[str]:
        """Return the call that sums over the connections of each target."""
        name = self.name(statement.target)
        given = [name, self.name(statement.weights), self.name(str(statement.pointers))]
        made = f"{name} = {self.empty(statement.target, statement.shape)}{self.syntax.said(statement.target)}"
        return [made, *self._sums(statement, given)]

    def _sums(self, statement: Project, given: Sequence[str]) -> Iterator[str]:
        """Yield the call that sums over the connections of each target."""
        printer = self.printer
        past = printer.gathered.get(statement.source)
        assert past is None or isinstance(past, Past)
        if past is None and printer.shapes[statement.source]:
            index = [] if statement.index is None else [self.name(statement.index)]
            function = "sums_of_picked" if index else "sums_of_own"
            printer.used.add(function)
            yield f"{function}({', '.join([*given, self.name(statement.source), *index])})"
        elif past is not None and statement.index is None:
            printer.used.update(("sums_of_picked", "sums_between_samples"))
            yield f"if {past.exact}:"
            yield f"{INDENT}sums_of_picked({', '.join([*given, past.buffer, past.places])})"
            yield "else:"
            rest = [past.buffer, past.places, str(past.width), past.weights]
            yield f"{INDENT}sums_between_samples({', '.join([*given, *rest])})"
        else:
            yield from super().sparse(statement)


def _shape(shape: Shape) -> str:
    return str(shape[0]) if len(shape) == 1 else str(shape)


def filled(block: Block) -> list[str]:
    """Return the arrays that loops fill entry by entry."""
    if isinstance(block, Joined):
        return [block.target]
    return [statement.target for statement in block.statements] if isinstance(block, Loop) and block.shape else []
