"""A curve of equilibria as far as others are compared with it, and the branch that is made of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from attrs import frozen
from rates_core.simulation.field import VectorField

from rates_continuation.branch import Branch
from rates_continuation.equilibrium_branch import branch_of_equilibria
from rates_continuation.native.curve import Place
from rates_continuation.native.engine import Followed


@frozen(eq=False)
class Line:
    """A curve of equilibria, followed now or read from a file.

    Attributes:
        places: its points.
        located: its special points, with the number of the point before each.
        ended: why, at the first and at the last point.
        branch: makes the branch, once.
    """

    places: Sequence[Place]
    located: Sequence[tuple[int, np.ndarray]]
    ended: tuple[str, str]
    branch: Callable[[], Branch]

    @classmethod
    def of(cls, field: VectorField, found: Followed, cited: tuple[str, ...]) -> Line:
        """Return that which an engine has followed."""
        branch = cache(lambda: branch_of_equilibria(field, found, cited))
        return cls(found.places, found.located, found.ended, branch)
