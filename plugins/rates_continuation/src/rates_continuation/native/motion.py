"""Meshes that move with a profile, as that is followed along a curve.

What is steep in time and comes a little later at the next point changes values at fixed times by much, and values at
times that move with it by little.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen

from rates_continuation.native.collocation import DEGREE, at_gauss_points, basis, node_times

POWER = 0.6  # of the speed: about as intervals of a mesh crowd where a profile is steep
SMALL = 1e-2  # way in scales: meshes of shorter ones stay


@frozen(eq=False)
class Motion:
    """How a mesh moves in a step along a curve.

    Attributes:
        drift: of the ends of intervals, in a step of length 1, `[intervals + 1]`.
        pace: length of such a step where the mesh stays.
        normal: tangent of the curve where the mesh stays, in whose plane the next point is looked for.
    """

    drift: np.ndarray
    pace: float
    normal: np.ndarray

    @classmethod
    def along(cls, tangent: np.ndarray, rates: np.ndarray, drift: np.ndarray, scale: np.ndarray) -> Motion:
        """Return the motion for which a step of length 1 is one of the unknowns.

        Args:
            tangent: of the curve where the mesh stays.
            rates: how fast the profile moves in time, `[nodes, states]`.
            drift: where the profile changes by that tangent.
            scale: of the unknowns.
        """
        moving = cls(drift, 1.0, tangent).tangent(tangent, rates)
        pace = 1.0 / float(np.linalg.norm(moving / scale))
        return cls(pace * drift, pace, tangent)

    def tangent(self, tangent: np.ndarray, rates: np.ndarray) -> np.ndarray:
        """Return a tangent on the mesh that moves from one where it stays."""
        moved = np.array(self.pace * tangent)
        moved[: rates.size] += (rates * node_times(self.drift, DEGREE)[:, None]).ravel()
        return moved


def drift_along(mesh: np.ndarray, profile: np.ndarray, change: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Return how the ends of intervals move so that a profile has always covered the same share of its way there.

    Steep parts of the way count less than they are long, and those on which the profile rests count.

    Args:
        mesh: ends of the intervals.
        profile: states at the nodes, in scales.
        change: of these along the curve.
        rates: their derivative in time.
    """
    own, widths = basis(), np.diff(mesh)[:, None, None]
    slope, turned = (at_gauss_points(part, own.slopes) / widths for part in (profile, change))
    weights, squared = widths[..., 0] * own.weights, np.einsum("kgi,kgi->kg", slope, slope)
    slowest = float(np.sum(weights * np.sqrt(squared))) ** 2 + SMALL**2
    speed = (slowest + squared) ** (0.5 * POWER)
    covered, grown = (
        np.append(0.0, np.cumsum(np.einsum("kg,kg->k", weights, part)))
        for part in (speed, POWER * np.einsum("kgi,kgi->kg", slope, turned) * (slowest + squared) ** (0.5 * POWER - 1))
    )
    at_ends = rates[::DEGREE]
    ends = (slowest + np.einsum("ki,ki->k", at_ends, at_ends)) ** (0.5 * POWER)
    return np.asarray((covered / covered[-1] * grown[-1] - grown) / ends)
