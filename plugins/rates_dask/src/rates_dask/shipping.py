"""What workers are given once, whenever they come: all that tasks need."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, entry_points, version
from typing import Any

from distributed import Worker, WorkerPlugin, get_worker
from rates_core.errors import SimulationError


class Shipped(WorkerPlugin):  # type: ignore[misc]  # distributed brings no types
    """Holds the work of a sweep in each worker, those included that join later.

    Args:
        name: no other sweep has it.
        work: that tasks are given to.
    """

    def __init__(self, name: str, work: Callable[[Any], Any]) -> None:
        self.name = name
        self.work = work
        self._versions = {name: found for name in distributions() if (found := version_of(name))}

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
        raise SimulationError(f"The worker at {worker.address} could not take the sweep; its log says why.")
    return worker.plugins[name].work(task)


def begun(dask_worker: Worker) -> tuple[str, ...]:
    """Return the keys of tasks that a worker has begun; Dask gives it as an argument of this name."""
    return tuple(state.key for state in dask_worker.state.executing)
