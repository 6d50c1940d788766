"""The curve of cycles between two neighbouring points: cycles at distances, and where numbers of them are zero."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from attrs import evolve, field, frozen
from scipy.optimize import brentq

from rates_continuation.native.boundary import Known, ProfileCurve, Solved
from rates_continuation.native.collocation import DEGREE, Care
from rates_continuation.native.curve import Place
from rates_continuation.native.floquet import Cycle

SINGULAR = 1e-2  # of a stretch, around a branch point: there Newton's method may not converge
PRECISION = 1e-10  # of a place on the curve, in scales
FINER = 2  # times as many intervals at crossings
LATEST = 2  # cycles of which equations are kept for others next to them


@frozen(eq=False)
class Stretch:
    """The curve between two neighbouring points, by the length of steps from the first one.

    Attributes:
        one: the first point.
        curve: as it is followed from there.
        begin: that point on it.
        lower: where the stretch begins.
        upper: where it ends.
        known: cycles on it, by their distance.
    """

    one: Cycle
    curve: ProfileCurve
    begin: Place
    lower: float
    upper: float
    known: dict[float, Cycle] = field(factory=dict)

    @classmethod
    def between(cls, one: Cycle, other: Cycle) -> Stretch:
        """Return that from one point to the next one."""
        if other.place.behind is not None:
            return cls(one, *one.curve.carried_on(one.place), 0.0, other.place.behind, {other.place.behind: other})
        curve, begin = other.curve.taken_over(one.curve, one.place)
        return cls(one, curve, begin, 0.0, begin.along(other.place.z))

    @classmethod
    def around(cls, one: Cycle, width: float) -> Stretch:
        """Return that to both sides of a point."""
        return cls(one, *one.curve.carried_on(one.place), -width, width)

    def on_finer_mesh(self) -> Stretch:
        """Return the same on a finer mesh."""
        curve = evolve(self.one.curve, care=finer(self.one.curve.care))
        moves = self.curve.motion is not None
        curve, begin = curve.carried_on(self.one.place) if moves else curve.renewed(self.one.place)
        return evolve(self, curve=curve, begin=begin, known={})

    def at(self, distance: float) -> Cycle | None:
        """Return the cycle at a distance."""
        if distance not in self.known:
            solved = [Known(size, cycle.place) for size, cycle in self.known.items() if isinstance(cycle.place, Solved)]
            nearer = [known for known in solved if abs(known.size - distance) < abs(distance)]  # than the first point
            nearest = min(nearer, key=lambda known: abs(known.size - distance), default=None)
            found = self.curve.reached(self.begin, distance, nearest)
            if found is None or self._strays(distance, found[1]):
                return None
            self.known[distance] = Cycle.of(*found)
            for before in [*self.known][-1 - LATEST : -LATEST]:
                self.known[before] = self.known[before].without_equations()
        return self.known[distance]

    def _strays(self, distance: float, place: Place) -> bool:
        """Tell whether a place is far from where it was looked for, on another curve that is crossed."""
        away = float(np.linalg.norm((place.z - self.begin.ahead(distance)) / self.begin.scale))
        return away > self.curve.beside * max(abs(distance), self.upper - self.lower)

    def halves(self) -> tuple[Stretch, Stretch]:
        """Return both halves, which share what is known."""
        return self.parts(0.5 * (self.lower + self.upper))

    def parts(self, distance: float) -> tuple[Stretch, Stretch]:
        """Return what lies before a distance and behind it, which share what is known."""
        return evolve(self, upper=distance), evolve(self, lower=distance)

    def zero(self, number: Callable[[Cycle], float]) -> float | None:
        """Return the distance at which a number of cycles is zero; None if there is none."""

        def value(distance: float) -> float:
            found = self.at(distance)
            if found is None or not np.isfinite(number(found)):
                raise _NotFoundError
            return number(found)

        try:
            if not value(self.lower) * value(self.upper) <= 0:  # a number may be none
                return None
            return float(brentq(value, self.lower, self.upper, xtol=PRECISION))
        except _NotFoundError:
            return None

    def cycle_at_zero(self, number: Callable[[Cycle], float]) -> Cycle | None:
        """Return the cycle at which a number is zero; None if there is none."""
        distance = self.zero(number)
        found = None if distance is None else self.at(distance)
        return self._between_known(number) if found is None else found

    def _between_known(self, number: Callable[[Cycle], float]) -> Cycle | None:
        """Return the cycle at a zero around which none can be solved for, as two curves cross there.

        Those next to it may lie on either curve; the number of all of them is small near to the crossing.
        """
        values = {distance: number(cycle) for distance, cycle in self.known.items()}
        nearest = [
            min(
                (distance for distance in values if sign * values[distance] > 0),
                key=lambda k: abs(values[k]),
                default=None,
            )
            for sign in (-1.0, 1.0)
        ]
        one, other = nearest
        if one is None or other is None or not abs(one - other) < SINGULAR * (self.upper - self.lower):
            return None
        return _mixed(self.known[one], self.known[other], values[one] / (values[one] - values[other]))


def _mixed(one: Cycle, other: Cycle, share: float) -> Cycle:
    """Return the cycle at a share of the way between two that lie closely together."""
    mesh, z, tangent = (
        (1 - share) * first + share * second
        for first, second in (
            (one.curve.mesh, other.curve.mesh),
            (one.place.z, other.place.z),
            (one.place.tangent, other.place.tangent),
        )
    )
    curve = evolve(one.curve, mesh=mesh, reference=one.curve.split(z)[0])
    return Cycle.of(curve, Place(z, tangent, curve.scale, error=one.place.error))


class _NotFoundError(Exception):
    """There is no cycle where one was looked for."""


def finer(care: Care) -> Care:
    """Return what is asked of a finer mesh."""
    return Care(care.tolerance / FINER ** (DEGREE + 1), FINER * care.most)
