"""What cycles shrink to along a curve: an equilibrium, or cycles of half the period."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from rates_continuation.native.boundary import ProfileCurve
from rates_continuation.native.collocation import DEGREE, interpolated
from rates_continuation.native.linearised import summed

GONE = 0.02  # of a cycle, or of its difference to one of half the period: what is left where it is that


def shrinks_to(curve: ProfileCurve, profile: np.ndarray) -> str:
    """Return to what cycles shrink between that before and one: empty if they do not.

    Args:
        curve: with the cycle before.
        profile: states at the nodes of its mesh.
    """
    return next((end for end, part in SHRINKING.items() if left(curve, profile, part) < GONE), "")


def left(curve: ProfileCurve, profile: np.ndarray, part: Part) -> float:
    """Return how much of a part of the cycle before is left, less than nothing if it swings the other way."""
    assert curve.before is not None
    one, other = (part(curve, *known) for known in (curve.before, (curve.mesh, profile)))
    weights = summed(np.broadcast_to(0.5 * curve.widths[:, None], (len(curve.widths), 2)))
    products = weights @ (one * np.stack([other, one]))
    return float(np.sum(products[0]) / np.sum(products[1]))


def _swing(curve: ProfileCurve, mesh: np.ndarray, profile: np.ndarray) -> np.ndarray:
    """Return how a cycle swings around its mean, at the ends of intervals."""
    return np.asarray((profile[::DEGREE] - curve.weights @ profile) / curve.states)


def _difference(curve: ProfileCurve, mesh: np.ndarray, profile: np.ndarray) -> np.ndarray:
    """Return how the second half of a cycle differs from the first one, at the ends of intervals."""
    return np.asarray((interpolated(mesh, profile, (mesh + 0.5) % 1.0, DEGREE) - profile[::DEGREE]) / curve.states)


Part = Callable[[ProfileCurve, np.ndarray, np.ndarray], np.ndarray]
SHRINKING: Mapping[str, Part] = {"hopf": _swing, "doubled": _difference}  # by what nothing is left of there
