"""Follow a curve step by step: Keller's pseudo-arclength continuation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import numpy as np
from attrs import field, frozen
from numpy.typing import ArrayLike

from rates_continuation.interrupts import Interrupts
from rates_continuation.native.curve import Curve, Place, Step

FEW, MANY = 3, 5  # iterations after which steps grow, or shrink
GROWTH, SHRINKAGE = 1.5, 0.5
SHARE = 0.8  # of the largest angle, for which the next step is chosen
NEAR = 0.5  # of a step: a curve that comes so near to its start is closed


@frozen
class Steps:
    """How long steps are, in scales.

    Attributes:
        first: the first one.
        smallest: below which the curve is given up.
        largest: that is taken where the curve is straight.
        most: number of them.
        taken: is called behind each.
        interrupts: what is heard of Ctrl-C, by which a curve ends.
    """

    first: float = 0.02
    smallest: float = 1e-8
    largest: float = 0.25
    most: int = 5000
    taken: Callable[[], None] = field(default=lambda: None, eq=False)
    interrupts: Interrupts = field(factory=Interrupts, eq=False, repr=False)


def _numbers(value: ArrayLike) -> np.ndarray:
    return np.atleast_1d(np.asarray(value, dtype=float))


@frozen(eq=False)
class Bounds:
    """Within which a curve is followed.

    Attributes:
        lower: of the last unknowns: of one, or of as many as there are numbers.
        upper: likewise.
        wanted: whether a point is still wanted, whatever its last unknowns.
    """

    lower: np.ndarray = field(converter=_numbers)
    upper: np.ndarray = field(converter=_numbers)
    wanted: Callable[[np.ndarray], bool] = field(default=lambda z: True)

    def bounded(self, z: np.ndarray) -> np.ndarray:
        """Return the unknowns that are bounded."""
        return z[len(z) - len(self.lower) :]

    def hold(self, z: np.ndarray) -> bool:
        """Tell whether a point lies within."""
        bounded = self.bounded(z)
        return bool(np.all((self.lower <= bounded) & (bounded <= self.upper)))


@frozen(eq=False)
class Traced:
    """A step along a curve.

    Attributes:
        curve: as it is followed there.
        place: where it led.
        ended: why the curve is not followed further: `bound`, `closed`, `left`, `stalled`, `steps` or
            `interrupted`; empty if it is.
    """

    curve: Curve
    place: Place
    ended: str = ""


def trace(curve: Curve, start: Place, bounds: Bounds, steps: Steps) -> Iterator[Traced]:
    """Yield points of a curve behind a start, in the direction of its tangent there.

    The last one says why it is the last: a parameter's bound, where it lies; the start, to which the curve returns;
    the first point that is not wanted; the last one before steps became too small; there were too many; or it was
    interrupted.
    """
    here, size, begun = start, steps.first, [curve.coordinates(start.z)]
    first = curve.units(start.scale)
    for number in range(1, steps.most + 1):
        taken = steps.interrupts.around(partial(_step, curve, here, size, steps.smallest))
        if taken is None:
            yield Traced(curve, here, "stalled")
            return
        step, size = taken
        steps.taken()
        before, curve, there = curve, step.curve, step.place
        last, at = (curve.coordinates(place.z) for place in (here, there))
        back = number > 2 and passes(begun, last, at, (first, curve.units(there.scale)))
        ended = _ended(there, bounds) or ("closed" if back else "")
        begun = [*begun, at][:2]
        if ended == "bound":
            at_bound = partial(_at_bound, curve, curve.taken_over(before, here)[1], there, bounds)
            there = steps.interrupts.around(at_bound) or there
        elif not ended and (steps.interrupts.heard or number == steps.most):
            ended = "interrupted" if steps.interrupts.heard else "steps"
        yield Traced(curve, there, ended)
        if ended:
            return
        size = min(steps.largest, size * _growth(step))
        size = max(steps.smallest, size * (SHRINKAGE if there.iterations >= MANY else 1.0))
        curve, here = steps.interrupts.around(partial(curve.carried_on, there))


def _step(curve: Curve, here: Place, size: float, smallest: float) -> tuple[Step, float] | None:
    """Return a step that stays on the same piece of a curve, and its length; None if all are too long."""
    while size >= smallest:
        step = curve.step(here, size)
        if step is not None and step.missed < curve.beside and step.cosine > curve.straight:
            return step, size
        size *= SHRINKAGE
    return None


def _growth(step: Step) -> float:
    """Return by how much the next step may be longer: the angle between tangents grows with it."""
    if step.place.iterations > FEW:
        return 1.0
    angle, largest = (float(np.arccos(np.clip(cosine, -1, 1))) for cosine in (step.cosine, step.curve.straight))
    return GROWTH if angle * GROWTH < SHARE * largest else SHARE * largest / angle


def _ended(there: Place, bounds: Bounds) -> str:
    if not bounds.hold(there.z):
        return "bound"
    return "" if bounds.wanted(there.z) else "left"


def passes(begun: list[np.ndarray], here: np.ndarray, there: np.ndarray, units: Iterable[np.ndarray]) -> bool:
    """Tell whether a step goes through the start, in the direction in which the curve began.

    Args:
        begun: where the curve begins, and its second point.
        here: where the step begins.
        there: where it ends.
        units: in each of which it has to: those of the start, and those that have grown until here. Where the state
            is about 0 at the start, a step is so long in its units that anything seems near.
    """
    return all(_passes(*(point / unit for point in (*begun, here, there))) for unit in units)


def _passes(start: np.ndarray, second: np.ndarray, here: np.ndarray, there: np.ndarray) -> bool:
    direction, way = second - start, there - here
    before, behind = direction @ (here - start), direction @ (there - start)
    if not before < 0 <= behind:
        return False
    nearest = here - start + before / (before - behind) * way
    return bool(np.linalg.norm(nearest) < NEAR * np.linalg.norm(way))


def _at_bound(curve: Curve, here: Place, there: Place, bounds: Bounds) -> Place | None:
    """Return where a curve meets the first bound that a step crosses."""
    begin, end = bounds.bounded(here.z), bounds.bounded(there.z)
    targets = np.clip(end, bounds.lower, bounds.upper)
    crossed = np.nonzero(targets != end)[0]
    shares = (targets[crossed] - begin[crossed]) / (end[crossed] - begin[crossed])
    for which in np.argsort(shares):
        number = len(here.z) - len(begin) + int(crossed[which])
        guess = here.z + shares[which] * (there.z - here.z)
        guess[number] = targets[crossed[which]]
        normal = np.zeros_like(guess)
        normal[number] = here.scale[number] ** 2
        found = curve.place(guess, normal, there.tangent, here.scale)
        if found is None:
            continue
        found.z[number] = guess[number]  # to the last bit
        if bounds.hold(found.z):
            return found
    return None
