"""One computation of Auto-07p: what it is told, and all that it found."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from attrs import frozen
from rates_core.errors import SimulationError

from rates_continuation.auto.constants import text
from rates_continuation.auto.diagnostics import spectra
from rates_continuation.auto.equations import UNITS, AutoEquations
from rates_continuation.auto.running import completed
from rates_continuation.auto.solutions import AutoSolution, solutions
from rates_continuation.auto.tables import Row, rows
from rates_continuation.interrupts import interruptible

WITHIN = 600.0  # seconds
RESTART = "start"  # name of what a computation starts from
_TOLD, _TABLE, _SOLUTIONS, _DIAGNOSTICS = "fort.2", "fort.7", "fort.8", "fort.9"


@frozen(eq=False)
class Point:
    """A point of a curve as Auto-07p computed it.

    Attributes:
        row: of the table.
        solution: the same point whole.
        spectrum: eigenvalues, or multipliers, as Auto-07p printed them; none where it did not.
    """

    row: Row
    solution: AutoSolution
    spectrum: np.ndarray


def computed(
    auto: AutoEquations, folder: Path, constants: Mapping[str, Any], start: str = "", limit: float = WITHIN
) -> list[Point]:
    """Run a computation in a folder of its own and return all points, of one that is interrupted those that it wrote.

    Args:
        auto: the equations.
        folder: that is made for it.
        constants: what is computed.
        start: content of a file of solutions from which it starts; empty if it starts from the constants.
        limit: seconds that it may take.

    Raises:
        SimulationError: it ends without a point, or takes too long.
    """
    folder.mkdir()
    (folder / _TOLD).write_text(text(constants), encoding="utf-8")
    (folder / UNITS).write_text(auto.units, encoding="utf-8")
    if start:
        (folder / f"s.{RESTART}").write_text(start, encoding="utf-8")
    advice = "Ask for fewer points or narrower bounds."
    with interruptible() as interrupts:
        status, said = completed([str(auto.program)], folder, limit, "Auto-07p", advice, interrupts)
    found = _points(folder)
    if not found and not interrupts.heard:
        last = said.strip().splitlines()[-1:] or ["nothing"]
        raise SimulationError(f"Auto-07p computed no point (exit status {status}); it said last: {last[0].strip()}")
    return found


def _points(folder: Path) -> list[Point]:
    """Return the points that are whole; what a run that broke off has half written is left out."""
    table = list(rows(_content(folder / _TABLE)))
    whole = {solution.label: solution for solution in solutions(_content(folder / _SOLUTIONS))}
    printed = list(spectra(_content(folder / _DIAGNOSTICS)))
    printed += [np.zeros(0, dtype=complex)] * (len(table) - len(printed))
    pairs = zip(table, printed, strict=False)
    return [Point(row, whole[row.label], spectrum) for row, spectrum in pairs if row.label in whole]


def _content(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
