"""Recursive least squares, against the least squares that it is, and a network that goes on alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from rates_rnn import Network

from plugins.rates_rnn.tests.networks import DT, LIBRARY, STEPS, W_BACK, W_IN, W_OUT, N, X, node_of
from rates_core import ArgumentError, NodeTemplate, OperatorTemplate, SimulationError, UnsupportedFeatureError

WANTED = np.cumsum(np.random.default_rng(3).normal(size=(STEPS, 3)), axis=0)
SOURCE = ("li", "tanh_op/r")


def reading(feedback: bool = False, **options: Any) -> Network:
    """Return leaky integrators whose readout learns."""
    net = Network(dt=DT)
    net.add_func_node("input", 2, "identity")
    net.add_diffeq_node(**node_of())
    net.add_func_node("output", 3, "identity")
    net.add_edge("input", "li", W_IN)
    net.add_edge("li", "output", W_OUT, train="rls", **options)
    if feedback:
        net.add_edge("output", "li", 0.1 * W_BACK, feedback=True)
    return net


def closed(
    rows: np.ndarray, wanted: np.ndarray, start: np.ndarray, forgetting: float, alpha: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the weights and the covariance, by the normal equations of weighted squares."""
    counts = forgetting ** np.arange(len(rows))[::-1]
    left = alpha * forgetting ** len(rows)
    matrix = rows.T @ (counts[:, None] * rows) + left * np.eye(rows.shape[1])
    right = rows.T @ (counts[:, None] * wanted) + left * start.T
    return np.linalg.solve(matrix, right).T, np.linalg.inv(matrix)


@pytest.mark.parametrize("feedback", [False, True])
@pytest.mark.parametrize("forgetting", [1.0, 0.9])
def test_the_weights_are_those_of_weighted_least_squares(forgetting: float, feedback: bool) -> None:
    net = reading(feedback)
    found = net.fit_rls(X, WANTED, forgetting=forgetting, alpha=0.7)
    # the sources of this run, in which weights moved, are those of states that its output was fed back to
    outputs, again = found["out"].numpy(), Network(dt=DT)
    again.add_func_node("input", 2 + 3, "identity")
    again.add_diffeq_node(**node_of())
    again.add_edge("input", "li", np.concatenate([W_IN, 0.1 * W_BACK * feedback], axis=1))
    late = np.concatenate([np.zeros((1, 3)), outputs[:-1]])
    rows = again.run(np.concatenate([X, late], axis=1))["out"].numpy()
    weights, covariance = closed(rows, WANTED, W_OUT, forgetting, 0.7)
    np.testing.assert_allclose(found["w_out"], weights, rtol=0, atol=1e-10)
    np.testing.assert_allclose(found["covariance"], covariance, rtol=0, atol=1e-10)
    np.testing.assert_array_equal(net.value("li/tanh_op/r->output/identity_op/x/weight"), found["w_out"])
    # the output of each step has the weights of all steps before
    before = closed(rows[:20], WANTED[:20], W_OUT, forgetting, 0.7)[0]
    np.testing.assert_allclose(outputs[20], before @ rows[20], rtol=0, atol=1e-10)


@pytest.mark.parametrize("masked", [False, True])
def test_trials_side_by_side_learn_from_all_errors_of_each_time(masked: bool) -> None:
    trials, wanted, forgetting = np.stack([X, -0.5 * X, X[::-1]]), np.stack([WANTED, 1 - WANTED, WANTED[::-1]]), 0.9
    mask = np.arange(3 * N).reshape(3, N) % 4 != 0 if masked else np.ones((3, N), bool)
    net = reading(feedback=True, mask=mask)
    found = net.fit_rls(trials, wanted, forgetting=forgetting, alpha=0.7, update_steps=2)
    assert found["out"].shape == (3, STEPS, 3)
    assert found["loss"].tolist() == pytest.approx([float(np.square(found["out"].numpy() - wanted).mean())])
    again = Network(dt=DT)
    again.add_func_node("input", 2 + 3, "identity")
    again.add_diffeq_node(**node_of())
    again.add_edge("input", "li", np.concatenate([W_IN, 0.1 * W_BACK], axis=1))
    late = np.concatenate([np.zeros((3, 1, 3)), found["out"].numpy()[:, :-1]], axis=1)
    rows = again.run(np.concatenate([trials, late], axis=2))["out"].numpy()[:, ::2]
    some = wanted[:, ::2]
    counts = np.tile(forgetting ** np.arange(rows.shape[1])[::-1], 3)
    left = 0.7 * forgetting ** rows.shape[1]
    flat, goal = rows.reshape(-1, N), some.reshape(-1, 3)
    for unit in range(3):  # weighted least squares of all rows, of each output by what its mask lets through
        kept = flat * mask[unit]
        matrix = kept.T @ (counts[:, None] * kept) + left * np.eye(N)
        expected = np.linalg.solve(matrix, kept.T @ (counts * goal[:, unit]) + left * W_OUT[unit] * mask[unit])
        np.testing.assert_allclose(found["w_out"][unit], expected, rtol=0, atol=1e-10)
        held = found["covariance"].numpy() if not masked else found["covariance"][unit].numpy()
        inverse = np.linalg.inv(matrix) * np.outer(mask[unit], mask[unit])
        np.testing.assert_allclose(held, inverse, rtol=0, atol=1e-10)


def test_a_covariance_is_symmetric_to_the_last_bit() -> None:
    found = reading().fit_rls(X, WANTED, forgetting=0.8)
    assert torch.equal(found["covariance"], found["covariance"].T)


def test_weights_move_at_every_so_many_steps_behind_the_cutoff() -> None:
    net = reading()
    rows = net.run(X, record_vars=[SOURCE])[SOURCE].numpy()
    net.reset()
    found = net.fit_rls(X, WANTED, update_steps=4, cutoff=10, forgetting=0.9, sampling_steps=3)
    some = slice(12, None, 4)
    weights, _ = closed(rows[some], WANTED[some], W_OUT, 0.9, 1.0)
    np.testing.assert_allclose(found["w_out"], weights, rtol=0, atol=1e-10)
    np.testing.assert_allclose(found.times, 3 * DT * np.arange(14))
    np.testing.assert_allclose(found["out"][:5], rows[:15:3] @ W_OUT.T, rtol=0, atol=1e-12)
    assert found["loss"].shape == (1,)


def test_trials_and_fits_go_on_from_each_other() -> None:
    together = reading().fit_rls([X, X[:20]], [WANTED, -WANTED[:20]], forgetting=0.95)
    net = reading()
    first = net.fit_rls(X, WANTED, forgetting=0.95)
    net.reset()
    second = net.fit_rls(X[:20], -WANTED[:20], forgetting=0.95, covariance=first["covariance"])
    assert torch.equal(together["w_out"], second["w_out"])
    assert torch.equal(together["covariance"], second["covariance"])
    assert together["loss"].tolist() == [first["loss"][0], second["loss"][0]]


def test_weights_that_are_masked_stay_0_and_others_are_the_best_without_them() -> None:
    mask = np.array([[1, 1, 0, 1], [0, 1, 1, 1], [1, 1, 1, 0]])
    net = reading(mask=mask)
    rows = net.run(X, record_vars=[SOURCE])[SOURCE].numpy()
    net.reset()
    found = net.fit_rls(X, WANTED, alpha=0.5, forgetting=0.97)["w_out"].numpy()
    for row, kept in enumerate(mask.astype(bool)):
        weights, _ = closed(rows[:, kept], WANTED[:, [row]], W_OUT[[row]][:, kept], 0.97, 0.5)
        np.testing.assert_allclose(found[row, kept], weights[0], rtol=0, atol=1e-10)
    assert (found[mask == 0] == 0).all()


def test_edges_from_several_nodes_learn_together_beside_one_that_stays() -> None:
    net = Network(dt=DT)
    net.add_func_node("input", 2, "identity")
    net.add_diffeq_node(**node_of())
    net.add_func_node("output", 3, "identity")
    net.add_func_node("bend", 4, "tanh")
    net.add_edge("input", "li", W_IN)
    net.add_edge("input", "bend", W_IN)
    net.add_edge("li", "output", W_OUT, train="rls")
    net.add_edge("input", "output", W_OUT[:, :2], train="rls")
    net.add_edge("bend", "output", 0.3 * W_OUT)
    recorded = net.run(X, record_vars=[SOURCE, ("bend", "tanh_op/r")])
    rows = np.concatenate([recorded[SOURCE], X], axis=1)
    fixed = 0.3 * recorded["bend", "tanh_op/r"].numpy() @ W_OUT.T
    net.reset()
    found = net.fit_rls(X, WANTED, forgetting=0.95)
    start = np.concatenate([W_OUT, W_OUT[:, :2]], axis=1)
    np.testing.assert_allclose(found["w_out"], closed(rows, WANTED - fixed, start, 0.95, 1.0)[0], rtol=0, atol=1e-10)


def test_a_network_learns_to_be_a_sine_and_goes_on_alone() -> None:
    rng, units, dt = np.random.default_rng(4), 100, 0.1
    net = Network(dt=dt)
    net.add_diffeq_node(
        "rate", f"{LIBRARY}.tanh", weights=1.5 * rng.normal(size=(units, units)) / np.sqrt(units), op="li_op",
        source_var="tanh_op/r", target_var="r_in", input_var="I_ext", output_var="tanh_op/r",
        node_vars={"tau": 1.0, "v": 0.5 * rng.normal(size=units)},
    )  # fmt: skip
    net.add_func_node("readout", 1, "identity")
    net.add_edge("rate", "readout", np.zeros((1, units)), train="rls")
    net.add_edge("readout", "rate", rng.uniform(-1, 1, (units, 1)), feedback=True)
    net.compile(inputs=["rate"], output="readout")
    period = 60  # steps
    sine = np.sin(2 * np.pi * np.arange(40 * period) / period)[:, None]
    trained = net.fit_rls(np.zeros(30 * period), sine[: 30 * period], update_steps=2)
    alone = net.run(np.zeros(10 * period))["out"].numpy()
    late = slice(-5 * period, None)
    assert np.sqrt(np.mean((trained["out"].numpy() - sine[: 30 * period])[late] ** 2)) < 0.01
    assert np.sqrt(np.mean((alone - sine[30 * period :]) ** 2)) < 0.05
    # and after ten periods it is as large as it was, and no later than a tenth of a period
    spectrum = np.fft.rfft(alone[late, 0])
    assert int(np.abs(spectrum).argmax()) == 5
    assert abs(spectrum[5]) == pytest.approx(2.5 * period, rel=0.05)


def test_a_network_that_explodes_has_the_weights_from_before() -> None:
    op = OperatorTemplate("op", "x' = x^2 + u", {"x": "output(1.0)", "u": "input(0.0)"})
    net = Network(dt=0.5)
    net.add_diffeq_node("p", NodeTemplate("n", [op]), "op/u", "op/x")
    net.add_func_node("out", 1)
    net.add_edge("p", "out", [[0.5]], train="rls")
    with pytest.raises(SimulationError, match="is NaN or infinite at t = "):
        net.fit_rls(np.ones(40), np.ones(40))
    assert net.value("p/op/x->out/identity_op/x/weight").item() == 0.5


def elsewhere() -> Network:
    net = reading()
    net.add_func_node("behind", 3)
    net.add_edge("output", "behind", np.eye(3))
    return net


def nothing() -> Network:
    net = Network(dt=DT)
    net.add_diffeq_node(**node_of())
    return net


def bent() -> Network:
    net = Network(dt=DT)
    net.add_diffeq_node(**node_of())
    net.add_func_node("output", 3, "tanh")
    net.add_edge("li", "output", W_OUT, train="rls")
    return net


NETWORKS = [
    (nothing, ArgumentError, "No edge learns by recursive least squares. Add one with add_edge(..., train='rls')."),
    (
        elsewhere, ArgumentError,
        "The edge from 'li' to 'output' has train='rls', and the output is that of 'behind', which alone has targets. "
        "Train it with 'gd', or call compile(output=...).",
    ),
    (
        bent, UnsupportedFeatureError,
        "Recursive least squares needs an output that is linear in the weights, and 'output' is a function of what "
        "edges bring. Make it add_func_node(..., activation_function='identity').",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("make", "kind", "text"), NETWORKS, ids=["nothing", "elsewhere", "bent"])
def test_a_network_that_cannot_learn_so_is_refused(make: Any, kind: type[Exception], text: str) -> None:
    net = make()
    with pytest.raises(kind) as error:
        net.fit_rls(np.zeros((5, net.n_in)), np.zeros((5, net.n_out)))
    assert str(error.value) == text


BAD: list[tuple[dict[str, Any], str]] = [
    ({"forgetting": 0}, "forgetting has to be a number above 0 and at most 1; it is 0."),
    ({"forgetting": 1.01}, "forgetting has to be a number above 0 and at most 1; it is 1.01."),
    ({"alpha": 0.0}, "alpha has to be a number above 0; it is 0.0."),
    ({"covariance": np.eye(3)}, "covariance has the shape (3, 3); it has to be (4, 4)."),
    ({"update_steps": 0}, "update_steps has to be a whole number of at least 1; it is 0."),
    ({"inputs": [X], "targets": WANTED}, "inputs is a list of 1 trials, and targets has no list of. Give one of each."),
]


@pytest.mark.parametrize(("given", "text"), BAD, ids=[str(number) for number in range(len(BAD))])
def test_arguments_are_checked(given: dict[str, Any], text: str) -> None:
    with pytest.raises(ArgumentError) as error:
        reading().fit_rls(**{"inputs": X, "targets": WANTED, **given})
    assert str(error.value) == text


@pytest.mark.parametrize("given", [{"delays": 1.0}, {"feedback": True}, {"constraint": "positive"}])
def test_an_edge_that_learns_so_brings_what_is_there_now(given: dict[str, Any]) -> None:
    net = Network(dt=DT)
    net.add_diffeq_node(**node_of())
    net.add_func_node("output", 3)
    with pytest.raises(UnsupportedFeatureError) as error:
        net.add_edge("li", "output", np.zeros((3, N)), train="rls", **given)
    assert str(error.value) == (
        "The edge from 'li' to 'output' has train='rls': it brings what is there now, by weights that may be any. "
        "Leave feedback, delays, spread and constraint out, or train it with 'gd'."
    )
