"""Forms of weights that are asked for: each gives the numbers of an Euler loop written here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rates_core.errors import ArgumentError, UnknownNameError
from rates_core.system.system import Project
from scipy import sparse

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

UNITS, STEPS, STEP = 80, 10, 0.1
START = np.linspace(0.0, 1.0, UNITS)
RANDOM = np.random.default_rng(1)
MANY = RANDOM.random((UNITS, UNITS)) / UNITS
FEW = np.where(RANDOM.random((UNITS, UNITS)) < 0.02, RANDOM.random((UNITS, UNITS)), 0.0)
PAIR = ("p/op/x", "p/op/u")

NODE = NodeTemplate("node", [OperatorTemplate("op", "x' = -x + u", {"x": "output", "u": "input"})])


def circuit(weights: Any, **given: Any) -> CircuitTemplate:
    population = PopulationTemplate("p", NODE, UNITS, {"op/x": START})
    return CircuitTemplate("c", populations={"p": population}, connections=[Connectivity(*PAIR, weights, **given)])


def expected(weights: Any, steps_back: int = 0) -> np.ndarray:
    matrix = np.full((UNITS, UNITS), weights) if np.ndim(weights) == 0 else np.asarray(weights)
    states = [START] * (steps_back + 1)
    for _ in range(STEPS):
        states.append(states[-1] + STEP * (-states[-1] + matrix @ states[-1 - steps_back]))
    return states[-1]


def last_row(circuit: CircuitTemplate, projections: Any) -> tuple[list[str], np.ndarray]:
    model = circuit.compile(
        step_size=STEP, simulation_time=(STEPS + 1) * STEP, outputs=["p/op/x"], projections=projections
    )
    forms: list[str] = [item.form for item in model.system.statements if isinstance(item, Project)]
    return forms, np.asarray(model.run())[-1]


@pytest.mark.parametrize("form", ["dense", "sparse"])
@pytest.mark.parametrize("by_name", [False, True])
@pytest.mark.parametrize(
    ("weights", "chosen"),
    [
        pytest.param(MANY, ["dense"], id="a full matrix"),
        pytest.param(FEW, ["sparse"], id="a matrix with few entries"),
        pytest.param(0.01, ["uniform"], id="one number"),
        pytest.param(np.diag(1.0 + START), [], id="one source per target"),
    ],
)
def test_weights_are_stored_as_asked_for(weights: Any, chosen: list[str], form: str, by_name: bool) -> None:
    assert last_row(circuit(weights), None)[0] == chosen
    forms, found = last_row(circuit(weights), {PAIR: form} if by_name else form)
    assert forms == [form]
    np.testing.assert_allclose(found, expected(weights), rtol=1e-12)


def test_sparse_arrays_of_scipy_can_be_whole() -> None:
    forms, found = last_row(circuit(sparse.csr_array(FEW)), "dense")
    assert forms == ["dense"]
    np.testing.assert_allclose(found, expected(FEW), rtol=1e-12)


@pytest.mark.parametrize("form", ["dense", "sparse"])
def test_single_edges_are_stored_as_asked_for(form: str) -> None:
    nodes = {f"n{number}": NODE for number in range(9)}
    edges = [("n0/op/x", "n1/op/u", None, {"weight": 2.0}), ("n3/op/x", "n1/op/u", None, {"weight": 3.0}),
             ("n1/op/x", "n2/op/u", None, {"weight": 4.0})]  # fmt: skip
    circuit = CircuitTemplate("c", nodes=nodes, edges=edges)
    circuit.update_var({f"n{number}/op/x": 1.0 + number for number in range(9)})
    outputs = {name: f"{name}/op/x" for name in nodes}
    model = circuit.compile(step_size=0.5, simulation_time=1.0, outputs=outputs, projections=form)
    assert [item.form for item in model.system.statements if isinstance(item, Project)] == [form]
    fed = {1: 2.0 * 1.0 + 3.0 * 4.0, 2: 4.0 * 2.0}
    assert model.run().iloc[-1].tolist() == [0.5 * (1.0 + number + fed.get(number, 0.0)) for number in range(9)]


def test_weights_that_are_computed_together_have_one_form() -> None:
    nodes = {f"n{number}": NODE for number in range(9)}
    edges = [("n0/op/x", "n1/op/u"), ("n1/op/x", "n2/op/u")]
    pairs = {("n0/op/x", "n1/op/u"): "dense", ("n1/op/x", "n2/op/u"): "sparse"}
    with pytest.raises(ArgumentError) as raised:
        CircuitTemplate("c", nodes=nodes, edges=edges).compile(projections=pairs)
    assert str(raised.value) == (
        "projections: ('n0/op/x', 'n1/op/u') and ('n1/op/x', 'n2/op/u') name the same weights, since equal nodes are "
        "computed together. Give them one form."
    )


@pytest.mark.parametrize("form", ["dense", "sparse"])
def test_one_delay_for_all_leaves_the_choice(form: str) -> None:
    forms, found = last_row(circuit(MANY, delays=2 * STEP), form)
    assert forms == [form]
    np.testing.assert_allclose(found, expected(MANY, steps_back=2), rtol=1e-12)


def test_connections_with_a_delay_each_stay_a_list() -> None:
    delays = np.full((UNITS, UNITS), STEP)
    delays[0, 0] = 2 * STEP
    assert last_row(circuit(MANY, delays=delays), "dense")[0] == ["sparse"]
    with pytest.raises(ArgumentError, match=r"connections p/op/x->p/op/u cannot be a matrix, since each has a delay"):
        last_row(circuit(MANY, delays=delays), {PAIR: "dense"})


def test_single_weights_change_in_every_form() -> None:
    changed = np.full((UNITS, UNITS), 0.01)
    changed[3, 2] = 0.7
    for form in (None, "dense", "sparse"):
        model = circuit(0.01).compile(
            step_size=STEP, simulation_time=(STEPS + 1) * STEP, outputs=["p/op/x"], projections=form
        )
        found = model.run(parameters={"p[2]/op/x->p[3]/op/u/weight": 0.7}).to_numpy()[-1]
        np.testing.assert_allclose(found, expected(changed), rtol=1e-12)


def test_a_right_hand_side_uses_the_form() -> None:
    function = circuit(MANY).get_run_func("f", STEP, projections="sparse")
    assert "pointers" in function.source
    assert "pointers" not in circuit(MANY).get_run_func("f", STEP).source
    np.testing.assert_allclose(function.func(*function.args), -START + MANY @ START, rtol=1e-12)


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ("dens", UnknownNameError, "projections: There is no form 'dens'. Did you mean 'dense'?"),
        (3, ArgumentError, "projections must be 'dense' or 'sparse'; it is 3."),
        ({"p": "dense"}, ArgumentError, "A key must be a tuple (source, target) of paths; it is 'p'."),
        ({PAIR: "uniform"}, UnknownNameError, "There is no form 'uniform'."),
        ({("p/op/y", "p/op/u"): "dense"}, UnknownNameError, "Unknown variable 'y' in path 'p/op/y'."),
        ({("p/op/x", "p/op/x"): "dense"}, UnknownNameError, "No weights lead from 'p/op/x' to 'p/op/x'. There are: "),
    ],
)
def test_what_is_no_form_is_refused(given: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error) as raised:
        last_row(circuit(MANY), given)
    assert text in str(raised.value)
