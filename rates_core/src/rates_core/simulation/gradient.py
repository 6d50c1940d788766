"""Derivatives of a loss of a run by whatever paths name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import ceil, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve, frozen

from rates_core.delays.dependence import Dependence
from rates_core.errors import ArgumentError, SimulationError, UnsupportedFeatureError, shown, warn
from rates_core.plugins import get_manager
from rates_core.plugins.capabilities import unsupported
from rates_core.programs.gradient import GradientRequest, Gradients, Loss, Part
from rates_core.programs.program import slot_paths
from rates_core.simulation.accepted import problem_of, run_accepted
from rates_core.simulation.arguments import names_state
from rates_core.simulation.execution import Run, RunRequest, prepared
from rates_core.simulation.fixed import run_fixed
from rates_core.simulation.jumps import jumping
from rates_core.simulation.targets import Target, derivative_by, targets_of
from rates_core.switches import switch
from rates_core.system.system import System

if TYPE_CHECKING:
    from rates_core.simulation.compile import CompiledModel
    from rates_core.simulation.outputs import Recording


class Gradient(Mapping[str, Any]):
    """The derivative of a loss by each path: a number where the path names one, else one per unit.

    Attributes:
        loss: value of the loss.
    """

    def __init__(self, loss: float, values: Mapping[str, Any]) -> None:
        self.loss, self._values = loss, dict(values)

    def __getitem__(self, path: str) -> Any:
        """Return the derivative by what a path names."""
        return self._values[path]

    def __iter__(self) -> Iterator[str]:
        """Iterate over paths."""
        return iter(self._values)

    def __len__(self) -> int:
        """Return the number of paths."""
        return len(self._values)

    def __repr__(self) -> str:
        """Return loss and derivatives."""
        return f"<Gradient of {self.loss!r}: {self._values!r}>"


def gradient(
    model: CompiledModel, loss: Loss, wrt: Iterable[str], request: RunRequest, mode: Any, checkpoint: Any
) -> Gradient:
    """Run a compiled model and differentiate a loss of what it records; see `CompiledModel.gradient`."""
    if not callable(loss):
        raise ArgumentError(f"loss must be a function of the outputs by name; it is {shown(loss)}.")
    paths, way = _paths(wrt), Way.of(mode, checkpoint)
    _check_able(model, way)
    keys = {signal.key for signal in model.system.inputs}
    states = {path for path in paths if path not in keys and names_state(model.system, path, "wrt")}
    named = [path for path in paths if path not in keys and path not in states]
    model = model.untied({**(request.parameters or {}), **dict.fromkeys(named, 0.0)})
    run = prepared(model, request)
    targets = {path: list(targets_of(run.model.system, path)) for path in paths if path not in keys}
    flat = [target for found in targets.values() for target in found]
    wanted = tuple(dict.fromkeys(target.parameter for target in flat if target.parameter is not None))
    fed = _fed(run, [path for path in paths if path in keys])
    if model.choice.driver is not None:
        _check_driven(run, paths, targets, way)
    initial = any(target.parameter is None for target in flat)
    _warn_of_jumps(run.model.system, [*wanted, *(run.model.system.inputs[number].path for number in fed)])
    found = _found(run, _request(run, loss, way, wanted, initial, tuple(fed)))
    values = {
        path: derivative_by(path, found, targets[path]) if path in targets else _by_samples(run, path, found, fed)
        for path in paths
    }
    _check_finite(run, found.loss, values)
    return Gradient(found.loss, values)


@frozen
class Way:
    """How derivatives are accumulated.

    Attributes:
        mode: "reverse", from the loss back, or "forward", along the run.
        checkpoint: whether steps are taken once more on the way back, in place of being kept.
    """

    mode: str
    checkpoint: bool

    @classmethod
    def of(cls, mode: Any, checkpoint: Any) -> Way:
        """Return a way that a user asks for."""
        if mode not in ("reverse", "forward"):
            raise ArgumentError(f"mode is {shown(mode)}; it is 'reverse', or 'forward' for few variables.")
        way = cls(mode, switch("checkpoint", checkpoint))
        if way.checkpoint and mode == "forward":
            raise ArgumentError("checkpoint=True is of mode='reverse'; forwards nothing is kept.")
        return way


def _fed(run: Run, keys: list[str]) -> list[int]:
    """Return the numbers of the inputs that are fed by some keys.

    Raises:
        ArgumentError: a key is fed by a function.
    """
    for key in keys:
        if not run.inputs.has_samples(key):
            raise ArgumentError(
                f"wrt: the input '{key}' is a function of time; feed samples of it to have a gradient by them."
            )
    return [number for number, signal in enumerate(run.model.system.inputs) if signal.key in keys]


def _check_driven(run: Run, paths: list[str], targets: Mapping[str, list[Target]], way: Way) -> None:
    """Raise for what solvers that choose their steps are not differentiated by.

    Raises:
        UnsupportedFeatureError: an input, or what chains start from.
        ArgumentError: how derivatives are accumulated is an option of such solvers.
    """
    system, solver = run.model.system, run.model.choice.solver.name
    if way != Way("reverse", False):
        raise ArgumentError(
            f"How derivatives are accumulated is an option of the solver '{solver}', given to compile()."
        )
    fixed = f"The solver '{solver}' chooses its steps; its runs are not differentiated by"
    fed = [path for path in paths if path not in targets]
    if fed:
        raise UnsupportedFeatureError(f"{fixed} the input '{fed[0]}'. Compile with solver='rk4'.")
    computed = [slot for slot in slot_paths(system) if slot not in system.state_paths]
    if computed:
        raise UnsupportedFeatureError(
            f"{fixed} what the past of '{computed[0]}' depends on. Compile with solver='rk4'."
        )
    late = [system.state_paths[slot] for slot in slot_paths(system)]
    places = {place for state in late for place in range(state.offset, state.offset + state.width)}
    for path, found in targets.items():
        if any(
            target.parameter is None and not places.isdisjoint(np.ravel(np.asarray(target.places))) for target in found
        ):
            raise UnsupportedFeatureError(f"{fixed} '{path}', whose start is its past too. Compile with solver='rk4'.")


def _by_samples(run: Run, key: str, found: Gradients, fed: list[int]) -> np.ndarray:
    """Return the derivative by each sample of an input, in the shape in which it was given."""
    tableau = run.model.choice.tableau
    assert tableau is not None
    assert run.request.inputs is not None
    shape = np.shape(run.request.inputs[key])
    total = np.zeros((shape[0], int(np.prod(shape[1:]))))
    for node, tables in zip(tableau.distinct_nodes, found.inputs, strict=True):
        for number, table in zip(fed, tables, strict=True):
            if run.model.system.inputs[number].key == key:
                by_rows = run.inputs.traced_back(number, node, table)
                total[: len(by_rows)] += by_rows
    return total.reshape(shape)


def _found(run: Run, request: GradientRequest) -> Gradients:
    """Return what the kernel finds of fixed steps, or a driver of its own steps."""
    choice = run.model.choice
    if choice.fixed:
        return run.kernel.gradient(request)
    assert choice.driver is not None
    found = choice.driver.gradient(problem_of(run), request)
    zeros = {path: np.zeros(run.model.system.parameter_paths[path].shape) for path in request.parameters}
    return evolve(found, parameters={**zeros, **found.parameters})


def _warn_of_jumps(system: System, variables: list[str]) -> None:
    """Warn of functions whose derivatives say nothing."""
    for function, path in jumping(system, variables):
        warn(
            f"gradient(): '{function}', in the equation of '{path}', is constant between its jumps: derivatives "
            "through it are 0, and do not see a jump move."
        )


def _check_finite(run: Run, loss: float, values: Mapping[str, Any]) -> None:
    """Raise where there is no number.

    Raises:
        NonFiniteError: a variable became NaN or infinite.
        SimulationError: the run is finite, but the loss or a derivative is not.
    """
    bad = [path for path, value in values.items() if not np.isfinite(value).all()]
    if np.isfinite(loss) and not bad:
        return
    (run_fixed if run.model.choice.fixed else run_accepted)(run)
    if not np.isfinite(loss):
        raise SimulationError(f"The loss is {loss!r}, although all that was recorded is finite.")
    raise SimulationError(
        f"The derivative by '{bad[0]}' is NaN or infinite, although the run is finite: an equation or the loss is "
        "differentiated where it has no derivative, as sqrt has none at 0, be it in a branch that is not taken."
    )


def _paths(wrt: Any) -> list[str]:
    paths = [wrt] if isinstance(wrt, str) else list(wrt) if isinstance(wrt, Iterable) else [wrt]
    for path in paths:
        if not isinstance(path, str):
            raise ArgumentError(f"wrt holds {shown(path)}; it takes paths such as 'node/op/var'.")
    if not paths:
        raise ArgumentError("wrt is empty. Name one path at least, such as 'node/op/var'.")
    return list(dict.fromkeys(paths))


def _check_able(model: CompiledModel, way: Way) -> None:
    """Raise unless backend, method and model can be differentiated."""
    choice, name = model.choice, model.choice.backend.name
    if way.mode not in choice.backend.capabilities.differentiation:
        manager = get_manager()
        able = [
            other for other in manager.backends() if way.mode in manager.backend(other).capabilities.differentiation
        ]
        forward = " forwards" if way.mode == "forward" else ""
        raise unsupported("backend", name, [f"derivatives of runs{forward}"], able)
    if choice.driver is not None and not choice.driver.differentiates:
        raise UnsupportedFeatureError(
            f"gradient() follows fixed steps; the solver '{choice.solver.name}' chooses its own. "
            "Compile with solver='rk4'."
        )
    circle = sorted(Dependence(model.system).recurrent)
    if circle:
        raise UnsupportedFeatureError(
            f"gradient() does not follow '{circle[0]}', a computed variable that depends on its own past. "
            "Delay a state in its place."
        )


def _request(
    run: Run, loss: Loss, way: Way, parameters: tuple[str, ...], initial: bool, fed: tuple[int, ...]
) -> GradientRequest:
    """Return what is asked of the backend, or of a driver, which takes no tables and rows of its own."""
    grid, tableau, system = run.grid, run.model.choice.tableau, run.model.system
    parts = _parts(run.model.recording)
    if not run.model.choice.fixed:
        return GradientRequest(
            run.carry, (), (), grid.step_size, grid.rows, 1, grid.first_row, parts, loss, parameters, initial
        )
    assert tableau is not None
    steps = grid.rows * grid.stride
    inputs = run.inputs.tables(0, steps, tableau.distinct_nodes) if run.inputs.signals else []
    draws = run.draws.tables(run.carry.step, steps, grid.step_size)
    past = {} if run.past is None else {slot: run.past.value(slot, 0.0) for slot in slot_paths(system)}
    segment = ceil(sqrt(grid.rows)) if way.checkpoint else 0
    return GradientRequest(
        run.carry, inputs, draws, grid.step_size, grid.rows, grid.stride, grid.first_row, parts, loss, parameters,
        initial, fed, run.delays, past, segment, way.mode == "forward",
    )  # fmt: skip


def _parts(recording: Recording) -> tuple[Part, ...]:
    return tuple(Part(output.key, output.recorded, output.units, output.alone) for output in recording.outputs)
