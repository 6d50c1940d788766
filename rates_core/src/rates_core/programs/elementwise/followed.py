"""Steps of a compiled loop as a function of values, of inputs, and of what goes on between them, with the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from attrs import evolve

from rates_core.delays.reads import delay_values
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.tree import symbols
from rates_core.programs.arrays.values import check_shapes
from rates_core.programs.carry import Carry
from rates_core.programs.elementwise.adjoints import Adjoints
from rates_core.programs.elementwise.placing import Placing
from rates_core.programs.elementwise.taken import Arrays, Begun, Derivatives, Point, Taken
from rates_core.programs.elementwise.together import TakenTogether
from rates_core.programs.gradient import Between, GradientRequest, StepsRequest, Weighted
from rates_core.programs.late_samples import LateSamples
from rates_core.programs.program import Program
from rates_core.programs.step_inputs import StepInputs

FEWEST = 4  # trials that are taken side by side: fewer take as long one after another
#: Takes derivatives by outputs, and by what goes on; returns those by values and inputs, and by what went on before.
Back = Callable[[Mapping[str, np.ndarray], Between | None], tuple[Arrays, Between | None]]


class FollowedSteps:
    """Take steps of a run, a few or many at a time, and follow them back; all arrays are NumPy's.

    It is pure, as `StepsOfValues` of the array libraries is, and takes the same steps. Several trials are taken side by
    side by loops that do so, else one after another.

    Args:
        program: whose steps they are.
        adjoints: its adjoint modules.
        arguments: values of all parameters, for those that are not among the values.
        request: what is asked for.

    Attributes:
        values: by name, as they are at first.
        inputs: names of inputs.
    """

    def __init__(
        self, program: Program, adjoints: Adjoints[Any], arguments: Mapping[str, Any], request: StepsRequest
    ) -> None:
        self._program, self._adjoints, self._request = program, adjoints, request
        self._system = program.request.system
        self._placing = Placing(request, arguments)
        self.values = dict(request.values)
        self._fed = StepInputs(self._system, request)
        self.inputs = self._fed.names
        self._late, self._beside = self._late_samples(), True
        self._forth = adjoints.of(program.request, self._run(0, 1, 1))

    def __repr__(self) -> str:
        """Return what the steps are a function of."""
        return f"<Steps by {', '.join(f'{path}: {value.shape}' for path, value in self.values.items())}>"

    def arrays(self) -> Arrays:
        """Return the values at first."""
        return {name: np.array(value, dtype=float) for name, value in self.values.items()}

    def advance(
        self,
        values: Mapping[str, np.ndarray],
        inputs: Mapping[str, np.ndarray] | None = None,
        between: Between | None = None,
        steps: int | None = None,
        stride: int = 1,
        checkpoint: bool = False,
    ) -> tuple[Arrays, Between]:
        """Return the outputs before every `stride` steps by name, each with an axis of time, and what goes on.

        Args:
            values: all, by name.
            inputs: samples by name, one per step, or a row of columns; with an axis of trials in front for several.
            between: what an earlier call returned; None starts.
            steps: number of steps, where there are no inputs to tell it.
            stride: steps per row.
            checkpoint: accepted, since other backends have it.

        Raises:
            ArgumentError: something is not of its shape, or the numbers of samples or trials differ.
            UnknownNameError: there is no such value or input.
        """
        found, after, _ = self.followed(values, inputs, between, steps, stride)
        return found, after

    def followed(
        self,
        values: Mapping[str, np.ndarray],
        inputs: Mapping[str, np.ndarray] | None = None,
        between: Between | None = None,
        steps: int | None = None,
        stride: int = 1,
        wrt: Sequence[str] = (),
    ) -> tuple[Arrays, Between, Back]:
        """Return what `advance` does, and the way back.

        That is a function of derivatives by outputs, by name, and by what goes on, or None. It returns those by the
        values and inputs that are wanted, by name, and by what went on before; None if the steps were the first.

        Args:
            values: as in `advance`, as are the others.
            inputs: see there.
            between: see there.
            steps: see there.
            stride: see there.
            wrt: names of values and inputs by which derivatives are wanted.
        """
        inputs = inputs or {}
        check_shapes("value", values, {name: value.shape for name, value in self.values.items()})
        batch, count = self._fed.trials(inputs, between), self._fed.count(inputs, steps)
        step = self._request.start.step if between is None else between.step
        pointed = partial(self._point, self._run(step, count, stride), count, values, wrt)
        taken = self._taken(pointed, inputs, between, batch)
        every = [own for one in taken for own in one.outputs]
        outputs = {name: _joined([own[name] for own in every], batch) for name in every[0]}
        after = _together([own for one in taken for own in one.after], batch)

        def back(by_outputs: Mapping[str, np.ndarray], by_after: Between | None) -> tuple[Arrays, Between | None]:
            found, first = list[Derivatives](), 0
            for one in taken:
                numbers = range(first, first := first + len(one.after))
                own = [
                    {name: given[number] if batch else given for name, given in by_outputs.items()}
                    for number in numbers
                ]
                ends = None if by_after is None else [_of_many(by_after, number, batch) for number in numbers]
                found.append(one.back(own, ends))
            derivatives = {name: self._total(name, found, inputs) for name in wrt}
            before = [own for one in found for own in one.before]
            if between is None:
                return derivatives, None
            return derivatives, _together(before, batch) if between.y.ndim > 1 or not batch else _summed(before)

        return outputs, after, back

    def _taken(
        self,
        pointed: Callable[..., Point],
        inputs: Mapping[str, np.ndarray],
        between: Between | None,
        batch: tuple[int, ...],
    ) -> Sequence[Taken | TakenTogether]:
        """Take the steps of all trials, several side by side if loops do so."""
        if not batch:
            point = pointed()
            return [Taken(point, Begun.of(point, inputs, between))]
        point = self._side_by_side(pointed, batch[0]) or pointed()
        begun = [Begun.of(point, *self._of_trial(number, inputs, between)) for number in range(batch[0])]
        many = point.forth.request.trials
        if many == 1:
            return [Taken(point, one) for one in begun]
        return [TakenTogether(point, begun[first : first + many]) for first in range(0, len(begun), many)]

    def _side_by_side(self, pointed: Callable[..., Point], trials: int) -> Point | None:
        """Return what steps have in common that are taken side by side; None if they are not."""
        together = self._adjoints.together
        if together == 1 or trials < FEWEST or not self._beside:
            return None
        try:
            return pointed(together)
        except UnsupportedFeatureError:  # of one trial alone, loops may do what they cannot do of several
            self._beside = False
            return None

    def _total(self, name: str, parts: Sequence[Derivatives], inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the derivative by what each trial has of its own, or by what is the same in all."""
        if name not in inputs:
            return sum((part.values[name] for part in parts[1:]), parts[0].values[name])
        every = [own[name] for part in parts for own in part.inputs]
        return np.stack(every) if self._fed.has_trials(name, inputs[name]) else sum(every[1:], every[0])

    def _late_samples(self) -> LateSamples | None:
        history, tableau = self._request.start.history, self._program.request.tableau
        if history is None:
            return None
        assert tableau is not None
        delays = {path for read in self._system.reads for path in symbols(read.delay)}
        moved = not delays.isdisjoint(self._request.parameters)
        return LateSamples(self._system, tableau.distinct_nodes, self._request, history, moved)

    def _of_trial(
        self, number: int, inputs: Mapping[str, np.ndarray], between: Between | None
    ) -> tuple[Arrays, Between | None]:
        """Return the inputs of one of several trials, and what goes on in it."""
        own = {name: rows[number] if self._fed.has_trials(name, rows) else rows for name, rows in inputs.items()}
        return own, None if between is None else _of_many(between, number, between.y.shape[:-1])

    def _point(
        self,
        run: GradientRequest,
        count: int,
        values: Mapping[str, np.ndarray],
        wrt: Sequence[str],
        together: int = 1,
    ) -> Point:
        """Return what the steps of all trials have in common.

        Args:
            run: what a loop has to know, but inputs and where steps begin.
            count: number of steps.
            values: all, by name.
            wrt: names of values and inputs by which derivatives are wanted.
            together: how many trials the loops take side by side.

        Raises:
            UnsupportedFeatureError: there are no such loops.
        """
        arguments, y = self._placing.placed(values)
        if self._late is not None:
            self._late.follow([np.asarray(length) for length in delay_values(self._system, arguments)])
        parameters = self._placing.parameters_of([name for name in wrt if name in self.values])
        fed = tuple(number for number, signal in enumerate(self._system.inputs) if signal.key in wrt)
        whole, run = self._program.request, evolve(run, parameters=parameters, fed=fed)
        back = self._adjoints.of(whole, run, together).bind(arguments) if wrt or together > 1 else None
        forth = self._forth.bind(arguments) if together == 1 else back  # which takes steps forwards, too
        assert forth is not None
        return Point(self._program, self._placing, self._late, arguments, y, run, count, forth, back or forth)

    def _run(self, step: int, count: int, stride: int) -> GradientRequest:
        """Return what a loop has to know of some steps, but inputs and where they begin."""
        request = self._request
        return GradientRequest(
            start=Carry(step, step * request.step_size, request.start.y),
            draws=request.random(step, count), step_size=request.step_size,
            samples=-(-count // stride), stride=stride, first=0, parts=request.parts, loss=Weighted({}), parameters=(),
            initial=True,
        )  # fmt: skip


def _joined(parts: Sequence[np.ndarray], batch: tuple[int, ...]) -> np.ndarray:
    return np.stack(parts) if batch else parts[0]


def _together(parts: Sequence[Between], batch: tuple[int, ...]) -> Between:
    """Return what goes on of each trial as that of all."""
    if not batch:
        return parts[0]
    windows = zip(*(part.windows for part in parts), strict=True)
    return Between(parts[0].step, np.stack([part.y for part in parts]), tuple(np.stack(own, 1) for own in windows))


def _of_many(between: Between, number: int, batch: tuple[int, ...]) -> Between:
    """Return what goes on of one of several trials; of what is the same in all, itself."""
    if not batch:
        return between
    return Between(between.step, between.y[number], tuple(window[:, number] for window in between.windows))


def _summed(parts: Sequence[Between]) -> Between:
    windows = zip(*(part.windows for part in parts), strict=True)
    return Between(parts[0].step, np.sum([part.y for part in parts], axis=0), tuple(sum(own) for own in windows))
