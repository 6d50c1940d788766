"""What cycles of Auto-07p show on finer meshes: which multipliers and special points are those of the model.

Where a cycle passes an equilibrium, as near to a homoclinic orbit, or follows a repelling part of the way, its largest
multiplier is that of exponential growth. On a mesh that does not resolve this, it is some number of either sign, which
may come to lie anywhere, at -1 too; Auto-07p's own digits cannot tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from attrs import evolve

from rates_continuation.native.boundary import SLIGHT
from rates_continuation.native.collocation import DEGREE, Care, adapted, node_times
from rates_continuation.native.cycle_crossings import confirmed
from rates_continuation.native.floquet import Cycle

MISSED = 1e-3  # by the multiplier that is 1: where it does so by more, the mesh is too coarse for the others
ROUNDS = 3  # times as many intervals as before
MORE = 2
CLEAR = 1e-2  # distance from the unit circle at which a multiplier has a side
FINEST = 1e-20  # error that is asked for: there are as many intervals as there may be


def solved(cycle: Cycle) -> Cycle | None:
    """Return a cycle to rounding, with the direction of its curve; None if it is not found."""
    curve, z = cycle.curve, cycle.place.z
    profile, numbers = curve.split(z)
    # Size, period and parameter do not all stand still where a curve turns round.
    along = np.append(profile - curve.weights @ profile, curve.numbers * np.sign(numbers))
    with np.errstate(all="ignore"):
        plane = curve.linearised(z).plane(along / curve.scale**2)
        tangent = None if plane is None else plane.direction()
    if tangent is None or not np.isfinite(tangent).all():
        return None
    place = curve.place(z, tangent, tangent, curve.scale)
    return None if place is None else Cycle.of(curve, place)


def on_finer_mesh(cycle: Cycle) -> Cycle | None:
    """Return a cycle on a mesh of more intervals, placed anew; None if it is not found."""
    curve = cycle.curve
    size = np.maximum(np.ptp(cycle.profile, axis=0), SLIGHT * curve.states)
    mesh = adapted(curve.mesh, cycle.profile, size, Care(FINEST, MORE * (len(curve.mesh) - 1)))
    z = curve.at_times(node_times(mesh, DEGREE), cycle.place.z)
    finer = evolve(curve, mesh=mesh, reference=curve.split(z)[0])
    return solved(evolve(cycle, curve=finer, place=evolve(cycle.place, z=z, scale=finer.scale)))


def trusted(cycle: Cycle) -> np.ndarray:
    """Return the multipliers of a cycle, on as fine a mesh as it takes until the one that is 1 is."""
    found: Cycle | None = cycle
    for _ in range(ROUNDS):
        if found is None or abs(found.trivial - 1.0) < MISSED:
            break
        cycle, found = found, on_finer_mesh(found)
    return (found or cycle).multipliers


def error_of(kind: str, cycle: Cycle) -> float | None:
    """Return how far a special cycle moves on finer meshes, as its parameter; None if it is not there on these."""
    again = solved(cycle)
    crossing = None if again is None else confirmed(kind, again)
    return None if crossing is None else float(np.max(np.abs(crossing.cycle.p - cycle.p)))


def unexplained(multipliers: Sequence[np.ndarray], special: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield pairs of cycles with different numbers of unstable directions, and nothing special between them.

    Args:
        multipliers: of each cycle along a curve.
        special: whether something is known to happen at each.
    """
    clear = [number for number, values in enumerate(multipliers) if np.all(np.abs(np.abs(values) - 1.0) > CLEAR)]
    for one, other in pairwise(clear):
        before, behind = (int(np.count_nonzero(np.abs(multipliers[number]) > 1.0)) for number in (one, other))
        if before != behind and not any(special[one : other + 1]):
            yield one, other
