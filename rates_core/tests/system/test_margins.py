"""How far conditions are from becoming true, against what is written in them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rates_core.errors import EquationError
from rates_core.network.build import build_network
from rates_core.system.build import build_system
from rates_core.system.margins import SMALLEST, Margins
from rates_core.system.system import System
from rates_core.testing.parts import circuit, connectivity, population

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

TIMES = np.array([0.0, 0.4, 1.0, 2.5])


def node(when: str, *equations: str, **variables: Any) -> NodeTemplate:
    event = {"when": when, "set": {"n": "n + 1"}}
    variables = {"n": "variable(0.0)", **variables}
    return NodeTemplate("node", [OperatorTemplate("op", list(equations), variables, events=[event])])


def alone(when: str, *equations: str, **variables: Any) -> CircuitTemplate:
    return circuit(nodes={"p": node(when, *equations, **variables)})


def system_of(model: CircuitTemplate) -> System:
    return build_system(build_network(model))


def margins_of(system: System, **states: np.ndarray) -> np.ndarray:
    """Return margins at `TIMES`; states are given by their names, units first."""
    y = np.zeros((system.width, len(TIMES)))
    for state in system.states:
        name = state.path.rpartition("/")[2]
        if name in states:
            value = np.atleast_2d(states[name])
            entries = [value.real, value.imag] if state.complex else [value]
            y[state.offset : state.offset + state.width] = np.stack(entries, axis=1).reshape(-1, len(TIMES))
    values = {parameter.path: parameter.value for parameter in system.parameters}
    return Margins(system, values).at(TIMES, y)


V = np.array([-0.5, 0.25, 1.0, 2.0])
CONDITIONS = {
    "v > c": V - 0.25,
    "v >= c": V - 0.25,
    "v < c": 0.25 - V,
    "c >= v": 0.25 - V,
    "not v > c": 0.25 - V,
    "v > c and v < 1.5": np.minimum(V - 0.25, 1.5 - V),
    "v > c or t > 0.1": np.maximum(V - 0.25, TIMES - 0.1),
    "not (v < c or t < 0.1)": np.minimum(V - 0.25, TIMES - 0.1),
    "z > 1": V**2 + TIMES - 1.0,
    "held": V - 0.5,
    "heaviside(v - c)": V - 0.25,
    "sin(4*v) > 0.5": np.sin(4.0 * V) - 0.5,
    "v == c": np.where(V == 0.25, 1.0, -1.0),
    "v - c": np.where(V == 0.25, -1.0, 1.0),
}
AT_THRESHOLD = {"v >= c": 1.0, "c >= v": 1.0, "not v > c": 1.0, "heaviside(v - c)": 1.0, "not (v < c or t < 0.1)": 1.0}


@pytest.mark.parametrize("when", CONDITIONS)
def test_a_margin_is_how_far_sides_are_apart_and_never_0(when: str) -> None:
    model = alone(
        when, "v' = 1", "z = v^2 + t", "held = v > 0.5", v="output(0.0)", z="variable", held="variable", c=0.25
    )
    found, wanted = margins_of(system_of(model), v=V)[0], CONDITIONS[when]
    np.testing.assert_allclose(found, wanted, rtol=1e-15, atol=1e-15)
    assert (found[wanted == 0] == SMALLEST * AT_THRESHOLD.get(when, -1.0)).all()


@pytest.mark.parametrize(("when", "holds"), [("v > 1", False), ("not v > 1", True), ("v < 1 or t < 9", True)])
def test_what_is_no_number_holds_as_comparisons_say(when: str, holds: bool) -> None:
    found = margins_of(system_of(alone(when, "v' = 1", v="output(0.0)")), v=np.full(4, np.nan))
    assert np.isfinite(found).all()
    assert ((found > 0) == holds).all()


WEIGHTS = np.array([[0.0, 0.5, 0.0], [2.0, 0.0, -1.0], [0.0, 0.0, 0.0]])
UNITS = np.array([V, V + 1.0, -V])


@pytest.mark.parametrize(
    ("weights", "fed"),
    [
        (WEIGHTS, WEIGHTS @ UNITS),
        (0.5, np.tile(0.5 * UNITS.sum(axis=0), (3, 1))),
        (np.diag([0.5, 1.5, 2.5]), np.array([0.5, 1.5, 2.5])[:, None] * UNITS),
    ],
)
def test_units_of_a_population_have_margins_of_what_projections_add_up(weights: Any, fed: np.ndarray) -> None:
    unit = node("u + k*v > 0.1", "v' = -v + u", v="output(0.0)", u="input(0.0)", k=2.0)
    model = circuit(
        populations={"p": population(unit, 3, k=np.array([1.0, 2.0, 3.0]))},
        connections=[connectivity("p/op/v", "p/op/u", weights)],
    )
    found = margins_of(system_of(model), v=UNITS)
    np.testing.assert_allclose(found, fed + np.array([1.0, 2.0, 3.0])[:, None] * UNITS - 0.1, rtol=1e-14, atol=1e-15)


def test_many_units_with_few_connections_have_them_too() -> None:
    count, rng = 200, np.random.default_rng(7)
    weights = np.where(rng.random((count, count)) < 0.01, rng.random((count, count)), 0.0)
    unit = node("u > 0.3", "v' = -v + u", v="output(0.0)", u="input(0.0)")
    model = circuit(populations={"p": population(unit, count)}, connections=[connectivity("p/op/v", "p/op/u", weights)])
    system = system_of(model)
    assert {item.form for item in system.statements if hasattr(item, "form")} == {"sparse"}
    states = rng.random((count, len(TIMES)))
    np.testing.assert_allclose(margins_of(system, v=states), weights @ states - 0.3, rtol=1e-13, atol=1e-15)


def test_a_mean_over_units_is_taken_time_by_time() -> None:
    unit = node("v > mean(v)", "v' = -v", v="output(0.0)")
    found = margins_of(system_of(circuit(populations={"p": population(unit, 3)})), v=UNITS)
    np.testing.assert_allclose(found, UNITS - UNITS.mean(axis=0), rtol=1e-14, atol=1e-15)


def test_a_complex_state_has_margins_of_its_parts() -> None:
    z = V + 1j * TIMES
    found = margins_of(system_of(alone("imag(z^2) > 0.3", "z' = I*z", z="output(1.0+0.0j)")), z=z)
    np.testing.assert_allclose(found[0], (z**2).imag - 0.3, rtol=1e-14, atol=1e-15)


def test_events_of_several_operators_have_rows_in_their_order() -> None:
    single = node("x < 0.75", "x' = 1", x="output(0.0)")
    vector = node("v > t", "v' = 1", v="output(0.0)")
    model = circuit(nodes={"p": single}, populations={"q": population(vector, 3)})
    system = system_of(model)
    found = margins_of(system, x=V, v=UNITS)
    by_held = {event.label: event for event in system.events}
    wanted = {"p/op": 0.75 - V[None], "q/op": UNITS - TIMES}
    rows = np.concatenate([wanted[label] for label in by_held])
    np.testing.assert_allclose(found, rows, rtol=1e-14, atol=SMALLEST)


def test_an_element_that_is_not_there_is_told() -> None:
    model = alone("index(w, n + 7) > 0.5", "v' = 1", v="output(0.0)", w=np.array([1.0, 2.0]))
    with pytest.raises(EquationError) as caught:
        margins_of(system_of(model), v=V)
    assert str(caught.value) == "A condition of 'model' has no value at t = 0."
