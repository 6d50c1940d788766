"""Events of a run whose steps are chosen: conditions, what they set, and pulses, which are jumps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import define, field, frozen

from rates_core.delays.reads import read_indices
from rates_core.errors import SimulationError
from rates_core.simulation.breaking import merged
from rates_core.solvers.events import Events
from rates_core.system.events import STEP_SIZE, pulse_paths

if TYPE_CHECKING:
    from rates_core.simulation.breaks import Breaks
    from rates_core.simulation.execution import Run
    from rates_core.simulation.past_values import Reads
    from rates_core.system.system import State, System

MOST_ROUNDS = 1000  # of events that pulses of others set off at the same time
SAME_TIME = 2e-12  # share of the end of a run within which two times are one


@frozen(eq=False)
class LatePulse:
    """A pulse on its way.

    Attributes:
        time: when it arrives.
        read: number of the delayed read that it arrives at.
        amount: its integral, for each entry of that.
    """

    time: float
    read: int
    amount: Any


def happenings(run: Run, reads: Reads, breaks: Breaks) -> Happenings | None:
    """Return the events of a run, None for a model without."""
    if not run.model.system.updates:
        return None
    return Happenings(run, reads, breaks, list(run.carry.pulses))


@define(eq=False)
class Happenings(Events):
    """The events of one run.

    A pulse of integral 1 makes states jump by what it adds to their derivatives: these are linear in pulses.

    Attributes:
        late: pulses on their way.
    """

    run: Run
    reads: Reads
    breaks: Breaks
    late: list[LatePulse]
    held: np.ndarray = field(init=False)
    _pulses: list[State] = field(init=False)

    def __attrs_post_init__(self) -> None:
        system = self.run.model.system
        self.held = _places([system.state_paths[event.held] for event in system.events])
        self._pulses = [system.state_paths[path] for path in pulse_paths(system)]

    @property
    def _system(self) -> System:
        return self.run.model.system

    def conditions(self, t: float, y: np.ndarray) -> np.ndarray:
        """Return which conditions hold: where all held before, nothing happens but that this is noted."""
        asked = y.copy()
        asked[self.held] = 1.0
        found: np.ndarray = self.run.kernel.updated(t, asked)[self.held] > 0.5
        return found

    def happen(self, t: float, y: np.ndarray) -> np.ndarray:
        """Return the state behind all events at a time; jumps by pulses may let further ones happen.

        Raises:
            SimulationError: they set each other off without end.
        """
        self.breaks.add(t)
        late = self._arriving(t)
        for _ in range(MOST_ROUNDS):
            new = self.run.kernel.updated(t, y)
            amounts = self._amounts(new)
            y = self._silent(new)
            if not late and not _any(amounts):
                return y
            self._send(t, amounts)
            y, late = self._jumped(t, y, amounts, late), ()
        raise SimulationError(
            f"Events of '{self._system.name}' set each other off without end at t = {t:.9g}: pulses without delay "
            "lead in a circle. Give them a delay, or let what is reset be out of reach of one pulse.",
            t,
        )

    def is_due(self, t: float) -> bool:
        """Tell whether a pulse arrives."""
        return any(pulse.time <= t + self._near for pulse in self.late)

    def stops(self, t: float) -> Sequence[float]:
        """Return jumps of inputs, what delays make of jumps until now, and arrivals of pulses."""
        return merged([*self.breaks.stops(t), *(pulse.time for pulse in self.late)], self.breaks.end)

    @property
    def _near(self) -> float:
        return SAME_TIME * max(1.0, abs(self.breaks.end))

    def _amounts(self, y: np.ndarray) -> list[np.ndarray]:
        """Return the integrals of pulses, which last for a step of the grid where they are values of states."""
        size = float(self.run.arguments[STEP_SIZE]) if self._pulses else 0.0
        return [y[state.offset : state.offset + state.width] * size for state in self._pulses]

    def _silent(self, y: np.ndarray) -> np.ndarray:
        new = y.copy()
        new[_places(self._pulses)] = 0.0
        return new

    def _arriving(self, t: float) -> Sequence[LatePulse]:
        """Take pulses that arrive at a time from those on their way."""
        found = [pulse for pulse in self.late if pulse.time <= t + self._near]
        self.late = [pulse for pulse in self.late if pulse.time > t + self._near]
        return found

    def _send(self, t: float, amounts: Sequence[np.ndarray]) -> None:
        """Let pulses be on their way to delayed reads."""
        sent = {state.path: amount for state, amount in zip(self._pulses, amounts, strict=True)}
        reads, entries = self._system.reads, read_indices(self._system)
        for number, (read, taken, delay) in enumerate(zip(reads, entries, self.run.delays, strict=True)):
            if read.slot in sent and sent[read.slot].any():
                amount = sent[read.slot] if taken is None else sent[read.slot][taken]
                self.late += _late(t, number, amount, np.asarray(delay, dtype=float))

    def _jumped(self, t: float, y: np.ndarray, amounts: Sequence[np.ndarray], late: Sequence[LatePulse]) -> np.ndarray:
        fed = self.run.inputs.at(t)
        loud = y.copy()
        for state, amount in zip(self._pulses, amounts, strict=True):
            loud[state.offset : state.offset + state.width] = amount
        heard = list(self.reads.at(t, loud, fed))
        for pulse in late:
            before = heard[pulse.read]
            heard[pulse.read] = before + (pulse.amount if np.ndim(before) else pulse.amount.item())
        rhs = self.run.kernel.rhs
        with_pulses = np.asarray(rhs(t, loud, fed, tuple(heard), ()))
        moved: np.ndarray = y + (with_pulses - np.asarray(rhs(t, y, fed, self.reads.at(t, y, fed), ())))
        return moved


def _late(t: float, number: int, amount: np.ndarray, delay: np.ndarray) -> list[LatePulse]:
    """Return a pulse for each time at which some of what is read arrives."""
    delays = np.broadcast_to(delay, amount.shape)
    return [
        LatePulse(t + float(each), number, np.where(delays == each, amount, 0.0))
        for each in np.unique(delays[(amount != 0) & (delays > 0)])
    ]


def _places(states: Sequence[State]) -> np.ndarray:
    """Return the places of some states in the real vector."""
    parts = [np.arange(state.offset, state.offset + state.width) for state in states]
    return np.concatenate([np.arange(0), *parts])


def _any(amounts: Sequence[np.ndarray]) -> bool:
    return any(bool(amount.any()) for amount in amounts)
