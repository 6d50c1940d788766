"""Whether what a run records fits into the memory of the machine."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

from rates_core.errors import ArgumentError
from rates_core.simulation.outputs import Recording
from rates_core.system.system import System
from rates_core.templates.counting import counted

if TYPE_CHECKING:
    from rates_core.simulation.grid import TimeGrid

REAL, COMPLEX = 8, 16  # bytes of a number


def check_memory(system: System, recording: Recording, grid: TimeGrid) -> None:
    """Check that the machine can hold what a run records, before it starts.

    Raises:
        ArgumentError: it cannot; rows before the cutoff count too, since they are dropped at the end.
    """
    available = physical_memory()
    needed = grid.rows * row_size(system, recording)
    if available is None or needed <= available:
        return
    numbers = counted(sum(math.prod(system.shapes[path]) for path in recording.paths), "number")
    raise ArgumentError(
        f"The run would record {grid.rows} rows of {numbers} each, which take {_written(needed)}; this machine has "
        f"{_written(available)} of memory. Give a longer sampling_step_size (it is {grid.sampling_step_size!r}) or "
        "fewer outputs, or run parts of the time that continue each other with state=; "
        "a cutoff saves nothing while the run goes on."
    )


def physical_memory() -> int | None:
    """Return the memory of the machine in bytes, or None where the system does not tell."""
    try:
        found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None
    return found if found > 0 else None


def row_size(system: System, recording: Recording) -> int:
    """Return the number of bytes that a row takes."""
    return sum(
        math.prod(system.shapes[path]) * (COMPLEX if path in system.complex_symbols else REAL)
        for path in recording.paths
    )


def _written(size: int) -> str:
    """Return a number of bytes as people write it."""
    power = min(int(math.log10(max(size, 1))) // 3, 6)
    return f"{size / 1000**power:.3g} {('bytes', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB')[power]}"
