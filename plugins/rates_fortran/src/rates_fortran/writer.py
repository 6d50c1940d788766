"""Print blocks as lines of Fortran."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import field, frozen
from rates_core.expressions.tree import Apply, Expression, Number, Symbol
from rates_core.programs.blocks import Block, Blocks, Joined, Loop, Reduction, Whole
from rates_core.programs.naming import one_line
from rates_core.programs.segments import Piece, bounds
from rates_core.system.complexness import is_complex
from rates_core.system.shapes import Shape, shape_of
from rates_core.system.system import Assign, Project, Statement

from rates_fortran.lines import INDENT
from rates_fortran.printer import EntryPrinter, shifted

START = {"vsum": "0", "mean": "0", "maxi": "-infinity()", "mini": "infinity()"}


@frozen(eq=False)
class BlockWriter:
    """Print the blocks of one procedure.

    Attributes:
        printer: prints single entries; it is changed while a loop is printed.
        counters: names of loop variables and sums that the lines use, once they are printed, with their types.
    """

    printer: EntryPrinter
    blocks: Blocks
    counters: dict[str, str] = field(factory=dict)

    def lines(self) -> list[str]:
        """Return the lines of all blocks."""
        return [line for block in self.blocks.blocks for line in self._block(block)]

    def _count_with(self, *indices: str) -> None:
        self.counters.update(dict.fromkeys(indices, "integer"))

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
                return [f"{self._name(target)} = {self._whole(expression)}{_comment(target)}"]
        return list(self._project(block))

    def _nest(self, shape: Shape, body: Sequence[str]) -> list[str]:
        """Return a loop over all entries; the entries of a column lie side by side."""
        self._count_with(*self.printer.indices[: len(shape)])
        lines = list(body)
        for index, size in zip(self.printer.indices, shape, strict=False):
            lines = [f"do {index} = 1, {size}", *(INDENT + line for line in lines), "end do"]
        return lines

    def _loop(self, shape: Shape, statements: Sequence[Statement]) -> list[str]:
        printer = self.printer
        outside, printer.entry = printer.entry, ", ".join(printer.indices[: len(shape)])
        kept, targets = self.blocks.stored, {statement.target for statement in statements}
        printer.local = frozenset(targets - kept) if shape else frozenset()
        lines = []
        for statement in statements:
            target = statement.target
            place = f"{self._name(target)}({printer.entry})" if shape and target in kept else self._name(target)
            lines.append(f"{place} = {self._value(statement)}{_comment(target)}")
        printer.entry, printer.local = outside, frozenset()
        return self._nest(shape, lines)

    def _piece(self, target: str, piece: Piece) -> list[str]:
        """Return the loop that fills some neighbouring entries of a vector."""
        printer = self.printer
        outside, printer.entry = printer.entry, "i"
        place = f"{self._name(target)}({shifted('i', piece.first)})"
        lines = self._nest((piece.size,), [f"{place} = {printer.text(piece.expression)}{_comment(target)}"])
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

    def _reduction(self, block: Reduction) -> list[str]:
        printer, name, function = self.printer, self._name(block.target), block.function
        outside, printer.entry = printer.entry, ", ".join(printer.indices[: len(block.shape)])
        text = printer.text(block.operand)
        if function in ("vsum", "mean"):
            inner = f"{name} = {name} + {text}"
        else:
            chosen = "larger" if function == "maxi" else "smaller"
            printer.used.add(chosen)
            inner = f"{name} = {chosen}({name}, {text})"
        if "infinity" in START[function]:
            printer.used.add("infinity")
        lines = [f"{name} = {START[function]}{_comment(block.target)}", *self._nest(block.shape, [inner])]
        if function == "mean":
            lines.append(f"{name} = {name}/{_count(block.shape)}")
        printer.entry = outside
        return lines

    def _is_complex(self, expression: Expression) -> bool:
        return is_complex(expression, self.printer.complex_symbols)

    def _whole(self, expression: Apply) -> str:
        """Return the text of a function of whole arrays."""
        parts = expression.arguments
        names = [self._array(part) for part in parts]
        shapes = [self._shape(part) for part in parts]
        match expression.function:
            case "matvec" | "matmul":
                if len(shapes[0]) == len(shapes[1]) == 1:
                    return f"sum({names[0]}*{names[1]})"
                return f"matmul({names[0]}, {names[1]})"
            case "index_range":
                first, last = bounds(expression, self.printer.shapes)
                return f"{names[0]}({first + 1}:{last}{', :' * (len(shapes[0]) - 1)})"
            case "index" | "index_axis":
                return self._picked(expression, names[0])
        if len(shapes[0]) == 1:
            return names[0]
        return f"reshape(transpose({names[0]}), [{_count(shapes[0])}])"

    def _picked(self, expression: Apply, array: str) -> str:
        matrix, index = expression.arguments[:2]
        axis = expression.arguments[2] if len(expression.arguments) > 2 else Number(0)
        position = int(axis.value.real) if isinstance(axis, Number) else 0
        shape = self._shape(matrix)
        printer, axes = self.printer, [":"] * len(shape)
        if isinstance(index, Symbol) and index.name in printer.integer_symbols:
            text = self._name(index.name) if self._shape(index) else f"int({self._name(index.name)})"
            axes[position] = shifted(text, printer.added)
        elif self._shape(index):
            printer.used.update(("checked", "places"))
            axes[position] = f"places({self._array(index)}, {shape[position]})"
        else:
            printer.used.add("checked")
            axes[position] = f"checked({printer.text(index)}, {shape[position]})"
        return f"{array}({', '.join(axes)})"

    def _array(self, expression: Expression) -> str:
        return self._name(expression.name) if isinstance(expression, Symbol) else self.printer.text(expression)

    def _shape(self, expression: Expression) -> Shape:
        return shape_of(expression, self.printer.shapes)

    def _project(self, statement: Project) -> Iterator[str]:
        """Yield the lines of a sum over connections."""
        printer, name = self.printer, self._name(statement.target)
        comment, weights = _comment(statement.target), self._name(statement.weights)
        size = printer.shapes[statement.source][0] if printer.shapes[statement.source] else 1
        match statement.form:
            case "uniform":
                yield f"{name} = 0"
                yield from self._nest((size,), [f"{name} = {name} + {printer.element(statement.source, 'i')}"])
                yield f"{name} = {name}*{weights}{comment}"
            case "dense" if not statement.shape:
                yield f"{name} = 0{comment}"
                source = printer.element(statement.source, "i")
                yield from self._nest((size,), [f"{name} = {name} + {weights}(i)*{source}"])
            case "dense" if {statement.target, statement.source, statement.weights} & printer.complex_symbols:
                yield f"{name} = matmul({weights}, {self._name(statement.source)}){comment}"
            case "dense":
                printer.used.add("multiply")
                yield f"call multiply({name}, {weights}, {self._name(statement.source)}){comment}"
            case "sparse":
                yield from self._sums(statement)

    def _sums(self, statement: Project) -> Iterator[str]:
        """Yield the loop over the connections of each target."""
        name, weights = self._name(statement.target), self._name(statement.weights)
        pointers = self._name(str(statement.pointers))
        two = statement.target in self.printer.complex_symbols
        total = "complex_total" if two else "total"
        self._count_with("i")
        self.counters.update({"c": "integer(long)", total: "complex(dp)" if two else "real(dp)"})
        yield f"do i = 1, {statement.shape[0]}{_comment(statement.target)}"
        yield f"{INDENT}{total} = 0"
        first = shifted(f"{pointers}(i)", self.printer.added)
        last = f"{pointers}(i + 1)" if self.printer.added else f"{pointers}(i + 1) - 1"
        yield f"{INDENT}do c = {first}, {last}"
        yield f"{INDENT * 2}{total} = {total} + {weights}(c)*{self._source(statement, 'c')}"
        yield f"{INDENT}end do"
        yield f"{INDENT}{name}(i) = {total}"
        yield "end do"


def _comment(symbol: str) -> str:
    return "" if symbol.startswith("#") else f"  ! {one_line(symbol)}"


def _count(shape: Shape) -> int:
    count = 1
    for size in shape:
        count *= size
    return count
