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

from rates_core.delays.strategy import Gather
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.derivative import differentiate
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.tree import symbols
from rates_core.programs.arrays.rollout import Stretch, Stretches
from rates_core.programs.elementwise.adjoint_loops import AdjointLoops, Segment, Steps, Totals
from rates_core.programs.elementwise.through_start import ThroughStart
from rates_core.programs.elementwise.weighing import Rows
from rates_core.programs.gradient import GradientRequest, Gradients
from rates_core.programs.real_pairs import no_derivative

NUMBERS_AT_HAND = 2**16  # that stay in a processor's cache


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
    return WayBack(loops, arguments, run).gradients()


class WayBack:
    """One run, forwards and back."""

    def __init__(self, loops: AdjointLoops, arguments: Mapping[str, Any], run: GradientRequest) -> None:
        self._loops, self._arguments, self._run = loops, arguments, run
        self._request, self._system = loops.request, loops.request.system
        self._stretches = self._divided()
        self._size = len(run.start.history.buffers()[0]) // 2 if self._system.reads else 0
        self._steps = (run.samples - 1) * run.stride + 1
        self._length = min(self._steps, max(math.ceil(math.sqrt(self._steps)), self._size, self._near()))
        self._rows = Rows.of(self._system, loops.request.program.recorded, run)

    def gradients(self) -> Gradients:
        """Return the derivatives of the loss."""
        segment, kept = self._forwards()
        loss = self._rows.weigh(self._run)
        totals = self._totals()
        self._backwards(segment, kept, totals)
        before = [bars[: self._size].sum(axis=0) for bars in segment.bars]
        by_slot = dict(zip(self._request.slots, before, strict=True))
        parameters = self._by_path(totals.parameters)
        self._add_delays(totals, parameters)
        through = ThroughStart(self._loops, self._run, parameters)
        return Gradients(loss, parameters, through.followed(totals.state, by_slot), totals.inputs)

    def _divided(self) -> list[Stretch]:
        """Return stretches of steps whose reads are told in one way.

        Raises:
            UnsupportedFeatureError: reads look inside steps.
        """
        run, history = self._run, self._run.start.history
        if history is None:
            return [Stretch(0, run.samples)]
        divided = Stretches(self._system, self._request.tableau.distinct_nodes, history, self._request.delays)
        found = divided.of(run.start.step, run.samples, run.stride)
        if any(stretch.sweeps for stretch in found):
            raise UnsupportedFeatureError(
                "The adjoint of a compiled loop does not follow delayed values inside steps, around which the method "
                f"'{self._request.tableau.name}' has too few samples: of delays of few steps, and near places where a "
                "delayed variable bends. Take a smaller step_size, solver='euler', or a backend of an array library, "
                "such as torch."
            )
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

    def _segment(self) -> Segment:
        """Return room for a segment, with what was before the start."""
        shapes = [(self._size + self._length, *self._system.shapes[slot]) for slot in self._request.slots]
        buffers = tuple(np.zeros(shape) for shape in shapes)
        for slot, buffer in zip(self._request.slots, buffers, strict=True):
            buffer[: self._size] = self._run.past[slot]
        kept = np.zeros((self._length, self._request.kept))
        return Segment(0, self._size, kept, buffers, tuple(map(np.zeros, shapes)))

    def _forwards(self) -> tuple[Segment, list[tuple[np.ndarray, ...]]]:
        """Take all steps; return the last segment, and what each began with."""
        segment, kept = self._segment(), []
        y = np.zeros(self._request.adjoint.system.width)
        y[: self._system.width] = self._run.start.y
        for begun in range(0, self._steps, self._length):
            if begun:
                _move(segment.buffers, self._length, self._size)
            segment.begun = begun
            kept.append((y.copy(), *(buffer[: self._size].copy() for buffer in segment.buffers)))
            self._take(y, segment)
        return segment, kept

    def _take(self, y: np.ndarray, segment: Segment) -> None:
        for steps in self._pieces(segment.begun, min(segment.begun + self._length, self._steps)):
            self._loops.forward(self._run, y, steps, segment, self._rows)

    def _backwards(self, segment: Segment, kept: Sequence[tuple[np.ndarray, ...]], totals: Totals) -> None:
        """Follow all steps back; the last segment has just been taken."""
        for number in reversed(range(len(kept))):
            if number < len(kept) - 1:
                segment.begun = number * self._length
                y, *begun = kept[number]
                for buffer, samples in zip(segment.buffers, begun, strict=True):
                    buffer[: self._size] = samples
                self._take(y.copy(), segment)
                for bars in segment.bars:
                    bars[self._length : self._length + self._size] = bars[: self._size].copy()
                    bars[: self._length] = 0.0
            stop = min(segment.begun + self._length, self._steps)
            for steps in reversed(list(self._pieces(segment.begun, stop))):
                self._loops.backward(self._run, steps, segment, self._rows, totals)

    def _totals(self) -> Totals:
        first, last = self._request.parameters
        reads = self._system.reads if self._request.delays else ()
        fed = [[np.zeros_like(node[number]) for number in self._run.fed] for node in self._run.inputs]
        return Totals(
            np.zeros(self._system.width),
            np.zeros(last - first),
            tuple(map(tuple, fed)),
            tuple(np.zeros(read.shape or (1,)) for read in reads),
        )

    def _by_path(self, totals: np.ndarray) -> dict[str, np.ndarray]:
        """Return the derivatives by each parameter, in its shape."""
        parameters, first = self._system.parameter_paths, self._request.parameters[0]
        found = {path: no_derivative(parameters[path]) for path in self._run.parameters}
        for path in self._request.wanted.parameters:
            start, stop = self._request.bar(path)
            found[path] = totals[start - first : stop - first].reshape(parameters[path].shape)
        return found

    def _add_delays(self, totals: Totals, parameters: dict[str, np.ndarray]) -> None:
        """Add derivatives by what delays are made of."""
        for read, total in zip(self._system.reads, totals.delays, strict=False):
            for path in symbols(read.delay) & parameters.keys():
                slope = evaluate(differentiate(read.delay, path), self._arguments)
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
