"""Where branches of cycles begin: at a Hopf point, or with the cycle that a run leads to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen
from rates_core.errors import ArgumentError, SimulationError, shown
from rates_core.simulation.field import VectorField

from rates_continuation.bounds import check_within
from rates_continuation.cycle_branch import CycleBranch
from rates_continuation.delayed_cycles import DelayedCycle, delayed, tell_of_missed_cycles
from rates_continuation.delayed_field import begun, check_delays, cited, in_rows, slowest, states_of
from rates_continuation.native.boundary import ProfileCurve
from rates_continuation.native.collocation import Care
from rates_continuation.native.curve import Place
from rates_continuation.native.cycle_crossings import CycleCrossing
from rates_continuation.native.cycle_engine import FollowedCycles, Reach, follow_both_ways, follow_from_end
from rates_continuation.native.cycle_forms import cycle_coefficient
from rates_continuation.native.cycle_switching import crossing, doubled
from rates_continuation.native.cycles import from_hopf
from rates_continuation.native.engine import WIDTHS
from rates_continuation.native.floquet import Cycle
from rates_continuation.native.orbits import from_orbit
from rates_continuation.native.tracing import Bounds, Steps
from rates_continuation.profile import Profile
from rates_continuation.scales import sizes_at
from rates_continuation.sparse_field import check_cycles
from rates_continuation.special import SpecialPoint
from rates_continuation.wording import named

if TYPE_CHECKING:
    import pandas as pd

    from rates_continuation.delayed_field import Analysed

SWITCHED = ("PD", "BPC")
LONGEST = 1000.0  # times the first period


@frozen(eq=False)
class CycleStart:
    """A cycle, or an end of a curve of cycles, from which the curve is followed.

    Attributes:
        field: of which they are cycles.
        curve: of cycles.
        place: on it.
        begun: what the place is, if it is an end; empty if it is a cycle.
        bounds: of the parameter.
    """

    field: VectorField
    curve: ProfileCurve
    place: Place
    begun: str
    bounds: Bounds

    def followed(self, steps: Steps, max_period: float | None) -> CycleBranch:
        """Return the branch.

        Args:
            steps: along it.
            max_period: at which it ends; see `LONGEST` if it is None.
        """
        first = float(self.curve.split(self.place.z)[1][0])
        reach = Reach(self.bounds, steps, LONGEST * first if max_period is None else max_period)
        if self.begun:
            found = follow_from_end(self.curve, self.place, self.begun, reach)
        else:
            found = follow_both_ways(self.curve, self.place, reach)
        return branch_of_cycles(self.field, found)


def from_point(
    model: Analysed,
    parameters: Mapping[str, float],
    point: SpecialPoint,
    parameter: str | None,
    bounds: Bounds,
    care: Care,
) -> CycleStart:
    """Return where cycles begin at a special point.

    Args:
        model: that was analysed.
        parameters: values of parameters that are not those of the model, by path.
        point: a Hopf point, a period doubling or a branch point of cycles.
        parameter: path of the one that varies; that of the branch if None.
        bounds: of it.
        care: which meshes are made.

    Raises:
        ArgumentError: cycles do not begin there; or it is not between the bounds.
        SimulationError: no other branch was found at a branch point.
    """
    if isinstance(point.found, CycleCrossing):
        return _from_cycle(point, parameter, bounds)
    if point.kind in SWITCHED:
        raise ArgumentError(
            f"from_ is a point of kind '{point.kind}' from a file, which does not hold what other cycles are found "
            "with. Follow its branch again."
        )
    if point.kind != "HB":
        raise _unfit(point)
    own = point.parameters
    varied = own[0] if parameter is None else parameter
    field = model.get_vector_field([varied], {**parameters, **{path: point[path] for path in own if path != varied}})
    p = np.array([point[varied]] if varied in own else field.p)
    _check(varied, p[0], bounds)
    check_delays(field, [_limits(bounds)])
    check_cycles(field)
    x, p = begun(field, point, p)
    size, omega = sizes_at(point, x), 2 * np.pi / point.period
    return CycleStart(field, *from_hopf(field, x, p, omega, size, _width(bounds), care), "hopf", bounds)


def _from_cycle(point: SpecialPoint, parameter: str | None, bounds: Bounds) -> CycleStart:
    """Return where cycles begin at a special point of other cycles."""
    cycle = point.found.cycle
    field = cycle.curve.problem.field
    assert isinstance(field, VectorField)
    varied = field.parameters[0]
    if point.kind not in SWITCHED:
        raise _unfit(point)
    if parameter not in (None, varied):
        raise ArgumentError(
            f"Cycles that begin at a point of a branch in '{varied}' vary with it, not with '{parameter}'."
        )
    _check(varied, point[varied], bounds)
    if point.kind == "PD":
        return CycleStart(field, *doubled(cycle), "doubled", bounds)
    found = crossing(cycle)
    if found is None:
        raise SimulationError(
            f"No other branch of cycles was found at the branch point at {varied} = {point[varied]:g}.", 0.0
        )
    return CycleStart(field, *found, "", bounds)


def _unfit(point: SpecialPoint) -> ArgumentError:
    return ArgumentError(
        f"from_ is a point of kind '{point.kind}'; cycles begin at points of the kinds HB, PD and BPC. Give one of "
        "these, as branch.special('HB')[0]."
    )


def _width(bounds: Bounds) -> float:
    return float(bounds.upper[0] - bounds.lower[0]) / WIDTHS


def running_cycle(
    model: Analysed,
    parameters: Mapping[str, float],
    start: pd.DataFrame | Mapping[str, float],
    parameter: str | None,
    bounds: Bounds,
    care: Care,
) -> CycleStart:
    """Return the cycle that a model runs on to.

    Args:
        model: that is analysed.
        parameters: values of parameters that are not those of the model, by path.
        start: the table of a run, or values of states and of the parameter, by path.
        parameter: path of the one that varies.
        bounds: of it.
        care: which meshes are made.

    Raises:
        ArgumentError: no parameter was named; or it is not between the bounds.
        SimulationError: the model comes to no cycle.
    """
    if not isinstance(start, Mapping) and "state" not in getattr(start, "attrs", {}):
        raise ArgumentError(
            "from_ must be a special point, the table that run() returned, or a dictionary of values by path; it is "
            f"{shown(start)}."
        )
    if parameter is None:
        raise ArgumentError("cycles from a run need parameter=, the path of the one that varies.")
    given: dict[str, Any] = dict(start) if isinstance(start, Mapping) else {}
    with named(free="parameter"):
        field = model.get_vector_field([parameter], parameters)
    p = np.array([float(given.pop(parameter, field.p[0]))])
    _check(parameter, p[0], bounds)
    check_delays(field, [_limits(bounds)])
    check_cycles(field)
    x = field.x_of(given) if isinstance(start, Mapping) else field.end_of(start)
    found = from_orbit(field, x, p, _width(bounds), care, slowest(field, x, p))
    if found is None:
        raise SimulationError(
            f"The model was integrated from the states that from_ gives at {parameter} = {p[0]:g}, and came to no "
            "cycle that closes. Give states near a stable cycle, or follow cycles from a Hopf point: "
            "from_=branch.special('HB')[0].",
            0.0,
        )
    return CycleStart(field, *found, "", bounds)


def _check(parameter: str, p: float, bounds: Bounds) -> None:
    check_within(parameter, p, _limits(bounds))


def _limits(bounds: Bounds) -> tuple[float, float]:
    return float(bounds.lower[0]), float(bounds.upper[0])


def branch_of_cycles(field: VectorField, found: FollowedCycles) -> CycleBranch:
    """Return a branch of cycles in the names of a model."""
    profiles = tuple(_profile(field, cycle) for cycle in found.points)
    known = [delayed(field, cycle) for cycle in found.points]
    special = [delayed(field, crossing.cycle) for _, crossing in found.crossings]
    missed = max((each.missed for each in (*known, *special)), default=0.0)
    tell_of_missed_cycles(field, missed, sum(not each.special for each in special))
    return CycleBranch(
        field.parameters, field.states,
        p=np.array([cycle.p for cycle in found.points]),
        x=np.array([profile.extremes[1] for profile in profiles]),
        eigenvalues=in_rows([each.multipliers for each in known]),
        specials=tuple(
            _special(field, number, crossing, each)
            for (number, crossing), each in zip(found.crossings, special, strict=True)
            if each.special
        ),
        ended=found.ended, found=found, profiles=profiles, cited=cited(field),
        trivial=np.array([cycle.trivial for cycle in found.points]),
    )  # fmt: skip


def _profile(field: VectorField, cycle: Cycle) -> Profile:
    return Profile(field.states, cycle.period, cycle.curve.mesh, states_of(field, cycle.profile))


def _special(field: VectorField, number: int, crossing: CycleCrossing, known: DelayedCycle) -> SpecialPoint:
    cycle = crossing.cycle
    profile = _profile(field, cycle)
    largest = profile.extremes[1]
    return SpecialPoint(
        kind=crossing.kind or "??",
        values=dict(zip((*field.parameters, *field.states), (*cycle.p.tolist(), *largest.tolist()), strict=True)),
        number=number,
        eigenvalues=known.multipliers,
        period=cycle.period,
        coefficient=cycle_coefficient(crossing.kind, cycle, states_of(field, np.arange(field.size))),
        residual=float(np.max(np.abs(cycle.curve.residual(cycle.place.z).inside))),
        error=max(crossing.error, known.missed),
        found=crossing,
        profile=profile,
        states=len(field.states),
    )
