"""Networks: their numbers, in steps and in runs, against other programs and an independent computation."""

from __future__ import annotations

import copy
import doctest
import importlib
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from rates_rnn import Network

from plugins.rates_rnn.tests.networks import DELAYS, DT, LIBRARY, STEPS, W_BACK, W_IN, W_OUT, J, N, X, node_of, whole
from rates_core import ArgumentError, NodeTemplate


@pytest.mark.parametrize("delays", DELAYS)
@pytest.mark.parametrize("kind", ["tanh", "sigmoid"])
def test_steps_are_runs_and_runs_are_those_of_the_circuit_in_numpy(kind: str, delays: str) -> None:
    net = whole(kind, delays)
    rows = net.run(X, record_vars=[("li", "li_op/v")])
    net.reset()
    steps = torch.stack([net.forward(x) for x in X])
    outputs = {"out": "output/tanh_op/r", "v": "li/li_op/v"}
    table = net.circuit().run(
        STEPS * DT, DT, backend="numpy", inputs={"input/identity_op/x": X}, outputs=outputs, verbose=False
    )
    assert torch.equal(steps, rows["out"])
    np.testing.assert_allclose(rows["out"], table["out"], rtol=0, atol=1e-13)
    np.testing.assert_allclose(rows["li", "li_op/v"], table["v"], rtol=0, atol=1e-13)
    np.testing.assert_allclose(rows.times, table.index, rtol=0, atol=1e-12)


def test_a_network_with_feedback_is_what_its_equations_say() -> None:
    v, readout, back, expected = np.zeros(N), np.zeros(3), np.zeros(3), []
    for x in X:
        r = np.tanh(v)
        readout = np.tanh(W_OUT @ r)
        expected.append(readout)
        v = v + DT * (J @ r + W_IN @ x + W_BACK @ back - v / 10.0)
        back = readout
    found = whole().run(X)["out"]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-14)


def test_a_state_is_fed_back_as_it_is_now_where_no_delay_is_asked_for() -> None:
    net = whole(feedback=False, output_var="li_op/v")
    net.add_diffeq_node(**node_of(label="behind", output_var="li_op/v", weights=None, n=3))
    net.add_edge("output", "behind", np.eye(3))
    net.add_edge("behind", "li", W_BACK, feedback=True, delays=0)
    net.compile(output="behind")
    v, w, expected = np.zeros(N), np.zeros(3), []
    for x in X:
        expected.append(w)
        slope = J @ np.tanh(v) + W_IN @ x + W_BACK @ w - v / 10.0
        v, w = v + DT * slope, w + DT * (np.tanh(W_OUT @ v) - w / 10.0)
    np.testing.assert_allclose(net.run(X)["out"], expected, rtol=0, atol=1e-14)
    assert net.get_edge("behind", "li").delays == 0


def test_the_calls_of_the_paper_run_as_they_are_printed() -> None:
    dt, delay = 0.1, np.where(J > 0, 1.0, 3.0)
    net = Network(dt=dt, device="cpu")
    net.add_diffeq_node(
        "tanh", node="neuron_model_templates.rate_neurons.leaky_integrator.tanh", weights=J,
        edge_attr={"delay": delay, "spread": 0.3 * delay}, source_var="tanh_op/r", target_var="li_op/r_in",
        input_var="li_op/I_ext", output_var="li_op/v", train_params=["li_op/tau", "li_op/k"],
    )  # fmt: skip
    inputs = 0.1 * np.sin(0.4 * np.pi * dt * np.arange(50))[:, None]
    optimiser = torch.optim.Rprop(net.parameters(), lr=0.01)
    loss = torch.stack([net.forward(torch.tensor(x)) for x in inputs]).square().sum()
    loss.backward()
    optimiser.step()
    moved = [abs(value - start) for value, start in zip(net.parameter_values().values(), (10.0, 1.0), strict=True)]
    np.testing.assert_allclose(moved, 0.01, rtol=1e-9)  # the first step of Rprop is lr
    found = net.fit_bptt(inputs, 0.5 * inputs * np.ones(N), optimizer="rprop", loss="mse", lr=0.01, epochs=3)
    assert found["loss"][-1] < found["loss"][0]


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("identity", lambda x: x),
        ("tanh", np.tanh),
        ("sigmoid", lambda x: 1 / (1 + np.exp(-x))),
        ("relu", lambda x: np.maximum(x, 0)),
        ("softplus", lambda x: np.log1p(np.exp(x))),
        ("softmax", lambda x: np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)),
        ("softmin", lambda x: np.exp(-x) / np.exp(-x).sum(axis=1, keepdims=True)),
        ("log_softmax", lambda x: x - np.log(np.exp(x).sum(axis=1, keepdims=True))),
    ],
)
def test_function_nodes_are_functions_of_their_input_at_once(name: str, function: object) -> None:
    net = whole(feedback=False)
    net.add_func_node("last", 3, name)
    net.add_edge("output", "last", np.eye(3))
    assert callable(function)
    before = whole(feedback=False).run(X)["out"].numpy()
    np.testing.assert_allclose(net.run(X)["out"], function(before), rtol=1e-13, atol=1e-14)


def test_a_network_of_one_function_node_is_that_function() -> None:
    net = Network(dt=1e-2)
    net.add_func_node("only", X.shape[1], "tanh")
    np.testing.assert_allclose(net.run(X)["out"], np.tanh(X), rtol=1e-15, atol=0)


def test_what_several_edges_bring_is_added() -> None:
    net, twice = whole(feedback=False), whole(feedback=False)
    net.add_func_node("other", 3)
    twice.add_func_node("other", 3)
    net.add_edge("output", "other", np.eye(3))
    net.add_edge("li", "other", W_OUT)
    rows = net.run(X, record_vars=[("output", "tanh_op/r"), ("li", "tanh_op/r")])
    expected = rows["output", "tanh_op/r"] + rows["li", "tanh_op/r"] @ torch.tensor(W_OUT).T
    np.testing.assert_allclose(rows["out"], expected, rtol=0, atol=1e-14)


def test_inputs_of_several_nodes_come_by_label() -> None:
    net = whole(feedback=False)
    net.compile(inputs=["input", "li"])
    rows = net.run({"input": X, "li": np.ones((STEPS, 1))})
    plain = whole(feedback=False, node_vars={"li_op/eta": 1.0}).run(X)
    np.testing.assert_allclose(rows["out"], plain["out"], rtol=0, atol=1e-13)
    net.reset()
    assert torch.equal(net.forward({"input": X[0], "li": [1.0]}), rows["out"][0])


def test_delays_of_edges_between_nodes_are_times() -> None:
    net = Network(dt=DT)
    net.add_func_node("input", 1)
    net.add_func_node("late", 1)
    net.add_edge("input", "late", [[2.0]], delays=3 * DT)
    out = net.run(np.arange(1.0, 7.0))["out"][:, 0]
    assert out.tolist() == [2.0, 2.0, 2.0, 2.0, 4.0, 6.0]


@pytest.mark.parametrize("delays", DELAYS)
def test_a_run_after_a_reset_is_bit_equal(delays: str) -> None:
    net = whole(delays=delays)
    first = net.run(X)["out"]
    further = net.run(X)["out"]
    net.reset()
    assert torch.equal(net.run(X)["out"], first)
    assert not torch.equal(further, first)


@pytest.mark.parametrize("delays", DELAYS)
def test_two_runs_are_one_long_run(delays: str) -> None:
    net = whole(delays=delays)
    long = net.run(X)["out"]
    net.reset()
    parts = [net.run(X[:17]), net.run(X[17:])]
    np.testing.assert_allclose(torch.cat([part["out"] for part in parts]), long, rtol=0, atol=1e-14)
    assert parts[1].times[0] == pytest.approx(17 * DT)


def test_rows_are_those_before_every_so_many_steps() -> None:
    every, some = whole().run(X), whole().run(X, sampling_steps=7, cutoff=14)
    assert torch.equal(some["out"], every["out"][14::7])
    table = some.to_dataframe()
    assert table.index.name == "time"
    np.testing.assert_allclose(table.index, DT * np.arange(14, STEPS, 7))
    np.testing.assert_array_equal(table.to_numpy(), some["out"].numpy())


def test_states_and_parameters_are_read_and_set() -> None:
    net = whole()
    assert net.state["li/li_op/v"].tolist() == [0.0] * N
    net.set_var("li", "li_op/v", 0.3)
    net.set_var("li", "li_op/tau", 2.0)
    net.set_var("li", "weights", np.zeros((N, N)))
    assert net.get_var("li", "li_op/tau").item() == 2.0
    net.forward(np.zeros(2))
    back = np.tanh(W_OUT @ np.tanh(np.full(N, 0.3)))
    expected = 0.3 + DT * (W_BACK @ back - 0.15)  # before the start there was what there is at the start
    np.testing.assert_allclose(net.state["li/li_op/v"], expected, rtol=1e-14)
    net.set_var("li", "li_op/v", np.arange(4.0))
    np.testing.assert_array_equal(net.get_var("li", "li_op/v"), np.arange(4.0))
    net.reset({"li/li_op/v": np.arange(4.0)})
    np.testing.assert_allclose(net.forward(np.zeros(2)), np.tanh(W_OUT @ np.tanh(np.arange(4.0))), rtol=1e-14)
    net.reset()
    assert net.state["li/li_op/v"].tolist() == [0.0] * N


def test_units_share_a_value_unless_they_are_untied() -> None:
    shared, apart = whole(train_params=["li_op/tau"]), whole(train_params=["li_op/tau"], untie=["li_op/tau"])
    assert shared.parameter_values()["li/li_op/tau"].shape == ()
    assert apart.parameter_values()["li/li_op/tau"].tolist() == [10.0] * N
    assert torch.equal(shared.run(X)["out"], apart.run(X)["out"])
    given = whole(train_params=["tau"], op="li_op", node_vars={"all/li_op/tau": [1.0, 2.0, 3.0, 4.0]})
    assert given.parameter_values()["li/li_op/tau"].tolist() == [1.0, 2.0, 3.0, 4.0]


def test_it_is_a_module_whose_parameters_have_the_names_of_paths() -> None:
    net = whole(train_params=["li_op/tau", "li_op/v", "weights"], train="gd")
    assert [name for name, _ in net.named_parameters()] == [
        "li/li_op/tau", "li/tanh_op/r->li/li_op/r_in/weight", "input/identity_op/r->li/li_op/I_ext/weight",
        "li/tanh_op/r->output/tanh_op/x/weight", "output/tanh_op/r->li/li_op/I_ext/weight", "li/li_op/v",
    ]  # fmt: skip
    assert sum(parameter.numel() for parameter in net.parameters()) == 1 + 16 + 8 + 12 + 12 + 4


def test_state_dicts_carry_what_was_learned(tmp_path: Path) -> None:
    net, other = whole(train_params=["li_op/tau"], train="gd"), whole(train_params=["li_op/tau"], train="gd")
    net.fit_bptt(X, np.zeros((STEPS, 3)), epochs=2, lr=0.1)
    torch.save(net.state_dict(), tmp_path / "net.pt")
    other.load_state_dict(torch.load(tmp_path / "net.pt"))
    assert torch.equal(net.run(X)["out"], other.run(X)["out"])


def test_copies_and_pickles_go_on_from_where_it_is() -> None:
    net = whole(delays="between steps", train_params=["li_op/tau"])
    net.forward(X[0])
    for other in (pickle.loads(pickle.dumps(net)), copy.deepcopy(net)):
        assert [name for name, _ in other.named_parameters()] == ["li/li_op/tau"]
        ahead = copy.deepcopy(net)
        assert torch.equal(other.run(X)["out"], ahead.run(X)["out"])


def test_other_numbers_are_compiled_for() -> None:
    net = whole(delays="spread", train_params=["li_op/tau"])
    wide = net.run(X)["out"]
    net.reset()
    narrow = net.to(torch.float32).run(X)["out"]
    assert narrow.dtype == torch.float32
    np.testing.assert_allclose(narrow, wide, rtol=0, atol=1e-4)
    net.reset()
    assert net.to(torch.float64).run(X)["out"].dtype == torch.float64


def test_a_template_may_be_an_object_and_a_node_one_unit() -> None:
    net = Network(dt=DT)
    template = NodeTemplate.from_yaml(f"{LIBRARY}.tanh")
    net.add_diffeq_node("li", template, input_var="I_ext", output_var="v", op="li_op")
    v = 0.0
    for x in (1.0, 2.0, -1.0):
        assert net.forward([x]).tolist() == [pytest.approx(v, abs=1e-15)]
        v += DT * (x - v / 10.0)


@pytest.mark.parametrize("module", ["network", "observer"])
def test_examples_of_docstrings_are_what_they_show(module: str) -> None:
    found = doctest.testmod(importlib.import_module(f"rates_rnn.{module}"))
    assert found.failed == 0
    assert found.attempted > 2


def test_a_module_that_is_compiled_takes_the_same_steps() -> None:
    net, other = (whole(delays="between steps", train_params=["li_op/tau"]) for _ in range(2))
    compiled = torch.compile(other, backend="eager")
    for taken in (net, compiled):
        torch.stack([taken(torch.tensor(x)) for x in X[:5]]).square().sum().backward()
    assert torch.equal(net.state["li/li_op/v"], other.state["li/li_op/v"])
    assert torch.equal(next(net.parameters()).grad, next(other.parameters()).grad)


def test_derivatives_stop_where_the_network_is_detached() -> None:
    net = Network(dt=DT)
    net.add_diffeq_node(**node_of(train_params=["li_op/v"]))
    start = next(net.parameters())
    net.forward(np.zeros(N))
    flowing = torch.autograd.grad(net.forward(np.zeros(N)).sum(), start, retain_graph=True)[0]
    assert flowing.abs().sum() > 0
    net.detach()
    assert not net.forward(np.zeros(N)).requires_grad or torch.autograd.grad(
        net.forward(np.zeros(N)).sum(), start, allow_unused=True
    ) == (None,)


def test_a_picture_has_a_row_per_unit_and_time_from_left_to_right() -> None:
    found = whole().run(X, sampling_steps=2)
    axes = found.matshow(vmin=-1.0, vmax=1.0)
    image = axes.images[0]
    np.testing.assert_array_equal(image.get_array(), found.to_numpy("out").T)
    assert image.get_clim() == (-1.0, 1.0)
    # pixels are as wide as rows are apart, with the time of a row in the middle
    np.testing.assert_allclose(image.get_extent(), (-DT, (STEPS - 2) * DT + DT, 2.5, -0.5))
    assert (axes.get_xlabel(), axes.get_ylabel(), len(axes.figure.axes)) == ("time", "out", 2)
    trials = whole().run(np.stack([X, 2 * X]))
    stacked = trials.matshow(ax=axes).images[-1].get_array()
    np.testing.assert_array_equal(stacked, np.concatenate(list(trials.to_numpy("out")), axis=1).T)
    found.save("loss", np.ones(3))
    with pytest.raises(ArgumentError) as error:
        found.matshow("loss")
    assert str(error.value) == "'loss' has no row per time: matshow() draws what was recorded. Use plot()."
