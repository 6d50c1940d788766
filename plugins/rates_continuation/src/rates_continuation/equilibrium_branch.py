"""Branches of equilibria in the names of a model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rates_core.errors import warn
from rates_core.simulation.field import VectorField

from rates_continuation.branch import Branch
from rates_continuation.delayed_field import cited, spectra, spectrum, states_of
from rates_continuation.delayed_points import distance_to_roots, measure, tell_of_missed
from rates_continuation.exact_hopf import on_axis
from rates_continuation.native.crossings import Crossing
from rates_continuation.native.engine import Followed, coefficient
from rates_continuation.native.equilibria import Equilibrium
from rates_continuation.native.fold import FoldEquations
from rates_continuation.native.rightmost import MOST, SHIFTS
from rates_continuation.special import SpecialPoint


def branch_of_equilibria(field: VectorField, found: Followed, also_cited: tuple[str, ...] = ()) -> Branch:
    """Return a curve of equilibria as a branch.

    Args:
        field: the model.
        found: the curve.
        also_cited: what to cite for how it was found, besides the methods of this package.
    """
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
        specials=specials, ended=found.ended, found=found, cited=cited(field) + also_cited,
    )  # fmt: skip
    others = np.count_nonzero(branch.unstable != [point.unstable for point in found.points])
    told = [np.inf if moved is None else distance for moved, distance in zip(exact, missed, strict=True)]
    tell_of_missed(field, "branch", told, len(branch), int(others))
    _tell_of_uncertain(found.points)
    return branch


def _tell_of_uncertain(points: Sequence[Equilibrium]) -> None:
    """Warn where not all unstable eigenvalues of a large model were found."""
    uncertain = sum(not point.spectrum.certain for point in points)
    if uncertain:
        warn(
            f"At {uncertain} of {len(points)} points of the branch not all unstable directions were found: more than "
            f"{MOST} eigenvalues, or {SHIFTS} shifts, would have been needed. Their numbers there are lower bounds, "
            "and special points may be missing. Continuation(model, sparse=False) computes all "
            "eigenvalues, which takes long."
        )


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
    if crossing.kind == "BP":
        return coefficient(crossing) * measure(field, x, p, 0.0) ** 2
    return coefficient(crossing)
