"""Print derivative matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rates_core.programs.program import Matrix, MatrixProgram
from rates_core.programs.routine import Routine, make_routine
from rates_core.system.linearisation import Linearisation
from rates_core.system.system import System

from rates_numpy.module import (
    Names,
    header,
    helpers,
    inner_arguments,
    module_names,
    module_printer,
    statement_lines,
    unpack,
)
from rates_numpy.printer import NumpyPrinter


def assembly_lines(linearisation: Linearisation, values: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Return the lines that put the values of all blocks into a matrix."""
    lines = [f"jacobian = np.zeros(({linearisation.shape[0]}, {linearisation.shape[1]}))"]
    taken: set[tuple[int, int]] = set()
    for block, text in zip(linearisation.blocks, values, strict=True):
        if len(block.rows) == 1:
            place = int(block.rows[0]), int(block.columns[0])
            operator = "+=" if place in taken else "="
            lines.append(f"jacobian[{place[0]}, {place[1]}] {operator} {text}")
            taken.add(place)
        else:
            assert block.places is not None
            rows, columns = (names[path] for path in block.places)
            places = set(zip(block.rows.tolist(), block.columns.tolist(), strict=True))
            if len(places) < len(block.rows):
                lines.append(f"np.add.at(jacobian, ({rows}, {columns}), {text})")
            else:
                lines.append(f"jacobian[{rows}, {columns}] {'+=' if places & taken else '='} {text}")
            taken |= places
    return lines


class NumpyMatrix(MatrixProgram):
    """A generated module with one matrix-valued function."""

    def __init__(self, linearisation: Linearisation) -> None:
        self._linearisation = linearisation
        system = linearisation.system
        routine = make_routine(system, [block.values for block in linearisation.blocks])
        names = module_names(system, [routine])
        printer = module_printer(system, names, [routine])
        used = routine.arguments | linearisation.index_paths
        self._parameters = [item.path for item in system.parameters if item.path in used]
        self.source = self._text(system, routine, names, printer)

    def _text(self, system: System, routine: Routine, names: Names, printer: NumpyPrinter) -> str:
        values = [printer.text(result) for result in routine.results]
        lines = [f"def linearisation({', '.join(names.of(self._parameters))}):"]
        lines += ["    " + line for line in statement_lines(routine.prepared, printer)]
        lines.append(f"    def matrix({', '.join(inner_arguments(system, names))}):")
        lines += ["        " + line for line in statement_lines(routine.body, printer)]
        lines += ["        " + line for line in assembly_lines(self._linearisation, values, names.identifiers)]
        lines += ["        return jacobian", "", "    return matrix"]
        body = ["\n".join(lines), unpack(system)]
        title = f"Jacobian of {system.name}"
        return "\n\n\n".join([header(title, printer, "\n".join(body)), *helpers(printer), *body]) + "\n"

    def bind(self, arguments: Mapping[str, Any]) -> Matrix:
        """Return the matrix as a function of time and state."""
        from rates_numpy.kernel import load_module

        module = load_module(self.source)
        with np.errstate(all="ignore"):
            inner = module.linearisation(*(arguments[path] for path in self._parameters))

        def matrix(t: float, y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any], draws: Sequence[Any]) -> Any:
            with np.errstate(all="ignore"):
                return inner(t, *module.unpack(np.array(y)), *inputs, *reads, *draws)

        return matrix
