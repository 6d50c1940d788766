"""Find where the stability of equilibria changes between two points of a curve, and what happens there.

Eigenvalues cross the imaginary axis one by one: a real one at a fold or at a branch point, a pair at a Hopf point; a
real one touches it only where the curve turns round at a branch point, as a pitchfork does on its prongs. What happens
is told by how many eigenvalues have a positive real part at both ends, and whether the curve turns round; an interval
in which more happens, or may happen unseen, is halved. Each crossing is then solved for by equations of its own, and
counts only if their solution lies in the interval. So neutral saddles, at which λ and -λ are eigenvalues, are no Hopf
points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
from attrs import frozen
from scipy.optimize import linear_sum_assignment

from rates_continuation.native.approach import comes_to_axis
from rates_continuation.native.branching import BranchEquations
from rates_continuation.native.curve import ImplicitCurve, Place
from rates_continuation.native.equations import Equations, newton
from rates_continuation.native.equilibria import Equilibrium, EquilibriumEquations, is_unstable
from rates_continuation.native.fold import FoldEquations
from rates_continuation.native.hopf import HopfEquations
from rates_continuation.native.spectrum import eigenvectors, kernel, null_vectors

Kind = Literal["LP", "HB", "BP"]
GAP, WIDE = "gap", 1e-4  # between points on two curves; less wide in scales, something else hides what is between
PART = 0.9  # of an interval: so much of it may lie to each side of a point about halfway
HALFWAY = (0.5, 0.45, 0.55)  # shares of an interval: one of them is no pole, and no place at which branches cross
SHORTEST = 1e-7  # interval in scales, below which crossings are not told apart
ALONG = 1e-6  # of the change of a pair of eigenvalues: what goes along the axis has no more across it, by rounding
APART = 1e-4  # of what it sums: a product of eigenvectors below is nothing, as where two pairs of eigenvalues meet
AROUND = 1e-6  # in scales: so much may a solution lie beside an interval, by rounding of the ends


@frozen(eq=False)
class Crossing:
    """A place at which eigenvalues cross the imaginary axis.

    Attributes:
        kind: what happens there: a fold, a Hopf point, a branch point; empty if that could not be found out.
        z: states and parameters.
        equations: which it solves; None for one of no kind.
        solution: of these equations.
        error: estimate of the error of `z`, in scales.
        residual: largest rate of change there.
        omega: imaginary part of the pair that crosses.
    """

    kind: str
    z: np.ndarray
    equations: Equations | None
    solution: np.ndarray | None
    error: float
    residual: float
    omega: float = 0.0


def crossings(equations: EquilibriumEquations, one: Equilibrium, other: Equilibrium) -> Iterator[Crossing]:
    """Yield what happens between two neighbouring points of a curve, in the order of the curve.

    Args:
        equations: of the curve.
        one: point.
        other: the next one.
    """
    yield from (each for each in told_apart(equations, one, other) if each.kind != GAP)


def told_apart(
    equations: EquilibriumEquations, one: Equilibrium, other: Equilibrium, known: Sequence[Crossing] = ()
) -> Iterator[Crossing]:
    """Yield what happens between two neighbouring points, and gaps: these are on two curves, on two sides of a pole.

    Args:
        equations: of the curve.
        one: point.
        other: the next one.
        known: Hopf points that were found in a larger interval.
    """
    hidden = _may_hide(one, other)
    if _kind(one, other) == "none" and not hidden:
        return
    found, complete = ([], False) if hidden else _explained(equations, one, other, known)
    length = _length(one.place, other.place)
    if not complete and length > SHORTEST:
        between = _between(equations, one, other)
        if between is not None:
            yield from told_apart(equations, one, between, found)
            yield from told_apart(equations, between, other, found)
            return
    if hidden:  # and not told apart
        found, complete = _explained(equations, one, other, known)
    if complete:
        yield from found
    elif length > WIDE:
        yield _unknown(equations, one, other, length, GAP)
    elif comes_to_axis(equations, one, other, max(length, SHORTEST)):
        yield _unknown(equations, one, other, length)


def _explained(
    equations: EquilibriumEquations, one: Equilibrium, other: Equilibrium, known: Sequence[Crossing]
) -> tuple[list[Crossing], bool]:
    """Return what is found in an interval, and whether that is all that numbers of unstable eigenvalues ask for."""
    kind = _kind(one, other)
    if kind == "none":
        return [], True
    if kind == "LP" or kind == "BP":
        found = _solved(kind, equations, one, other)
        return found, len(found) == 1
    return _hopfs(equations, one, other, known)


def _kind(one: Equilibrium, other: Equilibrium) -> Kind | Literal["none", "several"]:
    turns = one.place.tangent[-1] * other.place.tangent[-1] < 0
    kinds: dict[tuple[bool, int], Kind | Literal["none"]]
    kinds = {(False, 0): "none", (True, 1): "LP", (False, 1): "BP", (True, 0): "BP", (False, 2): "HB"}
    return kinds.get((turns, abs(other.unstable - one.unstable)), "several")


def _may_hide(one: Equilibrium, other: Equilibrium) -> bool:
    """Tell whether more may happen than numbers of unstable eigenvalues say.

    Each eigenvalue is taken for that which is nearest at the other point. Some may enter while others leave. Where some
    change sides, a pair that is real at one point and complex at the other may have crossed before it became real, if
    it is among these, or has moved by more than its distance to the axis.
    """
    fewest = min(point.spectrum.known for point in (one, other))
    here, there = (point.eigenvalues[:fewest] for point in (one, other))
    there = there[linear_sum_assignment(np.abs(here[:, None] - there))[1]]
    change = is_unstable(there).astype(int) - is_unstable(here)
    moved = np.abs(here - there) > np.minimum(np.abs(here.real), np.abs(there.real))
    parted = (moved | (change != 0)) & ((here.imag == 0) != (there.imag == 0))
    return bool((np.any(parted) and np.any(change)) or (np.any(change > 0) and np.any(change < 0)))


def _solved(
    kind: Literal["LP", "BP"], equations: EquilibriumEquations, one: Equilibrium, other: Equilibrium
) -> list[Crossing]:
    """Return the fold or the branch point in an interval; none if it is not found."""
    nearer = min(one, other, key=_distance)
    found = _fold(equations, nearer) if kind == "LP" else _branch(equations, nearer)
    return [found] if found is not None and _lies_between(found.z, one, other) else []


def _hopfs(
    equations: EquilibriumEquations, one: Equilibrium, other: Equilibrium, known: Sequence[Crossing]
) -> tuple[list[Crossing], bool]:
    """Return the Hopf points in an interval, with one branch point at most, and whether these are all that happens."""
    fewer, more = sorted((one, other), key=lambda point: point.unstable)
    changed = more.unstable - fewer.unstable
    ends = {
        "more": _pairs(more.eigenvalues[is_unstable(more.eigenvalues)][-changed:]),
        "fewer": _pairs(fewer.eigenvalues[~is_unstable(fewer.eigenvalues)][:changed]),
    }
    count = max(map(len, ends.values()))
    turns = one.place.tangent[-1] * other.place.tangent[-1] < 0
    if turns or not count or changed - 2 * count not in (0, 1):  # halves of the interval tell more
        return [], False
    end = min((end for end in ends if len(ends[end]) == count), key=lambda end: float(np.min(np.abs(ends[end].real))))
    near, far = (more, fewer) if end == "more" else (fewer, more)
    found = [each for each in known if each.kind == "HB" and _lies_between(each.z, one, other)]
    for value in ends[end]:
        if len(found) >= count:
            break
        hopf = _hopf(equations, near, value, far)
        if hopf is None or not _lies_between(hopf.z, one, other):
            return found, False
        if not any(_is_same(hopf, each, one.place.scale) for each in found):
            found.append(hopf)
    complete = len(found) == count
    if complete and changed > 2 * count:
        branching = _solved("BP", equations, one, other)
        found, complete = found + branching, len(branching) == 1
    chord = (other.place.z - one.place.z) / one.place.scale**2
    return sorted(found, key=lambda each: float(chord @ each.z)), complete


def _pairs(eigenvalues: np.ndarray) -> np.ndarray:
    """Return one of each pair of complex eigenvalues, that which is nearest to the imaginary axis first."""
    pairs = eigenvalues[eigenvalues.imag > 0]
    return pairs[np.argsort(np.abs(pairs.real), kind="stable")]


def _is_same(one: Crossing, other: Crossing, scale: np.ndarray) -> bool:
    """Tell whether two Hopf points are one."""
    near = float(np.linalg.norm((one.z - other.z) / scale)) < SHORTEST
    return near and abs(one.omega - other.omega) < SHORTEST * one.omega


def _distance(point: Equilibrium) -> float:
    """Return how far eigenvalues are from the imaginary axis."""
    return float(np.min(np.abs(point.eigenvalues.real), initial=np.inf))


def _lies_between(z: np.ndarray, one: Equilibrium, other: Equilibrium) -> bool:
    chord = (other.place.z - one.place.z) / one.place.scale
    way = (z - one.place.z) / one.place.scale
    length = float(np.linalg.norm(chord))
    along = float(way @ chord) / length**2
    aside = float(np.linalg.norm(way - along * chord))
    return -AROUND <= along * length <= length + AROUND and aside <= 0.5 * length + SHORTEST


def _fold(equations: EquilibriumEquations, near: Equilibrium) -> Crossing | None:
    vectors, place = null_vectors(near.states), near.place
    if vectors is None:
        return None
    own = FoldEquations(equations, equations.states, place.scale, vectors.left, vectors.right)
    found = newton(own, place.z, place.scale, most=20)
    if found is None:
        return None
    return Crossing("LP", found.z, own.renewed(found.z), found.z, found.error, _residual(equations, found.z))


def _hopf(equations: EquilibriumEquations, near: Equilibrium, value: complex, far: Equilibrium) -> Crossing | None:
    """Return the Hopf point of a pair of eigenvalues; where it is looked for follows from how they change.

    Args:
        equations: of the curve.
        near: a point of it.
        value: the eigenvalue there with a positive imaginary part.
        far: the point at the other end of an interval.
    """
    vectors, place, states = eigenvectors(near.states, value), near.place, equations.states
    if vectors is None:
        return None
    own = HopfEquations(equations, states, place.scale, vectors.left, vectors.right)
    chord = far.place.z - place.z
    change = vectors.left.conj() @ (equations.curvature(place.z, chord, place.scale)[:, :states] @ vectors.right)
    change = change / (vectors.left.conj() @ vectors.right)
    share = float(np.clip(np.nan_to_num(-value.real / change.real), 0.0, 1.0)) if change.real else 0.0
    omega = float(value.imag + share * change.imag)
    omega = omega if omega > 0 else float(value.imag)
    scale = np.insert(place.scale, states, omega)
    found = newton(own, np.insert(place.z + share * chord, states, omega), scale, most=20)
    if found is None or not found.z[states] > SHORTEST * omega or not _leaves(own, found.z, chord):
        return None
    z = np.delete(found.z, states)
    return Crossing("HB", z, own.renewed(found.z), found.z, found.error, _residual(equations, z), found.z[states])


def _leaves(hopf: HopfEquations, z: np.ndarray, chord: np.ndarray) -> bool:
    """Tell whether the pair of eigenvalues of a solution leaves the imaginary axis along a curve, and does so alone.

    One that stays there, as pairs of conservative systems do until they meet, solves the same equations anywhere; and
    where they meet, too, with eigenvectors from the left and the right whose product is 0.

    Args:
        hopf: equations.
        z: their solution.
        chord: direction of the curve.
    """
    own, _ = hopf.split(z)
    found = hopf.singular(z)
    left, right = found.left[:, 0], found.right[:, 0]
    if abs(left.conj() @ right) < APART * float(np.abs(left) @ np.abs(right)):
        return False
    change = hopf.equations.curvature(own, chord, hopf.scale)[:, : hopf.states] @ right
    speed = left.conj() @ change / (left.conj() @ right)
    size = np.linalg.norm(left) * np.linalg.norm(change) / abs(left.conj() @ right)
    return bool(abs(speed.real) > ALONG * size)


def _branch(equations: EquilibriumEquations, near: Equilibrium) -> Crossing | None:
    place = near.place
    vectors = kernel(equations.jacobian(place.z))
    if vectors is None:
        return None
    own = BranchEquations(equations, place.scale, vectors.left, vectors.right)
    found = newton(own, np.append(place.z, 0.0), np.append(place.scale, 1.0), most=20)
    if found is None:
        return None
    z = found.z[:-1]
    if _residual(equations, z) > 1e-8 * max(1.0, float(np.max(np.abs(z)))):
        return None
    return Crossing("BP", z, own, found.z, found.error, _residual(equations, z))


def _between(equations: EquilibriumEquations, one: Equilibrium, other: Equilibrium) -> Equilibrium | None:
    """Return a point about halfway between two points; None if the curve does not lead from one to the other."""
    length = _length(one.place, other.place)
    for share in HALFWAY:
        place = ImplicitCurve(equations).middle(one.place, other.place, share)
        if place is not None and max(_length(one.place, place), _length(place, other.place)) < PART * length:
            return Equilibrium.of(equations, place)
    return None


def _length(one: Place, other: Place) -> float:
    return float(np.linalg.norm((other.z - one.z) / one.scale))


def _unknown(
    equations: EquilibriumEquations, one: Equilibrium, other: Equilibrium, length: float, kind: str = ""
) -> Crossing:
    z = 0.5 * (one.place.z + other.place.z)
    return Crossing(kind, z, None, None, length, _residual(equations, z))


def _residual(equations: EquilibriumEquations, z: np.ndarray) -> float:
    return float(np.max(np.abs(equations.residual(z))))
