"""Where the reads of a run take their values from, as data: step by step first, then alike at all steps."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from attrs import evolve, frozen

from rates_core.delays.strategy import Gather, Inside, UniformHistory
from rates_core.errors import UnsupportedFeatureError
from rates_core.system.system import System

MOST_NUMBERS = 2**27  # in tables of steps that are not like others


@frozen(eq=False)
class Stretch:
    """Steps of a run whose reads are told in one way.

    Attributes:
        first: its first step, from the start of the run.
        samples: number of rows.
        together: number of steps whose reads lie before the first of them; 0 where one lies at the start of its step.
        gathers: per node of the method and read; with an axis of steps in front where they differ from step to step.
        sweeps: how often the stages of its steps are computed, since reads lie inside steps; 0 if none does.
    """

    first: int
    samples: int
    together: int = 0
    gathers: tuple[tuple[Gather, ...], ...] = ()
    sweeps: int = 0


@frozen
class Stretches:
    """Divide runs into stretches.

    Attributes:
        system: whose reads they have.
        nodes: of the method.
        history: the past at the start of a run.
        slopes: whether derivatives by delays are wanted.
    """

    system: System
    nodes: Sequence[float]
    history: UniformHistory
    slopes: bool

    def of(self, start: int, samples: int, stride: int) -> list[Stretch]:
        """Return the stretches of a run.

        Args:
            start: number of its first step.
            samples: number of rows.
            stride: steps per row.

        Raises:
            UnsupportedFeatureError: reads are no weighted sums of samples, or tables would be too large.
        """
        alike = self.history.alike_from(self.slopes) - start
        special = samples if math.isinf(alike) else min(samples, max(0, math.ceil(alike / stride)))
        found = []
        if special:
            self._check_size(special * stride, self._gathers(start))
            each = [self._gathers(start + step) for step in range(special * stride)]
            stacked = tuple(tuple(map(_stacked, zip(*node, strict=True))) for node in zip(*each, strict=True))
            found.append(self._stretch(0, special, stacked))
        if special < samples:
            step = special * stride
            found.append(self._stretch(step, samples - special, self._gathers(start + step)))
        return found

    def _gathers(self, step: int) -> tuple[tuple[Gather, ...], ...]:
        return tuple(self.history.resolved(step, node, self.slopes) for node in self.nodes)

    def _stretch(self, first: int, samples: int, gathers: tuple[tuple[Gather, ...], ...]) -> Stretch:
        if any(gather.inside for node in gathers for gather in node):
            alike = zip(*(_alike(read) for read in zip(*gathers, strict=True)), strict=True)
            return Stretch(first, samples, 0, tuple(alike), self.history.sweeps())
        size, newest = len(self.history.buffers()[0]) // 2, -math.inf
        for node in gathers:
            for read, gather in zip(self.system.reads, node, strict=True):
                width = int(np.prod(self.system.shapes[read.slot]))
                if gather.places.size:
                    last = int(gather.places.max()) // width + max(1, gather.weights.shape[-1]) - 1
                    newest = max(newest, last - size)
        return Stretch(first, samples, samples if math.isinf(newest) else int(-newest), gathers)

    def _check_size(self, steps: int, gathers: tuple[tuple[Gather, ...], ...]) -> None:
        """Raise for more numbers than a machine should be asked to hold."""
        count = steps * sum(_size(gather) for node in gathers for gather in node)
        if count > MOST_NUMBERS:
            raise UnsupportedFeatureError(
                f"gradient() would keep {count:.2g} numbers that say what delays read in the first {steps} steps, "
                "which are not like others. Delays of whole steps under Euler's method need none."
            )


def _size(gather: Gather) -> int:
    """Return how many numbers a gather is made of."""
    parts = [] if gather.inside is None else [gather.inside.earlier, gather.inside.own, gather.inside.hurried]
    return gather.places.size + 2 * gather.weights.size + sum(_size(part) for part in parts)


def _stacked(gathers: Sequence[Gather]) -> Gather:
    """Return the gathers of one read at several steps as one, with an axis of steps in front."""
    slopes = None if gathers[0].slopes is None else np.stack([np.asarray(gather.slopes) for gather in gathers])
    places, weights = np.stack([gather.places for gather in gathers]), np.stack([gather.weights for gather in gathers])
    if all(gather.inside is None for gather in gathers):
        return Gather(places, weights, slopes)
    each = [gather.inside for gather in _alike(gathers)]
    parts = ([getattr(inside, name) for inside in each] for name in ("earlier", "own", "hurried"))
    return Gather(places, weights, slopes, Inside(*map(_stacked, parts)))


def _alike(gathers: Sequence[Gather]) -> list[Gather]:
    """Return gathers of which all add something inside steps, if only nothing, or none does."""
    like = next((gather.inside for gather in gathers if gather.inside is not None), None)
    if like is None:
        return list(gathers)
    return [gather if gather.inside else evolve(gather, inside=_nothing(like)) for gather in gathers]


def _nothing(like: Inside) -> Inside:
    """Return what adds nothing, in the form of what adds something elsewhere."""

    def zero(gather: Gather) -> Gather:
        slopes = None if gather.slopes is None else np.zeros_like(gather.slopes)
        return Gather(gather.places, np.zeros_like(gather.weights), slopes)

    return Inside(zero(like.earlier), zero(like.own), zero(like.hurried))
