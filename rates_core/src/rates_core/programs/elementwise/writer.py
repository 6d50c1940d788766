"""Print blocks as lines: loops over entries, sums over connections, functions of whole arrays."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from math import prod

from rates_core.expressions.tree import Apply, Expression, Number, Symbol, symbols
from rates_core.programs.blocks import Block, Blocks, Joined, Loop, Reduction, Whole
from rates_core.programs.elementwise.printer import EntryPrinter
from rates_core.programs.elementwise.syntax import shifted
from rates_core.programs.segments import Piece
from rates_core.system.shapes import Shape, shape_of
from rates_core.system.system import Assign, Project, Statement


class BlockWriter(ABC):
    """Print the blocks of one function.

    A subclass prints what a language does with whole arrays.

    Args:
        printer: prints single entries; it is changed while a loop is printed.
        blocks: what is printed.

    Attributes:
        counters: names of what lines count and add up with, once they are printed, and which kind of number each is: an
            "index" of an array, a "place" among many, a "real" or "complex" number.
    """

    def __init__(self, printer: EntryPrinter, blocks: Blocks) -> None:
        self.printer, self.blocks, self.syntax = printer, blocks, printer.syntax
        self.counters: dict[str, str] = {}

    @abstractmethod
    def whole(self, target: str, expression: Apply) -> list[str]:
        """Return the lines of a function of whole arrays."""

    @abstractmethod
    def dense(self, statement: Project) -> list[str]:
        """Return the lines of the product of a matrix and a vector."""

    def lines(self) -> list[str]:
        """Return the lines of all blocks."""
        return [line for block in self.blocks.blocks for line in self._block(block)]

    def _block(self, block: Block) -> list[str]:
        match block:
            case Loop(shape, statements):
                return self._loop(shape, statements)
            case Reduction():
                return self._reduction(block)
            case Joined(target, pieces):
                return [line for piece in pieces for line in self._piece(target, piece)]
            case Whole(target, expression):
                return self.whole(target, expression)
        return list(self._project(block))

    def name(self, symbol: str) -> str:
        """Return the name of a variable."""
        return self.printer.names[symbol]

    def shape(self, expression: Expression) -> Shape:
        """Return the shape of what an expression is."""
        return shape_of(expression, self.printer.shapes)

    def array(self, expression: Expression) -> str:
        """Return the text of an argument of a function of whole arrays."""
        return self.name(expression.name) if isinstance(expression, Symbol) else self.printer.text(expression)

    def at(self, symbol: str, entry: str) -> str:
        """Return where an entry of an array is put."""
        return self.syntax.entry.format(self.name(symbol), entry)

    def zero(self, *arrays: str) -> str:
        """Return what a sum of entries of these arrays begins with."""
        return self.syntax.zeros[any(symbol in self.printer.complex_symbols for symbol in arrays)]

    def axes(self, shape: Shape) -> str:
        """Return the indices of an entry."""
        return ", ".join(self.printer.indices[: len(shape)])

    def nest(self, shape: Shape, body: Sequence[str]) -> list[str]:
        """Return a loop over all entries."""
        indices = self.printer.indices
        self.counters.update(dict.fromkeys(indices[: len(shape)], "index"))
        return self.syntax.nested(shape, body, indices)

    def _loop(self, shape: Shape, statements: Sequence[Statement]) -> list[str]:
        kept, targets = self.blocks.stored, {statement.target for statement in statements}
        entry = self.axes(shape)
        lines = []
        with self.printer.at(entry, frozenset(targets - kept) if shape else frozenset()):
            for statement in statements:
                target = statement.target
                place = self.at(target, entry) if shape and target in kept else self.name(target)
                lines.append(f"{place} = {self._value(statement)}{self.syntax.said(target)}")
        return self.nest(shape, lines)

    def _piece(self, target: str, piece: Piece) -> list[str]:
        """Return the loop that fills some neighbouring entries of a vector."""
        with self.printer.at("i"):
            text = self.printer.text(piece.expression)
        place = self.at(target, shifted("i", piece.first))
        return self.nest((piece.size,), [f"{place} = {text}{self.syntax.said(target)}"])

    def _value(self, statement: Statement) -> str:
        printer = self.printer
        if isinstance(statement, Assign):
            return printer.text(statement.expression)
        return f"{printer.symbol(statement.weights)}*{self._source(statement, printer.entry)}"

    def _source(self, statement: Project, entry: str) -> str:
        """Return the value that a connection takes, for an entry of its index or for its own."""
        printer = self.printer
        if not printer.shapes[statement.source]:
            return self.name(statement.source)
        if statement.index is not None:
            entry = printer.known_place(statement.index, entry)
        return printer.element(statement.source, entry)

    def _reduction(self, block: Reduction) -> list[str]:
        printer, syntax, name = self.printer, self.syntax, self.name(block.target)
        with printer.at(self.axes(block.shape)):
            text = printer.text(block.operand)
        if block.function in ("vsum", "mean"):
            start, step = syntax.zeros[printer.is_complex(block.operand)], syntax.updated(name, "+", text)
        else:
            chosen = syntax.functions["max" if block.function == "maxi" else "min"]
            printer.used |= {chosen} & syntax.own
            start = printer.number(-float("inf") if block.function == "maxi" else float("inf"))
            step = f"{name} = {chosen}({name}, {text})"
        lines = [f"{name} = {start}{syntax.said(block.target)}", *self.nest(block.shape, [step])]
        return [*lines, syntax.updated(name, "/", str(prod(block.shape)))] if block.function == "mean" else lines

    def _project(self, statement: Project) -> Iterator[str]:
        """Yield the lines of a sum over connections."""
        target, source = statement.target, statement.source
        name, weights, said = self.name(target), self.name(statement.weights), self.syntax.said(target)
        size = self.printer.shapes[source] or (1,)
        match statement.form:
            case "uniform":
                yield f"{name} = {self.zero(target)}"
                yield from self.nest(size, [self.syntax.updated(name, "+", self.printer.element(source, "i"))])
                yield self.syntax.updated(name, "*", weights) + said
            case "dense" if not statement.shape:
                term = f"{self.at(statement.weights, 'i')}*{self.printer.element(source, 'i')}"
                yield f"{name} = {self.zero(target)}{said}"
                yield from self.nest(size, [self.syntax.updated(name, "+", term)])
            case "dense":
                yield from self.dense(statement)
            case "sparse":
                yield from self.sparse(statement)

    def sparse(self, statement: Project) -> list[str]:
        """Return the loop over the connections of each target."""
        target = statement.target
        two = target in self.printer.complex_symbols
        total = self.syntax.totals[two]
        each = [
            f"{total} = {self.zero(target)}{self.syntax.said(target)}",
            *self.connections(statement, total),
            f"{self.at(target, 'i')} = {total}",
        ]
        lines = self.nest(statement.shape[:1], each)
        self.counters |= {"c": "place", total: "complex" if two else "real"}
        return lines

    def connections(self, statement: Project, total: str) -> list[str]:
        """Return the loop that adds up what the connections of target `i` bring."""
        syntax, (first, last) = self.syntax, self.range_of(statement)
        head = syntax.loop.format(syntax.span.format("c", first, last))
        return syntax.inside(head, [syntax.updated(total, "+", self.term(statement, "c"))])

    def range_of(self, statement: Project, less: int = 0) -> tuple[str, str]:
        """Return the places of the first and the last connection of target `i`, or of one before the last."""
        pointers, added = str(statement.pointers), self.printer.added
        last = shifted(self.at(pointers, "i + 1"), added - self.syntax.first - less)
        return shifted(self.at(pointers, "i"), added), last

    def term(self, statement: Project, place: str) -> str:
        """Return what the connection at a place brings."""
        return f"{self.at(statement.weights, place)}*{self._source(statement, place)}"


def picked_axis(expression: Apply) -> int:
    """Return from which axis of an array an `index_axis` picks entries."""
    axis = expression.arguments[2] if len(expression.arguments) > 2 else Number(0)
    return int(axis.value.real) if isinstance(axis, Number) else 0


def taken_whole(blocks: Blocks) -> set[str]:
    """Return the symbols that a block takes as whole arrays."""
    found: set[str] = set()
    for block in blocks.blocks:
        if isinstance(block, Whole):
            found |= symbols(block.expression)
        elif isinstance(block, Project) and block.form == "dense":
            found.add(block.source)
    return found
