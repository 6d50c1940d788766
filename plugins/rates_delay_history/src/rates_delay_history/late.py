"""One delayed read of a run."""

from __future__ import annotations

from typing import Any

import numpy as np
from rates_core.programs.trail import Lag
from rates_core.system.system import Read


class Late:
    """A read, its delay and the entries that it takes.

    Attributes:
        read: as the System has it.
        delay: one number, or one per entry.
        index: which entries of the slot it takes; None for all.
        order: the entries from the longest delay to the shortest, so that what they read is in the order of time.
        delays: in this order.
        entries: the entry of the slot that each takes, in this order; None for a slot that is a number.
        longest: the longest one.
        nothing: a value where none is needed.
    """

    def __init__(self, read: Read, shape: tuple[int, ...], delay: Any, index: Any) -> None:
        self.read, self.delay, self.index = read, delay, index
        self.longest = float(np.max(delay)) if np.size(delay) else 0.0
        self.nothing = np.zeros(read.shape) if read.shape else 0.0
        if np.ndim(delay):
            self.order = np.argsort(-delay, kind="stable")
            self.delays = delay[self.order]
            taken = np.arange(len(delay)) if index is None else np.asarray(index)
            self.entries = taken[self.order] if shape else None

    def lag(self, width: int) -> Lag:
        """Return what it takes from the past as data.

        Args:
            width: number of entries of its slot.
        """
        size = self.nothing.size if isinstance(self.nothing, np.ndarray) else 1
        order = self.order if np.ndim(self.delay) else np.arange(size)
        taken = np.arange(width) if self.index is None else np.asarray(self.index)
        sources = np.broadcast_to(taken if width > 1 else 0, size)[order]
        delays = np.broadcast_to(self.delay, size)[order]
        return Lag(np.ascontiguousarray(delays), np.ascontiguousarray(sources), order)

    def taken(self, value: Any, first: int, last: int) -> np.ndarray:
        """Return some of the entries, in this order, of a slot's value."""
        if self.entries is None or not np.ndim(value):
            return np.full(last - first, value)
        return np.asarray(np.asarray(value)[self.entries[first:last]])
