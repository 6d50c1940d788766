"""Values of several paths that are one parameter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rates_rnn import Network

from plugins.rates_rnn.tests.networks import STEPS, J, X, node_of, whole
from rates_core import ArgumentError, UnknownNameError

TAU, OTHER = "li/li_op/tau", "other/li_op/tau"
WEIGHT, BACK = "li/tanh_op/r->li/li_op/r_in/weight", "other/tanh_op/r->other/li_op/r_in/weight"


def two(**options: Any) -> Network:
    """Return a network in which another node of leaky integrators follows."""
    net = whole(train_params=["li_op/tau", "weights"], feedback=False)
    net.add_diffeq_node(**node_of(**{"label": "other", **options}))
    net.add_edge("output", "other", 0.3 * np.ones((4, 3)))
    return net


def test_paths_of_several_nodes_are_one_parameter() -> None:
    net = two(share={"li_op/tau": TAU, "weights": WEIGHT})
    assert list(net.parameter_values()) == [TAU, WEIGHT]
    net.set_var("other", "li_op/tau", 4.0)
    assert net.get_var("li", "li_op/tau").item() == 4.0
    alone = two(node_vars={"li_op/tau": 4.0})
    alone.set_var("li", "li_op/tau", 4.0)
    np.testing.assert_array_equal(net.run(X)["out"], alone.run(X)["out"])


def test_the_gradient_of_what_is_shared_is_the_sum_of_those_of_its_paths() -> None:
    gradients = []
    for options in ({"share": {"li_op/tau": TAU, "weights": WEIGHT}}, {"train_params": ["li_op/tau", "weights"]}):
        net = two(**options)
        net.rows(X)["out"].square().sum().backward()
        gradients.append({path: value.grad for path, value in net.named_parameters()})
    shared, apart = gradients
    np.testing.assert_allclose(shared[TAU], apart[TAU] + apart[OTHER], rtol=1e-12)
    np.testing.assert_allclose(shared[WEIGHT], apart[WEIGHT] + apart[BACK], rtol=1e-12, atol=1e-15)


def test_what_is_shared_stays_so_through_fits_and_in_circuits() -> None:
    net = two(share={"li_op/tau": TAU}, train_params=["li_op/k"])
    net.fit_bptt(X, np.ones((STEPS, 4)), lr=0.1, epochs=2)
    circuit = net.circuit()
    assert net.parameter_values()[TAU] != 10.0
    for path in (TAU, OTHER):
        np.testing.assert_array_equal(circuit.get_var(path), net.parameter_values()[TAU])
    assert next(iter(net.state_dict())) == TAU
    assert OTHER not in net.state_dict()


def test_names_of_what_is_shared_all_freeze_it() -> None:
    net = two(share={"li_op/tau": TAU})
    net.freeze(OTHER)
    assert [path for path, value in net.named_parameters() if value.requires_grad] == [WEIGHT]
    net.unfreeze("other/*")
    assert dict(net.named_parameters())[TAU].requires_grad


def test_an_output_that_depends_on_one_of_its_paths_depends_on_it() -> None:
    net = Network(dt=0.1)
    net.add_diffeq_node(**node_of(weights=None, source_var=None, target_var=None, train_params=["li_op/tau"]))
    net.add_diffeq_node(**node_of(label="other", weights=None, source_var=None, target_var=None))
    net.share(TAU, OTHER)
    net.compile(output="other")
    inputs = {label: np.ones(20) for label in ("li", "other")}
    found = net.fit_bptt(inputs, np.zeros((20, 1)), epochs=2, lr=0.1)
    assert found["loss"][1] < found["loss"][0]


BAD = [
    (
        {"share": {"li_op/tau": "li/li_op/tua"}}, UnknownNameError,
        "There is no value 'li/li_op/tua' to share. Did you mean 'li/li_op/tau'?",
    ),
    (
        {"share": {"li_op/tau": TAU}, "node_vars": {"li_op/tau": 3.0}}, ArgumentError,
        f"'{OTHER}' is one parameter with '{TAU}', and they begin at 3.0 and 10.0. Let both begin with the same "
        "values.",
    ),
    (
        {"share": {"li_op/tau": TAU}, "train_params": ["li_op/tau"], "constraints": {"li_op/tau": "positive"}},
        None, "",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("options", "kind", "text"), BAD, ids=["unknown", "start", "constraint"])
def test_what_cannot_be_shared_is_said(options: Any, kind: Any, text: str) -> None:
    net = two(**options)
    if kind is None:
        net.compile()
        assert net.get_extra_state()[TAU] == "positive"
        return
    with pytest.raises(kind) as error:
        net.compile()
    assert str(error.value).startswith(text)


def test_what_is_shared_is_said_once_and_has_one_constraint() -> None:
    net = two()
    net.share(TAU, OTHER)
    with pytest.raises(ArgumentError) as error:
        net.share(OTHER, TAU)
    assert str(error.value) == f"'{OTHER}' and '{TAU}' are one parameter already."
    both = {"train_params": ["li_op/tau"], "constraints": {"li_op/tau": "positive"}}
    net = Network(dt=0.1)
    net.add_diffeq_node(**node_of(**both))
    net.add_diffeq_node(**node_of(label="other", share={"li_op/tau": TAU}, **both))
    net.add_edge("li", "other", J)
    with pytest.raises(ArgumentError) as error:
        net.compile()
    assert str(error.value) == f"'{TAU}' and '{OTHER}' are one parameter: give it one constraint."
