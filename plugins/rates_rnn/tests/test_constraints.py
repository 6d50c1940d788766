"""Constraints of parameters: what they allow, and that it stays so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from rates_rnn import Network

from plugins.rates_rnn.tests.networks import STEPS, W_OUT, J, N, X, whole
from rates_core import ArgumentError

PATH = "li/tanh_op/r->li/li_op/r_in/weight"
SIGNS = np.array([1.0, -1.0, 1.0, -1.0])
DALE = np.abs(J) * SIGNS
DALE[1, 2] = 0.0
MASK = np.repeat([[1.0, 1.0, 0.0, 1.0]], N, axis=0)  # of a rank of 1, so that a product of it with others is narrow
NARROW = np.outer(np.arange(1.0, 5.0), [0.1, -0.2, 0.3, 0.05])


def constrained(variable: str, constraint: Any, weights: np.ndarray = J, **options: Any) -> Network:
    return whole(train_params=[variable], constraints={variable: constraint}, weights=weights, **options)


def moved(net: Network) -> Network:
    """Return a network whose free numbers have been moved far."""
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter += 3.0 * torch.randn_like(parameter)
    return net


CASES = [
    ("li_op/tau", "positive", J),
    ("li_op/tau", (8.0, 12.0), J),
    ("weights", "dale", DALE),
    ("weights", {"rank": 2}, NARROW),
    ("li_op/tau", (8.0, np.inf), J),
    ("li_op/tau", (-np.inf, 12.0), J),
    ("weights", {"dale": [2.0, -3.0, 1.0, -1.0]}, DALE),
    ("weights", {"mask": MASK}, J * MASK),
    ("weights", ["dale", {"mask": MASK}], DALE * MASK),
    ("weights", [{"mask": MASK}, (-3.0, 3.0)], J * MASK),
    ("weights", [{"mask": MASK}, "positive"], abs(J) * MASK),
    ("weights", [{"rank": 2}, {"mask": MASK}], np.where(MASK, NARROW, 0.0)),
]


@pytest.mark.parametrize(("variable", "constraint", "weights"), CASES)
def test_a_constraint_changes_nothing_at_the_start(variable: str, constraint: Any, weights: np.ndarray) -> None:
    net, plain = constrained(variable, constraint, weights), whole(weights=weights)
    np.testing.assert_allclose(net.run(X)["out"], plain.run(X)["out"], rtol=0, atol=1e-12)


def test_values_stay_where_constraints_hold_them() -> None:
    assert moved(constrained("li_op/tau", "positive")).parameter_values()["li/li_op/tau"] > 0
    assert 8 < moved(constrained("li_op/tau", (8, 12))).parameter_values()["li/li_op/tau"] < 12
    dale = moved(constrained("weights", "dale", DALE)).parameter_values()[PATH]
    np.testing.assert_array_equal(np.sign(dale), np.where(DALE == 0, 0.0, np.broadcast_to(SIGNS, (N, N))))
    narrow = moved(constrained("weights", {"rank": 2}, NARROW)).parameter_values()[PATH]
    assert np.linalg.matrix_rank(narrow) == 2


def test_intervals_may_have_one_end() -> None:
    assert moved(constrained("li_op/tau", (8, np.inf))).parameter_values()["li/li_op/tau"] > 8
    assert moved(constrained("li_op/tau", (-np.inf, 12))).parameter_values()["li/li_op/tau"] < 12


@pytest.mark.parametrize(
    ("constraint", "weights", "holds"),
    [
        ("positive", abs(J), lambda found: (found > 0) == (MASK > 0)),
        ((0.2, 4.0), 1.0 + abs(J), lambda found: np.where(MASK, (found > 0.2) & (found < 4.0), True)),
        ("dale", DALE, lambda found: np.sign(found) == np.sign(DALE * MASK)),
        ({"dale": SIGNS}, DALE, lambda found: np.sign(found) == np.sign(DALE * MASK)),
        ({"rank": 2}, NARROW, lambda found: np.linalg.matrix_rank(found) == 2),
    ],
    ids=["positive", "interval", "dale", "signs", "rank"],
)
def test_a_mask_holds_together_with_each_other_constraint(constraint: Any, weights: np.ndarray, holds: Any) -> None:
    found = moved(constrained("weights", [constraint, {"mask": MASK}], weights * MASK)).parameter_values()[PATH]
    assert (found[MASK == 0] == 0).all()
    assert np.all(holds(found))


def test_weights_are_0_where_their_mask_is() -> None:
    net, mask = whole(), W_OUT > 0
    net.add_func_node("last", 3)
    net.add_edge("li", "last", W_OUT, train="gd", mask=mask)
    net.add_edge("output", "last", np.eye(3))
    path = "li/tanh_op/r->last/identity_op/x/weight"
    assert net.parameter_values()[path].tolist() == (W_OUT * mask).tolist()
    net.fit_bptt(X, np.ones((STEPS, 3)), epochs=3, lr=0.1)
    found = net.parameter_values()[path]
    assert (found[~mask] == 0).all()
    assert (found[mask] != W_OUT[mask]).all()


def test_a_mask_and_dale_hold_together() -> None:
    net = Network(dt=0.1)
    net.add_func_node("a", 2)
    net.add_func_node("b", 2)
    net.add_edge("a", "b", [[1.0, -2.0], [3.0, -4.0]], train="gd", mask=[[1, 0], [1, 1]], constraint="dale")
    found = moved(net).parameter_values()["a/identity_op/r->b/identity_op/x/weight"]
    np.testing.assert_array_equal(np.sign(found), [[1, 0], [1, -1]])


def test_values_are_set_within_constraints() -> None:
    net = constrained("li_op/tau", (8.0, 12.0))
    net.set_var("li", "li_op/tau", 9.5)
    assert net.parameter_values()["li/li_op/tau"] == pytest.approx(9.5, rel=1e-14)
    with pytest.raises(ArgumentError) as error:
        net.set_var("li", "li_op/tau", 12.5)
    assert str(error.value) == (
        "The start of 'li/li_op/tau' is 12.5, which violates its constraint (8.0, 12.0): it has to lie between these."
    )


BAD = [
    (
        "li_op/k", (2.0, 3.0), J,
        "The start of 'li/li_op/k' is 1.0, which violates its constraint (2.0, 3.0): it has to lie between these.",
    ),
    (
        "li_op/eta", "positive", J,
        "The start of 'li/li_op/eta' is 0.0, which violates its constraint 'positive': it has to be above 0.",
    ),
    (
        "weights", "dale", np.array([[1.0, 1.0], [2.0, -0.5]]),
        f"The start of '{PATH}' is -0.5, which violates its constraint 'dale': one sign for each source unit.",
    ),
    (
        "weights", {"rank": 1}, J,
        f"The start of '{PATH}' has the rank 4; its constraint is a rank of at most 1. Start with such weights.",
    ),
    (
        "li_op/tau", "posistive", J,
        "The constraint of 'li/li_op/tau' is 'posistive'; it can be 'positive', (low, high) with low < high, 'dale', "
        "{'dale': signs}, {'rank': r}, {'mask': mask}, or a list of a mask and another one.",
    ),
    ("li_op/tau", "dale", J, "The constraint 'dale' is one of weights; 'li/li_op/tau' is no matrix."),
    (
        "li_op/tau", (20.0, np.inf), J,
        "The start of 'li/li_op/tau' is 10.0, which violates its constraint (20.0, inf): it has to lie between these.",
    ),
    (
        "weights", {"dale": [1.0, 1.0]}, np.array([[1.0, -1.0], [2.0, -0.5]]),
        f"The start of '{PATH}' is -1.0, which violates its constraint 'dale': one sign for each source unit.",
    ),
    ("weights", {"dale": [1.0]}, J, f"The dale of '{PATH}' has the shape (1,); it has to be (4,)."),
    (
        "weights", {"mask": np.eye(4)}, J,
        f"The start of '{PATH}' is not 0 where its mask is 0. Multiply it by the mask.",
    ),
    ("weights", {"mask": np.eye(3)}, J, f"The mask of '{PATH}' has the shape (3, 3); it has to be (4, 4)."),
    (
        "weights", ["dale", "positive"], J,
        f"The constraints of '{PATH}' are ['dale', 'positive']; a mask and one other constraint hold together.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("variable", "constraint", "weights", "text"), BAD, ids=[str(i) for i in range(len(BAD))])
def test_a_start_that_violates_its_constraint_is_named(
    variable: str, constraint: Any, weights: np.ndarray, text: str
) -> None:
    net = Network(dt=0.1)
    net.add_diffeq_node(
        "li", "neuron_model_templates.rate_neurons.leaky_integrator.tanh", "li_op/I_ext", "li_op/v", weights,
        "tanh_op/r", "li_op/r_in", train_params=[variable], constraints={variable: constraint},
    )  # fmt: skip
    with pytest.raises(ArgumentError) as error:
        net.compile()
    assert str(error.value) == text


def test_what_another_network_stored_is_refused() -> None:
    net, other = constrained("li_op/tau", "positive"), constrained("li_op/tau", (1.0, 20.0))
    with pytest.raises(ArgumentError) as error:
        other.load_state_dict(net.state_dict())
    assert str(error.value) == (
        "The stored numbers belong to another network: the constraint of 'li/li_op/tau' is positive in them, and "
        "(1.0, 20.0) in this one. Make the network as it was when they were stored."
    )
