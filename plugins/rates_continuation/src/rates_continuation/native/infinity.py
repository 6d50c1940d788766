"""Tell where a curve goes to infinity, as it does at a pole of its equations.

There states grow without end while the parameter comes to a value. Steps that grow with the states would go on until
these overflow, through equations of which rounding has left nothing.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from rates_continuation.native.curve import Place

GROWN = 1e3  # times its scale: a state that has grown so much
NEAR = 1e-6  # of the scale of the parameter: while that has not changed by more


class Growth:
    """The last points of a curve, between which the parameter has hardly changed.

    Args:
        start: of the curve.
    """

    def __init__(self, start: Place) -> None:
        self._last = deque([start])

    def is_endless(self, place: Place) -> bool:
        """Take the next point of the curve, and tell whether a state has become large since the first of the last."""
        p, near = place.z[-1], NEAR * place.scale[-1]
        while self._last and abs(self._last[0].z[-1] - p) > near:
            self._last.popleft()
        self._last.append(place)
        first = self._last[0]
        return bool(np.any(np.abs(place.z[:-1]) > GROWN * first.scale[:-1]))
