"""What is asked, posed as a problem: a model, compiled for each experiment, and what is fitted of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
from attrs import frozen
from rates_core.errors import ArgumentError, RatesError, UnknownNameError, did_you_mean, shown
from rates_core.plugins import get_manager
from rates_core.simulation.compile import CompiledModel
from rates_core.simulation.named import named_values

from rates_core import CircuitTemplate
from rates_fit.course import Course
from rates_fit.derivatives import follows
from rates_fit.experiment import Experiment, Observations, experiments_of, observations
from rates_fit.parameters import Space, checked_names, constraints_of, space_of
from rates_fit.pasts import late_paths
from rates_fit.problem import Case
from rates_fit.sampling import NEAR, Sampling, sampling_of

OUTPUT = "output "  # before names of outputs that stand beside paths of states


@frozen(eq=False)
class Setting:
    """How experiments are run.

    Attributes:
        outputs: names of columns and their paths; None for columns that are paths.
        inputs: of experiments that bring none.
        noise: of the data.
        step_size: of runs.
        simulation_time: until which they go at most; None for the last time of the data.
        solver: of runs.
        backend: of runs; None for core's choice.
        seed: of random numbers.
        options: others of `CircuitTemplate.compile`.
        natively: take a backend whose own loops go back in its place, if one follows the model.
    """

    outputs: Any
    inputs: Any
    noise: Any
    step_size: float
    simulation_time: float | None
    solver: str
    backend: str | None
    seed: int | None
    options: Mapping[str, Any]
    natively: bool = False


def cases_of(model: Any, data: Any, parameters: Any, setting: Setting) -> tuple[Space, tuple[Case, ...]]:
    """Return what is fitted, and experiments that are ready to run.

    Args:
        model: a circuit, or its path.
        data: of experiments.
        parameters: paths, and their constraints.
        setting: how they are run.

    Raises:
        UnknownNameError, ArgumentError: as `fit` does.
    """
    circuit = template_of(model)
    experiments = experiments_of(data, setting.inputs)
    observed = {name: observations(name, item, setting.noise) for name, item in experiments.items()}
    arguments = {"solver": setting.solver, "step_size": setting.step_size,
                 "outputs": _outputs(setting.outputs, observed), **setting.options}  # fmt: skip
    some = next(iter(experiments.values())).inputs
    native = native_backend(circuit, {**arguments, "inputs": some}) if setting.natively else None
    compiled = _Compiled(circuit, {"backend": native or setting.backend, **arguments})
    models = {name: compiled.model(item.inputs) for name, item in experiments.items()}
    shared = constraints_of(parameters)
    local = {name: constraints_of(item.free, f"free of '{name}'") for name, item in experiments.items()}
    paths = dict.fromkeys([*shared, *(path for own in local.values() for path in own)])
    space = space_of(shared, local, named_values(next(iter(models.values())), paths))
    return space, tuple(
        _case(name, item, observed[name], partial(compiled.model, item.inputs), space, setting)
        for name, item in experiments.items()
    )


def template_of(model: Any) -> CircuitTemplate:
    """Return a circuit, which may be given by its path.

    Raises:
        ArgumentError: it is none.
    """
    circuit = CircuitTemplate.from_yaml(model) if isinstance(model, str) else model
    if not isinstance(circuit, CircuitTemplate):
        raise ArgumentError(f"model must be a circuit, or the path of one; it is {shown(model)}.")
    return circuit


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
        """Return outputs, and behind them all states by names that are no others, and what is read late."""
        outputs = self._arguments["outputs"]
        named = dict(outputs) if isinstance(outputs, Mapping) else {path: path for path in outputs}
        alone = self._circuit.compile(inputs=inputs, **{**self._arguments, "outputs": None})
        every = dict.fromkeys([*alone.columns, *late_paths(alone)])
        return {**{f"{OUTPUT}{key}": path for key, path in named.items()}, **{path: path for path in every}}


def backend_of(direction: str) -> str | None:
    """Return an installed backend that differentiates runs so, compiled ones first; None for core's choice."""
    manager = get_manager()
    able = [spec for spec in manager.backends().values() if direction in spec.capabilities.differentiation]
    able.sort(key=lambda spec: (not spec.capabilities.fused, spec.name))
    return able[0].name if able else None


def native_backend(circuit: CircuitTemplate, arguments: Mapping[str, Any]) -> str | None:
    """Return an installed backend whose own loops go back through runs of a model, or None.

    Args:
        circuit: the model.
        arguments: of `compile`, which may be such as only other backends take.
    """
    for spec in get_manager().backends().values():
        if "adjoint" in spec.capabilities.differentiation and not spec.requires:
            with suppress(RatesError):  # what is wrong for other backends too is said when theirs is made
                if follows(circuit.compile(backend=spec.name, **arguments)):
                    return spec.name
    return None


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
    setting: Setting,
) -> Case:
    """Return an experiment, ready."""
    model = compiled()
    sampling = sampling_of(observed.times, model.defaults["step_size"])
    _check_times(name, observed, sampling, setting.simulation_time)
    held = named_values(model, experiment.parameters, f"parameters of '{name}'") if experiment.parameters else {}
    initial = {path: value for path, value in experiment.parameters.items() if held[path].initial}
    fixed = {path: value for path, value in experiment.parameters.items() if not held[path].initial}
    free = space.of(name)
    for item in free:
        if item.path in experiment.parameters:
            raise ArgumentError(f"'{item.path}' is fitted, and has a value in the experiment '{name}'. Leave one out.")
    course = Course(model, experiment.inputs, fixed, initial, sampling, setting.seed, partial(compiled, states=True))
    columns = _columns(name, observed, model)
    return Case(name, course, observed, columns, tuple(free), experiment.noise is not None)


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


def priors_of(given: Any, space: Space) -> np.ndarray:
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


def start_of(given: Any, space: Space) -> dict[str, Any]:
    """Return where a fit begins, by name."""
    own = {item.name: item.named.value for item in space.parameters}
    return {**own, **checked_names(given, "start", space)}
