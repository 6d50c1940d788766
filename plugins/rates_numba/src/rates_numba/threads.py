"""Work that is divided among threads; compiled code runs beside that of other threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from numba import config

BLOCKS = 16  # per thread, so that none waits long for one whose points take longer


def divided(work: Callable[[int, int], None], count: int) -> None:
    """Call `work(begin, stop)` for all blocks of a range, on as many threads as NUMBA_NUM_THREADS says.

    An error, or an interrupt, leaves out the blocks that no thread has begun with.
    """
    threads = min(int(vars(config)["NUMBA_NUM_THREADS"]), count)
    size = max(1, count // (max(threads, 1) * BLOCKS))
    blocks = [(begin, min(begin + size, count)) for begin in range(0, count, size)]
    if threads < 2:
        for begin, stop in blocks:
            work(begin, stop)
        return
    pool = ThreadPoolExecutor(threads)
    try:
        for done in [pool.submit(work, begin, stop) for begin, stop in blocks]:
            done.result()
    finally:
        pool.shutdown(cancel_futures=True)
