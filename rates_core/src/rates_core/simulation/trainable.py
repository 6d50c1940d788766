"""Runs, and steps of runs, as functions of values by path, for programs that train them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve

from rates_core.errors import ArgumentError, UnsupportedFeatureError
from rates_core.expressions.tree import symbols
from rates_core.programs.gradient import Feed, StepsRequest, TrainableRequest
from rates_core.simulation.asked import Asked, Way, some_paths_of
from rates_core.simulation.execution import Run, RunRequest, with_history

if TYPE_CHECKING:
    from rates_core.simulation.compile import CompiledModel


def trainable(model: CompiledModel, wrt: Iterable[str], request: RunRequest, checkpoint: Any) -> Any:
    """Return a run as a function of values; see `CompiledModel.trainable`."""
    asked = _asked(model, some_paths_of(wrt), request, checkpoint, "trainable")
    _check_no_delays(asked)
    made = asked.run.kernel.trainable(TrainableRequest(**_values(asked), **asked.course()))
    asked.warn("trainable")
    return made


def steps(model: CompiledModel, wrt: Iterable[str], request: RunRequest) -> Any:
    """Return the steps of a run as a function of values; see `CompiledModel.steps`."""
    asked = _asked(model, wrt, request, False, "steps")
    run = asked.run
    for signal in run.model.system.inputs:
        if not run.inputs.has_samples(signal.key):
            raise ArgumentError(
                f"The input '{signal.key}' is a function of time; steps() is given samples. Compile with an array."
            )
    random = partial(_random, run)
    past_of = partial(_past_of, run)
    made = run.kernel.single_steps(StepsRequest(random=random, past_of=past_of, **_values(asked), **asked.course()))
    asked.warn("steps")
    return made


def _random(run: Run, first: int, count: int) -> list[np.ndarray]:
    """Return tables of random numbers of some steps."""
    return run.draws.tables(first, count, run.grid.step_size)


def _past_of(run: Run, delays: Sequence[Any]) -> Any:
    """Return the history of a run that begins with other delays."""
    return with_history(evolve(run, delays=tuple(delays))).carry.history


def _asked(model: CompiledModel, wrt: Iterable[str], request: RunRequest, checkpoint: Any, asks: str) -> Asked:
    """Return what is asked, where all of it can be values."""
    asked = Asked.of(model, wrt, request, Way.of("reverse", checkpoint), asks)
    _check_real(asked, asks)
    return asked


def _values(asked: Asked) -> dict[str, Any]:
    """Return what values are at first, and where they stand."""
    run = asked.run
    feeds = {
        signal.key: _feed(run, signal.key) for signal in run.model.system.inputs if run.inputs.has_samples(signal.key)
    }
    values = {
        path: feeds[path].samples if path in asked.keys else asked.variables[path].value(run.arguments, run.carry.y)
        for path in asked.paths
    }
    parameters, state = _places(asked, values)
    return {"values": values, "parameters": parameters, "state": state, "feeds": feeds}


def _check_no_delays(asked: Asked) -> None:
    """Raise where delays are variables: what is read late is stored for those that a run begins with."""
    delays = {path for read in asked.run.model.system.reads for path in symbols(read.delay)}
    for path, variable in asked.variables.items():
        if any(target.parameter in delays for target in variable.targets):
            raise UnsupportedFeatureError(
                f"wrt: '{path}' is a delay, which says what is stored of a run; trainable() keeps it as it is. "
                "gradient() differentiates by it."
            )


def _check_real(asked: Asked, asks: str) -> None:
    """Raise where variables are complex: values that programs train are real."""
    for path, variable in asked.variables.items():
        if variable.complex:
            raise UnsupportedFeatureError(
                f"wrt: '{path}' is complex; the values of {asks}() are real. gradient() differentiates by it."
            )


def _places(asked: Asked, values: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], np.ndarray | None]:
    """Return for each entry of parameters that values change, and of the state, its place among all values."""
    system, width = asked.run.model.system, len(asked.run.carry.y)
    parameters: dict[str, np.ndarray] = {}
    state, begin = None, 0
    for path, value in values.items():
        variable = asked.variables.get(path)
        for target, places in zip(variable.targets, variable.places(), strict=True) if variable else ():
            if target.parameter is None:
                state = found = np.full(width, -1) if state is None else state
            else:
                shape = system.parameter_paths[target.parameter].shape
                found = parameters.setdefault(target.parameter, np.full(shape, -1))
            found.reshape(-1)[slice(None) if target.places is None else target.places] = begin + places
        begin += value.size
    return parameters, state


def _feed(run: Run, key: str) -> Feed:
    """Return where the tables of an input take their values from."""
    tableau, grid = run.model.choice.tableau, run.grid
    assert tableau is not None
    assert run.request.inputs is not None
    samples = np.asarray(run.request.inputs[key], dtype=float)
    tables = {
        number: [run.inputs.origins(number, node, grid.rows * grid.stride) for node in tableau.distinct_nodes]
        for number, signal in enumerate(run.model.system.inputs)
        if signal.key == key
    }
    return Feed(samples, tables)
