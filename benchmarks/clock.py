"""Clocks: medians of interleaved runs, so that a slow moment of the machine falls on all alike."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter


def interleaved(works: Sequence[Callable[[], object]], repeats: int) -> list[float]:
    """Run each work once to warm up, then all of them in turn; return the median time of each."""
    for work in works:
        work()
    times: list[list[float]] = [[] for _ in works]
    for _ in range(repeats):
        for work, record in zip(works, times, strict=True):
            start = perf_counter()
            work()
            record.append(perf_counter() - start)
    return [median(record) for record in times]


def process(*arguments: str) -> Callable[[], object]:
    """Return the work of a fresh process: a Python with these arguments, from its start to its end."""

    def work() -> object:
        return subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)

    return work


def cold(program: str) -> float:
    """Return the seconds of a Python program in a fresh process, imports included, with an empty cache of its own."""
    timed = f"import time\nstart = time.perf_counter()\n{program}\nprint(time.perf_counter() - start)"
    with TemporaryDirectory() as folder:
        environment = {**os.environ, "RATES_CACHE_DIR": folder}
        done = subprocess.run(
            [sys.executable, "-c", timed], check=True, stdout=subprocess.PIPE, text=True, env=environment
        )
    return float(done.stdout.split()[-1])


def inside(program: str, repeats: int) -> float:
    """Return the median of the seconds that a Python program prints last, each time in a fresh process."""
    times = []
    for _ in range(repeats + 1):
        done = subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.PIPE, text=True)
        times.append(float(done.stdout.split()[-1]))
    return median(times[1:])  # the first one warmed the caches of files
