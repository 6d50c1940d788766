"""Find points of codimension two on curves of folds and of Hopf points.

Test functions that change their sign between two points of a curve say what happens there:

    CP  cusp                w·B(v, v) = 0 on a curve of folds: the fold has no quadratic term
    BT  Bogdanov-Takens     w·v = 0 on a curve of folds, ω = 0 on one of Hopf points: 0 is a double eigenvalue
    ZH  zero-Hopf           a pair crosses the axis on a curve of folds, or a real eigenvalue on one of Hopf points
    GH  generalised Hopf    the first Lyapunov coefficient is 0
    HH  double Hopf         another pair crosses the axis on a curve of Hopf points

An interval in which more happens than one of these is halved. The zero is then looked for along the curve; it counts
if the test function is small there: it may change its sign by way of infinity, as the Lyapunov coefficient does at ZH.

References:
    kuznetsov2004, sections 8.1 and 10.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from attrs import frozen
from scipy.optimize import brentq

from rates_continuation.native.crossings import SHORTEST
from rates_continuation.native.loci import FoldPoint, LocusPoint

CLOSE = 1e-3  # to the imaginary axis, of the largest eigenvalue: others change sign by way of infinity, at a pole
SMALL = 0.01  # of its values at the ends: a test function that is larger beside its zero has a pole there
EXACT = 1e-14  # of an interval, to which a zero is looked for
BESIDE = 1e-5  # of an interval: so far beside a zero the test function is tried again, to estimate the error
FACING = 0.5  # cosine between null vectors, below which it is not clear which signs belong together

Test = Callable[[LocusPoint], float]


@frozen(eq=False)
class Degeneracy:
    """A point of codimension two.

    Attributes:
        kind: `CP`, `BT`, `ZH`, `GH`, `HH`; empty for several at one place that could not be told apart.
        point: of the curve.
        error: estimate of its error, in scales.
    """

    kind: str
    point: LocusPoint
    error: float


def degeneracies(one: LocusPoint, other: LocusPoint) -> Iterator[Degeneracy]:
    """Yield what happens between two neighbouring points of a curve, in the order of the curve."""
    kinds = _kinds(one, other)
    if not kinds:
        return
    found = solved_for(kinds[0], one, other) if len(kinds) == 1 else None
    if found is not None:
        yield found
        return
    half = middle(one, other)
    if half is None:
        yield from _close(kinds, one, other)
        return
    yield from degeneracies(one, half)
    yield from degeneracies(half, other)


def middle(one: LocusPoint, other: LocusPoint) -> LocusPoint | None:
    """Return the point halfway between two points; None if they are too close to each other, or it is not found."""
    if length_between(one, other) <= SHORTEST:
        return None
    return between(one, other, 0.5)


def solved_for(kind: str, one: LocusPoint, other: LocusPoint) -> Degeneracy | None:
    """Return the point of a kind at which a test function changes its sign between two points, or None."""
    test = _test(kind, one, other)
    begin, end = test(one), test(other)
    if not _differ(begin, end):
        return None

    def value(share: float) -> float:
        if share in (0.0, 1.0):
            return end if share else begin
        point = between(one, other, share)
        if point is None:
            raise ArithmeticError
        return test(point)

    try:
        share = float(brentq(value, 0.0, 1.0, xtol=EXACT, rtol=4 * np.finfo(float).eps))
        point = between(one, other, share)
        low, high = value(max(0.0, share - BESIDE)), value(min(1.0, share + BESIDE))
    except ArithmeticError:
        return None
    least = SMALL * max(abs(begin), abs(end))
    if point is None or not max(abs(low), abs(high)) < least or not _is(kind, point, test(point)):
        return None
    beside = abs(0.5 * (low + high) / (high - low)) * 2 * BESIDE if high != low else 1.0
    return Degeneracy(kind, point, beside * length_between(one, other) + point.place.error)


def _kinds(one: LocusPoint, other: LocusPoint) -> list[str]:
    """Return what happens in an interval, as far as points tell; several if it is not clear."""
    change = abs(other.unstable - one.unstable)
    if isinstance(one, FoldPoint) and isinstance(other, FoldPoint):
        if min(np.abs(one.facing(other))) < FACING:
            return ["CP", "BT", "ZH"]
        of_folds = {(False, 0): [], (True, 1): ["BT"], (False, 2): ["ZH"]}
        double = of_folds.get((_flips("BT", one, other), change), ["BT", "ZH"])
        return [*double, *(["CP"] if _flips("CP", one, other) else [])]
    of_pairs = {0: [], 1: ["ZH"], 2: ["HH"]}
    pole = change % 2 == 1  # of the Lyapunov coefficient, where a real eigenvalue is 0
    return [*of_pairs.get(change, ["ZH", "HH"]), *(["GH"] if _flips("GH", one, other) != pole else [])]


def _flips(kind: str, one: LocusPoint, other: LocusPoint) -> bool:
    test = _test(kind, one, other)
    if kind in ("CP", "GH") and all(abs(point.nonlinear) <= point.rounding for point in (one, other)):
        return False
    return _differ(test(one), test(other))


def _differ(one: float, other: float) -> bool:
    """Tell whether the signs of two numbers differ; that of 0 is the positive one."""
    return bool(np.isfinite(one) and np.isfinite(other) and (one < 0) != (other < 0))


def _test(kind: str, one: LocusPoint, other: LocusPoint) -> Test:
    """Return a function that changes its sign at a point of a kind."""
    if kind in ("ZH", "HH"):
        most = max(one.unstable, other.unstable)
        return lambda point: float(point.others[most - 1].real)

    def test(point: LocusPoint) -> float:
        value = point.nonlinear if kind in ("CP", "GH") else point.double
        if not isinstance(point, FoldPoint) or not isinstance(one, FoldPoint):
            return value
        left, right = np.sign(one.facing(point))  # null vectors have no sign of their own
        return float(value * left if kind == "CP" else value * left * right)

    return test


def _is(kind: str, point: LocusPoint, value: float) -> bool:
    """Tell whether the eigenvalue that crosses at ZH and HH is real, or complex, as it has to be."""
    if kind not in ("ZH", "HH"):
        return True
    crossing = point.others[np.argmin(np.abs(point.others.real - value))]
    wanted = kind == "HH" or isinstance(point, FoldPoint)
    return bool(wanted == (abs(crossing.imag) > 0))


def _close(kinds: list[str], one: LocusPoint, other: LocusPoint) -> Iterator[Degeneracy]:
    """Yield what happens where several things happen at one place."""
    crossing = [kind for kind in kinds if kind not in ("CP", "GH")]
    tried = [kind for kind in kinds if kind not in crossing or len(crossing) == 1]
    found = [each for each in (solved_for(kind, one, other) for kind in tried) if each is not None]
    yield from found
    known = any(each.kind in crossing for each in found)
    if crossing and not known and other.unstable != one.unstable and _may_cross(one, other):
        # the equations are singular at a zero that is a branch point too: it is known only to lie in the interval
        kind = crossing[0] if len(crossing) == 1 else ""
        yield Degeneracy(kind, other, length_between(one, other))


def _may_cross(one: LocusPoint, other: LocusPoint) -> bool:
    """Tell whether the eigenvalues that change sign are near the axis; at a pole they go by way of infinity."""
    near = CLOSE * min(float(np.max(np.abs(point.eigenvalues))) for point in (one, other))
    numbers = range(*sorted((one.unstable, other.unstable)))
    return all(abs(point.others[number].real) < near for number in numbers for point in (one, other))


def between(one: LocusPoint, other: LocusPoint, share: float) -> LocusPoint | None:
    """Return the point of a curve at a share of the way between two of its points."""
    chord = other.place.z - one.place.z
    along = (1 - share) * one.place.tangent + share * other.place.tangent
    place = other.curve.place(one.place.z + share * chord, chord, along, other.place.scale)
    return None if place is None else other.curve.point(place)


def length_between(one: LocusPoint, other: LocusPoint) -> float:
    """Return the distance of two points, in scales."""
    return float(np.linalg.norm((other.place.z - one.place.z) / one.place.scale))
