"""What many points have been, side by side, as the printed loop asks for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np
from rates_core.delays.strategy import UniformHistory
from rates_core.programs.arrays.pasts import Pasts
from rates_core.system.system import System

from rates_numpy.many import NumpyRuntime

Store = Callable[[int, tuple[Any, ...], tuple[Any, ...]], Sequence[Any]]
"""Takes a step, states and what is read, and returns the variables that are read late."""


class PointsLast(NumpyRuntime):
    """Arrays of past values in which points are the last axis."""

    points_last = True


class PointsPast:
    """Samples of many points, in rings of rows; all reads take samples from them, at the same places in each step.

    Args:
        system: of all points.
        histories: that points have; all of their reads are gathers.
        of: for each point, which of these it has.
        nodes: of the method.
        step: number of the present one, up to which there are samples.
    """

    def __init__(
        self, system: System, histories: Sequence[UniformHistory], of: np.ndarray, nodes: Sequence[float], step: int
    ) -> None:
        widths = [prod(system.shapes[read.slot]) for read in system.reads]
        pasts = Pasts(PointsLast(), histories, of, nodes, widths)
        slots = list(dict.fromkeys(read.slot for read in system.reads))
        states = {state.path: number for number, state in enumerate(system.states)}
        self._buffers = dict(zip(slots, pasts.buffers(step), strict=True))
        self._size = len(self._buffers[slots[0]]) // 2
        self._states = [(self._buffers[slot], states[slot]) for slot in slots if slot in states]
        self._computed = [(self._buffers[slot], place) for place, slot in enumerate(slots) if slot not in states]
        self._reads = {
            node: [
                _late(self._buffers[read.slot], width, *gather, bool(read.shape))
                for read, width, gather in zip(system.reads, widths, gathers, strict=True)
            ]
            for node, gathers in zip(nodes, pasts.gathers, strict=True)
        }
        self._current = step - 1
        self.store: Store | None = None

    def begin(self, step: int, pieces: tuple[Any, ...]) -> int:
        """Store what is read late, as it is at the start of a step, whose stages are computed once."""
        if step == self._current:  # a row has been recorded before this step
            return 1
        self._current = step
        for buffer, number in self._states:
            self._put(buffer, pieces[number])
        if self._computed:
            assert self.store is not None
            values = self.store(step, pieces, self.read(step, 0.0))
            for buffer, place in self._computed:
                self._put(buffer, values[place])
        return 1

    def _put(self, buffer: np.ndarray, value: Any) -> None:
        row = self._current % self._size
        buffer[row] = buffer[row + self._size] = value

    def read(self, step: int, node: float) -> tuple[Any, ...]:
        """Return all reads at a node of a step."""
        row = step % self._size
        return tuple([late(row) for late in self._reads[node]])

    def stage(self, number: int, slopes: tuple[Any, ...]) -> None:
        """Take no note of derivatives: no read looks inside a step."""


def _late(
    buffer: np.ndarray, width: int, places: np.ndarray, weights: np.ndarray, shaped: bool
) -> Callable[[int], np.ndarray]:
    """Return a function of the row from which a read looks back, which returns its values by unit and point."""
    values: np.ndarray
    if len(places) == 1:  # where all points read alike, whole rows of them
        values, stride = buffer.reshape(-1, buffer.shape[-1]), width
        entries, factors = places[0][:, None], weights[0][..., None]
    else:
        values, stride = buffer.reshape(-1), width * buffer.shape[-1]
        entries, factors = places.T[:, None], np.moveaxis(weights, 0, -1)
    if not weights.shape[-1]:
        samples = entries[:, 0]
        return lambda row: _whole(values[samples + row * stride], shaped)  # a copy, for rows are written again
    steps = np.arange(weights.shape[-1]) * stride
    every = entries + (steps if len(places) == 1 else steps[:, None])
    return lambda row: _whole((factors * values[every + row * stride]).sum(axis=1), shaped)


def _whole(values: np.ndarray, shaped: bool) -> np.ndarray:
    return values if shaped else values[0]
