"""What a chunk of a sweep costs beside its points, on each executor: at most a twentieth of the second that it takes.

`benchmarks/scale` measures the other constants of the model of cost in `docs/explanation/scale.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec

from benchmarks.row import Row, Target
from benchmarks.scale import chunks
from benchmarks.settings import Settings

SHARE = Target(seconds=0.05)
EXECUTORS: dict[str, dict[str, int]] = {"serial": {}, "threads": {"workers": 2}, "processes": {"workers": 2}}


def rows(settings: Settings) -> Iterator[partial[Row]]:
    """Yield a row for each executor."""
    for executor in EXECUTORS:
        yield partial(empty, settings, executor)
    if find_spec("rates_dask") is not None:
        yield partial(empty_on_dask, settings)


def empty(settings: Settings, executor: str) -> Row:
    """Measure the processor time of a chunk that does nothing."""
    each, _ = chunks.per_chunk(executor, 20, 20 + int(2000 * settings.scale), **EXECUTORS[executor])
    return Row(f"a chunk that does nothing, by {executor}: processor time", ours=each, target=SHARE)


def empty_on_dask(settings: Settings) -> Row:
    """Measure likewise a chunk on a worker of Dask, on both sides."""
    here, there = chunks.per_chunk_of_dask(int(500 * settings.scale))
    return Row("a chunk that does nothing, by dask: processor time", ours=here + there, target=SHARE)
