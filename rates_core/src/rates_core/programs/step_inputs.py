"""Samples of inputs for some steps of a run, checked: one trial, or several side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rates_core.errors import ArgumentError
from rates_core.programs.arrays.values import check_shapes
from rates_core.programs.gradient import Between, StepsRequest
from rates_core.system.system import System


class StepInputs:
    """What steps that are a function of inputs ask of these.

    Attributes:
        names: of all inputs.
    """

    def __init__(self, system: System, request: StepsRequest) -> None:
        self.names = tuple(dict.fromkeys(signal.key for signal in system.inputs))
        self._shapes = {name: feed.samples.shape for name, feed in request.feeds.items()}

    def trials(self, inputs: Mapping[str, Any], between: Between | None) -> tuple[int, ...]:
        """Return the length of the axis of trials, if there is one.

        Raises:
            ArgumentError: there are several.
        """
        found = {} if between is None else {"between": tuple(between.y.shape[:-1])}
        found |= {name: tuple(samples.shape[: self.has_trials(name, samples)]) for name, samples in inputs.items()}
        different = {axes: name for name, axes in found.items() if axes}
        if len(different) > 1:
            (one, first), (other, second) = list(different.items())[:2]
            raise ArgumentError(f"The number of trials is {one[0]} in '{first}' and {other[0]} in '{second}'.")
        return next(iter(different), ())

    def count(self, inputs: Mapping[str, Any], steps: int | None) -> int:
        """Return the number of steps that are asked for.

        Raises:
            ArgumentError: there is none, or an input is missing, or not of its shape.
            UnknownNameError: there is no such input.
        """
        missing = [name for name in self.names if name not in inputs]
        if missing:
            raise ArgumentError(f"The input '{missing[0]}' is missing.")
        trials = {name: values.shape[: self.has_trials(name, values)] for name, values in inputs.items()}
        name = next(iter(inputs), "")
        count = inputs[name].shape[len(trials[name])] if inputs and steps is None else steps
        if count is None or count < 1:
            raise ArgumentError("There is no step to take: give one sample of each input per step, or steps=1 or more.")
        known = {name: (*trials.get(name, ()), count, *self._shapes[name][1:]) for name in self.names}
        check_shapes("input", inputs, known)
        return int(count)

    def has_trials(self, name: str, samples: Any) -> bool:
        """Tell whether samples have an axis of trials in front."""
        return name in self._shapes and len(samples.shape) == len(self._shapes[name]) + 1
