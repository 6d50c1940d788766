"""Print derivative matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rates_core.programs.elementwise.given import Given, values_at
from rates_core.programs.program import Matrix, MatrixProgram
from rates_core.system.linearisation import Linearisation

from rates_julia.binding import Library, bound
from rates_julia.body import PARAMETERS, STATE, TIME
from rates_julia.entries import OUT, Entries
from rates_julia.layout import JuliaLayout
from rates_julia.module import assembled, parameters
from rates_julia.procedure import Procedure


def matrix_layout(linearisation: Linearisation, alone: str | None = None, taken: Sequence[str] = ()) -> JuliaLayout:
    """Return the layout of a module that computes all entries of a matrix; `taken` are parameters of `alone`."""
    wanted = {f"{number}": block.values for number, block in enumerate(linearisation.blocks)}
    return JuliaLayout(
        linearisation.system,
        {"entries": wanted},
        {*linearisation.index_paths, *taken},
        hoist=alone is None,
        alone=alone,
    )


class JuliaMatrix(MatrixProgram):
    """A generated module with one function that computes a matrix."""

    def __init__(self, linearisation: Linearisation) -> None:
        self._linearisation = linearisation
        layout = matrix_layout(linearisation)
        body = Entries(layout, linearisation)
        statements = body.all_statements()
        arguments = [OUT, STATE, PARAMETERS, TIME, *body.given()]
        matrix = Procedure("jac!", ["The matrix of derivatives."], arguments, statements)
        title = f"Jacobian of {linearisation.system.name}"
        self._library = Library(assembled(title, layout, {"parameters": parameters(layout), "matrix": matrix}))
        self.source = self._library.module.source

    def bind(self, arguments: Mapping[str, Any]) -> Matrix:
        """Return the matrix as a function of time and state."""
        library, linearisation, p = self._library, self._linearisation, bound(self._library, arguments)

        def matrix(t: float, y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any], draws: Sequence[Any]) -> Any:
            jacobian = np.empty(linearisation.shape[::-1])
            given: Given = {
                **values_at(linearisation.system, inputs, reads, draws),
                ("p",): p,
                ("t",): float(t),
                ("y",): np.ascontiguousarray(y, dtype=float),
                ("jacobian",): jacobian,
            }
            library.call("matrix", given)
            return jacobian.T

        return matrix
