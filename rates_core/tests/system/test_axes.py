"""Vectors in nodes, units of populations as an axis, and numbers that are given an axis."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.errors import EquationError

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

W = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 5.0], [3.0, 0.0, 1.0]])
X = np.array([0.5, -1.0, 2.0])


def node(*equations, **variables):
    return NodeTemplate("n", [OperatorTemplate("op", list(equations), variables)])


def one(template):
    return CircuitTemplate("c", nodes={"p": template})


@pytest.mark.parametrize(
    ("term", "wanted"),
    [
        ("vsum(x)", 1.5),
        ("mean(x)", 0.5),
        ("maxi(x)", 2.0),
        ("mini(x)", -1.0),
        ("index(x, 2)", 2.0),
        ("vsum(index_range(x, 1, 3))", 1.0),
        ("index_axis(x, 1)", -1.0),
        ("matvec(W, x)", W @ X),
        ("matmul(W, x)", W @ X),
        ("matmul(x, W)", X @ W),
        ("vsum(x*matvec(W, x))", X @ W @ X),
        ("index(W, 1)", W[1]),
        ("index_axis(W, 2, 1)", W[:, 2]),
        ("x*index(x, 0)", 0.5 * X),
        ("matmul(x, x)", X @ X),
    ],
)
def test_functions_act_on_the_axis_of_a_vector_and_of_a_population(derivatives, term, wanted):
    variables = {"x": "variable(0.0,3)", **({"W": W} if "W" in term else {})}
    state = {"p/op/x": X}
    found = derivatives(one(node(f"x' = -x + {term}", **variables)), state=state)["p/op/x"]
    assert np.allclose(found, -X + wanted, rtol=1e-14)
    unit = node(f"x' = -x + {term}", **{**variables, "x": "variable(0.0)"})
    population = PopulationTemplate("pop", unit, 3, {"op/x": X})
    each = derivatives(CircuitTemplate("c", populations={"p": population}))
    assert np.allclose([each[f"p[{k}]/op/x"] for k in range(3)], -X + wanted, rtol=1e-14)


@pytest.mark.parametrize(
    ("term", "wanted"),
    [("vsum(k)", 6.0), ("mean(k)", 2.0), ("index(k, 1)", 2.0), ("vsum(2*t)", 3.0), ("index(u, 0)", 7.0)],
)
def test_what_all_units_share_has_an_entry_per_unit(derivatives, term, wanted):
    unit = node(f"x' = {term}", x="variable(0.0)", k=2.0, u="input(7.0)")
    circuit = CircuitTemplate("c", populations={"p": PopulationTemplate("pop", unit, 3)})
    assert derivatives(circuit, t=0.5)["p[1]/op/x"] == wanted
    circuit.update_var({"p[0]/op/k": 2.0})  # a value of its own changes nothing
    assert derivatives(circuit, t=0.5)["p[1]/op/x"] == wanted


def test_a_population_of_one_has_an_axis_of_one(derivatives):
    unit = node("x' = vsum(x) + mean(x) + index(x, 0) + matvec(W, x)", x="variable(0.5)", W=[[2.0]])
    circuit = CircuitTemplate("c", populations={"p": PopulationTemplate("pop", unit, 1)})
    assert derivatives(circuit)["p[0]/op/x"] == 2.5


def test_in_a_single_node_a_reduction_of_a_number_is_that_number(derivatives):
    assert derivatives(one(node("x' = vsum(x) + mean(x) + maxi(x)", x="variable(0.5)")))["p/op/x"] == 1.5


def test_a_matrix_may_be_a_value_of_a_population(derivatives):
    unit = node("x' = matvec(W, x)", x="variable(0.0)", W=0.0)
    population = PopulationTemplate("pop", unit, 3, {"op/W": W, "op/x": X})
    each = derivatives(CircuitTemplate("c", populations={"p": population}))
    assert np.allclose([each[f"p[{k}]/op/x"] for k in range(3)], W @ X, rtol=1e-15)


def test_a_declared_length_gives_a_number_an_axis(derivatives):
    unit = node(
        "z = 2.0*k", "x' = vsum(z) + vsum(u) + vsum(w)",
        x="output(0.5)", z="variable(0.0,3)", k=0.5, u="input(0.25,4)", w=[0.125]*8,
    )  # fmt: skip
    circuit = CircuitTemplate("c", nodes={"p": unit, "q": unit}, edges=[("p/op/x", "q/op/u", None, {"weight": 3.0})])
    found = derivatives(circuit)
    assert found["p/op/x"] == 3.0 + 1.0 + 1.0
    assert found["q/op/x"] == 3.0 + 6.0 + 1.0


def test_a_population_feeds_each_element_of_a_vector(derivatives):
    vector = node("x' = u*k", x="variable(0.0,2)", u="input(0.0,2)", k=[1.0, 10.0])
    unit = node("y' = 0.0", y="output(0.0)")
    circuit = CircuitTemplate(
        "c",
        nodes={"p": vector},
        populations={"a": PopulationTemplate("a", unit, 3, {"op/y": [1.0, 2.0, 4.0]})},
        edges=[(f"a[{k}]/op/y", "p/op/u", None, {"weight": 1.0 + k}) for k in range(2)],
    )
    assert derivatives(circuit)["p/op/x"].tolist() == [5.0, 50.0]


def test_a_vector_feeds_a_vector(derivatives):
    vector = node("x' = u", x="output(0.0,3)", u="input(1.0,3)")
    circuit = CircuitTemplate(
        "c", nodes={"p": vector, "q": vector}, edges=[("p/op/x", "q/op/u", None, {"weight": 2.0, "delay": 0.5})]
    )
    found = derivatives(circuit, state={"p/op/x": X})
    assert found["q/op/x"].tolist() == (2.0 * X).tolist()
    assert found["p/op/x"].tolist() == [1.0, 1.0, 1.0]


def test_a_derivative_that_is_a_number_holds_for_each_element(derivatives):
    assert derivatives(one(node("x' = 2.0", x="variable(0.0,3)")))["p/op/x"].tolist() == [2.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (
            node("x' = -k*x", x="variable(0.5)", k=[1.0, 2.0]),
            "The derivative of 'p/op/x' has shape (2,), but the state has shape (). "
            "Declare its length as in 'variable(0.0,3)', or reduce the right side with vsum or mean.",
        ),
        (
            node("x' = index(k, 0)", x="variable(0.5)", k=2.0),
            "'index(p/op/k, 0)' takes an element of a number; it needs a vector or matrix.",
        ),
        (
            node("x' = vsum(matvec(W, k))", x="variable(0.5)", k=[1.0, 2.0], W=W),
            "'matvec(p/op/W, p/op/k)' needs a matrix [m, n] and a vector [n]; it got shapes (3, 3) and (2,).",
        ),
        (
            node("x' = vsum(matmul(W, k))", x="variable(0.5)", k=[1.0, 2.0], W=W),
            "'matmul(p/op/W, p/op/k)' cannot multiply shapes (3, 3) and (2,).",
        ),
        (
            node("x' = vsum(index_range(k, 0, x))", x="variable(0.5)", k=[1.0, 2.0]),
            "'index_range(p/op/k, 0, p/op/x)' needs a vector and two integer bounds written as numbers.",
        ),
        (
            node("x' = index_axis(k, 0, x)", x="variable(0.5)", k=[1.0, 2.0]),
            "'index_axis(p/op/k, 0, p/op/x)' needs an array, an index and an axis written as a number.",
        ),
    ],
)  # fmt: skip
def test_shapes_that_do_not_fit_are_refused(build, template, text):
    with pytest.raises(EquationError) as error:
        build(one(template))
    assert str(error.value) == text
