"""What a sweep keeps of each point: numbers and rows, by name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import frozen

from rates_core.simulation.outputs import Output, Recording
from rates_core.simulation.points import PointResults
from rates_core.system.system import System

Values = dict[str, np.ndarray]


@frozen
class Ended:
    """The end of a run that came early.

    Attributes:
        time: that it reached.
        reason: why it ended, as a sentence.
    """

    time: float
    reason: str


@frozen
class Quantity:
    """A value that each point has.

    Attributes:
        name: of a column of results.
        complex: whether it is a complex number.
        rows: number of rows, or None for one number.
    """

    name: str
    complex: bool = False
    rows: int | None = None

    @property
    def kind(self) -> type:
        """Return the type of its numbers."""
        return complex if self.complex else float

    def empty(self, points: int) -> np.ndarray:
        """Return its values at points that have none: NaN."""
        return np.full((points, *(() if self.rows is None else (self.rows,))), np.nan, self.kind)


@frozen(eq=False)
class Column:
    """A column of a run's table.

    Attributes:
        output: part of a recorded variable.
        entry: which of its units, in their order.
        complex: whether it holds complex numbers.
    """

    output: Output
    entry: int
    complex: bool

    @property
    def key(self) -> str:
        """Return the user's name of the output."""
        return self.output.key

    @property
    def unit(self) -> str:
        """Return the path of the unit in brackets where the output has several, else an empty text."""
        return "" if self.output.alone else f"[{self.output.names[self.entry]}]"

    @property
    def labels(self) -> tuple[str, ...]:
        """Return what tables call the unit: segments of its path, then operator and variable."""
        name = self.output.names[self.entry]
        return (*([name] if self.output.edges else name.split("/")), self.output.variable)

    def of(self, results: PointResults) -> np.ndarray:
        """Return the values at some points, `[points, rows]`."""
        block = results.recorded[self.output.recorded]
        if block.ndim == 2:
            return block if self.complex else block.real
        units = self.output.units
        entry = self.entry if units is None else np.arange(block.shape[2])[units][self.entry]
        values: np.ndarray = block[:, :, entry]
        return values if self.complex else values.real


def columns_of(recording: Recording, system: System) -> list[Column]:
    """Return the columns of a run's table."""
    return [
        Column(output, entry, recording.paths[output.recorded] in system.complex_symbols)
        for output in recording.outputs
        for entry in range(len(output.names))
    ]


def entries_of(columns: Sequence[Column]) -> dict[str, list[Column]]:
    """Return columns by the key of their output."""
    found: dict[str, list[Column]] = {}
    for column in columns:
        found.setdefault(column.key, []).append(column)
    return found
