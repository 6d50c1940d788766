"""Evaluate Systems without a backend: statement by statement, with NumPy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.tree import Apply, Expression, Symbol
from rates_core.network.build import build_network
from rates_core.system.build import build_system
from rates_core.system.signals import FedInput
from rates_core.system.system import Assign, Project, System

from rates_core import CircuitTemplate

Values = dict[str, Any]


def value_of(expression: Expression, values: Mapping[str, Any]) -> Any:
    """Return the value of an expression; functions that only Systems have are evaluated here."""
    if isinstance(expression, Symbol):
        return values[expression.name]
    if not isinstance(expression, Apply):
        return evaluate(expression, {})
    parts = [value_of(argument, values) for argument in expression.arguments]
    match expression.function:
        case "concatenate":
            return np.concatenate([np.atleast_1d(part) for part in parts])
        case "ravel":
            return np.ravel(parts[0])
        case "index_range":
            return parts[0][int(parts[1]) : int(parts[2])]
        case "index_axis":
            return np.take(parts[0], np.asarray(parts[1]).astype(int), axis=int(parts[2]) if len(parts) > 2 else 0)
    names = [f"a{number}" for number in range(len(parts))]
    call = Apply(expression.function, [Symbol(name) for name in names])
    return evaluate(call, dict(zip(names, parts, strict=True)))


def projected(statement: Project, values: Mapping[str, Any]) -> Any:
    """Return the value of a projection."""
    source, weights = values[statement.source], values[statement.weights]
    picked = source if statement.index is None else source[values[statement.index]]
    match statement.form:
        case "dense":
            return weights @ source
        case "uniform":
            return weights * np.sum(source)
        case "indexed":
            return weights * picked
        case "sparse":
            total = np.zeros(statement.shape, dtype=np.result_type(weights, picked))
            np.add.at(total, values[str(statement.rows)], weights * picked)
            return total


class Evaluation:
    """A System at one instant: what its variables are, and the derivatives of its states.

    Attributes:
        values: of all symbols.
        derivatives: of all states, by path.
    """

    def __init__(self, system: System, t: float = 0.0, given: Mapping[str, Any] | None = None) -> None:
        self.system = system
        self.values: Values = {"t": t, **{item.path: item.value for item in system.parameters}}
        self.values |= {state.path: state.initial for state in system.states}
        self.values |= given or {}
        waiting = list(system.statements)
        for statement in waiting:
            if isinstance(statement, Assign):
                self.values[statement.target] = value_of(statement.expression, self.values)
            else:
                self.values[statement.target] = projected(statement, self.values)
        self.derivatives = {
            item.state: np.broadcast_to(value_of(item.expression, self.values), system.shapes[item.state])
            for item in system.derivatives
        }

    def delay(self, path: str) -> Any:
        """Return the delay of a read."""
        (read,) = (read for read in self.system.reads if read.path == path)
        return value_of(read.delay, self.values)


class Units:
    """Derivatives of single units, by their paths."""

    def __init__(self, system: System, values: Mapping[str, Any]) -> None:
        self.found: dict[str, Any] = {}
        assert system.network is not None
        for number, population in enumerate(system.network.populations):
            for operator in population.structure.operators:
                for equation in operator.parsed:
                    if equation.kind == "differential":
                        value = values[system.addresses[number, operator.name, equation.target]]
                        for index, unit in enumerate(population.units):
                            path = f"{unit}/{operator.name}/{equation.target}"
                            self.found[path] = value if population.size is None else value[index]


def with_present_reads(system: System, t: float, given: Mapping[str, Any]) -> Evaluation:
    """Return the System at an instant before which nothing has changed: each delayed value is the present one."""
    given = dict(given)
    for read in system.reads:
        zero = 0j if read.complex else 0.0
        given[read.path] = np.full(read.shape, zero) if read.shape else zero
    while True:  # a delayed value of an algebraic variable may need another delayed value first
        evaluation, changed = Evaluation(system, t, given), False
        for read in system.reads:
            value = np.asarray(evaluation.values[read.slot])
            if read.index is not None and value.shape:
                value = value[evaluation.values[read.index]]
            present = np.array(np.broadcast_to(value, read.shape))[()]
            changed |= not np.array_equal(present, given[read.path])
            given[read.path] = present
        if not changed:
            return evaluation


Build = Callable[..., System]


@pytest.fixture(scope="session")
def build() -> Build:
    """Return a function that builds the System of a circuit; keyword `inputs` says which inputs are fed."""

    def built(circuit: CircuitTemplate, vectorize: bool = True, inputs: Mapping[str, int] | None = None) -> System:
        fed = [FedInput(path, columns) for path, columns in (inputs or {}).items()]
        return build_system(build_network(circuit, vectorize), fed)

    return built


@pytest.fixture(scope="session")
def derivatives() -> Callable[..., dict[str, Any]]:
    """Return a function that gives the derivatives of all units of a circuit, by path, where nothing has changed yet.

    Its `state` holds values of states by unit; others have their initial values.
    """

    def evaluated(
        circuit: CircuitTemplate, t: float = 0.0, state: Mapping[str, Any] | None = None, vectorize: bool = True
    ) -> dict[str, Any]:
        system = build_system(build_network(circuit, vectorize))
        given = placed(system, state or {})
        return Units(system, with_present_reads(system, t, given).derivatives).found

    return evaluated


def placed(system: System, state: Mapping[str, Any]) -> Values:
    """Return values of populations' states, of which some units have the values that `state` gives by path."""
    assert system.network is not None
    given: Values = {}
    for number, population in enumerate(system.network.populations):
        for operator in population.structure.operators:
            for equation in operator.parsed:
                if equation.kind != "differential":
                    continue
                own = system.state_paths[system.addresses[number, operator.name, equation.target]]
                value = np.array(own.initial, dtype=complex if own.complex else float)
                for index, unit in enumerate(population.units):
                    path = f"{unit}/{operator.name}/{equation.target}"
                    if path in state:
                        value[... if population.size is None else index] = state[path]
                given[own.path] = value[()]
    return given


@pytest.fixture(scope="session")
def evaluate_system() -> Callable[..., Evaluation]:
    """Return a function of a System, time and values of symbols."""
    return Evaluation


@pytest.fixture(scope="session")
def value_in() -> Callable[..., Any]:
    """Return a function that gives the value of an expression, given those of all symbols."""
    return value_of
