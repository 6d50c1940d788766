"""Sweeps on clusters of many workers, whose work is sleep: what is measured is everything else.

Workers are processes on loopback, more than there are cores. Chunks, and what comes back of them, are as in sweeps.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np

from benchmarks.row import Row, Target
from benchmarks.settings import Settings

WORKERS = (1, 2, 8, 64)
ROUNDS = 8  # chunks per worker
SECONDS = 1.0  # that a chunk takes: what sweeps aim at
REPEATS = 3
POINTS = 1000  # whose numbers come back
# Workers watch themselves a hundred times a second: with many of them for each core, nothing else would be measured.
UNWATCHED = {"distributed.worker.profile.enabled": False, "distributed.admin.system-monitor.interval": "10s"}


def rows(settings: Settings) -> Iterator[partial[Row]]:
    """Yield the rows of clusters."""
    if find_spec("rates_dask") is not None:
        for workers in WORKERS:
            yield partial(asleep, settings, workers)


def asleep(settings: Settings, workers: int) -> Row:
    """Measure chunks that sleep, on so many workers; the reference is how long they would sleep if that were all."""
    import dask
    from distributed import Client, LocalCluster

    count = max(1, int(workers * min(1.0, 10 * settings.scale)))
    rounds = max(2, int(ROUNDS * settings.scale))
    with (
        dask.config.set(UNWATCHED),
        LocalCluster(
            n_workers=count, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL,
            memory_limit=0,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):  # fmt: skip
        client.wait_for_workers(count)
        client.run(loaded)
        spent = min(run_asleep(client, count * rounds, SECONDS) for _ in range(min(REPEATS, settings.repeats)))
    return Row(
        f"{count * rounds} chunks of {SECONDS:g} s of sleep on {count} workers of Dask",
        ours=spent, reference=rounds * SECONDS, target=Target(factor=1.05),
    )  # fmt: skip


def loaded() -> tuple[str, ...]:
    """Import in a worker what tasks need, as the first chunk of a sweep does."""
    from rates_dask.shipping import distributions

    return distributions()


def run_asleep(client: Any, count: int, seconds: float) -> float:
    """Return how long so many chunks take, each of which sleeps."""
    from rates_dask.executor import Dask

    begun = time.perf_counter()
    results = [entries.sum() for entries in Dask(cluster=client).run(_sleeper(seconds), range(count))]
    spent = time.perf_counter() - begun
    assert len(results) == count
    return spent


def _sleeper(seconds: float) -> Callable[[int], np.ndarray]:
    """Return work that is nothing but time; it stands in no module that workers would import."""
    points = POINTS

    def sleep(task: int) -> np.ndarray:
        import time

        import numpy

        time.sleep(seconds)
        return numpy.full(points, float(task))

    return sleep
