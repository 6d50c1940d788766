"""How much one call of compiled code is asked for."""

from __future__ import annotations

import math

FIRST_STEPS = 200  # of the first call, from which the speed is measured
CALL_SECONDS = 0.2
MOST_BYTES = 2**24  # of the rows of a call


def steps_of_next(steps: int, taken: int, seconds: float) -> int:
    """Return how many steps the next call is asked for, after one that was asked for `steps` and took `taken`."""
    return max(1, min(8 * steps, int(max(taken, 1) * CALL_SECONDS / max(seconds, 1e-6))))


def room_for(needed: int, most: float = math.inf) -> int:
    """Return one of few numbers, so that other numbers compile nothing again, at least 8 and else at most `most`."""
    room = 8
    while room < needed and 8 * room <= most:
        room *= 8
    return room
