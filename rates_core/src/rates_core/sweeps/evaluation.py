"""What a function gives at many points: a sweep of anything that numbers come of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from rates_core.errors import ArgumentError, SimulationError, shown
from rates_core.sweeps.analysis import store_of, warn_of_early_ends
from rates_core.sweeps.chunks import MOST_POINTS
from rates_core.sweeps.course import followed
from rates_core.sweeps.executor import Executor, executor_of
from rates_core.sweeps.grids import samples_of
from rates_core.sweeps.identity import digest, versions
from rates_core.sweeps.quantities import Ended, Values
from rates_core.sweeps.reduction_choice import taking
from rates_core.sweeps.reductions import named_numbers
from rates_core.sweeps.result import SweepResult
from rates_core.sweeps.samples import Samples
from rates_core.sweeps.store import Content
from rates_core.sweeps.work import Chunk, Outcome
from rates_core.sweeps.writer import Writer

if TYPE_CHECKING:
    import pandas as pd

NAME = "value"  # of a number that comes without one


def evaluate(
    function: Callable[[dict[str, Any]], Any],
    points: Samples | Mapping[str, Iterable[float | complex]] | pd.DataFrame,
    save: str | Path | None = None,
    resume: bool | SweepResult = False,
    executor: str | Executor = "serial",
    identity: Any = None,
    unit: str = "point",
    verbose: bool = True,
    **options: Any,
) -> SweepResult:
    """Call a function at many points, and keep the numbers that it returns: fits, branches, whatever gives numbers.

    Points run where those of a sweep do, in chunks of about a second, and are kept as those are: each as soon as it is
    there, in memory or in files, from which a stopped program goes on. A point at which the function raises
    `SimulationError` is NaN, and its text is in the result's `ended_early`; the others go on.

    Args:
        function: takes the values of a point by name; returns a real number, or a dict of such. Executors send it to
            their workers, once to each.
        points: as `parameters` of `sweep`.
        save: as for `sweep`.
        resume: see there.
        executor: see there.
        identity: all that the numbers depend on, by which files are known again; a dict of such by name, which a
            refusal then names; None for the function itself.
        unit: what a point is called where progress is shown.
        verbose: show progress, on a terminal only.
        **options: of the executor.

    Raises:
        ArgumentError: the function returns something else; or as for `sweep`.
        KeyboardInterrupt: with what was done until then as its `result`, as any other error of the function.

    Example:
        >>> from rates_core.sweeps import evaluate
        >>> result = evaluate(lambda point: {"area": point["a"] * point["b"]}, {"a": [1.0, 2.0], "b": [3.0, 4.0]})
        >>> result["area"].tolist()
        [3.0, 4.0, 6.0, 8.0]
    """
    where = executor_of(executor, options, evaluate)
    if not callable(function):
        raise ArgumentError(f"function must be callable; it is {shown(function)}.")
    taking(function, 1, "function", "a dict of values by name", "")
    if not isinstance(unit, str):
        raise ArgumentError(f"unit must be text; it is {shown(unit)}.")
    samples = samples_of(points)
    identities = {**_parts(function, identity), "points": digest(samples), "versions of rates": digest(versions())}
    content = Content(samples, np.zeros(0), identities)
    result = SweepResult(store_of(content, save, resume))
    with closing(result.store):
        writer = Writer(result.store, None, "function")
        followed(Evaluation(function), writer, where, lambda: MOST_POINTS, verbose, unit)
    warn_of_early_ends(result.store, range(len(result)), "The result's ended_early", unit)
    return result


def _parts(function: Callable[[dict[str, Any]], Any], identity: Any) -> dict[str, str]:
    """Return digests of what the numbers depend on, by name."""
    if isinstance(identity, Mapping):
        return {str(name): digest(part) for name, part in identity.items()}
    return {"function": digest(function)} if identity is None else {"identity": digest(identity)}


@frozen(eq=False)
class Evaluation:
    """A function as the work of a chunk of points.

    Attributes:
        function: of the values of a point by name.
    """

    function: Callable[[dict[str, Any]], Any]

    def __call__(self, chunk: Chunk) -> Outcome:
        """Call the function at the points of a chunk."""
        start = perf_counter()
        kept: list[tuple[np.ndarray, Values]] = []
        failures: dict[int, Ended] = {}
        interrupted = False
        try:
            for place, number in enumerate(chunk.numbers.tolist()):
                try:
                    found = named_numbers("function", NAME, self.function(chunk.point(place)))
                except SimulationError as error:
                    failures[number] = Ended(np.nan if error.time is None else float(error.time), str(error))
                else:
                    values = {name: np.array([value], dtype=float) for name, value in found.items()}
                    kept.append((np.array([number]), values))
        except KeyboardInterrupt:  # at any place: what is kept until now decides what was run
            interrupted = True
        return Outcome.of(kept, failures, perf_counter() - start, interrupted)
