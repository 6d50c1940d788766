"""Steps of a module of an array library as a function of values, of inputs, and of what goes on between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, sqrt
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve

from rates_core.errors import UnsupportedFeatureError
from rates_core.programs.arrays.gradient import planned
from rates_core.programs.arrays.late import LateReads
from rates_core.programs.arrays.outputs import Plan, named
from rates_core.programs.arrays.rollout import Stretch
from rates_core.programs.arrays.start import Start
from rates_core.programs.arrays.values import Values
from rates_core.programs.gradient import Between, StepsRequest
from rates_core.programs.step_inputs import StepInputs

if TYPE_CHECKING:
    from rates_core.programs.arrays.kernel import ArrayKernel


class StepsOfValues:
    """Take steps of a run, a few or many at a time; the numbers are those of a run, however they are divided.

    It is pure: what goes on is an argument and a result. An input is held during its step.

    Attributes:
        values: NumPy's arrays by name, as they are at first.
        inputs: names of inputs.
    """

    def __init__(self, kernel: ArrayKernel, request: StepsRequest) -> None:
        self._kernel, self._request = kernel, request
        plan, self._given = planned(kernel, evolve(request, samples=1, stride=1), (), kernel.runtime)
        self._plan: Plan = evolve(plan, skipped=0)
        self._values, self._start = Values(kernel.runtime, request), Start(kernel.program)
        self.values = self._values.first
        self._fed = StepInputs(kernel.request.system, request)
        self.inputs = self._fed.names
        history = request.start.history
        self._late = None if history is None else LateReads(kernel, request, history)
        self._check_delays()

    def __repr__(self) -> str:
        """Return what the steps are a function of."""
        return f"<Steps by {', '.join(f'{path}: {value.shape}' for path, value in self._values.first.items())}>"

    def arrays(self) -> dict[str, Any]:
        """Return the values at first as arrays of the library."""
        return self._values.arrays()

    def advance(
        self,
        values: Mapping[str, Any],
        inputs: Mapping[str, Any] | None = None,
        between: Between | None = None,
        steps: int | None = None,
        stride: int = 1,
        checkpoint: bool = False,
    ) -> tuple[dict[str, Any], Between]:
        """Return the outputs before every `stride` steps by name, each with an axis of time, and what goes on.

        Trials stand side by side where samples, or what goes on, have an axis of them in front, which outputs have then
        too. What has none is the same in all of them, as are values and random numbers.

        Args:
            values: all, by name.
            inputs: samples by name, one per step, or a row of columns.
            between: what an earlier call returned; None starts.
            steps: number of steps, where there are no inputs to tell it.
            stride: steps per row.
            checkpoint: keep some of the steps only for the way back, and take the others once more.

        Raises:
            ArgumentError: something is not of its shape, the numbers of samples or trials differ, or the library is set
                to a precision for which the model was not compiled.
            UnknownNameError: there is no such value or input.
            UnsupportedFeatureError: the backend takes no trials side by side.
        """
        self._kernel.runtime.check_setting()
        self._values.check(values)
        inputs = inputs or {}
        batch, count = self._fed.trials(inputs, between), self._fed.count(inputs, steps)
        if batch and not self._kernel.runtime.side_by_side:
            raise UnsupportedFeatureError(
                "steps() takes one trial at a time with this backend; give samples without an axis of trials."
            )
        runtime, given = self._kernel.runtime, self._given
        parameters, y = self._values.placed(values, given.parameters, given.y)
        tables = self._tables(inputs, batch)
        if between is None:
            kept = self._plan.size if self._late is None else max(self._plan.size, self._late.size(parameters))
            start = self._start.of(parameters, y, tables, given.still, given.begun, kept, batch)
            between = Between(self._request.start.step, *start)
        elif batch and len(between.y.shape) == 1:
            between = self._widened(between, batch)
        draws = tuple(
            runtime.array(table[:, None] if batch else table, "real")
            for table in self._request.random(between.step, count)
        )
        parts, after = [], between
        for samples, width in _divided(count, stride):
            found, after = self._rolled(parameters, after, samples, width, (tables, draws), between.step, checkpoint)
            parts += found
        rows = [same[0] if len(same) == 1 else runtime.joined(same) for same in zip(*parts, strict=True)]
        return self._outputs(rows, batch), after

    def _outputs(self, rows: Sequence[Any], batch: tuple[int, ...]) -> dict[str, Any]:
        """Return outputs by name, with trials in front."""
        runtime, parts = self._kernel.runtime, self._plan.parts
        if not batch:
            return named(runtime, parts, rows)
        request, flat = self._kernel.request, []
        for path, values in zip(request.recorded, rows, strict=True):
            shape = request.system.shapes[path]
            values = values[:, None] if len(values.shape) == 1 + len(shape) else values
            wide = runtime.broadcast_to(values, (len(values), *batch, *shape))
            flat.append(runtime.reshaped(wide, (-1, *shape)))
        found = named(runtime, parts, flat)
        return {
            name: runtime.exchanged(runtime.reshaped(values, (-1, *batch, *values.shape[1:])))
            for name, values in found.items()
        }

    def _widened(self, between: Between, batch: tuple[int, ...]) -> Between:
        """Return what goes on of one trial as that of several."""
        wide = self._kernel.runtime.broadcast_to
        windows = tuple(wide(part[:, None], (len(part), *batch, *part.shape[1:])) for part in between.windows)
        return Between(between.step, wide(between.y, (*batch, *between.y.shape)), windows)

    def _rolled(
        self,
        parameters: Mapping[str, Any],
        between: Between,
        samples: int,
        stride: int,
        tables: Any,
        begin: int,
        checkpoint: bool,
    ) -> tuple[list[Any], Between]:
        """Return rows, stretch by stretch, and what goes on; tables begin with a step of their own."""
        runtime, program = self._kernel.runtime, self._kernel.program
        rollout = runtime.rollout(program.module, False)
        taken, rows = [parameters[path] for path in program.parameters("rollout")], []
        step, y, windows = between
        kept = len(windows[0]) if windows else 0
        whole = [(Stretch(0, samples), ())]
        divided = self._late.of(parameters, step, samples, stride, kept) if self._late else whole
        for stretch, gathers in divided:
            place = slice(step - begin, step - begin + stretch.samples * stride)
            some = runtime.mapped(itemgetter(place), tables)
            segment = ceil(sqrt(stretch.samples)) if checkpoint else 0
            y, found, windows = rollout(
                taken, y, self._given.h, runtime.array(step, "integer"), stretch.samples, stride, *some, windows,
                gathers, stretch.together, segment,
            )  # fmt: skip
            rows.append(found)
            step += stretch.samples * stride
        return rows, Between(step, y, windows)

    def _tables(self, inputs: Mapping[str, Any], batch: tuple[int, ...]) -> tuple[tuple[Any, ...], ...]:
        """Return tables of inputs by node of the method, at all of which they are the same."""
        tables = tuple(
            self._table(self._steps_first(signal.key, inputs[signal.key], batch), signal.columns, len(batch))
            for signal in self._kernel.request.system.inputs
        )
        return tuple(tables for _ in self._kernel.program.nodes)

    def _steps_first(self, name: str, samples: Any, batch: tuple[int, ...]) -> Any:
        """Return samples with their axis of steps first; behind it there is one of trials if there is a batch."""
        if self._fed.has_trials(name, samples):
            return self._kernel.runtime.exchanged(samples)
        return samples[:, None] if batch else samples

    def _table(self, samples: Any, columns: Any, batch: int) -> Any:
        runtime = self._kernel.runtime
        rows = runtime.reshaped(samples, (*samples.shape[: 1 + batch], -1))
        if columns is None or isinstance(columns, int):
            return rows[..., 0 if columns is None or rows.shape[-1] == 1 else columns]
        places = np.asarray(columns)
        found = runtime.entries(rows, np.maximum(places, 0) * (rows.shape[-1] > 1), last=True)
        return found if (places >= 0).all() else found * runtime.array(places >= 0, "real")

    def _check_delays(self) -> None:
        """Raise where delays are values, and the library does not tell what these are while it differentiates."""
        moved = () if self._late is None else self._late.moved
        if moved and not self._kernel.runtime.eager:
            raise UnsupportedFeatureError(
                f"wrt: '{moved[0]}' is a delay, which says what is stored of a run; steps() keeps it as it is. "
                "gradient() differentiates by it."
            )


def _divided(steps: int, stride: int) -> Sequence[tuple[int, int]]:
    """Return numbers of rows and of steps per row: the last row may have fewer."""
    full, rest = divmod(steps, stride)
    return [*([(full, stride)] if full else []), *([(1, rest)] if rest else [])]
