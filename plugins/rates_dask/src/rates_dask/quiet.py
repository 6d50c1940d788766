"""What a worker of a cluster on this machine does first."""

from __future__ import annotations

import signal

from distributed import Worker


def dask_setup(worker: Worker) -> None:
    """Leave Ctrl-C, which a terminal sends to all processes, to the one that reads results; Dask calls it by name."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
