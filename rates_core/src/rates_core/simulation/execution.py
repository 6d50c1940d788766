"""Run a compiled model: from arguments and initial values to rows with names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve, frozen

from rates_core.delays.lowering import storage
from rates_core.delays.prehistory import PreHistory, prehistory
from rates_core.delays.reads import delay_values, read_indices
from rates_core.delays.strategy import StorageContext
from rates_core.errors import ArgumentError
from rates_core.programs.carry import Carry
from rates_core.programs.program import Kernel
from rates_core.programs.record import Record
from rates_core.simulation.accepted import run_accepted
from rates_core.simulation.arguments import arguments_of, initial_state
from rates_core.simulation.draws import Draws
from rates_core.simulation.fixed import run_fixed
from rates_core.simulation.grid import TimeGrid, time_grid
from rates_core.simulation.histories import checked_history
from rates_core.simulation.inputs import Inputs
from rates_core.simulation.memory import check_memory
from rates_core.simulation.outputs import table
from rates_core.simulation.state import RunEnd, RunState, layout_of, state_of
from rates_core.simulation.watched import watched
from rates_core.solvers.adaptive_options import least_rtol
from rates_core.system.indices import check_indices
from rates_core.system.system import System

if TYPE_CHECKING:
    import pandas as pd

    from rates_core.simulation.compile import CompiledModel


@frozen(eq=False, kw_only=True)
class RunRequest:
    """All that one run is asked for; see `CompiledModel.run`."""

    simulation_time: float
    step_size: float
    sampling_step_size: float | None
    cutoff: float
    inputs: Mapping[str, Any] | None
    parameters: Mapping[str, Any]
    initial: Mapping[str, Any]
    history: Any
    state: Any
    seed: int | None
    verbose: bool
    stop_on_nonfinite: bool


@frozen(eq=False)
class Run:
    """One run, ready to go: everything checked and bound.

    Attributes:
        bound: the program with the parameters bound; None where the run is written, not taken.
        begins: it does not simply go on from another one: it starts, or its parameters are others.
    """

    model: CompiledModel
    request: RunRequest
    grid: TimeGrid
    bound: Kernel | None
    inputs: Inputs
    draws: Draws
    carry: Carry
    arguments: Mapping[str, Any]
    delays: tuple[Any, ...]
    past: PreHistory | None
    begins: bool = True

    @property
    def kernel(self) -> Kernel:
        """Return the program with the parameters bound."""
        assert self.bound is not None
        return self.bound

    @property
    def start(self) -> float:
        """Return the time at the start."""
        return self.carry.time

    def times(self, rows: int) -> np.ndarray:
        """Return the times of the first rows."""
        base = round(self.carry.time / self.grid.sampling_step_size)
        if abs(base * self.grid.sampling_step_size - self.carry.time) <= 1e-9 * max(1.0, abs(self.carry.time)):
            return (base + np.arange(rows)) * self.grid.sampling_step_size
        return self.carry.time + np.arange(rows) * self.grid.sampling_step_size

    def record(self) -> Record:
        """Return an empty record of what is asked for."""
        return Record(self.model.system, self.model.recording.paths)

    def frame(self, record: Record) -> pd.DataFrame:
        """Return what was recorded as a table, without rows before the cutoff."""
        first = self.grid.first_row
        columns = [column[first:] for column in record.columns()]
        return table(self.model.recording, self.model.system, columns, self.times(len(record))[first:])


def execute(model: CompiledModel, request: RunRequest) -> pd.DataFrame:
    """Run a compiled model and return its table; its end is kept in `attrs["state"]`."""
    run, carry, record = performed(model, request)
    frame = run.frame(record)
    state = RunState(
        model.system.name, model.choice.solver.name, carry, run.past, run.draws.seed, layout_of(model.system),
        run.grid.step_size if model.choice.fixed else None, run.arguments,
    )  # fmt: skip
    frame.attrs["state"] = RunEnd(state)
    return frame


def performed(model: CompiledModel, request: RunRequest) -> tuple[Run, Carry, Record]:
    """Run a compiled model; return the run, its end and what was recorded."""
    run = prepared(model, request)
    return run, *(run_fixed(run) if model.choice.fixed else run_accepted(run))


def prepared(model: CompiledModel, request: RunRequest, bind: bool = True) -> Run:
    """Return a run with everything checked and bound.

    Args:
        model: that is run.
        request: what is asked for.
        bind: the program, and make a storage of past values; what is only written needs neither, nor what runs it.
    """
    system, choice = model.system, model.choice
    grid = time_grid(
        request.simulation_time, request.step_size, request.sampling_step_size, request.cutoff, choice.fixed
    )
    before = state_of(request.state, system, choice.solver.name, grid.step_size if choice.fixed else None)
    if before is not None and (request.initial or request.history is not None):
        raise ArgumentError("state= continues a run; initial= and history= belong to a start. Give one or the other.")
    start = 0.0 if before is None else before.carry.time
    model = model.with_columns(request.inputs, start)
    system = model.system
    check_memory(system, model.recording, grid)
    inputs = Inputs(system, request.inputs, grid, start)
    arguments = arguments_of(system, request.parameters)
    check_indices(system, arguments)
    kernel = watched(model.program.bind(arguments), system, arguments) if bind else None
    delays = delay_values(system, arguments)
    seed = before.seed if before is not None and request.seed is None else request.seed
    draws = Draws(system, seed)
    if before is not None:
        begins = not before.goes_on_alike(arguments)
        run = Run(model, request, grid, kernel, inputs, draws, before.carry, arguments, delays, before.past, begins)
        return with_history(run, before.carry.history) if system.reads else run
    history = checked_history(request.history)
    y = initial_state(system, request.initial)
    if system.updates and kernel is not None:
        y = kernel.updated(0.0, y)  # conditions that hold from the start on do not become true
    past = _past(system, kernel, y, inputs, arguments, history)
    carry = Carry(0, 0.0, y if past is None else past.y)
    run = Run(model, request, grid, kernel, inputs, draws, carry, arguments, delays, past)
    return with_history(run) if system.reads and bind else run


def _past(
    system: System, kernel: Kernel | None, y: np.ndarray, inputs: Inputs, arguments: Mapping[str, Any], history: Any
) -> PreHistory | None:
    chained = any(isinstance(state.initial, str) for state in system.states)
    if not system.reads and not chained:
        if history is not None:
            raise ArgumentError("history= was given, but the model has no delays.")
        return None
    return prehistory(system, kernel, 0.0, y, inputs.at(0.0), arguments, history)


def with_history(run: Run, before: Any = None) -> Run:
    """Return the run with a storage of past values, new or going on from an earlier one."""
    choice = run.model.choice
    assert run.past is not None
    context = StorageContext(
        run.model.system,
        run.kernel,
        run.delays,
        read_indices(run.model.system),
        run.past,
        run.inputs.at,
        run.carry.time,
        run.carry.y,
        run.grid.step_size,
        choice.tableau if choice.fixed else None,
        run.arguments,
        None if choice.fixed else least_rtol(choice.solver_options, len(run.carry.y)),
    )
    store = storage(choice.solver.storage, choice.backend.name)
    history = store.history(context) if before is None else store.resumed(before, context)
    return evolve(run, carry=evolve(run.carry, history=history))
