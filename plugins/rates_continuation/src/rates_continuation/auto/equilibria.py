"""Equilibria as Auto-07p computed them, as a curve of the model, with what happens on it.

Stability and eigenvalues are those of the model's own field. A special point that Auto-07p reports stands where it has
located it, if eigenvalues do cross the imaginary axis there: neutral saddles and jumps of a test function are left out.
Its kind is what the eigenvalues say; how far it lies from the solution of the equations of such points is its error.
Where eigenvalues cross and Auto-07p has located nothing, the point is one of no kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from attrs import evolve, frozen
from rates_core.errors import SimulationError

from rates_continuation.native.crossings import Crossing, crossings
from rates_continuation.native.curve import ImplicitCurve, Place
from rates_continuation.native.engine import Followed
from rates_continuation.native.equilibria import Equilibrium, EquilibriumEquations

SPECIAL = ("LP", "HB", "BP")
CANCELLED = 1e-5  # of the terms in an equation: files have eleven digits
CLEAR = 1e-9  # of the largest eigenvalue: so far from the axis one has a side
SAME = 1e-2  # distance in scales, within which a located point is the one that eigenvalues show


@frozen(eq=False)
class Located:
    """A point of Auto-07p in the model's order.

    Attributes:
        place: on the curve.
        kind: that Auto-07p gives it.
        period: that goes with a Hopf point.
    """

    place: Place
    kind: str
    period: float = float("nan")

    @property
    def z(self) -> np.ndarray:
        """Return states and parameter."""
        return self.place.z


@frozen(eq=False)
class Side:
    """A curve to one side of its start, which is not among the points.

    Attributes:
        points: in the order in which they were computed.
        ended: why it ends; see `rates_continuation.branch.REASONS`.
    """

    points: Sequence[Located]
    ended: str


def followed(equations: EquilibriumEquations, start: Place, back: Side, on: Side) -> Followed:
    """Return a curve from end to end, with what happens on it.

    Raises:
        SimulationError: its points are no equilibria of the model.
    """
    points: list[Located] = [*reversed(back.points), Located(start, ""), *on.points]
    regular = [number for number, point in enumerate(points) if point.kind not in SPECIAL]
    equilibria = [Equilibrium.of(equations, points[number].place) for number in regular]
    _check(equations, start, equilibria)
    clear = [number for number, point in enumerate(equilibria) if _is_clear(point)]
    found = [
        (one, crossing)
        for one, other in pairwise(clear)
        for crossing in _apart(equations, equilibria[one], equilibria[other], points[regular[one] : regular[other]])
    ]
    return Followed(equilibria, found, (back.ended, on.ended))


def _check(equations: EquilibriumEquations, start: Place, points: Sequence[Equilibrium]) -> None:
    """Raise if rates of change are larger than what is left where terms cancel."""
    at_start = float(np.max(np.abs(equations.residual(start.z))))
    for point in points:
        z, scale = point.place.z, point.place.scale[:-1]
        rates, terms = np.abs(equations.residual(z)), np.abs(point.states) @ scale
        if np.any(rates > max(10 * at_start, CANCELLED * float(np.max(terms)))):
            raise SimulationError(
                f"Auto-07p's points are no equilibria of the model: at {z[-1]:g} the largest rate of change is "
                f"{np.max(rates):.3g}. This is an error of rates; please report it with the model."
            )


def _is_clear(point: Equilibrium) -> bool:
    """Tell whether the sides of the axis on which eigenvalues lie are more than rounding."""
    sizes = np.abs(point.eigenvalues)
    return bool(np.min(np.abs(point.eigenvalues.real)) > CLEAR * np.max(sizes))


def _apart(
    equations: EquilibriumEquations, one: Equilibrium, other: Equilibrium, between: Sequence[Located]
) -> Iterator[Crossing]:
    """Yield what happens between two points, with a point of the curve between any two that Auto-07p has located."""
    located = [point for point in between if point.kind in SPECIAL]
    for number, (point, behind) in enumerate(pairwise(located)):
        place = ImplicitCurve(equations).middle(point.place, behind.place)
        middle = None if place is None else Equilibrium.of(equations, place)
        if middle is not None and _is_clear(middle):
            yield from _happening(equations, one, middle, located[: number + 1])
            yield from _apart(equations, middle, other, located[number + 1 :])
            return
    yield from _happening(equations, one, other, located)


def _happening(
    equations: EquilibriumEquations, one: Equilibrium, other: Equilibrium, between: Sequence[Located]
) -> Iterator[Crossing]:
    """Yield what happens between two points, where Auto-07p has located it."""
    left = list(between)
    for crossing in crossings(equations, one, other):
        distances = [float(np.linalg.norm((point.z - crossing.z) / one.place.scale)) for point in left]
        nearest = int(np.argmin(distances)) if distances else -1
        if nearest < 0 or distances[nearest] > SAME:
            yield evolve(crossing, kind="", equations=None, solution=None, omega=0.0)
            continue
        point = left.pop(nearest)
        omega = 2 * np.pi / point.period if crossing.kind == "HB" and point.kind == "HB" else crossing.omega
        residual = float(np.max(np.abs(equations.residual(point.z))))
        yield evolve(crossing, z=point.z, error=distances[nearest], residual=residual, omega=omega)
