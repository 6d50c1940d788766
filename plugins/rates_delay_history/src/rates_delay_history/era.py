"""What held during one run: its parameters, its delays and its inputs."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
from rates_core.delays.present import Present
from rates_core.delays.strategy import StorageContext, no_draws

from rates_delay_history.late import Late


class Era:
    """Computes variables as one run does.

    Args:
        context: the run.
    """

    def __init__(self, context: StorageContext) -> None:
        self.context = context
        reads, shapes = context.system.reads, context.system.shapes
        self.reads = tuple(
            Late(read, shapes[read.slot], delay, index)
            for read, delay, index in zip(reads, context.delays, context.indices, strict=True)
        )
        self._present = Present(context.system, context.kernel, context.delays, context.indices, context.arguments)

    @property
    def instant(self) -> bool:
        """Tell whether a read has no delay."""
        return bool(self._present)

    @property
    def longest(self) -> float:
        """Return the longest delay."""
        return max((read.longest for read in self.reads), default=0.0)

    def slots(
        self, t: float, y: np.ndarray, needed: Collection[int], read: Callable[[Late, float], Any]
    ) -> tuple[Any, ...]:
        """Return the stored variables at a time.

        Args:
            t: the time.
            y: state there.
            needed: numbers of the reads that the wanted ones depend on.
            read: returns what a read gives at a time.
        """
        context, inputs = self.context, self.context.inputs(t)
        found = tuple(read(late, t) if number in needed else late.nothing for number, late in enumerate(self.reads))
        if self._present:
            found = self._present.filled(found, t, y, inputs)
        return context.kernel.slots(t, y, inputs, found, no_draws(context.system))
