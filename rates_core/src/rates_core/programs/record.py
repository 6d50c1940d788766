"""What a run records: one array per variable, whose first axis counts rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import define, field

if TYPE_CHECKING:
    from rates_core.system.system import System

Columns = tuple[np.ndarray, ...]


def as_columns(system: System, paths: Sequence[str], rows: Sequence[Sequence[Any]]) -> Columns:
    """Return rows of values, as `observe` gives them, variable by variable."""
    return tuple(
        np.array([row[number] for row in rows], dtype=_kind(system, path)).reshape(len(rows), *system.shapes[path])
        for number, path in enumerate(paths)
    )


def _kind(system: System, path: str) -> type:
    return complex if path in system.complex_symbols else float


@define(eq=False)
class Record:
    """What has been recorded so far, chunk by chunk.

    Attributes:
        system: whose variables are recorded.
        paths: of the recorded variables, in order.
    """

    system: System
    paths: Sequence[str]
    _chunks: list[Columns] = field(factory=list)
    _single: list[tuple[Any, ...]] = field(factory=list)  # rows behind the last chunk
    _rows: int = 0

    def __len__(self) -> int:
        return self._rows

    def append(self, row: tuple[Any, ...]) -> None:
        """Add one row, as `observe` gives it."""
        self._single.append(row)
        self._rows += 1

    def extend(self, columns: Columns, rows: int) -> None:
        """Add the first rows of a chunk."""
        self._collect()
        self._chunks.append(tuple(column[:rows] for column in columns))
        self._rows += rows

    def _collect(self) -> None:
        if self._single:
            self._chunks.append(as_columns(self.system, self.paths, self._single))
            self._single.clear()

    def columns(self) -> Columns:
        """Return everything as one array per variable."""
        self._collect()
        if not self._chunks:
            return as_columns(self.system, self.paths, ())
        if len(self._chunks) == 1:
            return self._chunks[0]
        return tuple(np.concatenate(parts) for parts in zip(*self._chunks, strict=True))
