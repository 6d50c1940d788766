"""What a driver is told of delays, for solvers of libraries that keep the past themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from rates_core.programs.trail import Trail


@frozen(eq=False)
class Past:
    """How late the variables of a problem are read, and what they were before its start.

    What is read late is in the System, as `reads`; lists here have one entry per read.

    Attributes:
        delays: of each read: one number, or one per entry; 0 is the present.
        entries: which entries of its variable each read takes, or None for all.
        before: value of a variable that is read late, by its path, at a time before the start of the problem.
        constants: of those variables what each was all the time before the start, by path; those that changed are not
            in it.
        trail: returns the same past as polynomials on steps, or None where it is not to be had as such.
    """

    delays: Sequence[Any]
    entries: Sequence[Any]
    before: Callable[[str, float], Any]
    constants: Mapping[str, Any]
    trail: Callable[[], Trail | None]

    @property
    def longest(self) -> float:
        """Return the longest delay."""
        return max((float(np.max(delay)) for delay in self.delays if np.size(delay)), default=0.0)
