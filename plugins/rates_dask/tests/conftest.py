"""Clusters on this machine, and a circuit whose runs are known in closed form."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate


@pytest.fixture(scope="session")
def cluster() -> Iterator[LocalCluster]:
    """Return two workers in processes."""
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as found:
        yield found


@pytest.fixture
def decay() -> CircuitTemplate:
    """Return a node with x' = k x, of which Euler's method makes x_n = (1 + h k)^n."""
    operator = OperatorTemplate("op", "x' = k*x", {"x": "output(1.0)", "k": -1.0})
    return CircuitTemplate("decay", {"a": NodeTemplate("n", [operator])})


@pytest.fixture
def sweep(decay: CircuitTemplate) -> Callable[..., Any]:
    """Return a sweep over k whose runs have ten rows."""

    def run(rates: Any, **options: Any) -> Any:
        settings = {"outputs": {"x": "a/op/x"}, "verbose": False, "backend": "numpy", "reduce": "last"}
        return decay.sweep({"a/op/k": rates}, 1.0, 0.1, **{**settings, **options})

    return run


class Loopback:
    """A scheduler and workers that are programs of their own, and can be killed.

    Args:
        folder: for what they write.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "scheduler.json"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        end = time.monotonic() + 60
        while not self._file.exists():
            assert self.scheduler.poll() is None
            assert time.monotonic() < end
            time.sleep(0.02)
        self.client = Client(scheduler_file=str(self._file), set_as_default=False)

    @property
    def address(self) -> str:
        """Return where the scheduler is."""
        return self.client.scheduler.address

    def add(self, count: int = 1) -> None:
        """Start workers of one thread, and wait for them."""
        alone = ["--no-nanny", "--nthreads", "1", "--no-dashboard", "--local-directory", str(self._folder)]
        self.workers += [self._start("worker", *alone) for _ in range(count)]
        self.client.wait_for_workers(sum(worker.poll() is None for worker in self.workers), timeout=60)

    def end(self) -> None:
        """Kill all."""
        self.client.close(timeout=1)
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait()

    def _start(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        call = [sys.executable, "-m", "dask", program, "--scheduler-file", str(self._file), *arguments]
        with (self._folder / f"{program}-{len(self.workers)}.log").open("wb") as log:
            return subprocess.Popen(call, stdout=log, stderr=log)


@pytest.fixture
def loopback(tmp_path: Path) -> Iterator[Loopback]:
    """Return a scheduler without workers."""
    started = Loopback(tmp_path)
    yield started
    started.end()
