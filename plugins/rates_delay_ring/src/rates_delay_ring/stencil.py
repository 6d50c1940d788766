"""Where a read takes its values from, the same at every step once the start and early breaking points are behind."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from rates_delay_ring.interpolation import lagrange_weights, near_samples, whole_numbers


@frozen(eq=False)
class Stencil:
    """Samples and weights of one read at one node of a method.

    Attributes:
        offsets: of the first sample of each entry from the present step, `[entries]`.
        weights: of the samples from there on, `[entries, samples]`; without samples every entry is its first sample.
        reach: how far back entries reach, in steps.
    """

    offsets: np.ndarray
    weights: np.ndarray
    reach: int

    @property
    def whole(self) -> bool:
        """Tell whether all entries lie on samples."""
        return int(self.weights.shape[1]) == 0

    def rows(self) -> np.ndarray:
        """Return the samples of each entry, counted from the present step: `[entries]` or `[entries, samples]`."""
        if self.whole:
            return self.offsets
        return np.asarray(self.offsets[:, None] + np.arange(self.weights.shape[1]))


def stencil_of(delays: np.ndarray, node: float, order: int, newest: int) -> Stencil | None:
    """Return the stencil of a read, or None if it looks at what is still being computed.

    Args:
        delays: in steps, one per entry.
        node: of the method, in steps.
        order: of the method; p + 1 samples make a value of order p.
        newest: offset of the newest sample that is there.
    """
    positions = node - delays.reshape(-1)
    offsets = whole_numbers(positions)
    if offsets is not None:
        if offsets.max(initial=newest) > newest:
            return None
        return Stencil(offsets, np.empty((offsets.size, 0)), -int(offsets.min(initial=0)))
    positions = near_samples(positions)
    if positions.max() > newest:
        return None
    first = np.minimum(np.floor(positions).astype(int) - order // 2, newest - order)
    return Stencil(first, lagrange_weights(positions, first, order), -int(first.min()))
