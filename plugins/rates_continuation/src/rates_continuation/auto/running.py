"""Programs in a private directory: they end in time, and with whoever started them."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

from rates_core.errors import SimulationError

from rates_continuation.interrupts import Interrupts

LISTENS = 0.1  # seconds, behind which it is seen whether Ctrl-C was pressed
ALONE = {"OMP_NUM_THREADS": "1"}  # unless something else is asked for: threads of Auto-07p wait longer than they work


@contextmanager
def private_directory() -> Iterator[Path]:
    """Yield a new directory, which is gone afterwards with all that is in it."""
    with tempfile.TemporaryDirectory(prefix="rates-auto-") as name:
        yield Path(name)


def completed(
    call: Sequence[str], folder: Path, limit: float, what: str, advice: str, interrupts: Interrupts | None = None
) -> tuple[int, str]:
    """Run a program in a folder and return its exit status and what it said.

    Whatever happens here, an interrupt among it, the program and all that it started have ended then. None
    is raised for one that is heard.

    Args:
        call: the program and its arguments.
        folder: where it runs.
        limit: seconds that it may take.
        what: it is, for messages.
        advice: what to do where it takes longer.
        interrupts: that end it.

    Raises:
        SimulationError: it takes longer.
    """
    with subprocess.Popen(
        call, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace", start_new_session=True, env={**ALONE, **os.environ},
    ) as process:  # fmt: skip
        try:
            said = _said(process, limit, interrupts or Interrupts())
        except subprocess.TimeoutExpired:
            raise SimulationError(f"{what} took longer than {limit:g} seconds and was stopped. {advice}") from None
        finally:
            if process.poll() is None:
                with suppress(ProcessLookupError):  # it ends just now
                    os.killpg(process.pid, signal.SIGKILL)
    return process.returncode, said


def _said(process: subprocess.Popen[str], limit: float, interrupts: Interrupts) -> str:
    """Return what a program says until it ends, or until it is interrupted.

    Raises:
        TimeoutExpired: it takes longer.
    """
    end = monotonic() + limit
    while not interrupts.heard:
        try:
            return process.communicate(timeout=min(LISTENS, limit))[0]
        except subprocess.TimeoutExpired:
            if monotonic() > end:
                raise
    return ""
