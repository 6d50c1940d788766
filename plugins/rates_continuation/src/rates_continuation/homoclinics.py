"""Homoclinic orbits in two parameters, in the names of a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from rates_core.errors import ArgumentError, SimulationError, shown
from rates_core.simulation.field import VectorField

from rates_continuation.bounds import bounds_by_path, check_within
from rates_continuation.cycle_branch import CycleBranch
from rates_continuation.delayed_field import Analysed
from rates_continuation.homoclinic_orbits import HomoclinicOrbits
from rates_continuation.native.collocation import Care
from rates_continuation.native.engine import WIDTHS
from rates_continuation.native.homoclinic_engine import FollowedOrbits, follow_orbits
from rates_continuation.native.homoclinic_start import Orbit, orbit_near, saddle_near
from rates_continuation.native.tracing import Bounds, Steps
from rates_continuation.profile import Profile
from rates_continuation.solution_profile import SolutionProfile
from rates_continuation.special import SpecialPoint
from rates_continuation.two_parameters import second_parameter
from rates_continuation.wording import named

LONG = ("homoclinic", "period")  # how branches end whose last cycles have a long period


def orbits_from(
    model: Analysed,
    values: Mapping[str, float],
    cycles: CycleBranch,
    parameter: str | None,
    bounds: Any,
    care: Care,
    steps: Steps,
) -> HomoclinicOrbits:
    """Return the curve of homoclinic orbits near the last cycle of a branch; see `Continuation.homoclinic`."""
    end = _end(cycles)
    paths = second_parameter(cycles.parameters[0], parameter)
    limits = bounds_by_path(bounds, paths)
    with named(free="parameter"):
        field = model.field_without_delays("homoclinic orbits", paths, values)
    if field.states != cycles.states:
        raise ArgumentError(
            f"The branch has states {', '.join(cycles.states)}, and the model {', '.join(field.states)}: it is a "
            "branch of another model."
        )
    p = np.array([cycles.p[end, 0], field.p[1]])
    for path, value, own in zip(paths, p.tolist(), limits, strict=True):
        check_within(path, value, own)
    within = Bounds(*np.transpose(limits))
    widths, profile = (within.upper - within.lower) / WIDTHS, cycles.profiles[end]
    return _curve(field, follow_orbits(_start(field, profile, p, widths, care), within, steps))


def _start(field: VectorField, profile: Profile, p: np.ndarray, widths: np.ndarray, care: Care) -> Orbit:
    """Return the orbit near a cycle.

    Raises:
        SimulationError: there is none.
    """
    first, second = (f"{path} = {value:g}" for path, value in zip(field.parameters, p, strict=True))
    saddle = saddle_near(field, profile.values, p)
    if saddle is None:
        raise SimulationError(
            f"The cycle of period {profile.period:g} at {first}, with {second}, passes no saddle where it is slowest. "
            "Follow cycles to a longer period, max_period=..., if they come to one; orbits to a saddle-node are not "
            "followed.",
            0.0,
        )
    found = orbit_near(field, profile.mesh, profile.values, profile.period, saddle, p, widths, care)
    if found is None:
        raise SimulationError(
            f"No homoclinic orbit was found near the cycle of period {profile.period:g} at {first}, with {second}: "
            "Newton's method did not converge from it. Perhaps it comes to orbits between several equilibria; else "
            "follow the cycles to a longer period: max_period=...",
            0.0,
        )
    return found


def _end(cycles: Any) -> int:
    """Return which cycle of a branch passes an equilibrium closely: the last one, or the first.

    Raises:
        ArgumentError: none does, or it is no branch of cycles.
    """
    if not isinstance(cycles, CycleBranch):
        raise ArgumentError(f"from_ must be a branch of cycles, of continuation.cycles(...); it is {shown(cycles)}.")
    for end, number in ((1, -1), (0, 0)):
        if cycles.ended[end] in LONG:
            return number
    raise ArgumentError(
        f"Homoclinic orbits are followed from a branch of cycles that ended 'homoclinic' or 'period'; this one ended "
        f"{cycles.ended[0]!r} and {cycles.ended[1]!r}."
    )


def _curve(field: VectorField, found: FollowedOrbits) -> HomoclinicOrbits:
    points = found.points
    eigenvalues = np.array([orbit.eigenvalues for orbit in points])
    return HomoclinicOrbits(
        kind="HOM",
        parameters=field.parameters,
        states=field.states,
        p=np.array([orbit.p for orbit in points]),
        x=np.array([orbit.saddle for orbit in points]),
        eigenvalues=eigenvalues,
        unstable=np.count_nonzero(eigenvalues.real > 0, axis=1),
        omega=np.full(len(points), np.nan),
        coefficients=np.array([orbit.saddle_quantity for orbit in points]),
        specials=tuple(_neutral(field, number, orbit) for number, orbit in found.neutral),
        ended=found.ended,
        found=found,
        profiles=tuple(_profile(field, orbit) for orbit in points),
    )


def _neutral(field: VectorField, number: int, orbit: Orbit) -> SpecialPoint:
    values = (*orbit.p.tolist(), *orbit.saddle.tolist())
    return SpecialPoint(
        kind="NSH",
        values=dict(zip((*field.parameters, *field.states), values, strict=True)),
        number=number,
        eigenvalues=orbit.eigenvalues,
        period=float("nan"),
        coefficient=float("nan"),
        residual=float(np.max(np.abs(orbit.curve.residual(orbit.place.z).inside))),
        error=orbit.place.error,
        found=orbit,
        profile=_profile(field, orbit),
    )


def _profile(field: VectorField, orbit: Orbit) -> SolutionProfile:
    return SolutionProfile(field.states, orbit.length, orbit.curve.mesh, orbit.profile)
