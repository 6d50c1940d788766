"""Print derivative matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rates_core.programs.program import Matrix, MatrixProgram
from rates_core.system.linearisation import Linearisation

from rates_matlab.entries import assembly_lines
from rates_matlab.kernel import fields_of
from rates_matlab.lines import function_text
from rates_matlab.module import Layout, assembled
from rates_matlab.running import Running


class MatlabMatrix(MatrixProgram):
    """A generated file with one matrix-valued function."""

    def __init__(self, linearisation: Linearisation) -> None:
        self._linearisation = linearisation
        layout = Layout(linearisation.system, {"matrix": [block.values for block in linearisation.blocks]})
        lines = layout.body_of("matrix")
        lines += assembly_lines(linearisation, layout.routines["matrix"].results, layout.printer)
        head = f"jacobian = matrix({', '.join(['t', 'y', 'p', *layout.given()])})"
        parts = [layout.prepare(), function_text(head, ["The matrix of derivatives."], lines)]
        self._fields = layout.fields(sorted(linearisation.index_paths))
        title = f"Jacobian of {linearisation.system.name}"
        self.source = assembled(title, layout, ["prepare", "matrix"], parts, self._fields)

    def bind(self, arguments: Mapping[str, Any]) -> Matrix:
        """Return the matrix as a function of time and state."""
        system = self._linearisation.system
        running = Running(self.source, ["prepare", "matrix"])
        p = running.bound(fields_of(system, self._fields, arguments))
        shapes = [item.shape for kind in (system.inputs, system.reads, system.draws) for item in kind]

        def matrix(t: float, y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any], draws: Sequence[Any]) -> Any:
            given = zip([*inputs, *reads, *draws], shapes, strict=True)
            values = [np.broadcast_to(value, shape) for value, shape in given]
            return np.array(running.call("matrix", [t, y, p, *values])[0])

        return matrix
