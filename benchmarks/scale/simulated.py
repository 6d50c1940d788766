"""Clusters of many workers on this machine, whose work is sleep: there may be more of them than cores.

Program and scheduler share one process, as with `executor="dask"` without an address, and up to eight workers share
another one: 64 processes of Python take minutes to start on two cores.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).parents[2]
TOGETHER = 8  # workers in a process


@frozen
class Simulated:
    """A sweep on a simulated cluster.

    Attributes:
        workers: that it had.
        seconds: of sleep that each chunk took.
        rounds: chunks for each worker.
        measured: wall time, the least of some.
        processor: time of program and scheduler then.
    """

    workers: int
    seconds: float
    rounds: int
    measured: float
    processor: float


def simulated(sizes: Sequence[int], asked: Sequence[tuple[float, int]], repeats: int) -> Iterator[Simulated]:
    """Yield what clusters take.

    Args:
        sizes: numbers of workers.
        asked: seconds of a chunk, and rounds of them.
        repeats: of each.
    """
    import dask
    from distributed import Client, LocalCluster

    from benchmarks.rows.clusters import UNWATCHED, loaded, run_asleep

    for workers in sizes:
        with (
            dask.config.set(UNWATCHED),
            LocalCluster(
                n_workers=0, protocol="tcp://", dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL
            ) as cluster,
            _working(cluster.scheduler_address, workers),
            Client(cluster, set_as_default=False) as client,
        ):
            client.wait_for_workers(workers)
            client.run(loaded)
            run_asleep(client, workers, 0.01)
            for seconds, rounds in asked:
                found = []
                for _ in range(repeats):
                    before = time.process_time()
                    wall = run_asleep(client, workers * rounds, seconds)
                    found.append((wall, time.process_time() - before))
                yield Simulated(workers, seconds, rounds, *min(found))


@contextmanager
def _working(address: str, workers: int) -> Iterator[None]:
    """Have workers at a scheduler, up to eight in each process."""
    counts = [min(TOGETHER, workers - first) for first in range(0, workers, TOGETHER)]
    command = [sys.executable, "-m", "benchmarks.scale.workers", address]
    processes = [
        subprocess.Popen([*command, str(count)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
        for count in counts
    ]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()
