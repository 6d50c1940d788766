"""How many stages the chain of a distributed delay has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


def stages_of(delay: Any, spread: Any) -> np.ndarray:
    """Return `max(1, round((delay/spread)²))`, the order of the gamma kernel with this mean and standard deviation."""
    import numpy as np

    return np.asarray(np.maximum(1, np.round((np.asarray(delay) / np.asarray(spread)) ** 2))).astype(int)
