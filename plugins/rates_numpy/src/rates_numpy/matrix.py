"""Print derivative matrices."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen
from rates_core.expressions.tree import Expression
from rates_core.programs.program import Matrix, MatrixProgram
from rates_core.programs.routine import make_routine
from rates_core.system.linearisation import Linearisation
from rates_core.system.shapes import shape_of

from rates_numpy.kernel import load_module
from rates_numpy.module import (
    header,
    helpers,
    inner_arguments,
    module_names,
    module_printer,
    statement_lines,
    unpack,
)
from rates_numpy.printer import NumpyPrinter


def assembly_lines(linearisation: Linearisation, results: Sequence[Expression], printer: NumpyPrinter) -> list[str]:
    """Return the lines that put the values of all blocks into a matrix."""
    lines = [f"jacobian = np.zeros(({linearisation.shape[0]}, {linearisation.shape[1]}))"]
    taken: set[tuple[int, int]] = set()
    for block, result in zip(linearisation.blocks, results, strict=True):
        text = printer.text(result)
        if len(block.rows) == 1:
            place = int(block.rows[0]), int(block.columns[0])
            operator = "+=" if place in taken else "="
            lines.append(f"jacobian[{place[0]}, {place[1]}] {operator} {text}")
            taken.add(place)
        else:
            assert block.places is not None
            rows, columns = (printer.names[path] for path in block.places)
            places = set(zip(block.rows.tolist(), block.columns.tolist(), strict=True))
            if len(places) < len(block.rows):
                lines.append(f"np.add.at(jacobian, ({rows}, {columns}), {text})")
            else:
                lines.append(f"jacobian[{rows}, {columns}] {'+=' if places & taken else '='} {text}")
            taken |= places
    return lines


def entries_text(linearisation: Linearisation, results: Sequence[Expression], printer: NumpyPrinter) -> str:
    """Return the text of all entries of a matrix as one vector, block by block."""
    parts: list[str] = []
    single: list[str] = []

    def close() -> None:
        if single:
            parts.append(f"({', '.join(single)},)")
            single.clear()

    for block, result in zip(linearisation.blocks, results, strict=True):
        text, count = printer.text(result), len(block.rows)
        shaped = bool(shape_of(result, printer.shapes))
        if count == 1 and not shaped:
            single.append(text)
        else:
            close()
            parts.append(text if shaped else f"np.full({count}, {text})")
    if not parts:
        return f"np.array([{', '.join(single)}], dtype=float)"
    close()
    return f"np.concatenate(({', '.join(parts)},))"


@frozen(eq=False)
class Written:
    """A module with a function `linearisation` of parameters that returns one of time and state.

    Attributes:
        text: of the module.
        parameters: paths of those that it takes, in order.
    """

    text: str
    parameters: tuple[str, ...]


#: Takes the values of all blocks, and what prints them; returns the last lines of a function.
Ending = Callable[[Sequence[Expression], NumpyPrinter], list[str]]


def write_linearisation(linearisation: Linearisation, ending: Ending, used: Collection[str], caught: bool) -> Written:
    """Return a module with a function that computes the values of all blocks.

    Args:
        linearisation: whose blocks they are.
        ending: what the function makes of them.
        used: paths of the parameters that this needs besides.
        caught: whether the caller computes again what Python's numbers raise.
    """
    system = linearisation.system
    routine = make_routine(system, [block.values for block in linearisation.blocks])
    names = module_names(system, [routine])
    printer = module_printer(system, names, [routine])
    printer.caught = caught
    parameters = tuple(item.path for item in system.parameters if item.path in routine.arguments | set(used))
    lines = [f"def linearisation({', '.join(names.of(parameters))}):"]
    lines += ["    " + line for line in statement_lines(routine.prepared, printer)]
    lines.append(f"    def matrix({', '.join(inner_arguments(system, names))}):")
    lines += ["        " + line for line in statement_lines(routine.body, printer)]
    lines += ["        " + line for line in ending(routine.results, printer)]
    lines += ["", "    return matrix"]
    body = ["\n".join(lines), unpack(system, printer)]
    title = f"Jacobian of {system.name}"
    text = "\n\n\n".join([header(title, printer, "\n".join(body)), *helpers(printer), *body]) + "\n"
    return Written(text, parameters)


class NumpyMatrix(MatrixProgram):
    """A generated module with one matrix-valued function."""

    def __init__(self, linearisation: Linearisation) -> None:
        def ending(results: Sequence[Expression], printer: NumpyPrinter) -> list[str]:
            return [*assembly_lines(linearisation, results, printer), "return jacobian"]

        written = write_linearisation(linearisation, ending, linearisation.index_paths, caught=False)
        self.source, self._parameters = written.text, written.parameters

    def bind(self, arguments: Mapping[str, Any]) -> Matrix:
        """Return the matrix as a function of time and state."""
        module = load_module(self.source)
        with np.errstate(all="ignore"):
            inner = module.linearisation(*(arguments[path] for path in self._parameters))

        def matrix(t: float, y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any], draws: Sequence[Any]) -> Any:
            with np.errstate(all="ignore"):
                return inner(t, *module.unpack(np.array(y)), *inputs, *reads, *draws)

        return matrix
