"""The Octave or MATLAB of this process."""

from __future__ import annotations

import os
from functools import cache

from rates_matlab.probe import CHOICE, chosen, invalid
from rates_matlab.session import OctaveError, Session


@cache
def _sessions() -> dict[tuple[int, str], Session]:
    """Return the sessions of each process by the user's choice; one that was forked has none of its own yet."""
    return {}


def session() -> Session:
    """Return what runs generated files in this process, started on first use, and anew where it has ended.

    Raises:
        OctaveError: it is not there.
    """
    # what the choice falls on is looked up when a program is started, for this is asked at every call
    known, key = _sessions(), (os.getpid(), os.environ.get(CHOICE, ""))
    found = known.get(key)
    if found is None or not found.is_alive:
        found = known[key] = _started()
    return found


def _started() -> Session:
    fault = invalid()
    if fault is not None:
        raise OctaveError(f"A MATLAB module cannot be run: {fault}.")
    if chosen() == "matlab":
        from rates_matlab.engine import EngineSession

        return EngineSession()
    from rates_matlab.octave import OctaveSession

    return OctaveSession()
