"""Print blocks as lines of Julia."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen
from rates_core.expressions.tree import Apply, Expression, Number, Symbol
from rates_core.programs.blocks import Block, Blocks, Joined, Loop, Reduction, Whole
from rates_core.programs.naming import one_line
from rates_core.programs.segments import Piece, bounds
from rates_core.system.shapes import Shape, shape_of
from rates_core.system.system import Assign, Project, Statement

from rates_julia.lines import inner
from rates_julia.printer import EntryPrinter, shifted

INDICES = ("i", "j", "l")
START = {"maxi": "-Inf", "mini": "Inf"}


@frozen(eq=False)
class BlockWriter:
    """Print the blocks of one function.

    Attributes:
        printer: prints single entries; it is changed while a loop is printed.
    """

    printer: EntryPrinter
    blocks: Blocks

    def lines(self) -> list[str]:
        """Return the lines of all blocks."""
        return [line for block in self.blocks.blocks for line in self._block(block)]

    def _name(self, symbol: str) -> str:
        return self.printer.names[symbol]

    def _block(self, block: Block) -> list[str]:
        match block:
            case Loop(shape, statements):
                return self._loop(shape, statements)
            case Reduction():
                return self._reduction(block)
            case Joined(target, pieces):
                return [line for piece in pieces for line in self._piece(target, piece)]
            case Whole(target, expression):
                return self._whole(target, expression)
        return list(self._project(block))

    def _loop(self, shape: Shape, statements: Sequence[Statement]) -> list[str]:
        printer = self.printer
        outside, printer.entry = printer.entry, ", ".join(INDICES[: len(shape)])
        kept, targets = self.blocks.stored, {statement.target for statement in statements}
        printer.local = frozenset(targets - kept) if shape else frozenset()
        lines = []
        for statement in statements:
            target = statement.target
            place = f"{self._name(target)}[{printer.entry}]" if shape and target in kept else self._name(target)
            lines.append(f"{place} = {self._value(statement)}{comment(target)}")
        printer.entry, printer.local = outside, frozenset()
        return nest(shape, lines)

    def _piece(self, target: str, piece: Piece) -> list[str]:
        """Return the loop that fills some neighbouring entries of a vector."""
        printer = self.printer
        outside, printer.entry = printer.entry, "i"
        place = f"{self._name(target)}[{shifted('i', piece.first)}]"
        lines = nest((piece.size,), [f"{place} = {printer.text(piece.expression)}{comment(target)}"])
        printer.entry = outside
        return lines

    def _value(self, statement: Statement) -> str:
        printer = self.printer
        if isinstance(statement, Assign):
            return printer.text(statement.expression)
        return f"{printer.symbol(statement.weights)}*{self._source(statement, '')}"

    def _source(self, statement: Project, entry: str) -> str:
        """Return the value that a connection takes, for the entry of its index or its own."""
        printer = self.printer
        if not printer.shapes[statement.source]:
            return self._name(statement.source)
        entry = entry or printer.entry
        if statement.index is not None:
            entry = printer.known_place(statement.index, entry)
        return printer.element(statement.source, entry)

    def _zero(self, *symbols: str) -> str:
        return "complex(0.0)" if any(symbol in self.printer.complex_symbols for symbol in symbols) else "0.0"

    def _reduction(self, block: Reduction) -> list[str]:
        printer, name, function = self.printer, self._name(block.target), block.function
        outside, printer.entry = printer.entry, ", ".join(INDICES[: len(block.shape)])
        text = printer.text(block.operand)
        if function in ("vsum", "mean"):
            start, step = self._zero(block.target), f"{name} += {text}"
        else:
            start, step = START[function], f"{name} = {'max' if function == 'maxi' else 'min'}({name}, {text})"
        lines = [f"{name} = {start}{comment(block.target)}", *nest(block.shape, [step])]
        if function == "mean":
            lines.append(f"{name} /= {_count(block.shape)}")
        printer.entry = outside
        return lines

    def _whole(self, target: str, expression: Apply) -> list[str]:
        """Return the lines of a function of whole arrays."""
        name, parts = self._name(target), expression.arguments
        shapes = [self._shape(part) for part in parts]
        match expression.function:
            case "matvec" | "matmul":
                return self._product(target, parts, shapes)
            case "ravel":
                return self._ravelled(name, self._array(parts[0]), shapes[0], comment(target))
            case "index_range":
                first, _ = bounds(expression, self.printer.shapes)
                axes = INDICES[: len(shapes[0])]
                entry = ", ".join([shifted(axes[0], first), *axes[1:]])
                line = f"{name}[{', '.join(axes)}] = {self._array(parts[0])}[{entry}]{comment(target)}"
                return nest(self._shape(expression), [line])
        return self._picked(target, expression)

    def _product(self, target: str, parts: Sequence[Expression], shapes: Sequence[Shape]) -> list[str]:
        name, (left, right) = self._name(target), map(self._array, parts)
        if len(shapes[0]) == len(shapes[1]) == 1:
            start = f"{name} = {self._zero(target)}{comment(target)}"
            return [start, *nest(shapes[0], [f"{name} += {left}[i]*{right}[i]"])]
        self.printer.used.add("mul!")
        if len(shapes[0]) == 1:
            return [f"mul!({name}, transpose({right}), {left}){comment(target)}"]
        return [f"mul!({name}, {left}, {right}){comment(target)}"]

    def _ravelled(self, name: str, array: str, shape: Shape, said: str) -> list[str]:
        """Return the lines that put the rows of an array one behind the other."""
        axes = INDICES[: len(shape)]
        place = axes[0] if len(axes) == 1 else f"{shape[1]}*(i - 1) + j"
        return nest(shape, [f"{name}[{place}] = {array}[{', '.join(axes)}]{said}"])

    def _picked(self, target: str, expression: Apply) -> list[str]:
        matrix, index = expression.arguments[:2]
        axis = expression.arguments[2] if len(expression.arguments) > 2 else Number(0)
        position = int(axis.value.real) if isinstance(axis, Number) else 0
        source, shape = self._shape(matrix), self._shape(expression)
        printer, axes = self.printer, list(INDICES[: len(shape)])
        entries = list(axes)
        outside = printer.entry
        if self._shape(index):
            printer.entry = axes[position]
        else:
            entries.insert(position, "")
        if isinstance(index, Number) and isinstance(index.value, int):
            entries[position] = repr(index.value % source[position] + 1)
        elif isinstance(index, Symbol) and index.name in printer.integer_symbols:
            entries[position] = printer.known_place(index.name, printer.entry)
        else:
            entries[position] = printer.computed_place(index, source[position])
        printer.entry = outside
        name = self._name(target)
        place = f"{name}[{', '.join(axes)}]" if axes else name
        return nest(shape, [f"{place} = {self._array(matrix)}[{', '.join(entries)}]{comment(target)}"])

    def _array(self, expression: Expression) -> str:
        return self._name(expression.name) if isinstance(expression, Symbol) else self.printer.text(expression)

    def _shape(self, expression: Expression) -> Shape:
        return shape_of(expression, self.printer.shapes)

    def _project(self, statement: Project) -> Iterator[str]:
        """Yield the lines of a sum over connections."""
        printer, name = self.printer, self._name(statement.target)
        said, weights = comment(statement.target), self._name(statement.weights)
        size = printer.shapes[statement.source][0] if printer.shapes[statement.source] else 1
        match statement.form:
            case "uniform":
                yield f"{name} = {self._zero(statement.target)}"
                yield from nest((size,), [f"{name} += {printer.element(statement.source, 'i')}"])
                yield f"{name} *= {weights}{said}"
            case "dense" if not statement.shape:
                yield f"{name} = {self._zero(statement.target)}{said}"
                yield from nest((size,), [f"{name} += {weights}[i]*{printer.element(statement.source, 'i')}"])
            case "dense":
                printer.used.add("mul!")
                yield f"mul!({name}, {weights}, {self._name(statement.source)}){said}"
            case "sparse":
                yield from self._sums(statement)

    def _sums(self, statement: Project) -> Iterator[str]:
        """Yield the loop over the connections of each target."""
        name, weights = self._name(statement.target), self._name(statement.weights)
        pointers, added = self._name(str(statement.pointers)), self.printer.added
        places = f"{shifted(f'{pointers}[i]', added)}:{f'{pointers}[i + 1]' if added else f'{pointers}[i + 1] - 1'}"
        yield from nest(
            (statement.shape[0],),
            [
                f"total = {self._zero(statement.target)}{comment(statement.target)}",
                f"for c in {places}",
                *inner([f"total += {weights}[c]*{self._source(statement, 'c')}"]),
                "end",
                f"{name}[i] = total",
            ],
        )


def nest(shape: Shape, body: Sequence[str]) -> list[str]:
    """Return a loop over all entries; the entries of a column lie side by side."""
    if not shape:
        return list(body)
    ranges = ", ".join(f"{index} in 1:{size}" for index, size in reversed(list(zip(INDICES, shape, strict=False))))
    return [f"@inbounds for {ranges}", *inner(body), "end"]


def comment(symbol: str) -> str:
    """Return the path of a symbol as a comment behind a line."""
    return "" if symbol.startswith("#") else f"  # {one_line(symbol)}"


def _count(shape: Shape) -> int:
    count = 1
    for size in shape:
        count *= size
    return count
