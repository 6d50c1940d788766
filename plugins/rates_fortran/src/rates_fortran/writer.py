"""Print blocks as lines of Fortran."""

from __future__ import annotations

from math import prod

from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.tree import Apply, Symbol
from rates_core.programs.blocks import Blocks
from rates_core.programs.elementwise.syntax import shifted
from rates_core.programs.elementwise.writer import BlockWriter, picked_axis
from rates_core.programs.segments import bounds
from rates_core.system.system import Project

from rates_fortran.printer import FortranPrinter

LONG = 16  # connections of a target, on average
TYPES = {"index": "integer", "place": "integer(long)", "real": "real(dp)", "complex": "complex(dp)"}


class FortranWriter(BlockWriter):
    """Print the blocks of one procedure; whole arrays are those of the language.

    Args:
        printer: see `BlockWriter`.
        blocks: see there.
        trials: that stand side by side on a first axis of all that is computed; 1 for no such axis.
    """

    printer: FortranPrinter

    def __init__(self, printer: FortranPrinter, blocks: Blocks, trials: int = 1) -> None:
        super().__init__(printer, blocks)
        self._trials = trials

    @property
    def declared(self) -> list[tuple[str, str]]:
        """Return types and names of what lines count and add up with, once they are printed."""
        found = []
        for name, kind in self.counters.items():
            wide = kind == "real" and self._trials > 1
            found.append((TYPES[kind], f"{name}({self._trials})" if wide else name))
        return found

    def at(self, symbol: str, entry: str) -> str:
        """Return where an entry of an array is put, in all trials if there are several."""
        return self.printer.element(symbol, entry) if symbol in self.printer.wide else super().at(symbol, entry)

    def whole(self, target: str, expression: Apply) -> list[str]:
        """Return the line that calls a function of whole arrays.

        Raises:
            UnsupportedFeatureError: there are several trials side by side.
        """
        if self._trials > 1:
            raise UnsupportedFeatureError(f"Trials side by side do not compute '{expression.function}'.")
        return [f"{self.name(target)} = {self._whole(expression)}{self.syntax.said(target)}"]

    def _whole(self, expression: Apply) -> str:
        """Return the text of a function of whole arrays."""
        parts = expression.arguments
        names = [self.array(part) for part in parts]
        shapes = [self.shape(part) for part in parts]
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
        return f"reshape(transpose({names[0]}), [{prod(shapes[0])}])"

    def _picked(self, expression: Apply, array: str) -> str:
        matrix, index = expression.arguments[:2]
        position, shape = picked_axis(expression), self.shape(matrix)
        printer, axes = self.printer, [":"] * len(shape)
        if not self.shape(index):
            axes[position] = printer.place_within(shape[position], index)
        elif isinstance(index, Symbol) and index.name in printer.integer_symbols:
            axes[position] = shifted(self.name(index.name), printer.added)
        else:
            printer.used.update(("checked", "places"))
            axes[position] = f"places({self.array(index)}, {shape[position]})"
        return f"{array}({', '.join(axes)})"

    def connections(self, statement: Project, total: str) -> list[str]:
        """Return the loop over the connections of a target, of many of them four at a time.

        Additions one after the other wait for each other, and the compiler keeps their order.
        """
        if self.printer.shapes[str(statement.weights)][0] < LONG * statement.shape[0]:
            return super().connections(statement, total)
        first, whole = self.range_of(statement, less=3)
        terms = [self.term(statement, place) for place in ("c", "c + 1", "c + 2", "c + 3")]
        return [
            f"do c = {first}, {whole}, 4",
            f"  {total} = {total} + ({' + '.join(terms)})",
            "end do",
            f"do c = c, {self.range_of(statement)[1]}",
            f"  {total} = {total} + {terms[0]}",
            "end do",
        ]

    def dense(self, statement: Project) -> list[str]:
        """Return the line that multiplies a matrix and a vector; our own function of real ones is the fastest."""
        target, said = statement.target, self.syntax.said(statement.target)
        name, weights, source = self.name(target), self.name(statement.weights), self.name(statement.source)
        if {target, statement.source, statement.weights} & self.printer.complex_symbols:
            return [f"{name} = matmul({weights}, {source}){said}"]
        if self._trials > 1:
            self.printer.used.add("multiply_together")
            return [f"call multiply_together({name}, {weights}, {source}){said}"]
        self.printer.used.add("multiply")
        return [f"call multiply({name}, {weights}, {source}){said}"]
