"""Templates written as files of TVBO and read back: equal where both can say it, and what is not said is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rates_core.errors import UnsupportedFeatureError
from rates_tvbo.reader import read
from rates_tvbo.writer import write

from rates_core import (
    CircuitTemplate,
    EdgeTemplate,
    NodeTemplate,
    OmissionWarning,
    OperatorTemplate,
    PopulationTemplate,
)

Writer = Callable[..., Path]


def circuit_of(operator: OperatorTemplate, values: Any = None) -> CircuitTemplate:
    """Return a circuit that is called as those of TVBO are."""
    name = operator.name.removesuffix("_op")
    return CircuitTemplate(f"{name}_circuit", {"p": NodeTemplate(name, [(operator, values)])})


def again(circuit: Any, folder: Path) -> CircuitTemplate:
    """Return what comes back of a template."""
    path = folder / "again.yaml"
    path.unlink(missing_ok=True)
    write(circuit, path)
    return read(path)


OPERATORS = {
    "a description with meanings, units and sources": OperatorTemplate(
        "VdP_op",
        ["x' = z", "z' = mu*(1 - x^2)*z - x + inp"],
        {"x": "output(0.5)", "z": "variable(1e-3)", "mu": 2.5, "inp": "input"},
        "An oscillator,\nin two lines.\n\n`mu`: damping\n\nUnits: mu 1/ms, x mV.\n\nReference: van der Pol (1926)",
        "Van der Pol",
    ),
    "a description in an order of its own": OperatorTemplate(
        "VdP_op",
        "x' = -k*x + c",
        {"x": "variable(0.5)", "k": 2.5, "c": "input"},
        "Units: k 1/ms, c mV.\nReference: Someone (1999). doi:10.1/2\nMore prose.",
    ),
    "units that TVBO does not have": OperatorTemplate(
        "u_op", "x' = -x + c", {"x": "variable(0.5)", "c": "input"}, "Prose.\n\nUnits: x furlong, c mV."
    ),
    "algebraic equations, of parameters alone and not": OperatorTemplate(
        "a_op",
        ["k2 = 2*k", "m = sigmoid(x) + k2", "n = m^2 + fmod(x, 3)", "x' = -x + n + heaviside(x - 0.5)"],
        {"k": 0.1, "k2": "variable", "m": "output", "n": "variable", "x": "variable(0.3)"},
    ),
    "conditions": OperatorTemplate(
        "c_op",
        "x' = where(x > 0 and (x < 1 or not t > 2), -x, where(x == 0, 1, sin(t)))",
        {"x": "output(-0.25)"},
    ),
    "events": OperatorTemplate(
        "e_op",
        ["v' = 1", "u' = -u"],
        {"v": "variable", "u": "variable", "c": -1.0},
        events=[{"when": "v > 0.5 and u < 9", "set": {"v": "c", "u": "u + v"}}],
    ),
    "noise": OperatorTemplate(
        "n_op",
        ["x' = -x + y + sigma_x*xi_x", "y' = -y + sigma_y*xi_y"],
        {
            "x": "variable(1.0)", "y": "variable", "sigma_x": 0.5, "xi_x": "noise", "sigma_y": 0.25, "xi_y": "noise",
        },
    ),
    "a state with bounds": OperatorTemplate(
        "b_op",
        ["m = 2*x", "slope_x = m - y", "x' = where(x >= 1.0 and slope_x > 0.0 or x <= -0.5 and slope_x < 0.0, 0.0, "
         "slope_x) + sigma_x*xi_x", "y' = -y"],
        {"m": "variable", "slope_x": "variable", "x": "variable(0.5)", "y": "variable(1.0)", "sigma_x": 0.5,
         "xi_x": "noise"},
        events=[{"when": "y < 0.1", "set": {"y": "1.0"}}, {"when": "x > 1.0", "set": {"x": "1.0"}},
                {"when": "x < -0.5", "set": {"x": "-0.5"}}],
    ),
    "bounds in another order": OperatorTemplate(
        "b_op",
        ["slope_x = m - x", "m = 2*x", "x' = where(x >= 1.0 and slope_x > 0.0, 0.0, slope_x)"],
        {"m": "variable", "slope_x": "variable", "x": "variable(0.5)"},
        events=[{"when": "x > 1.0", "set": {"x": "1.0"}}],
    ),
    "an axis, and arrays": OperatorTemplate(
        "m_op",
        "x' = matmul(x, A) + w - vsum(x)",
        {"x": "variable(0.5,2)", "A": np.array([[1.0, 2.0], [3.0, 4.5]]), "w": [1.0, 2.0]},
    ),
    "names of Python and SymPy": OperatorTemplate(
        "s_op", "lambda' = I*gamma - lambda*E1", {"lambda": "variable(0.5)", "I": 2.0, "gamma": 3.0, "E1": 1.5}
    ),
}  # fmt: skip


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=OPERATORS)
def test_an_operator_comes_back_equal(operator: OperatorTemplate, tmp_path: Path) -> None:
    circuit = circuit_of(operator)
    assert again(circuit, tmp_path) == circuit
    assert again(operator, tmp_path) == circuit
    assert again(circuit.nodes["p"], tmp_path) == circuit


def test_bounds_are_written_as_a_domain_that_tvbo_enforces(tmp_path: Path) -> None:
    write(OPERATORS["a state with bounds"], tmp_path / "b.yaml")
    text = (tmp_path / "b.yaml").read_text()
    assert "enforce: clamp" in text
    assert "slope_x" not in text
    assert text.count("condition:") == 1
    write(OPERATORS["bounds in another order"], tmp_path / "b.yaml")
    assert "slope_x" in (tmp_path / "b.yaml").read_text()


def test_values_of_a_node_and_records_become_the_values(tmp_path: Path) -> None:
    operator = OPERATORS["a description in an order of its own"]
    circuit = circuit_of(operator, {"k": 7.0}).update_var(node_vars={"p/VdP_op/x": -1.0})
    back = again(circuit, tmp_path)
    assert [back.get_var(f"p/VdP_op/{name}") for name in ("k", "x")] == [7.0, -1.0]


def test_what_a_file_cannot_hold_is_said(tmp_path: Path) -> None:
    operator = OperatorTemplate("o_op", "x' = u - x", {"x": "variable", "u": "input(3.0)"}, "Units: x furlong, u mV.")
    circuit = CircuitTemplate("net", {"q": NodeTemplate("cell", [operator], description="a cell")}, label="Net")
    with pytest.warns(OmissionWarning) as caught:
        write(circuit, tmp_path / "o.yaml")
    assert str(caught[0].message) == (
        "'net' has what a file of TVBO cannot hold; it is left out:\n"
        "  the name 'cell', which becomes 'o': node template\n"
        "  description: node template cell\n"
        "  that nothing has to feed it; it is a parameter of 3.0: input u\n"
        "  the name 'net', which becomes 'o_circuit': circuit\n"
        "  the name 'q', which becomes 'p': node\n"
        "  label: circuit net"
    )
    run = {"simulation_time": 1.0, "step_size": 0.125, "verbose": False}
    back = read(tmp_path / "o.yaml").run(outputs={"x": "p/o_op/x"}, **run)
    assert back.equals(circuit.run(outputs={"x": "q/o_op/x"}, **run))


def test_all_that_tvbo_cannot_hold_of_an_operator_is_named_at_once(tmp_path: Path) -> None:
    operator = OperatorTemplate(
        "bad_op",
        ["z' = I*z", "x' = past(x, 2) + real(z)", "w' = k*xi*w", "v' = 1", "y' = 1"],
        {"z": "variable(1j)", "x": "variable", "w": "variable", "v": "variable", "y": "variable", "k": 1.0,
         "xi": "noise", "s": "variable"},
        events=[
            {"when": "v > 1", "set": {"v": "0"}, "emit": "s"},
            {"when": "v > 2", "set": {"v": "y", "y": "v"}},
        ],
    )  # fmt: skip
    with pytest.raises(UnsupportedFeatureError) as caught:
        write(operator, tmp_path / "bad.yaml")
    assert str(caught.value) == (
        "TVBO cannot hold what the operator 'bad_op' says:\n"
        "  the noise in the equation of 'w': TVBO's is '+ sigma*xi' at the end, with a parameter and a noise of each "
        "state alone.\n"
        "  'z' is complex, and values of TVBO are real.\n"
        "  the equation of 'x': TVBO has no function 'past'.\n"
        "  the event 'when: v > 1' emits a pulse into 's', which events of TVBO cannot.\n"
        "  the event 'when: v > 2' sets variables by each other's values; TVBO assigns one after the other."
    )
    assert not (tmp_path / "bad.yaml").exists()


LEAK = OperatorTemplate("leak_op", "x' = c - x/tau", {"x": "output(1.0)", "tau": 2.0, "c": "input"})
DRIVEN = OperatorTemplate("sine_op", "y' = d - y", {"y": "output(0.5)", "d": "input"})


def network(*edges: Any, **parts: Any) -> CircuitTemplate:
    nodes = {
        "a": NodeTemplate("leak", [LEAK]),
        "b": NodeTemplate("leak", [(LEAK, {"tau": 5.0, "x": -1.0})]),
        "c": NodeTemplate("sine", [DRIVEN]),
    }
    return CircuitTemplate("net", nodes, edges=edges, **parts)


def test_nodes_and_weighted_and_delayed_edges_come_back_equal(tmp_path: Path) -> None:
    circuit = network(
        ("a/leak_op/x", "b/leak_op/c", None, {"weight": 0.5, "delay": 0.25}),
        ("b/leak_op/x", "c/sine_op/d", None, {"weight": -2.0}),
        ("b/leak_op/x", "a/leak_op/c"),
        description="Three nodes.",
    )
    assert again(circuit, tmp_path) == circuit


def test_what_of_a_circuit_is_no_network_is_named(tmp_path: Path) -> None:
    circuit = network(
        ("a/leak_op/x", "c/sine_op/d", None, {"delay": 2.0, "spread": 1.0}),
        populations={"many": PopulationTemplate("many", NodeTemplate("leak", [LEAK]), 3)},
    )
    with pytest.raises(UnsupportedFeatureError) as caught:
        write(circuit, tmp_path / "net.yaml")
    assert str(caught.value) == (
        "A Network of TVBO is written of single nodes and weighted edges; 'net' has\n"
        "  populations 'many'\n"
        "  a spread on the edge a/leak_op/x->c/sine_op/d"
    )


def test_a_node_of_several_operators_is_no_dynamics(tmp_path: Path) -> None:
    node = NodeTemplate("two", [LEAK, DRIVEN])
    with pytest.raises(UnsupportedFeatureError) as caught:
        write(node, tmp_path / "two.yaml")
    assert str(caught.value) == (
        "The node template 'two' has the operators 'leak_op', 'sine_op'; a Dynamics of TVBO is one operator."
    )


def test_numbers_are_written_so_that_readers_of_yaml_1_1_take_them_for_numbers(tmp_path: Path) -> None:
    write(OPERATORS["a description with meanings, units and sources"], tmp_path / "v.yaml")
    text = (tmp_path / "v.yaml").read_text()
    assert re.search(r"initial_value: 0\.001\n", text)
    assert "coupling_variable: True" in text
    assert 'rhs: "mu*(1 - x**2)*z - x + inp"' in text


def test_an_edge_with_an_expression_of_its_ends_is_a_coupling(tmp_path: Path) -> None:
    sine = OperatorTemplate(
        "s_op", "s = k*sin(other - own)", {"s": "output", "other": "input", "own": "input", "k": 2.0}
    )
    edge = EdgeTemplate("sine_edge", [sine])
    mapping = {"s_op/other": "source", "s_op/own": "b/leak_op/x"}
    circuit = network(
        ("a/leak_op/x", "b/leak_op/c", edge, {"weight": 0.5, "delay": 0.25, **mapping}),
        ("b/leak_op/x", "a/leak_op/c", None, {"weight": 3.0}),
    )
    back = again(circuit, tmp_path)
    outputs = [f"{path}" for path in ("a/leak_op/x", "b/leak_op/x", "c/sine_op/y")]
    run = {"outputs": outputs, "solver": "heun", "verbose": False}
    assert back.run(2.0, 0.125, **run).equals(circuit.run(2.0, 0.125, **run))
    assert again(back, tmp_path) == back


def test_edges_of_more_than_an_expression_are_refused(tmp_path: Path) -> None:
    filtered = OperatorTemplate("f_op", "s' = r - s", {"s": "output", "r": "input"})
    circuit = network(("a/leak_op/x", "b/leak_op/c", EdgeTemplate("filter", [filtered])))
    with pytest.raises(UnsupportedFeatureError) as caught:
        write(circuit, tmp_path / "net.yaml")
    assert str(caught.value) == (
        "The edge a/leak_op/x->b/leak_op/c has equations that are no single value; a coupling of TVBO is one."
    )
