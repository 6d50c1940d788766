"""Fit a model to data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
from rates_core.errors import ArgumentError, shown
from rates_core.sweeps import Executor, Samples, executor_of

from rates_core import CircuitTemplate
from rates_fit.fitter import Fitter, fitter_of
from rates_fit.losses import loss_of
from rates_fit.minimising import checked_start, minimised
from rates_fit.posing import Setting, backend_of, start_of, template_of
from rates_fit.problem import Problem
from rates_fit.question import Question
from rates_fit.result import FitResult
from rates_fit.starts import FitFrom, fitted_from_all, listed_starts


def fit(
    model: CircuitTemplate | str,
    data: Any,
    parameters: Any,
    *,
    outputs: Mapping[str, str] | Iterable[str] | None = None,
    inputs: Mapping[str, Any] | None = None,
    fitter: Any = "levenberg-marquardt",
    loss: Any = "squares",
    noise: Any = 1.0,
    start: Mapping[str, Any] | Samples | Sequence[Mapping[str, Any]] | None = None,
    priors: Mapping[str, Any] | None = None,
    step_size: float = 1e-3,
    simulation_time: float | None = None,
    solver: str = "euler",
    backend: str | None = None,
    derivatives: Any = None,
    horizons: Iterable[float] = (),
    seed: int | None = None,
    executor: str | Executor = "serial",
    save: str | Path | None = None,
    resume: bool = False,
    verbose: bool = True,
    **options: Any,
) -> FitResult:
    """Return the parameters with which a model gives the data.

    With several starts, each is a fit of its own, that may run anywhere; what is returned is the best of them.

    Args:
        model: a circuit, or the path of one.
        data: a table with time as index and a column for each output that was observed; an `Experiment`; or several of
            these, in a list or a dict by name. NaN stands for what was not observed; times need not be regular.
        parameters: paths of parameters, weights, delays or states, which stand for their values at the start: a list,
            or a dict of path to constraint: None, "positive" or `(low, high)`.
        outputs: names of columns and their paths, as for `run`; by default the data's columns are paths.
        inputs: as for `run`, of experiments that bring none.
        fitter: a name (`rates plugins` lists what is installed), or a fitter with options of its own.
        loss: "squares", "soft_l1", "huber", "cauchy", "poisson", or a `rates_fit.Loss`.
        noise: standard deviation of the data: a number, a dict by column, or a table as the data.
        start: values at which to begin, by path; those of the model by default. Or several starts: samples of
            `rates_core.sweeps`, such as `latin_hypercube({path: (low, high)}, 20, seed=1)`, or a list of dicts.
        priors: `(mean, standard deviation)` by path of what is known of values beforehand.
        step_size: of the run.
        simulation_time: until which the model runs at most; by default to the last time of the data.
        solver: a method of fixed steps, or another one for which the backend has derivatives.
        backend: a name; by default one that has derivatives, if one is installed.
        derivatives: "along" runs, "reverse", or "differences"; by default the one that suits.
        horizons: times up to which the data are fitted first, one after the other, roughly: over a short time the loss
            has one valley where over all the time it has many, and runs are shorter.
        seed: of random numbers of a model with noise, the same in each run.
        executor: where fits from several starts run, as for `sweep`: "serial", "threads", "processes", "dask", …
        save: a path that ends in `.zarr` or `.parquet`, to which what each start led to is written once it is there.
        resume: go on with what is there.
        verbose: show how many starts are done, on a terminal only.
        **options: others of `CircuitTemplate.compile`, and of the executor.

    Raises:
        UnknownNameError: a path, a column, a fitter or something else names nothing; the closest name is given.
        ArgumentError: data, parameters or something else are not as they should be, or nothing that was observed
            depends on a parameter.
        SimulationError: the model is not finite at the start, or at none of several.
        KeyboardInterrupt: of several starts, with the best of those that were done as its `result`.

    Warns:
        RuntimeWarning: the model is not finite at some of several starts.

    Example:
        >>> import numpy as np
        >>> import pandas as pd
        >>> from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate
        >>> from rates_fit import fit
        >>> decay = OperatorTemplate("op", "x' = -k*x", {"x": "output(2.0)", "k": 1.0})
        >>> circuit = CircuitTemplate("decay", nodes={"p": NodeTemplate("n", [decay])})
        >>> times = np.array([0.0, 0.5, 1.0, 2.0])
        >>> data = pd.DataFrame({"p/op/x": 2.0 * np.exp(-0.4 * times)}, index=times)
        >>> found = fit(circuit, data, {"p/op/k": "positive"}, solver="rk4", step_size=0.1, backend="numpy")
        >>> round(found["p/op/k"], 4)
        0.4
    """
    chosen, kind, stages = fitter_of(fitter), loss_of(loss), _horizons(horizons)
    starts, where = listed_starts(start), executor_of(executor, options)
    setting = Setting(
        outputs, inputs, noise, step_size, simulation_time, solver, backend or backend_of("along"), seed, options,
        natively=backend is None and not chosen.linearises,
    )  # fmt: skip
    template = template_of(model).update_template()  # which later updates of the user's circuit do not reach
    question = Question(
        template, deepcopy(data), deepcopy(parameters), setting, kind, deepcopy(priors), derivatives, chosen.linearises
    )
    problem = question.posed()
    if starts is None:
        _check_one_start(executor=executor != "serial", save=save is not None, resume=resume is not False)
        return _fitted(problem, start, chosen, stages)
    identity = {"model": template, "fitter": chosen, "horizons": stages, **question.content(problem)}
    return fitted_from_all(FitFrom(problem, chosen, tuple(stages)), starts, where, save, resume, verbose, identity)


def _check_one_start(**asked: bool) -> None:
    """Raise for what one start has no use for.

    Raises:
        ArgumentError: it was asked for.
    """
    for name, given in asked.items():
        if given:
            raise ArgumentError(
                f"{name} is for fits from several starts: start=latin_hypercube({{path: (low, high)}}, 20, seed=1)."
            )


def _fitted(problem: Problem, start: Any, fitter: Fitter, stages: list[float]) -> FitResult:
    """Return what a fit from one start leads to."""
    begin = problem.space.free(start_of(start, problem.space))
    checked_start(problem, begin, stages)
    return FitResult.of(problem, minimised(problem, begin, fitter, stages))


def _horizons(given: Any) -> list[float]:
    """Return times in order.

    Raises:
        ArgumentError: they are none.
    """
    try:
        found = [float(time) for time in given]
    except (TypeError, ValueError):
        found = [np.nan]
    if not all(0 < time < np.inf for time in found):
        raise ArgumentError(f"horizons must be positive times; they are {shown(given)}.")
    return sorted(found)
