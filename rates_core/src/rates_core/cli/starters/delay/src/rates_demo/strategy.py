"""The strategy: a read of the past becomes the last of n stages, each of which follows the one before.

With the rate a = n/delay, `z_1' = a*(x - z_1)` and `z_k' = a*(z_(k-1) - z_k)`; z_n is x with delays that have a gamma
density of mean `delay` and standard deviation `delay/sqrt(n)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from attrs import evolve
from rates_core.delays.growth import Growth
from rates_core.delays.strategy import Augmentation
from rates_core.errors import ArgumentError, UnsupportedFeatureError, warn
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, symbols
from rates_core.system.chains import stages_of
from rates_core.system.system import Read, State, System

Values = Mapping[str, Any]

ROUNDING = 0.1  # a larger change of (delay/spread)² by a whole number of stages is worth a warning


class DemoStrategy(Augmentation):
    """Replace delayed reads by chains."""

    def lower(self, system: System, stages: int | None = None) -> System:
        """Return the System with a chain for each read that has a spread, and for all others if `stages` is given."""
        values = {parameter.path: parameter.value for parameter in system.parameters}
        chosen = [read for read in system.reads if read.spread is not None or stages is not None]
        growth = Growth(system)
        for read in chosen:
            chain = Chain(read, number_of_stages(read, values, stages), system)
            for state, change in zip(chain.states(), chain.changes(), strict=True):
                growth.add_state(state, change)
            growth.assign(read.path, chain.output, read.shape, read.complex)
            keep_spread(growth, read, values)
        return growth.system(chosen)


def number_of_stages(read: Read, values: Values, stages: int | None) -> int:
    """Return how many stages give a read its spread, the same for all its entries."""
    delay = np.asarray(evaluate(read.delay, values), dtype=float)
    if np.any(delay <= 0):
        raise ArgumentError(f"A delay of '{read.slot}' is {delay.min()}; a delay that is spread has to be positive.")
    if read.spread is None:
        assert stages is not None
        return stages
    spread = np.asarray(evaluate(read.spread, values), dtype=float)
    exact, orders = (delay / spread) ** 2, stages_of(delay, spread)
    if len(np.unique(orders)) > 1:
        raise UnsupportedFeatureError(
            "The delay strategy 'demo' does not support what this model needs: connections "
            f"from '{read.slot}' whose chains have from {orders.min()} to {orders.max()} stages."
        )
    if np.any(np.abs(orders - exact) > ROUNDING * exact):
        warn(f"The delayed '{read.slot}' has (delay/spread)² = {exact.max():.4g}, and {orders.max()} stages.")
    return int(orders.max())


def keep_spread(growth: Growth, read: Read, values: Values) -> None:
    """Let the delay of a read know its spread, which is structure now, and has to stay."""
    if read.spread is not None:
        spread = np.asarray(evaluate(read.spread, values), dtype=float)
        for path in symbols(read.delay):
            growth.parameters[path] = evolve(growth.parameters[path], spread=spread)


@dataclass(frozen=True)
class Chain:
    """The stages that stand for one read; each is a state of the shape of the read."""

    read: Read
    order: int
    system: System

    @property
    def rate(self) -> Expression:
        """Return a = n/delay."""
        return Apply("divide", (Number(self.order), self.read.delay))

    def path(self, number: int) -> str:
        """Return the path of a stage, counted from 1."""
        return f"{self.read.path}/stage{number}"

    def source(self) -> Expression:
        """Return what the first stage follows: the entries of the delayed variable that are read."""
        slot, index = Symbol(self.read.slot), self.read.index
        return slot if index is None or not self.system.shapes[slot.name] else Apply("index", (slot, Symbol(index)))

    def states(self) -> Iterable[State]:
        """Yield the stages, which start where the past left them."""
        shape, slot = self.read.shape, self.read.slot
        entries = None
        if self.system.shapes[slot]:
            index = self.read.index
            entries = np.arange(shape[0]) if index is None else self.system.parameter_paths[index].value
        for number in range(1, self.order + 1):
            stage = np.full(shape, number) if shape else number
            yield State(
                self.path(number), shape, slot, complex=self.read.complex, index=entries, stage=stage, rate=self.rate
            )

    def changes(self) -> Iterable[Expression]:
        """Yield a*(z_(k-1) - z_k), the derivative of each stage."""
        before = self.source()
        for number in range(1, self.order + 1):
            own = Symbol(self.path(number))
            yield Apply("multiply", (self.rate, Apply("subtract", (before, own))))
            before = own

    @property
    def output(self) -> Expression:
        """Return what is read: the last stage."""
        return Symbol(self.path(self.order))
