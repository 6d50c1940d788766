"""Fits: what they find, what they keep, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from rates_rnn import Network

from plugins.rates_rnn.tests.networks import STEPS, N, X, node_of, whole
from rates_core import ArgumentError, NodeTemplate, OperatorTemplate, SimulationError, UnknownNameError

TIMES = 0.2 * np.arange(60)
DRIVE = np.sin(0.4 * np.pi * TIMES)


def unit(tau: float = 2.0, k: float = 1.0, **options: Any) -> Network:
    """Return delay-coupled leaky integrators, whose two parameters are trained."""
    net = Network(dt=0.2)
    values = {"li_op/tau": tau, "li_op/k": k}
    net.add_diffeq_node(**node_of(node_vars=values, train_params=list(values), **options))
    return net


def target() -> np.ndarray:
    return unit(edge_attr={"delay": 1.0, "spread": 0.5}).run(DRIVE)["out"].numpy()


def start(**options: Any) -> Network:
    return unit(3.0, 0.5, edge_attr={"delay": 1.0, "spread": 0.5}, constraints={"li_op/tau": "positive"}, **options)


def test_the_parameters_are_recovered_that_made_the_target() -> None:
    net = start()
    found = net.fit_bptt(DRIVE, target(), optimizer="lbfgs", epochs=15)
    values = net.parameter_values()
    assert values["li/li_op/tau"] == pytest.approx(2.0, rel=1e-5)
    assert values["li/li_op/k"] == pytest.approx(1.0, rel=1e-5)
    assert found["loss"].shape == (15,)
    assert found["evaluations"] <= 25
    assert net.test(DRIVE, target())[1] < 1e-12


def test_lbfgs_sees_all_digits_of_the_loss() -> None:
    """Of 1 + mean squares, single precision would leave nothing to go by long before the parameters are found."""
    net = start()
    net.fit_bptt(
        DRIVE, target(), optimizer="lbfgs", epochs=25, loss=lambda found, wanted: 1.0 + ((found - wanted) ** 2).mean()
    )
    values = net.parameter_values()
    assert values["li/li_op/tau"] == pytest.approx(2.0, rel=1e-5)
    assert values["li/li_op/k"] == pytest.approx(1.0, rel=1e-5)


def test_delays_are_learned_that_have_a_spread() -> None:
    attributes = [{"delay": delay, "spread": 0.5 * delay} for delay in (1.0, 0.7)]
    made, net = Network(dt=0.2), Network(dt=0.2)
    for network, attribute in zip((made, net), attributes, strict=True):
        network.add_diffeq_node(
            **node_of(edge_attr=attribute, train_params=["delay"], constraints={"delay": "positive"})
        )
    wanted = made.run(DRIVE)["out"]
    net.fit_bptt(DRIVE, wanted, optimizer="lbfgs", epochs=8)
    path = "li/tanh_op/r->li/li_op/r_in/delay"
    assert net.parameter_values()[path] == pytest.approx(1.0, rel=1e-5)
    table = net.circuit().run(
        12.0, 0.2, backend="numpy", inputs={"li/li_op/I_ext": DRIVE}, outputs=["li/tanh_op/r"], verbose=False
    )
    np.testing.assert_allclose(table, wanted, rtol=0, atol=1e-5)


@pytest.mark.parametrize("optimiser", ["sgd", "adam", "adamw", "adagrad", "adadelta", "adamax", "rmsprop", "rprop"])
def test_every_optimiser_descends(optimiser: str) -> None:
    found = start().fit_bptt(DRIVE, target(), optimizer=optimiser, lr=0.01, epochs=4)
    assert found["loss"][-1] < found["loss"][0]


def test_a_fit_by_name_is_the_loop_that_one_would_write() -> None:
    net, own, wanted = start(), start(), torch.tensor(target())
    found = net.fit_bptt(DRIVE, wanted, optimizer="rprop", loss="mse", lr=0.01, epochs=3)
    optimiser, losses = torch.optim.Rprop(own.parameters(), lr=0.01), []
    for _ in range(3):
        optimiser.zero_grad()
        own.reset()
        loss = (torch.stack([own.forward(x) for x in DRIVE]) - wanted).square().mean()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    np.testing.assert_allclose(found["loss"], losses, rtol=1e-12)
    assert net.parameter_values() == {
        path: pytest.approx(value, rel=1e-12) for path, value in own.parameter_values().items()
    }


def test_trials_losses_and_rows_are_chosen() -> None:
    net = whole(train="gd")
    trials, wanted = [X, X[:25]], [np.zeros((STEPS, 3)), np.zeros((25, 3))]
    found = net.fit_bptt(trials, wanted, loss=lambda y, z: (y - z).abs().sum(), epochs=1, cutoff=10, sampling_steps=4)
    first = whole().run(X, cutoff=10, sampling_steps=4)["out"].abs().sum().item()
    assert len(found["loss"]) == 1
    assert found["out"].shape == (4, 3)  # steps 12, 16, 20, 24 of the last trial
    second = whole().run(X[:25], cutoff=10, sampling_steps=4)["out"].abs().sum().item()
    assert found["loss"][0] == pytest.approx(
        (first + second) / 2, rel=0.05
    )  # adam has moved by 0.001 before the second


def test_pieces_move_parameters_on_the_way() -> None:
    net = whole(train="gd")
    start_loss = net.test(X, np.zeros((STEPS, 3)))[1]
    net.fit_bptt(X, np.zeros((STEPS, 3)), optimizer="sgd", lr=0.05, update_steps=8, epochs=5)
    assert net.test(X, np.zeros((STEPS, 3)))[1] < 0.9 * start_loss


def test_frozen_parameters_stay() -> None:
    net = start()
    net.freeze("*/tau")
    net.fit_bptt(DRIVE, target(), epochs=2)
    assert net.parameter_values()["li/li_op/tau"] == pytest.approx(3.0, rel=1e-15)
    assert net.parameter_values()["li/li_op/k"] != 0.5
    net.unfreeze("*/tau", "li/li_op/eta")
    net.fit_bptt(DRIVE, target(), epochs=2)
    assert net.parameter_values()["li/li_op/tau"] != pytest.approx(3.0, rel=1e-9)
    assert net.parameter_values()["li/li_op/eta"] != 0.0
    with pytest.raises(UnknownNameError) as error:
        net.freeze("li/li_op/tua")
    assert str(error.value).startswith(
        "The network has no value 'li/li_op/tua'. Did you mean 'li/li_op/tau'? There are:"
    )


def test_a_readout_is_the_solution_of_the_normal_equations() -> None:
    net, wanted = whole(), np.cumsum(X, axis=0)
    rows = whole().run(X)["out"].numpy()
    found = net.fit_ridge(X, wanted, alpha=0.3)
    expected = np.linalg.solve(rows.T @ rows + 0.3 * np.eye(3), rows.T @ wanted).T
    np.testing.assert_allclose(found["w_out"], expected, rtol=1e-10)
    net.reset()
    assert net.output == "readout"
    np.testing.assert_allclose(net.run(X)["out"], rows @ expected.T, rtol=1e-9)
    np.testing.assert_allclose(found["y"], rows @ expected.T, rtol=1e-9)


def test_ridge_without_a_penalty_is_least_squares() -> None:
    wanted = np.cumsum(X, axis=0)
    rows = whole().run(X, cutoff=5)["out"].numpy()
    found = whole().fit_ridge(X, wanted, alpha=0.0, cutoff=5, add_readout_node=False)
    np.testing.assert_allclose(found["w_out"], np.linalg.lstsq(rows, wanted[5:], rcond=None)[0].T, rtol=1e-9)


def test_a_loss_that_is_not_finite_leaves_the_last_good_parameters() -> None:
    net = whole(train="gd")
    last: list[dict[str, np.ndarray]] = []

    def loss(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        value = (outputs - targets).square().mean()
        if len(last) == 3:
            return value * float("nan")
        last.append(net.parameter_values())
        return value

    with pytest.raises(SimulationError) as error:
        net.fit_bptt(X, np.zeros((STEPS, 3)), loss=loss, epochs=9)
    assert str(error.value) == (
        "The loss is nan in epoch 4. The network has the parameters of the last finite loss again: take a smaller lr=, "
        "or constraints that keep parameters where the model is defined."
    )
    for path, value in net.parameter_values().items():
        np.testing.assert_array_equal(value, last[-1][path])


def test_a_parameter_that_no_output_depends_on_is_named() -> None:
    net = whole(train_params=["li_op/tau"])
    net.add_diffeq_node("aside", **{name: value for name, value in node_of().items() if name != "label"},
                        train_params=["li_op/k"])  # fmt: skip
    net.add_edge("li", "aside", np.eye(N))
    net.compile(output="output")
    with pytest.raises(ArgumentError) as error:
        net.fit_bptt(X, np.zeros((STEPS, 3)))
    assert str(error.value) == (
        "'aside/li_op/k' is trained, but the output 'output/tanh_op/r' does not depend on it. Leave it out of "
        "train_params, or connect its node with the output."
    )


@pytest.mark.parametrize("delays", ["none", "whole steps", "spread"])
def test_what_a_delay_leads_from_is_something_that_outputs_depend_on(delays: str) -> None:
    net = whole(delays=delays, train_params=["li_op/tau", "weights", "li_op/v"], train="gd")
    net.fit_bptt(X[:5], np.zeros((5, 3)), epochs=1)


def squared() -> Network:
    """Return what grows without bound under its input."""
    op = OperatorTemplate("op", "x' = x^2 + u", {"x": "output(1.0)", "u": "input(0.0)"})
    net = Network(dt=0.5)
    net.add_diffeq_node("p", NodeTemplate("n", [op]), "op/u", "op/x")
    return net


def test_a_run_that_explodes_says_when_and_goes_no_further() -> None:
    net = squared()
    net.run(np.ones(2))
    before = net.state["p/op/x"].clone()
    with pytest.raises(SimulationError) as error:
        net.run(np.ones(40))
    assert str(error.value) == "'out' is NaN or infinite at t = 6. Take a smaller dt, or other parameters."
    assert torch.equal(net.state["p/op/x"], before)


BAD: list[tuple[dict[str, Any], str]] = [
    (
        {"inputs": X[:, :1].repeat(5, 1)},
        "inputs has the shape (40, 5); it has to be (steps, 2), a number for each unit of 'input'.",
    ),
    ({"inputs": np.full((STEPS, 2), np.nan)}, "inputs holds NaN or infinite numbers."),
    (
        {"targets": np.zeros((STEPS + 1, 3))},
        "targets has 41 rows, and the run only 40 steps. Give one row of targets for each sample of the inputs.",
    ),
    (
        {"targets": np.zeros((STEPS, 2))},
        "targets has the shape (40, 2); it has to be (40, 3): a row for each sample of the inputs, a column for each "
        "output.",
    ),
    (
        {"targets": np.zeros((7, 3))},
        "targets has the shape (7, 3); it has to be (40, 3): a row for each sample of the inputs, a column for each "
        "output.",
    ),
    ({"update_steps": 0}, "update_steps has to be a whole number of at least 1; it is 0."),
    ({"sampling_steps": 1.5}, "sampling_steps has to be a whole number of at least 1; it is 1.5."),
    ({"cutoff": -1}, "cutoff has to be a whole number of at least 0; it is -1."),
    ({"epochs": 0}, "epochs has to be a whole number of at least 1; it is 0."),
    (
        {"optimizer": "adma"},
        "There is no optimizer 'adma'. Did you mean 'adam'? There are: sgd, adam, adamw, adagrad, adadelta, "
        "adamax, rmsprop, rprop, lbfgs.",
    ),
    ({"loss": "mes"}, "There is no loss 'mes'. Did you mean 'mse'? There are: mse, l1, huber, nll, ce, kld, hinge."),
    ({"inputs": [X], "targets": [1, 2]}, "inputs is a list of 1 trials, and targets has 2. Give one of each."),
]


@pytest.mark.parametrize(("given", "text"), BAD, ids=[str(number) for number in range(len(BAD))])
def test_what_cannot_be_fitted_is_refused(given: dict[str, Any], text: str) -> None:
    with pytest.raises((ArgumentError, UnknownNameError)) as error:
        whole(train="gd").fit_bptt(**{"inputs": X, "targets": np.zeros((STEPS, 3)), **given})
    assert str(error.value) == text


def test_a_network_without_parameters_has_nothing_to_fit() -> None:
    with pytest.raises(ArgumentError) as error:
        whole().fit_bptt(X, np.zeros((STEPS, 3)))
    assert str(error.value) == (
        "Nothing of the network is trained. Name parameters in train_params=, or add an edge with train='gd'."
    )


def test_what_was_observed_is_drawn_and_named() -> None:
    found = whole(train="gd").fit_bptt(X, np.zeros((STEPS, 3)), epochs=2)
    assert found.recorded_variables == ["out", "loss", "evaluations"]
    assert found.plot("loss").get_xlabel() == "epoch"
    assert len(found.plot().get_lines()) == 3
    with pytest.raises(UnknownNameError) as error:
        found.to_dataframe("v")
    assert str(error.value) == "'v' was not observed. There is: 'out', 'loss', 'evaluations'."


def test_a_line_search_that_meets_what_is_not_finite_goes_back() -> None:
    """The first step of that length makes x' = a x^2 + u infinite."""
    op = OperatorTemplate(
        "op", "x' = a*x^2 + u", {"x": "output(0.1)", "a": 0.1, "u": "input(0.0)"},
    )  # fmt: skip

    def unit(a: float) -> Network:
        net = Network(dt=0.1)
        net.add_diffeq_node(
            "unit", NodeTemplate("n", [op]), "op/u", "op/x", n=1, node_vars={"op/a": a}, train_params=["op/a"]
        )
        return net

    drive = 0.5 + 0.5 * np.sin(0.3 * np.arange(40))
    wanted, net = unit(0.3).run(drive)["out"], unit(0.1)
    net.fit_bptt(drive, wanted, optimizer="lbfgs", lr=50.0, epochs=10)
    assert net.parameter_values()["unit/op/a"] == pytest.approx(0.3, rel=1e-6)
