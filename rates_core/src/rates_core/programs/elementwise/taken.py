"""Steps of one trial that have been taken in a compiled loop, and the way back through them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from attrs import evolve, field, frozen

from rates_core.delays.prehistory import prehistory
from rates_core.expressions.tree import Symbol
from rates_core.programs.arrays.rollout import Stretch
from rates_core.programs.elementwise.adjoint_loops import AdjointLoops
from rates_core.programs.elementwise.placing import Placing
from rates_core.programs.elementwise.way_back import Ends, WayBack, in_rows
from rates_core.programs.gradient import Between, GradientRequest
from rates_core.programs.input_tables import placed, unplaced
from rates_core.programs.late_samples import LateSamples
from rates_core.programs.program import Kernel, Program, slot_paths
from rates_core.programs.routine import make_routine
from rates_core.system.system import InputSignal, System

Arrays = dict[str, np.ndarray]


class Derivatives(NamedTuple):
    """What comes out of the way back.

    Attributes:
        values: derivatives by values, of all trials.
        inputs: of each trial, those by its inputs.
        before: of each trial, those by what went on before; nothing where steps were the first.
    """

    values: Arrays
    inputs: list[Arrays]
    before: list[Between]


@frozen(eq=False, slots=False)
class Point:
    """What the steps of all trials have in common.

    Attributes:
        program: whose steps they are.
        placing: where values stand.
        late: where reads take their samples from; None if nothing is read late.
        arguments: values of all parameters.
        y: the state at the start.
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
    run: GradientRequest
    count: int
    forth: AdjointLoops
    back: AdjointLoops
    _started: list[tuple[np.ndarray, Arrays]] = field(factory=list)

    @property
    def system(self) -> System:
        """Return the System of the model."""
        return self.program.request.system

    @cached_property
    def _kernel(self) -> Kernel:
        return self.program.bind(self.arguments)

    def started(self, tables: Sequence[np.ndarray]) -> GradientRequest:
        """Return a run from its start, of whose past nothing is said: all was what it is there."""
        run = self.fed(tables)
        y, past = self._start(tables) if self.starts_by_inputs else self._same_start(tables)
        return evolve(run, start=evolve(run.start, y=y), past=past)

    @cached_property
    def starts_by_inputs(self) -> bool:
        """Tell whether what was before the start depends on inputs; it is the same for all trials otherwise."""
        routine = make_routine(self.system, [Symbol(slot) for slot in slot_paths(self.system)])
        return any(signal.path in routine.varying for signal in self.system.inputs)

    def _same_start(self, tables: Sequence[np.ndarray]) -> tuple[np.ndarray, Arrays]:
        if not self._started:
            self._started.append(self._start(tables))
        return self._started[0]

    def _start(self, tables: Sequence[np.ndarray]) -> tuple[np.ndarray, Arrays]:
        """Return the state at the start, and what all that is read late was before."""
        slots = slot_paths(self.system)
        if not slots:
            return self.y, {}
        inputs = tuple(table[0] for table in tables)
        past = prehistory(self.system, self._kernel, 0.0, self.y, inputs, self.arguments)
        return past.y, {slot: past.value(slot, 0.0) for slot in slots}

    def fed(self, tables: Sequence[np.ndarray]) -> GradientRequest:
        """Return a run with inputs, which are held during each step."""
        nodes = self.forth.request.tableau.distinct_nodes
        return in_rows(evolve(self.run, inputs=[tables for _ in nodes] if tables else []))

    @property
    def fed_signals(self) -> list[InputSignal]:
        """Return the inputs by which derivatives are wanted."""
        return [self.system.inputs[number] for number in self.run.fed]


@frozen(eq=False)
class Begun:
    """Where the steps of one trial begin, and what they depend on.

    Attributes:
        run: what a loop has to know.
        start: the state, and the latest samples.
        inputs: samples by name.
        between: what went on before; None for the first steps.
    """

    run: GradientRequest
    start: Ends
    inputs: Mapping[str, np.ndarray]
    between: Between | None

    @classmethod
    def of(cls, point: Point, inputs: Mapping[str, np.ndarray], between: Between | None) -> Begun:
        """Return where steps begin, which keep copies of their inputs for the way back."""
        own = {name: np.array(samples, dtype=float) for name, samples in inputs.items()}
        tables = [placed(signal, own[signal.key].reshape(point.count, -1)) for signal in point.system.inputs]
        if between is not None:
            return cls(point.fed(tables), Ends(between.y, between.windows), own, between)
        run = point.started(tables)
        return cls(
            run, Ends.of_start(point.forth.request, run, 0 if point.late is None else point.late.size), own, None
        )

    def stretches(self, point: Point) -> list[Stretch]:
        """Return stretches of steps whose reads are told in one way."""
        if point.late is None:
            return [Stretch(0, point.count)]
        return point.late.of(self.run.start.step, point.count, 1, len(self.start.windows[0]))

    def by_inputs(self, signals: Sequence[InputSignal], tables: Sequence[np.ndarray]) -> Arrays:
        """Return the derivatives by samples of inputs.

        Args:
            signals: those that are wanted.
            tables: derivatives by what each of them feeds.
        """
        found: Arrays = {}
        for signal, table in zip(signals, tables, strict=True):
            samples = self.inputs[signal.key]
            part = unplaced(signal, table, samples[0].size).reshape(samples.shape)
            found[signal.key] = found.get(signal.key, 0.0) + part
        return found


class Taken:
    """Steps of one trial that have been taken.

    Attributes:
        outputs: by name, of each trial.
        after: what goes on, likewise.
    """

    def __init__(self, point: Point, begun: Begun) -> None:
        self._point, self._begun, run = point, begun, begun.run
        self._way = WayBack(point.forth, point.back, run, begun.stretches(point), point.count)
        end = self._way.forwards(begun.start)
        self.after = [Between(run.start.step + point.count, end.y, end.windows)]
        self.outputs = [{name: np.array(rows) for name, rows in self._way.rows.outputs(run.parts, 0).items()}]

    def back(self, by_outputs: Sequence[Mapping[str, np.ndarray]], by_after: Sequence[Between] | None) -> Derivatives:
        """Follow the steps back.

        Args:
            by_outputs: derivatives by outputs of each trial.
            by_after: those by what goes on; None if there are none.
        """
        point, way, run, before, state = self._point, self._way, self._begun.run, list[Between](), None
        way.rows.seed(run.parts, 0, by_outputs[0])
        totals, by_windows = way.backwards(None if by_after is None else Ends(by_after[0].y, by_after[0].windows))
        if self._begun.between is None:
            parameters, state = way.through_start(point.arguments, totals, by_windows)
        else:
            parameters = way.by_parameters(point.arguments, totals)
            before.append(Between(self._begun.between.step, totals.state, by_windows))
        tables = [np.sum(nodes, axis=0) for nodes in zip(*totals.inputs, strict=True)]
        return Derivatives(
            point.placing.gathered(parameters, state), [self._begun.by_inputs(point.fed_signals, tables)], before
        )
