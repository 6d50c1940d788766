"""Scripts of PyCoBi and RectiPy, whose calls other plugins have, with values of closed forms."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from rates_core.errors import ArgumentError, UnknownNameError, UnsupportedFeatureError
from scipy.stats import rv_discrete

pytestmark = pytest.mark.usefixtures("active")


@pytest.fixture
def fold(active: None) -> Any:
    """Return the normal form of a fold, x' = mu - x^2: equilibria x = ±sqrt(mu)."""
    pyrates = import_module("pyrates")
    operator = pyrates.OperatorTemplate("op", "x' = mu - x^2", {"x": "output(1.0)", "mu": 1.0})
    return pyrates.CircuitTemplate("fold", nodes={"p": pyrates.NodeTemplate("n", [operator])})


def test_a_system_of_pycobi_takes_circuits_of_scripts(fold: Any) -> None:
    ode = import_module("pycobi").ODESystem.from_template(fold)
    ode.run(ICP="mu", RL0=-1.0, RL1=2.0, bidirectional=True, name="mu")
    assert list(ode.get_summary("mu")["bifurcation"]).count("LP") == 1
    special = ode.get_summary("mu", "LP1")
    assert abs(special["mu", ""]) < 1e-9
    assert ode.additional_attributes == {}
    again = import_module("pycobi.pycobi").ODESystem(fold)
    assert again.model == ode.model == fold.rates


def test_tables_of_pycobi_have_the_names_that_pyrates_files_have(tmp_path: Path) -> None:
    pyrates, pycobi = import_module("pyrates"), import_module("pycobi")
    sum_of = pyrates.OperatorTemplate("sum", "s = k*u + b", {"s": "output", "k": 1.0, "b": -1.0, "u": "input(0.0)"})
    leak = pyrates.OperatorTemplate("leak", "x' = (s - x)/tau + I", {"x": "output(1.0)", "tau": 2.0, "I": "input(0.0)",
                                                                    "s": "input(0.0)"})  # fmt: skip
    node = pyrates.NodeTemplate("n", [leak, sum_of])
    edges = [("a/leak/x", "b/sum/u", None, {"weight": 0.5}), ("b/leak/x", "a/sum/u", None, {"weight": 1.0})]
    circuit = pyrates.CircuitTemplate("pair", nodes={"a": node, "b": node}, edges=edges)
    ode = pycobi.ODESystem.from_template(circuit)
    # what is computed first comes first; a weight of 1 is none, and comes behind the reserved numbers 10 to 14
    called = {number: ode.names.shown(path) for number, path in ode.names.parameters.items()}
    assert list(called.values())[:9] == ["k", "b", "tau", "I", "weight", "k_v1", "b_v1", "tau_v1", "I_v1"]
    assert called[15] == "b/leak/x->a/sum/u/weight"
    table, curve = ode.run(ICP=5, RL0=0.0, RL1=0.9, bidirectional=True, name="weight", variables=["x_v1"])
    assert curve.free == ("a/leak/x->b/sum/u/weight",)
    assert [name for name, _ in table.columns if name[0] == "x"] == ["x_v1"]
    # x = y - 1, y = w x - 1
    np.testing.assert_allclose(table["x_v1", 0], (1 + table["weight"]) / (table["weight"] - 1), rtol=1e-9)
    _, names = ode.extract(["PAR(5)", "U(2)"], cont="weight")
    assert names == {"PAR(5)": "weight", "U(2)": "x_v1"}
    assert ode.get_solution("weight", "EP1")[0].coordnames == ("x", "x_v1")
    ode.to_file(tmp_path / "pair.npz")
    assert pycobi.ODESystem.from_file(tmp_path / "pair.npz")["weight"].equals(table)


def test_members_of_pycobi_that_read_objects_of_auto_are_refused() -> None:
    with pytest.raises(ImportError) as caught:
        exec("from pycobi.utility import get_point_idx")
    assert str(caught.value).startswith("'pycobi.utility.get_point_idx' is refused: It reads Auto-07p's objects")


@pytest.fixture
def network(active: None) -> Any:
    """Return a leaky integrator, v' = (I - v)/tau with tau = 10."""
    pyrates = import_module("pyrates")
    operator = pyrates.OperatorTemplate("op", "v' = (I - v)/tau", {"v": "output(0.0)", "tau": 10.0, "I": "input(0.0)"})
    net = import_module("rectipy").FeedbackNetwork(dt=1.0)
    net.add_diffeq_node("li", pyrates.NodeTemplate("n", [operator]), "op/I", "op/v", n=2)
    return net


def test_a_network_of_rectipy_runs_and_is_observed(network: Any) -> None:
    found = network.run(
        np.ones((4, 2)), sampling_steps=1, verbose=False, enable_grad=False, record_vars=[("li", "op/v", False)]
    )
    expected = np.array([1 - 0.9**k for k in range(4)])  # closed form of Euler's method
    np.testing.assert_allclose(found.to_numpy("out")[:, 0], expected, rtol=1e-12)
    assert torch.stack(found["out"]).shape == (4, 2)
    assert found.recorded_state_variables == [("li", "op/v")]
    assert found.recordings.shape == (4, 4)
    np.testing.assert_allclose(found.to_dataframe("out").index, np.arange(4.0))
    found.save("mine", val=3)
    assert found["mine"] == 3
    network.set_var("li", "op/v", val=0.5)
    assert network.get_var("li", "op/v").tolist() == [0.5, 0.5]
    network.detach(requires_grad=False)
    network.clear()
    assert network.nodes == ()


def test_edges_lead_back_where_they_are_said_to(network: Any) -> None:
    network.add_func_node("sum", 1, activation_function="identity")
    network.add_edge("li", "sum", np.ones((1, 2)), dtype=torch.float64)
    network.add_edge("sum", "li", np.full((2, 1), 0.5), feedback=True)
    out = network.run(np.ones((6, 2)), verbose=False, enable_grad=False).to_numpy("out")[:, 0]
    # both v have the input 1 + s/2, where s, their sum, is that of one step ago: s' = (2 + s(t - 1) - s)/10
    expected = [0.0, 0.2]
    for before, now in [(0, 1), (1, 2), (2, 3), (3, 4)]:
        expected.append(expected[now] + 0.1 * (2 + expected[before] - expected[now]))
    np.testing.assert_allclose(out, expected, rtol=1e-12)


def test_a_state_is_fed_back_as_it_is_now(network: Any) -> None:
    pyrates = import_module("pyrates")
    operator = pyrates.OperatorTemplate("op", "w' = (I - w)/2", {"w": "output(0.0)", "I": "input(0.0)"})
    network.add_diffeq_node("slow", pyrates.NodeTemplate("n", [operator]), "op/I", "op/w", n=1)
    network.add_func_node("out", 1, "identity")
    network.add_edge("li", "slow", np.ones((1, 2)))
    network.add_edge("slow", "out", np.ones((1, 1)))
    network.add_edge("slow", "li", np.full((2, 1), 0.5), feedback=True)
    out = network.run(np.ones((6, 2)), verbose=False, enable_grad=False).to_numpy("out")[:, 0]
    v, w, expected = 0.0, 0.0, []
    for _ in range(6):
        expected.append(w)
        v, w = v + 0.1 * (1 + 0.5 * w - v), w + 0.5 * (2 * v - w)
    np.testing.assert_allclose(out, expected, rtol=1e-12)


def test_a_readout_is_fitted_and_added(network: Any) -> None:
    inputs = np.stack([np.sin(np.arange(60)), np.cos(0.3 * np.arange(60))], axis=1)
    states = network.run(inputs, verbose=False, enable_grad=False).to_numpy("out")
    network.reset()
    found = network.fit_ridge(inputs, states @ np.array([[2.0], [-1.0]]), alpha=1e-12, verbose=False)
    np.testing.assert_allclose(found["w_out"], [[2.0, -1.0]], atol=1e-6)
    network.reset()
    observed, loss = network.test(inputs, states @ np.array([[2.0], [-1.0]]), verbose=False)
    assert loss < 1e-12
    assert len(observed["out"]) == 60


def test_nodes_and_edges_are_held_looked_at_and_taken_out(network: Any) -> None:
    readout = network.add_func_node("sum", 1, activation_function="identity")
    edge = network.add_edge("li", "sum", np.array([[1.0, 2.0]]), train="gd")
    node = network.get_node("li")
    assert (node.n_in, node.n_out, readout.n_out, edge.n_in, edge.n_out, node.dt) == (2, 2, 1, 2, 1, 1.0)
    assert (node.variable_names, node.parameter_names) == (["op/v"], ["op/tau"])
    node.reset(y=np.array([0.5, 1.0]))
    assert node.y.tolist() == node["op/v"].tolist() == [0.5, 1.0]
    node.reset(y=[3.0], idx=np.array([1]))
    assert node.y.tolist() == [0.5, 3.0]
    assert network.forward(np.zeros(2)).tolist() == [6.5]
    node.set_param("op/tau", 5.0)
    assert node["op/tau"].item() == 5.0
    node.reset()
    assert node.y.tolist() == [0.0, 0.0]
    assert [parameter.tolist() for parameter in edge.parameters()] == [[[1.0, 2.0]]]
    assert node.train_params == []
    edge.weights = [[4.0, 5.0]]
    assert network.get_edge("li", "sum").weights.tolist() == [[4.0, 5.0]]
    taken = network.pop_edge("li", "sum")
    assert taken.weights.tolist() == [[4.0, 5.0]]
    with pytest.raises(ArgumentError) as error:
        taken.weights = [[0.0, 0.0]]
    assert str(error.value) == (
        "The edge 'li' to 'sum' was taken out of its network: it takes no steps, and learns nothing. Its values are "
        "those that it had."
    )
    network.pop_node("sum")
    other = import_module("rectipy").Network(dt=1.0)
    other.add_node("mine", network.pop_node("li"), node_type="diff_eq")
    assert other.get_var("mine", "op/tau").item() == 5.0
    assert len(network.nodes) == 0


def test_what_parts_of_a_network_do_not_do_is_said(network: Any) -> None:
    node = network.get_node("li")
    with pytest.raises(UnsupportedFeatureError) as refused:
        node.forward(np.zeros(2))
    assert str(refused.value) == (
        "'forward' of the node is refused: all nodes and edges of a network take their steps together, by forward() of "
        "it."
    )
    with pytest.raises(AttributeError, match=r"^the node has no attribute 'n_otu'\. Did you mean 'n_out'\?$"):
        node.n_otu  # noqa: B018
    with pytest.raises(UnknownNameError, match=r"^The network has no node 'il'\. Did you mean 'li'\? There are: li\.$"):
        network.get_node("il")
    with pytest.raises(AttributeError):
        network.no_such_thing  # noqa: B018  # torch says it


def test_a_fit_goes_through_a_trial_once(network: Any) -> None:
    network.add_func_node("sum", 1, activation_function="identity")
    network.add_edge("li", "sum", np.array([[1.0, -1.0]]), train="gd")
    states = 1 - 0.9 ** np.arange(8.0)
    network.fit_bptt(np.ones((8, 2)), np.ones((8, 1)), lr=0.1, verbose=False)
    # both states are alike, so that the output is 0: the derivative of the mean of (w1 v + w2 v - 1)^2 is -2 mean(v)
    np.testing.assert_allclose(
        network.get_edge("li", "sum").weights.tolist(), [[1, -1] + 0.2 * states.mean()], rtol=1e-12
    )


def test_edges_say_how_they_learn_by_least_squares(network: Any) -> None:
    network.add_func_node("sum", 1, activation_function="identity")
    network.add_edge("li", "sum", train="rls", beta=0.9, alpha=4.0)
    inputs, targets = np.stack([np.sin(np.arange(30)), np.cos(np.arange(30))], 1), np.arange(30.0)[:, None]
    states = network.run(inputs, record_vars=[("li", "op/v", False)], enable_grad=False).to_numpy(("li", "op/v"))
    network.reset()
    network.fit_rls(inputs, targets, verbose=False)
    counts = 0.9 ** np.arange(30)[::-1]  # normal equations; the covariance at first is 4 times the identity
    matrix = states.T @ (counts[:, None] * states) + 0.9**30 / 4 * np.eye(2)
    expected = np.linalg.solve(matrix, states.T @ (counts[:, None] * targets)).T
    np.testing.assert_allclose(network.get_edge("li", "sum").weights.tolist(), expected, rtol=1e-9)


@pytest.mark.parametrize("by_label", [False, True])
def test_feedback_weights_of_e_prop_change_as_they_are_told(network: Any, by_label: bool) -> None:
    network.add_func_node("sum", 1, activation_function="identity")
    network.add_edge("li", "sum", np.array([[1.0, -1.0]]), train="gd")
    network.unfreeze("li/op/tau")
    weights: Any = np.array([[0.5], [0.25]])
    found = network.fit_eprop(
        np.ones((6, 2)), np.ones((6, 1)), {"li": weights} if by_label else weights, 0.5, 0.75, 3, verbose=False, lr=0.0
    )
    # two moves, in each of which a quarter of the way to the weights to the output is gone; lr=0 leaves these
    np.testing.assert_allclose(found["feedback"]["li"], [[1.0], [-1.0]] + 0.75**2 * (weights - [[1.0], [-1.0]]))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"epsilon": 0.5}, "epsilon and delta are of feedback_weights: give these, or leave both out."),
        ({"feedback_weights": [[1.0]], "delta": 0}, "delta has to be a number above 0 and at most 1; it is 0."),
        (
            {"feedback_weights": [[1.0]], "epsilon": 1.0},
            "epsilon is 1: no error would ever reach a unit. Take a smaller one.",
        ),
    ],
)
def test_what_is_said_wrongly_of_e_prop_is_refused(network: Any, options: dict[str, Any], text: str) -> None:
    with pytest.raises(ArgumentError) as error:
        network.fit_eprop(np.ones((6, 2)), np.ones((6, 2)), **options)
    assert str(error.value) == text


def test_spikes_without_a_reset_leave_the_state_alone() -> None:
    pyrates = import_module("pyrates")
    operator = pyrates.OperatorTemplate(
        "op",
        ["v' = I", "s' = spike"],
        {"v": "variable(0.0)", "s": "output(0.0)", "spike": "input(0.0)", "I": "input(0.0)"},
    )
    net = import_module("rectipy").Network(dt=0.5)
    net.add_diffeq_node(
        "n", pyrates.NodeTemplate("n", [operator]), "I", "s", op="op", spike_var="spike", reset_var="v", reset=False,
        spike_threshold=0.9, n=1,
    )  # fmt: skip
    found = net.run(np.ones((6, 1)), record_vars=[("n", "op/v", False)], verbose=False, enable_grad=False)
    assert found.to_numpy(("n", "op/v"))[:, 0].tolist() == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]
    assert found.to_numpy("out")[:, 0].tolist() == [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]


def test_what_was_recorded_is_drawn_as_rectipy_draws_it(network: Any) -> None:
    found = network.run(np.ones((4, 2)), verbose=False, enable_grad=False)
    axes = found.matshow("out", figsize=(3, 2), shrink=0.5, cmap="viridis")
    assert axes.figure.get_size_inches().tolist() == [3.0, 2.0]
    np.testing.assert_array_equal(axes.images[0].get_array(), found.to_numpy("out").T)
    assert found.plot("out", figsize=(4, 2)).figure.get_size_inches().tolist() == [4.0, 2.0]


def test_connections_are_drawn_by_the_global_generator() -> None:
    rectipy = import_module("rectipy")
    np.random.seed(1)
    weights = rectipy.random_connectivity(50, 40, 0.25)
    np.random.seed(1)
    assert (weights == rectipy.random_connectivity(50, 40, 0.25)).all()
    assert ((weights > 0).sum(axis=1) == 10).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)
    fed = rectipy.input_connections(40, 3, 0.5, variance=2.0)
    assert ((fed != 0).sum(axis=0) == 20).all()
    np.testing.assert_allclose(fed.sum(axis=0), 0.0, atol=1e-12)
    ring = rectipy.circular_connectivity(20, 0.5, rv_discrete(values=([1, 2], [0.5, 0.5])))
    distance = (np.arange(20)[:, None] - np.arange(20)) % 20
    assert not ring[(distance > 2) & (distance < 18)].any()
    line = import_module("rectipy.utility").line_connectivity(20, 0.5, rv_discrete(values=([1, 3], [0.5, 0.5])), False)
    assert not line[np.abs(np.arange(20)[:, None] - np.arange(20)) > 3].any()
    np.testing.assert_allclose([ring.sum(axis=1), line.sum(axis=1)], 1.0)
    with pytest.raises(
        ArgumentError, match=r"^No weight is left in a row of 4 columns at p=0\.1: p must be at least 0\.25\.$"
    ):
        rectipy.random_connectivity(4, 4, 0.1)


def test_arrays_are_brought_to_ranges() -> None:
    rectipy = import_module("rectipy")
    given = np.array([[1.0, 3.0], [2.0, 6.0]])
    assert rectipy.normalize(given.copy(), "sum", row_wise=True).tolist() == [[0.25, 0.75], [0.25, 0.75]]
    assert rectipy.normalize(given.copy(), "zscore", row_wise=True).tolist() == [[-1.0, 1.0], [-1.0, 1.0]]
    assert rectipy.normalize(given).tolist() == [[0.0, 0.4], [0.2, 1.0]]
    with pytest.raises(
        UnknownNameError, match=r"^There is no mode 'max'\. Did you mean 'minmax'\? Modes: minmax, zscore, sum\.$"
    ):
        rectipy.normalize(given, "max")
    assert rectipy.wta_score(np.eye(2), np.eye(2)) == 1.0


def test_files_of_auto_name_the_circuit_they_were_written_of(fold: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    fold.get_run_func("rhs", 1e-4, file_name="fold_eqs", backend="fortran", auto=True, vectorize=False, solver="scipy")
    ode = import_module("pycobi").ODESystem(eq_file="fold_eqs", working_dir=None, init_cont=False)
    assert ode.model == fold.rates
