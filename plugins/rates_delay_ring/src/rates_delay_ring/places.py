"""Where the entries of a read lie among samples, as loops without calls take them."""

from __future__ import annotations

from typing import Any

import numpy as np
from rates_core.delays.strategy import Gather
from rates_core.system.shapes import Shape


def placed(shape: Shape, index: Any, rows: np.ndarray, weights: np.ndarray, slopes: np.ndarray | None) -> Gather:
    """Return where entries lie whose first samples stand in some rows.

    Args:
        shape: of the slot.
        index: which of its entries are read, None for all.
        rows: one per entry, or one for all of them.
        weights: `[..., entries, samples]`, as many as rows.
        slopes: their derivatives by the delay, or None.
    """
    if not shape:
        return _compact(rows, weights, slopes)
    entries = np.arange(shape[0]) if index is None else np.asarray(index).reshape(-1)
    if rows.size == 1 < entries.size:
        rows, weights = np.repeat(rows, entries.size), np.repeat(weights, entries.size, axis=-2)
        slopes = None if slopes is None else np.repeat(slopes, entries.size, axis=-2)
    places = rows * shape[0]
    places += entries
    return _compact(places, weights, slopes)


def _compact(places: np.ndarray, weights: np.ndarray, slopes: np.ndarray | None) -> Gather:
    """Return a gather with places in few bytes, since many are read at every step."""
    small = places.size == 0 or places.max() < 2**32
    return Gather(places.astype(np.uint32 if small else np.uint64), np.ascontiguousarray(weights), slopes)
