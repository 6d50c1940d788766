"""The statements that put the entries of a derivative matrix where they belong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rates_core.system.linearisation import Block, Linearisation

from rates_julia.body import Body
from rates_julia.layout import JuliaLayout
from rates_julia.lines import inner
from rates_julia.procedure import Argument

OUT = Argument(("jacobian",), "J", "out")


class Entries(Body):
    """The statements that compute a matrix, or with `sparse` its entries in a row."""

    def __init__(self, layout: JuliaLayout, linearisation: Linearisation, sparse: bool = False) -> None:
        super().__init__(layout, layout.parts["entries"])
        self._linearisation, self._sparse = linearisation, sparse

    def all_statements(self, before: Sequence[str] = ()) -> list[str]:
        """Return the statements, with those that put values into the matrix."""
        after = self._in_a_row() if self._sparse else self._in_a_matrix()
        for result in self.part.results:
            if self.layout.shapes[result]:
                self._result_rooms[self.layout.names[result]] = self.layout.array(result)
        return self.statements(after, before=[f"fill!({self.layout.matrix}, 0)", *before])

    def _in_a_matrix(self) -> list[str]:
        lines, layout = [], self.layout
        places = Counter(_first(block) for block in self._linearisation.blocks)
        wide = any(len(block.rows) > 1 for block in self._linearisation.blocks)
        for block, result in zip(self._linearisation.blocks, self.part.results, strict=True):
            value = layout.names[result]
            if len(block.rows) == 1:
                place = f"{layout.matrix}[{int(block.rows[0]) + 1}, {int(block.columns[0]) + 1}]"
                if not layout.shapes[result] and places[_first(block)] == 1 and not wide:
                    layout.names[result] = place
                    continue
                lines.append(f"{place} += {value}{'[1]' if layout.shapes[result] else ''}")
                continue
            assert block.places is not None
            rows, columns = (self.printer.known_place(path, "i") for path in block.places)
            entry = f"{value}[i]" if layout.shapes[result] else value
            place = f"{layout.matrix}[{rows}, {columns}]"
            loop = [f"for i in 1:{len(block.rows)}", *inner([f"{place} += {entry}"]), "end"]
            lines += loop
        return lines

    def _in_a_row(self) -> list[str]:
        lines, start = [], 0
        for block, result in zip(self._linearisation.blocks, self.part.results, strict=True):
            value, count = self.layout.names[result], len(block.rows)
            entry = f"{value}[i]" if self.layout.shapes[result] else value
            place = f"{self.layout.matrix}[i + {start}]" if start else f"{self.layout.matrix}[i]"
            lines += [f"for i in 1:{count}", *inner([f"{place} = {entry}"]), "end"]
            start += count
        return lines


def _first(block: Block) -> tuple[int, int]:
    """Return where the first entry of a block stands."""
    return int(block.rows[0]), int(block.columns[0])
