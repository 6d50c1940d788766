"""How far back samples are read, where computed variables are computed inside steps and read something late there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from rates_core.delays.dependence import Dependence


def reach_of(dependence: Dependence, delays: Sequence[float]) -> float:
    """Return the longest sum of delays of which each belongs to a read of what the one before it reads.

    Args:
        dependence: what computed variables read.
        delays: the longest one of each read.

    Returns:
        The sum; infinite where a computed variable reads itself in the end.
    """
    if dependence.recurrent:
        return math.inf
    behind: dict[str, float] = {}

    def farthest(reads: Iterable[int]) -> float:
        return max((delays[number] + from_slot(dependence.system.reads[number].slot) for number in reads), default=0.0)

    def from_slot(slot: str) -> float:
        if slot not in behind:
            behind[slot] = farthest(dependence.needed_reads.get(slot, ()))
        return behind[slot]

    return farthest(range(len(delays)))


def oldest_read(step: int, longest: int, looked_into: Iterable[int]) -> int:
    """Return a step before which nothing is read, when a variable reads itself inside steps.

    Args:
        step: the present one.
        longest: delay, in steps.
        looked_into: steps that reads may look into, in order.
    """
    oldest = step - longest
    for inside in reversed(list(looked_into)):
        if inside + 1 < oldest:
            break
        oldest = min(oldest, inside - longest)
    return oldest
