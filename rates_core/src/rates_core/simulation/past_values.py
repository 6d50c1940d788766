"""Delayed reads of methods that choose their steps."""

from __future__ import annotations

from typing import Any

import numpy as np

from rates_core.delays.present import Present

Values = tuple[Any, ...]


class Reads:
    """All reads of a run.

    What is stored ends with the last accepted step, and a read whose delay is 0 lies behind it: it takes its value
    from the present state.

    Args:
        present: reads without delay.
        history: the stored past; None without delays.
    """

    def __init__(self, present: Present, history: Any) -> None:
        self.history = history
        self._present = present

    @property
    def present(self) -> bool:
        """Tell whether a read has no delay."""
        return bool(self._present)

    def at(self, t: float, y: np.ndarray, inputs: Values) -> Values:
        """Return all reads at a time, where the state is y."""
        if self.history is None:
            return ()
        stored: Values = self.history.read(t)
        return self._present.filled(stored, t, y, inputs) if self._present else stored
