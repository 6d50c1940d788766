"""Where all reads at a node of a step take their values from, as data, for runs that are differentiated.

Computed variables that are read where too few samples stand around have to be computed there. What they read late is
found likewise, from there, and so on until no computed variable is left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import evolve, field, frozen
from rates_core.delays.dependence import Dependence
from rates_core.delays.strategy import Chosen, Gather, Inside, Moments, Resolved, StorageContext
from rates_core.errors import UnsupportedFeatureError

from rates_delay_ring.inside import Shares, shares
from rates_delay_ring.places import placed
from rates_delay_ring.resolved import Located, Window, located
from rates_delay_ring.stencil import Stencil

Stencils = Mapping[tuple[int, float], Stencil | None]
#: Gathers, and the moments that they need, of complete steps and of the present one, by how many reads lead there.
Levels = tuple[tuple[Gather | None, ...], tuple[Moments | None, ...], tuple[Moments | None, ...]]


@frozen(eq=False)
class Asked:
    """Entries of a read, at one moment or at several ones, one behind the other.

    Attributes:
        number: of the read.
        positions: of each, in steps since the start; one may stand for all.
        index: which entries of the slot they are, None for all.
        origins: the delays that move them, `[positions, ...]`, see `Moments`.
    """

    number: int
    positions: np.ndarray
    index: Any
    origins: np.ndarray


@frozen(eq=False)
class Resolver:
    """Resolve the reads of a run.

    Attributes:
        context: the run.
        delays: of its reads, in steps.
        stencils: of its reads, by node.
        size: number of samples that are kept.
        points: breaking points, the start first.
        present: by number of a read, which of its entries have no delay; what is found for these is not looked at.
    """

    context: StorageContext
    delays: Sequence[np.ndarray]
    stencils: Stencils
    size: int
    points: Sequence[int]
    present: Mapping[int, np.ndarray] = field(factory=dict)
    needs: Mapping[str, frozenset[int]] = field(init=False)
    starts: np.ndarray = field(init=False)

    @needs.default
    def _needs(self) -> Mapping[str, frozenset[int]]:
        return self.context.system.once(Dependence).needed_reads

    @starts.default
    def _starts(self) -> np.ndarray:
        """Return the place of each read's first delay among those of all."""
        return np.cumsum([1, *(delay.size for delay in self.delays)])

    def resolved(self, step: int, node: float, slopes: bool) -> Resolved:
        """Return where all reads at a node of a step take their values from.

        Raises:
            UnsupportedFeatureError: the derivative by a delay is wanted that cannot be had.
        """
        asked = [
            Asked(number, step + node - delay.reshape(-1), self.context.indices[number], self._origins(number)[:, None])
            for number, delay in enumerate(self.delays)
        ]
        reads, earlier, own = _Step(self, step, node, slopes).level(asked, self.needs)
        return Resolved(tuple(read for read in reads if read is not None), earlier, own)

    def _origins(self, number: int) -> np.ndarray:
        return np.asarray(self.starts[number] + np.arange(self.delays[number].size))

    def needed(self, computed: Collection[str]) -> set[int]:
        """Return the reads that computed variables need at a moment, and others do that they read without delay."""
        slots, found = set(computed), set[int]()
        while slots:
            more = {number for slot in slots for number in self.needs[slot]} - found
            found |= more
            slots = {
                self.context.system.reads[number].slot for number in more & self.present.keys()
            } & self.needs.keys()
        return found

    def at_moments(self, number: int, positions: np.ndarray, origins: np.ndarray) -> Asked:
        """Return all entries of a read at some moments."""
        read, index = self.context.system.reads[number], self.context.indices[number]
        count, many = int(np.prod(read.shape)), len(positions)
        delays = np.broadcast_to(self.delays[number].reshape(-1), count)
        own = np.broadcast_to(self._origins(number), count)
        entries = np.arange(count) if index is None else np.asarray(index).reshape(-1)
        return Asked(
            number,
            (positions[:, None] - delays).reshape(-1),
            np.tile(entries, many) if self.context.system.shapes[read.slot] else None,
            np.hstack([np.repeat(origins, count, axis=0), np.tile(own, many)[:, None]]),
        )


@frozen(eq=False)
class _Groups:
    """Moments at which computed variables have to be computed: those of complete steps first.

    Attributes:
        positions: of each.
        origins: of each.
        complete: how many lie in steps that are complete.
        places: of each entry that is computed anew, in the order of reads: the number of its moment.
    """

    positions: np.ndarray
    origins: np.ndarray
    complete: int
    places: np.ndarray

    @classmethod
    def of(cls, positions: np.ndarray, origins: np.ndarray, step: int, merged: bool) -> _Groups:
        """Return the moments of entries.

        Args:
            positions: of entries.
            origins: of entries.
            step: the present one.
            merged: whether entries at one position share a moment; else their delays may move them apart.
        """
        places = np.arange(positions.size)
        if merged:
            positions, first, places = np.unique(positions, return_index=True, return_inverse=True)
            origins = origins[first]
        own = np.floor(positions) >= step
        order = np.argsort(own, kind="stable")
        return cls(positions[order], origins[order], int((~own).sum()), np.argsort(order)[places])


@frozen(eq=False)
class _Step:
    """The reads at a node of a step."""

    all: Resolver
    step: int
    node: float
    slopes: bool

    def level(self, asked: Sequence[Asked | None], computed: Collection[str], depth: int = 0) -> Levels:
        """Return where reads take their values from, and all moments that they need.

        Args:
            asked: what is read; None where nothing of a read is needed.
            computed: variables that may have to be computed for that.
            depth: number of reads that lead to these.
        """
        whole = [None if depth or entries is None else self._samples(entries) for entries in asked]
        found = [
            None if entries is None or sample is not None else self._located(entries)
            for entries, sample in zip(asked, whole, strict=True)
        ]
        gathers = tuple(
            sample if entries is None or place is None else self._gather(entries, place)
            for entries, place, sample in zip(asked, found, whole, strict=True)
        )
        anew = [
            (entries, place.anew)
            for entries, place in zip(asked, found, strict=True)
            if entries is not None and place is not None and place.anew is not None
        ]
        if not anew:
            return gathers, (), ()
        groups = _Groups.of(
            np.concatenate([entries.positions[places] for entries, places in anew]),
            np.concatenate([entries.origins[places] for entries, places in anew]),
            self.step,
            not self.slopes,
        )
        gathers = tuple(self._choosing(groups, asked, found, gathers))
        reads, earlier, own = self._deeper(groups, computed, depth)
        parts = slice(0, groups.complete), slice(groups.complete, None)
        moments = [self._moments(groups, reads, part) for part in parts]
        return gathers, (moments[0], *earlier), (moments[1], *own)

    def _deeper(self, groups: _Groups, computed: Collection[str], depth: int) -> Levels:
        """Return where that which is read at moments takes its values from."""
        system, needs = self.all.context.system, self.all.needs
        needed = self.all.needed(computed)
        if needed and (groups.positions == np.rint(groups.positions)).any():
            raise unresolved(
                "Here the derivative by a delay of whole steps is wanted where such delays bend the solution, and a "
                f"computed variable that is read there reads '{system.reads[min(needed)].slot}' late itself. Shift the "
                "delay by a part of a step, or take a method of lower order, such as 'heun'."
            )
        reads = [
            self.all.at_moments(number, groups.positions, groups.origins) if number in needed else None
            for number in range(len(self.all.delays))
        ]
        return self.level(reads, {system.reads[number].slot for number in needed} & needs.keys(), depth + 1)

    def _samples(self, entries: Asked) -> Gather | None:
        """Return where entries lie that are samples, as they always are then; None for others."""
        stencil = self.all.stencils[entries.number, self.node]
        if self.slopes or stencil is None or not stencil.whole or entries.number in self.all.present:
            return None
        return self._placed(entries, stencil.offsets + self.all.size, stencil.weights)

    def _located(self, entries: Asked) -> Located:
        context, slot = self.all.context, self.all.context.system.reads[entries.number].slot
        assert context.tableau is not None
        state = slot in context.system.state_paths
        newest = self.step if state or self.node > 0 else self.step - 1
        window = Window(self.all.points, newest, context.tableau.order)
        positions, tableau = entries.positions, context.tableau if state else None
        if entries.number not in self.all.present:
            return located(positions, window, self.slopes, tableau)
        now = np.resize(self.all.present[entries.number], positions.size)
        found = located(np.where(now, np.floor(positions), positions), window, self.slopes, tableau)
        return _not_anew(found, now, np.floor(positions))

    def _gather(self, entries: Asked, found: Located) -> Gather:
        """Return where entries lie that are not computed anew."""
        first, context = found.first - self.step + self.all.size, self.all.context
        changes = None if found.slopes is None else found.slopes / context.step_size
        gather = self._placed(entries, first, found.weights, changes)
        if found.inside is None:
            return gather
        return evolve(gather, inside=self._inside(found.inside, entries))

    def _placed(
        self, entries: Asked, rows: np.ndarray, weights: np.ndarray, slopes: np.ndarray | None = None
    ) -> Gather:
        system = self.all.context.system
        return placed(system.shapes[system.reads[entries.number].slot], entries.index, rows, weights, slopes)

    def _inside(self, shares: Shares, entries: Asked | None) -> Inside:
        """Return where what stages add lies: to the entries of a read, or to whole states."""
        changes = [part / self.all.context.step_size if self.slopes else None for part in shares.slopes]
        first = shares.first + 1 - self.step + self.all.size
        none = np.zeros_like(first)  # the only row there is

        def at(rows: np.ndarray, weights: np.ndarray, slopes: np.ndarray | None) -> Gather:
            if entries is None:
                return placed((), None, rows, weights, slopes)
            return self._placed(entries, rows, weights, slopes)

        return Inside(
            at(first, shares.earlier, changes[0]),
            at(none, shares.own, changes[1]),
            at(none, shares.hurried, changes[2]),
        )

    def _choosing(
        self,
        groups: _Groups,
        asked: Sequence[Asked | None],
        found: Sequence[Located | None],
        gathers: Sequence[Gather | None],
    ) -> Iterator[Gather | None]:
        """Yield gathers that add values at moments, where computed variables are computed anew."""
        begin = 0
        for entries, place, gather in zip(asked, found, gathers, strict=True):
            if entries is None or place is None or gather is None or place.anew is None:
                yield gather
                continue
            count = int(place.anew.sum())
            numbers = np.zeros(place.anew.size, dtype=int)
            numbers[place.anew] = groups.places[begin : begin + count]
            begin += count
            own = place.anew & (numbers >= groups.complete)
            yield evolve(
                gather,
                moments=Chosen(
                    self._placed(entries, np.where(own, 0, numbers), 1.0 * (place.anew & ~own)[:, None]),
                    self._placed(entries, np.where(own, numbers - groups.complete, 0), 1.0 * own[:, None]),
                ),
            )

    def _moments(self, groups: _Groups, reads: Sequence[Gather | None], part: slice) -> Moments | None:
        """Return some of the moments, None for no one."""
        positions = groups.positions[part]
        if not positions.size:
            return None
        tableau = self.all.context.tableau
        assert tableau is not None
        bend = 0.5 * (positions == np.rint(positions))
        found = shares(positions, bend == 0, self.step, tableau, (bend, bend) if self.slopes else None)
        assert found is not None
        start = np.floor(positions).astype(int)
        states = placed((), None, start - self.step + self.all.size, np.empty((start.size, 0)), None)
        return Moments(
            evolve(states, inside=self._inside(found, None)),
            positions - start,
            tuple(None if read is None else _some(read, groups.positions.size, part) for read in reads),
            groups.origins[part] if self.slopes else None,
        )


def _not_anew(found: Located, entries: np.ndarray, positions: np.ndarray) -> Located:
    """Return where values lie, of which some entries are samples and are not computed anew."""
    if found.anew is None or not (found.anew & entries).any():
        return found
    weights, places = found.weights.copy(), np.flatnonzero(found.anew & entries)
    weights[places, (positions - found.first).astype(int)[places]] = 1.0
    anew = found.anew & ~entries
    return evolve(found, weights=weights, anew=anew if anew.any() else None)


def _some(gather: Gather, moments: int, part: slice) -> Gather:
    """Return what is read at some of so many moments."""
    count = gather.places.size // moments
    entries = slice((part.start or 0) * count, None if part.stop is None else part.stop * count)

    def taken(values: np.ndarray | None) -> np.ndarray | None:
        return None if values is None else values[..., entries, :]

    def some(gather: Gather) -> Gather:
        weights = gather.weights[..., entries, :]
        return Gather(gather.places[entries], weights, taken(gather.slopes))

    inside, moment = gather.inside, gather.moments
    return evolve(
        some(gather),
        inside=None if inside is None else Inside(some(inside.earlier), some(inside.own), some(inside.hurried)),
        moments=None if moment is None else Chosen(*(some(part) for part in (moment.earlier, moment.own))),
    )


def unresolved(reason: str) -> UnsupportedFeatureError:
    """Return the error for what is not followed."""
    return UnsupportedFeatureError(
        f"Derivatives of runs follow delayed values that lie on samples or between them. {reason}"
    )
