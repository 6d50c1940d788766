"""What workers are given once, whenever they come: all that tasks need."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, entry_points, version
from threading import Lock
from typing import Any

import cloudpickle
from distributed import Worker, WorkerPlugin, get_worker
from rates_core.errors import ArgumentError, SimulationError

MAKING = Lock()  # of this process: threads of a worker make its work once


class Shipped(WorkerPlugin):  # type: ignore[misc]  # distributed brings no types
    """Holds work in each worker, those included that join later; it is made there by the first task that needs it.

    Args:
        name: no other work has it.
        work: that tasks are given to.

    Raises:
        ArgumentError: it holds something that cannot be sent.
    """

    def __init__(self, name: str, work: Callable[[Any], Any]) -> None:
        self.name = name
        try:
            self._sent = cloudpickle.dumps(work)
        except Exception as error:  # an object may refuse in any way
            raise ArgumentError(
                f"This work cannot be sent to workers: {type(error).__name__}: {str(error).rstrip('.')}. Models are "
                "sent as their templates, and compiled there; functions of inputs and reductions with all that they "
                "hold, which may be no open file, no lock and no connection. Let them open these when they are called."
            ) from error
        self._versions = {name: found for name in distributions() if (found := version_of(name))}

    @cached_property
    def work(self) -> Callable[[Any], Any]:
        """Return what tasks are given to."""
        made: Callable[[Any], Any] = pickle.loads(self._sent)
        return made

    def setup(self, worker: Worker) -> None:
        """Check that this worker computes what others do; what it lacks altogether, it says where it is needed.

        Raises:
            SimulationError: it has other versions of rates.
        """
        here = {name: version_of(name) for name in self._versions}
        other = [
            f"{name} {here[name]} instead of {wanted}"
            for name, wanted in self._versions.items()
            if here[name] not in (None, wanted)
        ]
        if other:
            raise SimulationError(
                f"The worker at {worker.address} has {', '.join(other)}, and might compute other numbers. Install the "
                "same versions."
            )


@cache
def distributions() -> tuple[str, ...]:
    """Return the names of what numbers may depend on: core, and all plugins that are installed here."""
    plugins = {point.dist.name for point in entry_points(group="rates.plugins") if point.dist is not None}
    return ("rates-core", *sorted(plugins))


@cache
def version_of(name: str) -> str | None:
    """Return the version of a distribution; None where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def run_shipped(name: str, task: Any) -> Any:
    """Run a task on the worker that this is called in.

    Raises:
        SimulationError: this worker did not take the work.
    """
    worker = get_worker()
    if name not in worker.plugins:
        raise SimulationError(f"The worker at {worker.address} could not take the work; its log says why.")
    with MAKING:
        work = worker.plugins[name].work
    return work(task)


def begun(dask_worker: Worker) -> tuple[str, ...]:
    """Return the keys of tasks that a worker has begun; Dask gives it as an argument of this name."""
    return tuple(state.key for state in dask_worker.state.executing)
