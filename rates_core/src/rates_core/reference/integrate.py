"""Fixed steps of an explicit Runge-Kutta method, with delays, exactly as the language says."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from attrs import define, field

from rates_core.reference.functions import Value, apply
from rates_core.reference.model import Model
from rates_core.reference.moment import Moment
from rates_core.reference.past import Past
from rates_core.reference.quantities import Read
from rates_core.reference.signals import Signals
from rates_core.reference.tableaus import ExplicitMethod

GRID = 1e-9  # a position this close to a whole number of steps is on the grid


@define(eq=False)
class Stages:
    """The step that is being made.

    Attributes:
        latest: the stage that was computed last, or the start of the step.
        provisional: the end of the step as the pass before left it, or None in the first pass.
        looked_inside: whether a value inside the step was asked for.
    """

    latest: Moment
    provisional: Moment | None = None
    looked_inside: bool = False


@define(eq=False)
class Integration:
    """A run in the making; `moments[k]` is the moment at the end of step k, the first one is the start."""

    model: Model
    method: ExplicitMethod
    step_size: float
    signals: Signals
    past: Past
    moments: list[Moment] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self._states = list(self.model.states)
        self._circular = {
            path: self.model.is_circular(item) for path, item in self.model.quantities.items() if isinstance(item, Read)
        }
        self.moments.append(self._moment(0.0, self.past.at_start, self._before_start))

    _states: list[str] = field(init=False)
    _circular: dict[str, bool] = field(init=False)

    def step(self) -> None:
        """Make one step; if it reads inside itself, make it p times in all, p being the order."""
        provisional: Moment | None = None
        for _ in range(self.method.order):
            stages = Stages(self.moments[-1], provisional)
            provisional = self._pass(stages)
            if not stages.looked_inside:
                break
        assert provisional is not None
        self.moments.append(provisional)

    def _pass(self, stages: Stages) -> Moment:
        """Compute all stages and return the moment at the end of the step."""
        number = len(self.moments) - 1
        slopes: list[dict[str, Value]] = []
        for node, row in zip(self.method.nodes, self.method.matrix, strict=True):
            moment = self.moments[-1]  # a stage at the start of the step, as the first one is, is its sample
            if node != 0.0 or any(row):
                moment = self._stage(number, node, self._moved(row, slopes), stages, stages.latest)
            slopes.append({path: moment.derivative(path) for path in self._states})
            stages.latest = moment
        return self._end(number + 1, self._moved(self.method.weights, slopes), stages)

    def _moved(self, weights: Sequence[float], slopes: Sequence[Mapping[str, Value]]) -> dict[str, Value]:
        """Return the states at the start of the step, moved along weighted slopes."""
        start = self.moments[-1]
        moved: dict[str, Value] = {}
        for path in self._states:
            total: Value = 0.0
            for weight, slope in zip(weights, slopes, strict=True):
                total = apply("add", (total, apply("multiply", (weight, slope[path]))))
            moved[path] = apply("add", (start.value(path), apply("multiply", (self.step_size, total))))
        return moved

    def _moment(self, position: float, states: Callable[[str], Value], delayed: Callable[[Read], Value]) -> Moment:
        external = partial(self._external, position)
        time = position * self.step_size
        return Moment(self.model, time, states, external, delayed, self.past.complex_paths)

    def _external(self, position: float, path: str) -> Value | None:
        return self.signals.at(path, position)

    def _stage(self, number: int, node: float, states: Mapping[str, Value], stages: Stages, latest: Moment) -> Moment:
        """Return a stage of step `number`, which may read the samples up to its start and what is known inside."""

        def delayed(read: Read) -> Value:
            position = self._position(number + node, read)
            if position <= number:
                return self._stored(read.slot, position, number, self.moments.__getitem__)
            stages.looked_inside = True
            return self._inside(read.slot, position, stages.provisional, latest)

        return self._moment(number + node, states.__getitem__, delayed)

    def _end(self, number: int, states: Mapping[str, Value], stages: Stages) -> Moment:
        """Return the moment at the end of a step, which is sample `number` of every variable.

        A value that depends on its own sample reads the samples before it.
        """

        def delayed(read: Read) -> Value:
            position = self._position(number, read)
            if not self._circular[read.path]:
                return self._stored(read.slot, position, number, sample)
            if position <= number - 1:
                return self._stored(read.slot, position, number - 1, sample)
            return self._inside(read.slot, position, stages.provisional, latest)

        def sample(index: int) -> Moment:
            return moment if index == number else self.moments[index]

        latest = stages.latest
        provisional = stages.provisional
        stages = Stages(latest, provisional)
        moment = self._moment(number, states.__getitem__, delayed)
        return moment

    def _inside(self, slot: str, position: float, provisional: Moment | None, latest: Moment) -> Value:
        """Return a value inside the current step: in the first pass that of the latest stage, then interpolated."""
        if provisional is None:
            return latest.value(slot)
        number = len(self.moments)

        def sample(index: int) -> Moment:
            return provisional if index == number else self.moments[index]

        return self._stored(slot, position, number, sample)

    def _before_start(self, read: Read) -> Value:
        return self._stored(read.slot, self._position(0.0, read), 0, self.moments.__getitem__)

    def _position(self, position: float, read: Read) -> float:
        """Return the position in steps that a delayed value is taken from, on the grid if it is close to it."""
        asked = position - self.model.delay(read) / self.step_size
        return float(round(asked)) if abs(asked - round(asked)) <= GRID else asked

    def _stored(self, slot: str, position: float, newest: int, sample: Callable[[int], Moment]) -> Value:
        """Return a value at a position up to the sample `newest`: stored, interpolated or before the start.

        Samples k - p//2, ..., k - p//2 + p are used, k being the last one that is not after the position, moved such
        that they exist: none before the start, none after the newest.
        """
        if position < 0.0:
            return self.past.before(slot, position * self.step_size)
        k, order = math.floor(position), self.method.order
        if position == k:
            return sample(k).value(slot)
        first = max(0, min(k - order // 2, newest - order))
        indices = range(first, min(first + order, newest) + 1)
        return interpolated(position, {index: sample(index).value(slot) for index in indices})


def interpolated(position: float, samples: Mapping[int, Value]) -> Value:
    """Return the value of the polynomial through samples at whole positions (Lagrange's form)."""
    total: Value = 0.0
    for own, value in samples.items():
        weight = math.prod((position - other) / (own - other) for other in samples if other != own)
        total = apply("add", (total, apply("multiply", (weight, value))))
    return total
