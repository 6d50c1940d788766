"""Steps whose reads look inside steps, for gradients: derivatives of their stages stand beside what is read late.

The loop is that of the module, `rolled`. What it takes for the state is the state with the derivatives of all stages of
the step before behind it, times h; they become rows of windows of their own, beside those of samples. Reads are sums of
rows of both kinds. Those inside the present step are completed when its stages are computed, which is done as often as
the method has orders. Computed variables that are read inside steps are computed there (`moments.py`): for that, whole
states stand in windows, with times and inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from rates_core.delays.reads import read_indices
from rates_core.programs.arrays.moments import Moments
from rates_core.programs.arrays.now import Now
from rates_core.programs.arrays.runtime import ArrayRuntime

if TYPE_CHECKING:
    from rates_core.programs.arrays.kernel import ArrayProgram
    from rates_core.programs.arrays.outputs import Plan


class InsideSteps:
    """What a runtime's `rollout` returns, for steps whose reads look inside steps.

    Args:
        program: whose steps they are.
        plan: of the runs.
        sweeps: how often stages are computed.
    """

    def __init__(self, program: ArrayProgram, plan: Plan, sweeps: int) -> None:
        self._program, self._moments = program, plan.moments
        self._stages = program.request.tableau.stages if program.request.tableau else 0
        self._kept = _kept_states(program)
        module = ModuleType(program.module.__name__)  # the same, but for its loop
        vars(module).update(vars(program.module))
        vars(module)["rollout"] = partial(_rollout, program, plan, sweeps)
        self._rollout = program.runtime.rollout(module, plan.forward)

    def __call__(
        self, parameters: Sequence[Any], y: Any, h: Any, first: Any, samples: int, stride: int, inputs: Any, draws: Any,
        windows: Any, gathers: Any, together: int, segment: int,
    ) -> Any:  # fmt: skip
        """Take steps; see the generated module. Before the first of them, no stage has a derivative."""
        if len(windows) == len(self._kept):
            y, windows = self._begun(y, windows, inputs)
        return self._rollout(
            parameters, y, h, first, samples, stride, inputs, draws, windows, gathers, together, segment
        )

    def _begun(self, y: Any, windows: Sequence[Any], inputs: Any) -> tuple[Any, tuple[Any, ...]]:
        """Return a state with derivatives of stages, and all windows."""
        beside = [0.0 * window for window, kept in zip(windows, self._kept, strict=True) if kept] * self._stages
        shown = Moments.begun(self._program, y, windows[0].shape[0], inputs[-1]) if self._moments else ()
        return self._program.runtime.joined([y] + [0.0 * y] * self._stages), (*windows, *beside, *shown)


def _kept_states(program: ArrayProgram) -> list[bool]:
    """Return for each variable that is read late whether it is a state."""
    system = program.request.system
    return [slot in system.state_paths for slot in dict.fromkeys(read.slot for read in system.reads)]


def _rollout(program: ArrayProgram, plan: Plan, sweeps: int, *parameters: Any) -> Callable[..., Any]:
    """Return the module's loop over such steps; see `rollout` there."""
    values = dict(zip(program.parameters("rollout"), parameters, strict=True))

    def function(name: str) -> Callable[..., Any]:
        made: Callable[..., Any] = getattr(program.module, name)(*(values[path] for path in program.parameters(name)))
        return made

    row, states, kept = program.module.steps(*parameters)[1:4]
    now = Now(program, plan.without, states, function("slots")) if plan.without else None
    shown = Moments(program, function("slots"), now) if plan.moments else None
    updated = function("events") if program.request.system.updates else None
    steps = _Steps(program, sweeps, function("vector_field"), updated, shown, now, row, states, kept)
    return partial(program.module.rolled, steps.step, steps.row, steps.states, steps.kept, steps.read)


class _Steps:
    """The functions that the loop calls; see the generated module."""

    def __init__(
        self,
        program: ArrayProgram,
        sweeps: int,
        derivative: Callable[..., Any],
        updated: Callable[..., Any] | None,
        moments: Moments | None,
        now: Now | None,
        row: Callable[..., Any],
        states: Callable[..., Any],
        kept: Callable[..., Any],
    ) -> None:
        assert program.request.tableau is not None
        self._program, self._tableau, self._sweeps = program, program.request.tableau, sweeps
        self._runtime: ArrayRuntime = program.runtime
        self._updated = updated
        self._derivative, self._row, self._states, self._kept = derivative, row, states, kept
        self._moments, self._now, system = moments, now, program.request.system
        self._width, reads = system.width, system.reads
        slots = list(dict.fromkeys(read.slot for read in reads))
        self._reads = [(slots.index(read.slot), read.shape) for read in reads]
        self._indices = read_indices(system)
        states_read = [number for number, kept in enumerate(_kept_states(program)) if kept]
        self._beside = {slot: len(slots) + place for place, slot in enumerate(states_read)}
        self._shown = len(slots) + len(states_read) * self._tableau.stages  # number of the first window for moments
        self._late = program.module.late

    def step(self, k: Any, h: Any, y: Any, inputs: Any, draws: Any, past: Any) -> Any:
        """Return the state after step k, and the derivatives of its stages behind it."""
        stages, begun, runtime = self._tableau.stages, y[: self._width], self._runtime
        at = [self._program.nodes.index(node) for node in self._tableau.nodes[:stages]]
        fed = [(inputs[place], self._in_sweep(past[place], sweep)) for sweep in range(self._sweeps) for place in at]

        def stage(slopes: Any, own: Any) -> Any:
            node, row, mask, (signals, reads) = own
            time, moved = (k + node) * h, begun + self._weighted(slopes, row)
            values = self._all_completed(k, h, inputs, reads, slopes)
            values = self._now.filled(values, time, moved, signals) if self._now else values
            slope = h * self._derivative(time, moved, signals, values, draws)
            return (1.0 - mask) * slopes + mask * slope

        slopes = runtime.broadcast_to(0.0 * begun, (stages, self._width))
        slopes = runtime.repeated(stage, slopes, (*self._tables(), runtime.stacked(fed)), len(fed))
        weights = runtime.array(np.array(self._tableau.weights), "real")
        end = begun + self._weighted(slopes, weights)
        end = end if self._updated is None else self._updated((k + 1) * h, end)
        return runtime.joined([end, runtime.reshaped(slopes, (-1,))])

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
        return self._late(rows, gather, self._zero())[0]

    def _zero(self) -> Any:
        return self._runtime.array(np.zeros(1), "integer")

    def _all_completed(self, k: Any, h: Any, inputs: Any, reads: Any, slopes: Any) -> tuple[Any, ...]:
        """Return all delayed values, with what the stages of the present step add to them."""
        tables: Any = None
        reads, levels = reads[: len(self._reads)], reads[len(self._reads) :]
        for group in reversed(levels[0] if levels else ()):
            tables = self._own(k, h, inputs, group, slopes, tables) if group else None
        return tuple(self._completed(number, read, slopes, tables) for number, read in enumerate(reads))

    def _own(self, k: Any, h: Any, inputs: Any, group: Any, slopes: Any, tables: Any) -> tuple[Any, ...]:
        """Return computed variables at moments of the present step."""
        assert self._moments is not None
        *known, reads = group
        values = tuple(
            self._completed(number, read, slopes, tables) if read else None for number, read in enumerate(reads)
        )
        return self._moments.own(k * h, known, slopes, inputs[-1], values)

    def _completed(self, number: int, read: Sequence[Any], slopes: Any, tables: Any) -> Any:
        """Return delayed values, with what the stages of the present step, or moments in it, add to them."""
        value, *gather = read
        slot, _ = self._reads[number]
        if not gather or (slot not in self._beside and tables is None):
            return value
        rows = self._states(slopes)[slot] if slot in self._beside else tables[slot]
        return value + self._runtime.reshaped(self._late(rows, gather, self._zero())[0], tuple(value.shape))

    def row(self, k: Any, h: Any, y: Any, inputs: Any, draws: Any, past: Any) -> Any:
        """Return what is recorded before step k."""
        return self._row(k, h, y[..., : self._width], inputs, draws, self._values(past, k * h, y, inputs))

    def states(self, y: Any) -> tuple[Any, ...]:
        """Return the states that are read late, None for other variables, and their derivatives in the step before."""
        shown = [None] * self._moments.count if self._moments else []
        return (*self._states(y[..., : self._width]), *self._behind(y), *shown)

    def kept(self, k: Any, h: Any, y: Any, inputs: Any, draws: Any, past: Any) -> tuple[Any, ...]:
        """Return all that is read late, and derivatives of states in the step before."""
        shown = self._moments.of(y, k * h, inputs[-1]) if self._moments else ()
        found = self._kept(k, h, y[..., : self._width], inputs, draws, self._values(past, k * h, y, inputs))
        return (*found, *self._behind(y), *shown)

    def _behind(self, y: Any) -> list[Any]:
        """Return the derivatives of states that are read late: stage by stage, all of them in each."""
        width = self._width
        parts = [y[..., width * (1 + stage) : width * (2 + stage)] for stage in range(self._tableau.stages)]
        return [value for part in parts for value in self._states(part) if value is not None]

    def read(self, windows: Sequence[Any], gathers: Sequence[Any], first: Any) -> tuple[Any, ...]:
        """Return all delayed values at a node of steps, and what is to be added to each inside its own step.

        Behind them are moments of that step, where there are some.
        """
        reads, levels = gathers[: len(self._reads)], gathers[len(self._reads) :]
        earlier, own = levels or ((), ())
        tables: list[Any] = [None]
        for group in reversed(earlier):
            tables.insert(0, self._earlier(windows, group, first, tables[0]) if group else None)
        found = tuple(self._read(windows, number, read, first, tables[0]) for number, read in enumerate(reads))
        if not any(own):
            return found
        begun = (self._begun(windows, *given, first) for given in zip(own, tables[1:], strict=True))
        return (*found, tuple(begun))

    def _read(self, windows: Sequence[Any], number: int, gather: Sequence[Any], first: Any, tables: Any) -> Any:
        value, inside = self._sum(windows, number, gather, first, tables)
        return (value if self._reads[number][1] else value[..., 0], *inside)

    def _sum(self, windows: Sequence[Any], number: int, gather: Sequence[Any], first: Any, tables: Any) -> Any:
        """Return sums of samples, of what stages add or of values at moments, and what the present step adds."""
        slot, _ = self._reads[number]
        value, inside = self._late(windows[slot], gather[:2], first), gather[2:]
        if inside and slot in self._beside:
            places, weights, *inside = inside
            for stage in range(self._tableau.stages):
                window = windows[self._beside[slot] + stage * len(self._beside)]
                value = value + self._late(window, (places, weights[..., stage, :, :]), first)
        elif inside and tables is not None:
            value = value + self._late(tables[slot], inside[:2], self._zero())
            inside = inside[2:]
        return value, tuple(self._for_each(part, 1 + place % 2, first) for place, part in enumerate(inside))

    def _for_each(self, part: Any, rank: int, first: Any) -> Any:
        """Return an array with an axis of steps in front, if it has none."""
        if len(part.shape) > rank:
            return part
        return self._runtime.broadcast_to(part[None], (first.shape[0], *part.shape))

    def _earlier(self, windows: Sequence[Any], group: Any, first: Any, tables: Any) -> tuple[Any, ...]:
        """Return computed variables at moments of complete steps."""
        assert self._moments is not None
        reads = self._at_moments(windows, group, first, tables)
        return self._moments.earlier(windows[self._shown :], group, [read[0][0] if read else None for read in reads])

    def _begun(self, windows: Sequence[Any], group: Any, tables: Any, first: Any) -> Any:
        """Return what is known of moments of a step before its stages are."""
        if not group:
            return ()
        assert self._moments is not None
        states, behind, numbers, _ = group
        found = (
            self._moments.begin(windows[self._shown :], group)[None],
            *(self._for_each(weights, 2, first) for weights in (states[5], states[7])),
            *(self._for_each(part, 1, first) for part in (behind, numbers)),
        )
        return (*found, self._at_moments(windows, group, first, tables))

    def _at_moments(self, windows: Sequence[Any], group: Any, first: Any, tables: Any) -> tuple[Any, ...]:
        """Return what is read late at moments; nothing in place of reads that no computed variable needs."""
        assert self._moments is not None
        found: list[tuple[Any, ...]] = []
        for number, read in enumerate(group[3]):
            shape = (1, group[1].shape[-1], *self._reads[number][1])
            if read:
                value, inside = self._sum(windows, number, read, first, tables)
                found.append((self._runtime.reshaped(value, shape), *inside))
            elif number in self._moments.reads:
                found.append((self._runtime.broadcast_to(self._before(windows, number), shape),))
            else:
                found.append(())
        return tuple(found)

    def _before(self, windows: Sequence[Any], number: int) -> Any:
        """Return what is read of a variable as it was a step ago: for others than those that are asked for."""
        value, index = windows[self._reads[number][0]][-2], self._indices[number]
        return value if index is None or not len(value.shape) else self._runtime.entries(value, np.asarray(index))

    def _values(self, past: Any, time: Any, y: Any, inputs: Any) -> tuple[tuple[Any, ...], ...]:
        """Return delayed values by node, without what stages add to them; those at the start of a step are complete."""
        found = [tuple(read[0] for read in node[: len(self._reads)]) for node in past]
        if self._now:
            start = self._program.nodes.index(0.0)
            found[start] = self._now.filled(found[start], time, y[..., : self._width], inputs[start])
        return tuple(found)

    def _in_sweep(self, node: Sequence[Any], sweep: int) -> tuple[Any, ...]:
        """Return reads at a node, and moments, with what is added to them: in the first sweep, stages are missing."""
        reads, levels = node[: len(self._reads)], node[len(self._reads) :]
        found = tuple(_in_sweep(read, sweep) for read in reads)
        return (*found, *(tuple(_moments_in_sweep(group, sweep) for group in groups) for groups in levels))


def _in_sweep(read: Sequence[Any], sweep: int) -> tuple[Any, ...]:
    """Return a delayed value, and where that which is added to it lies; of a state it depends on the sweep."""
    if not read:
        return ()
    value, *inside = read
    return (value, *(inside[2:] if len(inside) == 4 and not sweep else inside[:2]))


def _moments_in_sweep(group: Sequence[Any], sweep: int) -> tuple[Any, ...]:
    if not group:
        return ()
    begun, weights, hurried, behind, numbers, reads = group
    return begun, weights if sweep else hurried, behind, numbers, tuple(_in_sweep(read, sweep) for read in reads)
