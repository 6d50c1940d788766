"""Executors over a pool of workers: threads of this process, or processes."""

from __future__ import annotations

import pickle
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ThreadPoolExecutor, wait
from concurrent.futures import Executor as Pool
from functools import cache
from itertools import islice
from typing import Any

from rates_core.errors import ArgumentError, SimulationError
from rates_core.plugins.targets import describe
from rates_core.sweeps.executor import Executor, R, T, checked_workers


class Pooled(Executor):
    """Run points in several workers: an executor over a pool of Python's `concurrent.futures`. Abstract.

    Args:
        workers: how many; None is one per core.

    Example:
        >>> from concurrent.futures import ThreadPoolExecutor
        >>> from rates_core.sweeps import Pooled
        >>> class Two(Pooled):
        ...     def pool(self, work):
        ...         return ThreadPoolExecutor(2), work
        >>> sorted(Two(workers=2).run(abs, [-1, 2, -3]))
        [1, 2, 3]
    """

    def __init__(self, workers: int | None = None) -> None:
        self._workers = checked_workers(workers)

    @property
    def workers(self) -> int:
        """Return how many calls run at a time."""
        return self._workers

    @abstractmethod
    def pool(self, work: Callable[[T], R]) -> tuple[Pool, Callable[[T], R]]:
        """Return a pool, and what its workers call with a task.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> pool, call = get_manager().executor("threads").load()(workers=1).pool(abs)
            >>> pool.submit(call, -1).result()
            1
        """

    @staticmethod
    def _holding(sent: bytes) -> tuple[dict[str, Any], Callable[[Any], Any]]:
        """Return arguments of a pool whose processes hold work, which is pickled, and what they call with a task."""
        return {"initializer": _begin, "initargs": (sent,)}, _call

    def run(self, work: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R]:
        """Yield results as they come; one task more than there are workers waits.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> sorted(get_manager().executor("threads").load()(workers=2).run(abs, [-1, 2, -3]))
            [1, 2, 3]
        """
        pool, call = self.pool(work)
        coming, running = iter(tasks), set[Future[R]]()
        try:
            for task in islice(coming, self.workers + 1):
                running.add(pool.submit(call, task))
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    running.update(pool.submit(call, task) for task in islice(coming, 1))
                    yield future.result()
        except KeyboardInterrupt:
            yield from (future.result() for future in running if not future.cancel())
            raise
        except BrokenExecutor as error:
            raise SimulationError(
                "A process ended without a result: memory ran out, or the program starts this work anew in each "
                "process. A script has to start it below `if __name__ == '__main__':`."
            ) from error
        finally:
            for future in running:
                future.cancel()
            pool.shutdown(wait=True)


class Threads(Pooled):
    """Run points in threads of this process, which helps where compiled code runs long loops."""

    def pool(self, work: Callable[[T], R]) -> tuple[Pool, Callable[[T], R]]:
        """Return a pool of threads."""
        return ThreadPoolExecutor(self.workers, thread_name_prefix="rates-sweep"), work


class Processes(Pooled):
    """Run points in processes, each of which compiles the model once."""

    def pool(self, work: Callable[[T], R]) -> tuple[Pool, Callable[[T], R]]:
        """Return a pool of processes that hold the work.

        Raises:
            ArgumentError: the work cannot be sent to them.
        """
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        try:
            sent = pickle.dumps(work)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise ArgumentError(
                f"This work cannot be sent to processes: {describe(error)}. Models are sent as their templates, and "
                "compiled there; functions by their names: define those of inputs and reductions at the top of a "
                "module, or use executor='threads'."
            ) from error
        context = get_context("spawn")  # the same on every system, and no lock of this process is copied
        held, call = self._holding(sent)
        return ProcessPoolExecutor(self.workers, context, **held), call


_sent: bytes  # of this process, once it is a worker


def _begin(sent: bytes) -> None:
    """Make this process a worker."""
    import signal

    global _sent  # a worker has one work for its whole life
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that reads results
    _sent = sent


@cache
def _work() -> Callable[[Any], Any]:
    """Return the work of this process, made by its first task: what is wrong with it is an error of that."""
    work: Callable[[Any], Any] = pickle.loads(_sent)
    return work


def _call(task: Any) -> Any:
    return _work()(task)
