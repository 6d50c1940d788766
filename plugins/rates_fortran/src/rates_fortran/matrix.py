"""Print derivative matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rates_core.programs.elementwise.given import Key, constants_given, values_at
from rates_core.programs.program import Matrix, MatrixProgram
from rates_core.system.linearisation import Linearisation

from rates_fortran.binding import Library
from rates_fortran.body import Body
from rates_fortran.layout import FortranLayout
from rates_fortran.lines import INDENT
from rates_fortran.module import assembled, prepare
from rates_fortran.procedure import Argument, Procedure


def matrix_layout(linearisation: Linearisation, alone: str | None = None, taken: Sequence[str] = ()) -> FortranLayout:
    """Return the layout of a module that computes all entries of a matrix; `taken` are parameters of `alone`."""
    wanted = {f"{number}": block.values for number, block in enumerate(linearisation.blocks)}
    return FortranLayout(
        linearisation.system,
        {"entries": wanted},
        {*linearisation.index_paths, *taken},
        hoist=alone is None,
        alone=alone,
    )


class Entries(Body):
    """The statements that compute a matrix."""

    def __init__(self, layout: FortranLayout, linearisation: Linearisation, sparse: bool = False) -> None:
        super().__init__(layout, layout.parts["entries"])
        self._linearisation, self._sparse = linearisation, sparse
        if not sparse:  # where the entries stand is read too
            self.read |= linearisation.index_paths

    def all_statements(self) -> list[str]:
        """Return the statements, with those that put values into the matrix."""
        after = self._in_a_row() if self._sparse else self._in_a_matrix()
        for result in self.part.results:
            self._variables.append(self.variable(result, self.layout.names[result]))
        return self.statements(after, before=[f"{self.layout.matrix} = 0"])

    def _in_a_matrix(self) -> list[str]:
        lines, layout = [], self.layout
        for block, result in zip(self._linearisation.blocks, self.part.results, strict=True):
            value = layout.names[result]
            if len(block.rows) == 1:
                place = f"{layout.matrix}({int(block.rows[0]) + 1}, {int(block.columns[0]) + 1})"
                lines.append(f"{place} = {place} + {value}{'(1)' if layout.shapes[result] else ''}")
                continue
            assert block.places is not None
            rows, columns = (self.printer.known_place(path, "i") for path in block.places)
            place = f"{layout.matrix}({rows}, {columns})"
            entry = f"{value}(i)" if layout.shapes[result] else value
            self._variables.append(("integer", "i"))
            lines += [f"do i = 1, {len(block.rows)}", f"{INDENT}{place} = {place} + {entry}", "end do"]
        return lines

    def _in_a_row(self) -> list[str]:
        lines, start = [], 0
        for block, result in zip(self._linearisation.blocks, self.part.results, strict=True):
            stop = start + len(block.rows)
            lines.append(f"{self.layout.matrix}({start + 1}:{stop}) = {self.layout.names[result]}")
            start = stop
        return lines


class FortranMatrix(MatrixProgram):
    """A generated module with one procedure that computes a matrix."""

    def __init__(self, linearisation: Linearisation) -> None:
        self._linearisation = linearisation
        self._layout = matrix_layout(linearisation)
        body = Entries(self._layout, linearisation)
        statements = body.all_statements()
        rows, columns = linearisation.shape
        out = Argument(("jacobian",), self._layout.matrix, bounds=(f"{rows}", f"{columns}"), intent="out")
        arguments = [*body.now(), out, *body.constants(), *body.given()]
        procedures = [prepare(self._layout)] if self._layout.prepared else []
        procedures.append(
            Procedure("matrix", ["The matrix of derivatives."], arguments, body.variables, statements).trimmed()
        )
        self._module = assembled(f"Jacobian of {linearisation.system.name}", self._layout, procedures)
        self.source = self._module.source

    def bind(self, arguments: Mapping[str, Any]) -> Matrix:
        """Return the matrix as a function of time and state."""
        library, system = Library(self._module), self._linearisation.system
        constants = constants_given(self._layout, arguments)
        if self._layout.prepared:
            library.call("prepare", constants)

        def matrix(t: float, y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any], draws: Sequence[Any]) -> Any:
            jacobian = np.empty(self._linearisation.shape[::-1])
            given: dict[Key, Any] = {
                **constants,
                ("t",): t,
                ("y",): np.ascontiguousarray(y, dtype=float),
                ("jacobian",): jacobian,
            }
            library.call("matrix", given | values_at(system, inputs, reads, draws))
            return jacobian.T

        return matrix
