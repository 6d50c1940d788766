"""Which backend and solver run a model, and with which options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any

from rates_core.errors import ArgumentError, PluginError, UnknownNameError, UnsupportedFeatureError, did_you_mean, shown
from rates_core.network.forms import Forms, forms_of
from rates_core.plugins import get_manager
from rates_core.plugins.specs import BackendSpec, SolverSpec
from rates_core.simulation.unknown import RUN, method_of, solver_meant, unknown_option
from rates_core.solvers.driver import Driver

DEFAULT_BACKEND = "numpy"
STAGES = ("delay_approximation", "dde_approx")
IGNORED = ("clear", "in_place")  # accepted for programs of older tools; there is nothing left for them to do


def chosen_backend(name: str | BackendSpec | None) -> BackendSpec:
    """Return the backend of that name; without a name NumPy's if installed, else the only one that is.

    A descriptor stands for itself, so that a backend can be tried before it is installed.

    Raises:
        UnknownNameError: no such backend.
        PluginError: no name was given, NumPy's is not installed and there is not exactly one other.
    """
    if isinstance(name, BackendSpec):
        return name
    manager = get_manager()
    if name is not None and _name("backend", name) != "default":
        return manager.backend(name)
    installed = manager.backends()
    if DEFAULT_BACKEND in installed:
        return manager.backend(DEFAULT_BACKEND)
    if len(installed) == 1:
        return manager.backend(next(iter(installed)))
    listed = ", ".join(installed) or "none"
    raise PluginError(
        f"No backend was chosen. Installed: {listed}. Choose one with backend=, or pip install rates-numpy."
    )


def chosen_solver(name: str | SolverSpec, method: str | None) -> tuple[SolverSpec, str | None]:
    """Return the solver of that name with its method checked; a descriptor stands for itself.

    Raises:
        UnknownNameError: no such solver or method.
        ArgumentError: the solver takes no method.
    """
    spec = name if isinstance(name, SolverSpec) else _solver(_name("solver", name))
    if method is not None and not spec.methods:
        raise ArgumentError(
            f"Solver '{spec.name}' takes no method; method={shown(method)} was given.{solver_meant(method)}"
        )
    if method is not None and _name("method", method) not in spec.methods:
        raise UnknownNameError(
            f"Solver '{spec.name}' has no method '{method}'.{did_you_mean(method, spec.methods)} "
            f"The methods: {', '.join(spec.methods)}."
        )
    return spec, method


def _solver(name: str) -> SolverSpec:
    manager = get_manager()
    meant = None if name in manager.solvers() else method_of(name)
    if meant is not None:
        raise UnknownNameError(f"There is no solver '{name}'. {meant}")
    return manager.solver(name)


def _name(argument: str, given: Any) -> str:
    if not isinstance(given, str):
        raise ArgumentError(f"{argument} must be a name; it is {shown(given)}.")
    return given


def driver_of(spec: SolverSpec, target: Any) -> Driver | None:
    """Return what runs the loop, if it is not generated code."""
    if spec.kind == "driver":
        driver: Driver = target()
        return driver
    if spec.adaptive:
        from rates_core.solvers.embedded import EmbeddedPair

        return EmbeddedPair(target)
    return None


def chosen_options(
    solver: SolverSpec, backend: BackendSpec, options: Mapping[str, Any], arguments: Sequence[str] = RUN
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the options of solver and backend, defaults filled in.

    Args:
        solver, backend: whose options they are.
        options: what was given.
        arguments: those of the call, for messages.

    Raises:
        UnknownNameError: an option belongs to neither; the closest valid one is named.
    """
    solver_options = {option.name: option.default for option in solver.options}
    backend_options = {option.name: option.default for option in backend.options}
    for name, value in options.items():
        if name in IGNORED:
            continue
        if name not in solver_options and name not in backend_options:
            raise UnknownNameError(unknown_option(name, solver, backend, arguments))
        for known in (solver_options, backend_options):
            if name in known:
                known[name] = value
    return solver_options, backend_options


def chosen_stages(options: Mapping[str, Any]) -> tuple[int | None, dict[str, Any]]:
    """Return the number of stages in place of discrete delays, None for none, and the other options.

    `dde_approx` is the name that programs of older tools use; 0 is none.

    Raises:
        ArgumentError: it is no number of stages, or was given by both names.
    """
    if all(options.get(name) is not None for name in STAGES):
        raise ArgumentError("dde_approx is another name of delay_approximation. Give one of them.")
    others = {name: value for name, value in options.items() if name not in STAGES}
    for name in STAGES:
        value = options.get(name)
        if value is None or (isinstance(value, Integral) and value == 0):
            continue
        if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
            raise ArgumentError(f"{name} is the number of stages of a chain, at least 1; it is {shown(value)}.")
        return int(value), others
    return None, others


def chosen_forms(options: Mapping[str, Any]) -> tuple[Forms, dict[str, Any]]:
    """Return the forms of weights that were asked for, and the other options.

    Raises:
        ArgumentError: they are no forms.
        UnknownNameError: there is no such form.
    """
    return forms_of(options.get("projections")), {key: value for key, value in options.items() if key != "projections"}


def check_fit(solver: SolverSpec, backend: BackendSpec) -> None:
    """Raise unless a solver works with a backend whose library is there.

    A program in another language is text that can be had without its compiler; that says what is missing when it runs.

    Raises:
        UnsupportedFeatureError: the solver names other backends.
        PluginError: the backend's library is missing; the text holds the remedy.
    """
    if solver.backends is not None and backend.name not in solver.backends:
        raise UnsupportedFeatureError(
            f"The solver '{solver.name}' does not work with the backend '{backend.name}'. "
            f"Give backend={' or '.join(repr(name) for name in solver.backends)}."
        )
    missing = backend.missing_tool() if backend.language == "Python" else None
    if missing is not None:
        raise PluginError(f"The backend '{backend.name}' cannot run: {missing}")
