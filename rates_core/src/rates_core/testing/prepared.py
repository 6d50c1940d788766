"""A model at its start with all that its program takes, for cases that call a kernel themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import frozen

from rates_core.delays.lowering import storage
from rates_core.delays.prehistory import prehistory
from rates_core.delays.reads import delay_values, read_indices
from rates_core.delays.strategy import StorageContext
from rates_core.programs.carry import Carry
from rates_core.programs.program import Kernel
from rates_core.programs.record import Columns
from rates_core.simulation.arguments import arguments_of, initial_state
from rates_core.simulation.compile import CompiledModel
from rates_core.simulation.draws import Draws
from rates_core.simulation.grid import time_grid
from rates_core.simulation.inputs import Inputs
from rates_core.testing.subject import Subject


@frozen(eq=False)
class Prepared:
    """A model at its start, with all that its program takes."""

    model: CompiledModel
    kernel: Kernel
    carry: Carry
    inputs: Inputs
    draws: Draws
    step_size: float

    def loop(self, carry: Carry | None = None, samples: int = 4, stride: int = 2) -> tuple[Carry, Columns]:
        """Make `samples` rows, `stride` steps each."""
        start = self.carry if carry is None else carry
        return self.kernel.loop(start, *self.tables(start, samples * stride), self.step_size, samples, stride)

    def tables(self, start: Carry, count: int) -> tuple[Any, Any]:
        """Return what inputs and random numbers are in so many steps."""
        tableau = self.model.choice.tableau
        assert tableau is not None
        tables = self.inputs.tables(start.step, count, tableau.distinct_nodes) if self.inputs.signals else []
        return tables, self.draws.tables(start.step, count, self.step_size)

    def instant(self) -> tuple[Any, ...]:
        """Return new arguments of `rhs`, `observe` and `slots` at the start."""
        reads = () if self.carry.history is None else self._reads()
        return 0.0, np.array(self.carry.y), self.inputs.at(0.0), reads, self._draws()

    def _reads(self) -> tuple[Any, ...]:
        return tuple(np.full(read.shape, 0.5) if read.shape else 0.5 for read in self.model.system.reads)

    def _draws(self) -> tuple[Any, ...]:
        return tuple(np.full(draw.shape, 0.5) if draw.shape else 0.5 for draw in self.model.system.draws)


def prepared(
    subject: Subject,
    model: CompiledModel,
    steps: int,
    step_size: float,
    samples: Mapping[str, np.ndarray],
    parameters: Mapping[str, Any] | None = None,
) -> Prepared:
    """Return a compiled model with its program bound, ready for loops of so many steps in all."""
    system = model.system
    arguments = arguments_of(system, parameters)
    kernel, grid = model.program.bind(arguments), time_grid(steps * step_size, step_size, None, 0.0, True)
    inputs, y = Inputs(system, samples, grid), initial_state(system)
    history = None
    if system.reads:
        past = prehistory(system, kernel, 0.0, y, inputs.at(0.0), arguments)
        context = StorageContext(
            system, kernel, delay_values(system, arguments), read_indices(system), past, inputs.at, 0.0, y, step_size,
            model.choice.tableau, arguments,
        )  # fmt: skip
        history = storage("ring", subject.backend.name).history(context)
    return Prepared(model, kernel, Carry(0, 0.0, y, history), inputs, Draws(system, 1), step_size)
