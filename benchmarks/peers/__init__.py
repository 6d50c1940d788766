"""The same work in what users run today, each tool in an environment of its own; nothing here is needed.

`nox -s peer` makes the environments. A tool is one script beside this file, which imports nothing of rates:
`python TOOL_works.py WORK given.npz found.npz` does a work and writes its result, the seconds that it took from the
start of the process with all that is imported, built or compiled for it (`first`), and those of doing it again where
that is possible (`again`).
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent
ENVIRONMENTS = FOLDER.parents[1] / ".nox"
TOOLS = ("brian2", "diffrax", "jitcdde", "pyrates", "rectipy")
REPEATS = 3
LONGEST = 300.0  # seconds that a work may take


@dataclass(frozen=True)
class Done:
    """What a tool did.

    Attributes:
        tool: its name and version.
        first: seconds, with all that has to be built.
        again: seconds, when all is built; None where the tool builds each time.
        error: of its result.
        reason: why there is no result; empty if there is one.
    """

    tool: str
    first: float | None = None
    again: float | None = None
    error: float | None = None
    reason: str = ""

    @property
    def seconds(self) -> float | None:
        """Return the shortest time in which the tool gives the result."""
        return self.first if self.again is None else self.again


@cache
def interpreter(tool: str) -> Path | None:
    """Return the Python that has a tool, None if there is none."""
    path = ENVIRONMENTS / f"peer-{tool}" / "bin" / "python"
    return path if path.is_file() else None


def installed() -> list[str]:
    """List the tools that have an environment."""
    return [tool for tool in TOOLS if interpreter(tool) is not None]


def done(work: str, exact: NDArray[np.float64] | None, tools: tuple[str, ...], **given: Any) -> tuple[Done, ...]:
    """Let the tools that are installed do a work.

    Args:
        work: name of the function in the scripts.
        exact: what the result should be; without it no error is known.
        tools: those that can do it.
        given: numbers and arrays.
    """
    return tuple(_done(tool, work, exact, given) for tool in tools if interpreter(tool) is not None)


def _done(tool: str, work: str, exact: NDArray[np.float64] | None, given: dict[str, Any]) -> Done:
    with TemporaryDirectory() as folder:
        files = [str(Path(folder) / name) for name in ("given.npz", "found.npz")]
        np.savez(files[0], begun=time(), repeats=REPEATS, **given)
        command = [str(interpreter(tool)), str(FOLDER / f"{tool}_works.py"), work, *files]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=LONGEST, cwd=folder)
        except subprocess.TimeoutExpired:
            return Done(tool, reason=f"more than {LONGEST:.0f} s")
        except subprocess.CalledProcessError as failed:
            return Done(tool, reason=failed.stderr.strip().splitlines()[-1][:80])
        with np.load(files[1]) as found:
            error = None if exact is None else float(np.max(np.abs(found["result"] - exact)))
            first, again = float(found["first"]), float(found["again"])
            return Done(f"{tool} {found['version']}", first, None if np.isnan(again) else again, error)
