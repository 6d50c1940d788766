"""Branches of equilibria in the names of a model."""

from __future__ import annotations

from typing import Any

import numpy as np
from rates_core.simulation.field import VectorField

from rates_continuation.branch import Branch
from rates_continuation.native.engine import Followed, coefficient
from rates_continuation.native.equilibria import ordered_eigenvalues
from rates_continuation.special import SpecialPoint


def branch_of(field: VectorField, found: Followed) -> Branch:
    """Return a branch of equilibria in the names of a model."""
    z = np.array([point.place.z for point in found.points])
    specials = tuple(_special(field, number, crossing) for number, crossing in found.crossings)
    eigenvalues = np.array([point.eigenvalues for point in found.points])
    size = field.size
    return Branch(field.parameters, field.states, z[:, size:], z[:, :size], eigenvalues, specials, found.ended, found)


def _special(field: VectorField, number: int, crossing: Any) -> SpecialPoint:
    x, p = crossing.z[: field.size], crossing.z[field.size :]
    eigenvalues = ordered_eigenvalues(field.by_states(x, p))
    return SpecialPoint(
        kind=crossing.kind or "??",
        values=dict(zip((*field.parameters, *field.states), (*p.tolist(), *x.tolist()), strict=True)),
        number=number,
        eigenvalues=eigenvalues,
        period=2 * np.pi / crossing.omega if crossing.omega else float("nan"),
        coefficient=coefficient(crossing),
        residual=crossing.residual,
        error=crossing.error,
        found=crossing,
    )
