"""Find where the stability of cycles changes between two points of a curve, and what happens there.

Multipliers cross the unit circle one by one: at 1 at a fold or a branch point, at -1 where the period doubles, in a
pair at a torus. A curve turns round at a fold; at a branch point it does where a multiplier touches 1 only, as on the
prongs of a pitchfork. Each is a zero of a number along the curve, between the two points; a stretch in which more
happens, or may happen unseen, is halved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from attrs import evolve, frozen

from rates_continuation.native.cycle_stretch import Stretch, finer
from rates_continuation.native.floquet import Cycle
from rates_continuation.native.unseen import REAL, coming_near, hides, is_real, other_side

FLAT = 1e-7  # change of the parameter, in scales, which the error of a mesh may make
SHORTEST = 1e-6  # interval in scales, below which crossings are not told apart
HIDING = 1e-3  # and below which what numbers of multipliers say is all: next to each other large ones change quickly
STEEP = (1e-4, 1e-3, 1e-2)  # of an interval: so far from a fold a multiplier that is steep there is seen
BESIDE = 0.1  # of an interval: from there it is seen which numbers change their sign at a zero
CIRCLE = 0.05  # distance from the unit circle at which a multiplier counts as one that is on it
TOGETHER = 1e-5  # by how much multipliers that are equal for reasons of symmetry differ in size
MOST = 100  # cycles between two points of a curve that are looked at: more are asked for where a mesh is too coarse
ADAPTED = 2  # meshes that are tried one after the other
AROUND = (1e-3, 1e-2, 0.1)  # of a crossing, in scales: there it is looked for on a finer mesh


@frozen(eq=False)
class CycleCrossing:
    """A cycle at which multipliers cross the unit circle.

    Attributes:
        kind: `LPC`, `PD`, `NS` or `BPC`; empty if that could not be found out.
        cycle: there.
        error: by how much its parameter differs from that on a mesh of half as many intervals.
    """

    kind: str
    cycle: Cycle
    error: float


def all_crossings(
    points: Sequence[Cycle], from_rest: bool = False, to_rest: bool = False
) -> list[tuple[int, CycleCrossing]]:
    """Return what happens between neighbouring cycles of a curve, each with the number of the point before.

    Args:
        points: of the curve.
        from_rest: whether the first ones are small cycles around an equilibrium, whose multipliers are nearly 1 while
            the parameter stays that of the Hopf point.
        to_rest: whether the last ones are.
    """
    found = list[tuple[int, CycleCrossing]]()
    number = _plateau(points, 0) if from_rest and points else 0
    last = len(points) - 1 - (_plateau(points[::-1], 0) if to_rest and points else 0)
    shares = coming_near(points)
    while number < last:
        end = min(_plateau(points, number), last)
        single = end == number + 1
        singly = [
            (k, crossing)
            for k in range(number, end)
            for crossing in _between(points[k], points[k + 1], float(shares[k]) if single else 0.0)
        ]
        if end > number + 1 and not _explain([crossing for _, crossing in singly], points[number], points[end]):
            singly = [(number, crossing) for crossing in _on_plateau(points[number : end + 1])]
        found += singly
        number = end
    return found


def _explain(found: Sequence[CycleCrossing], one: Cycle, other: Cycle) -> bool:
    """Tell whether crossings that were solved for account for what differs between two cycles."""
    kinds = [crossing.kind for crossing in found]
    return kinds == ([] if _nothing(one, other) else ["LPC"] if _turns(one, other) else kinds)


def _plateau(points: Sequence[Cycle], number: int) -> int:
    """Return behind which point the parameter changes by more than errors of the mesh again; else the next one."""
    place = points[number].place
    for end in range(number + 1, len(points)):
        if np.any(np.abs(points[end].p - points[number].p) > FLAT * place.scale[-len(points[number].p) :]):
            return max(end - 1, number + 1)
    return len(points) - 1


def _on_plateau(points: Sequence[Cycle]) -> Iterator[CycleCrossing]:
    """Yield what happens where the parameter stays as it is while cycles grow, as in a canard explosion.

    Multipliers are too large there, or too small, for their product with others to be computed; what happens is told by
    both ends.
    """
    one, other = points[0], points[-1]
    width = float(np.max(np.abs(other.p - one.p)))
    if _nothing(one, other):
        return
    if _turns(one, other):
        sign = np.sign(one.place.tangent[-1])
        yield CycleCrossing("LPC", max(points, key=lambda cycle: sign * cycle.p[-1]), width)
    else:
        yield CycleCrossing("", points[len(points) // 2], width)


def _between(one: Cycle, other: Cycle, share: float) -> Iterator[CycleCrossing]:
    """Yield what happens between two neighbouring cycles, in the order of the curve.

    Args:
        one: cycle.
        other: the next one.
        share: of the way between them, at which a multiplier may be on the other side of the unit circle; or 0.
    """
    if _nothing(one, other) and not share:
        return
    stretch = Stretch.between(one, other)
    again = stretch.at(stretch.lower)
    if again is None:
        return
    distance = other_side(stretch, again, other, share) if share and not _turns(again, other) else None
    between = None if distance is None else stretch.at(distance)
    if distance is None or between is None:
        found = list(_on(stretch, again, other))  # nothing, if what differed was the error of two meshes
    else:
        first, second = stretch.parts(distance)
        found = [*_on(first, again, between), *_on(second, between, other)]
    if len(stretch.known) > MOST:
        found = [CycleCrossing("", one, float(np.max(np.abs(other.p - one.p))))]
    found = [evolve(crossing, cycle=crossing.cycle.without_equations()) for crossing in found]
    happens = all(crossing.kind for crossing in found) or _happens_on_finer_mesh(stretch)
    yield from (crossing for crossing in found if crossing.kind or happens)


def _happens_on_finer_mesh(stretch: Stretch) -> bool:
    """Tell whether something happens on a stretch of a curve if its mesh is made finer."""
    again = stretch.on_finer_mesh()
    ends = [again.at(distance) for distance in (again.lower, again.upper)]
    return ends[0] is not None and ends[1] is not None and not _nothing(ends[0], ends[1])


def _on(stretch: Stretch, one: Cycle, other: Cycle) -> Iterator[CycleCrossing]:
    if _nothing(one, other) or len(stretch.known) > MOST:
        return
    length = stretch.upper - stretch.lower
    hidden = length > HIDING and not _turns(one, other) and hides(one, other)
    found = None if hidden else _single(stretch, one, other)
    if found is not None:
        yield from found
        return
    first, second = stretch.halves()
    between = first.at(first.upper) if length > SHORTEST else None
    if between is None:
        yield CycleCrossing("BPC" if _touches(one, other) else "", one, float(np.max(np.abs(other.p - one.p))))
        return
    between = between.without_equations()
    yield from _on(first, one, between)
    yield from _on(second, between, other)


def _touches(one: Cycle, other: Cycle) -> bool:
    """Tell whether the curve turns round where a multiplier touches 1: at a branch point, hard to solve for."""
    nearest = max(float(np.min(np.abs(cycle.multipliers - 1.0), initial=np.inf)) for cycle in (one, other))
    return bool(one.unstable == other.unstable and _turns(one, other) and nearest < CIRCLE)


def _nothing(one: Cycle, other: Cycle) -> bool:
    return one.unstable == other.unstable and not _turns(one, other) and not hides(one, other)


def _turns(one: Cycle, other: Cycle) -> bool:
    return bool(one.place.tangent[-1] * other.place.tangent[-1] < 0)


def _single(stretch: Stretch, one: Cycle, other: Cycle) -> list[CycleCrossing] | None:
    """Return the one crossing between two cycles, if any; None if that is not all that happens."""
    changed = abs(one.unstable - other.unstable)
    if _turns(one, other):
        found = _turning(stretch) if changed < 2 else None
        folds = found is not None and any(crossing.kind == "LPC" for crossing in found)
        return _with_what_is_beside(stretch, found, one.unstable) if found and folds and changed == 0 else found
    crossing = _nearest(one, other, changed)
    if changed == 1 and crossing < 0:
        return _at_zero(stretch, "PD", _beside_minus_one)
    if changed == 1 and crossing > 0:
        return _through_one(stretch)
    if changed == 2 and crossing == 0:
        return _at_zero(stretch, "NS", _beside_circle)
    return _together(stretch, min(one.unstable, other.unstable), changed) if changed > 1 else None


def _together(stretch: Stretch, unstable: int, changed: int) -> list[CycleCrossing] | None:
    """Return where several multipliers cross at one place, as in symmetric networks; None if they do not."""

    def sizes(cycle: Cycle) -> np.ndarray:
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(np.abs(cycle.multipliers[unstable : unstable + changed])))

    def mean(cycle: Cycle) -> float:
        return float(np.mean(sizes(cycle)))

    found = stretch.cycle_at_zero(mean)
    if found is None or not np.max(np.abs(sizes(found))) < TOGETHER:
        return None
    return _confirmed("", found, stretch, mean)


def _nearest(one: Cycle, other: Cycle, changed: int) -> int:
    """Return the sign of the multipliers that cross the circle: 0 if they are complex, or not alike at both ends."""
    fewer, more = sorted((one, other), key=lambda cycle: cycle.unstable)
    inside = fewer.multipliers[fewer.unstable : fewer.unstable + changed]
    outside = more.multipliers[more.unstable - changed : more.unstable]
    angles = REAL * np.abs((*inside, *outside))
    signs = {
        int(np.sign(value.real)) if abs(value.imag) <= angle else 0
        for value, angle in zip((*inside, *outside), angles, strict=True)
    }
    return signs.pop() if len(signs) == 1 else 0


def _product(cycle: Cycle, number: float) -> float:
    """Return the product of all distances of multipliers from 1 or -1, which changes its sign where one passes it."""
    values = cycle.multipliers
    return float(np.prod((values - number) / np.maximum(1.0, np.abs(values))).real)


def _beside_one(cycle: Cycle) -> float:
    return _product(cycle, 1.0)


def _beside_minus_one(cycle: Cycle) -> float:
    return _product(cycle, -1.0)


def _beside_circle(cycle: Cycle) -> float:
    """Return how far the pair next to the unit circle lies outside of it; NaN if there is no pair."""
    sizes = np.abs(cycle.multipliers[cycle.multipliers.imag > 0]) - 1.0
    return float(sizes[np.argmin(np.abs(sizes))]) if len(sizes) else float("nan")


def _slope(cycle: Cycle) -> float:
    return float(cycle.place.tangent[-1])


#: what is zero at a kind of special cycles
NUMBERS: Mapping[str, Callable[[Cycle], float]] = {
    "LPC": _slope, "PD": _beside_minus_one, "NS": _beside_circle, "BPC": _beside_one,
}  # fmt: skip


def _at_zero(stretch: Stretch, kind: str, number: Callable[[Cycle], float]) -> list[CycleCrossing] | None:
    found = stretch.cycle_at_zero(number)
    return None if found is None else _confirmed(kind, found, stretch, number)


def _confirmed(kind: str, found: Cycle, stretch: Stretch, number: Callable[[Cycle], float]) -> list[CycleCrossing]:
    """Return a crossing as it is on a finer mesh; none if it is not there, but was an error of the mesh."""
    care = found.curve.care
    closer = finer(care)
    again = found
    for made in range(ADAPTED):  # the first mesh is made from what a coarse one shows of the profile
        if made and again.curve.suits(again.place):
            break
        at = _near(evolve(again, curve=evolve(again.curve, care=closer)), number)
        at = at or stretch.on_finer_mesh().cycle_at_zero(number)
        if at is None:
            return []
        again = at
    if not _is_on_circle(kind, again):  # a number jumped, as it does where multipliers are too large to be computed
        return []
    again = evolve(again, curve=evolve(again.curve, care=care))
    return [CycleCrossing(kind, again, float(np.max(np.abs(again.p - found.p))))]


def confirmed(kind: str, cycle: Cycle) -> CycleCrossing | None:
    """Return a special cycle that was found otherwise, as it is on a finer mesh; None if it is not there.

    Args:
        kind: `LPC`, `PD`, `NS` or `BPC`.
        cycle: at which something else has found it.
    """
    number = NUMBERS[kind]
    found = _confirmed(kind, cycle, Stretch.around(cycle, AROUND[-1]), number)
    return found[0] if found else None


def _is_on_circle(kind: str, cycle: Cycle) -> bool:
    """Tell whether a multiplier is where it has to be at a point of a kind."""
    match kind:
        case "PD":
            distances = np.abs(cycle.multipliers + 1.0)
        case "NS":
            turning = np.abs(cycle.multipliers.imag) > REAL * np.abs(cycle.multipliers)
            distances = np.abs(np.abs(cycle.multipliers[turning]) - 1.0)
        case "BPC":
            distances = np.abs(cycle.multipliers - 1.0)
        case _:
            return True  # the curve turns round
    return bool(np.min(distances, initial=np.inf) < CIRCLE)


def _near(cycle: Cycle, number: Callable[[Cycle], float]) -> Cycle | None:
    """Return the cycle near another one at which a number is zero, on a new mesh; None if there is none."""
    for width in AROUND:
        found = Stretch.around(cycle, width).cycle_at_zero(number)
        if found is not None:
            return found
    return None


def _turning(stretch: Stretch) -> list[CycleCrossing] | None:
    """Return the fold, or the branch point, at which a curve turns round."""
    distance = stretch.zero(_slope)
    found = None if distance is None else stretch.at(distance)
    if distance is None or found is None:
        return None
    touches = not _changes(stretch, distance, _beside_one)
    near = bool(np.min(np.abs(found.multipliers - 1.0), initial=np.inf) < CIRCLE)
    return _confirmed("BPC" if touches and near else "LPC", found, stretch, _slope)


def _with_what_is_beside(stretch: Stretch, fold: list[CycleCrossing], unstable: int) -> list[CycleCrossing] | None:
    """Return a fold with the doubling next to it, if as many multipliers are unstable on both sides; None if not all.

    A fold changes that number by one, so that something else does too. Where small changes grow by orders of magnitude
    on a part of the way, as where a burst gets one more spike, a multiplier goes from far beyond 1 to far beyond -1, or
    back: the doubling may be nearer to the fold than can be told, and is left out then.
    """
    distance, length = stretch.zero(_slope), stretch.upper - stretch.lower
    assert distance is not None
    stretch = evolve(stretch, known={**stretch.known})  # what is looked at here counts for nothing, if it is not all
    moves = {_moved_through(stretch, distance, share * length) for share in STEEP}
    if moves in ({-1}, {1}):
        beside = max(STEEP) * length
        near = evolve(stretch, lower=distance - beside, upper=distance + beside)
        doubling = _at_zero(near, "PD", _beside_minus_one)
        if doubling:
            return [*fold, *doubling] if moves == {-1} else [*doubling, *fold]
    around = [stretch.at(distance + way) for way in (-SHORTEST, SHORTEST)]
    return fold if all(cycle is not None and _is_steep(cycle, unstable) for cycle in around) else None


def _is_steep(cycle: Cycle, unstable: int) -> bool:
    """Tell whether a cycle next to a fold has as many unstable multipliers as others, and none near 1."""
    return cycle.unstable == unstable and bool(np.min(np.abs(cycle.multipliers - 1.0)) > CIRCLE)


def _moved_through(stretch: Stretch, distance: float, beside: float) -> int:
    """Return -1 if one multiplier goes from beyond 1 to beyond -1 around a distance, 1 if it comes back, else 0."""
    around = [stretch.at(distance + way) for way in (-beside, beside)]
    counts = [_beyond(cycle) for cycle in around if cycle is not None]
    if len(counts) < 2:
        return 0
    (above, below), (above_behind, below_behind) = counts
    return {(-1, 1): -1, (1, -1): 1}.get((above_behind - above, below_behind - below), 0)


def _beyond(cycle: Cycle) -> tuple[int, int]:
    """Return how many multipliers are larger than 1, and how many smaller than -1."""
    real = cycle.multipliers.real[is_real(cycle.multipliers)]
    return int(np.count_nonzero(real > 1)), int(np.count_nonzero(real < -1))


def _through_one(stretch: Stretch) -> list[CycleCrossing] | None:
    """Return the branch point at which a multiplier passes 1; nothing if it does at a fold, a rounding error away."""
    distance = stretch.zero(_beside_one)
    if distance is not None and _changes(stretch, distance, _slope):
        return []
    return _at_zero(stretch, "BPC", _beside_one)


def _changes(stretch: Stretch, distance: float, number: Callable[[Cycle], float]) -> bool:
    """Tell whether a number changes its sign around a distance."""
    beside = BESIDE * (stretch.upper - stretch.lower)
    around = [stretch.at(distance + way) for way in (-beside, beside)]
    values = [number(cycle) for cycle in around if cycle is not None]
    return len(values) == 2 and bool(values[0] * values[1] < 0)
