"""Right-hand sides and Jacobians as plain functions, for use with other tools."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from attrs import evolve, frozen

from rates_core.delays.lowering import lower
from rates_core.delays.prehistory import prehistory
from rates_core.delays.reads import delay_values
from rates_core.errors import ArgumentError, UnknownNameError, UnsupportedFeatureError, did_you_mean, shown
from rates_core.files import path_of
from rates_core.network.build import build_network
from rates_core.plugins import get_manager
from rates_core.plugins.specs import BackendSpec, SolverSpec
from rates_core.programs.program import Backend, FunctionRequest, FunctionSource, slot_paths
from rates_core.simulation.arguments import arguments_of, initial_state
from rates_core.simulation.choice import (
    chosen_backend,
    chosen_forms,
    chosen_options,
    chosen_solver,
    chosen_stages,
    driver_of,
)
from rates_core.simulation.continuation import continuation_files, continuation_request, settings_of
from rates_core.simulation.grid import TimeGrid, positive
from rates_core.simulation.inputs import Inputs, columns_of
from rates_core.simulation.requirements import requirements_of
from rates_core.simulation.unknown import FUNCTION
from rates_core.simulation.written import check_no_folder, write_files, write_source
from rates_core.solvers.driver import unsolved
from rates_core.solvers.tableau import Tableau
from rates_core.switches import switch
from rates_core.system.build import build_system
from rates_core.system.indices import check_indices
from rates_core.system.linearisation import Linearisation, linearise
from rates_core.system.system import System
from rates_core.templates.counting import counted

if TYPE_CHECKING:
    from rates_core.templates.circuit import CircuitTemplate

_NAMED = 5  # arguments that are shown by name


@frozen(eq=False)
class RunFunction:
    """A generated function and its arguments; unpacks as `func, args`.

    Attributes:
        func: `func(*args)` is the derivative, or the Jacobian, at the start.
        args: t, y, then what `arg_names` says.
        arg_names: the name of each argument.
        state_indices: where each state lies in y: a number, or (start, stop).
        parameter_paths: the model path of each argument behind t and y that is a parameter.
        source: the text of the generated module.
        file: where it was written, or None.
        entries: rows and columns of the values that a sparse Jacobian returns, else None.
        files: all files that were written; with `auto` those of a continuation program.

    Example:
        >>> from rates_core import CircuitTemplate
        >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
        >>> function = circuit.get_run_func("vanderpol", step_size=0.1)
        >>> function.arg_names, function.state_indices
        (('t', 'y', 'mu', 'inp'), {'p/vdp_op/x': 0, 'p/vdp_op/z': 1})
    """

    func: Callable[..., Any]
    args: tuple[Any, ...]
    arg_names: tuple[str, ...]
    state_indices: Mapping[str, int | tuple[int, int]]
    parameter_paths: tuple[str, ...]
    source: str
    file: Path | None = None
    entries: tuple[np.ndarray, np.ndarray] | None = None
    files: tuple[Path, ...] = ()

    def __repr__(self) -> str:
        more = ", ..." if len(self.arg_names) > _NAMED else ""
        takes = f"{', '.join(self.arg_names[:_NAMED])}{more}"
        sizes = f"{counted(len(self.args), 'argument')}, {counted(len(self.args[1]), 'number')} in y"
        return f"<RunFunction of ({takes}): {sizes}>"

    def __iter__(self) -> Iterator[Any]:
        """Yield `func` and `args`."""
        return iter((self.func, self.args))


def jacobian(
    circuit: CircuitTemplate,
    by: Literal["states", "reads", "parameters"] = "states",
    paths: list[str] | None = None,
    vectorize: bool = True,
    **unknown: Any,
) -> Linearisation:
    """Return the linearisation of a circuit by its states, delayed reads or parameters; see `CircuitTemplate.jacobian`.

    Raises:
        UnknownNameError: there is no such argument.
        ArgumentError: `by` is none of the three.
    """
    from rates_core.simulation.derivatives import linearisation_of

    known = ("by", "paths", "vectorize")
    for name in unknown:
        raise UnknownNameError(
            f"jacobian() has no argument '{name}'.{did_you_mean(name, known)} It takes: {', '.join(known)}."
        )
    return linearisation_of(build_network(circuit, switch("vectorize", vectorize)), by, paths)


def get_run_func(
    circuit: CircuitTemplate,
    func_name: str,
    step_size: float,
    file_name: str | None = None,
    inputs: Mapping[str, Any] | None = None,
    backend: str | BackendSpec | None = None,
    solver: str = "euler",
    adaptive: bool | None = None,
    vectorize: bool = True,
    float_precision: str = "float64",
    decorator: Callable[..., Any] | None = None,
    decorator_kwargs: Mapping[str, Any] | None = None,
    auto: bool | Mapping[str, Any] = False,
    **options: Any,
) -> RunFunction:
    """Return the right-hand side as a function; see `CircuitTemplate.get_run_func`."""
    return _function(
        circuit, func_name, step_size, file_name, inputs, backend, solver, adaptive, vectorize, float_precision,
        decorator, decorator_kwargs, auto, options, None,
    )  # fmt: skip


def get_jacobian_func(
    circuit: CircuitTemplate,
    func_name: str,
    step_size: float,
    file_name: str | None = None,
    inputs: Mapping[str, Any] | None = None,
    backend: str | BackendSpec | None = None,
    solver: str = "euler",
    adaptive: bool | None = None,
    vectorize: bool = True,
    float_precision: str = "float64",
    decorator: Callable[..., Any] | None = None,
    decorator_kwargs: Mapping[str, Any] | None = None,
    auto: bool | Mapping[str, Any] = False,
    sparse: bool = False,
    **options: Any,
) -> RunFunction:
    """Return the Jacobian as a function; see `CircuitTemplate.get_jacobian_func`."""
    return _function(
        circuit, func_name, step_size, file_name, inputs, backend, solver, adaptive, vectorize, float_precision,
        decorator, decorator_kwargs, auto, options, "sparse" if switch("sparse", sparse) else "dense",
    )  # fmt: skip


def _function(
    circuit: CircuitTemplate,
    name: str,
    step_size: float,
    file_name: str | None,
    inputs: Mapping[str, Any] | None,
    backend: str | BackendSpec | None,
    solver: str,
    adaptive: bool | None,
    vectorize: bool,
    float_precision: str,
    decorator: Callable[..., Any] | None,
    decorator_kwargs: Mapping[str, Any] | None,
    auto: bool | Mapping[str, Any],
    options: Mapping[str, Any],
    form: Literal["dense", "sparse"] | None,
) -> RunFunction:
    if not isinstance(name, str) or not name.isidentifier() or iskeyword(name):
        raise ArgumentError(f"func_name must be a name that a function can have; it is {shown(name)}.")
    spec = chosen_backend(backend)
    solver_spec, _ = chosen_solver(solver, None)
    stages, options = chosen_stages(options)
    forms, options = chosen_forms(options)
    solver_options, _ = chosen_options(solver_spec, spec, options, FUNCTION if form is None else (*FUNCTION, "sparse"))
    step_size = positive("step_size", step_size)
    _check_decorator(decorator, decorator_kwargs)
    file = None if file_name is None else path_of("file_name", file_name)
    settings = settings_of(auto, file, form is not None)
    network = build_network(circuit, switch("vectorize", vectorize), forms)
    system = lower(build_system(network, columns_of(inputs)), stages)
    continuous = solver_spec.adaptive or solver_spec.kind == "driver"
    continuous = continuous if adaptive is None else switch("adaptive", adaptive)
    driver = driver_of(solver_spec, solver_spec.load()) if options else None
    if driver is not None:
        driver.check(unsolved(solver_options, None, system.width))
    _check_field(system)
    needed = requirements_of(system, "history" if continuous else "ring", float_precision)
    get_manager().require(spec, evolve(needed, jacobian=form is not None, files=True))
    maker: Backend = spec.load()()
    linearisation = None if form is None else linearise(system)
    functions = frozenset(signal.path for signal in system.inputs if callable((inputs or {})[signal.key]))
    request = FunctionRequest(
        system, name, linearisation, form == "sparse", step_size, continuous, functions, float_precision,
        samples=_samples(solver_spec),
    )  # fmt: skip
    source = maker.function(request)
    args = _arguments(system, request, source, inputs)
    texts: Mapping[str, str] = {}
    if settings is not None and file is not None:
        check_no_folder(file)
        stem = file.name.removesuffix(source.suffix)
        wanted = continuation_request(system, name, stem, args[1], arguments_of(system), step_size, settings)
        texts = continuation_files(maker, spec.name, wanted)
    func = _bound(maker.load(source, name), source, linearisation)
    func = func if decorator is None else _decorated(func, decorator, decorator_kwargs or {})
    places = None if form != "sparse" else _places(linearisation)
    files: tuple[Path, ...] = ()
    if file is not None:
        files = write_files(file.parent, texts) if texts else (write_source(file, source),)
    return RunFunction(
        func,
        args,
        source.names,
        {state.path: _index(state.offset, state.width, state.shape) for state in system.states},
        source.parameters,
        next(iter(texts.values()), source.text),
        files[0] if files else None,
        places,
        files,
    )


def _check_field(system: System) -> None:
    """Refuse a model whose right-hand side is none, or not all of it.

    Raises:
        UnsupportedFeatureError: it has noise or events.
    """
    if system.draws:
        raise UnsupportedFeatureError("A model with noise has no right-hand side that is a function of time and state.")
    if system.updates:
        raise UnsupportedFeatureError(
            "A model with events is more than a right-hand side: states change at the end of steps, too. Run it, or "
            "take compile(...).program.source, which has both."
        )


def _samples(solver: SolverSpec) -> int:
    """Return on how many stored samples a method of fixed steps interpolates: with fewer it loses its order."""
    if solver.kind != "tableau":
        return 2
    tableau: Tableau = solver.load()
    return tableau.order + 1


def _check_decorator(decorator: Any, arguments: Any) -> None:
    if decorator is not None and not callable(decorator):
        raise ArgumentError(f"decorator must be a function that takes a function; it is {shown(decorator)}.")
    named = isinstance(arguments, Mapping) and all(isinstance(name, str) for name in arguments)
    if arguments is not None and not named:
        raise ArgumentError(f"decorator_kwargs must be a dict of names to values; it is {shown(arguments)}.")
    if arguments and decorator is None:
        raise ArgumentError("decorator_kwargs was given, but no decorator that takes them. Give decorator= too.")


def _decorated(func: Callable[..., Any], decorator: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    try:
        return decorator(func, **arguments)
    except Exception as error:
        raise ArgumentError(f"decorator raises {type(error).__name__}: {error}") from error


def _bound(func: Callable[..., Any], source: FunctionSource, linearisation: Linearisation | None) -> Callable[..., Any]:
    """Return a function that has its index arrays, so that a Jacobian takes what the right-hand side takes."""
    if linearisation is None or not source.bound:
        return func
    known = linearisation.system.parameter_paths
    return partial(func, **{name: known[path].value for path, name in source.bound.items()})


def _index(offset: int, width: int, shape: tuple[int, ...]) -> int | tuple[int, int]:
    return (offset, offset + width) if shape or width > 1 else offset


def _places(linearisation: Linearisation | None) -> tuple[np.ndarray, np.ndarray]:
    assert linearisation is not None
    rows = [block.rows for block in linearisation.blocks] or [np.zeros(0, dtype=int)]
    columns = [block.columns for block in linearisation.blocks] or [np.zeros(0, dtype=int)]
    return np.concatenate(rows), np.concatenate(columns)


def _arguments(
    system: System, request: FunctionRequest, source: FunctionSource, inputs: Mapping[str, Any] | None
) -> tuple[Any, ...]:
    """Return t, y, parameters, inputs as samples or functions of time, and the past, at the start."""
    values = arguments_of(system)
    check_indices(system, values)
    if request.linearisation is not None:
        values |= {item.path: item.value for item in request.linearisation.system.parameters}
    grid = TimeGrid(request.step_size, 1, request.step_size, 1, 1, 0)
    signals = Inputs(system, inputs, grid, endless=True)
    y = initial_state(system)
    slots = slot_paths(system)
    past: list[Any] = []
    if slots:
        before = prehistory(system, None, 0.0, y, signals.at(0.0), values)  # what runs the text may not be there
        y = before.y
        row = np.concatenate([np.atleast_1d(before.value(slot, 0.0)) for slot in slots])
        if source.past:
            past = [_Constant(row)] if request.continuous else [_buffer(row, system, values, request)]
    used = [signals.argument(signal) for signal in signals.signals if signal.path in source.signals]
    given = (values[path] for path in source.parameters)
    if source.columns_first:
        given = (np.asfortranarray(value) if np.ndim(value) > 1 else value for value in given)
    return (0.0, y, *given, *used, *past)


def _buffer(row: np.ndarray, system: System, values: Mapping[str, Any], request: FunctionRequest) -> np.ndarray:
    """Return rows as far back as the longest delay, and those around its end that it is interpolated on."""
    longest = max(float(np.max(delay)) for delay in delay_values(system, values))
    return np.tile(row, (int(np.ceil(longest / request.step_size)) + request.samples, 1))


@frozen(eq=False)
class _Constant:
    """The past as a function of time that never changes."""

    row: np.ndarray

    def __call__(self, t: float) -> np.ndarray:
        return self.row
