"""The executor over processes of joblib."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor as Pool
from typing import TypeVar

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
        held, call = self._holding(sent)
        return ProcessPoolExecutor(self.workers, **held), call
