"""An executor over a cluster of Dask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from rates_core.errors import ArgumentError
from rates_core.sweeps import Executor, checked_workers

from rates_dask.clusters import Connection, connected, started
from rates_dask.course import Course

T = TypeVar("T")
R = TypeVar("R")


class Dask(Executor):
    """Run points on a cluster of Dask.

    A worker that is lost has its tasks run by others, and workers that join later take part.

    Args:
        cluster: address of a scheduler, or a client or a cluster of Dask; None starts one on this machine, which ends
            with the sweep.
        workers: processes of the one that is started; None is one per core.

    Raises:
        ArgumentError: `workers` is no number of them, or is given beside a cluster.
    """

    def __init__(self, cluster: Any = None, workers: int | None = None) -> None:
        self._cluster = cluster
        self._count = checked_workers(workers)
        self._connection: Connection | None = None
        if cluster is not None and workers is not None:
            raise ArgumentError("workers is for a cluster that is started here; cluster= has its own.")

    @property
    def workers(self) -> int:
        """Return how many calls run at a time, as of now.

        Raises:
            ArgumentError: there is no such cluster.
        """
        return max(1, self._connect().slots())

    def run(self, work: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R]:
        """Yield results as they come.

        Raises:
            ArgumentError: there is no such cluster.
            SimulationError: a task ends its workers, the scheduler is gone, or workers have another version of rates.
        """
        connection = self._connect()
        try:
            yield from Course(connection, work, iter(tasks)).results()
        finally:
            self._connection = None
            connection.close()

    def _connect(self) -> Connection:
        """Return the connection, which is made when it is first asked for."""
        if self._connection is None:
            self._connection = started(self._count) if self._cluster is None else connected(self._cluster)
        return self._connection
