"""Sweeps of rates in processes that joblib starts."""

from __future__ import annotations

from collections.abc import Iterable

from rates_core.plugins import ExecutorSpec, Option, hookimpl

rates_api = (1, 0)


@hookimpl
def rates_executors() -> Iterable[ExecutorSpec]:
    """Offer processes of joblib."""
    yield ExecutorSpec(
        name="joblib",
        target="rates_joblib.executor:Joblib",
        summary="In processes of joblib, which take functions that stand anywhere",
        options=(Option("workers", None, "processes; one per core by default"),),
    )
