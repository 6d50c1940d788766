"""The end of a run, from which another one can go on."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import frozen

from rates_core.delays.prehistory import PreHistory
from rates_core.errors import ArgumentError
from rates_core.programs.carry import Carry
from rates_core.programs.program import slot_paths
from rates_core.system.system import System

Layout = tuple[tuple[str, int], ...]


@frozen(eq=False)
class RunState:
    """The end of a run: time, states, delays, step control and random numbers.

    Attributes:
        layout: paths of the states and their numbers of entries, then what is kept of the past.
        step_size: of a fixed-step method, whose steps are counted; else None.
        arguments: values of parameters.
    """

    model: str
    solver: str
    carry: Carry
    past: PreHistory | None
    seed: int
    layout: Layout
    step_size: float | None
    arguments: Mapping[str, Any]

    def goes_on_alike(self, arguments: Mapping[str, Any]) -> bool:
        """Tell whether a run with these values of parameters has those of the run before."""
        return all(np.array_equal(value, self.arguments.get(path, np.nan)) for path, value in arguments.items())

    def __str__(self) -> str:
        """Return what files of a table say of it."""
        return f"end of a run of '{self.model}' by {self.solver} at t = {self.carry.time:.9g}"


class RunEnd(str):
    """The end of a run as an attribute of its table: for files, which write attributes as JSON, a text.

    What is read from a file is that text alone. A pickle holds the state too, if that can be pickled.
    """

    state: RunState

    def __new__(cls, state: RunState) -> RunEnd:
        """Return the text of a state, with the state."""
        end = super().__new__(cls, str(state))
        end.state = state
        return end

    def __eq__(self, other: object) -> bool:
        """Tell whether it is the same end: tables that are put together keep attributes that are equal."""
        return self is other

    __hash__ = object.__hash__

    def __deepcopy__(self, memo: Any) -> RunEnd:
        """Return itself: it is never changed, and tables copy their attributes deeply."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Return the state in bytes, or the text alone where a state holds what cannot be pickled."""
        try:
            return _unpickled, (pickle.dumps(self.state),)
        except (TypeError, AttributeError, pickle.PicklingError):
            return str, (str(self.state),)


def _unpickled(state: bytes) -> RunEnd:
    return RunEnd(pickle.loads(state))


def layout_of(system: System) -> Layout:
    """Return what the ends of runs of a System hold, in order."""
    states = tuple((state.path, state.width) for state in system.states)
    return states + tuple((f"past({path})", 0) for path in slot_paths(system))


def state_of(state: Any, system: System, solver: str, step_size: float | None) -> RunState | None:
    """Return the end of a run, given as such or as the table that the run returned.

    Args:
        state: the end of a run, its table, or None.
        system: what goes on.
        solver: name of the solver that goes on.
        step_size: its step if it is fixed, else None.

    Raises:
        ArgumentError: it is neither, or comes from another model, another solver or another fixed step.
    """
    if state is None:
        return None
    found = _end(state, system, "state")
    if found.solver != solver:
        raise ArgumentError(f"state comes from solver '{found.solver}'; go on with the same one, not '{solver}'.")
    if found.step_size != step_size:
        raise ArgumentError(
            f"state comes from a run with step_size {found.step_size}, by which time and delays are counted; go on "
            f"with the same one, not {step_size}."
        )
    return found


def end_of(result: Any, system: System) -> np.ndarray:
    """Return the state vector at the end of a run.

    Args:
        result: the table that the run returned.
        system: whose run it was.

    Raises:
        ArgumentError: it is something else, or comes from another model.
    """
    return np.array(_end(result, system, "result").carry.y)


def _end(state: Any, system: System, argument: str) -> RunState:
    """Return the end of a run of a System.

    Raises:
        ArgumentError: it is something else, or comes from another model.
    """
    end = getattr(state, "attrs", {}).get("state", state)
    if isinstance(end, str) and not isinstance(end, RunEnd):
        raise ArgumentError(
            f"{argument} comes from a file, which tells of the end of a run and does not hold it. "
            "Give what run() returned."
        )
    found = end.state if isinstance(end, RunEnd) else end
    if not isinstance(found, RunState):
        raise ArgumentError(f"{argument} must be what run() returned, or its attrs['state'].")
    if len(found.carry.y) != system.width:
        raise ArgumentError(
            f"{argument} has {len(found.carry.y)} values, but model '{system.name}' has {system.width}: "
            "it is from another model."
        )
    layout = layout_of(system)
    if found.layout != layout:
        raise ArgumentError(_difference(found, layout, system.name, argument))
    return found


def _difference(found: RunState, layout: Layout, name: str, argument: str) -> str:
    """Say in what the end of a run differs from what a model needs."""
    if set(found.layout) == set(layout):
        return (
            f"{argument} holds the variables of model '{name}' in another order; compile both runs with one vectorize=."
        )
    held, needed = dict(found.layout), dict(layout)
    path = next(path for path in [*needed, *held] if held.get(path) != needed.get(path))
    if path in held and path in needed:
        return f"{argument} is from another model: '{path}' differs in size from that of model '{name}'."
    where = "holds no" if path in needed else "holds"
    return f"{argument} is from another model: it {where} '{path}', unlike model '{name}'."
