"""Curves of special points in two parameters, in the names of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rates_core.errors import ArgumentError, SimulationError, shown
from rates_core.simulation.field import VectorField

from rates_continuation.cycle_curves import special_cycles_from, special_cycles_on
from rates_continuation.delayed_field import (
    Analysed,
    DelayedField,
    check_delays,
    cited,
    spectra,
    spectrum,
    states_of,
)
from rates_continuation.delayed_field import (
    begun as begun_at,
)
from rates_continuation.delayed_points import distance_to_roots, measure, tell_of_missed
from rates_continuation.exact_hopf import hopf_point
from rates_continuation.native.codimension_two import Degeneracy
from rates_continuation.native.critical_cycles import VECTORS, Kind
from rates_continuation.native.cycle_crossings import CycleCrossing
from rates_continuation.native.equilibria import EquilibriumEquations, is_unstable
from rates_continuation.native.extending import extended_locus
from rates_continuation.native.loci import FoldPoint, LocusPoint, NeutralPoint
from rates_continuation.native.locus_tracing import FollowedLocus, follow_locus
from rates_continuation.native.normal_forms import cusp_coefficient
from rates_continuation.native.solution_engine import Turn
from rates_continuation.native.switching import away, folds, hopfs
from rates_continuation.native.tracing import Bounds, Steps
from rates_continuation.scales import scales_at
from rates_continuation.special import SpecialPoint
from rates_continuation.two_parameter_curve import NAMES, TwoParameterCurve
from rates_continuation.two_parameters import Begun, second_parameter

PASSING = {"LP": ("LP",), "HB": ("HB",), "CP": ("LP",), "BT": ("LP", "HB"), "ZH": ("LP", "HB"), "GH": ("HB",),
           "HH": ("HB",)}  # fmt: skip


def curve_from(
    model: Analysed,
    values: Mapping[str, float],
    point: SpecialPoint,
    parameter: str | None,
    bounds: Any,
    kind: str | None,
    steps: Steps,
) -> TwoParameterCurve:
    """Return the curve that passes a special point; see `Continuation.curve`."""
    if isinstance(point, SpecialPoint) and isinstance(point.found, CycleCrossing):
        return special_cycles_from(model, values, _kind_of_cycles(point, kind), point, parameter, bounds, steps)
    kind = _kind(point, kind)
    paths = _paths(point, parameter)
    begun = Begun.at(model, values, point, paths, bounds)
    field, p, within = begun.field, begun.p, begun.within
    check_delays(field, list(zip(within.lower.tolist(), within.upper.tolist(), strict=True)))
    if set(field.states) - set(point.values):
        raise ArgumentError(f"The point has no value of '{min(set(field.states) - set(point.values))}': it belongs to "
                            "another model.")  # fmt: skip
    x, p = begun_at(field, point, p)
    scale = np.append(scales_at(point, x), begun.widths)
    start = _start(field, point, kind, np.append(x, p), scale, within)
    if start is None:
        raise SimulationError(
            f"No curve of {NAMES[kind]} was found at the point of kind {point.kind}: with {paths[0]} = {p[0]:g} and "
            f"{paths[1]} = {p[1]:g} the largest rate of change of its states is "
            f"{np.max(np.abs(field.rates(x, p))):.3g}. Is it a point of this model, with the same parameters?",
            0.0,
        )
    return _curve(kind, field, follow_locus(start, within, steps))


def longer_curve(
    field: VectorField, curve: TwoParameterCurve, bounds: Sequence[tuple[float, float]], steps: Steps
) -> TwoParameterCurve:
    """Return a curve that goes on where it ended; see `Continuation.extended`.

    Raises:
        ArgumentError: the bounds cut off a part of it, or it comes from another model.
    """
    if field.states != curve.states:
        raise ArgumentError(f"The curve has the states {', '.join(curve.states)}; the model has "
                            f"{', '.join(field.states)}.")  # fmt: skip
    for path, own, values in zip(curve.parameters, bounds, curve.p.T, strict=True):
        if values.min() < own[0] or values.max() > own[1]:
            raise ArgumentError(
                f"bounds of '{path}' are ({own[0]:g}, {own[1]:g}), and the curve goes from {values.min():g} to "
                f"{values.max():g}. Give bounds that hold all of it."
            )
    within = Bounds(*np.transpose(bounds))
    if isinstance(curve.found, FollowedLocus):
        return _curve(curve.kind, field, extended_locus(curve.found, within, steps))
    return special_cycles_on(field, next(kind for kind in VECTORS if kind == curve.kind), curve.found, within, steps)


def _kind_of_cycles(point: SpecialPoint, kind: str | None) -> Kind:
    """Return of which kind the cycles of the curve are."""
    for each in VECTORS:
        if point.kind == each and kind in (None, each):
            return each
    raise ArgumentError(
        f"A curve in two parameters begins at cycles of kind {', '.join(VECTORS)}, and has others of that kind; this "
        f"one is of kind {point.kind}{'' if kind is None else f', and kind is {shown(kind)}'}."
    )


def _kind(point: Any, kind: str | None) -> str:
    """Return of which kind the points of the curve are."""
    if not isinstance(point, SpecialPoint):
        raise ArgumentError(
            f"A curve begins at a special point, such as branch.special('LP')[0]; it was given {shown(point)}."
        )
    if isinstance(point.found, Turn):
        raise ArgumentError("The point is a fold of a boundary value problem; there are no curves of these yet.")
    if point.kind in VECTORS:
        raise ArgumentError(
            f"The point is one of kind {point.kind} from a file, which does not hold what other cycles are found with. "
            "Follow its branch again."
        )
    if point.kind not in PASSING:
        raise ArgumentError(
            f"A curve in two parameters begins at a point of kind {', '.join(PASSING)}; this one is of kind "
            f"{point.kind}."
        )
    kinds = PASSING[point.kind]
    if kind is None and len(kinds) == 1:
        return kinds[0]
    if kind not in kinds:
        choice = " or ".join(f"kind='{each}', {NAMES[each]}" for each in kinds)
        given = "say which is wanted" if kind is None else f"kind is {shown(kind)}"
        raise ArgumentError(f"Through a point of kind {point.kind} pass curves of {choice}; {given}.")
    return kind


def _paths(point: SpecialPoint, parameter: str | None) -> list[str]:
    """Return the parameters that vary: that of the branch, and a second one; or both of the curve."""
    *known, last = point.parameters
    if known:
        if parameter not in (None, *known, last):
            raise ArgumentError(
                f"The point is one of a curve in '{known[0]}' and '{last}', and so are curves that begin there; "
                f"parameter is {shown(parameter)}. Leave it out."
            )
        return [*known, last]
    return second_parameter(last, parameter)


def _start(
    field: VectorField, point: SpecialPoint, kind: str, z: np.ndarray, scale: np.ndarray, bounds: Bounds
) -> LocusPoint | None:
    """Return where a curve begins: at the point, or beside it if it is one of codimension two."""
    equations = EquilibriumEquations(field)
    found = folds(equations, z, scale) if kind == "LP" else hopfs(equations, z, scale, _omega(point))
    return found if found is None or point.kind == kind else away(found, bounds)


def _omega(point: SpecialPoint) -> float:
    """Return the imaginary part of the pair that stays on the axis; at a double Hopf point that of the other pair."""
    if point.kind == "BT":
        return 0.0
    omega = 2 * np.pi / point.period
    if point.kind != "HH":
        return omega
    pairs = point.eigenvalues[point.eigenvalues.imag > 0]
    others = np.delete(pairs, np.argmin(np.abs(pairs - 1j * omega)))
    return float(others[np.argmin(np.abs(others.real))].imag)


def _curve(kind: str, field: VectorField, found: FollowedLocus) -> TwoParameterCurve:
    missed = [distance_to_roots(field, *_split(field, point)) for point in found.points]
    beside = [distance_to_roots(field, *_split(field, each.point)) for _, each in found.degeneracies]
    moved = [hopf_point(field, *each) for each in zip(found.points, missed, strict=True)]
    true = np.array([each is not None for each in moved])
    points = [point for point, is_true in zip(found.points, true, strict=True) if is_true]
    exact = [each for each in moved if each is not None]
    z = np.array([each.z for each in exact]).reshape(len(points), field.size + 2)
    x, p = z[:, : field.size], z[:, field.size :]
    omega = np.array([each.omega for each in exact])
    coefficients = np.array([_coefficient(field, point) for point in points])
    ends = [end for end, ended in zip((0, -1), found.ended, strict=True) if ended == "BT" and true[end]]
    omega[ends], coefficients[ends] = 0.0, np.nan
    eigenvalues = spectra(field, x, p, lambda: [point.eigenvalues for point in points])
    unstable = np.array([_unstable(field, *each) for each in zip(points, eigenvalues, strict=True)], dtype=int)
    others = sum(count != point.unstable for count, point in zip(unstable, points, strict=True))
    told = [np.inf if each is None else distance for each, distance in zip(moved, missed, strict=True)]
    tell_of_missed(field, "curve", [*told, *beside], len(points), others)
    return TwoParameterCurve(
        kind=kind,
        parameters=field.parameters,
        states=field.states,
        p=p,
        x=states_of(field, x),
        eigenvalues=eigenvalues,
        unstable=unstable,
        omega=omega,
        coefficients=coefficients,
        specials=tuple(
            _special(field, max(0, int(np.sum(true[: number + 1])) - 1), each, distance)
            for (number, each), distance in zip(found.degeneracies, beside, strict=True)
            if distance < np.inf
        ),
        ended=found.ended,
        found=found,
        cited=cited(field),
    )


def _split(field: VectorField, point: LocusPoint) -> tuple[np.ndarray, np.ndarray]:
    return point.place.z[: field.size], point.place.z[field.size :]


def _unstable(field: VectorField, point: LocusPoint, eigenvalues: np.ndarray) -> int:
    """Return the number of unstable directions, besides those that make a point critical."""
    if not isinstance(field, DelayedField):
        return point.unstable
    others = eigenvalues[~np.isnan(eigenvalues)]
    for value in point.critical:
        others = np.delete(others, np.argmin(np.abs(others - value))) if len(others) else others
    return int(np.count_nonzero(is_unstable(others)))


def _coefficient(field: VectorField, point: LocusPoint) -> float:
    """Return the coefficient of the normal form, for vectors of the model's states."""
    x, p = _split(field, point)
    if isinstance(point, FoldPoint):
        return point.coefficient * measure(field, x, p, 0.0)
    return point.coefficient * measure(field, x, p, 1j * point.omega) ** 2 if point.omega > 0 else float("nan")


def _special(field: VectorField, number: int, found: Degeneracy, missed: float) -> SpecialPoint:
    point, (x, p) = found.point, _split(field, found.point)
    return SpecialPoint(
        kind=found.kind or "??",
        values=dict(zip((*field.parameters, *field.states), (*p.tolist(), *states_of(field, x).tolist()), strict=True)),
        number=number,
        eigenvalues=spectrum(field, x, p),
        period=2 * np.pi / _frequency(found),
        coefficient=cusp_coefficient(point.fold, point.place.z) * measure(field, x, p, 0.0) ** 2
        if found.kind == "CP" and isinstance(point, FoldPoint)
        else float("nan"),
        residual=float(np.max(np.abs(field.rates(x, p)))),
        error=max(found.error, missed),
        found=point.curve,
        states=len(field.states),
    )


def _frequency(found: Degeneracy) -> float:
    """Return the imaginary part of the pair on the axis that a point has, or began with; NaN if there is none."""
    if found.kind == "ZH" and isinstance(found.point, FoldPoint):
        return abs(float(found.point.others[np.argmin(np.abs(found.point.others.real))].imag))
    return found.point.omega if isinstance(found.point, NeutralPoint) and found.kind != "BT" else float("nan")
