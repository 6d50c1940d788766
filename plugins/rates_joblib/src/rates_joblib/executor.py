"""The executor over processes of joblib."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from concurrent.futures import Executor as Pool
from functools import cache
from typing import Any, TypeVar

import cloudpickle
from joblib.externals.loky import ProcessPoolExecutor
from rates_core.errors import ArgumentError
from rates_core.sweeps import Pooled

T = TypeVar("T")
R = TypeVar("R")


class Joblib(Pooled):
    """Run points in processes that are started without the program's own file: no part of it runs anew.

    Args:
        workers: how many; None is one per core.
    """

    def pool(self, work: Callable[[T], R]) -> tuple[Pool, Callable[[T], R]]:
        """Return a pool of processes that hold the work.

        Raises:
            ArgumentError: the work cannot be sent to them.
        """
        try:
            sent = cloudpickle.dumps(work)
        except Exception as error:  # an object may refuse in any way
            raise ArgumentError(
                f"This work cannot be sent to processes: {type(error).__name__}: {str(error).rstrip('.')}. Models are "
                "sent as their templates, and compiled there; functions with all that they hold, which may be no open "
                "file, no lock and no connection."
            ) from error
        return ProcessPoolExecutor(self.workers, initializer=_begin, initargs=(sent,)), _call


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
