"""A model as a vector field of free parameters, with its derivatives, at many states at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve, frozen

from rates_core.delays.lowering import lower
from rates_core.delays.strategy import Augmentation
from rates_core.errors import ArgumentError, UnsupportedFeatureError, shown
from rates_core.network.build import build_network
from rates_core.network.untying import tied_by, untied
from rates_core.plugins import get_manager
from rates_core.plugins.specs import BackendSpec
from rates_core.programs.field import Entries, FieldProgram, FieldRequest
from rates_core.programs.routine import make_routine
from rates_core.simulation.arguments import arguments_of, checked_values, initial_state
from rates_core.simulation.choice import chosen_backend
from rates_core.simulation.jumps import jumping
from rates_core.simulation.requirements import requirements_of
from rates_core.simulation.state import end_of
from rates_core.simulation.targets import Variable, variable_of
from rates_core.switches import switch
from rates_core.system.build import build_system
from rates_core.system.linearisation import linearise
from rates_core.system.linearisation.named_columns import named_columns
from rates_core.system.system import TIME, InputSignal, System

if TYPE_CHECKING:
    import pandas as pd

    from rates_core.templates.circuit import CircuitTemplate


class VectorField:
    """The right-hand side of a model, f(x, p), of its states x and of free parameters p; all else keeps its value.

    States and parameters may have any number of axes in front, for many of them in one call: `[..., states]`.

    Attributes:
        states: path of each entry of x.
        parameters: path of each entry of p.
        x: the states at the start.
        p: the free parameters as the model has them.
        source: the generated text.

    Example:
        >>> import numpy as np
        >>> from rates_core import CircuitTemplate
        >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
        >>> field = circuit.get_vector_field(["p/vdp_op/mu"])
        >>> field.states
        ('p/vdp_op/x', 'p/vdp_op/z')
        >>> field.rates(np.array([[1.0, 0.5], [2.0, 0.5]]), np.array([3.0])).tolist()
        [[0.5, -1.0], [0.5, -6.5]]
    """

    def __init__(
        self, system: System, program: FieldProgram, request: FieldRequest, free: _Free, arguments: Mapping[str, Any]
    ) -> None:
        self._system, self._free = system, free
        self.parameters, self.states = tuple(item.path for item in free.variables), tuple(_labels(system))
        self.source = program.source
        self.x, self.p = initial_state(system, None), free.values()
        self._entries = [Entries(item) for item in request.matrices]
        self._functions = program.bind(arguments)

    @property
    def system(self) -> System:
        """Return the System whose right-hand side it is, with the states that delay strategies have added."""
        return self._system

    @property
    def jumps(self) -> tuple[tuple[str, str], ...]:
        """Return functions that are constant between jumps, each with the path of the variable in whose equation it is.

        Derivatives through them are 0, and do not see a jump move.
        """
        return tuple(jumping(self._system, self._free.symbols))

    @property
    def size(self) -> int:
        """Return the number of states."""
        return len(self.states)

    def x_of(self, values: Mapping[str, float]) -> np.ndarray:
        """Return the initial values of all states, but for some that are given by path.

        Raises:
            UnknownNameError: a path names no state.
            ArgumentError: a value is no number.
        """
        return initial_state(self._system, values)

    def end_of(self, result: pd.DataFrame) -> np.ndarray:
        """Return the states at the end of a run of the model.

        Args:
            result: what `run` returned.

        Raises:
            ArgumentError: it is something else, or comes from another model.
        """
        return end_of(result, self._system)

    def rates(self, x: np.ndarray, p: np.ndarray) -> np.ndarray:
        """Return f, `[..., states]`."""
        return np.asarray(self._functions.rates(*self._given(x, p)))

    def by_states(self, x: np.ndarray, p: np.ndarray) -> np.ndarray:
        """Return ∂f/∂x, `[..., states, states]`."""
        return self._matrix(0, x, p)

    @property
    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """Return rows and columns of the entries of ∂f/∂x that may differ from 0, row by row."""
        return self._entries[0].rows, self._entries[0].columns

    def entries(self, x: np.ndarray, p: np.ndarray) -> np.ndarray:
        """Return these entries of ∂f/∂x, `[..., places]`."""
        return self._entries[0].summed(self._functions.matrices[0](*self._given(x, p)))

    def by_parameters(self, x: np.ndarray, p: np.ndarray) -> np.ndarray:
        """Return ∂f/∂p, `[..., states, parameters]`."""
        return self._matrix(1, x, p)

    def _matrix(self, number: int, x: np.ndarray, p: np.ndarray) -> np.ndarray:
        return self._entries[number].dense(self._functions.matrices[number](*self._given(x, p)))

    def _given(self, x: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, tuple[Any, ...], tuple[()]]:
        """Return states, inputs and what is read late, which is nothing."""
        x, p = np.asarray(x, dtype=float), np.asarray(p, dtype=float)
        if p.ndim > 1:
            x = np.broadcast_to(x, (*np.broadcast_shapes(x.shape[:-1], p.shape[:-1]), x.shape[-1]))
        return x, self._free.inputs(p), ()


@frozen(eq=False, slots=False)
class _Free:
    """Free parameters: they are given anew with each call, as inputs are.

    Attributes:
        variables: what they are.
        arguments: values of all parameters in the model.
    """

    variables: tuple[Variable, ...]
    arguments: Mapping[str, Any]

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """The parameters of the System of which they are entries."""
        return tuple(dict.fromkeys(str(target.parameter) for item in self.variables for target in item.targets))

    def values(self) -> np.ndarray:
        """Return what they are in the model."""
        return np.array([float(item.value(self.arguments, np.zeros(0))) for item in self.variables])

    def freed(self, system: System) -> System:
        """Return a System in which they are inputs."""
        taken = [system.parameter_paths[symbol] for symbol in self.symbols]
        return evolve(
            system,
            parameters=tuple(item for item in system.parameters if item.path not in self.symbols),
            inputs=(*system.inputs, *(InputSignal(item.path, item.path, item.shape) for item in taken)),
        )

    def known(self, system: System) -> System:
        """Return a System whose parameters have their values, and NaN where they are free."""
        values = dict(self.arguments)
        for symbol, (base, settings) in zip(self.symbols, self._settings, strict=True):
            values[symbol] = np.array(base)
            for _, places in settings:
                values[symbol].reshape(-1)[places] = np.nan
        return evolve(system, parameters=tuple(evolve(item, value=values[item.path]) for item in system.parameters))

    def inputs(self, p: np.ndarray) -> tuple[Any, ...]:
        """Return the inputs for some values, `[..., parameters]`."""
        if p.ndim == 1 and self._numbers is not None:
            values = p.tolist()
            return tuple([values[number] for number in self._numbers])
        found = []
        for base, settings in self._settings:
            value = np.array(np.broadcast_to(base, (*p.shape[:-1], *base.shape)))
            entries = value.reshape(*p.shape[:-1], -1)
            for number, places in settings:
                entries[..., places] = p[..., number, None]
            found.append(value)
        return tuple(found)

    @cached_property
    def _settings(self) -> tuple[tuple[np.ndarray, list[tuple[int, Any]]], ...]:
        """For each symbol what it is in the model, and which of its entries each free parameter sets."""
        found: dict[str, list[tuple[int, Any]]] = {symbol: [] for symbol in self.symbols}
        for number, item in enumerate(self.variables):
            for target in item.targets:
                places = slice(None) if target.places is None else target.places
                found[str(target.parameter)].append((number, places))
        return tuple((np.asarray(self.arguments[symbol], dtype=float), found[symbol]) for symbol in found)

    @cached_property
    def _numbers(self) -> tuple[int, ...] | None:
        """The place in p of each symbol, if all are single numbers."""
        if any(base.ndim for base, _ in self._settings):
            return None
        return tuple(settings[-1][0] for _, settings in self._settings)


def vector_field(
    circuit: CircuitTemplate,
    free: Sequence[str],
    parameters: Mapping[str, Any] | None = None,
    backend: str | BackendSpec | None = None,
    vectorize: bool = True,
    delays: Augmentation | None = None,
) -> VectorField:
    """Return a circuit as a vector field; see `CircuitTemplate.get_vector_field`."""
    if not isinstance(delays, Augmentation | None):
        raise ArgumentError(f"delays must be an Augmentation of rates_core.delays.strategy; it is {shown(delays)}.")
    spec, paths = chosen_backend(backend), _paths(free)
    network = build_network(circuit, switch("vectorize", vectorize))
    given = checked_values(parameters, "parameters")
    apart = tied_by(network, {**given, **dict.fromkeys(paths, 0.0)}, "free")
    system = lower(build_system(untied(network, apart) if apart else network))
    freed = _freed(system, paths, given)
    if delays is not None and system.reads:
        system = delays.lower(freed.known(system))
        known = {item.path: item.value for item in system.parameters}
        freed = evolve(freed, arguments={**known, **freed.arguments})
    _check(system)
    get_manager().require(spec, evolve(requirements_of(system, "ring"), field=True))
    columns = named_columns(system, network, "parameters", paths)
    matrices = [evolve(item, system=freed.freed(item.system))
                for item in (linearise(system), linearise(system, "parameters", columns))]  # fmt: skip
    request = FieldRequest(freed.freed(system), tuple(matrices), circuit.name)
    program = spec.load()().field(request)
    assert program is not None  # it is claimed
    return VectorField(system, program, request, freed, freed.arguments)


def _freed(system: System, paths: Sequence[str], given: Mapping[str, Any]) -> _Free:
    return _Free(tuple(_variable(system, path) for path in paths), arguments_of(system, given))


def _paths(free: Any) -> list[str]:
    paths = None
    if not isinstance(free, str | bytes):
        with suppress(TypeError):  # of what cannot be gone through
            paths = list(free)
    if paths is None:
        raise ArgumentError(f"free must be a list of paths of parameters; it is {shown(free)}.")
    for path in paths:
        if not isinstance(path, str):
            raise ArgumentError(f"free holds {shown(path)}, which is no path.")
    return paths


def _check(system: System) -> None:
    """Raise for what is no field of states and parameters alone.

    Raises:
        UnsupportedFeatureError: there is something else.
    """
    if TIME in make_routine(system, [item.expression for item in system.derivatives]).varying:
        first = next(
            item.state for item in system.derivatives if TIME in make_routine(system, [item.expression]).varying
        )
        raise UnsupportedFeatureError(
            f"'{first}' depends on time; a vector field of states and parameters was asked for. Let a part of "
            "the model oscillate in place of time: with x' = x - w*y - x*(x^2 + y^2) and "
            "y' = w*x + y - y*(x^2 + y^2), x becomes cos(w*t)."
        )
    for items, what in ((system.draws, "noise"), (system.reads, "discrete delays"), (system.events, "events")):
        if items:
            raise UnsupportedFeatureError(
                f"The model has {what}, which a vector field of states and parameters cannot have."
            )


def _variable(system: System, path: str) -> Variable:
    """Return the number that a path names.

    Raises:
        ArgumentError: it names several, the start of a state, or a complex number.
    """
    found = system.once(variable_of, path, "free")
    if any(target.parameter is None for target in found.targets):
        raise ArgumentError(f"free: '{path}' is a state; it takes paths of parameters.")
    if any(system.parameter_paths[str(target.parameter)].complex for target in found.targets):
        raise ArgumentError(f"free: '{path}' is a complex number; free parameters are real ones.")
    if not found.single:
        raise ArgumentError(f"free: '{path}' names several numbers. Name one of them, as in 'p[0]/op/k'.")
    return found


def _labels(system: System) -> Iterator[str]:
    """Yield a path for each entry of the state vector."""
    network = system.network
    assert network is not None
    keys = {path: key for key, path in system.addresses.items()}
    for state in system.states:
        address = keys.get(state.path)
        if address is None or network.populations[address[0]].edges:
            names = [state.path] if not state.shape else [f"{state.path}[{k}]" for k in range(state.entries)]
        else:
            number, operator, variable = address
            names = [f"{unit}/{operator}/{variable}" for unit in network.populations[number].units]
        for name in names:
            yield from ((f"{name}.real", f"{name}.imag") if state.complex else (name,))
