"""Sweeps of rates on clusters, by Dask."""

from __future__ import annotations

from collections.abc import Iterable

from rates_core.plugins import ExecutorSpec, Option, hookimpl

rates_api = (1, 0)


@hookimpl
def rates_executors() -> Iterable[ExecutorSpec]:
    """Offer clusters of Dask."""
    yield ExecutorSpec(
        name="dask",
        target="rates_dask.executor:Dask",
        summary="On a cluster of Dask",
        options=(
            Option("cluster", None, "address of a scheduler, or a client or cluster of Dask; None starts one here"),
            Option("workers", None, "processes of the cluster that is started here; one per core by default"),
        ),
    )
