"""Print derivative matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rates_core.programs.elementwise.kernel import typed_values
from rates_core.programs.program import Matrix, MatrixProgram
from rates_core.system.linearisation import Linearisation

from rates_numba.compiled import load_module
from rates_numba.function_text import JIT, FunctionText
from rates_numba.layout import Layout, load_line
from rates_numba.module import opening, prepare_text
from rates_numba.writer import INDENT


def matrix_layout(linearisation: Linearisation, hoist: bool = True) -> Layout:
    """Return the layout of a module that computes all entries of a matrix."""
    wanted = {f"{number}": block.values for number, block in enumerate(linearisation.blocks)}
    return Layout(linearisation.system, {"entries": wanted}, linearisation.index_paths, hoist)


def assembly_lines(linearisation: Linearisation, layout: Layout) -> list[str]:
    """Return the lines that add the values of all blocks to a matrix of zeros."""
    lines = []
    for block, result in zip(linearisation.blocks, layout.parts["entries"].results, strict=True):
        value = layout.names[result]
        if len(block.rows) == 1:
            entry = f"{value}[0]" if layout.shapes[result] else value
            lines.append(f"jacobian[{int(block.rows[0])}, {int(block.columns[0])}] += {entry}")
            continue
        assert block.places is not None
        rows, columns = layout.of(block.places)
        entry = f"{value}[i]" if layout.shapes[result] else value
        lines.append(f"for i in range({len(block.rows)}):")
        lines.append(f"{INDENT}jacobian[{rows}[i], {columns}[i]] += {entry}")
    return lines


def entry_lines(linearisation: Linearisation, layout: Layout) -> list[str]:
    """Return the lines that write the values of all blocks one behind the other."""
    lines, start = [], 0
    for block, result in zip(linearisation.blocks, layout.parts["entries"].results, strict=True):
        stop = start + len(block.rows)
        lines.append(f"jacobian[{start}:{stop}] = {layout.names[result]}")
        start = stop
    return lines


class NumbaMatrix(MatrixProgram):
    """A generated module with one matrix-valued function."""

    def __init__(self, linearisation: Linearisation) -> None:
        self._linearisation = linearisation
        self._layout = matrix_layout(linearisation)
        self.source = self._text()

    def _text(self) -> str:
        layout = self._layout
        function = FunctionText(layout, layout.parts["entries"])
        arguments = ["t", "y", "jacobian", "numbers", "arrays", *function.arguments]
        places = [constant for path, constant in layout.constants.known.items() if path in layout.also]
        lines = [
            JIT,
            f"def matrix({', '.join(arguments)}):",
            f'{INDENT}"""Add the derivatives to a matrix of zeros."""',
            *(
                INDENT + line
                for line in (
                    *function.head(),
                    *(load_line(constant, layout.names[constant.path]) for constant in places),
                    *function.allocations(),
                    *function.body(),
                    *assembly_lines(self._linearisation, layout),
                )
            ),
        ]
        lines += [] if len(lines) > 3 else [f"{INDENT}return"]
        texts = [prepare_text(layout)] if layout.prepared else []
        title = f"Jacobian of {self._linearisation.system.name}"
        return "\n\n\n".join([*opening(title, layout.used), *texts, "\n".join(lines)]) + "\n"

    def bind(self, arguments: Mapping[str, Any]) -> Matrix:
        """Return the matrix as a function of time and state."""
        module, system = load_module(self.source), self._linearisation.system
        numbers, arrays = self._layout.constants.values(arguments)
        if self._layout.prepared:
            module.prepare(numbers, arrays)

        def matrix(t: float, y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any], draws: Sequence[Any]) -> Any:
            jacobian = np.zeros(self._linearisation.shape)
            given = typed_values(system, inputs, reads, draws)
            module.matrix(float(t), np.ascontiguousarray(y, dtype=float), jacobian, numbers, arrays, *given)
            return jacobian

        return matrix
