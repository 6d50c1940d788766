"""Progress of curves that are followed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from typing import Any

from attrs import evolve
from rates_core.simulation.progress import Progress
from rates_core.switches import switch

from rates_continuation.bounds import checked_steps
from rates_continuation.interrupts import interruptible
from rates_continuation.native.tracing import Steps


@contextmanager
def shown_steps(max_step: Any, max_points: Any, verbose: Any) -> Iterator[Steps]:
    """Give steps that are counted while they are taken, on a terminal; nobody knows how many there will be.

    Ctrl-C ends curves at their next point.

    Warns:
        RuntimeWarning: it was pressed.

    Raises:
        ArgumentError: they are no positive numbers, or `verbose` is neither True nor False.
    """
    steps = checked_steps(max_step, max_points)
    with Progress(switch("verbose", verbose), inf, "point") as progress, interruptible() as interrupts:
        yield evolve(steps, taken=lambda: progress.advance(1), interrupts=interrupts)
