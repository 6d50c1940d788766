"""All curves that are reached from one through the branch points on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from attrs import frozen

from rates_continuation.native.curve import Place
from rates_continuation.native.engine import Followed, switched
from rates_continuation.native.equilibria import EquilibriumEquations
from rates_continuation.native.tracing import Bounds, Steps

Follow = Callable[[EquilibriumEquations, Place, Bounds, Steps], Followed]
SAME = 1e-5  # distance in scales, below which two branch points are one


@frozen(eq=False)
class _Passage:
    """A curve at a branch point.

    Attributes:
        curve: that passes it.
        number: of the point among its crossings.
    """

    curve: Followed
    number: int

    @property
    def z(self) -> np.ndarray:
        """Return where it is."""
        return self.curve.crossings[self.number][1].z

    def is_at(self, z: np.ndarray) -> bool:
        """Tell whether it is at a place."""
        scale = self.curve.points[self.curve.crossings[self.number][0]].place.scale
        return bool(np.linalg.norm((self.z - z) / scale) < SAME)


def reachable(
    equations: EquilibriumEquations,
    first: Followed,
    bounds: Bounds,
    steps: Steps,
    most: int,
    follow: Follow,
) -> list[Followed]:
    """Return a curve, and those that cross it, and so on: each once, `most` at most.

    Two curves pass a branch point, or one does twice; where only one passage is known, the other curve is followed.

    Args:
        equations: of all curves.
        first: of them.
        bounds: within which they are followed.
        steps: likewise.
        most: number of curves.
        follow: an engine, which returns the curve through a start.
    """
    curves, tried = [first], list[np.ndarray]()
    while len(curves) < most and not steps.interrupts.heard:
        passage = next(_alone(curves, tried), None)
        if passage is None:
            break
        tried.append(passage.z)
        start = switched(equations, passage.curve, passage.number)
        if start is not None:
            curves.append(follow(equations, start, bounds, steps))
    return curves


def _alone(curves: Sequence[Followed], tried: Sequence[np.ndarray]) -> Iterator[_Passage]:
    """Yield the branch points of which one passage is known, and which were not tried."""
    passages = [
        _Passage(curve, number)
        for curve in curves
        for number, (_, crossing) in enumerate(curve.crossings)
        if crossing.kind == "BP"
    ]
    for passage in passages:
        known = sum(other.is_at(passage.z) for other in passages)
        if known == 1 and not any(passage.is_at(z) for z in tried):
            yield passage
