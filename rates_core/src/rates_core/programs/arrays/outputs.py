"""The outputs of a run of a module of an array library, as a pure function of arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from attrs import field, frozen

from rates_core.programs.arrays.gathers import Moved
from rates_core.programs.arrays.inside import InsideSteps
from rates_core.programs.arrays.moments import inputs_at_moments
from rates_core.programs.arrays.now import WithoutDelay
from rates_core.programs.arrays.start import Start
from rates_core.programs.gradient import Part

if TYPE_CHECKING:
    from rates_core.programs.arrays.kernel import ArrayProgram
    from rates_core.programs.arrays.runtime import ArrayRuntime


@frozen
class Plan:
    """What runs share that are compiled once.

    Attributes:
        stretches: first step, number of rows, `together` and `sweeps` of each.
        size: number of samples that are kept of what is read late.
        stride: steps per row.
        skipped: rows before that number are dropped.
        segment: see `Course`.
        parts: of outputs; a program has one set of them.
        moved: paths of the parameters that are variables.
        initial: whether the state at the start is one, behind them.
        fed: numbers of the inputs whose tables are, behind all others.
        forward: see `GradientRequest`.
        moments: whether computed variables are read inside steps.
        without: reads that have no delay.
        linear: numbers of inputs that come as samples, among those that such variables depend on.
    """

    stretches: tuple[tuple[int, int, int, int], ...]
    size: int
    stride: int
    skipped: int
    segment: int
    parts: tuple[Part, ...] = field(eq=False)
    moved: tuple[str, ...] = ()
    initial: bool = False
    fed: tuple[int, ...] = ()
    forward: bool = False
    moments: bool = False
    without: WithoutDelay = field(factory=WithoutDelay)
    linear: tuple[int, ...] = ()


class Given(NamedTuple):
    """All that outputs depend on beside variables: arrays of the library, in tuples and dicts.

    Attributes:
        parameters: by path.
        y: state at the start.
        inputs: tables by node of the method.
        draws: tables.
        h: step size.
        first: number of the first step.
        still: time 0 and random numbers at the start.
        begun: values of all slots there.
        lengths: of delays that are variables, to which gathers belong.
        gathers: of all stretches, by node; see `gathers`.
        parts: of a step, at which computed variables are read.
        functions: tables of inputs that are functions of time, by step and such part.
    """

    parameters: dict[str, Any]
    y: Any
    inputs: tuple[tuple[Any, ...], ...]
    draws: tuple[Any, ...]
    h: Any
    first: Any
    still: tuple[Any, tuple[Any, ...]]
    begun: tuple[Any, ...]
    lengths: tuple[Any, ...]
    gathers: tuple[Any, ...]
    parts: Any = ()
    functions: tuple[Any, ...] = ()


class Outputs:
    """The outputs of a run by name, as a function of variables and of all else that it takes."""

    def __init__(self, program: ArrayProgram, plan: Plan) -> None:
        self._program, self._plan, self._runtime = program, plan, program.runtime
        self._start = Start(program)
        self._rollout = program.runtime.rollout(program.module, plan.forward)
        sweeps = {sweeps for *_, sweeps in plan.stretches if sweeps}
        self._inside = {number: InsideSteps(program, plan, number) for number in sweeps}

    def __call__(self, variables: Sequence[Any], given: Given) -> dict[str, Any]:
        """Return the outputs, columns as the loss takes them.

        Args:
            variables: real arrays; those of complex parameters have a last axis of two.
            given: all else.
        """
        plan, program = self._plan, self._program
        values, remaining = {**given.parameters, **self._moved(variables)}, variables[len(plan.moved) :]
        y, *remaining = remaining if plan.initial else (given.y, *remaining)
        inputs = self._fed(given.inputs, remaining)
        gathers = self._shifted(given.gathers, values, given.lengths)
        y, windows = self._start.of(values, y, inputs, given.still, given.begun, plan.size)
        shown = (*inputs, self._shown(inputs, given)) if plan.moments else inputs
        parameters = [values[path] for path in program.parameters("rollout")]
        rows, width, kept = [], y.shape[0], len(windows)
        for (step, samples, together, sweeps), own in zip(plan.stretches, gathers or [()], strict=True):
            place = slice(step, step + samples * plan.stride)
            tables = self._some((shown if sweeps else inputs, given.draws), place)
            run: Callable[..., Any] = self._inside[sweeps] if sweeps else self._rollout
            if not sweeps:
                y, windows = y[:width], windows[:kept]
            y, found, windows = run(
                parameters, y, given.h, given.first + step, samples, plan.stride, *tables, windows, own, together,
                plan.segment,
            )  # fmt: skip
            rows.append(found)
        joined = [self._joined(parts)[plan.skipped :] for parts in zip(*rows, strict=True)]
        return named(self._runtime, plan.parts, joined)

    def _moved(self, variables: Sequence[Any]) -> dict[str, Any]:
        """Return the parameters that are variables."""
        kinds, numbers = self._program.request.system.complex_symbols, self._runtime.complex_of
        named = zip(self._plan.moved, variables, strict=False)
        return {path: numbers(value) if path in kinds else value for path, value in named}

    def _joined(self, parts: Sequence[Any], axis: int = 0) -> Any:
        return parts[0] if len(parts) == 1 else self._runtime.joined(parts, axis)

    def _some(self, tables: Any, steps: slice) -> Any:
        return self._runtime.mapped(lambda table: table[steps], tables)

    def _fed(self, inputs: Any, tables: Sequence[Any]) -> Any:
        """Return the tables of inputs by node, with variables in the places of some."""
        fed, found = self._plan.fed, [list(node) for node in inputs]
        for place, table in enumerate(tables):
            found[place // len(fed)][fed[place % len(fed)]] = table
        return tuple(map(tuple, found))

    def _shown(self, inputs: Any, given: Given) -> tuple[Any, ...]:
        """Return the inputs that computed variables depend on, at parts of steps."""
        functions = iter(given.functions)
        return tuple(
            self._between(inputs, number, given.parts) if number in self._plan.linear else next(functions)
            for number in inputs_at_moments(self._program.request.system)
        )

    def _between(self, inputs: Any, number: int, parts: Any) -> Any:
        """Return an input, linear in each step, at parts of steps: `[steps, parts, ...]`."""
        nodes, start = self._program.nodes, inputs[self._program.nodes.index(0.0)][number]
        far = max(nodes)
        end = inputs[nodes.index(far)][number] if far else self._joined([start[1:], start[-1:]])
        change = (end - start) / (far or 1.0)
        parts = self._runtime.reshaped(parts, (-1, *[1] * (len(start.shape) - 1)))
        return start[:, None] + parts * change[:, None]

    def _shifted(self, gathers: Any, values: Mapping[str, Any], lengths: Sequence[Any]) -> Any:
        """Return gathers whose weights follow the delays."""
        shifts: list[Any] = []
        if lengths:
            program = self._program
            delays = program.module.delays(*(values[path] for path in program.parameters("delays")))
            shifts = [delay - length for delay, length in zip(delays, lengths, strict=True)]
        moved = Moved(self._runtime, shifts)
        return tuple(tuple(moved.node(node) for node in stretch) for stretch in gathers)


def named(runtime: ArrayRuntime, parts: Sequence[Part], rows: Sequence[Any]) -> dict[str, Any]:
    """Return outputs by name, of what was recorded: their columns as a loss takes them."""
    found: dict[str, list[Any]] = {}
    for part in parts:
        block = runtime.columns(rows[part.recorded], part.units)
        found.setdefault(part.key, []).append(block[:, 0] if part.alone else block)
    return {key: blocks[0] if len(blocks) == 1 else runtime.joined(blocks, 1) for key, blocks in found.items()}
