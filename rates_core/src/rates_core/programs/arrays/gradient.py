"""Differentiate losses of runs of a module of an array library."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve

from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.tree import symbols
from rates_core.programs.arrays.gathers import Arrays, parts_of
from rates_core.programs.arrays.losses import CheckedLoss
from rates_core.programs.arrays.moments import inputs_at_moments
from rates_core.programs.arrays.now import WithoutDelay
from rates_core.programs.arrays.outputs import Given, Plan
from rates_core.programs.arrays.rollout import Stretch, Stretches
from rates_core.programs.arrays.runtime import ArrayRuntime, argument
from rates_core.programs.gradient import (
    Course,
    GradientRequest,
    Gradients,
    Loss,
    TangentRequest,
    Tangents,
    Weighted,
)
from rates_core.programs.real_pairs import no_derivative, numbers_of, pairs_of
from rates_core.system.system import Parameter, System

if TYPE_CHECKING:
    from rates_core.programs.arrays.kernel import ArrayKernel


def gradients_of(kernel: ArrayKernel, request: GradientRequest) -> Gradients:
    """Return the derivatives of a loss of a run.

    Raises:
        ArgumentError: the loss returns no number of the library.
        UnsupportedFeatureError: reads of the past are no weighted sums of samples.
    """
    program, runtime, system = kernel.program, kernel.runtime, kernel.request.system
    taken = {*program.parameters("rollout"), *program.parameters("delays")}
    moved = tuple(path for path in request.parameters if path in taken)
    plan, given = planned(kernel, request, moved, runtime.for_compiled)
    plan = evolve(plan, moved=moved, initial=request.initial, fed=request.fed, forward=request.forward)
    tables = [node[number] for node in given.inputs for number in request.fed]
    by_parameters = [_variable(runtime, system.parameter_paths[path], given.parameters[path]) for path in moved]
    variables = (*by_parameters, *([given.y] if request.initial else []), *tables)
    fixed = {path: value for path, value in given.parameters.items() if path not in moved}

    loss = _weighted(runtime, request.loss) if isinstance(request.loss, Weighted) else request.loss
    value, found = program.differentiated(plan)(CheckedLoss(loss), variables, given._replace(parameters=fixed))
    derivatives = [np.asarray(runtime.numpy(part), dtype=float) for part in found]
    by_path = {path: no_derivative(system.parameter_paths[path]) for path in request.parameters}
    for path, part in zip(moved, derivatives, strict=False):
        by_path[path] = numbers_of(part) if system.parameter_paths[path].complex else part
    behind = derivatives[len(moved) :]
    initial = behind.pop(0) if request.initial else None
    count = len(request.fed)
    by_node = [behind[place : place + count] for place in range(0, len(behind), count)] if count else []
    return Gradients(float(runtime.numpy(value)), by_path, initial, by_node)


def tangents_of(kernel: ArrayKernel, request: TangentRequest) -> Tangents:
    """Return the outputs of a run, and how they move with numbers.

    Raises:
        UnsupportedFeatureError: reads of the past are no weighted sums of samples.
    """
    program, runtime = kernel.program, kernel.runtime
    taken = {*program.parameters("rollout"), *program.parameters("delays")}
    moved = tuple(path for path in request.parameters if path in taken)
    initial = request.initial is not None or not moved  # something has to move, be it nowhere
    plan, given = planned(kernel, request, moved, runtime.for_compiled)
    plan = evolve(plan, moved=moved, initial=initial, forward=True)
    variables = (*(given.parameters[path] for path in moved), *([given.y] if initial else []))
    fixed = {path: value for path, value in given.parameters.items() if path not in moved}
    start = np.zeros((request.count, len(request.start.y))) if request.initial is None else request.initial
    directions = [*(request.parameters[path] for path in moved), *([start] if initial else [])]
    found, along = program.tangents(plan)(
        variables, given._replace(parameters=fixed), tuple(runtime.array(part, "real") for part in directions)
    )
    outputs, rows = ({name: runtime.numpy(value) for name, value in some.items()} for some in (found, along))
    return Tangents(outputs, rows)


def _weighted(runtime: ArrayRuntime, loss: Weighted) -> Loss:
    """Return the sum of outputs times numbers, by what all libraries can do."""
    columns = {name: runtime.array(numbers.reshape(-1, 1), "real") for name, numbers in loss.weights.items()}

    def total(outputs: Mapping[str, Any]) -> Any:
        parts = [runtime.reshaped(outputs[name], (1, -1)) @ column for name, column in columns.items()]
        return runtime.reshaped(sum(parts[1:], parts[0]), ())

    return total


def _variable(runtime: ArrayRuntime, parameter: Parameter, value: Any) -> Any:
    """Return real numbers by which a loss is differentiated: `Outputs` makes complex ones of pairs."""
    return runtime.array(pairs_of(runtime.numpy(value)), "real") if parameter.complex else value


def planned(kernel: ArrayKernel, course: Course, moved: Collection[str], runtime: ArrayRuntime) -> tuple[Plan, Given]:
    """Return what runs of one kind share, without variables, and all that one of them depends on.

    Args:
        kernel: with the values of parameters.
        course: the run.
        moved: paths of parameters that will be variables.
        runtime: makes the arrays.
    """
    program, system = kernel.program, kernel.request.system
    taken = dict.fromkeys((*program.parameters("rollout"), *program.parameters("delays")))
    slopes = any(path in program.parameters("delays") for path in moved)
    parts = _stretches(kernel, course, slopes)
    begun = [
        runtime.array(value, "complex" if path in system.complex_symbols else "real")
        for path, value in course.past.items()
    ]
    still = tuple(runtime.array(np.zeros(draw.shape), "real") for draw in system.draws)
    lengths = tuple(runtime.array(length, "real") for length in course.delays) if slopes else ()
    steps_parts = parts_of(parts)
    _check_inputs(system, steps_parts, slopes)
    history = course.start.history
    without = WithoutDelay() if history is None else WithoutDelay.of(*history.present())
    _check_delays(system, without, moved)
    arrays = Arrays(runtime, course.step_size, steps_parts, *places_of_delays(course.delays))
    linear, functions = _inputs_at(course, system, steps_parts)
    given = Given(
        {path: argument(runtime, system, path, kernel.arguments) for path in taken},
        runtime.array(course.start.y, "real"),
        *program.tables(course.inputs, course.draws, lambda table: table),
        runtime.array(course.step_size, "real"),
        runtime.array(course.start.step, "integer"),
        (runtime.array(0.0, "real"), still),
        tuple(begun),
        lengths,
        tuple(tuple(arrays.node(node) for node in part.nodes) for part in parts) if system.reads else (),
        runtime.array(steps_parts, "real"),
        tuple(runtime.array(table, "real") for table in functions),
    )
    stretches = tuple((part.first, part.samples, part.together, part.sweeps) for part in parts)
    size = len(course.start.history.buffers()[0]) // 2 if system.reads else 0
    plan = Plan(stretches, size, course.stride, course.first, course.segment, course.parts)
    return evolve(plan, moments=bool(steps_parts.size), without=without, linear=linear), given


def places_of_delays(delays: Sequence[Any]) -> tuple[list[int], list[int]]:
    """Return the place of each read's first delay among those of all, from 1 on, and their numbers."""
    counts = [int(np.size(delay)) for delay in delays]
    return np.cumsum([1, *counts]).tolist()[:-1], counts


def _check_delays(system: System, without: WithoutDelay, moved: Collection[str]) -> None:
    """Raise where a delay of 0 is a variable, below which there is nothing."""
    for number, _ in without.masks:
        read = system.reads[number]
        if symbols(read.delay) & set(moved):
            raise UnsupportedFeatureError(
                f"wrt asks for the derivative by a delay of '{read.slot}' that is 0: it cannot become less. "
                "Leave it out of wrt."
            )


def _check_inputs(system: System, parts: np.ndarray, slopes: bool) -> None:
    """Raise where a delay would move the time at which an input is looked at, inside steps."""
    numbers = inputs_at_moments(system) if slopes and parts.size else ()
    if numbers:
        raise UnsupportedFeatureError(
            "Derivatives of runs do not follow a delay by which a computed variable is read inside steps that depends "
            f"on the input '{system.inputs[numbers[0]].key}'. Leave delays out of wrt, or delay a state."
        )


def _inputs_at(course: Course, system: System, parts: np.ndarray) -> tuple[tuple[int, ...], list[np.ndarray]]:
    """Return which inputs are linear in steps, and tables of the others, of those that are asked for at moments."""
    numbers = inputs_at_moments(system) if parts.size else ()
    linear = tuple(number for number in numbers if course.sampled[number])
    others = [number for number in numbers if number not in linear]
    if not others:
        return linear, []
    assert course.signals is not None
    steps = course.start.step + np.arange(course.samples * course.stride)
    rows = [[course.signals((step + part) * course.step_size) for part in parts] for step in steps]
    return linear, [np.array([[values[number] for values in row] for row in rows]) for number in others]


def _stretches(kernel: ArrayKernel, course: Course, slopes: bool) -> list[Stretch]:
    history = course.start.history
    if history is None:
        return [Stretch(0, course.samples)]
    divided = Stretches(kernel.request.system, kernel.program.nodes, history, slopes)
    return divided.of(course.start.step, course.samples, course.stride)
