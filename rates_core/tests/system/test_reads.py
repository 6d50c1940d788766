"""Delayed values: one read per slot and delay, and delays that depend on parameters only."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.errors import UnsupportedFeatureError
from rates_core.system.display import expression_text
from rates_core.system.system import Assign

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate


def node(*equations, **variables):
    return NodeTemplate("n", [OperatorTemplate("op", list(equations), variables)])


def one(*equations, **variables):
    return CircuitTemplate("c", nodes={"p": node(*equations, **variables)})


def reads(system):
    """Return slot and delay of each read."""
    return [(read.slot, expression_text(read.delay)) for read in system.reads]


def definition(system, path):
    (found,) = (item for item in system.statements if item.target == path)
    assert isinstance(found, Assign)
    return expression_text(found.expression)


@pytest.mark.parametrize("text", ["past(x, tau)", "x(t - tau)"])
def test_both_spellings_read_the_variable(build, text):
    system = build(one(f"x' = -{text}", x="variable(1.0)", tau=2.0))
    assert reads(system) == [("p/op/x", "[p/op/tau]")]
    assert expression_text(system.derivatives[0].expression) == "-[p/op/delayed#1]"


@pytest.mark.parametrize(
    ("delay", "wanted"),
    [("2*tau", 4.0), ("tau + 0.1", 2.1), ("tau/k", 0.5), ("1.5", 1.5), ("k*sqrt(tau)^2", 8.0), ("d", 6.0)],
)
def test_a_delay_is_any_expression_of_parameters(build, evaluate_system, delay, wanted):
    extra = {"d": "variable"} if delay == "d" else {}
    equations = ["d = 3*tau"] if delay == "d" else []
    system = build(one(f"x' = -past(x, {delay})", *equations, x="variable(1.0)", tau=2.0, k=4.0, **extra))
    (read,) = system.reads
    assert evaluate_system(system, 0.0, {read.path: 0.0}).delay(read.path) == pytest.approx(wanted, rel=1e-15)


def test_nested_delays_add(build, evaluate_system):
    system = build(one("x' = -past(past(x, tau), 2.0)", x="variable(1.0)", tau=0.5))
    outer = [read for read in system.reads if "+" in expression_text(read.delay)]
    assert [read.slot for read in outer] == ["p/op/x"]
    given = {read.path: 0.0 for read in system.reads}
    assert evaluate_system(system, 0.0, given).delay(outer[0].path) == 2.5


def test_the_past_of_an_expression_is_that_of_a_hidden_variable(build):
    system = build(one("x' = -past(x^2 + 1, tau)", x="variable(1.0)", tau=2.0))
    assert reads(system) == [("p/op/past#1", "[p/op/tau]")]
    assert definition(system, "p/op/past#1") == "[p/op/x]^2 + 1"


def test_the_past_of_time_is_an_earlier_time(derivatives):
    assert derivatives(one("x' = t - past(2*t, 0.5)", x="variable(1.0)"), t=3.0)["p/op/x"] == -3.0


def test_algebraic_variables_and_inputs_have_a_past(build):
    circuit = one("z = 2*x", "x' = past(z, 1.0) + past(u, 1.0)", x="output(1.0)", z="variable", u="input")
    circuit = CircuitTemplate("c", nodes=circuit.nodes, edges=[("p/op/x", "p/op/u")])
    assert reads(build(circuit)) == [("p/op/z", "1.0"), ("p/op/u", "1.0")]


def test_constants_have_no_past_of_their_own(build):
    system = build(one("x' = past(k, 1.0) + past(u, 1.0)", x="variable(1.0)", k=3.0, u="input(2.0)"))
    assert reads(system) == []
    assert definition(system, "p/op/delayed#1") == "[p/op/k]"


def test_equal_reads_are_one(build):
    system = build(
        one("x' = -past(x, tau)", "y' = past(x, tau) - past(y, tau)", x="variable(1.0)", y="variable", tau=2.0)
    )
    assert reads(system) == [("p/op/x", "[p/op/tau]"), ("p/op/y", "[p/op/tau]")]


def test_delays_of_edges_keep_apart_from_each_other(build):
    leak = node("x' = u", x="output(1.0)", u="input")
    edges = [("p/op/x", "q/op/u", None, {"delay": delay}) for delay in (0.5, 0.7)] + [("p/op/x", "q/op/u")]
    system = build(CircuitTemplate("c", nodes={"p": leak, "q": leak}, edges=edges))
    assert [read.slot for read in system.reads] == ["p/op/x", "p/op/x"]
    assert [system.parameter_paths[expression_text(read.delay)[1:-1]].value for read in system.reads] == [0.5, 0.7]


def test_each_unit_has_its_own_delay(build, evaluate_system):
    population = PopulationTemplate(
        "a", node("x' = -past(x, tau)", x="variable(1.0)", tau=2.0), 3, {"op/tau": [1.0, 2.0, 3.0]}
    )
    system = build(CircuitTemplate("c", populations={"a": population}))
    (read,) = system.reads
    assert (read.shape, read.index) == ((3,), None)
    assert evaluate_system(system, 0.0, {read.path: np.zeros(3)}).delay(read.path).tolist() == [1.0, 2.0, 3.0]


def test_each_connection_has_its_own_delay_and_source(build):
    population = PopulationTemplate("a", node("x' = u", x="output(1.0)", u="input"), 2)
    delays = np.array([[1.0, 2.0], [3.0, 4.0]])
    connections = [Connectivity("a/op/x", "a/op/u", np.ones((2, 2)), delays=delays)]
    system = build(CircuitTemplate("c", populations={"a": population}, connections=connections))
    (read,) = system.reads
    assert read.shape == (4,)
    assert system.parameter_paths[str(read.index)].value.tolist() == [0, 1, 0, 1]


def test_a_variable_may_depend_on_its_own_past(build):
    system = build(one("z = 0.5*past(z, 1.0) + x", "x' = -z", x="variable(1.0)", z="variable"))
    assert reads(system) == [("p/op/z", "1.0")]
    unit = node("z = vsum(past(z, 1.0)) + k", "x' = z", x="variable(1.0)", z="variable", k=1.0)
    system = build(CircuitTemplate("c", populations={"a": PopulationTemplate("a", unit, 3)}))
    (read,) = system.reads
    assert read.shape == system.shapes["a/op/z"]


@pytest.mark.parametrize(
    ("equations", "text"),
    [
        (
            ["x' = -past(x, x)"],
            "The delay 'p/op/x' of 'p/op/x' depends on 'p/op/x'. A delay may depend on parameters only; "
            "delays that depend on time, state or external inputs are not supported.",
        ),
        (
            ["x' = -past(x^2, z)", "z = 2*x"],
            "The delay 'p/op/z' of 'p/op/x^2' depends on 'p/op/x'. A delay may depend on parameters only; "
            "delays that depend on time, state or external inputs are not supported.",
        ),
    ],
)
def test_a_delay_that_changes_is_refused_by_name(build, equations, text):
    extra = {"z": "variable"} if len(equations) > 1 else {}
    with pytest.raises(UnsupportedFeatureError) as error:
        build(one(*equations, x="variable(1.0)", **extra))
    assert str(error.value) == text
