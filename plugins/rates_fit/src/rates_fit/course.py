"""Runs of an experiment: what all of them share, and rows of one at some values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen
from rates_core.simulation.compile import CompiledModel
from rates_core.simulation.points import Point

from rates_fit.parameters import FreeParameter
from rates_fit.pasts import Past
from rates_fit.sampling import Sampling

Values = Mapping[FreeParameter, Any]


@frozen(eq=False)
class Course:
    """What all runs of an experiment share.

    Attributes:
        model: compiled.
        inputs: of runs.
        parameters: values by path that hold here.
        initial: likewise of states at the start.
        sampling: rows, and values at times.
        seed: of random numbers.
        wider: compiles the model that records all states behind the outputs, and what is read late behind these.
        past: what delayed variables were before the start; None for what the model says.
    """

    model: CompiledModel
    inputs: Mapping[str, Any] | None
    parameters: Mapping[str, Any]
    initial: Mapping[str, Any]
    sampling: Sampling
    seed: int | None = None
    wider: Callable[[], CompiledModel] | None = None
    past: Past | None = None

    def with_states(self) -> CompiledModel:
        """Return the model that records all states behind the outputs, and what is read late behind these."""
        assert self.wider is not None
        return self.wider()

    @property
    def step(self) -> float:
        """Return the step of runs."""
        return float(self.model.defaults["step_size"])

    def arguments(self, values: Values) -> dict[str, Any]:
        """Return the arguments of a run at some values."""
        point = self.point(values)
        return {
            "parameters": point.parameters,
            "initial": point.initial,
            "inputs": self.inputs,
            "simulation_time": self.sampling.duration,
            "sampling_step_size": self.sampling.spacing,
            "cutoff": 0.0,
            "seed": self.seed,
            **({} if self.past is None else {"history": self.past}),
        }

    def point(self, values: Values) -> Point:
        """Return what sets a run apart."""
        parameters, initial = dict(self.parameters), dict(self.initial)
        for item, value in values.items():
            (initial if item.named.initial else parameters)[item.path] = value
        return Point(parameters, initial)

    def rows(self, values: Values) -> np.ndarray:
        """Return the rows of a run, `[rows, columns]`."""
        found: np.ndarray = self.model.run(**self.arguments(values)).to_numpy()
        return found

    def rows_of_many(self, points: Sequence[Values]) -> Iterator[np.ndarray]:
        """Yield the rows of runs, NaN where one ended early."""
        shared = {name: value for name, value in self.arguments({}).items() if name not in ("parameters", "initial")}
        for some in self.model.run_many([self.point(values) for values in points], **shared):
            for number in some.numbers:
                yield some.frame(number).to_numpy()
