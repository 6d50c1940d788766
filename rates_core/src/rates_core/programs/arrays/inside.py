"""Steps whose reads look inside steps, for gradients: derivatives of their stages stand beside what is read late.

The loop is that of the module, `rolled`. What it takes for the state is the state with the derivatives of all stages of
the step before behind it, times h; they become rows of windows of their own, beside those of samples. Reads are sums of
rows of both kinds. Those inside the present step are completed when its stages are computed, which is done as often as
the method has orders.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from rates_core.programs.arrays.runtime import ArrayRuntime

if TYPE_CHECKING:
    from rates_core.programs.arrays.kernel import ArrayProgram


class InsideSteps:
    """What a runtime's `rollout` returns, for steps whose reads look inside steps.

    Args:
        program: whose steps they are.
        sweeps: how often stages are computed.
        forward: whether derivatives are accumulated forwards.
    """

    def __init__(self, program: ArrayProgram, sweeps: int, forward: bool) -> None:
        self._runtime = program.runtime
        self._stages = program.request.tableau.stages if program.request.tableau else 0
        self._kept = _kept_states(program)
        module = ModuleType(program.module.__name__)  # the same, but for its loop
        vars(module).update(vars(program.module))
        vars(module)["rollout"] = partial(_rollout, program, sweeps)
        self._rollout = program.runtime.rollout(module, forward)

    def __call__(
        self, parameters: Sequence[Any], y: Any, h: Any, first: Any, samples: int, stride: int, inputs: Any, draws: Any,
        windows: Any, gathers: Any, together: int, segment: int,
    ) -> Any:  # fmt: skip
        """Take steps; see the generated module. Before the first of them, no stage has a derivative."""
        width, stages = y.shape[0], self._stages
        y = self._runtime.joined([y] + [0.0 * y] * stages)
        beside = [0.0 * window for window, kept in zip(windows, self._kept, strict=True) if kept] * stages
        y, rows, windows = self._rollout(
            parameters, y, h, first, samples, stride, inputs, draws, (*windows, *beside), gathers, together, segment
        )
        return y[:width], rows, windows[: len(self._kept)]


def _kept_states(program: ArrayProgram) -> list[bool]:
    """Return for each variable that is read late whether it is a state."""
    system = program.request.system
    return [slot in system.state_paths for slot in dict.fromkeys(read.slot for read in system.reads)]


def _rollout(program: ArrayProgram, sweeps: int, *parameters: Any) -> Callable[..., Any]:
    """Return the module's loop over such steps; see `rollout` there."""
    values = dict(zip(program.parameters("rollout"), parameters, strict=True))
    derivative = program.module.vector_field(*(values[path] for path in program.parameters("vector_field")))
    steps = _Steps(program, sweeps, derivative, *program.module.steps(*parameters)[1:4])
    return partial(program.module.rolled, steps.step, steps.row, steps.states, steps.kept, steps.read)


class _Steps:
    """The functions that the loop calls; see the generated module."""

    def __init__(
        self,
        program: ArrayProgram,
        sweeps: int,
        derivative: Callable[..., Any],
        row: Callable[..., Any],
        states: Callable[..., Any],
        kept: Callable[..., Any],
    ) -> None:
        assert program.request.tableau is not None
        self._program, self._tableau, self._sweeps = program, program.request.tableau, sweeps
        self._runtime: ArrayRuntime = program.runtime
        self._derivative, self._row, self._states, self._kept = derivative, row, states, kept
        self._width, reads = program.request.system.width, program.request.system.reads
        slots = list(dict.fromkeys(read.slot for read in reads))
        self._reads = [(slots.index(read.slot), not read.shape) for read in reads]
        states_read = [number for number, kept in enumerate(_kept_states(program)) if kept]
        self._beside = {slot: len(slots) + place for place, slot in enumerate(states_read)}
        self._late = program.module.late

    def step(self, k: Any, h: Any, y: Any, inputs: Any, draws: Any, past: Any) -> Any:
        """Return the state after step k, and the derivatives of its stages behind it."""
        stages, begun, runtime = self._tableau.stages, y[: self._width], self._runtime
        at = [self._program.nodes.index(node) for node in self._tableau.nodes[:stages]]
        fed = [
            (inputs[place], tuple(_in_sweep(read, sweep) for read in past[place]))
            for sweep in range(self._sweeps)
            for place in at
        ]

        def stage(slopes: Any, own: Any) -> Any:
            node, row, mask, (signals, reads) = own
            values = tuple(self._completed(number, read, slopes) for number, read in enumerate(reads))
            slope = h * self._derivative((k + node) * h, begun + self._weighted(slopes, row), signals, values, draws)
            return (1.0 - mask) * slopes + mask * slope

        slopes = runtime.broadcast_to(0.0 * begun, (stages, self._width))
        slopes = runtime.repeated(stage, slopes, (*self._tables(), runtime.stacked(fed)), len(fed))
        weights = runtime.array(np.array(self._tableau.weights), "real")
        return runtime.joined([begun + self._weighted(slopes, weights), runtime.reshaped(slopes, (-1,))])

    def _tables(self) -> tuple[Any, Any, Any]:
        """Return node, row of the matrix, and which stage it is, stage by stage, in all sweeps."""
        tableau, sweeps = self._tableau, (self._sweeps, 1)
        matrix = np.zeros((tableau.stages, tableau.stages))
        for row, values in zip(matrix, tableau.matrix, strict=True):
            row[: len(values)] = values
        tables = np.tile(tableau.nodes, self._sweeps), np.tile(matrix, sweeps), np.tile(np.eye(tableau.stages), sweeps)
        nodes, rows, masks = (self._runtime.array(table, "real") for table in tables)
        return nodes, rows, masks[..., None]

    def _weighted(self, rows: Any, weights: Any) -> Any:
        """Return a sum of rows of derivatives."""
        gather = self._runtime.array(np.arange(self._width), "integer"), weights[None]
        return self._late(rows, gather, self._runtime.array(np.zeros(1), "integer"))[0]

    def _completed(self, number: int, read: Sequence[Any], slopes: Any) -> Any:
        """Return a delayed value, with what the stages of the present step add to it."""
        value, *gather = read
        if not gather:
            return value
        slot, single = self._reads[number]
        added = self._late(self._states(slopes)[slot], gather, self._runtime.array(np.zeros(1), "integer"))[0]
        return value + (added[..., 0] if single else added)

    def row(self, k: Any, h: Any, y: Any, inputs: Any, draws: Any, past: Any) -> Any:
        """Return what is recorded before step k."""
        return self._row(k, h, y[..., : self._width], inputs, draws, _values(past))

    def states(self, y: Any) -> tuple[Any, ...]:
        """Return the states that are read late, None for other variables, and their derivatives in the step before."""
        return (*self._states(y[..., : self._width]), *self._behind(y))

    def kept(self, k: Any, h: Any, y: Any, inputs: Any, draws: Any, past: Any) -> tuple[Any, ...]:
        """Return all that is read late, and derivatives of states in the step before."""
        return (*self._kept(k, h, y[..., : self._width], inputs, draws, _values(past)), *self._behind(y))

    def _behind(self, y: Any) -> list[Any]:
        """Return the derivatives of states that are read late: stage by stage, all of them in each."""
        width = self._width
        parts = [y[..., width * (1 + stage) : width * (2 + stage)] for stage in range(self._tableau.stages)]
        return [value for part in parts for value in self._states(part) if value is not None]

    def read(self, windows: Sequence[Any], gathers: Sequence[Any], first: Any) -> tuple[Any, ...]:
        """Return all delayed values at a node of steps, and what is to be added to each inside its own step."""
        return tuple(
            self._read(windows, slot, single, gather, first)
            for (slot, single), gather in zip(self._reads, gathers, strict=True)
        )

    def _read(self, windows: Sequence[Any], slot: int, single: bool, gather: Sequence[Any], first: Any) -> Any:
        value, inside = self._late(windows[slot], gather[:2], first), gather[2:]
        if inside:
            places, weights, *own = inside
            for stage in range(self._tableau.stages):
                window = windows[self._beside[slot] + stage * len(self._beside)]
                value = value + self._late(window, (places, weights[..., stage, :, :]), first)
            inside = tuple(self._for_each(part, rank, first) for part, rank in zip(own, (1, 2, 1, 2), strict=True))
        return (value[..., 0] if single else value, *inside)

    def _for_each(self, part: Any, rank: int, first: Any) -> Any:
        """Return an array with an axis of steps in front, if it has none."""
        if len(part.shape) > rank:
            return part
        return self._runtime.broadcast_to(part[None], (first.shape[0], *part.shape))


def _values(past: Any) -> tuple[tuple[Any, ...], ...]:
    """Return delayed values by node, without what is to be added to them."""
    return tuple(tuple(read[0] for read in node) for node in past)


def _in_sweep(read: Sequence[Any], sweep: int) -> tuple[Any, ...]:
    """Return a delayed value, and where that which is added to it lies: in the first sweep, stages are missing."""
    value, *inside = read
    return (value, *(inside[2:] if inside and not sweep else inside[:2]))
