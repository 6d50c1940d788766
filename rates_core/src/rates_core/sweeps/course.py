"""The course of points on an executor: chunks go out, and what is kept of them is written as it comes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rates_core.simulation.progress import Progress
from rates_core.sweeps.chunks import Chunks
from rates_core.sweeps.executor import Executor
from rates_core.sweeps.interrupts import not_lost, uninterrupted
from rates_core.sweeps.result import SweepResult
from rates_core.sweeps.work import Chunk, Outcome
from rates_core.sweeps.writer import Writer
from rates_core.switches import switch


def followed(
    work: Callable[[Chunk], Outcome],
    writer: Writer,
    where: Executor,
    most: Callable[[], int],
    verbose: Any,
    unit: str,
    first: int = 1,
) -> None:
    """Run all points that are left, and write what is kept of them as it comes.

    Args:
        work: what a chunk is given to.
        writer: of what is kept.
        where: it runs.
        most: tells how many points a chunk may hold, as of now: workers come and go.
        verbose: whether progress is shown.
        unit: what a point is called there.
        first: number of points in the first chunk.

    Raises:
        KeyboardInterrupt: with what was done until then as its `result`, as any error of a function of the user's.
    """
    store = writer.store
    left = np.flatnonzero(~store.done)
    chunks = Chunks(store.content.samples, left, most(), first)
    with Progress(switch("verbose", verbose), len(left), unit) as progress, not_lost() as check:
        try:
            for outcome in where.run(work, chunks):
                chunks.most = most()
                chunks.learn(outcome)
                with uninterrupted():
                    writer.write(outcome)
                progress.advance(len(outcome.numbers))
                if outcome.interrupted:
                    raise KeyboardInterrupt
                check()
        except (KeyboardInterrupt, Exception) as stopped:
            stopped.result = SweepResult(store)  # type: ignore[union-attr]
            raise
    writer.close()
