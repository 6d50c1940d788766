"""The linear chain: a gamma kernel of order n and rate a is n stages, each following the one before at rate a.

With mean delay m and standard deviation s the order is n = max(1, round((m/s)²)) and the rate a = n/m
(MacDonald 1978, chapter 2). Reads that share source, order and rate share a chain.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import define, evolve, field
from rates_core.delays.growth import Growth
from rates_core.delays.strategy import Augmentation
from rates_core.errors import ArgumentError, shown, warn
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, symbols
from rates_core.system.chains import stages_of
from rates_core.system.system import Parameter, Read, Shape, State, System

ROUNDING = 0.1  # a larger relative change of (m/s)² by rounding is worth a warning
MOST_STAGES = 10_000  # of one chain, whose kernel is then a hundredth of the delay wide


class GammaChain(Augmentation):
    """Replace delayed reads by chains."""

    def lower(self, system: System, stages: int | None = None) -> System:
        """Return the System with chains for reads that have a spread, and for all others if `stages` is given.

        Raises:
            ArgumentError: `stages` is not positive or above `MOST_STAGES`, or a delay that is to be spread is not.
        """
        if stages is not None and not 1 <= stages <= MOST_STAGES:
            raise ArgumentError(
                f"delay_approximation is the number of stages, from 1 to {MOST_STAGES}; it is {shown(stages)}."
            )
        chained = [read for read in system.reads if read.spread is not None or stages is not None]
        chains = _Chains(Growth(system))
        for read in chained:
            chains.add(read, stages)
        return chains.growth.system(chained)


@define(eq=False)
class _Chains:
    """The chains that stand for reads.

    Attributes:
        growth: what they are added to.
        known: path of the chains of each source, order and delay.
        owners: delay of the read for which each was added first.
    """

    growth: Growth
    known: dict[Any, str] = field(factory=dict)
    owners: dict[Any, Expression] = field(factory=dict)

    @property
    def parameters(self) -> dict[str, Parameter]:
        """All parameters, by path."""
        return self.growth.parameters

    def add(self, read: Read, stages: int | None) -> None:
        """Add the chains of one read, and assign what they deliver to the read's symbol."""
        values = {path: parameter.value for path, parameter in self.parameters.items()}
        delay = np.asarray(evaluate(read.delay, values), dtype=float)
        if np.any(delay <= 0):
            raise ArgumentError(f"A delay of '{read.slot}' is {delay.min()}; a delay that is spread must be positive.")
        orders = self._orders(read, delay, values, stages)
        if delay.ndim == 0 and orders.ndim == 0:
            value = self._whole(read, int(orders), float(delay))
        else:
            value = self._each(read, np.broadcast_to(delay, read.shape), np.broadcast_to(orders, read.shape))
        self.growth.assign(read.path, value, read.shape, read.complex)

    def _orders(self, read: Read, delay: np.ndarray, values: dict[str, Any], stages: int | None) -> np.ndarray:
        if read.spread is None:
            return np.asarray(stages)
        spread = np.asarray(evaluate(read.spread, values), dtype=float)
        if np.any(spread <= 0):
            raise ArgumentError(f"A spread of '{read.slot}' is {spread.min()}; give positive spreads, or none.")
        with np.errstate(over="ignore"):
            exact = (delay / spread) ** 2
        _check_stages(read.slot, delay, spread, exact)
        orders = stages_of(delay, spread)
        for path in symbols(read.delay):
            self.parameters[path] = evolve(self.parameters[path], spread=spread)
        rounding = np.abs(orders - exact) / exact
        if np.max(rounding) > ROUNDING:
            _warn_of_rounding(read.slot, int(np.argmax(rounding)), delay, spread, orders)
        return np.asarray(orders)

    def _whole(self, read: Read, order: int, delay: float) -> Expression:
        """Return the output of chains for a whole slot, or picked entries of it, that have one delay."""
        shape = self.growth.before.shapes[read.slot]
        entries = np.arange(shape[0]) if shape else None
        key = (read.slot, order, delay)
        self._twin(read, key)
        chains = self._chains(read, order, Symbol(read.slot), shape, entries, read.delay, key)
        if read.index is not None and shape:
            return Apply("index", (chains, Symbol(read.index)))
        return chains

    def _twin(self, read: Read, key: Any) -> None:
        """Note that the delays of two reads that share a chain have to stay equal."""
        owner = self.owners.setdefault(key, read.delay)
        if owner != read.delay and isinstance(owner, Symbol) and isinstance(read.delay, Symbol):
            twin = self.parameters[read.delay.name]
            self.parameters[twin.path] = evolve(twin, twin=owner.name)

    def _each(self, read: Read, delay: np.ndarray, orders: np.ndarray) -> Expression:
        """Return the outputs of chains for reads that each have a delay: one chain per source, order and delay."""
        slot_shape = self.growth.before.shapes[read.slot]
        index = np.arange(len(delay)) if read.index is None else self.parameters[read.index].value
        entry = index if slot_shape else np.zeros(len(delay), dtype=int)
        keys = np.stack([orders.astype(float), delay, entry.astype(float)])
        distinct, first, chain = np.unique(keys, axis=1, return_index=True, return_inverse=True)
        place = np.lexsort((first, distinct[0]))  # by order, and then as the reads come: sums over them find neighbours
        distinct, first, chain = distinct[:, place], first[place], np.argsort(place)[chain.reshape(-1)]
        self._tie(read, chain)
        parts: list[Expression] = []
        for order in (int(value) for value in np.unique(distinct[0])):
            members = first[distinct[0] == order]
            picked = self.growth.structural(f"{read.path}/source{order}", entry[members])
            source: Expression = Apply("index", (Symbol(read.slot), Symbol(picked)))
            if not slot_shape:
                ones = self.growth.structural(f"{read.path}/ones{order}", np.ones(len(members)))
                source = Apply("multiply", (Symbol(read.slot), Symbol(ones)))
            representative = self.growth.structural(f"{read.path}/chain{order}", np.tile(members, order))
            rate_delay = Apply("index", (read.delay, Symbol(representative))) if symbols(read.delay) else read.delay
            key = (read.path, order)
            parts.append(
                self._chains(
                    read, order, source, (len(members),), entry[members] if slot_shape else None, rate_delay, key
                )
            )
        outputs = parts[0]
        for part in parts[1:]:
            outputs = Apply("concatenate", (outputs, part))
        if np.array_equal(chain, np.arange(len(delay))):
            return outputs
        return Apply("index", (outputs, Symbol(self.growth.structural(f"{read.path}/output", chain))))

    def _tie(self, read: Read, chain: np.ndarray) -> None:
        for path in symbols(read.delay):
            parameter = self.parameters[path]
            if parameter.shape == chain.shape and len(np.unique(chain)) < len(chain):
                self.parameters[path] = evolve(parameter, ties=chain)

    def _chains(
        self, read: Read, order: int, source: Expression, shape: Shape, entries: Any, delay: Expression, key: Any
    ) -> Expression:
        """Add chains of one order side by side, stage by stage; return the expression of their last stages."""
        count = shape[0] if shape else 1
        if key not in self.known:
            path = f"{read.path}/chain" if isinstance(key[1], int) and len(key) == 3 else f"{read.path}/chain#{order}"
            self.known[key] = path
            self._grow(path, read, order, source, shape, entries, delay)
        stages: Expression = Symbol(self.known[key])
        if order == 1:
            return stages
        if not shape:
            return Apply("index", (stages, Number(order - 1)))
        return Apply("index_range", (stages, Number((order - 1) * count), Number(order * count)))

    def _grow(
        self, path: str, read: Read, order: int, source: Expression, shape: Shape, entries: Any, delay: Expression
    ) -> None:
        count = shape[0] if shape else 1
        own: Shape = () if order == 1 and not shape else (order * count,)
        rate = Apply("divide", (Number(order), delay))
        previous: Expression = source
        if order > 1:
            kept = Apply("index_range", (Symbol(path), Number(0), Number((order - 1) * count)))
            previous = Apply("concatenate", (source, kept))
        state = State(
            path,
            own,
            read.slot,
            complex=read.complex,
            index=None if entries is None else np.tile(entries, order),
            stage=np.repeat(np.arange(1, order + 1), count) if own else 1,
            rate=rate,
        )
        upstream = f"{path}/upstream"
        self.growth.assign(upstream, previous, own, read.complex)
        self.growth.add_state(state, Apply("multiply", (rate, Apply("subtract", (Symbol(upstream), Symbol(path))))))


def _at(place: int, delay: np.ndarray, spread: np.ndarray, stages: np.ndarray) -> tuple[float, float, float]:
    """Return delay, spread and number of stages of one connection."""
    m, s, n = (np.broadcast_to(item, stages.shape).reshape(-1)[place].item() for item in (delay, spread, stages))
    return m, s, n


def _check_stages(slot: str, delay: np.ndarray, spread: np.ndarray, exact: np.ndarray) -> None:
    """Raise if a spread is so much smaller than its delay that its chain could hardly be computed.

    Raises:
        ArgumentError: a chain has more than `MOST_STAGES` stages.
    """
    if np.max(exact) > MOST_STAGES + 0.5:
        m, s, n = _at(int(np.argmax(exact)), delay, spread, exact)
        raise ArgumentError(
            f"The delayed '{slot}' with delay {m:g} and spread {s:g} is a chain of {n:.0f} stages, each a state; at "
            f"most {MOST_STAGES} are computed. Leave the spread out, for a delay without spread, or let it be "
            f"{m / MOST_STAGES**0.5:g} at least."
        )


def _warn_of_rounding(slot: str, place: int, delay: np.ndarray, spread: np.ndarray, orders: np.ndarray) -> None:
    """Warn that a whole number of stages gives another spread than was asked for."""
    m, s, n = _at(place, delay, spread, orders)
    warn(
        f"The delayed '{slot}' has (delay/spread)² = {(m / s) ** 2:.4g}, but a chain has a whole number of stages: "
        f"{n} {'gives' if n == 1 else 'give'} the spread {m / n**0.5:.4g} instead of {s:.4g}."
    )
