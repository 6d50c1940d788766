"""Values of computed variables at moments inside steps, where reads of them lie between few samples.

They rest on the state there, which is what it was at the start of the step and what stages add; on time, inputs, and
what is read late there. For moments of complete steps all that stands in windows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from rates_core.delays.dependence import Dependence
from rates_core.programs.arrays.now import Now
from rates_core.programs.program import slot_paths
from rates_core.system.system import System

if TYPE_CHECKING:
    from rates_core.programs.arrays.kernel import ArrayProgram


def inputs_at_moments(system: System) -> tuple[int, ...]:
    """Return the numbers of the inputs that delayed computed variables depend on."""
    dependence = system.once(Dependence)
    reached = dependence.reached(*dependence.computed)
    return tuple(number for number, signal in enumerate(system.inputs) if signal.path in reached)


class Moments:
    """Compute variables at moments.

    Args:
        program: whose steps they lie in.
        store: returns what is read late; see the generated module.
        now: fills in what is read without delay, if anything is.
    """

    def __init__(self, program: ArrayProgram, store: Callable[..., Any], now: Now | None = None) -> None:
        assert program.request.tableau is not None
        self._runtime, self._store, self._system = program.runtime, store, program.request.system
        self._now = now
        self._stages, self._width = program.request.tableau.stages, self._system.width
        self._inputs = inputs_at_moments(self._system)
        self.count = 3 + len(self._inputs)  # of windows
        self.reads = frozenset[int]().union(
            *self._system.once(Dependence).needed_reads.values()
        )  # that have to be given
        paths = slot_paths(self._system)
        self._slots = [(paths.index(slot), self._system.shapes[slot]) for slot in _read_late(self._system)]

    @staticmethod
    def begun(program: ArrayProgram, y: Any, size: int, inputs: Sequence[Any]) -> tuple[Any, ...]:
        """Return windows of states, derivatives of stages, times and inputs before the start.

        Args:
            program: whose steps follow.
            y: state at the start.
            size: number of rows.
            inputs: tables of what `inputs_at_moments` names, by step and part of a step.
        """
        runtime, stages = program.runtime, program.request.tableau.stages if program.request.tableau else 0
        states = runtime.broadcast_to(y[None], (size, *y.shape))
        none = runtime.broadcast_to(0.0 * y[None, :1], (size, stages * y.shape[0]))
        shown = [runtime.broadcast_to(table[:1], (size, *table.shape[1:])) for table in inputs]
        return states, none, none[:, 0], *shown

    def of(self, y: Any, time: Any, inputs: Sequence[Any]) -> tuple[Any, ...]:
        """Return what such windows hold of steps.

        Args:
            y: states at their starts, and derivatives of the stages of the steps before behind them.
            time: of their starts.
            inputs: see `begun`.
        """
        return y[..., : self._width], y[..., self._width :], time, *inputs

    def earlier(self, windows: Sequence[Any], group: Any, reads: Sequence[Any]) -> tuple[Any, ...]:
        """Return all variables at moments of complete steps.

        Args:
            windows: see `begun`.
            group: see `gathers`.
            reads: values of what is read at these moments, or None.
        """
        runtime, (_, _, times, *inputs) = self._runtime, windows
        y, (states, behind, numbers, _) = self.begin(windows, group), group
        rows = single(states[0], 1)
        time = runtime.entries(times, rows) + single(behind, 1)
        numbers = single(numbers, 1)
        signals = []
        for table in inputs:
            count = table.shape[1]
            flat = runtime.reshaped(table, (-1, *table.shape[2:]))
            signals.append(runtime.entries(flat, rows * count + numbers))
        return self._values(time, y, signals, reads)

    def begin(self, windows: Sequence[Any], group: Any) -> Any:
        """Return states at moments, without what stages of the present step add."""
        runtime, (states, slopes, *_) = self._runtime, windows
        rows, _, places, weights, *_ = group[0]
        y, places, weights = runtime.entries(states, single(rows, 1)), single(places, 1), single(weights, 3)
        for step in range(2):
            added = runtime.entries(slopes, places + step)
            for stage in range(self._stages):
                part = added[:, stage * self._width : (stage + 1) * self._width]
                y = y + weights[stage, :, step][:, None] * part
        return y

    def own(
        self, start: Any, group: Sequence[Any], slopes: Any, inputs: Sequence[Any], reads: Sequence[Any]
    ) -> tuple[Any, ...]:
        """Return all variables at moments of the present step.

        Args:
            start: time of its start.
            group: states at moments without what stages add, weights of stages, times behind the start, and which parts
                of a step these are.
            slopes: derivatives of stages, times h.
            inputs: by part of a step.
            reads: values of what is read at these moments, or None.
        """
        begun, weights, behind, numbers = group
        for stage in range(self._stages):
            begun = begun + weights[:, stage][:, None] * slopes[stage]
        signals = [self._runtime.entries(table, numbers) for table in inputs]
        return self._values(start + behind, begun, signals, reads)

    def _values(self, time: Any, y: Any, signals: Sequence[Any], reads: Sequence[Any]) -> tuple[Any, ...]:
        by_number = dict(zip(self._inputs, signals, strict=True))
        inputs = tuple(by_number.get(number) for number in range(len(self._system.inputs)))
        reads = self._now.filled(reads, time, y, inputs) if self._now else reads
        found = self._store(time, y, inputs, reads, ())
        return tuple(self._runtime.broadcast_to(found[number], (y.shape[0], *shape)) for number, shape in self._slots)


def _read_late(system: System) -> list[str]:
    return list(dict.fromkeys(read.slot for read in system.reads))


def single(value: Any, rank: int) -> Any:
    """Return an array of one step without the axis of steps, if it has one."""
    return value[0] if len(value.shape) > rank else value
