"""What workers are given once, whenever they come: all that tasks need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import distributions
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
        self._versions = versions()

    def setup(self, worker: Worker) -> None:
        """Check that this worker computes what others do.

        Raises:
            SimulationError: it has other versions of rates.
        """
        here = versions()
        other = [
            f"{name} {here[name]} instead of {wanted}"
            for name, wanted in self._versions.items()
            if here.get(name, wanted) != wanted
        ]
        if other:
            raise SimulationError(
                f"The worker at {worker.address} has {', '.join(other)}, and might compute other numbers. Install the "
                "same versions."
            )


def versions() -> Mapping[str, str]:
    """Return the versions of what belongs to rates, by name of the distribution."""
    named = ((found.metadata["Name"], found.version) for found in distributions())
    return {name: version for name, version in sorted(named) if name.startswith("rates-")}


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
