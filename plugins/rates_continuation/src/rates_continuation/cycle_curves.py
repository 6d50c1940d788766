"""Curves of special cycles in two parameters, in the names of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rates_core.errors import ArgumentError, SimulationError, warn
from rates_core.simulation.field import VectorField

from rates_continuation.delayed_cycles import delayed, tell_of_missed_cycles
from rates_continuation.delayed_field import Analysed, check_delays, cited, in_rows, states_of
from rates_continuation.native.critical_cycles import VECTORS, Kind, critical_start, cycle_of
from rates_continuation.native.critical_tracing import FollowedCritical, follow_critical
from rates_continuation.native.cycle_crossings import CIRCLE
from rates_continuation.native.extending import extended_critical
from rates_continuation.native.tracing import Bounds, Steps
from rates_continuation.profile import Profile
from rates_continuation.special import SpecialPoint
from rates_continuation.two_parameter_curve import NAMES, TwoParameterCurve
from rates_continuation.two_parameters import Begun, second_parameter

UNSEEN = 1e-3  # distance of a critical multiplier from the unit circle, where it is not known any more


def special_cycles_from(
    model: Analysed,
    values: Mapping[str, float],
    kind: Kind,
    point: SpecialPoint,
    parameter: str | None,
    bounds: Any,
    steps: Steps,
) -> TwoParameterCurve:
    """Return the curve of special cycles of a kind through one of them; see `Continuation.curve`."""
    paths = second_parameter(next(iter(point.values)), parameter)
    begun = Begun.at(model, values, point, paths, bounds)
    within, size = begun.within, point.found.cycle.curve.problem.size
    if size != begun.field.size:
        raise ArgumentError(
            "The point was found with another number of nodes of each delay. Give delay_nodes= as for its branch, or "
            "find it again."
        )
    check_delays(begun.field, list(zip(within.lower.tolist(), within.upper.tolist(), strict=True)))
    start = critical_start(kind, point.found.cycle, begun.field, begun.p, begun.widths)
    if start is None:
        nearest = float(np.min(np.abs(np.abs(point.eigenvalues) - 1.0), initial=np.inf))
        if nearest > CIRCLE:
            raise SimulationError(_canard(paths, begun.p, nearest), 0.0)
        raise SimulationError(
            f"No curve of {NAMES[kind]} was found at the point with {paths[0]} = {begun.p[0]:g} and {paths[1]} = "
            f"{begun.p[1]:g}. Is it a point of this model, with the same parameters?",
            0.0,
        )
    return _curve(kind, begun.field, follow_critical(*start, begun.within, steps))


def _canard(paths: Sequence[str], p: np.ndarray, nearest: float) -> str:
    return (
        f"The point with {paths[0]} = {p[0]:g} lies in a canard explosion: small changes of its cycle grow, and shrink "
        f"again, by so much in a period that the critical multiplier cannot be computed; the nearest one is "
        f"{nearest:.2g} from the unit circle. Find a point of the same kind with a value of '{paths[1]}' where that is "
        f"not so, and follow the curve from there towards {p[1]:g}."
    )


def _lost(kind: Kind, paths: Sequence[str], p: np.ndarray, nearest: float) -> str:
    return (
        f"The curve of {NAMES[kind]} stalled at {paths[0]} = {p[0]:g} and {paths[1]} = {p[1]:g}: small changes of the "
        "cycle grow there, and shrink again, by so much in a period that the critical multiplier cannot be computed "
        f"(the nearest one is {nearest:.2g} from the unit circle), as in a canard explosion."
    )


def special_cycles_on(
    field: VectorField, kind: Kind, found: FollowedCritical, bounds: Bounds, steps: Steps
) -> TwoParameterCurve:
    """Return a curve of special cycles that goes on at both ends."""
    return _curve(kind, field, extended_critical(found, bounds, steps))


def _curve(kind: Kind, field: VectorField, found: FollowedCritical) -> TwoParameterCurve:
    cycles = [cycle_of(point.curve, point.place) for point in found.points]
    known = [delayed(field, cycle) for cycle in cycles]
    tell_of_missed_cycles(field, max(each.missed for each in known), 0)
    profiles = [
        Profile(field.states, cycle.period, cycle.curve.mesh, states_of(field, cycle.profile)) for cycle in cycles
    ]
    for cycle, each, why in zip((cycles[0], cycles[-1]), (known[0], known[-1]), found.ended, strict=True):
        nearest = float(np.min(np.abs(np.abs(each.multipliers) - 1.0), initial=np.inf))
        if why == "stalled" and nearest > UNSEEN:
            warn(_lost(kind, field.parameters, cycle.p, nearest))
    return TwoParameterCurve(
        kind=kind,
        parameters=field.parameters,
        states=field.states,
        p=np.array([cycle.p for cycle in cycles]),
        x=np.array([profile.extremes[1] for profile in profiles]),
        eigenvalues=in_rows([each.multipliers for each in known]),
        unstable=np.array([_unstable(kind, each.multipliers) for each in known]),
        omega=np.array([2 * np.pi / cycle.period for cycle in cycles]),
        coefficients=np.full(len(cycles), np.nan),
        specials=(),
        ended=found.ended,
        found=found,
        cited=cited(field),
    )


def _unstable(kind: Kind, multipliers: np.ndarray) -> int:
    """Return the number of multipliers outside of the unit circle, besides those on it."""
    sizes = np.abs(multipliers)
    others = np.delete(sizes, np.argsort(np.abs(sizes - 1.0))[: VECTORS[kind]])
    return int(np.count_nonzero(others > 1))
