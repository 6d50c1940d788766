"""Where reads of steps take their values from: for the delays that a run begins with, or for those that are values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve, frozen

from rates_core.delays.strategy import Resolved, UniformHistory
from rates_core.errors import ArgumentError, UnsupportedFeatureError
from rates_core.programs.arrays.gathers import Arrays, Moved
from rates_core.programs.arrays.gradient import places_of_delays
from rates_core.programs.arrays.rollout import Stretch, Stretches
from rates_core.programs.gradient import StepsRequest

if TYPE_CHECKING:
    from rates_core.programs.arrays.kernel import ArrayKernel

ENDLESS = 2**31  # steps, all of which read alike
FEW = 3  # steps at the start, at which there may be no samples on one side of a delay of few steps

Divided = list[tuple[Stretch, Any]]  # stretches, and where the reads of each lie, as arrays of the library


class LateReads:
    """Divide steps into stretches that read alike; what is found is kept for as long as delays are the same.

    Where delays are among the values of steps, samples stand around their present lengths, and weights follow them, so
    that derivatives flow to delays.

    Args:
        kernel: whose reads they are.
        request: of the steps.
        history: the past at the start.
    """

    def __init__(self, kernel: ArrayKernel, request: StepsRequest, history: UniformHistory) -> None:
        self._kernel, self._request = kernel, request
        program = kernel.program
        self._paths = program.parameters("delays")
        #: delays among the values that steps are a function of
        self.moved = tuple(path for path in self._paths if path in request.parameters)
        self._lengths = [np.asarray(length, dtype=float) for length in request.delays]
        self._past = self._past_of(history)
        self._made: dict[int, Any] = {}

    def _past_of(self, history: UniformHistory) -> _Past:
        stretches = Stretches(
            self._kernel.request.system, self._kernel.program.nodes, history, bool(self.moved)
        )  # fmt: skip
        alike_from = history.alike_from(bool(self.moved))
        if np.isinf(alike_from):
            raise _inside()
        past = _Past(stretches, int(np.ceil(alike_from)), len(history.buffers()[0]) // 2)
        past.check()
        return past

    def size(self, parameters: Mapping[str, Any]) -> int:
        """Return how many samples are kept of a past that begins with some values of parameters."""
        self._follow(parameters)
        return self._past.size

    def of(self, parameters: Mapping[str, Any], step: int, samples: int, stride: int, kept: int) -> Divided:
        """Return the stretches of some steps, and where reads lie in each.

        Args:
            parameters: values of all.
            step: the first one, from the start of the run.
            samples: number of rows.
            stride: steps per row.
            kept: samples in windows.

        Raises:
            ArgumentError: delays have become longer than what is kept of the past.
        """
        shifts, past = self._follow(parameters), self._past
        if past.size > kept:
            raise ArgumentError(
                f"The delays have become longer: they need {past.size} samples of the past, and {kept} are kept. Start "
                "anew, without between=, or begin with the longest delays, by parameters= of steps()."
            )
        moved = Moved(self._kernel.runtime, shifts)
        found = []
        for stretch, nodes in self._divided(step, samples, stride, kept):
            found.append((stretch, tuple(moved.node(node) for node in nodes)))
        return found

    def _follow(self, parameters: Mapping[str, Any]) -> list[Any]:
        """Find anew where reads lie, if delays have changed; return how far derivatives see these moved: by 0."""
        if not self.moved:
            return []
        runtime = self._kernel.runtime
        delays = self._kernel.program.module.delays(*(parameters[path] for path in self._paths))
        lengths = [np.asarray(runtime.numpy(delay), dtype=float) for delay in delays]
        if not all(map(np.array_equal, lengths, self._lengths)):
            self._past, self._made = self._past_of(self._request.past_of(lengths)), {}
            self._lengths = lengths
        return [delay - runtime.array(length, "real") for delay, length in zip(delays, lengths, strict=True)]

    def _divided(self, start: int, samples: int, stride: int, kept: int) -> Divided:
        past, found, first = self._past, [], 0
        if start < past.special:
            rows = min(samples, -(-(past.special - start) // stride))
            found = [(stretch, self._arrays(stretch, kept)) for stretch in past.stretches.of(start, rows, stride)]
            first = rows
        if first == samples:
            return found
        if kept not in self._made:
            [stretch] = past.stretches.of(max(start, past.alike_from), ENDLESS, 1)
            self._made[kept] = stretch, self._arrays(stretch, kept)
        stretch, nodes = self._made[kept]
        return [*found, (evolve(stretch, first=first * stride, samples=samples - first), nodes)]

    def _arrays(self, stretch: Stretch, kept: int) -> Any:
        arrays = Arrays(
            self._kernel.runtime, self._request.step_size, np.zeros(0), *places_of_delays(self._request.delays)
        )  # fmt: skip
        return tuple(arrays.node(self._behind(node, kept - self._past.size)) for node in stretch.nodes)

    def _behind(self, node: Resolved, rows: int) -> Resolved:
        """Return reads of windows that hold so many more samples, which are older."""
        if not rows:
            return node
        system = self._kernel.request.system
        widths = [int(np.prod(system.shapes[read.slot])) for read in system.reads]
        reads = zip(node.reads, widths, strict=True)
        return Resolved(
            tuple(evolve(read, places=read.places.astype(np.int64) + rows * width) for read, width in reads)
        )


@frozen
class _Past:
    """Where reads lie for some delays.

    Attributes:
        stretches: divides runs.
        alike_from: the step from which on all are alike, told for any method and past.
        size: number of samples that are kept.
    """

    stretches: Stretches
    alike_from: int
    size: int

    @property
    def special(self) -> int:
        """Return how many steps at the start are unlike others.

        A method of one stage interpolates between two samples, and before the start all samples are the same here: only
        reads for which there are no samples yet are special.
        """
        return min(self.alike_from, FEW) if tuple(self.stretches.nodes) == (0.0,) else self.alike_from

    def check(self) -> None:
        """Raise for reads that look inside steps, which have no samples there."""
        first = self.alike_from if self.special < self.alike_from else 0
        looked: Sequence[Stretch] = self.stretches.of(first, self.alike_from + 1 - first, 1)
        if any(stretch.sweeps for stretch in looked):
            raise _inside()


def _inside() -> UnsupportedFeatureError:
    return UnsupportedFeatureError(
        "steps() takes delays from stored samples, and one of these delays lies inside a step, or is 0. Give "
        "delays of one step and more, with solver='euler'; a delay of 0 is no delay: leave it out."
    )
