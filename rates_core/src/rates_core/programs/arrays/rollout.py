"""Where the reads of a run take their values from, as data: step by step first, then alike at all steps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from rates_core.delays.strategy import Resolved, UniformHistory
from rates_core.errors import UnsupportedFeatureError
from rates_core.programs.arrays.alike import alike, size, stacked
from rates_core.system.system import System

MOST_NUMBERS = 2**27  # in tables of steps that are not like others


@frozen(eq=False)
class Stretch:
    """Steps of a run whose reads are told in one way.

    Attributes:
        first: its first step, from the start of the run.
        samples: number of rows.
        together: number of steps whose reads lie before the first of them; 0 where one lies at the start of its step.
        nodes: where reads take their values from at each node of the method; with an axis of steps in front where that
            differs from step to step.
        sweeps: how often the stages of its steps are computed, since reads lie inside steps; 0 if none does.
    """

    first: int
    samples: int
    together: int = 0
    nodes: tuple[Resolved, ...] = ()
    sweeps: int = 0


def newest(system: System, gathers: Iterable[Iterable[tuple[Any, Any]]]) -> int | None:
    """Return the last row of samples that is read at a step, None if nothing is.

    Args:
        system: whose reads these are.
        gathers: places and weights, by node and read.
    """
    widths = [int(np.prod(system.shapes[read.slot])) for read in system.reads]
    return max(
        (
            int(places.max()) // width + max(1, weights.shape[-1]) - 1
            for node in gathers
            for width, (places, weights) in zip(widths, node, strict=True)
            if 0 not in places.shape
        ),
        default=None,
    )


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
        alike_from = self.history.alike_from(self.slopes) - start
        special = samples if math.isinf(alike_from) else min(samples, max(0, math.ceil(alike_from / stride)))
        found = []
        if special:
            self._check_size(start, special * stride)
            each = alike([self._resolved(start + step) for step in range(special * stride)])
            found.append(self._stretch(0, special, tuple(stacked(node) for node in zip(*each, strict=True))))
        if special < samples:
            step = special * stride
            [nodes] = alike([self._resolved(start + step)])
            found.append(self._stretch(step, samples - special, tuple(nodes)))
        return found

    def _resolved(self, step: int) -> tuple[Resolved, ...]:
        return tuple(self.history.resolved(step, node, self.slopes) for node in self.nodes)

    def _stretch(self, first: int, samples: int, nodes: tuple[Resolved, ...]) -> Stretch:
        looking = any(node.earlier or node.own or any(read.inside for read in node.reads) for node in nodes)
        if looking or self.history.present()[0]:
            return Stretch(first, samples, 0, nodes, self.history.sweeps())
        rows, given = len(self.history.buffers()[0]) // 2, [node.reads for node in nodes]
        last = newest(self.system, [[(gather.places, gather.weights) for gather in reads] for reads in given])
        return Stretch(first, samples, samples if last is None else rows - last, nodes)

    def _check_size(self, start: int, steps: int) -> None:
        """Raise for more numbers than a machine should be asked to hold, as a few of the steps show."""
        width = self.system.width
        each = [self._resolved(start + steps * share // 4) for share in range(4)]
        count = steps * max(sum(size(node, width) for node in nodes) for nodes in each)
        if count > MOST_NUMBERS:
            raise UnsupportedFeatureError(
                f"To differentiate the run, {count:.2g} numbers would be kept that say what delays read in the first "
                f"{steps} steps, which are not like others. Delays of whole steps under Euler's method need none."
            )
