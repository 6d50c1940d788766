"""Differentiate losses of runs of a module of an array library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rates_core.errors import ArgumentError, UnknownNameError, UnsupportedFeatureError, did_you_mean, shown
from rates_core.programs.arrays.runtime import ArrayRuntime, argument
from rates_core.programs.carry import Carry
from rates_core.programs.gradient import GradientRequest, Gradients, Loss
from rates_core.system.system import System

if TYPE_CHECKING:
    from rates_core.programs.arrays.kernel import ArrayKernel


class Outputs:
    """The outputs of a run by name, as a function of variables and of all else that it takes.

    Args:
        make: takes parameters and returns the loop.
        taken: paths of these parameters, in order.
        runtime: of the library.
        request: what is recorded of the run, and how long it is.
        moved: paths of the parameters that are variables; the state at the start may be one behind them.
    """

    def __init__(
        self,
        make: Callable[..., Any],
        taken: Sequence[str],
        runtime: ArrayRuntime,
        request: GradientRequest,
        moved: Sequence[str],
    ) -> None:
        self._make, self._taken, self._runtime, self._moved = make, taken, runtime, moved
        self._samples, self._stride, self._first = request.samples, request.stride, request.first
        self._parts, self._initial = request.parts, request.initial

    def __call__(self, variables: Sequence[Any], rest: Sequence[Any]) -> dict[str, Any]:
        """Return the outputs, columns as the loss takes them."""
        fixed, y, inputs, draws, h, start, buffers, gathers = rest
        values = {**fixed, **dict(zip(self._moved, variables, strict=False))}
        run = self._make(*(values[path] for path in self._taken))
        y = variables[-1] if self._initial else y
        _, rows, _ = run(y, h, start, self._samples, self._stride, inputs, draws, None, buffers, gathers)
        found: dict[str, list[Any]] = {}
        for part in self._parts:
            block = self._runtime.columns(rows[part.recorded][self._first :], part.units)
            found.setdefault(part.key, []).append(block[:, 0] if part.alone else block)
        return {key: self._runtime.side_by_side(blocks) for key, blocks in found.items()}


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
        UnsupportedFeatureError: delays are not all read alike from the first step on.
    """
    program, runtime, system = kernel.program, kernel.runtime, kernel.request.system
    taken = program.parameters("integrator")
    moved = [path for path in request.parameters if path in taken]
    values = {path: argument(runtime, system, path, kernel.arguments) for path in taken}
    fixed = {path: value for path, value in values.items() if path not in moved}
    y, h = runtime.array(request.start.y, "real"), runtime.array(request.step_size, "real")
    first = runtime.array(request.start.step, "integer")
    tables = program.tables(request.inputs, request.draws, lambda table: table)
    rest = fixed, y, *tables, h, first, *kernel.past(_regular(system, request.start))
    variables = (*(values[path] for path in moved), *([y] if request.initial else []))

    value, found = program.differentiated(request, tuple(moved))(checked(request.loss), variables, rest)
    derivatives = [np.asarray(runtime.numpy(part), dtype=float) for part in found]
    by_path = {path: np.zeros(system.parameter_paths[path].shape) for path in request.parameters}
    by_path |= dict(zip(moved, derivatives, strict=False))
    return Gradients(float(runtime.numpy(value)), by_path, derivatives[-1] if request.initial else None)


def _regular(system: System, start: Carry) -> Any:
    """Return the past of a run whose reads are all alike from its first step on, or None without delays.

    Raises:
        UnsupportedFeatureError: they are not.
    """
    if start.history is None:
        return None
    history = start.history.copy()
    history.begin(start.step, tuple(state.of(start.y) for state in system.states))
    if history.regular_from() > start.step:
        raise UnsupportedFeatureError(
            "gradient() follows delays that are whole steps, from a past that goes over into the start without a "
            "jump, under a method that looks at the past on samples only, such as Euler's. This run is another."
        )
    return history


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
