"""Templates by the calls of PyRates, with values of closed forms."""

from __future__ import annotations

from copy import deepcopy
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rates_core.errors import RatesError, TemplateError, UnknownNameError

from rates_core import CircuitTemplate as Circuit

pytestmark = pytest.mark.usefixtures("active")
VDP = "model_templates.oscillators.vanderpol.vdp"


@pytest.fixture
def pyrates(active: None) -> Any:
    return import_module("pyrates")


def decay(pyrates: Any, tau: float = 2.0) -> Any:
    variables = {"x": "output(1.0)", "tau": tau, "u": "input(0.0)"}
    return pyrates.OperatorTemplate("decay", equations=["x' = u - x/tau"], variables=variables)


def pair(pyrates: Any, **attributes: Any) -> Any:
    node = pyrates.NodeTemplate(name="cell", operators=[decay(pyrates)])
    edge = ("a/decay/x", "b/decay/u", None, {"weight": 0.5, **attributes})
    return pyrates.CircuitTemplate("pair", nodes={"a": node, "b": node}, edges=[edge])


def test_an_operator_shows_what_was_declared(pyrates: Any) -> None:
    operator = decay(pyrates)
    assert operator.equations == ["x' = u - x/tau"]
    assert operator.variables == {"x": "output(1.0)", "tau": 2.0, "u": "input(0.0)"}
    derived = operator.update_template(name="other", equations={"replace": {"u": "2*u"}}, variables={"tau": 4.0})
    assert (derived.name, derived.equations, derived.variables["tau"]) == ("other", ["x' = 2*u - x/tau"], 4.0)
    assert repr(operator) == "<OperatorTemplate 'decay'>"


def test_a_node_shows_its_operators_and_changes_in_place(pyrates: Any) -> None:
    operator = decay(pyrates)
    node = pyrates.NodeTemplate("cell", {operator: {"tau": 5.0}})
    assert node.operators == {operator: {"tau": 5.0}}
    assert node.get_op("decay") == operator
    node.update_var("decay", "tau", 7.0)
    assert node.operators == {operator: {"tau": 7.0}}
    derived = node.update_template(name="other", operators={operator: {"tau": 9.0}})
    assert (derived.operators, node.operators) == ({operator: {"tau": 9.0}}, {operator: {"tau": 7.0}})
    with pytest.raises(UnknownNameError):
        node.update_var("decay", "tua", 1.0)


def test_nodes_of_a_circuit_change_the_circuit(pyrates: Any) -> None:
    circuit = pair(pyrates)
    circuit.get_node_template("a").update_var("decay", "tau", 3.0)
    circuit.nodes["b"].update_var("decay", "tau", 4.0)
    assert [circuit.get_var(f"{name}/decay/tau") for name in "ab"] == [3.0, 4.0]
    table = circuit.run(1.0, 0.5, outputs={"a": "a/decay/x"}, verbose=False)
    assert table["a"].tolist() == [1.0, 1.0 - 0.5 / 3.0]


def test_edges_are_tuples_and_are_found(pyrates: Any) -> None:
    circuit = pair(pyrates)
    edge = ("a/decay/x", "b/decay/u", None, {"weight": 0.5})
    assert circuit.edges == [edge] == circuit.get_edges("all", "all") == circuit.collect_edges()
    assert circuit.get_edge("a/decay/x", "b/decay/u", idx=0) == edge
    assert circuit.collect_edges(delay_info=True) == [(*edge, False)]
    with pytest.raises(UnknownNameError) as caught:
        circuit.get_edge("a/decay/x", "b/decay/u", idx=1)
    assert str(caught.value) == "There is no edge number 1 from 'a/decay/x' to 'b/decay/u'; there are 1."
    assert circuit.update_var(edge_vars=[("a/decay/x", "b/decay/u", {"weight": 2.0})]) is circuit
    assert circuit.get_edges("a", "b")[0][3] == {"weight": 2.0}


def test_edge_templates_keep_the_names_that_users_write(pyrates: Any) -> None:
    double = pyrates.OperatorTemplate("op", "m = 2*s", {"m": "output", "s": "input"})
    edge = pyrates.EdgeTemplate("double", [double])
    node = pyrates.NodeTemplate("cell", [decay(pyrates)])
    written = ("a/decay/x", "b/decay/u", edge, {"double/op/s": "source", "weight": 0.5})
    circuit = pyrates.CircuitTemplate("c", nodes={"a": node, "b": node}, edges=[written])
    assert circuit.edges == [written]
    table = circuit.run(1.0, 0.5, outputs={"b": "b/decay/x"}, verbose=False)
    assert table["b"].tolist() == [1.0, 1.0 + 0.5 * (0.5 * 2.0 * 1.0 - 0.5)]


def test_circuits_are_derived_or_changed_in_place(pyrates: Any) -> None:
    circuit = pair(pyrates)
    node = circuit.nodes["a"]
    derived = circuit.update_template(name="three", nodes={"c": node}, edges=[("b/decay/x", "c/decay/u", None, {})])
    assert (derived.get_nodes("all"), circuit.get_nodes("all")) == (["a", "b", "c"], ["a", "b"])
    assert derived.edges[-1] == ("b/decay/x", "c/decay/u", None, {"weight": 1.0})
    assert circuit.update_template(nodes={"d": node}, in_place=True) is circuit
    circuit.add_node_template("e", node)
    assert circuit.get_nodes(["all"], ("decay", "x")) == ["a", "b", "d", "e"]
    outer = pyrates.CircuitTemplate("outer", circuits={"inner": circuit, "vdp": VDP})
    outer.add_node_template(["inner", "f"], node)
    assert outer.get_nodes("inner")[-1] == "inner/f"
    assert list(outer.circuits) == ["inner", "vdp"]
    with pytest.raises(UnknownNameError, match=r"^'outer' has no circuit 'x'\.$"):
        outer.add_node_template("x/f", node)


def test_matrices_make_edges(pyrates: Any) -> None:
    circuit = pair(pyrates)
    circuit.add_edges_from_matrix("decay/x", "decay/u", ["a", "b"], weight=np.array([[0.0, 0.25], [0.0, 0.0]]))
    assert circuit.get_edges("b", "a") == [("b/decay/x", "a/decay/u", None, {"weight": 0.25})]


def test_populations_and_connections_are_held(pyrates: Any) -> None:
    node = pyrates.NodeTemplate("cell", [decay(pyrates)])
    cells = pyrates.PopulationTemplate(name="cells", node=node, n=2, params={"decay/x": [1.0, 3.0]})
    double = pyrates.OperatorTemplate("op", "m = 2*s", {"m": "output", "s": "input"})
    swap = pyrates.Connectivity(
        source="p/decay/x", target="p/decay/u", weights=np.array([[0.0, 1.0], [1.0, 0.0]]),
        edge=pyrates.EdgeTemplate("e", [double]), edge_var_map={"s": "source"},
    )  # fmt: skip
    circuit = pyrates.CircuitTemplate("c", populations={"p": cells}, connections=[swap])
    table = circuit.run(1.0, 0.5, outputs={"x": "p/decay/x"}, verbose=False)
    assert table["x"].to_numpy().tolist() == [[1.0, 3.0], [1.0 + 0.5 * (6.0 - 0.5), 3.0 + 0.5 * (2.0 - 1.5)]]
    assert (cells.name, cells.n, cells.node) == ("cells", 2, node)
    assert cells.params["decay/x"].tolist() == [1.0, 3.0]
    assert (swap.source, swap.target, swap.edge_var_map) == ("p/decay/x", "p/decay/u", {"op/s": "source"})
    assert swap.edge.name == "e"
    assert circuit.populations["p"] == cells
    assert circuit.connections[0].rates == swap.rates


def test_templates_are_read_and_written(pyrates: Any, tmp_path: Path) -> None:
    circuit = pyrates.CircuitTemplate.from_yaml(VDP)
    assert (circuit.name, circuit.path, list(circuit.nodes)) == ("vdp", VDP, ["p"])
    assert isinstance(circuit.rates, Circuit)
    circuit.to_yaml(tmp_path / "mine.yaml")
    assert pyrates.CircuitTemplate.from_yaml(f"{tmp_path}/mine.yaml/vdp") == circuit
    frontend = import_module("pyrates.frontend")
    found = frontend.template.from_yaml("model_templates.oscillators.vanderpol.vdp_op")
    assert type(found) is pyrates.OperatorTemplate
    assert type(frontend.template.from_yaml(VDP)) is pyrates.CircuitTemplate
    with pytest.raises(TemplateError):
        pyrates.NodeTemplate.from_yaml(VDP)


@pytest.mark.parametrize("kind", ["yaml", "pickle"])
def test_templates_are_saved(pyrates: Any, kind: str, tmp_path: Path) -> None:
    circuit = pair(pyrates)
    pyrates.save(circuit, str(tmp_path / "file.yaml"), kind)
    if kind == "yaml":
        assert pyrates.CircuitTemplate.from_yaml(f"{tmp_path}/file.yaml/pair") == circuit
    else:
        assert import_module("pyrates.frontend.fileio.pickle").load(tmp_path / "file.yaml") == circuit
    with pytest.raises(UnknownNameError) as caught:
        pyrates.save(circuit, "file", "yml")
    assert str(caught.value) == "There is no type of file 'yml'. Did you mean 'yaml'? There are: yaml, pickle."


def test_copies_are_independent(pyrates: Any) -> None:
    circuit = pair(pyrates)
    other = deepcopy(circuit)
    other.update_var({"a/decay/tau": 9.0})
    assert (circuit.get_var("a/decay/tau"), other.get_var("a/decay/tau")) == (2.0, 9.0)


def test_errors_of_rates_are_those_that_scripts_catch(pyrates: Any) -> None:
    backend = import_module("pyrates.backend")
    assert issubclass(RatesError, backend.PyRatesException)
    with pytest.raises(backend.PyRatesException):
        pair(pyrates).get_var("a/decay/y")


def test_members_that_have_no_meaning_are_refused_and_unknown_ones_get_the_closest(pyrates: Any) -> None:
    circuit = pair(pyrates)
    with pytest.raises(AttributeError) as caught:
        circuit.state  # noqa: B018  # the question is what it says
    assert str(caught.value) == (
        "'CircuitTemplate.state' is refused: A run starts from the model's values: the last row of its table is where "
        "it ended, and circuit.rates.compile(...).run(state=...) goes on."
    )
    with pytest.raises(AttributeError) as unknown:
        circuit.get_node  # noqa: B018  # as above
    assert str(unknown.value) == "'CircuitTemplate' has no attribute 'get_node'. Did you mean 'get_nodes'?"
    assert not hasattr(circuit, "apply")
    assert circuit.intermediate_representation is circuit.compute_graph is circuit.clear() is None
