"""Branches of equilibria in the names of a model."""

from __future__ import annotations

import numpy as np
from rates_core.simulation.field import VectorField

from rates_continuation.branch import Branch
from rates_continuation.delayed_field import cited, spectra, spectrum, states_of
from rates_continuation.delayed_points import distance_to_roots, measure, tell_of_missed
from rates_continuation.exact_hopf import on_axis
from rates_continuation.native.crossings import Crossing
from rates_continuation.native.engine import Followed, coefficient
from rates_continuation.native.fold import FoldEquations
from rates_continuation.special import SpecialPoint


def branch_of_equilibria(field: VectorField, found: Followed) -> Branch:
    """Return a curve of equilibria as a branch."""
    z = np.array([point.place.z for point in found.points])
    x, p = z[:, : field.size], z[:, field.size :]
    missed = [distance_to_roots(field, *_split(field, crossing)) for _, crossing in found.crossings]
    exact = [on_axis(field, *each) for each in zip((crossing for _, crossing in found.crossings), missed, strict=True)]
    specials = tuple(
        _special(field, number, crossing, moved)
        for (number, crossing), moved in zip(found.crossings, exact, strict=True)
        if moved is not None
    )
    branch = Branch(
        field.parameters, field.states, p, states_of(field, x),
        eigenvalues=spectra(field, x, p, lambda: [point.eigenvalues for point in found.points]),
        specials=specials, ended=found.ended, found=found, cited=cited(field),
    )  # fmt: skip
    others = np.count_nonzero(branch.unstable != [point.unstable for point in found.points])
    told = [np.inf if moved is None else distance for moved, distance in zip(exact, missed, strict=True)]
    tell_of_missed(field, "branch", told, len(branch), int(others))
    return branch


def _split(field: VectorField, crossing: Crossing) -> tuple[np.ndarray, np.ndarray]:
    return crossing.z[: field.size], crossing.z[field.size :]


def _special(field: VectorField, number: int, found: Crossing, crossing: Crossing) -> SpecialPoint:
    x, p = _split(field, crossing)
    names = (*field.parameters, *field.states)
    return SpecialPoint(
        kind=crossing.kind or "??",
        values=dict(zip(names, (*p.tolist(), *states_of(field, x).tolist()), strict=True)),
        number=number,
        eigenvalues=spectrum(field, x, p),
        period=2 * np.pi / crossing.omega if crossing.omega else float("nan"),
        coefficient=_coefficient(field, crossing),
        residual=crossing.residual,
        error=crossing.error,
        found=found,
        states=len(field.states),
    )


def _coefficient(field: VectorField, crossing: Crossing) -> float:
    x, p = _split(field, crossing)
    if crossing.kind == "HB":
        return coefficient(crossing) * measure(field, x, p, 1j * crossing.omega) ** 2
    if isinstance(crossing.equations, FoldEquations):
        return coefficient(crossing) * measure(field, x, p, 0.0, crossing.equations.scale[: field.size])
    return coefficient(crossing)
