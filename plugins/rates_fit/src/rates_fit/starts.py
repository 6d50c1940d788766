"""A fit from several starts, each of which may run anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from attrs import evolve, frozen
from rates_core.errors import ArgumentError, SimulationError, shown
from rates_core.sweeps import Executor, Samples, SweepResult, evaluate, points

from rates_fit.fitter import Fitter, Outcome
from rates_fit.minimising import checked_start, minimised
from rates_fit.posing import start_of
from rates_fit.problem import Evaluation, Problem
from rates_fit.result import FitResult

FREE, FOUND = "_free", "_found"  # ends of names of what is kept of each start


@frozen(eq=False)
class FitFrom:
    """A fit as a function of where it begins.

    Attributes:
        problem: that is fitted.
        fitter: which looks for the smallest loss.
        horizons: times up to which the data are fitted first.
    """

    problem: Problem
    fitter: Fitter
    horizons: tuple[float, ...]

    def __call__(self, start: Mapping[str, float]) -> dict[str, float]:
        """Return what was found, and how, as numbers by name.

        Raises:
            SimulationError: there is no loss at the start, or a number moves nothing there.
        """
        problem = evolve(self.problem, history=[])
        begin = problem.space.free(problem.space.of_numbers(start))
        try:
            checked_start(problem, begin, self.horizons)
        except ArgumentError as error:  # others may begin where it moves something
            raise SimulationError(str(error)) from error
        found = FitResult.of(problem, minimised(problem, begin, self.fitter, self.horizons))
        counted = {"loss": found.loss, "converged": found.converged, "iterations": found.iterations,
                   "evaluations": found.evaluations, "gradients": found.gradients}  # fmt: skip
        values = zip(problem.names, problem.space.flat(found.free).tolist(), strict=True)
        free = zip(problem.names, found.free.tolist(), strict=True)
        return {**counted, **{name + FOUND: value for name, value in values}, **{name + FREE: at for name, at in free}}


def listed_starts(given: Any) -> list[Mapping[str, Any]] | None:
    """Return starts one by one, or None if it is a single one.

    Raises:
        ArgumentError: it is something else.
    """
    if given is None or isinstance(given, Mapping):
        return None
    if isinstance(given, Samples):
        columns = given.at(np.arange(len(given)))
        return [{name: values[number].item() for name, values in columns.items()} for number in range(len(given))]
    if isinstance(given, Sequence) and given and all(isinstance(each, Mapping) for each in given):
        return list(given)
    raise ArgumentError(
        "start must be a dict of path to value; or for several starts a list of such, or samples, such as "
        f"rates_core.sweeps.latin_hypercube({{path: (low, high)}}, 20, seed=1); it is {shown(given)}."
    )


def fitted_from_all(
    work: FitFrom, starts: Sequence[Mapping[str, Any]], executor: Executor, save: str | Path | None, resume: bool,
    verbose: bool, identity: Any,
) -> FitResult:  # fmt: skip
    """Return the best of the fits from several starts.

    Raises:
        ArgumentError: a start lies outside of a constraint.
        SimulationError: there is no loss at any of them.
        KeyboardInterrupt: with the best one until then as its `result`, or None.
    """
    problem = work.problem
    given = [start_of(start, problem.space) for start in starts]
    values = np.array([problem.space.flat(problem.space.free(start)) for start in given])
    for number, start in enumerate(given):  # as they were given, and not as transforms bring them back
        for item in problem.space.parameters:
            values[number, item.place] = np.ravel(np.broadcast_to(start[item.name], item.named.value.shape))
    begun = points({name: values[:, place] for place, name in enumerate(problem.names)})
    try:
        found = evaluate(
            work, begun, save=save, resume=resume, executor=executor, identity=identity, unit="start", verbose=verbose
        )
    except KeyboardInterrupt as stopped:
        done = stopped.result  # type: ignore[attr-defined]
        stopped.result = _best(problem, done) if np.isfinite(_losses(done)).any() else None  # type: ignore[attr-defined]
        raise
    if not np.isfinite(_losses(found)).any():
        raise SimulationError(f"No start led to a fit. The first one: {next(iter(found.ended_early.values())).reason}")
    return _best(problem, found)


def _losses(found: SweepResult) -> np.ndarray:
    return found["loss"] if "loss" in found.names else np.full(len(found), np.nan)


def _best(problem: Problem, found: SweepResult) -> FitResult:
    """Return the fit with the smallest loss; its history are the ends of all."""
    losses = _losses(found)
    free = np.stack([found[name + FREE] for name in problem.names], axis=1)
    ends = [Evaluation(free[number], float(losses[number]), True) for number in np.flatnonzero(np.isfinite(losses))]
    best = int(np.nanargmin(losses))
    converged = int(np.nansum(found["converged"]))
    outcome = Outcome(
        free[best], bool(found["converged"][best]),
        f"It has the smallest loss of {len(found)} starts, of which {converged} converged.",
        int(found["iterations"][best]),
    )  # fmt: skip
    result = FitResult(evolve(problem, history=ends), outcome, float(losses[best]))
    result.evaluations = int(np.nansum(found["evaluations"]))
    result.gradients = int(np.nansum(found["gradients"]))
    result.starts = _table(problem, found)
    return result


def _table(problem: Problem, found: SweepResult) -> pd.DataFrame:
    """Return a row for each start: where it began, and what was found."""
    columns: dict[tuple[str, str], Any] = {("start", name): found[name] for name in problem.names}
    columns |= {("found", name): found[name + FOUND] for name in problem.names}
    columns |= {("fit", name): found[name] for name in ("loss", "iterations", "evaluations")}
    columns["fit", "converged"] = found["converged"] == 1.0
    return pd.DataFrame(columns, index=pd.RangeIndex(len(found), name="start"))
