"""Show a System as text that one can read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Expression, Symbol, substitute, symbols
from rates_core.network.network import Network, Population
from rates_core.system.system import Assign, EventRule, InputSignal, Parameter, Project, Read, State, Statement, System

SHOWN = 6  # entries of an array, units of a population


def describe(system: System) -> str:
    """Return the populations, values, inputs, delays, schedule and derivatives of a System, one thing per line.

    Paths stand in brackets inside expressions, which are written in the language of equations. Index arrays, which
    belong to the structure, are not shown.
    """
    parts: Mapping[str, Iterable[str]] = {
        "populations": () if system.network is None else _populations(system.network),
        "states": map(_state, system.states),
        "parameters": (_parameter(item) for item in system.parameters if not item.structural),
        "inputs": map(_input, system.inputs),
        "random numbers": (f"{item.path}{_shape(item.shape)}: {item.kind}" for item in system.draws),
        "delays": map(_read, system.reads),
        "schedule": (_statement(item, system) for item in system.statements),
        "derivatives": (f"[{item.state}]' = {expression_text(item.expression)}" for item in system.derivatives),
        "events": (line for item in system.events for line in _event(item)),
    }
    lines = [f"System {system.name}"]
    for title, items in parts.items():
        found = [f"  {item}" for item in items]
        lines += ["", title, *found] if found else []
    return "\n".join(lines)


def expression_text(expression: Expression) -> str:
    """Return the text of an expression in which paths stand in brackets."""
    return to_text(substitute(expression, {name: Symbol(f"[{name}]") for name in symbols(expression)}))


def _populations(network: Network) -> Iterator[str]:
    for population in network.populations:
        yield f"{population.label}: {_units(population)} with {', '.join(_operators(population))}"


def _units(population: Population) -> str:
    kind = "edge" if population.edges else "unit"
    return f"single {kind}" if population.size is None else f"{population.size} {kind}s"


def _operators(population: Population) -> list[str]:
    return [operator.name for operator in population.structure.operators]


def _state(state: State) -> str:
    past = isinstance(state.initial, str)
    kind = ", complex" if state.complex else ""
    value = f"the past of {state.initial}" if past else _value(state.initial)
    return f"{state.path}{_shape(state.shape)} = {value} at y[{state.offset}:{state.offset + state.width}]{kind}"


def _parameter(parameter: Parameter) -> str:
    return f"{parameter.path}{_shape(parameter.shape)} = {_value(parameter.value)}"


def _input(signal: InputSignal) -> str:
    if signal.columns is None:
        columns = "its column"
    elif signal.shape:
        columns = f"columns {_value(signal.columns)}"
    else:
        columns = f"column {signal.columns}"
    return f"{signal.path}{_shape(signal.shape)}: {columns} of '{signal.key}'"


def _read(read: Read) -> str:
    spread = "" if read.spread is None else f", spread {expression_text(read.spread)}"
    picked = "" if read.index is None else f" at [{read.index}]"
    return f"{read.path}{_shape(read.shape)} = [{read.slot}]{picked} at t - {_tight(read.delay)}{spread}"


def _tight(expression: Expression) -> str:
    text = expression_text(expression)
    return text if isinstance(expression, Symbol) or " " not in text else f"({text})"


def _statement(statement: Statement, system: System) -> str:
    text = expression_text(statement.expression) if isinstance(statement, Assign) else _projection(statement, system)
    return f"[{statement.target}]{_shape(system.shapes[statement.target])} = {text}"


def _projection(statement: Project, system: System) -> str:
    weights, source = f"[{statement.weights}]", f"[{statement.source}]"
    match statement.form:
        case "uniform":
            return f"{weights}*vsum({source})"
        case "indexed":
            return (
                f"{weights}*{source}" if statement.index is None else f"{weights}*index({source}, [{statement.index}])"
            )
        case "sparse":
            return f"matvec({weights}, {source}), {system.shapes[statement.weights][0]} connections"
        case "dense":
            return f"matvec({weights}, {source})"


def _event(event: EventRule) -> Iterator[str]:
    yield f"{event.label}: when {expression_text(event.when)}"
    for path, expression in event.assignments.items():
        yield f"  [{path}] = {expression_text(expression)}"
    if event.emit is not None:
        yield f"  a pulse in [{event.emit}]"


def _shape(shape: tuple[int, ...]) -> str:
    return "".join(f"[{size}]" for size in shape)


def _value(value: Any) -> str:
    import numpy as np

    if not np.ndim(value):
        return repr(value).strip("()")
    entries = np.ravel(value)
    shown = ", ".join(repr(entry).strip("()") for entry in entries[:SHOWN].tolist())
    return f"{shown}, …" if entries.size > SHOWN else shown
