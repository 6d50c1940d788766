"""Right-hand sides and Jacobians as plain functions, for use with other tools."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from attrs import frozen

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown
from rates_core.files import path_of
from rates_core.network.build import build_network
from rates_core.plugins.specs import BackendSpec
from rates_core.programs.program import Backend, FunctionRequest, FunctionSource
from rates_core.simulation.arguments import arguments_of
from rates_core.simulation.asked_function import AskedFunction, Form
from rates_core.simulation.continuation import continuation_files, continuation_request, settings_of
from rates_core.simulation.function_arguments import function_arguments
from rates_core.simulation.written import check_no_folder, write_files, write_source
from rates_core.switches import switch
from rates_core.system.linearisation import Linearisation
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
    asked = AskedFunction.of(
        func_name, None, step_size, inputs, backend, solver, adaptive, vectorize, float_precision, options
    )
    return _function(circuit, asked, _Use.of(file_name, auto, False, decorator, decorator_kwargs))


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
    form: Form = "sparse" if switch("sparse", sparse) else "dense"
    asked = AskedFunction.of(
        func_name, form, step_size, inputs, backend, solver, adaptive, vectorize, float_precision, options
    )
    return _function(circuit, asked, _Use.of(file_name, auto, True, decorator, decorator_kwargs))


@frozen(eq=False)
class _Use:
    """What becomes of a function.

    Attributes:
        file: where its source is written, or None.
        settings: of files for a continuation program, None where none are wanted.
        decorator: what is applied to it, or None.
        decorator_kwargs: keyword arguments of that.
    """

    file: Path | None
    settings: Mapping[str, Any] | None
    decorator: Callable[..., Any] | None
    decorator_kwargs: Mapping[str, Any]

    @classmethod
    def of(
        cls,
        file_name: str | None,
        auto: bool | Mapping[str, Any],
        of_jacobian: bool,
        decorator: Callable[..., Any] | None,
        decorator_kwargs: Mapping[str, Any] | None,
    ) -> _Use:
        """Return what arguments of `get_run_func` say of it.

        Raises:
            ArgumentError, UnknownNameError: an argument has a value that it cannot have.
        """
        _check_decorator(decorator, decorator_kwargs)
        file = None if file_name is None else path_of("file_name", file_name)
        return cls(file, settings_of(auto, file, of_jacobian), decorator, decorator_kwargs or {})

    def texts(
        self, maker: Backend, backend: str, request: FunctionRequest, suffix: str, y: np.ndarray
    ) -> Mapping[str, str]:
        """Return the texts of files for a continuation program by their names; none where none are wanted."""
        if self.settings is None or self.file is None:
            return {}
        check_no_folder(self.file)
        stem, system = self.file.name.removesuffix(suffix), request.system
        wanted = continuation_request(
            system, request.name, stem, y, arguments_of(system), request.step_size, self.settings
        )
        return continuation_files(maker, backend, wanted)

    def written(self, texts: Mapping[str, str], source: FunctionSource) -> tuple[Path, ...]:
        """Write the files, and return them."""
        if self.file is None:
            return ()
        return write_files(self.file.parent, texts) if texts else (write_source(self.file, source),)


def _function(circuit: CircuitTemplate, asked: AskedFunction, use: _Use) -> RunFunction:
    """Generate and load a function, and write its files."""
    system = asked.system(circuit)
    request = asked.request(system)
    maker: Backend = asked.backend.load()()
    source = maker.function(request)
    args = function_arguments(request, source, asked.inputs)
    texts = use.texts(maker, asked.backend.name, request, source.suffix, args[1])
    func = _bound(maker.load(source, asked.name), source, request.linearisation)
    func = func if use.decorator is None else _decorated(func, use.decorator, use.decorator_kwargs)
    files = use.written(texts, source)
    return RunFunction(
        func,
        args,
        source.names,
        {state.path: _index(state.offset, state.width, state.shape) for state in system.states},
        source.parameters,
        next(iter(texts.values()), source.text),
        files[0] if files else None,
        _places(request.linearisation) if request.sparse else None,
        files,
    )


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
