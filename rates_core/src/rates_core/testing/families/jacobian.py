"""Jacobians: the derivatives of right-hand sides by states, delayed reads and parameters, against the oracle's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, Literal

import numpy as np
from attrs import evolve

from rates_core.delays.lowered import lowered_system
from rates_core.expressions.functions import FUNCTIONS
from rates_core.plugins import get_manager
from rates_core.plugins.capabilities import Requirements
from rates_core.reference import Interpreter
from rates_core.simulation.arguments import arguments_of, initial_state
from rates_core.simulation.functions import get_jacobian_func
from rates_core.simulation.requirements import requirements_of
from rates_core.system.linearisation import Linearisation, linearise
from rates_core.system.system import System
from rates_core.templates.circuit import CircuitTemplate
from rates_core.testing.case import Case
from rates_core.testing.compare import expect_close
from rates_core.testing.families import projections
from rates_core.testing.formulas import ARGUMENTS, FORMULAS, Formula
from rates_core.testing.layout import Layout
from rates_core.testing.parts import circuit, node, single
from rates_core.testing.scenario import Scenario
from rates_core.testing.slopes import ANALYTIC, slope
from rates_core.testing.subject import Subject

By = Literal["states", "reads", "parameters"]

POINTS = ((0.37, 1.21, -0.53), (-0.61, 0.83, 0.29), (1.7, -2.3, 0.9), (0.15, 0.4, -1.1))  # no function jumps or bends
NEEDS = Requirements(jacobian=True)


def cases() -> Iterator[Case]:
    """Yield the derivative of each function, and matrices of whole models."""
    yield from formula_cases("jacobian", "the derivatives of '{}' are right", _check_formula, NEEDS)
    yield from model_cases("jacobian", "the matrix is right where {}", _check_states, NEEDS)
    yield Case("jacobian", "the matrix depends on the parameters that are bound", _check_bound, needs=NEEDS)
    yield Case("jacobian", "derivatives by parameters are right", _check_parameters, needs=NEEDS)
    sentence = "derivatives by delayed values are right"
    yield Case("jacobian", sentence, _check_reads, needs=evolve(NEEDS, delays={"ring"}))
    for form in ("dense", "sparse"):
        sentence = f"the {form} function for other tools has the same entries"
        yield Case("jacobian", sentence, partial(_check_function, form), needs=evolve(NEEDS, files=True))


def formula_cases(
    family: str, sentence: str, check: Callable[[Formula, Subject], None], claim: Requirements
) -> Iterator[Case]:
    """Yield a case for each formula that has derivatives; its text stands in the sentence."""
    for formula in derivable():
        needs = evolve(claim, functions=formula.functions)
        yield Case(family, sentence.format(formula.text), partial(check, formula), needs=needs)


def model_cases(
    family: str, sentence: str, check: Callable[[Scenario, Subject], None], claim: Requirements
) -> Iterator[Case]:
    """Yield a case for each model whose matrix is known; its key stands in the sentence."""
    for scenario in scenarios():
        needs = evolve(scenario.needs, jacobian=claim.jacobian, field=claim.field)
        yield Case(family, sentence.format(scenario.key), partial(check, scenario), needs=needs)


@cache
def derivable() -> tuple[Formula, ...]:
    """Return the formulas whose functions all have derivatives."""
    return tuple(
        formula
        for formula in FORMULAS
        if all(FUNCTIONS[name].derivatives is not None for name in formula.functions) and formula.text != "0^a"
    )


def _matrix(subject: Subject, system: System, by: By = "states", **parameters: float) -> Callable[..., np.ndarray]:
    """Return a derivative matrix as a function of t, y and reads."""
    linearisation = linearise(system, by)
    paths = {f"p/op/{name}": value for name, value in parameters.items()}
    matrix = subject.watched.jacobian(linearisation).bind({**structural(linearisation), **arguments_of(system, paths)})
    return lambda t, y, reads=(): np.asarray(matrix(t, y, (), reads, ()))


def structural(linearisation: Linearisation) -> dict[str, Any]:
    """Return the values of parameters that say where entries lie."""
    return {item.path: item.value for item in linearisation.system.parameters if item.structural}


def system_of(subject: Subject, make: CircuitTemplate, claim: Requirements = NEEDS) -> System:
    """Return the lowered System; it is refused here if the backend claims less than it needs."""
    system = lowered_system(make)
    needs = evolve(requirements_of(system, "ring"), jacobian=claim.jacobian, field=claim.field)
    get_manager().require(subject.backend, needs)
    return system


# functions


def _check_formula(formula: Formula, subject: Subject) -> None:
    wanted = subject.oracle.once(("jacobian", formula.text), partial(wanted_slopes, formula))
    found = _found(subject, formula)
    for place, (point, (slopes, error), row) in enumerate(zip(POINTS, wanted, found, strict=True)):
        if np.isfinite(slopes).all():
            at = ", ".join(f"{name} = {number:g}" for name, number in zip(ARGUMENTS, point, strict=True))
            expect_close(f"The derivative of '{formula.text}' at {at} (point {place})", row, slopes, error, error)


def circuit_of(formulas: Sequence[Formula]) -> CircuitTemplate:
    """Return a model whose rates of change are formulas of its states."""
    equations = [f"{name}' = 0.0" for name in ARGUMENTS]
    equations += [f"f{number}' = {formula.text}" for number, formula in enumerate(formulas)]
    states = [*ARGUMENTS, *(f"f{number}" for number in range(len(formulas)))]
    return single(equations, **dict.fromkeys(states, "variable(0.5)"))


def wanted_slopes(formula: Formula) -> list[tuple[np.ndarray, float]]:
    """Return the derivatives by a, b and c at each point, with their error; NaN where there is no value."""
    interpreter = Interpreter(circuit_of([formula]))
    found = []
    for point in POINTS:
        values = {f"p/op/{name}": number for name, number in zip(ARGUMENTS, point, strict=True)}
        state = {**values, "p/op/f0": 0.0}
        parts = [_slope_by(interpreter, path, state, "abs" not in formula.functions) for path in values]
        value = interpreter.derivative(0.0, state)["p/op/f0"]
        slopes = np.array([part[0][-1] for part in parts])
        exists = np.isfinite(value)
        found.append((slopes if exists else np.full(3, np.nan), max(part[1] for part in parts)))
    return found


def _slope_by(
    interpreter: Interpreter, path: str, state: Mapping[str, Any], analytic: bool
) -> tuple[np.ndarray, float]:
    def values(number: complex) -> np.ndarray:
        return np.array(list(interpreter.derivative(0.0, {**state, path: number}).values()))

    return slope(values, state[path], analytic)


def _found(subject: Subject, formula: Formula) -> list[np.ndarray]:
    """Return the derivatives of one formula, from a program with all formulas; if that breaks, from one of its own."""
    claimed = [
        other for other in derivable() if not subject.missing(Requirements(functions=other.functions, jacobian=True))
    ]

    def together() -> list[np.ndarray] | None:
        try:
            return _rows(subject, claimed)
        except Exception:  # noqa: BLE001  # one formula broke it; which one, its own program says
            return None

    rows = subject.once(("jacobian", "all"), together) if formula in claimed else None
    if rows is not None:
        number = claimed.index(formula)
        return [row[number] for row in rows]
    return [row[0] for row in _rows(subject, [formula])]


def _rows(subject: Subject, formulas: Sequence[Formula]) -> list[np.ndarray]:
    """Return for each point the derivatives `[formula, argument]`."""
    system = system_of(subject, circuit_of(formulas))
    matrix, layout = _matrix(subject, system), Layout(system)
    columns = [layout.places[f"p/op/{name}"].offset for name in ARGUMENTS]
    rows = [layout.places[f"p/op/f{number}"].offset for number in range(len(formulas))]
    found = []
    for point in POINTS:
        values = {f"p/op/{name}": number for name, number in zip(ARGUMENTS, point, strict=True)}
        y = layout.packed({**dict.fromkeys(layout.places, 0.0), **values})
        found.append(matrix(0.3, y)[np.ix_(rows, columns)])
    return found


# whole models


def scenarios() -> Iterator[Scenario]:
    """Yield real models of some units each."""
    for scenario in projections.scenarios():
        if not scenario.needs.complex and "large" not in scenario.key:
            yield scenario
    yield Scenario(
        key="functions of the axis occur",
        circuit=lambda: single(
            ["v' = matvec(A, v)*x - v*mean(v)", "x' = vsum(v^2) - x + index(v, 1)"], v="output(0.2,3)",
            x="variable(0.1)", A=[[0.1, -0.5, 0.2], [0.7, 0.0, 0.3], [-0.2, 0.4, 0.1]],
        ),
        outputs=["p/op/x"],
        needs=Requirements(vector=True),
    )  # fmt: skip


def _check_states(scenario: Scenario, subject: Subject) -> None:
    wanted = subject.oracle.once(("matrix", scenario.key), partial(wanted_matrix, scenario))
    system = system_of(subject, scenario.circuit())
    matrix, layout = _matrix(subject, system), Layout(system)
    order = [index for path in wanted["paths"] for index in indices(layout, path)]
    for t, state, slopes, error in wanted["points"]:
        found = matrix(t, layout.packed(state))[np.ix_(order, order)]
        size = error * max(1.0, float(np.max(np.abs(slopes))))
        expect_close(f"The matrix at t = {t}", found, slopes, error, size)


def indices(layout: Layout, path: str) -> range:
    """Return the places of a state."""
    place = layout.places[path]
    return range(place.offset, place.offset + (place.count or 1))


def wanted_matrix(scenario: Scenario) -> dict[str, Any]:
    """Return the oracle's matrix at the start and at a random state."""
    interpreter = Interpreter(scenario.circuit())
    start = interpreter.initial_state()
    generator = np.random.default_rng(3)
    points = []
    for t in (0.0, 0.7):
        state = {path: _moved(value, generator if t else None) for path, value in start.items()}
        columns = [column for path in state for column in _columns(interpreter, t, state, path)]
        matrix = np.array([column for column, _ in columns]).T
        points.append((t, state, matrix, max(error for _, error in columns)))
    return {"paths": list(start), "points": points}


def _moved(value: Any, generator: np.random.Generator | None) -> Any:
    shifts = np.zeros(np.shape(value)) if generator is None else generator.uniform(-1, 1, np.shape(value))
    return (np.asarray(value, dtype=float) + shifts).tolist()


def _columns(
    interpreter: Interpreter, t: float, state: Mapping[str, Any], path: str
) -> Iterator[tuple[np.ndarray, float]]:
    """Yield the derivatives of all states by each element of one state."""
    for element in range(int(np.size(state[path]))):

        def values(number: complex, element: int = element) -> np.ndarray:
            own = state[path]
            moved = [*own[:element], number, *own[element + 1 :]] if isinstance(own, list) else number
            slopes = interpreter.derivative(t, {**state, path: moved})
            return np.array([entry for value in slopes.values() for entry in np.atleast_1d(value)])

        yield slope(values, float(np.ravel(state[path])[element]))


# arguments


def model() -> CircuitTemplate:
    """Return a model with a parameter."""
    return single(["x' = -k*x^3 + exp(-k)*v", "v' = sin(k*x) - v"], x="output(0.4)", v="variable(0.3)", k=0.7)


def _check_bound(subject: Subject) -> None:
    system = system_of(subject, model())
    x, v = 0.4, 0.3
    for k in (0.7, 1.9, 0.7):
        wanted = np.array([[-3 * k * x**2, np.exp(-k)], [k * np.cos(k * x), -1.0]])
        expect_close(f"The matrix for k = {k}", _matrix(subject, system, k=k)(0.0, np.array([x, v])), wanted)


def _check_parameters(subject: Subject) -> None:
    system = system_of(subject, model())
    x, v, k = 0.4, 0.3, 0.7
    wanted = np.array([[-(x**3) - np.exp(-k) * v], [x * np.cos(k * x)]])
    expect_close("The matrix", _matrix(subject, system, "parameters")(0.0, np.array([x, v])), wanted)


def _check_reads(subject: Subject) -> None:
    system = system_of(subject, single("x' = -k*x*past(x, tau)^2", x="output(0.4)", k=0.7, tau=0.3))
    x, k, past = 0.4, 0.7, 0.9
    matrix = _matrix(subject, system, "reads")(0.0, np.array([x]), (past,))
    expect_close("The matrix by what is delayed", matrix, np.array([[-2 * k * x * past]]))
    matrix = _matrix(subject, system)(0.0, np.array([x]), (past,))
    expect_close("The matrix by the state", matrix, np.array([[-k * past**2]]))


def _check_function(form: str, subject: Subject) -> None:
    unit = node("x' = -x^3 + tanh(u)", x="output(0.3)", u="input(0.1)")
    edges = [("a/op/x", "b/op/u", None, {"weight": 0.7}), ("b/op/x", "c/op/u", None, {"weight": -0.4})]
    model = circuit(nodes=dict.fromkeys("abc", unit), edges=edges)
    made = get_jacobian_func(
        model, "derivative_matrix", 0.1, backend=subject.backend, adaptive=True, sparse=form == "sparse"
    )
    func, args = made
    system = system_of(subject, model)
    wanted = _matrix(subject, system)(0.0, initial_state(system))
    found = np.asarray(func(*args))
    if made.entries is not None:
        values, found = found, np.zeros(wanted.shape)
        np.add.at(found, made.entries, values)
    expect_close("The matrix", found, wanted, ANALYTIC)
