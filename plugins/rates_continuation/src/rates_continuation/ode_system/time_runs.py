"""Runs in time, as points of a curve."""

from __future__ import annotations

import numpy as np
from rates_core.errors import ArgumentError, SimulationError
from rates_core.simulation.field import VectorField
from scipy.integrate import solve_ivp

from rates_continuation.native.lsoda import ONE_AT_A_TIME
from rates_continuation.ode_system.names import TIME
from rates_continuation.ode_system.request import Computed, Request
from rates_continuation.ode_system.settings import LONGEST, Settings
from rates_continuation.ode_system.solutions import END, REGULAR, Solution
from rates_continuation.resting import LARGE

PRECISE, SMALL = 1e-9, 1e-12  # relative and absolute tolerance: errors lie below those of what is followed from there


def run_in_time(request: Request) -> Computed:
    """Return a run of the model from its start, or from a solution.

    Raises:
        ArgumentError: the start is a cycle, or times are not positive.
        SimulationError: it does not come to its end.
    """
    settings, start = request.settings, request.start
    if request.from_cycles:
        raise ArgumentError("A run in time starts from states; the starting point is a cycle. Plot it by "
                            "plot_timeseries, or start from an equilibrium or a run.")  # fmt: skip
    values = {**request.values, **({} if start is None else start.parameters), **settings.parameters}
    field = request.model.get_vector_field([], values)
    x = field.x_of({**({} if start is None else start.states), **settings.states})
    times, marked = _times(settings)
    found = _integrated(field, x, times)
    solutions = [
        Solution(
            label="UZ" if time in marked else END if number in (0, len(times) - 1) else REGULAR,
            parameters=values,
            states=dict(zip(field.states, found[number].tolist(), strict=True)),
            time=float(time),
        )
        for number, time in enumerate(times)
    ]
    return Computed("time", (), solutions)


def _times(settings: Settings) -> tuple[np.ndarray, set[float]]:
    """Return the times of all points, and those that are marked."""
    marked = sorted({item.value for item in settings.user if item.path == TIME})
    if marked and marked[0] <= 0:
        raise ArgumentError(f"Times of user points must be positive; UZR or UZSTOP has {marked[0]:g}.")
    stops = [item.value for item in settings.user if item.path == TIME and item.ends]
    counted = [marked[number - 1] for kind, number in settings.stops if kind == "UZ" and number <= len(marked)]
    reach = settings.most * (settings.longest or LONGEST)
    end = min([*stops, *counted], default=max(marked, default=reach))
    marked = [time for time in marked if time <= end]
    return np.unique([*np.linspace(0.0, end, settings.most + 1), *marked]), set(marked)


def _integrated(field: VectorField, x: np.ndarray, times: np.ndarray) -> np.ndarray:
    p, room = np.zeros(0), LARGE * (1.0 + float(np.max(np.abs(x))))

    def left(t: float, y: np.ndarray) -> float:
        """Return what is negative where the model is on its way to infinity."""
        return room - float(np.max(np.abs(y)))

    left.terminal = True  # type: ignore[attr-defined]  # as SciPy wants it
    small = SMALL * max(1.0, float(np.max(np.abs(x))))
    with ONE_AT_A_TIME, np.errstate(all="ignore"):
        run = solve_ivp(
            lambda t, y: field.rates(y, p), (0.0, float(times[-1])), x, method="LSODA", t_eval=times,
            events=left, jac=lambda t, y: field.by_states(y, p), rtol=PRECISE, atol=small,
        )  # fmt: skip
    if run.status != 0 or not np.isfinite(run.y).all():
        reached = float(run.t[-1]) if len(run.t) else 0.0
        reason = "the states grow without end" if run.status == 1 else str(run.message).rstrip(".")
        raise SimulationError(
            f"The run came to t = {reached:g}, of {times[-1]:g}: {reason}. Give a shorter time, UZR={{14: ...}}.",
            reached,
        )
    return np.asarray(run.y.T)
