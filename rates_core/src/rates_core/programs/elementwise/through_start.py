"""Carry derivatives by what was before the start to what that depends on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rates_core.delays.reads import entries_of, read_indices
from rates_core.programs.elementwise.adjoint_loops import AdjointLoops
from rates_core.programs.gradient import GradientRequest
from rates_core.programs.program import slot_paths

BySlot = dict[str, np.ndarray]


class ThroughStart:
    """The way back through the start, before which all that is read late was what it is there.

    Chains start from it too. A computed variable may depend on others that are read late, so that derivatives are
    carried round by round, as often as there may be steps from one to the next.

    Args:
        loops: of the module.
        run: that is differentiated.
        parameters: derivatives by these, to which is added.
        inputs: derivatives by tables of inputs per node of the method, likewise.
    """

    def __init__(
        self,
        loops: AdjointLoops,
        run: GradientRequest,
        parameters: dict[str, np.ndarray],
        inputs: Sequence[Sequence[np.ndarray]],
    ) -> None:
        self._loops, self._run, self._parameters, self._inputs = loops, run, parameters, inputs
        self._request, self._system = loops.request, loops.request.system
        self._slots = slot_paths(self._system)

    def followed(self, state: np.ndarray, by_slot: BySlot) -> np.ndarray:
        """Return the derivatives by the state at the start.

        Args:
            state: those by it alone.
            by_slot: those by each stored variable before the start.
        """
        state = state.copy()
        for _ in range(1 + len(self._slots)):
            self._from_chains(state, by_slot)
            if not any(value.any() for value in by_slot.values()):
                break
            bars = self._loops.at_start(*self._at_start(by_slot))
            first, last = self._request.states
            state += bars[first:last]
            self._add_parameters(bars)
            self._add_inputs(bars)
            by_slot = self._by_reads(bars)
        return state

    def _from_chains(self, state: np.ndarray, by_slot: BySlot) -> None:
        """Move the derivatives by chains to their sources."""
        for chain in self._system.states:
            if isinstance(chain.initial, str):
                part = state[chain.offset : chain.offset + chain.width]
                self._add_entries(by_slot, chain.initial, chain.index, part.copy())
                part[:] = 0.0

    def _by_reads(self, bars: np.ndarray) -> BySlot:
        """Return the derivatives by stored variables of those by reads."""
        found: BySlot = {}
        indices = read_indices(self._system)
        for number, read, (start, stop) in self._request.reads("store"):
            self._add_entries(found, read.slot, indices[number], bars[start:stop])
        return found

    def _add_entries(self, by_slot: BySlot, slot: str, index: Any, values: np.ndarray) -> None:
        """Add derivatives by entries of a slot to those by all of it."""
        total = np.array(by_slot.get(slot, np.zeros(self._system.shapes[slot])), dtype=float)
        if not total.shape:
            total = total + values.sum()
        else:
            np.add.at(total, np.arange(total.size) if index is None else np.asarray(index), values)
        by_slot[slot] = total

    def _add_parameters(self, bars: np.ndarray) -> None:
        for path in self._request.wanted.parameters:
            start, stop = self._request.bar(path)
            self._parameters[path] = self._parameters[path] + bars[start:stop].reshape(self._parameters[path].shape)

    def _add_inputs(self, bars: np.ndarray) -> None:
        for number, (start, stop) in self._request.inputs("store"):
            table = self._inputs[self._node][number]
            table[0] += bars[start:stop].reshape(table[0].shape)

    @property
    def _node(self) -> int:
        """Return the number of the node at which a step starts."""
        return self._request.tableau.distinct_nodes.index(0.0)

    def _at_start(self, by_slot: BySlot) -> tuple[np.ndarray, list[Any], list[Any], list[Any]]:
        """Return the vector of states and seeds, inputs, delayed values and random numbers at the start."""
        run, system = self._run, self._system
        y = np.zeros(self._request.adjoint.system.width)
        y[: system.width] = run.start.y
        for slot, value in by_slot.items():
            start, stop = self._request.seed("store", slot)
            y[start:stop] = value
        inputs = [table[0] for table in run.inputs[self._node]] if run.inputs else []
        reads = [
            entries_of(read.shape, index, run.past[read.slot])
            for read, index in zip(system.reads, read_indices(system), strict=True)
        ]
        return y, inputs, reads, [np.zeros(draw.shape) if draw.shape else 0.0 for draw in system.draws]
