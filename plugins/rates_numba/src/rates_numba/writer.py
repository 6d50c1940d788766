"""Print blocks as lines of Python that Numba compiles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import frozen
from rates_core.expressions.tree import Apply, Expression, Number, Symbol
from rates_core.programs.blocks import Block, Blocks, Joined, Loop, Reduction, Whole
from rates_core.programs.naming import one_line
from rates_core.programs.segments import Piece, bounds
from rates_core.system.complexness import is_complex
from rates_core.system.shapes import Shape
from rates_core.system.system import Assign, Project, Statement

from rates_numba.printer import EntryPrinter, shifted

INDICES = ("i", "j", "l")
START = {"vsum": "0.0", "mean": "0.0", "maxi": "-math.inf", "mini": "math.inf"}
INDENT = "    "


@frozen(eq=False)
class BlockWriter:
    """Print the blocks of one function.

    Attributes:
        printer: prints single entries; it is changed while a loop is printed.
        comments: what stands behind an assignment, by symbol.
    """

    printer: EntryPrinter
    blocks: Blocks

    def lines(self) -> list[str]:
        """Return the lines of all blocks."""
        return [line for block in self.blocks.blocks for line in self._block(block)]

    def allocations(self, given: Sequence[str]) -> list[str]:
        """Return the lines that make the arrays of temporaries that a loop fills; `given` have theirs."""
        lines = []
        for block in self.blocks.blocks:
            for target in filled(block):
                if target in self.blocks.stored and target not in given:
                    lines.append(f"{self._name(target)} = {self.empty(target, self.blocks.shapes[target])}")
        return lines

    def empty(self, symbol: str, shape: Shape) -> str:
        """Return the text of a new array."""
        kind = ", np.complex128" if symbol in self.printer.complex_symbols else ""
        return f"np.empty({_shape(shape)}{kind})"

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

    def _loop(self, shape: Shape, statements: Sequence[Statement]) -> list[str]:
        printer = self.printer
        outside, printer.entry = printer.entry, ", ".join(INDICES[: len(shape)])
        kept, targets = self.blocks.stored, {statement.target for statement in statements}
        printer.local = frozenset(targets - kept) if shape else frozenset()
        lines = [INDENT * depth + f"for {INDICES[depth]} in range({size}):" for depth, size in enumerate(shape)]
        for statement in statements:
            target = statement.target
            place = f"{self._name(target)}[{printer.entry}]" if shape and target in kept else self._name(target)
            lines.append(INDENT * len(shape) + f"{place} = {self._value(statement)}{_comment(target)}")
        printer.entry, printer.local = outside, frozenset()
        return lines

    def _piece(self, target: str, piece: Piece) -> list[str]:
        """Return the loop that fills some neighbouring entries of a vector."""
        printer = self.printer
        outside, printer.entry = printer.entry, "i"
        place = f"{self._name(target)}[{shifted('i', piece.first)}]"
        lines = [
            f"for i in range({piece.size}):",
            f"{INDENT}{place} = {printer.text(piece.expression)}{_comment(target)}",
        ]
        printer.entry = outside
        return lines

    def _value(self, statement: Statement) -> str:
        printer = self.printer
        if isinstance(statement, Assign):
            return printer.text(statement.expression)
        source = self._source(statement, "")
        return f"{printer.symbol(statement.weights)}*{source}"

    def _source(self, statement: Project, entry: str) -> str:
        """Return the value that a connection takes, for the entry of its index or its own."""
        printer = self.printer
        if not printer.shapes[statement.source]:
            return self._name(statement.source)
        entry = entry or printer.entry
        if statement.index is not None:
            place = printer.symbol(statement.index) if not printer.shapes[statement.index] else None
            entry = place or f"{self._name(statement.index)}[{entry}]"
        return printer.element(statement.source, entry)

    def _reduction(self, block: Reduction) -> list[str]:
        printer, name = self.printer, self._name(block.target)
        outside, printer.entry = printer.entry, ", ".join(INDICES[: len(block.shape)])
        text = printer.text(block.operand)
        start = f"complex({START[block.function]})" if self._is_complex(block.operand) else START[block.function]
        lines = [f"{name} = {start}{_comment(block.target)}"]
        lines += [INDENT * depth + f"for {INDICES[depth]} in range({size}):" for depth, size in enumerate(block.shape)]
        inner = INDENT * len(block.shape)
        if block.function in ("vsum", "mean"):
            lines.append(f"{inner}{name} += {text}")
        else:
            lines.append(f"{inner}{name} = np.{'maximum' if block.function == 'maxi' else 'minimum'}({name}, {text})")
        if block.function == "mean":
            lines.append(f"{name} /= {_count(block.shape)}")
        printer.entry = outside
        return lines

    def _is_complex(self, expression: Expression) -> bool:
        return is_complex(expression, self.printer.complex_symbols)

    def _whole(self, expression: Apply) -> str:
        """Return the text of a function of whole arrays."""
        parts = expression.arguments
        names = [self._array(part) for part in parts]
        match expression.function:
            case "matvec" | "matmul":
                if self._is_complex(parts[0]) != self._is_complex(parts[1]):
                    names = [name if self._is_complex(part) else f"{name}.astype(np.complex128)"
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
        axis = expression.arguments[2] if len(expression.arguments) > 2 else Number(0)
        position = int(axis.value.real) if isinstance(axis, Number) else 0
        before = ":, " * position
        size = self._shape(matrix)[position]
        if self._shape(index):
            self.printer.used.add("places")
            return f"np.ascontiguousarray({array}[{before}places({self._array(index)}, {size})])"
        self.printer.used.add("checked")
        copy = ".copy()" if len(self._shape(matrix)) > 1 else ""
        return f"{array}[{before}checked({self.printer.text(index)}, {size})]{copy}"

    def _array(self, expression: Expression) -> str:
        return self._name(expression.name) if isinstance(expression, Symbol) else self.printer.text(expression)

    def _shape(self, expression: Expression) -> Shape:
        from rates_core.system.shapes import shape_of

        return shape_of(expression, self.printer.shapes)

    def _project(self, statement: Project) -> Iterator[str]:
        """Yield the lines of a sum over connections."""
        printer, name = self.printer, self._name(statement.target)
        comment, weights = _comment(statement.target), self._name(statement.weights)
        two = statement.target in printer.complex_symbols
        zero = "complex(0.0)" if two else "0.0"
        match statement.form:
            case "uniform":
                yield f"{name} = {zero}"
                yield f"for i in range({printer.shapes[statement.source][0]}):"
                yield f"{INDENT}{name} += {printer.element(statement.source, 'i')}"
                yield f"{name} *= {weights}{comment}"
            case "dense" if two or not statement.shape:
                yield from self._dense(statement, zero)
            case "dense":
                yield f"{name} = np.dot({weights}, {self._name(statement.source)}){comment}"
            case "sparse":
                yield f"{name} = {self.empty(statement.target, statement.shape)}{comment}"
                yield from self._sums(statement, [name, weights, self._name(str(statement.pointers))])

    def _sums(self, statement: Project, given: Sequence[str]) -> Iterator[str]:
        """Yield the call that sums over the connections of each target."""
        printer = self.printer
        past = printer.gathered.get(statement.source)
        if past is None and printer.shapes[statement.source]:
            index = [] if statement.index is None else [self._name(statement.index)]
            function = "sums_of_picked" if index else "sums_of_own"
            printer.used.add(function)
            yield f"{function}({', '.join([*given, self._name(statement.source), *index])})"
        elif past is not None and statement.index is None:
            printer.used.update(("sums_of_picked", "sums_between_samples"))
            yield f"if {past.exact}:"
            yield f"{INDENT}sums_of_picked({', '.join([*given, past.buffer, past.places])})"
            yield "else:"
            rest = [past.buffer, past.places, str(past.width), past.weights]
            yield f"{INDENT}sums_between_samples({', '.join([*given, *rest])})"
        else:
            name, weights, pointers = given
            yield f"for i in range({statement.shape[0]}):"
            yield f"{INDENT}{name}[i] = 0.0"
            yield f"{INDENT}for c in range({pointers}[i], {pointers}[i + 1]):"
            yield f"{INDENT * 2}{name}[i] += {weights}[c]*{self._source(statement, 'c')}"

    def _dense(self, statement: Project, zero: str) -> Iterator[str]:
        """Yield a product of a matrix and a vector of which one is complex, or of two vectors."""
        printer, name = self.printer, self._name(statement.target)
        weights, size = self._name(statement.weights), printer.shapes[statement.source][0]
        if not statement.shape:
            yield f"{name} = {zero}{_comment(statement.target)}"
            yield f"for j in range({size}):"
            yield f"{INDENT}{name} += {weights}[j]*{printer.element(statement.source, 'j')}"
            return
        yield f"{name} = {self.empty(statement.target, statement.shape)}{_comment(statement.target)}"
        yield f"for i in range({statement.shape[0]}):"
        yield f"{INDENT}total = {zero}"
        yield f"{INDENT}for j in range({size}):"
        yield f"{INDENT * 2}total += {weights}[i, j]*{printer.element(statement.source, 'j')}"
        yield f"{INDENT}{name}[i] = total"


def _comment(symbol: str) -> str:
    return "" if symbol.startswith("#") else f"  # {one_line(symbol)}"


def _shape(shape: Shape) -> str:
    return str(shape[0]) if len(shape) == 1 else str(shape)


def _count(shape: Shape) -> int:
    count = 1
    for size in shape:
        count *= size
    return count


def materialised(blocks: Blocks) -> set[str]:
    """Return the symbols that a block takes as whole arrays."""
    from rates_core.expressions.tree import symbols

    found: set[str] = set()
    for block in blocks.blocks:
        if isinstance(block, Whole):
            found |= symbols(block.expression)
        elif isinstance(block, Project) and block.form == "dense":
            found.add(block.source)
    return found


def filled(block: Block) -> list[str]:
    """Return the arrays that loops fill entry by entry."""
    if isinstance(block, Joined):
        return [block.target]
    return [statement.target for statement in block.statements] if isinstance(block, Loop) and block.shape else []


Names = Mapping[str, str]
Line = Callable[[str], str]
