"""Where reads take their values from, as arrays of a library in tuples, before delays have moved them and behind.

Before, a node of the method is its reads, and the moments that they need, level by level: in complete steps and in the
present one. A read is parts: its gather, then what stages add inside steps, or values at moments; a part is places,
weights and, where derivatives by delays are wanted, slopes. Moments, or nothing in their place, are the parts that make
up a state, times behind the starts of their steps, which parts of a step these are, what is read there, and the delays
that move all that.

Behind, a read is places and weights of its parts, one behind the other; a node is its reads and, where there are some,
two tuples of moments, which have no delays any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import frozen

from rates_core.delays.strategy import Gather, Moments, Resolved
from rates_core.programs.arrays.rollout import Stretch
from rates_core.programs.arrays.runtime import ArrayRuntime

DIGITS = 12  # of parts of steps: what differs by less is the same
Tree = Any  # arrays in tuples


def parts_of(stretches: Sequence[Stretch]) -> np.ndarray:
    """Return the parts of a step that have gone by at moments, each once."""
    groups = [
        moments.parts.reshape(-1)
        for stretch in stretches
        for node in stretch.nodes
        for moments in (*node.earlier, *node.own)
        if moments is not None
    ]
    return np.unique(np.round(np.concatenate([np.zeros(0), *groups]), DIGITS))


@frozen(eq=False)
class Arrays:
    """Make arrays of what is resolved.

    Attributes:
        runtime: of the library.
        step_size: h.
        parts: of a step, see `parts_of`.
        starts: place of each read's first delay among those of all, from 1 on.
        counts: number of each read's delays.
    """

    runtime: ArrayRuntime
    step_size: float
    parts: np.ndarray
    starts: Sequence[int]
    counts: Sequence[int]

    def node(self, found: Resolved) -> Tree:
        """Return all reads at a node, and the moments that they need."""
        present = [moments is not None for moments in (*found.earlier[:1], *found.own[:1])]
        return (
            tuple(self._read(read, present) for read in found.reads),
            self._levels(found.earlier, found),
            self._levels(found.own, found),
        )

    def _levels(self, levels: Sequence[Moments | None], found: Resolved) -> Tree:
        behind = [*zip(found.earlier, found.own, strict=True), (None, None)][1:]
        return tuple(
            () if moments is None else self._moments(moments, [part is not None for part in next_ones])
            for moments, next_ones in zip(levels, behind, strict=True)
        )

    def _moments(self, moments: Moments, present: Sequence[bool]) -> Tree:
        numbers = np.searchsorted(self.parts, np.round(moments.parts, DIGITS))
        return (
            self._read(moments.states, present),
            self.runtime.array(moments.parts * self.step_size, "real"),
            self.runtime.array(numbers, "integer"),
            tuple(() if read is None else self._read(read, present) for read in moments.reads),
            () if moments.origins is None else self._origins(moments),
        )

    def _origins(self, moments: Moments) -> Tree:
        """Return the delays that move moments, and those that move what is read at these."""
        assert moments.origins is not None
        origins, many = moments.origins, moments.parts.shape[-1]
        found = []
        for number, read in enumerate(moments.reads):
            if read is None:
                found.append(())
                continue
            count = read.places.shape[-1] // many
            own = self.starts[number] + np.arange(count) % self.counts[number]
            own = np.broadcast_to(np.tile(own, many)[:, None], (*read.places.shape, 1))
            every = np.concatenate([np.repeat(origins, count, axis=-2), own], axis=-1)
            found.append(self.runtime.array(every, "integer"))
        return self.runtime.array(origins, "integer"), tuple(found)

    def _read(self, gather: Gather, present: Sequence[bool]) -> Tree:
        inside, chosen = gather.inside, gather.moments
        parts = [gather] if inside is None else [gather, inside.earlier, inside.own, inside.hurried]
        if chosen is not None:
            parts += [part for part, there in zip((chosen.earlier, chosen.own), present, strict=True) if there]
        return tuple(self._part(part) for part in parts)

    def _part(self, part: Gather) -> Tree:
        return (
            self.runtime.array(part.places.astype(np.int64), "integer"),
            self.runtime.array(part.weights, "real"),
            *([] if part.slopes is None else [self.runtime.array(part.slopes, "real")]),
        )


class Moved:
    """What delays make of such arrays.

    Args:
        runtime: of the library.
        shifts: how far the delays of each read have moved; nothing where no derivatives by them are wanted.
    """

    def __init__(self, runtime: ArrayRuntime, shifts: Sequence[Any]) -> None:
        self._runtime, self._shifts = runtime, shifts
        if shifts:
            flat = [runtime.reshaped(shift, (-1,)) for shift in shifts]
            self._every = runtime.joined([0.0 * flat[0][:1], *flat])

    def node(self, node: Tree) -> Tree:
        """Return all reads at a node, and the moments that they need."""
        reads, *levels = node
        shifts = [shift[..., None] for shift in self._shifts] or [None] * len(reads)
        reads = tuple(_flat(read, shift) for read, shift in zip(reads, shifts, strict=True))
        if not levels[0]:
            return reads
        return (*reads, *(tuple(moments and self._moments(moments) for moments in level) for level in levels))

    def _moments(self, moments: Tree) -> Tree:
        states, times, numbers, reads, origins = moments
        shift, shifts = None, [None] * len(reads)
        if origins:
            shift = self._shift(origins[0])
            shifts = [None if isinstance(own, tuple) else self._shift(own)[..., None] for own in origins[1]]
            times = times - shift
            shift = shift[..., None]
        found = tuple(read and _flat(read, own) for read, own in zip(reads, shifts, strict=True))
        return _flat(states, shift), times, numbers, found

    def _shift(self, origins: Any) -> Any:
        """Return how far that is moved which some delays move together."""
        return sum(self._runtime.entries(self._every, origins[..., level]) for level in range(origins.shape[-1]))


def _flat(parts: Sequence[Tree], shift: Any) -> Tree:
    """Return places and weights of the parts of a read one behind the other, with the weights that a shift makes."""
    return tuple(value for part in parts for value in (part[0], _moved(shift, *part[1:])))


def _moved(shift: Any, weights: Any, slopes: Any = None) -> Any:
    if slopes is None:
        return weights
    steps = len(shift.shape) == 3 and len(slopes.shape) == 4  # of states, there is an axis of stages between
    return weights + slopes * (shift[:, None] if steps else shift)
