"""Delays: between nodes, and those that are trained although they have no spread."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from rates_rnn import Network

from plugins.rates_rnn.tests.networks import DT, LIBRARY, W_IN, N, X, node_of
from rates_core import ArgumentError

PATH = "li/tanh_op/r->li/li_op/r_in/delay"
PAIR = np.array([[0.0, 1.2], [-0.9, 0.0]])
TIMES = 0.05 * np.arange(200)
DRIVE = np.stack([np.sin(0.9 * TIMES) + 0.5 * np.sin(2.3 * TIMES), np.cos(1.3 * TIMES)], 1)


def pair(delays: Any, **options: Any) -> Network:
    """Return two units that act on each other late."""
    net = Network(dt=DT)
    net.add_diffeq_node(
        "li", f"{LIBRARY}.tanh", "li_op/I_ext", "li_op/v", PAIR, "tanh_op/r", "li_op/r_in", n=2,
        edge_attr={"delay": delays}, node_vars={"li_op/tau": 1.0}, **options,
    )  # fmt: skip
    return net


def crossed(delays: Any) -> np.ndarray:
    return np.array([[1.0, delays[0]], [delays[1], 1.0]])


def learning(start: Any, **options: Any) -> Network:
    return pair(start, train_params=["delay"], constraints={"delay": (DT, 4.0)}, **options)


def test_discrete_delays_are_recovered_that_made_the_target() -> None:
    true = crossed([1.7, 0.6])
    wanted = pair(true).run(DRIVE)["out"]
    net = learning(crossed([0.8, 1.2]))
    found = net.fit_bptt(DRIVE, wanted, optimizer="lbfgs", epochs=10)
    np.testing.assert_allclose(net.parameter_values()[PATH], true, rtol=1e-6)
    assert found["evaluations"] <= 20
    table = net.circuit().run(
        200 * DT, DT, backend="numpy", inputs={"li/li_op/I_ext": DRIVE}, outputs=["li/li_op/v"], verbose=False
    )
    np.testing.assert_allclose(table, wanted, rtol=0, atol=1e-6)


def test_one_delay_of_all_connections_is_one_parameter() -> None:
    net = learning(1.03)
    assert net.parameter_values()[PATH].shape == ()
    wanted = pair(0.77).run(DRIVE)["out"]
    net.fit_bptt(DRIVE, wanted, optimizer="lbfgs", epochs=8)
    assert net.parameter_values()[PATH] == pytest.approx(0.77, rel=1e-6)


@pytest.mark.parametrize("start", [0.83, 0.8, 0.05000001, 3.9])
def test_gradients_by_delays_are_central_differences_where_they_are_smooth(start: float) -> None:
    net = learning(crossed([start, 1.21]))
    weights = torch.tensor(np.random.default_rng(0).normal(size=(200, 2)))

    def loss() -> torch.Tensor:
        net.reset()
        return (weights * net.rows(DRIVE)["out"]).sum()

    loss().backward()  # type: ignore[no-untyped-call]
    parameter = next(net.parameters())
    assert parameter.grad is not None
    values = []
    with torch.no_grad():
        for side in (1e-6, -1e-6):
            parameter[0, 1] += side
            values.append(loss().item())
            parameter[0, 1] -= side
    # at delays of whole steps, the derivative is the mean of those on both sides, and so is the central difference
    assert parameter.grad[0, 1].item() == pytest.approx((values[0] - values[1]) / 2e-6, rel=2e-5, abs=1e-7)


def test_steps_go_on_while_delays_move() -> None:
    wanted = pair(crossed([1.7, 0.6])).run(DRIVE)["out"]
    net = learning(crossed([1.5, 0.7]))
    found = net.fit_bptt(DRIVE, wanted, optimizer="adam", lr=0.02, epochs=3, update_steps=60)
    assert found["loss"][-1] < found["loss"][0]


TEXT = (
    f"'{PATH}' is a delay without a spread. To be trained it needs bounds of one step and more, up to which the past "
    "is kept: constraints={'delay': (0.05, longest)}; its constraint is "
)


@pytest.mark.parametrize(
    ("constraint", "shown"),
    [(None, "None."), ("positive", "'positive'."), ((0.01, 4.0), "(0.01, 4.0)."), ((1.0, float("inf")), "(1.0, inf).")],
)
def test_a_delay_that_is_trained_has_bounds(constraint: Any, shown: str) -> None:
    with pytest.raises(ArgumentError) as error:
        pair(1.0, train_params=["delay"], constraints={"delay": constraint}).compile()
    assert str(error.value) == TEXT + shown


def test_a_delay_begins_within_its_bounds() -> None:
    with pytest.raises(ArgumentError) as error:
        learning(4.5).compile()
    assert str(error.value) == (
        f"The start of '{PATH}' is 4.5, which violates its constraint (0.05, 4.0): it has to lie between these."
    )


def ahead(**options: Any) -> Network:
    net = Network(dt=DT)
    net.add_func_node("input", 2)
    net.add_diffeq_node(**{**node_of(), "weights": None, "source_var": None, "target_var": None, "n": N})
    net.add_edge("input", "li", W_IN, **options)
    return net


def test_delays_of_edges_between_nodes_may_be_one_per_connection() -> None:
    steps = np.array([[2, 5], [3, 1], [7, 2], [1, 4]])
    v, expected = np.zeros(N), []
    for step in range(len(X)):
        expected.append(np.tanh(v))
        late = X[np.maximum(step - steps, 0), np.arange(2)]  # before the start it is what it is at the start
        v = v + DT * ((W_IN * late).sum(1) - v / 10.0)
    np.testing.assert_allclose(ahead(delays=DT * steps).run(X)["out"], expected, rtol=0, atol=1e-14)


def test_delays_of_edges_between_nodes_may_be_spread() -> None:
    mean, spread = 0.6, 0.3  # a gamma distribution of order 4: a chain of 4 leaky integrators, each of 0.15
    v, chain, expected = np.zeros(N), np.tile(X[0], (4, 1)), []
    for x in X:
        expected.append(np.tanh(v))
        before = np.concatenate([x[None], chain[:-1]])
        v = v + DT * (W_IN @ chain[-1] - v / 10.0)
        chain = chain + DT * (before - chain) / 0.15
    np.testing.assert_allclose(ahead(delays=mean, spread=spread).run(X)["out"], expected, rtol=0, atol=1e-13)


def test_delays_of_edges_between_nodes_are_trained() -> None:
    wanted = ahead(delays=0.42).run(X)["out"]
    net = ahead(delays=0.53, train_params=["delay"], constraints={"delay": (DT, 1.0)})
    net.fit_bptt(X, wanted, optimizer="lbfgs", epochs=15)
    assert net.parameter_values()["input/identity_op/r->li/li_op/I_ext/delay"] == pytest.approx(0.42, rel=1e-5)
