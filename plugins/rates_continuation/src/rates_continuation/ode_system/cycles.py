"""Curves of cycles, from a start."""

from __future__ import annotations

import numpy as np
from attrs import evolve
from rates_core.errors import ArgumentError, SimulationError

from rates_continuation.bounds import check_within
from rates_continuation.continuation import Continuation
from rates_continuation.cycle_branch import CycleBranch
from rates_continuation.cycle_starts import SWITCHED, CycleStart, from_point, running_cycle
from rates_continuation.delayed_field import Analysed
from rates_continuation.delays import NODES
from rates_continuation.engines import NativeEngine
from rates_continuation.interrupts import interruptible
from rates_continuation.native.collocation import Care
from rates_continuation.native.restarting import from_profile
from rates_continuation.native.tracing import Bounds, Steps
from rates_continuation.ode_system.equilibria import grows, user_points
from rates_continuation.ode_system.labelling import in_order, rows_of
from rates_continuation.ode_system.names import PERIOD
from rates_continuation.ode_system.request import Computed, Request, width
from rates_continuation.ode_system.solutions import Solution
from rates_continuation.special import SpecialPoint

AT_ONCE = 40  # steps, behind which it is seen whether the curve has come to where it ends
INTERVALS = 64  # of a mesh at most, as for `Continuation.cycles`
TOLERANCE = 1e-6


def cycles(request: Request) -> Computed:
    """Return the cycles that begin at a start, or those on both sides of it.

    Raises:
        ArgumentError: no cycles begin there, or it lies outside of the bounds.
        SimulationError: none are found.
    """
    parameter, others = request.parameter, request.others
    own = request.model.get_vector_field([parameter], others)
    bounds = request.settings.bounds(parameter, request.at(parameter, float(own.p[0])))
    start = _start(request, others, bounds)
    steps = Steps(largest=request.largest_step(_length(start)), most=request.settings.most)
    continuation = request.continuation
    with interruptible() as interrupts:
        branch = _followed(request, continuation, start, evolve(steps, interrupts=interrupts), bounds)
    if not len(branch):
        raise SimulationError(f"No cycle was found beside the starting point in '{parameter}': {branch.ended[1]}.", 0.0)
    rows = rows_of(branch, others, request.settings.left_out, user_points(continuation, branch, request.settings.user))
    number, forwards, both = 0, True, False
    if not start.begun:
        number = _nearest(branch, start)
        place = next(k for k, row in enumerate(rows) if row.place >= number)
        forwards, both = grows(branch.p[:, 0], number) == (request.settings.sign > 0), request.both
        number = place
    if _crosses(request):  # the curve goes through the branch point
        number, both = 0, False
    ordered = in_order(rows, branch.ended, number, forwards, both, request.settings)
    return Computed("cycles", branch.parameters, ordered, branch)


def _followed(
    request: Request, continuation: Continuation, start: CycleStart, steps: Steps, bounds: tuple[float, float]
) -> CycleBranch:
    """Return the branch; where special points end it, no more of it than these take."""
    longest, stops = _longest(request, start), request.settings.stops
    if not stops or not start.begun or longest is not None or not isinstance(continuation.engine, NativeEngine):
        found = continuation.engine.follow_cycles(start, steps, longest)
    else:
        found = continuation.engine.follow_cycles(start, evolve(steps, most=min(AT_ONCE, steps.most)), None)
        while found.ended[1] == "steps" and len(found) < steps.most and not _stopped(request, continuation, found):
            more = min(AT_ONCE, steps.most - len(found))
            longer = continuation.extended(found, bounds, max_points=more, max_step=steps.largest)
            assert isinstance(longer, CycleBranch)
            found = longer
    return found


def _stopped(request: Request, continuation: Continuation, branch: CycleBranch) -> bool:
    """Tell whether a branch has as many special points as it shall have."""
    settings = request.settings
    rows = rows_of(branch, {}, settings.left_out, user_points(continuation, branch, settings.user))
    labels = [row.solution.label for row in rows]
    return any(labels.count(kind) >= number for kind, number in settings.stops)


def _crosses(request: Request) -> bool:
    start = request.start
    return request.settings.switch == -1 and start is not None and start.label == "BP"


def _start(request: Request, others: dict[str, float], bounds: tuple[float, float]) -> CycleStart:
    """Return where the cycles begin."""
    settings, start, parameter = request.settings, request.start, request.parameter
    limits, care = Bounds(*bounds), Care(TOLERANCE, settings.intervals or INTERVALS)
    if start is None or request.from_time:
        states = {} if start is None else dict(start.states)
        states |= settings.states
        states[parameter] = request.at(parameter, float("nan"))
        known = {path: value for path, value in states.items() if value == value}
        return running_cycle(Analysed(request.model, NODES), others, known, parameter, limits, care)
    if start.profile is None:
        return from_point(Analysed(request.model, NODES), others, _hopf(request, start), parameter, limits, care)
    if settings.switch == -1:
        if start.special is None or start.special.kind not in SWITCHED:
            raise ArgumentError(
                f"ISW=-1 goes over to other cycles at points of the kinds PD and BP; the starting point has the label "
                f"{start.label}."
            )
        return from_point(Analysed(request.model, NODES), others, start.special, parameter, limits, care)
    return _through(request, start, others, bounds, care)


def _hopf(request: Request, start: Solution) -> SpecialPoint:
    """Return the starting point as a Hopf point.

    Raises:
        ArgumentError: it is none.
    """
    on_curve = request.origin is not None and request.origin.kind == "HB" and start.period == start.period
    is_hopf = start.label == "HB" or (start.special is not None and start.special.kind == "HB")
    if not is_hopf and not on_curve:
        raise ArgumentError(
            f"IPS=2 follows cycles, which begin at Hopf points; the starting point has the label {start.label}. Start "
            "from a point with the label HB, from a cycle, or from a run in time that comes to a cycle."
        )
    free = () if request.origin is None else request.origin.free
    values = {**{path: start.parameters[path] for path in free}, **start.states}
    if start.special is not None and start.special.kind == "HB":
        return start.special
    return SpecialPoint(
        kind="HB", values=values, number=0, eigenvalues=start.eigenvalues, period=start.period, coefficient=np.nan,
        residual=np.nan, error=np.nan, found=None,
    )  # fmt: skip


def _through(
    request: Request, start: Solution, others: dict[str, float], bounds: tuple[float, float], care: Care
) -> CycleStart:
    """Return the cycle at the start itself, as one of a curve in the parameter."""
    profile, parameter = start.profile, request.parameter
    assert profile is not None
    field = request.model.get_vector_field([parameter], others)
    if profile.states != field.states:
        raise ArgumentError("The starting point is a cycle of another model.")
    p = np.array([request.at(parameter, float(field.p[0]))])
    check_within(parameter, float(p[0]), bounds)
    care = evolve(care, most=max(care.most, len(profile.mesh) - 1))
    found = from_profile(field, profile.mesh, profile.values, profile.period, p, width(bounds), care)
    if found is None:
        raise SimulationError(
            f"No cycle was found at the starting point with {parameter} = {p[0]:g}: Newton's method does not converge "
            "where a curve of cycles turns round, or where another one crosses it. Start from a point beside it.",
            0.0,
        )
    return CycleStart(field, *found, "", Bounds(*bounds))


def _length(start: CycleStart) -> float:
    """Return how long Auto-07p says that a step of 1 in scales is: the mean of the states, and the parameter."""
    curve, here = start.curve.carried_on(start.place)
    profile, numbers = curve.split(here.tangent)
    return float(np.sqrt(np.sum(curve.weights @ profile**2) + np.sum(numbers[1:] ** 2)))


def _longest(request: Request, start: CycleStart) -> float | None:
    """Return the period at which the curve ends; a little longer, so that it passes the one that is asked for."""
    first = float(start.curve.split(start.place.z)[1][0])
    ends = [item.value for item in request.settings.user if item.path == PERIOD and item.ends and item.value > first]
    return None if not ends else min(ends)


def _nearest(branch: CycleBranch, start: CycleStart) -> int:
    """Return the number of the cycle at which the branch was begun."""
    _, (period, *p) = start.curve.split(start.place.z)
    missed = np.abs(branch.p[:, 0] - p[0]) / (np.ptp(branch.p[:, 0]) or 1.0)
    return int(np.argmin(missed + np.abs(branch.periods / period - 1.0)))
