"""Several workers of Dask in one process: `python -m benchmarks.scale.workers ADDRESS COUNT`."""

from __future__ import annotations

import asyncio
import sys
import tempfile

import dask
from distributed import Worker

from benchmarks.rows.clusters import UNWATCHED


async def work(address: str, count: int, folder: str) -> None:
    """Work for a scheduler until it is gone."""
    workers = [Worker(address, nthreads=1, memory_limit=0, local_directory=folder) for _ in range(count)]
    await asyncio.gather(*workers)
    await asyncio.gather(*(worker.finished() for worker in workers))


if __name__ == "__main__":
    with dask.config.set(UNWATCHED), tempfile.TemporaryDirectory() as own:
        asyncio.run(work(sys.argv[1], int(sys.argv[2]), own))
