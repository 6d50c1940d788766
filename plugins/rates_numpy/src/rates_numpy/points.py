"""Print expressions whose values have a last axis of points.

A number is an array of points, a vector one of units and points, and what all points share has the length 1 there: so
numbers meet vectors as they are, and one matrix for all points is multiplied with all their vectors at once. What holds
time or literals alone is a number of Python's.
"""

from __future__ import annotations

from collections.abc import Sequence

from rates_core.expressions.tree import Expression, symbols
from rates_core.programs.printer import CALL
from rates_core.system.shapes import shape_of
from rates_core.system.system import TIME, State

from rates_numpy.printer import NumpyPrinter

EINSUM = {(2, 2): "ijp,jkp->ikp", (1, 2): "jp,jkp->kp", (1, 1): "jp,jp->p"}  # by the axes of two factors


class PointsPrinter(NumpyPrinter):
    """Print expressions of many points."""

    caught = False

    def is_array(self, expression: Expression) -> bool:
        """Tell whether values are arrays, as all are but time and literals."""
        return not symbols(expression) <= {TIME}

    def joined(self, parts: Sequence[Expression]) -> str:
        """Print vectors and numbers one behind the other."""
        self.called.add("joined")
        return f"joined({', '.join(map(self.text, parts))})"

    def reduced(self, function: str, argument: Expression) -> tuple[str, int]:
        """Print what a function makes of all entries that belong to a point."""
        axes = len(shape_of(argument, self.shapes))
        if not axes:
            return self.printed(argument)
        return f"{function}({self.text(argument)}, axis={'0' if axes == 1 else '(0, 1)'})", CALL

    def product(self, left: Expression, right: Expression) -> tuple[str, int]:
        """Print the product of matrices and vectors."""
        axes = len(shape_of(left, self.shapes)), len(shape_of(right, self.shapes))
        texts = f"{self.text(left)}, {self.text(right)}"
        if axes != (2, 1):
            return f'np.einsum("{EINSUM[axes]}", {texts})', CALL
        self.called.add("product")
        return f"product({texts})", CALL

    def total(self, vector: str) -> str:
        """Print the sum of a vector's entries."""
        return f"{vector}.sum(axis=0)"

    def row_sums(self, rows: str, values: str, size: int) -> str:
        """Print for each row of a matrix the sum of the values that belong to it."""
        self.called.add("row_sums")
        return f"row_sums({rows}, {values}, {size})"

    def flat(self, matrix: str) -> str:
        """Print the rows of a matrix one behind the other."""
        return f"{matrix}.reshape(-1, {matrix}.shape[-1])"

    plain_states = "tuple(y)"

    def state(self, state: State) -> str:
        """Print a state, as rows of y, whose columns are real vectors."""
        rows = f"y[{state.offset}:{state.offset + state.width}]"
        if state.complex:
            self.called.add("complex_of")
            return f"complex_of({rows}){'' if state.shape else '[0]'}"
        return rows if state.shape else f"y[{state.offset}]"

    def empty(self, width: int) -> str:
        """Print real vectors without values, side by side."""
        return f"np.empty(({width}, np.shape(pieces[0])[-1]))"

    def stored(self, state: State, piece: str) -> list[str]:
        """Print what writes a state into its rows of y."""
        start, stop = state.offset, state.offset + state.width
        if not state.complex:
            return [f"y[{start}:{stop}] = {piece}"]
        return [f"y[{start}:{stop}:2] = {piece}.real", f"y[{start + 1}:{stop}:2] = {piece}.imag"]
