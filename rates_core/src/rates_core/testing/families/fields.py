"""Vector fields: values and derivatives at many states at once are those at each, against the oracle's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from attrs import evolve

from rates_core.plugins.capabilities import Requirements
from rates_core.programs.field import Entries, FieldFunctions, FieldProgram, FieldRequest, Function
from rates_core.reference import Interpreter
from rates_core.simulation.arguments import arguments_of
from rates_core.system.linearisation import Linearisation, linearise
from rates_core.system.system import InputSignal, System
from rates_core.testing.case import Case
from rates_core.testing.compare import expect, expect_close
from rates_core.testing.families.jacobian import (
    POINTS,
    circuit_of,
    formula_cases,
    indices,
    model,
    model_cases,
    system_of,
    wanted_matrix,
    wanted_slopes,
)
from rates_core.testing.formulas import ARGUMENTS, Formula
from rates_core.testing.layout import Layout
from rates_core.testing.parts import single
from rates_core.testing.scenario import Scenario
from rates_core.testing.subject import Subject

NEEDS = Requirements(field=True)


def cases() -> Iterator[Case]:
    """Yield each function at some states at once, whole models, and what functions depend on."""
    sentence = "values and derivatives of '{}' are right at several states at once and at each alone"
    yield from formula_cases("fields", sentence, _check_formula, NEEDS)
    sentence = "values and matrices are right at several states at once and at each alone where {}"
    yield from model_cases("fields", sentence, _check_states, NEEDS)
    yield Case("fields", "parameters have the values that are bound", _check_bound, needs=NEEDS)
    yield Case("fields", "inputs are given with each call", _check_inputs, needs=evolve(NEEDS, vector=True))
    yield Case("fields", "what is read late is given", _check_reads, needs=evolve(NEEDS, delays={"ring"}))


def _ways(
    function: Function, y: np.ndarray, inputs: Sequence[Any] = (), reads: Sequence[Any] = ()
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield values at states `[..., width]` that are found in one call, and one by one; in words, how."""
    yield "at several states at once", np.asarray(function(y, inputs, reads))
    places = list(np.ndindex(y.shape[:-1]))
    found = [function(y[place], *([item[place] for item in given] for given in (inputs, reads))) for place in places]
    yield "at each state alone", np.reshape(found, (*y.shape[:-1], *np.shape(found)[1:]))


def _matrices(matrix: Linearisation, *given: Any) -> Iterator[tuple[str, np.ndarray]]:
    """Yield derivative matrices likewise."""
    for how, values in _ways(*given):
        yield how, Entries(matrix).dense(values)


def _program(subject: Subject, system: System, matrices: Sequence[Linearisation]) -> FieldProgram:
    program = subject.watched.field(FieldRequest(system, tuple(matrices), "model"))
    expect(program is not None, "It claims vector fields, and returns none.")
    assert program is not None
    return program


def _functions(subject: Subject, system: System, matrices: Sequence[Linearisation]) -> FieldFunctions:
    return _program(subject, system, matrices).bind(arguments_of(system))


def _check_formula(formula: Formula, subject: Subject) -> None:
    wanted = subject.oracle.once(("jacobian", formula.text), partial(wanted_slopes, formula))
    values = subject.oracle.once(("field", formula.text), partial(_values, formula))
    for how, found in _found(subject, formula):
        for place, ((slopes, error), value, own) in enumerate(zip(wanted, values, found, strict=True)):
            if np.isfinite(slopes).all() and np.isfinite(value):
                expect_close(f"'{formula.text}' at point {place}, {how},", own[0], value, 1e-12, 1e-13)
                expect_close(
                    f"The derivative of '{formula.text}' at point {place}, {how},", own[1:], slopes, error, error
                )


def _values(formula: Formula) -> list[float]:
    interpreter = Interpreter(circuit_of([formula]))
    found = [interpreter.derivative(0.0, {**_named(point), "p/op/f0": 0.0})["p/op/f0"] for point in POINTS]
    return [float(np.real(np.asarray(value))) for value in found]


def _named(point: Sequence[float]) -> dict[str, float]:
    return {f"p/op/{name}": number for name, number in zip(ARGUMENTS, point, strict=True)}


def _found(subject: Subject, formula: Formula) -> Iterator[tuple[str, np.ndarray]]:
    """Yield for each point the value of a formula and its derivatives."""
    system = system_of(subject, circuit_of([formula]), NEEDS)
    layout, matrix = Layout(system), linearise(system)
    functions = _functions(subject, system, [matrix])
    y = np.array([layout.packed({**dict.fromkeys(layout.places, 0.0), **_named(point)}) for point in POINTS])
    row = layout.places["p/op/f0"].offset
    columns = [layout.places[f"p/op/{name}"].offset for name in ARGUMENTS]
    for (how, values), (_, slopes) in zip(
        _ways(functions.rates, y), _matrices(matrix, functions.matrices[0], y), strict=True
    ):
        yield how, np.column_stack([values[:, row], slopes[:, row, columns]])


def _check_states(scenario: Scenario, subject: Subject) -> None:
    system = system_of(subject, scenario.circuit(), NEEDS)
    wanted = subject.oracle.once(("matrix", scenario.key), partial(wanted_matrix, scenario))
    interpreter = Interpreter(scenario.circuit())
    layout, matrix = Layout(system), linearise(system)
    functions = _functions(subject, system, [matrix])
    order = [index for path in wanted["paths"] for index in indices(layout, path)]
    points = [(state, slopes, error) for _, state, slopes, error in wanted["points"]]
    y = np.array([[layout.packed(state) for state, _, _ in points]])  # with two axes in front
    for place, (state, slopes, error) in enumerate(points):
        values = interpreter.derivative(0.0, state)
        own = np.concatenate([np.atleast_1d(values[path]) for path in wanted["paths"]]).astype(float)
        size = error * max(1.0, float(np.max(np.abs(slopes))))
        for how, rates in _ways(functions.rates, y):
            expect_close(f"The rates of state {place}, {how},", rates[0, place, order], own, 1e-12, 1e-13)
        for how, found in _matrices(matrix, functions.matrices[0], y):
            expect_close(
                f"The matrix of state {place}, {how},", found[0, place][np.ix_(order, order)], slopes, error, size
            )


def _check_bound(subject: Subject) -> None:
    system = system_of(subject, model(), NEEDS)
    matrices = [linearise(system), linearise(system, "parameters")]
    y = np.array([[0.4, 0.3], [-0.2, 0.9], [1.1, -0.6]])
    (x, v), program = y.T, _program(subject, system, matrices)
    for k in (0.7, 1.9, 0.7):
        functions = program.bind(arguments_of(system, {"p/op/k": k}))
        rates = np.stack([-k * x**3 + np.exp(-k) * v, np.sin(k * x) - v], -1)
        by_states = np.empty((3, 2, 2))
        by_states[:, 0, 0], by_states[:, 0, 1] = -3 * k * x**2, np.exp(-k)
        by_states[:, 1, 0], by_states[:, 1, 1] = k * np.cos(k * x), -1.0
        by_k = np.stack([-(x**3) - np.exp(-k) * v, x * np.cos(k * x)], -1)[..., None]
        _compare(f"for k = {k}", functions, matrices, (rates, by_states, by_k), y)


def _compare(
    where: str,
    functions: FieldFunctions,
    matrices: Sequence[Linearisation],
    wanted: Sequence[np.ndarray],
    y: np.ndarray,
    inputs: Sequence[Any] = (),
    reads: Sequence[Any] = (),
) -> None:
    """Compare the rates and all matrices with what is wanted."""
    for how, found in _ways(functions.rates, y, inputs, reads):
        expect_close(f"The rates {where}, {how},", found, wanted[0], 1e-13)
    for matrix, values, known in zip(matrices, functions.matrices, wanted[1:], strict=True):
        for how, found in _matrices(matrix, values, y, inputs, reads):
            expect_close(f"The derivative by {matrix.columns[0][0]} {where}, {how},", found, known, 1e-13)


def _check_inputs(subject: Subject) -> None:
    equations = ["x' = -k*x^3 + c*mean(v)", "v' = w*x - v^2"]
    model = single(equations, x="output(0.4)", v="variable(0.2,2)", k=0.7, c=0.3, w=[1.5, -0.5])
    system = system_of(subject, model, NEEDS)
    taken = [item for item in system.parameters if item.path in ("p/op/k", "p/op/w")]
    fed = evolve(
        system,
        parameters=tuple(item for item in system.parameters if item not in taken),
        inputs=tuple(InputSignal(item.path, item.path, item.shape) for item in taken),
    )
    matrices, layout = [linearise(fed)], Layout(fed)
    y = np.array([layout.packed({"p/op/x": x, "p/op/v": v}) for x, v in ((0.4, [0.2, 0.7]), (-1.1, [0.3, -0.6]))])
    given = {"p/op/k": np.array([0.7, -1.3]), "p/op/w": np.array([[1.5, -0.5], [0.2, 2.0]])}
    inputs = [given[item.path] for item in fed.inputs]
    x, v, k, w = y[:, 0], y[:, 1:], given["p/op/k"], given["p/op/w"]
    rates = np.column_stack([-k * x**3 + 0.3 * v.mean(1), w * x[:, None] - v**2])
    slopes = np.zeros((2, 3, 3))
    slopes[:, 0, 0], slopes[:, 0, 1:], slopes[:, 1:, 0] = -3 * k * x**2, 0.15, w
    slopes[:, 1, 1], slopes[:, 2, 2] = -2 * v.T
    _compare(
        "of inputs", _program(subject, fed, matrices).bind(arguments_of(fed)), matrices, (rates, slopes), y, inputs
    )


def _check_reads(subject: Subject) -> None:
    system = system_of(subject, single("x' = -k*x*past(x, tau)^2", x="output(0.4)", k=0.7, tau=0.3), NEEDS)
    matrices = [linearise(system), linearise(system, "reads")]
    functions = _functions(subject, system, matrices)
    y, past = np.array([[0.4], [-0.3]]), np.array([0.9, 0.2])
    x = y[:, 0]
    wanted = (-0.7 * x * past**2)[:, None], (-0.7 * past**2)[:, None, None], (-1.4 * x * past)[:, None, None]
    _compare("with a past", functions, matrices, wanted, y, (), (past,))
    for how, found in _ways(lambda *given: functions.slots(*given)[0], y, (), (past,)):
        expect_close(f"What is read late, {how},", found, x, 1e-14)
