"""Fit a model to data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np
from attrs import evolve
from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown
from rates_core.plugins import get_manager
from rates_core.simulation.compile import CompiledModel
from rates_core.simulation.named import named_values

from rates_core import CircuitTemplate
from rates_fit.course import Course
from rates_fit.derivatives import derivatives_of
from rates_fit.experiment import Experiment, Observations, experiments_of, observations
from rates_fit.fitter import fitter_of
from rates_fit.losses import loss_of
from rates_fit.parameters import Space, checked_names, constraints_of, space_of
from rates_fit.problem import Case, Problem
from rates_fit.result import FitResult
from rates_fit.sampling import NEAR, Sampling, sampling_of

OUTPUT = "output "  # before names of outputs that stand beside paths of states


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
    start: Mapping[str, Any] | None = None,
    priors: Mapping[str, Any] | None = None,
    step_size: float = 1e-3,
    simulation_time: float | None = None,
    solver: str = "euler",
    backend: str | None = None,
    derivatives: Any = None,
    horizons: Iterable[float] = (),
    seed: int | None = None,
    **options: Any,
) -> FitResult:
    """Return the parameters with which a model gives the data.

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
        start: values at which to begin, by path; those of the model by default.
        priors: `(mean, standard deviation)` by path of what is known of values beforehand.
        step_size: of the run.
        simulation_time: until which the model runs at most; by default to the last time of the data.
        solver: a method of fixed steps, or another one for which the backend has derivatives.
        backend: a name; by default one that has derivatives, if one is installed.
        derivatives: "along" runs, "reverse", or "differences"; by default the one that suits.
        horizons: times up to which the data are fitted first, one after the other, roughly: over a short time the loss
            has one valley where over all the time it has many, and runs are shorter.
        seed: of random numbers of a model with noise, the same in each run.
        **options: others of `CircuitTemplate.compile`.

    Raises:
        UnknownNameError: a path, a column, a fitter or something else names nothing; the closest name is given.
        ArgumentError: data, parameters or something else are not as they should be, or nothing that was observed
            depends on a parameter.
        SimulationError: the model is not finite at the start.

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
    circuit = CircuitTemplate.from_yaml(model) if isinstance(model, str) else model
    if not isinstance(circuit, CircuitTemplate):
        raise ArgumentError(f"model must be a circuit, or the path of one; it is {shown(model)}.")
    chosen, kind = fitter_of(fitter), loss_of(loss)
    experiments = experiments_of(data, inputs)
    observed = {name: observations(name, item, noise) for name, item in experiments.items()}
    named_outputs = _outputs(outputs, observed)
    compiled = _Compiled(circuit, {
        "backend": backend or _backend(options), "solver": solver, "step_size": step_size, "outputs": named_outputs,
        **options,
    })  # fmt: skip
    models = {name: compiled.model(item.inputs) for name, item in experiments.items()}
    shared = constraints_of(parameters)
    local = {name: constraints_of(item.free, f"free of '{name}'") for name, item in experiments.items()}
    any_model = next(iter(models.values()))
    named = named_values(any_model, dict.fromkeys([*shared, *(path for own in local.values() for path in own)]))
    space = space_of(shared, local, named)
    cases = tuple(
        _case(name, item, observed[name], partial(compiled.model, item.inputs), space, simulation_time, seed)
        for name, item in experiments.items()
    )
    engine = derivatives_of(derivatives, list(models.values()), space.size, chosen.linearises)
    problem = Problem(space, cases, kind, _priors(priors, space), engine)
    begin = space.free(_start(start, space, experiments))
    stages = [problem.until(time) for time in _horizons(horizons)]
    (stages or [problem])[0].check_moved(begin)
    problem.history.clear()
    taken = 0
    for stage in stages:
        outcome = chosen.roughly().minimise(stage, begin)
        begin, taken = outcome.free, taken + outcome.iterations
    outcome = chosen.minimise(problem, begin)
    return FitResult.of(problem, evolve(outcome, iterations=taken + outcome.iterations))


class _Compiled:
    """A circuit, compiled once for each set of inputs that are fed, and of outputs."""

    def __init__(self, circuit: CircuitTemplate, arguments: Mapping[str, Any]) -> None:
        self._circuit, self._arguments = circuit, arguments
        self._models: dict[tuple[frozenset[str], bool], CompiledModel] = {}

    def model(self, inputs: Mapping[str, Any] | None, states: bool = False) -> CompiledModel:
        """Return the model for runs with these inputs, which records all states behind the outputs if asked to."""
        kind = frozenset(inputs) if isinstance(inputs, Mapping) else frozenset(), states
        if kind not in self._models:
            arguments = {**self._arguments, "outputs": self._with_states(inputs)} if states else self._arguments
            self._models[kind] = self._circuit.compile(inputs=inputs, **arguments)
        return self._models[kind]

    def _with_states(self, inputs: Mapping[str, Any] | None) -> dict[str, str]:
        """Return outputs, and behind them all states by names that are no others."""
        outputs = self._arguments["outputs"]
        named = dict(outputs) if isinstance(outputs, Mapping) else {path: path for path in outputs}
        every = self._circuit.compile(inputs=inputs, **{**self._arguments, "outputs": None}).columns
        return {**{f"{OUTPUT}{key}": path for key, path in named.items()}, **{path: path for path in every}}


def _backend(options: Mapping[str, Any]) -> str | None:
    """Return an installed backend that has derivatives along runs, compiled ones first; None for core's choice."""
    manager = get_manager()
    able = [spec for spec in manager.backends().values() if "along" in spec.capabilities.differentiation]
    able.sort(key=lambda spec: (not spec.capabilities.fused, spec.name))
    return able[0].name if able else None


def _outputs(given: Any, observed: Mapping[str, Observations]) -> Any:
    """Return outputs: by default the columns of all data, which are paths.

    Raises:
        ArgumentError: a column is no text.
    """
    if given is not None:
        return given
    columns = dict.fromkeys(column for item in observed.values() for column in item.columns)
    for column in columns:
        if not isinstance(column, str):
            raise ArgumentError(
                f"The data have a column {shown(column)}, which is no path. Say by outputs= what the columns are."
            )
    return {column: column for column in columns}


def _case(
    name: str,
    experiment: Experiment,
    observed: Observations,
    compiled: Callable[..., CompiledModel],
    space: Space,
    simulation_time: float | None,
    seed: int | None,
) -> Case:
    """Return an experiment, ready."""
    model = compiled()
    sampling = sampling_of(observed.times, model.defaults["step_size"])
    _check_times(name, observed, sampling, simulation_time)
    held = named_values(model, experiment.parameters, f"parameters of '{name}'") if experiment.parameters else {}
    initial = {path: value for path, value in experiment.parameters.items() if held[path].initial}
    fixed = {path: value for path, value in experiment.parameters.items() if not held[path].initial}
    free = space.of(name)
    for item in free:
        if item.path in experiment.parameters:
            raise ArgumentError(f"'{item.path}' is fitted, and has a value in the experiment '{name}'. Leave one out.")
    course = Course(model, experiment.inputs, fixed, initial, sampling, seed, partial(compiled, states=True))
    return Case(name, course, observed, _columns(name, observed, model), tuple(free))


def _check_times(name: str, observed: Observations, sampling: Sampling, limit: float | None) -> None:
    """Raise for times beyond the run that was asked for."""
    last = float(observed.times.max())
    if limit is not None and last > limit * (1 + NEAR):
        raise ArgumentError(
            f"data of '{name}' reach until {last:g}, and the run ends at simulation_time={limit:g}. "
            "Make it longer, or leave later data out."
        )


def _columns(name: str, observed: Observations, model: CompiledModel) -> np.ndarray:
    """Return the places of the data's columns in the table of a run.

    Raises:
        UnknownNameError: a column is none of the outputs.
    """
    known = model.columns
    places = []
    for column in observed.columns:
        if column not in known:
            texts = [_text(some) for some in known]
            raise UnknownNameError(
                f"data of '{name}': the column {_text(column)!r} is no output.{did_you_mean(_text(column), texts)} "
                f"Outputs are: {', '.join(texts)}."
            )
        places.append(known.tolist().index(column))
    return np.array(places)


def _text(column: Any) -> str:
    return "/".join(map(str, column)) if isinstance(column, tuple) else str(column)


def _priors(given: Any, space: Space) -> np.ndarray:
    """Return mean and standard deviation of each value.

    Raises:
        ArgumentError, UnknownNameError: something else was given.
    """
    found = np.array([np.zeros(space.size), np.full(space.size, np.inf)])
    places = {item.name: item.place for item in space.parameters}
    for name, entry in checked_names(given, "priors", space).items():
        try:
            mean, deviation = (float(number) for number in entry)
        except (TypeError, ValueError):
            mean = deviation = np.nan
        if not (np.isfinite(mean) and 0 < deviation < np.inf):
            raise ArgumentError(f"priors['{name}'] is (mean, standard deviation); it is {shown(entry)}.")
        found[:, places[name]] = [[mean], [deviation]]
    return found


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


def _start(given: Any, space: Space, experiments: Mapping[str, Experiment]) -> dict[str, Any]:
    """Return where a fit begins, by name."""
    own = {item.name: item.named.value for item in space.parameters}
    return {**own, **checked_names(given, "start", space)}
