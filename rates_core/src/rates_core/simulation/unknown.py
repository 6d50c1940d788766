"""What to say of an argument, an option or a solver that does not exist: where it belongs, or what it looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from inspect import signature
from typing import Any

from rates_core.errors import UnknownNameError, did_you_mean
from rates_core.plugins import get_manager
from rates_core.plugins.specs import BackendSpec, Option, SolverSpec

# arguments of calls, which are no options of a solver or backend
RUN = (
    "simulation_time", "step_size", "inputs", "outputs", "sampling_step_size", "cutoff", "solver", "backend",
    "vectorize", "verbose", "float_precision", "method", "history", "state", "seed", "delay_approximation",
    "stop_on_nonfinite", "projections",
)  # fmt: skip
FUNCTION = (
    "func_name", "step_size", "file_name", "inputs", "backend", "solver", "adaptive", "vectorize", "float_precision",
    "decorator", "decorator_kwargs", "auto", "delay_approximation", "projections",
)  # fmt: skip
OF_COMPILED = ("parameters", "initial", "history", "state", "seed", "verbose", "stop_on_nonfinite")


def unknown_option(name: str, solver: SolverSpec, backend: BackendSpec, arguments: Sequence[str]) -> str:
    """Return the text for an argument that neither the call nor its solver or backend has.

    Args:
        name: what was given.
        solver, backend: whose options there are.
        arguments: those of the call.
    """
    known = [*_names(solver.options), *_names(backend.options), *arguments]
    said = f"There is no argument or option '{name}'."
    if name in (*RUN, *OF_COMPILED):
        return f"{said}{_elsewhere(name, arguments)} {_listed(solver, backend)}"
    takers = _takers(name)
    if takers:
        return f"{said} {takers} {_listed(solver, backend)}"
    return f"{said}{did_you_mean(name, known) or _all(arguments)} {_listed(solver, backend)}"


def method_of(name: str) -> str | None:
    """Return what to write for a solver's name that is a method of a solver, or None."""
    for solver in get_manager().solvers().values():
        for method in solver.methods:
            if method.casefold() == name.casefold():
                return f"'{name}' is a method of solver '{solver.name}': solver=\"{solver.name}\", method=\"{method}\"."
    return None


def solver_meant(method: object) -> str:
    """Return which solver a method was meant for, with what stands before it in a message: a space."""
    solvers = get_manager().solvers()
    meant = method_of(method) if isinstance(method, str) else None
    if meant is not None:
        return f" {meant}"
    if isinstance(method, str) and method in solvers:
        return f' It is a solver: solver="{method}".'
    offered = [f"{name} ({', '.join(solver.methods)})" for name, solver in solvers.items() if solver.methods]
    return f" Solvers that take one: {', '.join(offered)}." if offered else ""


def refuse_unknown(method: Callable[..., Any], unknown: Mapping[str, Any]) -> None:
    """Raise for the first argument that a method of a compiled model does not take.

    Raises:
        UnknownNameError: there is one.
    """
    for name in unknown:
        raise UnknownNameError(
            f"A compiled model's {method.__name__}() has no argument '{name}'.{_meant_of_compiled(method, name)}"
        )


def _meant_of_compiled(method: Callable[..., Any], name: str) -> str:
    """Return what may have been meant by it."""
    own = [argument for argument in signature(method).parameters if argument not in ("self", "unknown")]
    given_before = [argument for argument in RUN if argument not in own]
    if name in given_before:
        return " Give it to compile()."
    return f"{did_you_mean(name, own)} It takes: {', '.join(own)}."


def _elsewhere(name: str, arguments: Sequence[str]) -> str:
    """Return where an argument belongs that another call has."""
    if name in OF_COMPILED and arguments is RUN:
        return f" A compiled model takes it when it runs: compile(...).run({name}=...)."
    return f" It is one of run(). Here the arguments are: {', '.join(arguments)}."


def _all(arguments: Sequence[str]) -> str:
    return f" The arguments are: {', '.join(arguments)}."


def _takers(name: str) -> str:
    """Return which solvers and backends have an option of that name."""
    manager = get_manager()
    kinds: tuple[tuple[str, Mapping[str, SolverSpec] | Mapping[str, BackendSpec]], ...] = (
        ("Solvers", manager.solvers()),
        ("Backends", manager.backends()),
    )
    found = [(plural, [own for own, spec in specs.items() if name in _names(spec.options)]) for plural, specs in kinds]
    return " ".join(f"{plural} that take it: {', '.join(names)}." for plural, names in found if names)


def _listed(solver: SolverSpec, backend: BackendSpec) -> str:
    kinds = (("solver", solver), ("backend", backend))
    return " ".join(
        f"Options of {kind} '{spec.name}': {', '.join(_names(spec.options)) or 'none'}." for kind, spec in kinds
    )


def _names(options: Iterable[Option]) -> list[str]:
    return [option.name for option in options]
