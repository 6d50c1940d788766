"""Where the reads of steps take their samples from, for delays that may be others from call to call."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import evolve, frozen

from rates_core.delays.strategy import Resolved, UniformHistory
from rates_core.errors import ArgumentError, UnsupportedFeatureError
from rates_core.programs.arrays.rollout import Stretch, Stretches
from rates_core.programs.gradient import StepsRequest
from rates_core.system.system import System

ENDLESS = 2**31  # steps, all of which read alike
FEW = 3  # steps at the start, at which there may be no samples on one side of a delay of few steps


class LateSamples:
    """Divide steps into stretches that read alike; what is found is kept for as long as delays are the same.

    Args:
        system: whose reads they are.
        nodes: of the method.
        request: of the steps.
        history: the past at the start.
        moved: whether delays are among the values: weights of samples are told with their derivatives then.
    """

    def __init__(
        self, system: System, nodes: Sequence[float], request: StepsRequest, history: UniformHistory, moved: bool
    ) -> None:
        self._system, self._nodes, self._request, self._moved = system, nodes, request, moved
        self._lengths = [np.asarray(length, dtype=float) for length in request.delays]
        self._past = self._past_of(history)
        self._alike: dict[int, Stretch] = {}

    @property
    def size(self) -> int:
        """Return how many samples of the past these delays need."""
        return self._past.size

    def follow(self, lengths: Sequence[np.ndarray]) -> None:
        """Find anew where reads lie, if delays have changed."""
        if not all(map(np.array_equal, lengths, self._lengths)):
            self._past, self._alike = self._past_of(self._request.past_of(lengths)), {}
            self._lengths = list(lengths)

    def of(self, step: int, samples: int, stride: int, kept: int) -> list[Stretch]:
        """Return the stretches of some steps.

        Args:
            step: the first one, from the start of the run.
            samples: number of rows.
            stride: steps per row.
            kept: how many samples of the past are kept.

        Raises:
            ArgumentError: delays have become longer than that.
        """
        past, found, first = self._past, list[Stretch](), 0
        if past.size > kept:
            raise ArgumentError(
                f"The delays have become longer: they need {past.size} samples of the past, and {kept} are kept. Start "
                "anew, without between=, or begin with the longest delays, by parameters= of steps()."
            )
        if step < past.special:
            first = min(samples, -(-(past.special - step) // stride))
            found = [self._behind(stretch, kept) for stretch in past.stretches.of(step, first, stride)]
        if first == samples:
            return found
        return [*found, evolve(self._regular(step, kept), first=first * stride, samples=samples - first)]

    def is_regular(self, stretch: Stretch, kept: int) -> bool:
        """Tell whether a stretch is of steps that are like all later ones."""
        return kept in self._alike and stretch.nodes is self._alike[kept].nodes

    def _regular(self, step: int, kept: int) -> Stretch:
        if kept not in self._alike:
            past = self._past
            [stretch] = past.stretches.of(max(step, past.alike_from), ENDLESS, 1)
            self._alike[kept] = self._behind(stretch, kept)
        return self._alike[kept]

    def _behind(self, stretch: Stretch, kept: int) -> Stretch:
        """Return reads from more samples than they need; those that there are more are older."""
        rows = kept - self._past.size
        if not rows:
            return stretch
        widths = [int(np.prod(self._system.shapes[read.slot])) for read in self._system.reads]
        nodes = []
        for node in stretch.nodes:
            reads = zip(node.reads, widths, strict=True)
            moved = (evolve(read, places=read.places.astype(np.int64) + rows * width) for read, width in reads)
            nodes.append(Resolved(tuple(moved)))
        return evolve(stretch, nodes=tuple(nodes))

    def _past_of(self, history: UniformHistory) -> _Past:
        stretches = Stretches(self._system, self._nodes, history, self._moved)
        alike_from = history.alike_from(self._moved)
        if np.isinf(alike_from):
            raise _inside()
        past = _Past(stretches, int(np.ceil(alike_from)), len(history.buffers()[0]) // 2)
        past.check()
        return past


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
