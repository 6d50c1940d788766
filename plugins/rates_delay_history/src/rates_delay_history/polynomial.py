"""A variable on one accepted step as a polynomial."""

from __future__ import annotations

from typing import Any

import numpy as np

COUNT = 8  # nodes, so that the error is of order 8 in the step
_ANGLES = (2 * np.arange(COUNT) + 1) * np.pi / (2 * COUNT)
NODES = (1 - np.cos(_ANGLES)) / 2  # Chebyshev's, between 0 and 1; the ends, where a variable may jump, are none of them
_WEIGHTS = (-1.0) ** np.arange(COUNT) * np.sin(_ANGLES)


def interpolated(values: np.ndarray, position: float) -> Any:
    """Return the polynomial through the values at `NODES` at a position, by the barycentric formula.

    Shape:
        values: (COUNT, …)
    """
    distances = position - NODES
    nearest = int(np.argmin(np.abs(distances)))
    if distances[nearest] == 0:
        value = values[nearest]
    else:
        shares = _WEIGHTS / distances
        value = np.tensordot(shares / shares.sum(), values, axes=1)
    return value.item() if np.ndim(value) == 0 else np.array(value)
