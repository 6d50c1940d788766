"""Derivatives of a loss of a run by whatever paths name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve, frozen

from rates_core.errors import ArgumentError, SimulationError, UnsupportedFeatureError, shown
from rates_core.expressions.tree import symbols
from rates_core.network.resolve import Selection, resolve, resolve_edges
from rates_core.plugins import get_manager
from rates_core.plugins.capabilities import unsupported
from rates_core.programs.gradient import GradientRequest, Gradients, Loss, Part
from rates_core.programs.program import slot_paths
from rates_core.simulation.accepted import problem_of, run_accepted
from rates_core.simulation.arguments import names_state
from rates_core.simulation.edge_arguments import is_edge_attribute
from rates_core.simulation.execution import Run, RunRequest, prepared
from rates_core.simulation.fixed import run_fixed
from rates_core.system.named_parameters import attributes_of, parameter_of
from rates_core.system.system import Parameter, System

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


@frozen(eq=False)
class Target:
    """Numbers that a path names: entries of a parameter of the System, or of the state at the start.

    Attributes:
        parameter: its path; None for the state.
        places: of the entries, flattened, in the parameter or the state vector; None for all.
        numbers: what tells each entry from others; equal ones are one number, although they stand in several places.
        count: of the units or connections that they belong to, which may be more than there are entries.
        slots: where these stand among all that the path names; None behind those of the targets before.
        shape: of the value, if that is an array of one unit.
    """

    parameter: str | None
    places: np.ndarray | None
    numbers: tuple[Any, ...]
    count: int
    slots: np.ndarray | None = None
    shape: tuple[int, ...] | None = None


def gradient(model: CompiledModel, loss: Loss, wrt: Iterable[str], request: RunRequest) -> Gradient:
    """Run a compiled model and differentiate a loss of what it records; see `CompiledModel.gradient`."""
    if not callable(loss):
        raise ArgumentError(f"loss must be a function of the outputs by name; it is {shown(loss)}.")
    paths = _paths(wrt)
    _check_able(model)
    states = {path for path in paths if names_state(model.system, path, "wrt")}
    model = model.untied({**(request.parameters or {}), **{path: 0.0 for path in paths if path not in states}})
    targets = {path: list(_targets(model.system, path)) for path in paths}
    _check_delays(model.system, targets)
    run = prepared(model, request)
    flat = [target for found in targets.values() for target in found]
    wanted = tuple(dict.fromkeys(target.parameter for target in flat if target.parameter is not None))
    found = _found(run, loss, wanted, any(target.parameter is None for target in flat))
    values = {path: _value(path, found, targets[path]) for path in paths}
    _check_finite(run, found.loss, values)
    return Gradient(found.loss, values)


def _found(run: Run, loss: Loss, parameters: tuple[str, ...], initial: bool) -> Gradients:
    """Return what the kernel finds of fixed steps, or a driver of its own steps."""
    choice, grid = run.model.choice, run.grid
    if choice.fixed:
        return run.kernel.gradient(_request(run, loss, parameters, initial))
    assert choice.driver is not None
    request = GradientRequest(
        run.carry, (), (), grid.step_size, grid.rows, 1, grid.first_row, _parts(run.model.recording), loss, parameters,
        initial,
    )  # fmt: skip
    found = choice.driver.gradient(problem_of(run), request)
    zeros = {path: np.zeros(run.model.system.parameter_paths[path].shape) for path in parameters}
    return evolve(found, parameters={**zeros, **found.parameters})


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


def _check_able(model: CompiledModel) -> None:
    """Raise unless backend, method and model can be differentiated."""
    choice, name = model.choice, model.choice.backend.name
    if "reverse" not in choice.backend.capabilities.differentiation:
        manager = get_manager()
        able = [
            other for other in manager.backends() if "reverse" in manager.backend(other).capabilities.differentiation
        ]
        raise unsupported("backend", name, ["derivatives of runs"], able)
    if choice.driver is not None and not choice.driver.differentiates:
        raise UnsupportedFeatureError(
            f"gradient() follows fixed steps; the solver '{choice.solver.name}' chooses its own. "
            "Compile with solver='rk4'."
        )
    computed = [slot for slot in slot_paths(model.system) if slot not in model.system.state_paths]
    if computed:
        raise UnsupportedFeatureError(
            f"The backend '{name}' does not differentiate runs in which the past of a computed variable, "
            f"'{computed[0]}', matters. Delay a state in its place."
        )


def _check_delays(system: System, targets: Mapping[str, list[Target]]) -> None:
    """Raise for a state at the start that is the past of a delay too, and for delays."""
    slots = set(slot_paths(system))
    late = [state for state in system.states if state.path in slots]
    places = {place for state in late for place in range(state.offset, state.offset + state.width)}
    for path, found in targets.items():
        if any(
            target.parameter is None and not places.isdisjoint(np.asarray(target.places).tolist()) for target in found
        ):
            raise UnsupportedFeatureError(
                f"wrt: '{path}' is read late, so that its start is its past too; runs are not differentiated by it."
            )
        delays = set[str]().union(*(symbols(read.delay) for read in system.reads))
        if any(target.parameter in delays for target in found):
            raise UnsupportedFeatureError(f"wrt: '{path}' is a delay; runs are not differentiated by it yet.")


def _request(run: Run, loss: Loss, parameters: tuple[str, ...], initial: bool) -> GradientRequest:
    grid, tableau = run.grid, run.model.choice.tableau
    assert tableau is not None
    steps = grid.rows * grid.stride
    inputs = run.inputs.tables(0, steps, tableau.distinct_nodes) if run.inputs.signals else []
    draws = run.draws.tables(run.carry.step, steps, grid.step_size)
    return GradientRequest(
        run.carry, inputs, draws, grid.step_size, grid.rows, grid.stride, grid.first_row, _parts(run.model.recording),
        loss, parameters, initial,
    )  # fmt: skip


def _parts(recording: Recording) -> tuple[Part, ...]:
    return tuple(Part(output.key, output.recorded, output.units, output.alone) for output in recording.outputs)


def _targets(system: System, path: str) -> Iterator[Target]:
    """Yield the entries of parameters, or of the state at the start, that a path names."""
    network = system.network
    assert network is not None
    if is_edge_attribute(path):
        yield from _of_edges(system, path)
    elif names_state(system, path, "wrt"):
        for selection in resolve(network, path, "wrt"):
            state = system.state_paths[system.addresses[selection.population, selection.operator, selection.variable]]
            if state.complex or isinstance(state.initial, str):
                what = "complex" if state.complex else "what its past says"
                raise UnsupportedFeatureError(f"wrt: the start of '{path}' is {what}; it has no gradient here.")
            units = np.arange(state.entries) if selection.units is None else np.asarray(selection.units)
            numbers = tuple((state.path, unit) for unit in units.tolist())
            yield Target(None, state.offset + units, numbers, len(units), shape=_own_shape(selection, state.shape))
    else:
        for selection in resolve(network, path, "wrt"):
            try:
                symbol = parameter_of(system, selection)
            except ArgumentError as error:
                raise ArgumentError(f"wrt: '{path}' {error}") from None
            if symbol is None:
                raise ArgumentError(f"wrt: '{path}' is an input that is fed.")
            yield _of_units(_checked(system, symbol, path), selection)


def _of_units(parameter: Parameter, selection: Selection) -> Target:
    """Return the entries of a parameter that units have."""
    path, origin = parameter.path, parameter.origin
    if not parameter.shape:
        return Target(path, None, (origin,), selection.count)
    if not selection.length:
        size = int(np.prod(parameter.shape))
        return Target(path, None, tuple((path, place) for place in range(size)), size, shape=parameter.shape)
    units = list(range(selection.length)) if selection.units is None else np.asarray(selection.units).tolist()
    numbers = tuple(origin[unit] if isinstance(origin, tuple) else origin for unit in units)
    return Target(path, selection.units, numbers, len(units))


def _own_shape(selection: Selection, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    return None if selection.length else shape or None


def _of_edges(system: System, path: str) -> Iterator[Target]:
    assert system.network is not None
    asked, named = resolve_edges(system.network, path, "wrt")
    if asked.attribute != "weight":
        raise UnsupportedFeatureError(f"wrt: '{path}' is a {asked.attribute}; runs are not differentiated by it yet.")
    for part in named.parts:
        for symbol in attributes_of(system, part.set, asked.attribute):
            single = not _checked(system, symbol, path).shape
            places = None if single else part.set.places(part.chosen)
            entries = [0] if single else range(part.set.count) if places is None else np.asarray(places).tolist()
            numbers = tuple((symbol, entry) for entry in entries)
            yield Target(symbol, places, numbers, part.count, named.slots(part), (named.total,))


def _checked(system: System, symbol: str, path: str) -> Parameter:
    """Return a parameter that is a real number.

    Raises:
        ArgumentError: it is not.
    """
    parameter = system.parameter_paths[symbol]
    if parameter.complex or parameter.integer:
        what = "complex" if parameter.complex else "an index"
        raise ArgumentError(f"wrt: '{path}' is {what}; it has no gradient here.")
    return parameter


def _value(path: str, found: Gradients, targets: list[Target]) -> Any:
    """Return the derivative by what a path names.

    Raises:
        ArgumentError: it names several numbers, and several units share one of them.
    """
    parts = []
    for target in targets:
        values = found.initial if target.parameter is None else found.parameters[target.parameter]
        assert values is not None
        parts.append(np.ravel(values) if target.places is None else np.ravel(values)[target.places])
    if len({number for target in targets for number in target.numbers}) == 1:
        return float(sum(part.sum() for part in parts))
    if any(len(part) != target.count for part, target in zip(parts, targets, strict=True)):
        raise ArgumentError(
            f"wrt: '{path}' names several numbers, and units share some of them. Name each by a path of its own."
        )
    if targets[0].slots is None:
        shape = targets[0].shape if len(targets) == 1 else None
        return np.concatenate(parts) if shape is None else parts[0].reshape(shape)
    values = np.zeros(targets[0].shape or ())  # a connection that is not stored moves nothing
    for target, part in zip(targets, parts, strict=True):
        values[target.slots] = part
    return values
