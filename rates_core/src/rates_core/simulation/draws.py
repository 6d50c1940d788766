"""Random numbers that depend on seed, step and index only."""

from __future__ import annotations

from secrets import randbits

import numpy as np

from rates_core.switches import whole_number
from rates_core.system.system import System

BLOCK = 1024  # steps whose numbers are drawn together, at most; chunks of steps may begin and end anywhere
NUMBERS = 2**18  # that are drawn together, at most, unless one step needs more: wide models need time and memory


class Draws:
    """Standard normal numbers for every step of a run.

    Args:
        system: whose draws are needed.
        seed: equal seeds give equal numbers; None takes one from the operating system.

    Raises:
        ArgumentError: the seed is no whole number.
    """

    def __init__(self, system: System, seed: int | None) -> None:
        self.seed = randbits(64) if seed is None else whole_number("seed", seed, 0)
        self._draws = system.draws
        self._width = sum(draw.shape[0] if draw.shape else 1 for draw in system.draws)
        self._steps = max(1, min(BLOCK, NUMBERS // max(1, self._width)))
        self._kept = (-1, np.empty((0, self._width)))  # the last block, which the next chunk often begins in

    def tables(self, first: int, count: int, step_size: float) -> list[np.ndarray]:
        """Return per draw its values at `count` steps from `first` on; noise is scaled by 1/√h."""
        if not self._draws:
            return []
        numbers = self._numbers(first, count)
        tables: list[np.ndarray] = []
        start = 0
        for draw in self._draws:
            width = draw.shape[0] if draw.shape else 1
            block = numbers[:, start : start + width]
            block = block / np.sqrt(step_size) if draw.kind == "noise" else block
            tables.append(block if draw.shape else block[:, 0])
            start += width
        return tables

    def _numbers(self, first: int, count: int) -> np.ndarray:
        last = (first + max(count, 1) - 1) // self._steps
        blocks = [self._block(number) for number in range(first // self._steps, last + 1)]
        start = first % self._steps
        return (blocks[0] if len(blocks) == 1 else np.concatenate(blocks))[start : start + count]

    def _block(self, number: int) -> np.ndarray:
        if self._kept[0] != number:
            generator = np.random.Generator(np.random.Philox(key=self.seed % 2**64, counter=[0, 0, 0, number]))
            self._kept = (number, generator.standard_normal((self._steps, self._width)))
        return self._kept[1]
