"""A stand-in for MATLAB's package, for tests: what rates-matlab uses of it, over GNU Octave."""

from __future__ import annotations

from collections.abc import Sequence


class double(list[list[float]]):
    """A matrix, row by row."""

    def __init__(self, rows: Sequence[Sequence[float]]) -> None:
        super().__init__([float(entry) for entry in row] for row in rows)
