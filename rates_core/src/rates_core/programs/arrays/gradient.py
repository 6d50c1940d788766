"""Differentiate losses of runs of a module of an array library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown
from rates_core.programs.arrays.rollout import Stretch, Stretches
from rates_core.programs.arrays.runtime import ArrayRuntime, argument
from rates_core.programs.arrays.start import Start
from rates_core.programs.gradient import GradientRequest, Gradients, Loss, Part

if TYPE_CHECKING:
    from rates_core.programs.arrays.kernel import ArrayKernel, ArrayProgram


@frozen
class Plan:
    """What runs share that are compiled once.

    Attributes:
        moved: paths of the parameters that are variables.
        initial: whether the state at the start is one, behind them.
        fed: numbers of the inputs whose tables are, behind all others.
        stretches: first step, number of rows and `together` of each.
        size: number of samples that are kept of what is read late.
        stride: steps per row.
        skipped: rows before that number are dropped.
        segment: see `GradientRequest`.
        forward: see there.
        parts: of outputs; a program has one set of them.
    """

    moved: tuple[str, ...]
    initial: bool
    fed: tuple[int, ...]
    stretches: tuple[tuple[int, int, int], ...]
    size: int
    stride: int
    skipped: int
    segment: int
    forward: bool
    parts: tuple[Part, ...] = field(eq=False)


class Outputs:
    """The outputs of a run by name, as a function of variables and of all else that it takes."""

    def __init__(self, program: ArrayProgram, plan: Plan) -> None:
        self._program, self._plan, self._runtime = program, plan, program.runtime
        self._start = Start(program)
        self._rollout = program.runtime.rollout(program.module)

    def __call__(self, variables: Sequence[Any], rest: Sequence[Any]) -> dict[str, Any]:
        """Return the outputs, columns as the loss takes them."""
        plan, program = self._plan, self._program
        fixed, y, inputs, draws, h, first, begun, lengths, gathers = rest
        values, remaining = {**fixed, **dict(zip(plan.moved, variables, strict=False))}, variables[len(plan.moved) :]
        if plan.initial:
            y, *remaining = remaining
        inputs = self._fed(inputs, remaining)
        gathers = self._shifted(gathers, values, lengths)
        y, windows = self._start.of(values, y, inputs, begun, plan.size)
        parameters = [values[path] for path in program.parameters("rollout")]
        rows = []
        for (step, samples, together), own in zip(plan.stretches, gathers or [()], strict=True):
            tables = self._some((inputs, draws), slice(step, step + samples * plan.stride))
            y, found, windows = self._rollout(
                parameters, y, h, first + step, samples, plan.stride, *tables, windows, own, together, plan.segment
            )  # fmt: skip
            rows.append(found)
        return self._named([self._joined(parts) for parts in zip(*rows, strict=True)])

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

    def _shifted(self, gathers: Any, values: Mapping[str, Any], lengths: Sequence[Any]) -> Any:
        """Return gathers whose weights follow the delays."""
        if not lengths:
            return tuple(tuple(tuple(read[:2] for read in node) for node in stretch) for stretch in gathers)
        program = self._program
        delays = program.module.delays(*(values[path] for path in program.parameters("delays")))
        moved = [(delay - length)[..., None] for delay, length in zip(delays, lengths, strict=True)]
        return tuple(
            tuple(
                tuple((places, weights + slopes * shift) for (places, weights, slopes), shift in
                      zip(node, moved, strict=True))
                for node in stretch
            )
            for stretch in gathers
        )  # fmt: skip

    def _named(self, rows: Sequence[Any]) -> dict[str, Any]:
        found: dict[str, list[Any]] = {}
        for part in self._plan.parts:
            block = self._runtime.columns(rows[part.recorded][self._plan.skipped :], part.units)
            found.setdefault(part.key, []).append(block[:, 0] if part.alone else block)
        return {
            key: blocks[0] if len(blocks) == 1 else self._runtime.joined(blocks, 1) for key, blocks in found.items()
        }


class Named(dict[str, Any]):
    """Outputs by name, for a loss."""

    def __missing__(self, name: str) -> Any:
        """Raise for an output that is not recorded."""
        raise UnknownNameError(
            f"loss asks for the output {name!r}.{did_you_mean(str(name), self)} Recorded are: {', '.join(self)}."
        )


def gradients_of(kernel: ArrayKernel, request: GradientRequest) -> Gradients:
    """Return the derivatives of a loss of a run.

    Raises:
        ArgumentError: the loss returns no number of the library.
        UnsupportedFeatureError: reads of the past are no weighted sums of samples.
    """
    program, runtime, system = kernel.program, kernel.runtime, kernel.request.system
    taken = dict.fromkeys((*program.parameters("rollout"), *program.parameters("delays")))
    moved = tuple(path for path in request.parameters if path in taken)
    slopes = any(path in program.parameters("delays") for path in moved)
    parts = _stretches(kernel, request, slopes)
    values = {path: argument(runtime, system, path, kernel.arguments) for path in taken}
    fixed = {path: value for path, value in values.items() if path not in moved}
    y, h = runtime.array(request.start.y, "real"), runtime.array(request.step_size, "real")
    first = runtime.array(request.start.step, "integer")
    inputs, draws = program.tables(request.inputs, request.draws, lambda table: table)
    lengths = tuple(runtime.array(length, "real") for length in request.delays) if slopes else ()
    gathers = tuple(_gathers(runtime, part) for part in parts) if system.reads else ()
    begun = tuple(
        runtime.array(value, "complex" if path in system.complex_symbols else "real")
        for path, value in request.past.items()
    )
    stretches = tuple((part.first, part.samples, part.together) for part in parts)
    size = len(request.start.history.buffers()[0]) // 2 if system.reads else 0
    plan = Plan(
        moved, request.initial, request.fed, stretches, size, request.stride, request.first, request.segment,
        request.forward, request.parts,
    )  # fmt: skip
    tables = [inputs[node][number] for node in range(len(inputs)) for number in request.fed]
    variables = (*(values[path] for path in moved), *([y] if request.initial else []), *tables)

    rest = fixed, y, inputs, draws, h, first, begun, lengths, gathers
    value, found = program.differentiated(plan)(checked(request.loss), variables, rest)
    derivatives = [np.asarray(runtime.numpy(part), dtype=float) for part in found]
    by_path = {path: np.zeros(system.parameter_paths[path].shape) for path in request.parameters}
    by_path |= dict(zip(moved, derivatives, strict=False))
    behind = derivatives[len(moved) :]
    initial = behind.pop(0) if request.initial else None
    count = len(request.fed)
    by_node = [behind[place : place + count] for place in range(0, len(behind), count)] if count else []
    return Gradients(float(runtime.numpy(value)), by_path, initial, by_node)


def _stretches(kernel: ArrayKernel, request: GradientRequest, slopes: bool) -> list[Stretch]:
    history = request.start.history
    if history is None:
        return [Stretch(0, request.samples)]
    divided = Stretches(kernel.request.system, kernel.program.nodes, history, slopes)
    return divided.of(request.start.step, request.samples, request.stride)


def _gathers(runtime: ArrayRuntime, stretch: Stretch) -> tuple[tuple[tuple[Any, ...], ...], ...]:
    return tuple(
        tuple(
            (
                runtime.array(gather.places.astype(np.int64), "integer"),
                runtime.array(gather.weights, "real"),
                *([] if gather.slopes is None else [runtime.array(gather.slopes, "real")]),
            )
            for gather in node
        )
        for node in stretch.gathers
    )


def checked(loss: Loss) -> Loss:
    """Return a loss that is given outputs by name, and returns one number of the library or raises.

    Raises:
        ArgumentError: it returns something else.
        UnknownNameError: it asks for an output that is not recorded.
    """
    return lambda outputs: _checked(loss(Named(outputs)))


def _checked(value: Any) -> Any:
    """Return what a loss returned, if it is one number of the library.

    Raises:
        ArgumentError: it is not.
    """
    shape = getattr(value, "shape", None)
    if shape is None:
        raise ArgumentError(
            "loss has to return a number of the backend's library, computed from the outputs; "
            f"it returned {shown(value)}."
        )
    if tuple(shape) != ():
        raise ArgumentError(f"loss has to return one number; it returned an array of shape {tuple(shape)}.")
    return value
