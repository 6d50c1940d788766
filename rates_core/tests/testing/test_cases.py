"""The cases themselves: every function of the language has one, and what is called known is a solution."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from attrs import evolve, fields
from rates_core.delays.lowering import lower
from rates_core.expressions.functions import FUNCTIONS
from rates_core.network.build import build_network
from rates_core.plugins import Capabilities, get_manager
from rates_core.plugins.capabilities import NOISES, PROJECTIONS
from rates_core.reference import Interpreter
from rates_core.simulation.inputs import columns_of
from rates_core.simulation.requirements import requirements_of
from rates_core.system.build import build_system
from rates_core.testing import backend_cases, solver_cases
from rates_core.testing.claims import FAMILY_OF_CLAIM
from rates_core.testing.families.accuracy import problems
from rates_core.testing.families.delays import scenarios as delayed
from rates_core.testing.families.projections import scenarios as projected
from rates_core.testing.formulas import FORMULAS, IMAGINARY
from rates_core.testing.models import models
from rates_core.testing.scenario import Scenario

AXIS = {"vsum", "mean", "maxi", "mini", "matmul", "matvec", "index", "index_range", "index_axis"}
REQUIRED = {
    "complex": {True, False},
    "delays": {"ring", "history"},
    "projections": {*PROJECTIONS},
    "noise": {None, *NOISES[1:]},
    "events": {True, False},
    "vector": {True, False},
    "dtype": {"float64", "float32"},
    "jacobian": {True, False},
    "files": {True, False},
}
SCENARIOS = [scenario for scenario in (*models(), *projected(), *delayed()) if not scenario.chains]


def _value(held):
    return tuple(sorted(held)) if isinstance(held, frozenset) else held


def test_every_function_has_a_formula():
    found = frozenset().union(*(formula.functions for formula in (*FORMULAS, *IMAGINARY)))
    elementwise = {name for name, definition in FUNCTIONS.items() if definition.kind == "elementwise"}
    assert elementwise <= found
    others = {
        name for name, definition in FUNCTIONS.items() if definition.kind not in ("elementwise", "random", "delay")
    }
    assert others == AXIS  # which are in the models of the family `structure`


def test_every_formula_of_complex_numbers_is_tried_on_them():
    for formula in FORMULAS:
        real_only = any(FUNCTIONS[name].real_only for name in formula.functions)
        assert formula.complex != real_only or formula.text in ("a^0.5", "a^1.5", "a^(1/3)", "0^a"), formula.text


def test_no_two_cases_have_one_name():
    names = Counter(case.label for case in backend_cases(exhaustive=True))
    assert [name for name, count in names.items() if count > 1] == []
    for spec in get_manager().solvers().values():
        names = Counter(case.label for case in solver_cases(spec))
        assert [name for name, count in names.items() if count > 1] == []


def test_what_is_not_exhaustive_is_less_than_a_thousand_cases_and_all_families():
    cases, all_cases = backend_cases(), backend_cases(exhaustive=True)
    assert len(cases) < 1000
    assert {case.family for case in cases} == {case.family for case in all_cases}


def test_every_claim_of_a_backend_has_a_family_that_tests_it():
    assert set(FAMILY_OF_CLAIM) == {field.name for field in fields(Capabilities)}
    assert set(FAMILY_OF_CLAIM.values()) <= {case.family for case in backend_cases()}


def test_every_requirement_is_one_of_some_case():
    """What a claim is compared with, value by value, where a field of it holds several."""
    found = {name: {_value(getattr(case.needs, name)) for case in backend_cases()} for name in REQUIRED}
    for name, values in REQUIRED.items():
        single = {value for held in found[name] for value in (held if isinstance(held, tuple) else (held,))}
        assert values <= single, name


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.key)
def test_a_model_needs_what_its_case_says(scenario: Scenario):
    system = lower(build_system(build_network(scenario.circuit(), True), columns_of(scenario.inputs)), scenario.stages)
    assert evolve(requirements_of(system, "ring"), functions=(), noise=None) == scenario.needs


UNDELAYED = [known for known in problems() if not known.needs.delays and known.inputs is None]


@pytest.mark.parametrize("known", UNDELAYED, ids=lambda known: known.key)
def test_what_is_called_a_solution_has_the_derivative_that_the_model_gives_it(known):
    interpreter = Interpreter(known.circuit())
    step = 1e-5
    for t in (0.3, 1.7):
        slopes = interpreter.derivative(t, dict(zip(interpreter.state_paths, known.solution(t), strict=True)))
        after, before = np.array(known.solution(t + step)), np.array(known.solution(t - step))
        # a central difference is wrong by a sixth of the third derivative times the square of the step
        assert list(slopes.values()) == pytest.approx(((after - before) / (2 * step)).tolist(), rel=1e-8, abs=1e-9)


@pytest.mark.parametrize("delayed", [False, True])
def test_the_problem_of_the_orders_is_solved_by_what_is_said(delayed):
    from rates_core.testing.families.orders import problem

    interpreter = Interpreter(problem(delayed))
    for t in (0.0, 0.4, 2.1):
        state, history = {"p/op/x": 2 + math.sin(t), "p/op/y": math.cos(t)}, {"p/op/x": lambda s: 2 + math.sin(s)}
        slopes = interpreter.derivative(t, state, inputs={"p/op/u": math.sin(t)}, history=history)
        assert list(slopes.values()) == pytest.approx([math.cos(t), -math.sin(t)], abs=1e-14)


@pytest.mark.parametrize("scenario", models(), ids=lambda scenario: scenario.key)
def test_no_model_stands_still_or_runs_away(scenario: Scenario):
    from rates_core.testing.scenario import followed

    trajectory = followed(scenario, get_manager().solver("rk4"))
    for path, values in trajectory.values.items():
        array = np.array(values)
        assert np.all(np.abs(array) < 100), path
        assert np.all(np.max(np.abs(array - array[0]), axis=0) > 1e-3), path
