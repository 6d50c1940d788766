"""Discrete delays as states: what a variable was, at Chebyshev nodes of the time since t - τ.

u_j(t) stands for the value at t - τ c_j, with c_0 = 0 and c_M = 1. As time goes on, it changes by the derivative of the
polynomial through all of these values: u_j' = (D u)_j/τ for j = 1, ..., M, where u_0 is the present value. What is read
is u_M. Equilibria are those of the model with delays; roots, cycles and multipliers converge spectrally.

References:
    breda2016, section 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import define, field, frozen
from rates_core.delays.dependence import Dependence
from rates_core.delays.growth import Growth
from rates_core.delays.strategy import Augmentation
from rates_core.errors import ArgumentError, UnsupportedFeatureError
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, symbols
from rates_core.system.system import Project, Read, Shape, State, System

from rates_continuation.chebyshev import differentiation

FEWEST = 4  # nodes
NODES = 16  # of a delay, unless others are asked for


@frozen(eq=False)
class PastState(State):
    """What a variable was at the nodes of its delay, but for the first one; one node behind the other.

    Attributes:
        nodes: number of them.
    """

    nodes: int = field(kw_only=True)


@frozen(eq=False)
class PastNodes(Augmentation):
    """Replace delayed reads by states at nodes.

    Attributes:
        nodes: of each delay, besides the present.
    """

    nodes: int

    def lower(self, system: System, stages: int | None = None) -> System:
        """Return the System with states in place of discrete delays; those of 0 are the present.

        Args:
            system: its parameters that stay free are NaN.
            stages: no chains are made here.

        Raises:
            ArgumentError: a delay is negative.
            UnsupportedFeatureError: a variable depends on its own past without a state between.
        """
        recurrent = sorted(Dependence(system).recurrent)
        if recurrent:
            raise UnsupportedFeatureError(
                f"'{recurrent[0]}' depends on its own past, and is no state: such equations between values at several "
                "times have no rightmost roots that could be computed. Make it a state, with x' = (... - x)/tau."
            )
        pasts = _Pasts(Growth(system), self.nodes)
        for read in system.reads:
            pasts.add(read)
        return pasts.growth.system(system.reads)


@define(eq=False)
class _Pasts:
    """The states that stand for the past.

    Attributes:
        growth: what they are added to.
        nodes: of each delay.
        known: which states stand for what is read.
    """

    growth: Growth
    nodes: int
    known: dict[Any, str] = field(factory=dict)

    def add(self, read: Read) -> None:
        """Add states for what a read reads, and assign their last ones to its symbol."""
        delay = self._delay(read)
        if not self.growth.before.shapes[read.slot] and not delay.ndim:
            value: Expression = Symbol(read.slot)
            if delay != 0:
                value = self._last(read, Symbol(read.slot), (), read.delay, (read.slot, read.delay))
        else:
            value = self._each(read, delay)
        self.growth.assign(read.path, value, read.shape, read.complex)

    def _delay(self, read: Read) -> np.ndarray:
        delay = np.asarray(
            evaluate(read.delay, {item.path: item.value for item in self.growth.before.parameters}), float
        )
        if np.any(delay < 0) or np.any(np.isinf(delay)):
            bad = float(delay[(delay < 0) | np.isinf(delay)].flat[0])
            raise ArgumentError(f"A delay of '{read.slot}' is {bad!r}; a delay must be finite and not negative.")
        return delay

    def _each(self, read: Read, delay: np.ndarray) -> Expression:
        """Return what is read of entries, or with a delay each: states for each pair of both."""
        axis = self.growth.before.shapes[read.slot]
        width = axis[0] if axis and not delay.ndim else len(np.broadcast_to(delay, read.shape))
        index = np.arange(width)
        if read.index is not None:
            index = np.asarray(self.growth.before.parameter_paths[read.index].value)
        elif not axis:
            index = np.zeros(width, dtype=int)
        delays = np.broadcast_to(delay, index.shape)
        first, place = _distinct(index, delays, alike=not delay.ndim)
        late = first[delays[first] != 0]
        outputs: Expression | None = None
        if len(late):
            outputs = self._several(read, index[late], late if delay.ndim else None)
        if len(late) < len(first):
            now = self._picked(read, "now", index[first[delays[first] == 0]])
            outputs = now if outputs is None else Apply("concatenate", (outputs, now))
            order = np.concatenate([np.flatnonzero(delays[first] != 0), np.flatnonzero(delays[first] == 0)])
            place = np.argsort(order)[place]
        assert outputs is not None
        if np.array_equal(place, np.arange(len(place))) and len(place) == len(first):
            return outputs
        return Apply("index", (outputs, Symbol(self.growth.structural(f"{read.path}/output", place))))

    def _several(self, read: Read, entries: np.ndarray, delays: np.ndarray | None) -> Expression:
        """Return the last states for some entries of a slot.

        Args:
            read: of the slot.
            entries: of it.
            delays: which of its delays each has; None if there is one for all.
        """
        delay = read.delay
        if delays is not None and symbols(delay):
            delay = Apply(
                "index", (delay, Symbol(self.growth.structural(f"{read.path}/delay", np.tile(delays, self.nodes))))
            )
        key = (read.slot, delay, entries.tobytes()) if delays is None else (read.path,)
        source = self._picked(read, "source", entries) if key not in self.known else Symbol(read.slot)
        return self._last(read, source, (len(entries),), delay, key)

    def _picked(self, read: Read, name: str, entries: np.ndarray) -> Expression:
        """Return some entries of a slot; a single number is there as often as it is wanted."""
        slot, shape = Symbol(read.slot), self.growth.before.shapes[read.slot]
        if not shape:
            return Apply(
                "multiply", (slot, Symbol(self.growth.structural(f"{read.path}/{name}", np.ones(len(entries)))))
            )
        if np.array_equal(entries, np.arange(shape[0])):
            return slot
        return Apply("index", (slot, Symbol(self.growth.structural(f"{read.path}/{name}", entries))))

    def _last(self, read: Read, source: Expression, shape: Shape, delay: Expression, key: Any) -> Expression:
        """Return the last of the states that stand for the past of a source."""
        if key not in self.known:
            self.known[key] = f"{read.path}/past"
            self._grow(self.known[key], source, shape, delay, read.complex)
        states, last = Symbol(self.known[key]), self.nodes - 1
        if not shape:
            return Apply("index", (states, Number(last)))
        return Apply("index_range", (states, Number(last * shape[0]), Number(self.nodes * shape[0])))

    def _grow(self, path: str, source: Expression, shape: Shape, delay: Expression, is_complex: bool) -> None:
        count = shape[0] if shape else 1
        own = (self.nodes * count,)
        points, slopes = f"{path}/points", f"{path}/slopes"
        self.growth.assign(
            points, Apply("concatenate", (source, Symbol(path))), ((self.nodes + 1) * count,), is_complex
        )
        self.growth.project(self._slopes(path, count), own, is_complex)
        self.growth.add_state(
            PastState(path, own, np.zeros(own), complex=is_complex, nodes=self.nodes),
            Apply("divide", (Symbol(slopes), delay)),
        )

    def _slopes(self, path: str, count: int) -> Project:
        """Return the product with the rows of D, for `count` pasts side by side."""
        matrix = differentiation(self.nodes)[1:]
        target, source, own = f"{path}/slopes", f"{path}/points", (self.nodes * count,)
        if count == 1:
            return Project(target, source, "dense", self.growth.structural(f"{path}/matrix", matrix), own)
        width = self.nodes + 1
        places = np.arange(self.nodes * count)
        columns = (np.arange(width) * count + places[:, None] % count).reshape(-1)
        return Project(
            target, source, "sparse",
            self.growth.structural(f"{path}/matrix", np.repeat(matrix, count, axis=0).reshape(-1)), own,
            index=self.growth.structural(f"{path}/columns", columns),
            rows=self.growth.structural(f"{path}/rows", np.repeat(places, width)),
            pointers=self.growth.structural(f"{path}/pointers", width * np.arange(len(places) + 1)),
        )  # fmt: skip


def _distinct(index: np.ndarray, delays: np.ndarray, alike: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return where each pair of an entry and a delay is first, and which pair is at each place.

    Delays that are free are NaN, and each is one of its own, unless all are alike.
    """
    values = np.zeros_like(delays) if alike else delays
    pairs = np.stack([index.astype(float), values])
    _, first, place = np.unique(pairs, axis=1, return_index=True, return_inverse=True)
    if np.isnan(values).any():
        free = np.flatnonzero(np.isnan(values))
        known, found = np.flatnonzero(~np.isnan(values)), np.zeros(len(index), dtype=int)
        _, first, place = np.unique(pairs[:, known], axis=1, return_index=True, return_inverse=True)
        found[known], found[free] = place.reshape(-1), len(first) + np.arange(len(free))
        return np.concatenate([known[first], free]), found
    return first, place.reshape(-1)
