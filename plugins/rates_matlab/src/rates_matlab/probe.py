"""Tell what runs generated files, GNU Octave or MATLAB, and whether it is there, without running it."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec

PROGRAMS = "octave", "matlab"
CHOICE = "RATES_MATLAB"


def chosen() -> str:
    """Return `octave` or `matlab`: what `RATES_MATLAB` says, else Octave, or MATLAB where only its engine is there."""
    said = os.environ.get(CHOICE)
    if said:
        return said
    return "matlab" if octave_missing() is not None and engine_missing() is None else "octave"


def probe() -> str | None:
    """Return what is missing and how to get it, or None."""
    return invalid() or (engine_missing() if chosen() == "matlab" else octave_missing())


def invalid() -> str | None:
    """Return what is wrong with the choice, or None."""
    if chosen() in PROGRAMS:
        return None
    return f"the environment variable {CHOICE} is '{chosen()}'. Let it be 'octave' or 'matlab'"


def octave_missing() -> str | None:
    """Return that there is no Octave and how to get it, or None."""
    program = os.environ.get("OCTAVE", "octave")
    if shutil.which(program) is None:
        where = "the environment variable OCTAVE names it" if "OCTAVE" in os.environ else "it is looked for on the path"
        return (
            f"the program '{program}' is not there ({where}). Install GNU Octave "
            "(Debian: apt-get install octave; macOS: brew install octave), or let OCTAVE name it"
        )
    return None


def engine_missing() -> str | None:
    """Return that there is no engine of MATLAB and how to get it, or None."""
    if find_spec("matlab") is not None and find_spec("matlab.engine") is not None:
        return None
    return (
        "the engine of MATLAB, Python's package 'matlab.engine', is not there. Install the one that belongs to your "
        f"MATLAB (pip install matlabengine), or let {CHOICE} be 'octave'"
    )
