"""Derivative matrices: their entries as text, and how they are assembled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rates_core.expressions.tree import Expression
from rates_core.programs.arrays.language import ArrayLanguage
from rates_core.programs.arrays.module import Module, ModuleWriter
from rates_core.programs.arrays.runtime import ArrayRuntime, argument, instant
from rates_core.programs.naming import in_docstring
from rates_core.programs.program import Matrix, MatrixProgram
from rates_core.programs.routine import make_routine
from rates_core.system.linearisation import Linearisation


def write_entries(linearisation: Linearisation, language: ArrayLanguage) -> Module:
    """Return a module with a function that returns all entries, block by block."""
    system = linearisation.system
    routine = make_routine(system, [block.values for block in linearisation.blocks])
    writer = ModuleWriter(system, [routine], language)
    text = writer.closure(
        "linearisation", "entries", routine, lambda found: [f"return {joined_entries(writer, linearisation, found)}"]
    )
    title = f"Jacobian of {in_docstring(system.name)}"
    return Module(
        language.module(title, [text], "float64"),
        {"linearisation": writer.parameters(routine)},
        not writer.printer.looks,
    )


def joined_entries(writer: ModuleWriter, linearisation: Linearisation, results: Sequence[Expression]) -> str:
    """Return the text of all entries of a matrix as one vector."""
    parts = [
        writer.printer.value(result, (len(block.rows),))
        for block, result in zip(linearisation.blocks, results, strict=True)
    ]
    return f"joined({', '.join(parts)})" if parts else "0.0*y[..., :0]"


class ArrayMatrix(MatrixProgram):
    """A generated module with one function that returns the entries of a matrix."""

    def __init__(self, linearisation: Linearisation, language: ArrayLanguage, runtime: ArrayRuntime) -> None:
        self._linearisation, self._language, self._runtime = linearisation, language, runtime
        written = write_entries(linearisation, language)
        self.source, self._traceable = written.text, written.traceable
        self._parameters = written.parameters["linearisation"]

    def bind(self, arguments: Mapping[str, Any]) -> Matrix:
        """Return the matrix as a function of time and state."""
        linearisation, runtime = self._linearisation, self._runtime
        system = linearisation.system
        make = self._language.loaded(self.source).linearisation
        given = [argument(runtime, system, path, arguments) for path in self._parameters]
        entries = runtime.binder(make, self._traceable)(given)
        rows = np.concatenate([np.zeros(0, int), *(block.rows for block in linearisation.blocks)])
        columns = np.concatenate([np.zeros(0, int), *(block.columns for block in linearisation.blocks)])

        def matrix(t: float, y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any], draws: Sequence[Any]) -> Any:
            jacobian = np.zeros(linearisation.shape)
            found = entries(*instant(runtime, system, t, y, inputs, reads, draws))
            np.add.at(jacobian, (rows, columns), runtime.numpy(found))
            return jacobian

        return matrix
