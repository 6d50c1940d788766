"""Values at the start that follow from what was before it, and may depend on each other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from rates_core.delays.before import Before
from rates_core.delays.chain_start import chain_start
from rates_core.delays.delayed import PastLeaf, leaves_of
from rates_core.delays.dependence import Dependence
from rates_core.delays.instant import Instant
from rates_core.delays.readiness import Known, Readiness
from rates_core.delays.reads import delay_values, read_indices
from rates_core.delays.said import Said
from rates_core.system.system import System


class Beginning:
    """The start of a run: delayed reads and chains then, found in rounds until no more entries become known.

    Args:
        system: the lowered System.
        start: time of the start.
        given: value of time, parameters, states and external inputs at the start, by symbol.
        arguments: values of parameters.
        said: what the user says of the time before, by variable.

    Attributes:
        leaves: the reads and chains, by path.
        values: of them at the start.
        before: what was before the start.
    """

    def __init__(
        self,
        system: System,
        start: float,
        given: Mapping[str, Any],
        arguments: Mapping[str, Any],
        said: Mapping[str, Said],
    ) -> None:
        self._system, self._start, self._given = system, start, given
        self._arguments, self._said = arguments, said
        self.dependence = system.once(Dependence)
        self.readiness = Readiness(system, self.dependence.computed, arguments)
        self._delays, self._indices = delay_values(system, arguments), read_indices(system)
        self.leaves = system.once(leaves_of)
        needed = self.dependence.reached(*self.dependence.computed)
        self._needed = [leaf for leaf in self.leaves.values() if leaf.path in needed]
        self.values: dict[str, Any] = {leaf.path: leaf.zero for leaf in self.leaves.values()}
        self.before = self._rounds()
        chains = [leaf for leaf in self.leaves.values() if leaf.chain is not None]
        self.values |= {leaf.path: self._value(leaf, self.before) for leaf in chains}

    def _rounds(self) -> Before:
        """Return what was before the start when as much as possible is known."""
        known: dict[str, Known] = {leaf.path: False for leaf in self._needed}
        while True:
            before = self.past(self.readiness.masks(known))
            found = {leaf.path: self._known(leaf, before) for leaf in self._needed}
            if all(np.array_equal(mask, known[path]) for path, mask in found.items()):
                return before
            self.values |= {leaf.path: self._value(leaf, before) for leaf in self._needed}
            known = found

    def past(self, unknown: Mapping[str, Known], slots: Mapping[str, Any] | None = None) -> Before:
        """Return what was before the start.

        Args:
            unknown: what is known of the variables of which not all entries are.
            slots: values of delayed variables at the start; the others are computed.
        """
        at_start = Instant(self._system, {**self._given, **self.values, **(slots or {})})
        return Before(
            self._system, self._arguments, self._delays, self._indices, self._said, self.readiness, at_start, unknown
        )

    def _value(self, leaf: PastLeaf, before: Before) -> Any:
        """Return what a read or a chain is at the start."""
        if leaf.chain is not None:
            past = partial(before.value, leaf.slot)
            return chain_start(leaf.chain, past, before.varies(leaf.slot), self._start, self._arguments)
        late = np.greater(self._delays[leaf.number], 0)
        if late.all():
            return before.read(leaf.number, self._start)
        now = leaf.entries(before.at_start.value(leaf.slot))
        return np.where(late, before.read(leaf.number, self._start), now) if late.any() else now

    def _known(self, leaf: PastLeaf, before: Before) -> Known:
        if leaf.chain is not None:
            return leaf.entries(before.known(leaf.slot))
        late = np.greater(self._delays[leaf.number], 0)
        return np.where(late, before.known(leaf.path), leaf.entries(before.unknown.get(leaf.slot, True)))
