"""Points in chunks: as many as a worker runs in about a second, and as memory has room for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from attrs import define

from rates_core.errors import ArgumentError, shown
from rates_core.sweeps.samples import Samples
from rates_core.sweeps.work import Chunk, Outcome

SECONDS = 1.0  # that a chunk should take: results are written, and progress is shown, as often
MOST_POINTS = 4096
GROWTH = 4  # a chunk may be so many times as large as the one before
DEFAULT_BYTES = 2**28


@define
class Chunks:
    """The points that are left, in chunks whose size follows how long earlier ones took.

    Attributes:
        samples: all points.
        left: numbers of those to be run, ascending.
        most: number of points that one chunk may hold; it may change on the way.
        size: number of points in the next chunk.
    """

    samples: Samples
    left: np.ndarray
    most: int
    size: int = 1

    def __iter__(self) -> Iterator[Chunk]:
        """Yield chunks in order."""
        first = 0
        while first < len(self.left):
            numbers = self.left[first : first + min(self.size, self.most)]
            first += len(numbers)
            yield Chunk(numbers, self.samples.at(numbers))

    def learn(self, outcome: Outcome) -> None:
        """Choose the size of later chunks by how long one took."""
        count = len(outcome.numbers)
        wanted = int(SECONDS * count / max(outcome.seconds, 1e-9))
        self.size = max(1, min(wanted, GROWTH * count, self.most))


def most_points(memory_limit: Any, bytes_per_point: int, workers: int) -> int:
    """Return how many points one worker may hold.

    Args:
        memory_limit: bytes that rows of all workers may take; None is 256 MB.
        bytes_per_point: of the rows of one point.
        workers: that share this memory.

    Raises:
        ArgumentError: it is no positive number.
    """
    limit = DEFAULT_BYTES if memory_limit is None else memory_limit
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not limit > 0:
        raise ArgumentError(f"memory_limit must be a positive number of bytes; it is {shown(memory_limit)}.")
    one = workers * max(1, bytes_per_point)
    return MOST_POINTS if limit >= MOST_POINTS * one else max(1, int(limit // one))
