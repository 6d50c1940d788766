"""Take the steps of a Runge-Kutta method one by one, from calls of a kernel's functions.

It is what a kernel without a loop of its own runs, and what one with a loop falls back on where a step is special.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from rates_core.programs.carry import Carry
from rates_core.programs.record import Columns, as_columns
from rates_core.solvers.tableau import Tableau

if TYPE_CHECKING:
    from rates_core.programs.program import Kernel, ProgramRequest


@frozen(eq=False)
class Stepwise:
    """Steps of one method with one kernel.

    Attributes:
        inputs: per distinct node of the method, per input, its values at all steps.
        draws: per draw its values, one per step.
        step_size: h.
        first: number of the step that the first entries of inputs and draws belong to.
        history: the stored past, changed in place; None without delays.
    """

    kernel: Kernel
    request: ProgramRequest
    inputs: Sequence[Sequence[np.ndarray]]
    draws: Sequence[np.ndarray]
    step_size: float
    first: int
    history: Any = None

    @property
    def tableau(self) -> Tableau:
        """Return the method."""
        assert self.request.tableau is not None
        return self.request.tableau

    def loop(self, y: np.ndarray, samples: int, stride: int) -> tuple[np.ndarray, Columns]:
        """Advance by `samples * stride` steps; return the end and one row before every `stride` steps."""
        rows = []
        for number in range(samples * stride):
            step = self.first + number
            if number % stride == 0:
                rows.append(self.row(y, step))
            y = self.step(y, step)
        return y, as_columns(self.request.system, self.request.recorded, rows)

    def row(self, y: np.ndarray, step: int) -> tuple[Any, ...]:
        """Return what is recorded at the start of a step."""
        reads: Any = ()
        if self.history is not None:
            self.history.begin(step, self._pieces(y))
            reads = self.history.read(step, 0.0)
        return self.kernel.observe(step * self.step_size, y, self._inputs(step, 0.0), reads, self._draws(step))

    def step(self, y: np.ndarray, step: int) -> np.ndarray:
        """Return the state after one step."""
        sweeps = 1 if self.history is None else self.history.begin(step, self._pieces(y))
        end = y
        for _ in range(sweeps):
            slopes: list[np.ndarray] = []
            for slope in self._stages(y, step, slopes):
                slopes.append(slope)
            end = self._moved(y, self.tableau.weights, slopes)
        if self.request.system.updates:
            return self.kernel.updated((step + 1) * self.step_size, end)
        return end

    def _stages(self, y: np.ndarray, step: int, slopes: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
        # what delays read inside a step rests on all stages
        stages = self.tableau.advancing if self.history is None else self.tableau.stages
        for stage, node in enumerate(self.tableau.nodes[:stages]):
            reads = self.history.read(step, node) if self.history is not None else ()
            moved = self._moved(y, self.tableau.matrix[stage], slopes)
            time = (step + node) * self.step_size
            slope = self.kernel.rhs(time, moved, self._inputs(step, node), reads, self._draws(step))
            if self.history is not None:
                self.history.stage(stage, self._pieces(slope))
            yield slope

    def _moved(self, y: np.ndarray, weights: Sequence[float], slopes: Sequence[np.ndarray]) -> np.ndarray:
        change = sum(weight * slope for weight, slope in zip(weights, slopes, strict=False) if weight)
        return np.asarray(y + self.step_size * change)

    def _inputs(self, step: int, node: float) -> tuple[Any, ...]:
        if not self.request.system.inputs:
            return ()
        tables = self.inputs[self.tableau.distinct_nodes.index(node)]
        return tuple(_entry(table, step - self.first) for table in tables)

    def _draws(self, step: int) -> tuple[Any, ...]:
        return tuple(_entry(table, step - self.first) for table in self.draws)

    def _pieces(self, y: np.ndarray) -> tuple[Any, ...]:
        return tuple(state.of(y) for state in self.request.system.states)


def _entry(table: np.ndarray, number: int) -> Any:
    return table[number] if table.ndim > 1 else table[number].item()


def stepped(
    kernel: Kernel,
    request: ProgramRequest,
    carry: Carry,
    inputs: Sequence[Sequence[np.ndarray]],
    draws: Sequence[np.ndarray],
    step_size: float,
    samples: int,
    stride: int,
) -> tuple[Carry, Columns]:
    """Return what `Kernel.loop` promises, step by step."""
    history = None if carry.history is None else carry.history.copy()
    steps = Stepwise(kernel, request, inputs, draws, step_size, carry.step, history)
    y, columns = steps.loop(np.array(carry.y), samples, stride)
    step = carry.step + samples * stride
    return Carry(step, step * step_size, y, history), columns
