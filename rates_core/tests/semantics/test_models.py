"""What a model is: kernels, complex numbers, files, templates, sub-circuits, sweeps."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.errors import ApproximationWarning

from rates_core import (
    CircuitTemplate,
    Connectivity,
    NodeTemplate,
    OperatorTemplate,
    PopulationTemplate,
    grid_search,
)

RUN = {"simulation_time": 1.0, "step_size": 0.1, "verbose": False}
STEPS = np.arange(10)
DECAY = OperatorTemplate("op", "x' = -k*x", {"x": "output(1.0)", "k": 1.0})


def test_13_a_spread_above_the_delay_is_one_stage_and_a_warning(nodes):
    # One stage of rate 1/m = 2 that starts from nothing: z' = 2 (1 - z), which is 1 - exp(-2t).
    edge = ("n0/op/x", "n0/op/u", None, {"delay": 0.5, "spread": 1.0})
    circuit = nodes(1, ["x' = 0*x", "z = u"], [edge], x="output(1.0)", u="input", z="variable")
    with pytest.warns(ApproximationWarning) as caught:
        table = circuit.run(1.0, 1e-3, solver="rk4", outputs={"z": "n0/op/z"}, history=0.0, verbose=False)
    assert np.allclose(table["z"], 1 - np.exp(-2 * table.index), atol=1e-10)
    assert [str(warning.message) for warning in caught] == [
        "The delayed 'n0/op/x' has (delay/spread)² = 0.25, but a chain has a whole number of stages: 1 gives the "
        "spread 0.5 instead of 1."
    ]


def test_14_a_complex_model_is_complex_without_being_told_so(single, solver):
    equations = ["z' = I*w*z", "r = real(z)", "s = abs(z)^2"]
    circuit = single(equations, z="output(1.0)", w=2.0, r="variable", s="variable")
    table = circuit.run(1.01, 0.01, outputs={"z": "p/op/z", "r": "p/op/r", "s": "p/op/s"}, **solver.options)
    assert [kind.kind for kind in table.dtypes] == ["c", "f", "f"]
    tolerance = 1e-7 if solver.adaptive else 5 * 0.01**solver.order
    assert np.allclose(table["z"], np.exp(2j * table.index), atol=tolerance)
    assert np.allclose(table["r"], table["z"].to_numpy().real, rtol=1e-14)
    assert np.allclose(table["s"], np.abs(table["z"]) ** 2, rtol=1e-14)


FILE = """\
op: {{base: OperatorTemplate, equations: "x' = -k*x", variables: {{x: output(1.0), k: {k}}}}}
n: {{base: NodeTemplate, operators: [op]}}
c: {{base: CircuitTemplate, nodes: {{p: n}}}}
"""


def decay_of(circuit: CircuitTemplate) -> float:
    """Return k of x' = -k x from one step of Euler."""
    return float((1 - circuit.run(**RUN)["p/op/x"].iloc[1]) / 0.1)


def test_15_a_file_that_changed_is_read_again_and_loads_are_independent(tmp_path):
    path = tmp_path / "model.yaml"
    path.write_text(FILE.format(k=1.0), encoding="utf-8")
    first = CircuitTemplate.from_yaml(f"{path}/c")
    path.write_text(FILE.format(k=2.0), encoding="utf-8")
    second, third = CircuitTemplate.from_yaml(f"{path}/c"), CircuitTemplate.from_yaml(f"{path}/c")
    second.update_var({"p/op/k": 3.0})
    assert [decay_of(circuit) for circuit in (first, second, third)] == pytest.approx([1.0, 3.0, 2.0])
    assert decay_of(CircuitTemplate.from_yaml(f"{path}/c")) == pytest.approx(2.0)


def test_16_values_of_single_nodes_survive_a_file(tmp_path):
    node = NodeTemplate("n", [DECAY])
    circuit = CircuitTemplate("c", {f"n{number}": node for number in range(10)})
    values = {f"n{number}/op/k": kind(number + 1) for number, kind in enumerate([np.float64, np.int32, np.float32] * 3)}
    circuit.update_var(values)
    circuit.to_yaml(tmp_path / "model.yaml")
    loaded = CircuitTemplate.from_yaml(tmp_path / "model.yaml")
    assert loaded == circuit
    table = loaded.run(outputs={"x": "all/op/x"}, **RUN)
    rates = np.array([*range(1, 10), 1.0])
    assert np.allclose(table, (1 - 0.1 * rates) ** STEPS[:, None], rtol=1e-12, atol=1e-15)


def test_16_populations_and_connections_survive_a_file(tmp_path):
    operator = OperatorTemplate("op", "x' = k*u", {"x": "output(1.0)", "u": "input", "k": np.float64(1.0)})
    members = PopulationTemplate("p", NodeTemplate("n", [operator]), 3, {"op/k": np.array([1.0, 2.0, 3.0])})
    weights = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 2.0], [3.0, 0.0, 0.0]])
    circuit = CircuitTemplate("c", populations={"p": members}, connections=[Connectivity("p/op/x", "p/op/u", weights)])
    circuit.to_yaml(tmp_path / "model.yaml")
    loaded = CircuitTemplate.from_yaml(tmp_path / "model.yaml")
    assert loaded == circuit
    x = np.ones(3)
    expected = [x := x + 0.1 * np.array([1.0, 2.0, 3.0]) * (weights @ x) if step else x for step in STEPS]
    assert np.allclose(loaded.run(outputs={"x": "p/op/x"}, **RUN), expected, rtol=1e-13)


def test_17_populations_in_sub_circuits_are_run_and_recorded_with_their_paths(population):
    inner = population(3, "x' = -k*x", {"op/k": [1.0, 2.0, 3.0]}, x="output(1.0)", k=1.0)
    outer = CircuitTemplate("outer", circuits={"left": inner, "right": inner})
    outer.update_var({"right/p[1]/op/k": 5.0})
    table = outer.run(outputs={"x": "all/p/op/x"}, **RUN)
    rates = np.array([1.0, 2.0, 3.0, 1.0, 5.0, 3.0])
    assert np.allclose(table, (1 - 0.1 * rates) ** STEPS[:, None], rtol=1e-12)
    assert list(table.columns) == [("x", side, f"p[{unit}]", "op/x") for side in ("left", "right") for unit in range(3)]
    assert np.allclose(inner.run(outputs={"x": "p[1]/op/x"}, **RUN)["x"], 0.8**STEPS, rtol=1e-12)


def test_17_edges_in_sub_circuits_are_changed_from_outside(nodes):
    edge = ("n0/op/x", "n0/op/u", None, {"weight": 1.0})
    inner = nodes(1, "x' = u", [edge], x="output(1.0)", u="input")
    outer = CircuitTemplate("outer", circuits={"a": inner, "b": inner})
    outer.update_var(edge_vars=[("b/n0/op/x", "b/n0/op/u", {"weight": -2.0})])
    table = outer.run(outputs={"a": "a/n0/op/x", "b": "b/n0/op/x"}, **RUN)
    assert np.allclose(table["a"], 1.1**STEPS, rtol=1e-13)
    assert np.allclose(table["b"], 0.8**STEPS, rtol=1e-13)


@pytest.mark.parametrize("count", [2, 9], ids=["single", "grouped"])
def test_17_edges_made_from_a_matrix_are_swept(nodes, count):
    circuit = nodes(count, "x' = u", x="output(1.0)", u="input")
    names = [f"n{number}" for number in range(count)]
    circuit.add_edges_from_matrix("op/x", "op/u", names, weight=np.eye(count))
    weights = [-1.0, 0.5, 2.0]
    edge = ("n1/op/x", "n1/op/u")
    table, points = grid_search(
        circuit,
        {"w": weights},
        {"w": {"vars": ["weight"], "edges": [edge]}},
        0.1,
        1.0,
        {"x": "all/op/x"},
        verbose=False,
    )
    assert list(points["w"]) == weights
    for label, weight in zip(points.index, weights, strict=True):
        point = table["x"][label]
        assert np.allclose(point["n1"]["op/x"], (1 + 0.1 * weight) ** STEPS, rtol=1e-12)
        assert np.allclose(point["n0"]["op/x"], 1.1**STEPS, rtol=1e-12)


def test_18_values_of_a_derived_template_do_not_touch_its_base(tmp_path):
    derived = DECAY.update_template("op", variables={"k": 3.0})
    base, changed = NodeTemplate("n", [DECAY]), NodeTemplate("n", {derived: {}})
    set_in_node = NodeTemplate("n", {DECAY: {"k": 5.0}})
    circuits = [CircuitTemplate("c", {"p": node}) for node in (base, changed, set_in_node)]
    copy = circuits[0].update_template("copy")
    copy.update_var({"p/op/k": 7.0})
    assert [decay_of(circuit) for circuit in [*circuits, copy]] == pytest.approx([1.0, 3.0, 5.0, 7.0])


def test_18_values_of_a_derived_template_in_a_file_do_not_touch_its_base(tmp_path):
    text = FILE.format(k=1.0) + (
        "fast: {base: op, variables: {k: 4.0}}\n"
        "m: {base: NodeTemplate, operators: [fast]}\n"
        "o: {base: n, operators: {op: {k: 6.0}}}\n"
        "d: {base: c, nodes: {q: m, r: o}}\n"
    )
    (tmp_path / "model.yaml").write_text(text, encoding="utf-8")
    derived, base = (CircuitTemplate.from_yaml(f"{tmp_path}/model/{name}") for name in "dc")
    assert decay_of(base) == pytest.approx(1.0)
    table = derived.run(outputs={"p": "p/op/x", "q": "q/fast/x", "r": "r/op/x"}, **RUN)
    assert np.allclose(table, np.array([0.9, 0.6, 0.4]) ** STEPS[:, None], rtol=1e-12)


def test_18_a_number_for_an_inherited_input_is_what_it_has_while_nothing_feeds_it():
    base = OperatorTemplate("base", "x' = u", {"x": "output(1.0)", "u": "input"})
    node = NodeTemplate("node", [base.update_template("op", variables={"u": 2.0})])
    circuit = CircuitTemplate("c", {"a": node, "b": node}, edges=[("a/op/x", "b/op/u", None, {"weight": 0.0})])
    table = circuit.run(**RUN, outputs=["a/op/x", "b/op/x"])
    assert np.allclose(table["a/op/x"], 1 + 2.0 * 0.1 * STEPS, rtol=1e-14)
    assert table["b/op/x"].tolist() == [1.0] * 10


@pytest.mark.parametrize("count", [1, 5, 9], ids=["single", "some", "grouped"])
def test_19_a_parameter_that_units_share_is_one_number(nodes, count):
    circuit = nodes(count, "x' = -x/tau", x="output(1.0)", tau=2.0)
    assert circuit.jacobian(by="parameters", paths=["all/op/tau"]).columns == (("all/op/tau", 1),)
    table = circuit.compile(simulation_time=1.0, step_size=0.1).run(parameters={"all/op/tau": 4.0}, verbose=False)
    assert table.shape == (10, count)
    assert np.allclose(table, (1 - 0.1 / 4) ** STEPS[:, None], rtol=1e-13)


def test_20_a_sweep_sees_what_changed_since_the_last_one(nodes):
    circuit = nodes(2, "x' = -k*x + b", x="output(1.0)", k=1.0, b=0.0)

    def sweep() -> list[float]:
        grid = {"k": [1.0, 2.0]}
        table, _ = grid_search(
            circuit, grid, {"k": {"vars": ["op/k"], "nodes": ["n0"]}}, 0.1, 1.0, {"x": "n0/op/x"}, verbose=False
        )
        return [float(value) for value in table.iloc[1]]

    assert sweep() == pytest.approx([0.9, 0.8])
    circuit.update_var({"n0/op/b": 3.0})
    assert sweep() == pytest.approx([1.2, 1.1])
    circuit.update_var({"n0/op/b": 0.0, "n0/op/x": 2.0})
    assert sweep() == pytest.approx([1.8, 1.6])


def test_20_units_of_a_group_are_swept_alone(nodes):
    circuit = nodes(9, "x' = -x*exp(k)", x="output(1.0)", k=0.0)
    grid = {"k": [0.0, np.log(2.0)]}
    table, points = grid_search(
        circuit, grid, {"k": {"vars": ["op/k"], "nodes": ["n4"]}}, 0.1, 1.0, {"x": "all/op/x"}, verbose=False
    )
    second = table["x"][points.index[1]]
    assert np.allclose(second["n4"]["op/x"], 0.8**STEPS, rtol=1e-12)
    assert np.allclose(second["n5"]["op/x"], 0.9**STEPS, rtol=1e-12)
