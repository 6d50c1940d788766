"""Steps of a compiled loop as a function of values, of inputs, and of what goes on between them, with the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import evolve, frozen

from rates_core.delays.prehistory import prehistory
from rates_core.delays.reads import delay_values
from rates_core.expressions.tree import symbols
from rates_core.programs.arrays.rollout import Stretch
from rates_core.programs.arrays.values import check_shapes
from rates_core.programs.carry import Carry
from rates_core.programs.elementwise.adjoint_loops import AdjointLoops
from rates_core.programs.elementwise.adjoints import Adjoints
from rates_core.programs.elementwise.placing import Placing
from rates_core.programs.elementwise.way_back import Ends, WayBack, in_rows
from rates_core.programs.gradient import Between, GradientRequest, StepsRequest, Weighted
from rates_core.programs.input_tables import placed, unplaced
from rates_core.programs.late_samples import LateSamples
from rates_core.programs.program import Program, slot_paths
from rates_core.programs.step_inputs import StepInputs
from rates_core.system.system import System

Arrays = dict[str, np.ndarray]
#: Takes derivatives by outputs, and by what goes on; returns those by values and inputs, and by what went on before.
Back = Callable[[Mapping[str, np.ndarray], Between | None], tuple[Arrays, Between | None]]


class FollowedSteps:
    """Take steps of a run, a few or many at a time, and follow them back; all arrays are NumPy's.

    It is pure, as `StepsOfValues` of the array libraries is, and takes the same steps. Several trials are taken one
    after another.

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
        self._late = self._late_samples()
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
        point = self._point(values, wrt, self._request.start.step if between is None else between.step, count, stride)
        parts = (
            [self._of_trial(number, inputs, between) for number in range(batch[0])] if batch else [(inputs, between)]
        )
        taken = [_Taken(point, some, before) for some, before in parts]
        outputs = {name: _joined([one.outputs[name] for one in taken], batch) for name in taken[0].outputs}
        after = _together([one.after for one in taken], batch)

        def back(by_outputs: Mapping[str, np.ndarray], by_after: Between | None) -> tuple[Arrays, Between | None]:
            found = []
            for number, one in enumerate(taken):
                own = {name: given[number] for name, given in by_outputs.items()} if batch else by_outputs
                found.append(one.back(own, None if by_after is None else _of_many(by_after, number, batch)))
            derivatives = {name: self._total(name, [own[name] for own, _ in found], inputs) for name in wrt}
            before = [own for _, own in found if own is not None]
            if between is None:
                return derivatives, None
            return derivatives, _together(before, batch) if between.y.ndim > 1 or not batch else _summed(before)

        return outputs, after, back

    def _total(self, name: str, parts: Sequence[np.ndarray], inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the derivative by what each trial has of its own, or by what is the same in all."""
        if name in inputs and self._fed.has_trials(name, inputs[name]):
            return np.stack(parts)
        return sum(parts[1:], parts[0])

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
        self, values: Mapping[str, np.ndarray], wrt: Sequence[str], step: int, count: int, stride: int
    ) -> _Point:
        """Return what the steps of all trials have in common."""
        arguments, y = self._placing.placed(values)
        if self._late is not None:
            self._late.follow([np.asarray(length) for length in delay_values(self._system, arguments)])
        parameters = self._placing.parameters_of([name for name in wrt if name in self.values])
        fed = tuple(number for number, signal in enumerate(self._system.inputs) if signal.key in wrt)
        run = evolve(self._run(step, count, stride), parameters=parameters, fed=fed)
        forth = self._forth.bind(arguments)
        back = self._adjoints.of(self._program.request, run).bind(arguments) if wrt else forth
        return _Point(self._program, self._placing, self._late, arguments, y, tuple(wrt), run, count, forth, back)

    def _run(self, step: int, count: int, stride: int) -> GradientRequest:
        """Return what a loop has to know of some steps, but inputs and where they begin."""
        request = self._request
        return GradientRequest(
            start=Carry(step, step * request.step_size, request.start.y),
            draws=request.random(step, count), step_size=request.step_size,
            samples=-(-count // stride), stride=stride, first=0, parts=request.parts, loss=Weighted({}), parameters=(),
            initial=True,
        )  # fmt: skip


@frozen(eq=False)
class _Point:
    """What the steps of all trials have in common.

    Attributes:
        program: whose steps they are.
        placing: where values stand.
        late: where reads take their samples from; None if nothing is read late.
        arguments: values of all parameters.
        y: the state at the start.
        wrt: names of values and inputs by which derivatives are wanted.
        run: what a loop has to know, but inputs and where steps begin.
        count: number of steps.
        forth: loops that take them.
        back: loops that follow them.
    """

    program: Program
    placing: Placing
    late: LateSamples | None
    arguments: Mapping[str, Any]
    y: np.ndarray
    wrt: tuple[str, ...]
    run: GradientRequest
    count: int
    forth: AdjointLoops
    back: AdjointLoops

    @property
    def system(self) -> System:
        """Return the System of the model."""
        return self.program.request.system

    def started(self, tables: Sequence[np.ndarray]) -> GradientRequest:
        """Return a run from its start, of whose past nothing is said: all was what it is there."""
        run = self.fed(tables)
        slots = slot_paths(self.system)
        if not slots:
            return evolve(run, start=evolve(run.start, y=self.y))
        kernel, inputs = self.program.bind(self.arguments), tuple(table[0] for table in tables)
        past = prehistory(self.system, kernel, 0.0, self.y, inputs, self.arguments)
        return evolve(run, start=evolve(run.start, y=past.y), past={slot: past.value(slot, 0.0) for slot in slots})

    def fed(self, tables: Sequence[np.ndarray]) -> GradientRequest:
        """Return a run with inputs, which are held during each step."""
        nodes = self.forth.request.tableau.distinct_nodes
        return in_rows(evolve(self.run, inputs=[tables for _ in nodes] if tables else []))


class _Taken:
    """Steps of one trial that have been taken.

    Attributes:
        outputs: by name.
        after: what goes on.
    """

    def __init__(self, point: _Point, inputs: Mapping[str, np.ndarray], between: Between | None) -> None:
        self._point, self._inputs, self._between = point, inputs, between
        own = {name: np.array(samples, dtype=float) for name, samples in inputs.items()}  # the way back needs them too
        tables = [placed(signal, own[signal.key].reshape(point.count, -1)) for signal in point.system.inputs]
        late, stretches = point.late, [Stretch(0, point.count)]
        if between is None:
            run = point.started(tables)
            start = Ends.of_start(point.forth.request, run, 0 if late is None else late.size)
        else:
            run, start = point.fed(tables), Ends(between.y, between.windows)
        if late is not None:
            stretches = late.of(run.start.step, point.count, 1, len(start.windows[0]))
        self._run, self._way = run, WayBack(point.forth, point.back, run, stretches, point.count)
        end = self._way.forwards(start)
        self.after = Between(run.start.step + point.count, end.y, end.windows)
        self.outputs = {name: np.array(rows) for name, rows in self._way.rows.outputs(run.parts, 0).items()}

    def back(self, by_outputs: Mapping[str, np.ndarray], by_after: Between | None) -> tuple[Arrays, Between | None]:
        """Follow the steps back; see `FollowedSteps.followed`."""
        point, way, before, state = self._point, self._way, None, None
        way.rows.seed(self._run.parts, 0, by_outputs)
        totals, by_windows = way.backwards(None if by_after is None else Ends(by_after.y, by_after.windows))
        if self._between is None:
            parameters, state = way.through_start(point.arguments, totals, by_windows)
        else:
            parameters = way.by_parameters(point.arguments, totals)
            before = Between(self._between.step, totals.state, by_windows)
        derivatives = point.placing.gathered(parameters, state) | self._by_inputs(totals.inputs)
        return {name: derivatives[name] for name in point.wrt}, before

    def _by_inputs(self, tables: Sequence[Sequence[np.ndarray]]) -> Arrays:
        """Return the derivatives by samples of the wanted inputs, of those by tables."""
        found: Arrays = {}
        for place, number in enumerate(self._run.fed):
            signal = self._point.system.inputs[number]
            samples = self._inputs[signal.key]
            total = np.sum([node[place] for node in tables], axis=0)
            part = unplaced(signal, total, samples[0].size).reshape(samples.shape)
            found[signal.key] = found.get(signal.key, 0.0) + part
        return found


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
