"""Take a run's steps in a compiled loop, and carry the derivatives of a loss back through them.

The steps are divided into segments, not more than each has steps. Forwards, what each segment begins with is kept;
backwards its steps are taken once more, and then followed to its beginning. So the memory that is needed grows with the
root of the number of steps.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
from attrs import evolve, frozen

from rates_core.delays.strategy import Gather
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.derivative import differentiate
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.tree import symbols
from rates_core.programs.arrays.rollout import Stretch, Stretches
from rates_core.programs.elementwise.adjoint import AdjointRequest
from rates_core.programs.elementwise.adjoint_loops import AdjointLoops, Segment, Steps, Totals
from rates_core.programs.elementwise.through_start import ThroughStart
from rates_core.programs.elementwise.weighing import Rows
from rates_core.programs.gradient import GradientRequest, Gradients
from rates_core.programs.real_pairs import no_derivative

NUMBERS_AT_HAND = 2**16  # of a trial, that stay in a processor's cache


def gradients_of(loops: AdjointLoops, arguments: Mapping[str, Any], run: GradientRequest) -> Gradients:
    """Return the derivatives of a loss of a run.

    Args:
        loops: of the module for what is wanted.
        arguments: values of all parameters.
        run: what is asked for.

    Raises:
        UnsupportedFeatureError: reads look inside steps.
        ArgumentError: the loss does not return its value and derivatives.
    """
    request, run = loops.request, in_rows(run)
    size = len(run.start.history.buffers()[0]) // 2 if request.system.reads else 0
    way = WayBack(loops, loops, run, _divided(request, run), (run.samples - 1) * run.stride + 1)
    way.forwards(Ends.of_start(request, run, size))
    loss = way.rows.weigh(run)
    totals, by_start = way.backwards(None)
    parameters, initial = way.through_start(arguments, totals, by_start)
    return Gradients(loss, parameters, initial, totals.inputs)


def in_rows(run: GradientRequest) -> GradientRequest:
    """Return a run whose tables lie in memory row by row, as compiled loops take them."""
    inputs = [[np.ascontiguousarray(table) for table in node] for node in run.inputs]
    return evolve(run, inputs=inputs, draws=[np.ascontiguousarray(table) for table in run.draws])


def _divided(request: AdjointRequest, run: GradientRequest) -> list[Stretch]:
    """Return stretches of steps whose reads are told in one way.

    Raises:
        UnsupportedFeatureError: reads look inside steps.
    """
    history = run.start.history
    if history is None:
        return [Stretch(0, run.samples)]
    divided = Stretches(request.system, request.tableau.distinct_nodes, history, request.delays)
    found = divided.of(run.start.step, run.samples, run.stride)
    if any(stretch.sweeps for stretch in found):
        raise UnsupportedFeatureError(
            "The adjoint of a compiled loop does not follow delayed values inside steps, around which the method "
            f"'{request.tableau.name}' has too few samples: of delays of few steps, and near places where a "
            "delayed variable bends. Take a smaller step_size, solver='euler', or a backend of an array library, "
            "such as torch."
        )
    return found


@frozen(eq=False)
class Ends:
    """Where steps begin, or what they lead to; or derivatives of the loss by that.

    Attributes:
        y: the state.
        windows: of each slot that is read, its latest samples, `[samples, ...]`.
    """

    y: np.ndarray
    windows: tuple[np.ndarray, ...]

    @classmethod
    def of_start(cls, request: AdjointRequest, run: GradientRequest, size: int) -> Ends:
        """Return where a run begins, before which everything was what it is there."""
        shapes = {slot: (size, *request.system.shapes[slot]) for slot in request.slots}
        return cls(run.start.y, tuple(np.broadcast_to(run.past[slot], shape) for slot, shape in shapes.items()))


class WayBack:
    """Steps of one run, forwards and back.

    Args:
        forth: loops that take the steps.
        back: loops that follow them.
        run: what the steps depend on.
        stretches: of these steps, whose reads are told in one way.
        steps: how many are taken.

    Attributes:
        rows: what is recorded.
    """

    def __init__(
        self, forth: AdjointLoops, back: AdjointLoops, run: GradientRequest, stretches: Sequence[Stretch], steps: int
    ) -> None:
        self._forth, self._back, self._run, self._stretches, self._steps = forth, back, run, stretches, steps
        self._request, self._system = back.request, back.request.system
        self._width = self._system.width * self._request.trials
        self.rows = Rows.of(forth.request, run)
        self._kept: list[tuple[np.ndarray, ...]] = []  # what each segment begins with

    def forwards(self, start: Ends) -> Ends:
        """Take all steps; return where they lead."""
        self._size = len(start.windows[0]) if start.windows else 0
        self._length = min(self._steps, max(math.ceil(math.sqrt(self._steps)), self._size, self._near()))
        segment = self._segment = self._room(start)
        y = np.zeros(self._forth.request.adjoint.system.width * self._request.trials)
        y[: self._width] = start.y
        for begun in range(0, self._steps, self._length):
            if begun:
                _move(segment.buffers, self._length, self._size)
            segment.begun = begun
            self._kept.append((y.copy(), *(buffer[: self._size].copy() for buffer in segment.buffers)))
            self._take(y, segment)
        return Ends(y[: self._width], tuple(buffer[self._last].copy() for buffer in segment.buffers))

    @property
    def _last(self) -> slice:
        """Return where the latest samples stand behind the last step."""
        begin = self._steps - (len(self._kept) - 1) * self._length
        return slice(begin, begin + self._size)

    def backwards(self, by_end: Ends | None) -> tuple[Totals, tuple[np.ndarray, ...]]:
        """Follow all steps back; return derivatives, and those by the samples that were there before the first step.

        Args:
            by_end: the derivatives by what the steps lead to; None if there are none.
        """
        segment, totals = self._segment, self._totals()
        bars = tuple(map(np.zeros_like, segment.buffers))
        if by_end is not None:
            totals.state[:] = by_end.y
            for own, given in zip(bars, by_end.windows, strict=True):
                own[self._last] = given
        for number in reversed(range(len(self._kept))):
            if segment.begun != number * self._length:
                self._take_again(number)
            if number < len(self._kept) - 1:
                for own in bars:
                    own[self._length : self._length + self._size] = own[: self._size].copy()
                    own[: self._length] = 0.0
            stop = min(segment.begun + self._length, self._steps)
            for steps in reversed(list(self._pieces(segment.begun, stop))):
                self._back.backward(self._run, steps, segment, bars, self.rows, totals)
        return totals, tuple(own[: self._size] for own in bars)

    def through_start(
        self, arguments: Mapping[str, Any], totals: Totals, by_start: Sequence[np.ndarray]
    ) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Return the derivatives by parameters and by the state at the start; those by inputs are added to.

        Args:
            arguments: values of all parameters.
            totals: derivatives by what the steps depend on.
            by_start: those by samples before them.
        """
        by_slot = dict(zip(self._request.slots, (own.sum(axis=0) for own in by_start), strict=True))
        parameters = self.by_parameters(arguments, totals)
        through = ThroughStart(self._back, self._run, parameters, totals.inputs)
        return parameters, through.followed(totals.state, by_slot)

    def by_parameters(self, arguments: Mapping[str, Any], totals: Totals) -> dict[str, np.ndarray]:
        """Return the derivatives by each parameter, in its shape; likewise."""
        parameters, first = self._system.parameter_paths, self._request.parameters[0]
        found = {path: no_derivative(parameters[path]) for path in self._run.parameters}
        for path in self._request.wanted.parameters:
            start, stop = self._request.bar(path)
            found[path] = totals.parameters[start - first : stop - first].reshape(parameters[path].shape)
        self._add_delays(arguments, totals, found)
        return found

    def _near(self) -> int:
        """Return how many steps are at hand if all numbers of theirs are kept: there is no need to take them again."""
        slots = (prod(self._system.shapes[slot]) for slot in self._request.slots)
        return NUMBERS_AT_HAND // max(1, self._request.kept + 2 * sum(slots))

    def _pieces(self, begun: int, stop: int) -> Iterator[Steps]:
        """Yield steps in parts that one call can take: those that are not like others one by one."""
        ends = [stretch.first for stretch in self._stretches[1:]] + [stop]
        for stretch, end in zip(self._stretches, ends, strict=True):
            first, last = max(begun, stretch.first), min(stop, max(end, begun))
            if first >= last:
                continue
            reads = [node.reads for node in stretch.nodes]
            if reads and reads[0] and reads[0][0].places.ndim > 1:
                for step in range(first, last):
                    yield Steps(step, step + 1, [[_at(read, step - stretch.first) for read in node] for node in reads])
            else:
                yield Steps(first, last, reads)

    def _room(self, start: Ends) -> Segment:
        """Return room for a segment, with what was before the first step."""
        own = [self._request.extents(self._system.shapes[slot]) for slot in self._request.slots]
        shapes = [(self._size + self._length, *shape) for shape in own]
        buffers = tuple(map(np.zeros, shapes))
        for buffer, samples in zip(buffers, start.windows, strict=True):
            buffer[: self._size] = samples
        return Segment(0, self._size, np.zeros((self._length, self._request.kept * self._request.trials)), buffers)

    def _take(self, y: np.ndarray, segment: Segment) -> None:
        for steps in self._pieces(segment.begun, min(segment.begun + self._length, self._steps)):
            self._forth.forward(self._run, y, steps, segment, self.rows)

    def _take_again(self, number: int) -> None:
        """Take the steps of a segment once more."""
        segment, (y, *begun) = self._segment, self._kept[number]
        segment.begun = number * self._length
        for buffer, samples in zip(segment.buffers, begun, strict=True):
            buffer[: self._size] = samples
        self._take(y.copy(), segment)

    def _totals(self) -> Totals:
        first, last = self._request.parameters
        reads = self._system.reads if self._request.delays else ()
        fed = [[np.zeros_like(node[number]) for number in self._run.fed] for node in self._run.inputs]
        return Totals(
            np.zeros(self._width),
            np.zeros((last - first) * self._request.trials),
            tuple(map(tuple, fed)),
            tuple(np.zeros(self._request.extents(read.shape) or (1,)) for read in reads),
        )

    def _add_delays(self, arguments: Mapping[str, Any], totals: Totals, parameters: dict[str, np.ndarray]) -> None:
        """Add derivatives by what delays are made of."""
        for read, total in zip(self._system.reads, totals.delays, strict=False):
            for path in symbols(read.delay) & parameters.keys():
                slope = evaluate(differentiate(read.delay, path), arguments)
                added = total.reshape(read.shape) * slope
                shape = parameters[path].shape
                parameters[path] = parameters[path] + (added if shape else np.sum(added))


def _at(gather: Gather, step: int) -> Gather:
    """Return a gather of one step, of one with an axis of steps."""
    return Gather(gather.places[step], gather.weights[step], None if gather.slopes is None else gather.slopes[step])


def _move(arrays: Sequence[np.ndarray], steps: int, size: int) -> None:
    """Move the last rows to the front, where the next segment has what was before it."""
    for array in arrays:
        array[:size] = array[steps : steps + size].copy()
