"""The course of a sweep on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Generic, TypeVar
from uuid import uuid4

from distributed import Future, KilledWorker, as_completed
from rates_core.errors import SimulationError, warn

from rates_dask.clusters import LOST, Connection
from rates_dask.shipping import Shipped, begun, run_shipped

AHEAD = 2  # tasks for each that runs at a time: that one, and one that waits for its end
WATCH = 10.0  # seconds after which the cluster is looked at again
T = TypeVar("T")
R = TypeVar("R")


class Course(Generic[T, R]):
    """Tasks that go to a cluster, and results that come back.

    Args:
        connection: to the cluster.
        work: that all tasks are given to.
        tasks: taken one by one, as the cluster has room for them.
    """

    def __init__(self, connection: Connection, work: Callable[[T], R], tasks: Iterator[T]) -> None:
        self._connection, self._client = connection, connection.client
        self._shipped = Shipped(f"rates-{uuid4().hex}", work)
        self._tasks = tasks
        self._waiting: set[Future] = set()
        self._sent = 0
        self._told = False

    def results(self) -> Iterator[R]:
        """Yield results as they come.

        Raises:
            SimulationError: a task ends its workers, the scheduler is gone, or workers have other versions of rates.
        """
        self._client.register_plugin(self._shipped)
        try:
            self._send()
            yield from self._completed()
        except KeyboardInterrupt:
            self._recall()
            yield from self._completed()
            raise
        finally:
            if self._client.status == "running":
                self._client.cancel(list(self._waiting))
                self._client.unregister_worker_plugin(self._shipped.name)

    def _send(self) -> list[Future]:
        """Give the cluster as many tasks as it has room for."""
        room = AHEAD * max(1, self._connection.slots()) - len(self._waiting)
        new = [self._submit(task) for task in islice(self._tasks, max(0, room))]
        self._waiting.update(new)
        return new

    def _submit(self, task: T) -> Future:
        """Give the cluster a task, under a key of its own: equal tasks are no reason to run one."""
        self._sent += 1
        return self._client.submit(
            run_shipped, self._shipped.name, task, key=f"{self._shipped.name}-{self._sent}", pure=False
        )

    def _completed(self) -> Iterator[R]:
        """Yield results until none is waited for."""
        while self._waiting:
            done = as_completed(
                self._waiting, loop=self._client.loop, with_results=True, raise_errors=False, timeout=WATCH
            )
            try:
                for future, result in done:
                    self._waiting.discard(future)
                    checked = _checked(future, result)
                    done.update(self._send())
                    yield checked
            except TimeoutError:
                self._look()

    def _look(self) -> None:
        """Say so if nobody is there to run anything."""
        if not self._told and self._connection.slots() == 0:
            self._told = True
            warn("The cluster has no worker; the sweep waits for one. Ctrl-C ends it, and keeps what is done.",
                 RuntimeWarning)  # fmt: skip

    def _recall(self) -> None:
        """Take back what no worker has begun."""
        self._tasks = iter(())
        keys = {key for keys in self._client.run(begun).values() for key in keys}
        unbegun = [future for future in self._waiting if future.key not in keys and not future.done()]
        self._waiting.difference_update(unbegun)
        self._client.cancel(unbegun)


def _checked(future: Future, result: Any) -> Any:
    """Return the result of a task.

    Raises:
        SimulationError: there is none, as workers died of the task or the scheduler is gone.
        Exception: what the task raised.
    """
    if future.status == "finished":
        return result
    if future.status != "error":
        raise SimulationError(LOST)
    _, error, trace = result
    if isinstance(error, KilledWorker):
        raise SimulationError(
            f"{error.allowed_failures + 1} workers died while they ran the same points, the last at "
            f"{error.last_worker.address}: their memory ran out, or compiled code crashed. A lower memory_limit lets "
            "fewer points run together."
        ) from error
    raise error.with_traceback(trace)
