"""Find where the stability of equilibria changes between two points of a curve, and what happens there.

Eigenvalues cross the imaginary axis one by one: a real one at a fold or at a branch point, a pair at a Hopf point; a
real one touches it only where the curve turns round at a branch point, as a pitchfork does on its prongs. What happens
is told by how many eigenvalues have a positive real part at both ends, and whether the curve turns round; an interval
in which more happens is halved. Each crossing is then solved for by equations of its own, and counts only if their
solution lies in the interval. So neutral saddles, at which λ and -λ are eigenvalues, are no Hopf points.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from attrs import frozen
from scipy.linalg import eig, svd

from rates_continuation.native.branching import BranchEquations
from rates_continuation.native.curve import ImplicitCurve
from rates_continuation.native.equations import Equations, newton
from rates_continuation.native.equilibria import Equilibrium, EquilibriumEquations, is_unstable
from rates_continuation.native.fold import FoldEquations
from rates_continuation.native.hopf import HopfEquations

Kind = Literal["LP", "HB", "BP"]
CLOSE = 1e-3  # to the imaginary axis, of the largest eigenvalue: others change sign by way of infinity, at a pole
SHORTEST = 1e-7  # interval in scales, below which crossings are not told apart
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
    """Yield what happens between two neighbouring points of a curve, in the order of the curve."""
    kind = _kind(one, other)
    if kind == "none":
        return
    found = _solved(kind, equations, one, other) if kind != "several" else None
    if found is not None:
        yield found
        return
    length = float(np.linalg.norm((other.place.z - one.place.z) / one.place.scale))
    place = ImplicitCurve(equations).middle(one.place, other.place) if length > SHORTEST else None
    if place is None:
        if _may_cross(one, other):
            yield _unknown(equations, one, other, length)
        return
    between = Equilibrium.of(equations, place)
    yield from crossings(equations, one, between)
    yield from crossings(equations, between, other)


def _kind(one: Equilibrium, other: Equilibrium) -> Kind | Literal["none", "several"]:
    turns = one.place.tangent[-1] * other.place.tangent[-1] < 0
    kinds: dict[tuple[bool, int], Kind | Literal["none"]]
    kinds = {(False, 0): "none", (True, 1): "LP", (False, 1): "BP", (True, 0): "BP", (False, 2): "HB"}
    return kinds.get((turns, abs(other.unstable - one.unstable)), "several")


def _solved(kind: str, equations: EquilibriumEquations, one: Equilibrium, other: Equilibrium) -> Crossing | None:
    """Return the crossing of a kind in an interval, or None if there is none."""
    nearer = min(one, other, key=_distance)
    solve = {"LP": _fold, "HB": _hopf, "BP": _branch}[kind]
    found = solve(equations, nearer)
    if found is None or not _lies_between(found.z, one, other):
        return None
    return found


def _distance(point: Equilibrium) -> float:
    """Return how far eigenvalues are from the imaginary axis."""
    return float(np.min(np.abs(point.eigenvalues.real)))


def _may_cross(one: Equilibrium, other: Equilibrium) -> bool:
    """Tell whether the eigenvalues that change sign are near the axis; at a pole they go by way of infinity."""
    fewer, more = sorted((one, other), key=lambda point: point.unstable)
    changed = more.unstable - fewer.unstable or 1
    unstable = np.sort(more.eigenvalues.real[is_unstable(more.eigenvalues)])
    stable = np.sort(-fewer.eigenvalues.real[~is_unstable(fewer.eigenvalues)])
    near = CLOSE * min(float(np.max(np.abs(point.eigenvalues))) for point in (one, other))
    return all(len(part) >= changed and part[changed - 1] < near for part in (unstable, stable))


def _lies_between(z: np.ndarray, one: Equilibrium, other: Equilibrium) -> bool:
    chord = (other.place.z - one.place.z) / one.place.scale
    way = (z - one.place.z) / one.place.scale
    length = float(np.linalg.norm(chord))
    along = float(way @ chord) / length**2
    aside = float(np.linalg.norm(way - along * chord))
    return -AROUND <= along * length <= length + AROUND and aside <= 0.5 * length + SHORTEST


def _fold(equations: EquilibriumEquations, near: Equilibrium) -> Crossing | None:
    left, _, right = svd(near.states)
    place = near.place
    own = FoldEquations(equations, equations.states, place.scale, left[:, -1], right[-1])
    found = newton(own, place.z, place.scale, most=20)
    if found is None:
        return None
    return Crossing("LP", found.z, own.renewed(found.z), found.z, found.error, _residual(equations, found.z))


def _hopf(equations: EquilibriumEquations, near: Equilibrium) -> Crossing | None:
    values, left, right = eig(near.states, left=True)
    pairs = np.nonzero(values.imag > 0)[0]
    if not len(pairs):
        return None
    which = pairs[np.argmin(np.abs(values[pairs].real))]
    omega, place = float(values[which].imag), near.place
    own = HopfEquations(equations, equations.states, place.scale, left[:, which], right[:, which])
    states = equations.states
    found = newton(own, np.insert(place.z, states, omega), np.insert(place.scale, states, omega), most=20)
    if found is None or not found.z[states] > SHORTEST * omega:
        return None
    z = np.delete(found.z, states)
    return Crossing("HB", z, own.renewed(found.z), found.z, found.error, _residual(equations, z), found.z[states])


def _branch(equations: EquilibriumEquations, near: Equilibrium) -> Crossing | None:
    place = near.place
    left, _, right = svd(equations.jacobian(place.z))
    own = BranchEquations(equations, place.scale, left[:, -1], right[-2:].T)
    found = newton(own, np.append(place.z, 0.0), np.append(place.scale, 1.0), most=20)
    if found is None:
        return None
    z = found.z[:-1]
    if _residual(equations, z) > 1e-8 * max(1.0, float(np.max(np.abs(z)))):
        return None
    return Crossing("BP", z, own, found.z, found.error, _residual(equations, z))


def _unknown(equations: EquilibriumEquations, one: Equilibrium, other: Equilibrium, length: float) -> Crossing:
    z = 0.5 * (one.place.z + other.place.z)
    return Crossing("", z, None, None, length, _residual(equations, z))


def _residual(equations: EquilibriumEquations, z: np.ndarray) -> float:
    return float(np.max(np.abs(equations.residual(z))))
