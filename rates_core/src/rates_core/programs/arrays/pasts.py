"""The pasts of many points as one, which a loop over all of them goes on with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rates_core.delays.strategy import Gather, UniformHistory
from rates_core.programs.arrays.runtime import ArrayRuntime

Gathers = tuple[tuple[tuple[Any, Any], ...], ...]  # by node of a method, then by read: places and weights


class Pasts:
    """Samples of all points side by side, in rows of as many steps as the longest past has.

    Args:
        runtime: of the library whose loop goes on with them.
        histories: of the points; all of their reads are gathers.
        nodes: of the method.
        widths: per read the number of entries of its slot.
    """

    def __init__(
        self,
        runtime: ArrayRuntime,
        histories: Sequence[UniformHistory],
        nodes: Sequence[float],
        widths: Sequence[int],
    ) -> None:
        self._runtime, self._histories, self._nodes, self._widths = runtime, histories, nodes, widths
        self._sizes = [len(history.buffers()[0]) // 2 for history in histories]
        self._size = max(self._sizes)

    @property
    def alike(self) -> bool:
        """Tell whether the reads of all points are weighted sums of as many samples."""
        forms = {
            tuple(gather.weights.shape for node in self._nodes for gather in history.gathers(node))
            for history in self._histories
        }
        return len(forms) == 1

    @property
    def key(self) -> tuple[Any, ...]:
        """Return what equals that of pasts with the same reads: gathers are equal if they are the same objects."""
        return tuple(history.gathers(self._nodes[0]) for history in self._histories)

    def buffers(self, step: int) -> tuple[Any, ...]:
        """Return the samples up to a step as arrays of the library: rows, then points."""
        found = []
        own, places = self._rows_by_size(step + 1)
        for parts in zip(*(history.buffers() for history in self._histories), strict=True):
            whole = np.zeros((2 * self._size, len(parts), *parts[0].shape[1:]), dtype=parts[0].dtype)
            for point, (part, size) in enumerate(zip(parts, self._sizes, strict=True)):
                whole[places[size], point] = part[own[size]]
            found.append(self._runtime.array(whole, "complex" if np.iscomplexobj(whole) else "real"))
        return tuple(found)

    def advanced(self, buffers: Sequence[Any], step: int) -> Sequence[UniformHistory]:
        """Return the histories after a loop has left all samples before a step in its buffers; they are changed."""
        own, places = self._rows_by_size(step)
        for slot, buffer in enumerate(map(self._runtime.view, buffers)):
            for point, (history, size) in enumerate(zip(self._histories, self._sizes, strict=True)):
                history.buffers()[slot][own[size]] = buffer[places[size], point]
        for history in self._histories:
            history.advance(step)
        return self._histories

    def _rows_by_size(self, stop: int) -> tuple[dict[int, np.ndarray], dict[int, np.ndarray]]:
        """Return where the samples before a step lie, by size of a history: in its own buffers, and in those of all."""
        sizes = dict.fromkeys(self._sizes)
        return (
            {size: _rows(stop, size, size) for size in sizes},
            {size: _rows(stop, size, self._size) for size in sizes},
        )

    def gathers(self) -> Gathers:
        """Return where each read takes its values, by point."""
        return tuple(
            tuple(self._gather(number, gathers) for number, gathers in enumerate(zip(*found, strict=True)))
            for found in ([history.gathers(node) for history in self._histories] for node in self._nodes)
        )

    def _gather(self, number: int, gathers: Sequence[Gather]) -> tuple[Any, Any]:
        width, points = self._widths[number], len(gathers)
        places = np.stack([gather.places.astype(np.int64) for gather in gathers])
        rows, entries = np.divmod(places, width)
        shift = self._size - np.array(self._sizes)[:, None]
        places = ((rows + shift) * points + np.arange(points)[:, None]) * width + entries
        weights = np.stack([gather.weights for gather in gathers])
        return self._runtime.array(places, "integer"), self._runtime.array(weights, "real")


def _rows(stop: int, steps: int, size: int) -> np.ndarray:
    """Return where some steps before one lie among `size` rows, and again behind these."""
    rows = np.arange(stop - steps, stop) % size
    return np.concatenate([rows, rows + size])
