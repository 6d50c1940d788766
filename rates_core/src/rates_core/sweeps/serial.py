"""The executor that runs one point after another, here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from rates_core.sweeps.executor import Executor, R, T


class Serial(Executor):
    """Run points in this thread. Work that is interrupted returns what it has."""

    def run(self, work: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R]:
        """Yield the results of one task after the other."""
        yield from map(work, tasks)
