"""Run one model at many points, and keep what is asked for of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rates_core.errors import ArgumentError, warn
from rates_core.sweeps.chunks import most_points
from rates_core.sweeps.course import followed
from rates_core.sweeps.executor import Executor, executor_of
from rates_core.sweeps.grids import samples_of
from rates_core.sweeps.preparation import Sweep, prepared
from rates_core.sweeps.result import SweepResult
from rates_core.sweeps.samples import Samples
from rates_core.sweeps.store import Content, Memory, Store, check_identity, opened
from rates_core.sweeps.writer import Writer
from rates_core.switches import switch

if TYPE_CHECKING:
    import pandas as pd

    from rates_core.templates.circuit import CircuitTemplate

MOST_LISTED = 5  # points that a warning names


def sweep(
    circuit: str | Path | CircuitTemplate,
    parameters: Samples | Mapping[str, Iterable[float | complex]] | pd.DataFrame,
    simulation_time: float,
    step_size: float = 1e-3,
    outputs: Mapping[str, str] | Iterable[str] | None = None,
    inputs: Mapping[str, Any] | None = None,
    reduce: Any = None,
    paths: Mapping[str, str | Iterable[str]] | None = None,
    save: str | Path | None = None,
    resume: bool | SweepResult = False,
    executor: str | Executor = "serial",
    memory_limit: float | None = None,
    verbose: bool = True,
    **options: Any,
) -> SweepResult:
    """Run a circuit at many points; see `CircuitTemplate.sweep`.

    Example:
        >>> from rates_core.sweeps import grid, sweep
        >>> circuit = "model_templates.oscillators.vanderpol.vdp"
        >>> outputs = {"z": "p/vdp_op/z"}
        >>> points = grid({"p/vdp_op/mu": [0.0, 1.0]})
        >>> sweep(circuit, points, 1.0, 0.5, outputs, reduce="last")["z_last"].tolist()
        [1.0, 1.5]
    """
    where = executor_of(executor, options)
    samples = samples_of(parameters)
    ready = prepared(circuit, samples, simulation_time, step_size, outputs, inputs, reduce, paths, options)
    result = SweepResult(store_of(ready.content, save, resume))
    with closing(result.store):
        run(ready, result.store, where, memory_limit, verbose)
    warn_of_early_ends(result.store, range(len(result)), "The result's ended_early")
    return result


def store_of(content: Content, save: str | Path | None, resume: bool | SweepResult) -> Store:
    """Return where results go.

    Raises:
        ArgumentError: there is nothing to resume, or it belongs to another sweep.
    """
    if save is not None:
        if isinstance(resume, SweepResult):
            raise ArgumentError("resume: With save= give resume=True; a result goes on in memory, without save=.")
        return opened(save, content, switch("resume", resume))
    if not isinstance(resume, SweepResult) and not switch("resume", resume):
        return Memory(content)
    if not isinstance(resume, SweepResult) or not isinstance(resume.store, Memory):
        raise ArgumentError(
            "resume: There is nothing to go on with. Give save= of the sweep that was interrupted, or the result that "
            "its KeyboardInterrupt holds."
        )
    check_identity("the result", resume.store.content.identity, content, "Leave resume out.")
    return resume.store.copy()


def run(ready: Sweep, store: Store, where: Executor, memory_limit: float | None, verbose: bool) -> None:
    """Run all points that are left, and write what is kept of them as it comes.

    Raises:
        KeyboardInterrupt: with what was done until then as its `result`, as any error of a function of the user's.
    """

    def most() -> int:
        return most_points(memory_limit, ready.bytes_per_point, where.workers)

    ready.work.at_once = most()
    ready.work.together = min(most_points(memory_limit, ready.bytes_per_point, 1), len(store.content.samples))
    first = min(ready.first, ceil(len(store.content.samples) / where.workers))
    followed(ready.work, Writer(store, ready.reduction.quantities()), where, most, verbose, "point", first)


def warn_of_early_ends(store: Store, labels: Sequence[object], reasons: str, unit: str = "point") -> None:
    """Say which points ended early, if any did.

    Args:
        store: what was kept.
        labels: of all points.
        reasons: where the user finds why.
        unit: what a point is called.
    """
    ended = sorted(store.failures.items())
    if not ended:
        return
    samples = store.content.samples
    listed = [f"{labels[number]} ({_point(samples, number)}){_when(end.time)}" for number, end in ended[:MOST_LISTED]]
    more = len(ended) - len(listed)
    warn(
        f"{len(ended)} of {len(labels)} {unit}s ended early and are NaN: {', '.join(listed)}"
        f"{f' and {more} more' if more else ''}. {reasons} says why.",
        RuntimeWarning,
    )


def _when(time: float) -> str:
    """Return at which time something ended, if that is known."""
    return "" if time != time else f" at t = {time:.9g}"


def _point(samples: Samples, number: int) -> str:
    """Return the values of a point as a text."""
    return ", ".join(f"{name} = {values[0]:.9g}" for name, values in samples.at(np.array([number])).items())
