"""Clusters of many workers on this machine, whose work is sleep: there may be more of them than cores.

Scheduler, client and workers talk through sockets on loopback, and share one process, which is what limits them. In
`benchmarks/rows/clusters.py` workers are processes of their own, of which 64 take minutes to start on two cores.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence

from attrs import frozen


@frozen
class Simulated:
    """A sweep on a simulated cluster.

    Attributes:
        workers: that it had.
        seconds: of sleep that each chunk took.
        rounds: chunks for each worker.
        measured: wall time, the least of some.
        processor: time of all that then.
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

    from benchmarks.rows.clusters import UNWATCHED, run_asleep

    for workers in sizes:
        with (
            dask.config.set(UNWATCHED),
            LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=False, protocol="tcp://", memory_limit=0,
                dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL,
            ) as cluster,
            Client(cluster, set_as_default=False) as client,
        ):  # fmt: skip
            run_asleep(client, workers, 0.01)  # imports
            for seconds, rounds in asked:
                found = []
                for _ in range(repeats):
                    before = time.process_time()
                    wall = run_asleep(client, workers * rounds, seconds)
                    found.append((wall, time.process_time() - before))
                yield Simulated(workers, seconds, rounds, *min(found))
