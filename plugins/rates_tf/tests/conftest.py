"""Memory of TensorFlow: its context keeps all that XLA compiled for as long as it lives, some 20 GB in these tests."""

from __future__ import annotations

import os
from pathlib import Path

from tensorflow.python.eager import context

MOST = 50  # tests that share a context
GROWN = 2**30  # bytes, behind which it is not shared any longer
RESIDENT = Path("/proc/self/statm")  # where there is one: pages that a process has in memory, second


class Shared:
    """What tests have made of the context that they share: how many there were, and memory at its beginning."""

    def __init__(self) -> None:
        self.tests, self.begun = 0, resident()

    def ended(self) -> bool:
        """Tell whether it has had enough of them."""
        self.tests += 1
        return self.tests == MOST or resident() > self.begun + GROWN


def resident() -> int:
    """Return the memory of this process, in bytes; 0 where it is not told."""
    return int(RESIDENT.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if RESIDENT.exists() else 0


shared = [Shared()]


def pytest_runtest_teardown() -> None:
    """Begin a context anew, now and then; what was compiled for the old one is traced again if a test still runs it."""
    if shared[-1].ended():
        context._reset_context()
        shared[:] = [Shared()]
