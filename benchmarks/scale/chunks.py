"""What a chunk of a sweep costs beside its points: to send it, to run it elsewhere, and to write what comes back."""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from rates_core.plugins import get_manager
from rates_core.sweeps import points
from rates_core.sweeps.quantities import Quantity
from rates_core.sweeps.store import Content, opened

NUMBERS = 1000  # that come back of a chunk
REPEATS = 3  # of which the least counts: what else a machine does makes caches cold


class Returning:
    """Work that does nothing, and returns numbers."""

    def __init__(self, numbers: int = NUMBERS) -> None:
        self.numbers = numbers

    def __call__(self, task: int) -> np.ndarray:
        """Return the numbers of a task."""
        return np.full(self.numbers, float(task))


def spent() -> float:
    """Return the processor time of this process and of all that it has waited for."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def per_chunk(executor: str, few: int, many: int, **options: Any) -> tuple[float, float]:
    """Return the processor time of a chunk that does nothing, and that of starting the executor with its workers.

    Args:
        executor: its name.
        few: tasks of one run.
        many: tasks of another one.
        **options: of the executor.
    """

    def cost(count: int) -> float:
        where = get_manager().executor(executor).load()(**options)
        begun = spent()
        assert sum(1 for _ in where.run(Returning(), range(count))) == count
        return spent() - begun

    cost(1)  # imports
    one, other = cost(few), cost(many)
    each = (other - one) / (many - few)
    return each, max(0.0, one - few * each)


def per_chunk_of_dask(count: int) -> tuple[float, float]:
    """Return the processor time of an empty chunk in the client, with the scheduler in its process, and in a worker."""
    import dask
    from distributed import Client, LocalCluster

    from benchmarks.rows.clusters import UNWATCHED

    executor = get_manager().executor("dask").load()
    with (
        dask.config.set(UNWATCHED),
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0", memory_limit=0) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):

        def run(tasks: int) -> None:
            assert sum(1 for _ in executor(cluster=client).run(Returning(), range(tasks))) == tasks

        run(50)
        found = []
        for _ in range(REPEATS):
            before, there = time.process_time(), sum(client.run(time.process_time).values())
            run(count)
            after = sum(client.run(time.process_time).values())
            found.append(((time.process_time() - before) / count, (after - there) / count))
        return min(own for own, _ in found), min(other for _, other in found)


def store(suffix: str, rows: int | None, chunks: int, of: int = 100) -> tuple[float, float]:
    """Return the processor time of writing a chunk of so many points, and its bytes.

    Args:
        suffix: of the path.
        rows: of each point, or None for a number.
        chunks: that are written.
        of: points in each.
    """
    samples = points({"a": np.arange(float(chunks * of))})
    content = Content(samples, np.zeros(rows or 0), {})
    with tempfile.TemporaryDirectory() as folder:
        into = opened(Path(folder) / f"out{suffix}", content, False)
        into.define((Quantity("x", rows=rows),))
        values = np.random.default_rng(1).normal(size=(of,) if rows is None else (of, rows))
        into.write(np.arange(of), {"x": values}, {})
        found = []
        for number in range(1, chunks):
            begun = time.process_time()
            into.write(number * of + np.arange(of), {"x": values}, {})
            found.append(time.process_time() - begun)
        return median(found), values.nbytes
