"""One side of a curve of equilibria: Auto-07p follows it stretch by stretch.

Each stretch begins where the one before it ends, in units that have grown with the states. Auto-07p chooses its steps
by how fast Newton's method converges, and so may step from one curve to another; a stretch in which directions show
that is cut off there, and gone on from with shorter steps.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import define, evolve, field

from rates_continuation.auto.computation import Point, computed
from rates_continuation.auto.equations import AutoEquations
from rates_continuation.auto.equilibria import SPECIAL, Located, Side
from rates_continuation.native.curve import ImplicitCurve, Place, unit_tangent
from rates_continuation.native.tracing import Bounds, Steps, passes

LONG, SHORT = 400, 30  # steps in a stretch, and in one with shorter steps
BEGUN = 0.01  # of the first step: on the one that Auto-07p takes first it locates nothing
SHORTER, LONGER = 0.25, 4.0
STRAIGHT = 0.35  # angle: where a curve turns by more a step is taken again
ROUNDED = 1e-9  # of the bounds: files have eleven digits


@define(eq=False)
class OneSide:
    """A side while it is followed.

    Attributes:
        auto: the equations.
        curve: the same equations as the model has them.
        start: where the side begins.
        bounds: within which it is followed.
        steps: how long they are, and how many.
        direction: 1 in the direction of the start's tangent, -1 in the other one.
        points: that were found.
    """

    auto: AutoEquations
    curve: ImplicitCurve
    start: Place
    bounds: Bounds
    steps: Steps
    direction: int
    points: list[Located] = field(factory=list)

    def followed(self) -> Side:
        """Return the whole side."""
        here = self.start.rescaled(self.auto.in_units(self.start.scale).scale)
        largest, ended, number = self.steps.largest, "", 0
        while not ended:
            if self.steps.interrupts.heard:
                return Side(self.points, "interrupted")
            most = LONG if largest == self.steps.largest else SHORT
            found = self._stretch(here, evolve(self.steps, largest=largest, most=most), number)
            bend = _bend(here, found.points)
            if bend is None:
                ended = self._taken(found)
                largest = min(self.steps.largest, LONGER * largest)
            else:
                whole, length = bend
                ended = self._taken(Side(found.points[:whole], "steps"))
                largest = min(SHORTER * length, SHORTER * largest)
                ended = ended or ("stalled" if largest < self.steps.smallest else "")
            here, number = self._last(here), number + 1
        return Side(self.points, ended)

    @property
    def _regular(self) -> int:
        return sum(point.kind not in SPECIAL for point in self.points)

    def _last(self, here: Place) -> Place:
        return next((point.place for point in reversed(self.points) if point.kind not in SPECIAL), here)

    def _stretch(self, here: Place, steps: Steps, number: int) -> Side:
        """Return what Auto-07p finds from a place on."""
        auto = self.auto.in_units(here.scale)
        sign = self.direction if here.tangent[-1] >= 0 else -self.direction
        folder = auto.program.parent / f"side{self.direction}_{number}"
        found = computed(auto, folder, constants_of(auto, here, self.bounds, steps, sign))
        turned = sign * self.direction  # Auto-07p gives tangents along which the parameter grows at first
        points = [self._located(auto, here, point, turned) for point in found[1:]]
        if not found or found[-1].row.kind not in ("UZ", "EP"):
            return Side(points, "interrupted" if steps.interrupts.heard else "stalled")
        if len(found) > steps.most:  # the last one is called an end point, whatever else it is
            return Side(points[:-1], "steps")
        return Side(points, "bound")

    def _located(self, auto: AutoEquations, here: Place, point: Point, turned: int) -> Located:
        """Return a point with its tangent; what Auto-07p gives may be the direction of the step that led there."""
        solution = point.solution
        z = np.append(auto.x(solution.profile[0]), auto.p(solution.parameters))
        by_parameter = solution.by_parameters[solution.free.index(auto.parameter)] * auto.scale[-1]
        along = turned * np.append(auto.x(solution.by_states[0]), by_parameter)
        scale = np.maximum(here.scale, np.abs(z))
        tangent = unit_tangent(self.curve.equations.jacobian(z), along, scale)
        place = Place(z, along, here.scale).rescaled(scale) if tangent is None else Place(z, tangent, scale)
        return Located(place, point.row.kind, solution.period)

    def _taken(self, found: Side) -> str:
        """Take the points of a stretch; return why the side ends with them, or nothing if it goes on."""
        lower, upper = float(self.bounds.lower[0]), float(self.bounds.upper[0])
        slack = ROUNDED * (upper - lower)
        for point in found.points:
            if not lower - slack <= point.z[-1] <= upper + slack:
                return "bound"
            self.points.append(point)
            if self._is_closed():
                return "closed"
            if not self.bounds.wanted(point.z):
                return "left"
            if self._regular >= self.steps.most:
                return "steps"
        return "" if found.ended == "steps" else found.ended

    def _is_closed(self) -> bool:
        """Tell whether the last step went through the start."""
        if len(self.points) < 3:
            return False
        second, before, last = (self.points[number].place for number in (0, -2, -1))
        return passes([self.start.z, second.z], before.z, last.z, (self.start.scale, last.scale))


def constants_of(auto: AutoEquations, here: Place, bounds: Bounds, steps: Steps, sign: int) -> dict[str, object]:
    """Return what Auto-07p is told to follow equilibria from a place on, where the parameter grows or falls."""
    lower, upper = auto.bounds(float(bounds.lower[0]), float(bounds.upper[0]))
    return {
        "NDIM": auto.size, "IPS": 1, "IRS": 0, "ICP": [auto.parameter], "NMX": steps.most + 1, "RL0": lower,
        "RL1": upper, "UZSTOP": {auto.parameter: [lower, upper]}, "DSMIN": steps.smallest, "DSMAX": steps.largest,
        "DS": sign * min(steps.first, steps.largest) * BEGUN, "PAR": auto.par(float(here.z[-1])),
        "U": dict(enumerate(auto.u(here.z[:-1]).tolist(), start=1)),
    }  # fmt: skip


def _bend(here: Place, points: Sequence[Located]) -> tuple[int, float] | None:
    """Return how many points lie before the first step that may lead to another curve, and how long that step is."""
    before, whole = here, 0
    for number, point in enumerate(points):
        if point.kind in SPECIAL:
            continue
        if _bends(before, point.place):
            return whole, float(np.linalg.norm((point.z - before.z) / before.scale))
        before, whole = point.place, number + 1
    return None


def _bends(one: Place, other: Place) -> bool:
    """Tell whether a curve turns between two places, or the chord has another direction: it may be another curve."""
    chord, before, behind = ((value / one.scale) for value in (other.z - one.z, one.tangent, other.tangent))
    if before @ chord < 0:  # to the other side of a start the tangents point back
        chord = -chord
    return max(_angle(before, behind), _angle(before, chord) + _angle(chord, behind)) > STRAIGHT


def _angle(one: np.ndarray, other: np.ndarray) -> float:
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(np.arccos(np.clip(float(one @ other) / lengths, -1.0, 1.0))) if lengths else 0.0
