"""What is said of a run that an adaptive method could not finish, and kept of it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from rates_core.errors import RatesError, SimulationError
from rates_core.simulation.nonfinite import KEPT, bad_state, state_of

if TYPE_CHECKING:
    from rates_core.programs.carry import Carry
    from rates_core.programs.record import Record
    from rates_core.simulation.execution import Run
    from rates_core.solvers.driver import Problem

NEAR = 1e-9  # of the run: how far beyond the end a derivative is looked for that is not finite


def keep(run: Run, error: SimulationError, problem: Problem, carry: Carry, record: Record) -> None:
    """Put what was recorded into the error of a method, and the variable that is the likely cause into its text."""
    if error.result is not None:
        return
    error.result, error.advice = run.frame(record), KEPT
    if isinstance(error.__cause__, IndexError):  # its text names the variable
        return
    with np.errstate(all="ignore"):
        suspect = _suspect(run, problem, carry, error)
    error.reason = f"{error.reason} {suspect}".rstrip()


def _suspect(run: Run, problem: Problem, carry: Carry, error: SimulationError) -> str:
    """Say which derivative is not finite where the method stopped, or beyond; else which is the largest."""
    system, time, y = run.model.system, carry.time, carry.y
    slope = np.zeros_like(y)
    for ahead in (0.0, NEAR * (problem.end - problem.start)):
        try:
            found = problem.derivative(time + ahead, y + ahead * slope)
        except (ArithmeticError, ValueError, LookupError, RatesError):
            return ""
        if not np.isfinite(found).all():
            return f"The derivative of {bad_state(system, found)} is NaN or infinite there."
        slope = slope if ahead else found
    if error.undefined is not None:
        beyond, state = error.undefined
        with suppress(ArithmeticError, ValueError, IndexError, SimulationError):
            found = problem.derivative(beyond, state)
            if not np.isfinite(found).all():
                return f"The derivative of {bad_state(system, found)} is NaN or infinite at t = {beyond:.9g}."
    if not slope.any():
        return ""
    return f"'{state_of(system, int(np.abs(slope).argmax()))}' changes fastest there."
