"""A misspelt argument of anything public is an error of ours that names the call and the closest argument."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rates_core.keywords import checked_call, checked_class

import rates_core
from rates_core import (
    ArgumentError,
    CircuitTemplate,
    Connectivity,
    NodeTemplate,
    OperatorTemplate,
    SimulationError,
    UnknownNameError,
    grid_search,
    integrate,
)

VDP = "model_templates.oscillators.vanderpol.vdp"
#: pluggy's marker, a call that does nothing whatever it is given, and errors that take what every exception takes.
OTHERS = {"__version__", "hookimpl", "clear_frontend_caches"}
PLAIN = {
    name
    for name, value in vars(rates_core.errors).items()
    if isinstance(value, type) and issubclass(value, Exception | Warning) and not issubclass(value, SimulationError)
}
#: They take any name, and refuse those that neither they nor solver and backend have when they know these.
OPEN = {"CircuitTemplate.compile", "CircuitTemplate.jacobian"}
RUN = (
    "simulation_time, step_size, inputs, outputs, sampling_step_size, cutoff, solver, backend, vectorize, verbose, "
    "clear, in_place, float_precision, method, history, state, seed"
)


def public_calls() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield functions, classes and methods that `rates_core` offers, by the name that users know."""
    for name in sorted(set(rates_core.__all__) - OTHERS - PLAIN):
        value = getattr(rates_core, name)
        yield name, value
        for method in dir(value) if isinstance(value, type) else ():
            if not method.startswith("_") and callable(getattr(value, method)) and method not in dir(Exception):
                yield f"{name}.{method}", getattr(blank(value), method)


def blank(owner: type) -> Any:
    """Return an object that was not made by its constructor: no method gets as far as to look at it."""
    return owner.__new__(owner)


CALLS = dict(public_calls())


def parameters(call: Callable[..., Any], kinds: tuple[Any, ...]) -> list[inspect.Parameter]:
    return [item for item in inspect.signature(call).parameters.values() if item.kind in kinds]


def named(call: Callable[..., Any]) -> list[inspect.Parameter]:
    return parameters(call, (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY))


def takes(call: Callable[..., Any]) -> str:
    names = [item.name for item in named(call)]
    return f"It takes: {', '.join(names)}." if names else "It takes none."


def is_open(call: Callable[..., Any]) -> bool:
    return bool(parameters(call, (inspect.Parameter.VAR_KEYWORD,)))


def needed(call: Callable[..., Any]) -> list[str]:
    return [item.name for item in named(call) if item.default is item.empty]


def test_every_kind_of_public_call_is_among_those_that_are_tried() -> None:
    assert {
        "integrate",
        "grid_search",
        "clear",
        "CircuitTemplate",
        "CircuitTemplate.run",
        "Connectivity",
    } <= CALLS.keys()
    assert {
        "NodeTemplate.update_template",
        "EdgeTemplate.from_yaml",
        "SolverSpec.missing",
        "SimulationError",
    } <= CALLS.keys()
    assert {name for name, call in CALLS.items() if is_open(call) and not needed(call)} == OPEN


@pytest.mark.parametrize("name", sorted(CALLS.keys() - OPEN))
def test_a_misspelt_argument_is_an_error_that_names_call_and_closest_argument(name: str) -> None:
    call = CALLS[name]
    wrong_ones = needed(call) if is_open(call) else [item.name for item in named(call)]
    for right in wrong_ones:
        with pytest.raises(UnknownNameError) as caught:
            call(**{right[0] + right: None})
        assert str(caught.value) == (
            f"{name}() has no argument '{right[0] + right}'. Did you mean '{right}'? {takes(call)}"
        )


@pytest.mark.parametrize("name", sorted(name for name in CALLS if needed(CALLS[name])))
def test_a_missing_argument_is_an_error_that_names_it(name: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        CALLS[name]()
    assert str(caught.value) == f"{name}() needs {' and '.join(needed(CALLS[name]))}. {takes(CALLS[name])}"


@pytest.mark.parametrize("name", sorted(name for name in CALLS if not named(CALLS[name]) and not is_open(CALLS[name])))
def test_a_call_without_arguments_takes_none(name: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        CALLS[name](path="x")
    assert str(caught.value) == f"{name}() has no argument 'path'. It takes none."


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: integrate(VDP, simulation_time=1.0, stepsize=0.01),
            f"integrate() has no argument 'stepsize'. Did you mean 'step_size'? It takes: {RUN}.",
        ),
        (
            lambda: CircuitTemplate("m").run(simulation_tim=1.0, step_size=0.1),
            f"CircuitTemplate.run() has no argument 'simulation_tim'. Did you mean 'simulation_time'? It takes: {RUN}.",
        ),
        (
            lambda: CircuitTemplate("m").run(T=1.0, step_size=0.1),
            f"CircuitTemplate.run() needs simulation_time. It takes: {RUN}.",
        ),
        (lambda: integrate(VDP, T=1.0, dt=0.1), f"integrate() needs simulation_time and step_size. It takes: {RUN}."),
        (
            lambda: grid_search(VDP, {}, parammap={}, step_size=0.1, simulation_time=1.0, outputs={}),
            "grid_search() has no argument 'parammap'. Did you mean 'param_map'? It takes: circuit_template, "
            "param_grid, param_map, step_size, simulation_time, outputs, inputs, sampling_step_size, permute_grid.",
        ),
        (
            lambda: CircuitTemplate("m").update_var(nodevars={}),
            "CircuitTemplate.update_var() has no argument 'nodevars'. Did you mean 'node_vars'? "
            "It takes: node_vars, edge_vars.",
        ),
        (
            lambda: Connectivity("a/b/c", "a/b/d", 1.0, delay=0.1),
            "Connectivity() has no argument 'delay'. Did you mean 'delays'? "
            "It takes: source, target, weights, edge, edge_var_map, delays, spread, location.",
        ),
        (
            lambda: NodeTemplate("n", []).update_template(nam="x"),
            "NodeTemplate.update_template() has no argument 'nam'. Did you mean 'name'? "
            "It takes: name, operators, description, label, location.",
        ),
        (
            lambda: CircuitTemplate("m").get_nodes(nodeid=1),
            "CircuitTemplate.get_nodes() has no argument 'nodeid'. Did you mean 'node_identifier'? "
            "It takes: node_identifier, var_identifier.",
        ),
    ],
)  # fmt: skip
def test_what_users_misspell_is_named_with_what_they_meant(call: Callable[[], Any], message: str) -> None:
    with pytest.raises((UnknownNameError, ArgumentError)) as caught:
        call()
    assert str(caught.value) == message


def test_a_checked_function_shows_the_signature_and_the_name_that_it_had() -> None:
    def plain(first: int, *, second: int = 2) -> int:
        return first + second

    checked = checked_call(plain)
    assert inspect.signature(checked) == inspect.signature(plain)
    assert (checked.__name__, checked.__doc__, checked(1, second=3)) == ("plain", None, 4)
    assert str(inspect.signature(OperatorTemplate)).startswith("(name: 'str', equations: 'Any'")


def test_an_argument_that_is_taken_by_name_only_can_be_missing() -> None:
    @checked_class
    class Thing:
        def __init__(self, first: int = 1, *, second: int) -> None:
            self.sum = first + second

        @classmethod
        def of(cls, first: int) -> Any:
            return cls(first, second=first)

    assert Thing(second=1).sum == Thing.of(1).sum == 2
    with pytest.raises(ArgumentError) as caught:
        Thing(1)  # type: ignore[call-arg]
    assert str(caught.value) == "Thing() needs second. It takes: first, second."
    with pytest.raises(UnknownNameError) as unknown:
        Thing.of(frist=1)  # type: ignore[call-arg]
    assert str(unknown.value) == "Thing.of() has no argument 'frist'. Did you mean 'first'? It takes: first."
