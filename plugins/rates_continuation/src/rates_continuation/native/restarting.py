"""Cycles that are known, as starts of curves in any parameter."""

from __future__ import annotations

import numpy as np

from rates_continuation.native.boundary import SLIGHT, ProfileCurve
from rates_continuation.native.collocation import Care
from rates_continuation.native.curve import Place
from rates_continuation.native.cycles import Periodic
from rates_continuation.vector_field import Field


def from_profile(
    field: Field, mesh: np.ndarray, profile: np.ndarray, period: float, p: np.ndarray, width: float, care: Care
) -> tuple[ProfileCurve, Place] | None:
    """Return the curve of cycles through one, and its place there, with a growing parameter; None if it is not found.

    Args:
        field: whose cycle it is.
        mesh: of the profile.
        profile: values at all nodes.
        period: of the cycle.
        p: the parameters.
        width: scale of the parameter.
        care: which meshes are made.
    """
    size = np.max(np.abs(profile), axis=0)
    size = np.maximum(size, SLIGHT * float(np.max(size)))
    numbers = np.array([period, *(width for _ in p)])
    curve = ProfileCurve(Periodic(field, size), mesh, profile, size, numbers, care)
    z = np.concatenate([profile.ravel(), [period], p])
    normal = np.zeros_like(z)
    normal[-1] = curve.scale[-1] ** 2
    place = curve.place(z, normal, normal, curve.scale)
    return None if place is None else (curve, place)
