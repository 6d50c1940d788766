"""What was computed last, of functions that are asked for several things at one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np

Found = TypeVar("Found")


class Latest(Generic[Found]):
    """A function of unknowns that keeps its last value; nobody must change that."""

    def __init__(self) -> None:
        self._known: dict[bytes, Found] = {}

    def __reduce__(self) -> tuple[type[Latest[Found]], tuple[()]]:
        """Return one that knows nothing yet: factors of matrices are not sent anywhere."""
        return Latest, ()

    def at(self, z: np.ndarray, compute: Callable[[np.ndarray], Found]) -> Found:
        """Return the value at a place, which is computed if that is another one than last time."""
        key = z.tobytes()
        found = self._known.get(key)
        if found is None:
            found = compute(z)
            self._known = {key: found}
        return found
