"""Find curves that nothing connects with those that are known: Newton's method on equations without the known roots.

For known roots x_i at some value of the parameter, f(x) * prod(1/|x - x_i|^2 + 1) = 0 has the other roots alone. Its
Newton steps are those of f, times a number. Starts are the known roots, moved a little and moved far.

References:
    farrell2015.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from typing import Protocol

import numpy as np

from rates_continuation.native.curve import Place
from rates_continuation.native.engine import Followed, start_of
from rates_continuation.native.equilibria import EquilibriumEquations
from rates_continuation.native.matrices import solved, unit_rows, with_columns
from rates_continuation.native.reachable import Follow, reachable
from rates_continuation.native.spectrum import smallest_singular_value
from rates_continuation.native.tracing import Bounds, Steps

SHARES = (np.arange(5) + 0.382) / 5  # between the bounds: where roots are looked for; none is where symmetries are
MOVES = (0.1, 1.0, 1.0, 3.0)  # of a start from a known root, in scales
LONGEST = 5.0  # step in scales
MOST_ITERATIONS = 40
CONVERGED = 1e-9  # step of Newton's method in scales
REGULAR = 1e-6  # smallest singular value of equations of length 1, in scales
APART = 1e-4  # distance in scales, below which two roots are one


class Known(Protocol):
    """A curve with which others are compared."""

    @property
    def places(self) -> Sequence[Place]:
        """Return its points."""
        ...

    @property
    def located(self) -> Sequence[tuple[int, np.ndarray]]:
        """Return where it has special points, with the number of the point before each."""
        ...


def with_disconnected(
    equations: EquilibriumEquations,
    curves: Sequence[Followed],
    bounds: Bounds,
    steps: Steps,
    most: int,
    follow: Follow,
) -> list[Followed]:
    """Return curves, and others that nothing connects with them, and those that are reached from these."""
    found = list(curves)
    while len(found) < most and not steps.interrupts.heard:
        other = _disconnected(equations, found, bounds, steps, follow)
        if other is None:
            break
        found += reachable(equations, other, bounds, steps, most - len(found), follow)
    return found


def _disconnected(
    equations: EquilibriumEquations, curves: Sequence[Followed], bounds: Bounds, steps: Steps, follow: Follow
) -> Followed | None:
    """Return a curve that is none of some, or None if none is found."""
    lower, upper = float(bounds.lower[-1]), float(bounds.upper[-1])
    generator = np.random.default_rng(0)  # the same starts each time
    for p in lower + (upper - lower) * SHARES:
        known = [place for curve in curves for place in places_at(equations, curve, float(p))]
        for near, move in product(list(known), MOVES):
            if steps.interrupts.heard:
                return None
            start = near.z[:-1] + move * near.scale[:-1] * generator.standard_normal(equations.states)
            x = _other_root(equations, start, float(p), known, near.scale)
            place = None if x is None else start_of(equations, x, float(p), (lower, upper))
            if place is None or is_one_of(place, known) or not _is_regular(equations, place):
                continue
            found = follow(equations, place, bounds, steps)
            if not any(is_same(equations, found, curve) for curve in curves):
                return found
            known.append(place)
    return None


def places_at(equations: EquilibriumEquations, curve: Known, p: float) -> Iterator[Place]:
    """Yield where a curve has some value of the parameter."""
    places = curve.places
    z = [place.z for place in places]
    for number, special in reversed(curve.located):  # a curve turns round at a fold, between two points
        z.insert(number + 1, special)
    scale = np.maximum.reduce([place.scale for place in places])
    for one, other in pairwise(z):
        if (one[-1] - p) * (other[-1] - p) > 0 or one[-1] == other[-1]:
            continue
        guess = one + (p - one[-1]) / (other[-1] - one[-1]) * (other - one)
        found = start_of(equations, guess[:-1], p, (p - 5 * scale[-1], p + 5 * scale[-1]))
        if found is not None:
            yield found


def _other_root(
    equations: EquilibriumEquations, start: np.ndarray, p: float, known: Sequence[Place], scale: np.ndarray
) -> np.ndarray | None:
    """Return a root of f at some value of the parameter that is none of those that are known, or None."""
    x, size = np.array(start), scale[:-1]
    for _ in range(MOST_ITERATIONS):
        z = np.append(x, p)
        with np.errstate(all="ignore"):
            step = solved(equations.jacobian(z)[:, :-1], -equations.residual(z))
        if step is None:
            return None
        length = float(np.linalg.norm(step / size))
        if length < CONVERGED:
            return x
        slope = np.zeros_like(x)  # of the logarithm of the product
        for place in known:
            away = (x - place.z[:-1]) / size
            square = float(away @ away)
            if square == 0.0:
                return None
            slope -= 2 * away / size / (square * (1 + square))
        factor = 1.0 / (1.0 - float(slope @ step))
        if not np.isfinite(factor):
            return None
        x = x + step * np.clip(factor, -LONGEST / length, LONGEST / length)
    return None


def _is_regular(equations: EquilibriumEquations, place: Place) -> bool:
    """Tell whether one curve passes a place; several pass a branch point."""
    return smallest_singular_value(unit_rows(with_columns(equations.jacobian(place.z), place.scale))) > REGULAR


def is_one_of(place: Place, known: Sequence[Place]) -> bool:
    """Tell whether a place is one of those that are known."""
    return any(np.linalg.norm((place.z - other.z) / other.scale) < APART for other in known)


def is_same(equations: EquilibriumEquations, one: Known, other: Known) -> bool:
    """Tell whether two curves are one, by a point in the middle of the first."""
    place = one.places[len(one.places) // 2]
    return is_one_of(place, list(places_at(equations, other, float(place.z[-1]))))
