"""The end of a run, from which another one can go on."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from rates_core.delays.prehistory import PreHistory
from rates_core.errors import ArgumentError
from rates_core.programs.carry import Carry
from rates_core.system.system import System


@frozen(eq=False)
class RunState:
    """The end of a run: time, states, delays, step control and random numbers."""

    model: str
    solver: str
    carry: Carry
    past: PreHistory | None
    seed: int

    def __deepcopy__(self, memo: Any) -> RunState:
        """Return itself: it is never changed, and tables copy their attributes deeply."""
        return self


def state_of(state: Any, system: System, solver: str) -> RunState | None:
    """Return the end of a run, given as such or as the table that the run returned.

    Raises:
        ArgumentError: it is neither, or comes from another model or another solver.
    """
    if state is None:
        return None
    found = state if isinstance(state, RunState) else getattr(state, "attrs", {}).get("state")
    if not isinstance(found, RunState):
        raise ArgumentError("state must be what run() returned, or its attrs['state'].")
    if len(found.carry.y) != system.width:
        raise ArgumentError(
            f"state has {len(found.carry.y)} values, but model '{system.name}' has {system.width}: it is from another model."
        )
    if found.solver != solver:
        raise ArgumentError(f"state comes from solver '{found.solver}'; go on with the same one, not '{solver}'.")
    return found
