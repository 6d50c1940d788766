"""Connections to clusters of Dask."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from typing import Any

from attrs import define
from distributed import Client, LocalCluster
from distributed.deploy import Cluster
from rates_core.errors import ArgumentError, SimulationError, shown

PATIENCE = 10.0  # seconds in which a scheduler has to answer
MOMENT = 0.5  # seconds for which a count of workers holds: to ask costs as much as to send a task
LOST = (
    "The connection to Dask's scheduler is lost. What was done until then is kept: start the sweep again with resume, "
    "once the cluster is there."
)


@define(eq=False)
class Connection:
    """A client of a cluster.

    Attributes:
        client: that takes tasks.
        close: lets go of whatever was made for this connection.
    """

    client: Client
    close: Callable[[], None]
    _slots: int = 0
    _asked: float = -math.inf

    def slots(self) -> int:
        """Return how many tasks the cluster runs at a time, as of a moment ago.

        Raises:
            SimulationError: its scheduler is gone.
        """
        now = time.monotonic()
        if now - self._asked > MOMENT:
            try:
                self._slots, self._asked = sum(self.client.nthreads().values()), now
            except OSError as error:
                raise SimulationError(LOST) from error
        return self._slots


def started(workers: int) -> Connection:
    """Start a cluster on this machine, whose workers are processes of one thread."""
    cluster = LocalCluster(
        n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL,
        preload=["rates_dask.quiet"],
    )  # fmt: skip
    client = Client(cluster, set_as_default=False)

    def close() -> None:
        client.close()
        cluster.close()

    return Connection(client, close)


def connected(cluster: Any) -> Connection:
    """Return a connection to a cluster that is there.

    Raises:
        ArgumentError: there is none.
    """
    if isinstance(cluster, Client):
        return Connection(cluster, lambda: None)
    if not isinstance(cluster, str | Cluster):
        raise ArgumentError(
            f"cluster must be the address of a scheduler, as 'tcp://host:8786', or a client or a cluster of Dask; it "
            f"is {shown(cluster)}."
        )
    try:
        client = Client(cluster, set_as_default=False, timeout=PATIENCE)
    except Exception as error:  # what answers that is none may have anything come of it
        raise ArgumentError(
            f"cluster: No scheduler of Dask answers at {shown(cluster)}: {_reason(error)}. Start one by "
            "`dask scheduler` and workers by `dask worker ADDRESS`, or leave cluster out for one on this machine."
        ) from error
    return Connection(client, client.close)


def _reason(error: Exception) -> str:
    """Return why there is no connection; an error that is not about one comes of a message that was misread."""
    if isinstance(error, OSError | ValueError):  # a time that is out is an OSError
        return str(error).rstrip(".")
    return "what answers there is something else, such as the scheduler's dashboard, which has a port of its own"
