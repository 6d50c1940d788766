"""The pasts of many points as one, which a loop over all of them goes on with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from rates_core.delays.strategy import Gather, UniformHistory
from rates_core.programs.arrays.runtime import ArrayRuntime

Gathers = tuple[tuple[tuple[Any, Any], ...], ...]  # by node of a method, then by read: places and weights


class Pasts:
    """Samples of all points side by side, in rows of as many steps as the longest past has.

    They come from histories, and stay in arrays of the library from one call of the loop to the next.

    Args:
        runtime: of the library whose loop goes on with them.
        histories: that points have; all of their reads are gathers.
        of: for each point, which of these it has.
        nodes: of the method.
        widths: per read the number of entries of its slot.
    """

    def __init__(
        self,
        runtime: ArrayRuntime,
        histories: Sequence[UniformHistory],
        of: np.ndarray,
        nodes: Sequence[float],
        widths: Sequence[int],
    ) -> None:
        self._runtime, self._histories, self._of = runtime, histories, of
        self._nodes, self._widths = nodes, widths
        self._sizes = [len(history.buffers()[0]) // 2 for history in histories]
        self._size = max(self._sizes)
        self._left: tuple[Any, ...] | None = None  # by the last call of the loop

    def buffers(self, step: int) -> tuple[Any, ...]:
        """Return the samples up to a step as arrays of the library: rows, then points, or these last."""
        if self._left is None:
            return tuple(self._from_histories(step))
        return self._left

    def leave(self, buffers: tuple[Any, ...]) -> None:
        """Take note of the buffers that a loop has left all samples in."""
        self._left = buffers

    def _from_histories(self, step: int) -> Iterator[Any]:
        own, places = self._rows_by_size(step + 1)
        for parts in zip(*(history.buffers() for history in self._histories), strict=True):
            whole = np.zeros((2 * self._size, len(parts), *parts[0].shape[1:]), dtype=parts[0].dtype)
            for number, (part, size) in enumerate(zip(parts, self._sizes, strict=True)):
                whole[places[size], number] = part[own[size]]
            whole = np.moveaxis(whole[:, self._of], 1, -1 if self._runtime.points_last else 1)
            yield self._runtime.array(whole, "complex" if np.iscomplexobj(whole) else "real")

    def _rows_by_size(self, stop: int) -> tuple[dict[int, np.ndarray], dict[int, np.ndarray]]:
        """Return where the samples before a step lie, by size of a history: in its own buffers, and in those of all."""
        sizes = dict.fromkeys(self._sizes)
        return (
            {size: _rows(stop, size, size) for size in sizes},
            {size: _rows(stop, size, self._size) for size in sizes},
        )

    @cached_property
    def gathers(self) -> Gathers:
        """Where each read takes its values, by point; if points are the last axis, once where all read alike."""
        return tuple(
            tuple(self._gather(number, gathers) for number, gathers in enumerate(zip(*found, strict=True)))
            for found in ([history.gathers(node) for history in self._histories] for node in self._nodes)
        )

    def _gather(self, number: int, gathers: Sequence[Gather]) -> tuple[Any, Any]:
        width, points = self._widths[number], len(self._of)
        places = np.stack([gather.places.astype(np.int64) for gather in gathers])
        rows, entries = np.divmod(places, width)
        rows += self._size - np.array(self._sizes)[:, None]
        most = max(gather.weights.shape[-1] for gather in gathers)
        rows -= np.array([_missing(gather, most) for gather in gathers])[:, None]
        weights, of, point = np.stack([_weights(gather, most) for gather in gathers]), self._of, np.arange(points)
        if not self._runtime.points_last:
            places = (rows[of] * points + point[:, None]) * width + entries[of]
        elif _alike(rows) and _alike(entries) and _alike(weights):
            places, of = (rows * width + entries)[:1], of[:1]
        else:
            places = (rows[of] * width + entries[of]) * points + point[:, None]
        weights = weights[of]
        return self._runtime.array(places, "integer"), self._runtime.array(weights, "real")


def _alike(values: np.ndarray) -> bool:
    """Tell whether all rows are the same."""
    return bool((values == values[0]).all())


def _missing(gather: Gather, most: int) -> int:
    """Return how many samples before its own a gather has to take with others: those on samples take one alone."""
    return max(0, most - 1) if not gather.weights.shape[-1] else 0


def _weights(gather: Gather, most: int) -> np.ndarray:
    """Return the weights of a gather, of as many samples as others take."""
    if gather.weights.shape[-1] or not most:
        return gather.weights
    weights = np.zeros((*gather.weights.shape[:-1], most))
    weights[..., -1] = 1.0
    return weights


def _rows(stop: int, steps: int, size: int) -> np.ndarray:
    """Return where some steps before one lie among `size` rows, and again behind these."""
    rows = np.arange(stop - steps, stop) % size
    return np.concatenate([rows, rows + size])
