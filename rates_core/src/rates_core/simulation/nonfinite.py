"""Which variable left the finite numbers, and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rates_core.errors import NonFiniteError
from rates_core.programs.record import Record
from rates_core.system.system import System

if TYPE_CHECKING:
    from rates_core.simulation.execution import Run

KEPT = "What was recorded until then is in the error's result."


def computed_columns(run: Run) -> tuple[int, ...]:
    """Return the places of recorded variables that are no states: unlike a state, they may become finite again."""
    states, recording = run.model.system.state_paths, run.model.recording
    return tuple(place for place in range(len(recording.paths)) if recording.whole(place) not in states)


def are_finite(columns: Sequence[Any], places: Sequence[int]) -> bool:
    """Tell whether some of the recorded variables are finite, in one row or in all."""
    return all(bool(np.isfinite(columns[place]).all()) for place in places)


def bad_state(system: System, y: np.ndarray) -> str:
    """Return the path of the first state that is not finite, and how many others there are.

    Raises:
        IndexError: all are finite.
    """
    return _named(
        system, list(dict.fromkeys(_state_at(system, int(place)) for place in np.nonzero(~np.isfinite(y))[0]))
    )


def state_of(system: System, place: int) -> str:
    """Return the path of the state at a place of the vector of states."""
    return _entry_path(system, *_state_at(system, place))


def bad_column(run: Run, row: Sequence[Any]) -> str:
    """Return the path of the first recorded variable that is not finite, as `bad_state`."""
    recording = run.model.recording
    found = [
        (recording.whole(place), int(recording.wholes[path][1][entry] if path in recording.wholes else entry))
        for place, (path, value) in enumerate(zip(recording.paths, row, strict=True))
        for entry in np.nonzero(~np.isfinite(np.atleast_1d(value)))[0]
    ]
    return _named(run.model.system, found)


def non_finite(run: Run, what: str, step: int | None, time: float, record: Record) -> NonFiniteError:
    """Return the error that says what became NaN or infinite, and when; it holds what was recorded until then."""
    counted = "" if step is None else f" (step {step} of {run.grid.step_size!r})"
    return NonFiniteError(
        f"{what} became NaN or infinite at t = {time:.9g}{counted}.",
        time,
        run.frame(record),
        f"{KEPT} Try a smaller step_size or another solver, or run with stop_on_nonfinite=False.",
    )


def _state_at(system: System, place: int) -> tuple[str, int]:
    state = next(item for item in system.states if item.offset <= place < item.offset + item.width)
    return state.path, (place - state.offset) // (2 if state.complex else 1)


def _named(system: System, entries: Sequence[tuple[str, int]]) -> str:
    others = len(entries) - 1
    more = f" and {others} other {'value' if others == 1 else 'values'}" if others else ""
    return f"'{_entry_path(system, *entries[0])}'{more}"


def _entry_path(system: System, path: str, entry: int) -> str:
    """Return the path of one unit of a variable, or of one element of a vector."""
    assert system.network is not None
    for (number, operator, variable), symbol in system.addresses.items():
        population = system.network.populations[number]
        if symbol == path and population.size is not None:
            return f"{population.units[entry]}/{operator}/{variable}"
    return f"{path}[{entry}]" if system.shapes.get(path) else path
