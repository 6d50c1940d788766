"""Vector fields: values and derivatives at many states at once are those at each, against the oracle's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
from attrs import evolve

from rates_core.delays.lowering import lower
from rates_core.network.build import build_network
from rates_core.plugins import get_manager
from rates_core.plugins.capabilities import Requirements
from rates_core.programs.field import Entries, FieldFunctions, FieldProgram, FieldRequest
from rates_core.reference import Interpreter
from rates_core.simulation.arguments import arguments_of
from rates_core.simulation.requirements import requirements_of
from rates_core.system.build import build_system
from rates_core.system.linearisation import Linearisation, linearise
from rates_core.system.system import System
from rates_core.templates.circuit import CircuitTemplate
from rates_core.testing.case import Case
from rates_core.testing.compare import expect, expect_close
from rates_core.testing.families.jacobian import (
    POINTS,
    circuit_of,
    derivable,
    indices,
    model,
    scenarios,
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
    for formula in derivable():
        needs = evolve(NEEDS, functions=formula.functions)
        sentence = f"values and derivatives of '{formula.text}' are right at several states at once"
        yield Case("fields", sentence, partial(_check_formula, formula), needs=needs)
    for scenario in scenarios():
        sentence = f"values and matrices are right at several states at once where {scenario.key}"
        yield Case("fields", sentence, partial(_check_states, scenario), needs=evolve(scenario.needs, field=True))
    yield Case("fields", "parameters have the values that are bound", _check_bound, needs=NEEDS)
    yield Case("fields", "what is read late is given", _check_reads, needs=evolve(NEEDS, delays={"ring"}))


def _system(subject: Subject, make: CircuitTemplate) -> System:
    """Return the lowered System; it is refused here if the backend claims less than it needs."""
    system = lower(build_system(build_network(make, True)))
    get_manager().require(subject.backend, evolve(requirements_of(system, "ring"), field=True))
    return system


def _program(subject: Subject, system: System, matrices: Sequence[Linearisation]) -> FieldProgram:
    program = subject.watched.field(FieldRequest(system, tuple(matrices), "model"))
    expect(program is not None, "It claims vector fields, and returns none.")
    assert program is not None
    return program


def _functions(subject: Subject, system: System, matrices: Sequence[Linearisation]) -> FieldFunctions:
    return _program(subject, system, matrices).bind(arguments_of(system))


def _check_formula(formula: Formula, subject: Subject) -> None:
    found = _found(subject, formula)
    wanted = subject.oracle.once(("jacobian", formula.text), partial(wanted_slopes, formula))
    values = subject.oracle.once(("field", formula.text), partial(_values, formula))
    for place, ((slopes, error), value, (own, row)) in enumerate(zip(wanted, values, found, strict=True)):
        if np.isfinite(slopes).all() and np.isfinite(value):
            expect_close(f"'{formula.text}' at point {place}", own, value, 1e-12, 1e-13)
            expect_close(f"The derivative of '{formula.text}' at point {place}", row, slopes, error, error)


def _values(formula: Formula) -> list[float]:
    interpreter = Interpreter(circuit_of([formula]))
    found = [interpreter.derivative(0.0, {**_named(point), "p/op/f0": 0.0})["p/op/f0"] for point in POINTS]
    return [float(np.real(np.asarray(value))) for value in found]


def _named(point: Sequence[float]) -> dict[str, float]:
    return {f"p/op/{name}": number for name, number in zip(ARGUMENTS, point, strict=True)}


def _found(subject: Subject, formula: Formula) -> list[tuple[float, np.ndarray]]:
    """Return for each point the value of a formula and its derivatives, all found in one call."""
    system = _system(subject, circuit_of([formula]))
    layout, matrix = Layout(system), linearise(system)
    functions = _functions(subject, system, [matrix])
    y = np.array([layout.packed({**dict.fromkeys(layout.places, 0.0), **_named(point)}) for point in POINTS])
    row = layout.places["p/op/f0"].offset
    columns = [layout.places[f"p/op/{name}"].offset for name in ARGUMENTS]
    values = functions.rates(y, (), ())[:, row]
    slopes = Entries(matrix).dense(functions.matrices[0](y, (), ()))[:, row, columns]
    return list(zip(values.tolist(), slopes, strict=True))


def _check_states(scenario: Scenario, subject: Subject) -> None:
    system = _system(subject, scenario.circuit())
    wanted = subject.oracle.once(("matrix", scenario.key), partial(wanted_matrix, scenario))
    interpreter = Interpreter(scenario.circuit())
    layout, matrix = Layout(system), linearise(system)
    functions = _functions(subject, system, [matrix])
    order = [index for path in wanted["paths"] for index in indices(layout, path)]
    points = [(state, slopes, error) for _, state, slopes, error in wanted["points"]]
    y = np.array([[layout.packed(state) for state, _, _ in points]])  # with two axes in front
    rates, found = functions.rates(y, (), ()), Entries(matrix).dense(functions.matrices[0](y, (), ()))
    for place, (state, slopes, error) in enumerate(points):
        values = interpreter.derivative(0.0, state)
        own = np.concatenate([np.atleast_1d(values[path]) for path in wanted["paths"]]).astype(float)
        expect_close(f"The rates of state {place}", rates[0, place, order], own, 1e-12, 1e-13)
        size = error * max(1.0, float(np.max(np.abs(slopes))))
        expect_close(f"The matrix of state {place}", found[0, place][np.ix_(order, order)], slopes, error, size)


def _check_bound(subject: Subject) -> None:
    system = _system(subject, model())
    matrices = [linearise(system), linearise(system, "parameters")]
    y = np.array([[0.4, 0.3], [-0.2, 0.9], [1.1, -0.6]])
    (x, v), program = y.T, _program(subject, system, matrices)
    for k in (0.7, 1.9, 0.7):
        functions = program.bind(arguments_of(system, {"p/op/k": k}))
        wanted = np.stack([-k * x**3 + np.exp(-k) * v, np.sin(k * x) - v], -1)
        expect_close(f"The rates for k = {k}", functions.rates(y, (), ()), wanted, 1e-13)
        by_states, by_k = (
            Entries(matrix).dense(values(y, (), ()))
            for matrix, values in zip(matrices, functions.matrices, strict=True)
        )
        wanted = np.empty((3, 2, 2))
        wanted[:, 0, 0], wanted[:, 0, 1] = -3 * k * x**2, np.exp(-k)
        wanted[:, 1, 0], wanted[:, 1, 1] = k * np.cos(k * x), -1.0
        expect_close(f"The matrix for k = {k}", by_states, wanted, 1e-13)
        wanted = np.stack([-(x**3) - np.exp(-k) * v, x * np.cos(k * x)], -1)[..., None]
        expect_close(f"The derivative by k = {k}", by_k, wanted, 1e-13)


def _check_reads(subject: Subject) -> None:
    system = _system(subject, single("x' = -k*x*past(x, tau)^2", x="output(0.4)", k=0.7, tau=0.3))
    matrices = [linearise(system), linearise(system, "reads")]
    functions = _functions(subject, system, matrices)
    y, past = np.array([[0.4], [-0.3]]), np.array([0.9, 0.2])
    x = y[:, 0]
    expect_close("The rates", functions.rates(y, (), (past,))[:, 0], -0.7 * x * past**2, 1e-14)
    expect_close("What is read late", functions.slots(y, (), (past,))[0], x, 1e-14)
    for matrix, values, wanted in zip(matrices, functions.matrices, (-0.7 * past**2, -1.4 * x * past), strict=True):
        expect_close("The matrix", Entries(matrix).dense(values(y, (), (past,)))[:, 0, 0], wanted, 1e-14)
