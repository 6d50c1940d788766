"""Templates that edges go through."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rates_rnn import Network

from plugins.rates_rnn.tests.networks import DT, LIBRARY, W_BACK, W_IN, W_OUT, J, N, X, node_of
from rates_core import ArgumentError, NodeTemplate, OperatorTemplate

SYNAPSE = OperatorTemplate("syn_op", "s' = (x - s)/tau_s", {"s": "output(0.0)", "x": "input(0.0)", "tau_s": 0.4})


def through(feedback: Any = None, **options: Any) -> Network:
    """Return leaky integrators whose input comes through synapses, and whose readout goes back through such."""
    net = Network(dt=DT)
    net.add_func_node("input", 2)
    net.add_diffeq_node(**node_of())
    net.add_func_node("output", 3, "tanh")
    net.add_edge("input", "li", W_IN, **{"filter": SYNAPSE, **options})
    net.add_edge("li", "output", W_OUT)
    if feedback is not None:
        net.add_edge("output", "li", W_BACK, feedback=True, filter=SYNAPSE, **feedback)
    return net


def expected(feedback: bool, late: int = 1) -> np.ndarray:
    """Return what the equations of that network say, step by step."""
    v, s, back, outputs = np.zeros(N), np.zeros(2), np.zeros(3), []
    kept = []
    for x in X:
        r = np.tanh(v)
        outputs.append(np.tanh(W_OUT @ r))
        kept.append(back)
        # what is fed back is a step late on its way to its synapse, or as late as is said behind it
        arrives = kept[max(0, len(kept) - 1 - late)] if late > 1 else back
        source = outputs[-1] if late > 1 else outputs[max(0, len(outputs) - 2)]
        v = v + DT * (J @ r + W_IN @ s + feedback * (W_BACK @ arrives) - v / 10.0)
        s, back = s + DT * (x - s) / 0.4, back + DT * (source - back) / 0.4
    return np.array(outputs)


def test_an_edge_through_a_synapse_is_what_its_equations_say() -> None:
    np.testing.assert_allclose(through().run(X)["out"], expected(False), rtol=0, atol=1e-14)


def test_what_is_fed_back_through_a_synapse_is_a_step_late() -> None:
    np.testing.assert_allclose(through({}).run(X)["out"], expected(True), rtol=0, atol=1e-14)


def test_delays_stand_behind_the_synapse() -> None:
    np.testing.assert_allclose(through({"delays": 3 * DT}).run(X)["out"], expected(True, 3), rtol=0, atol=1e-14)


def test_what_a_filter_has_is_trained_like_all_else() -> None:
    wanted = through().run(X)["out"]
    net = through(
        filter_vars={"syn_op/tau_s": 0.9}, train_params=["syn_op/tau_s"], constraints={"syn_op/tau_s": "positive"}
    )
    assert list(net.parameter_values()) == ["input_to_li/syn_op/tau_s"]
    net.fit_bptt(X, wanted, optimizer="lbfgs", epochs=12)
    assert net.parameter_values()["input_to_li/syn_op/tau_s"] == pytest.approx(0.4, rel=1e-6)


def test_a_filter_may_be_a_node_of_several_operators_or_a_path() -> None:
    chain = NodeTemplate("chain", [SYNAPSE, OperatorTemplate("last", "r = 2.0*s", {"r": "output", "s": "input(0.0)"})])
    net = through(filter=chain)
    doubled = Network(dt=DT)
    np.testing.assert_allclose(net.state["input_to_li/syn_op/s"], np.zeros(2))
    assert net.n_in == 2
    doubled.add_func_node("input", 2)
    doubled.add_diffeq_node(**node_of())
    doubled.add_func_node("output", 3, "tanh")
    doubled.add_edge("input", "li", 2.0 * W_IN, filter=SYNAPSE)
    doubled.add_edge("li", "output", W_OUT)
    np.testing.assert_allclose(net.run(X)["out"], doubled.run(X)["out"], rtol=0, atol=1e-14)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"filter": 3}, "filter is 3; it is a NodeTemplate, an OperatorTemplate, or a node's path."),
    (
        {"filter": f"{LIBRARY}.tanh"},
        "A filter has one input and one output; the template 'tanh' has 2 inputs: li_op/r_in, li_op/I_ext. Add it by "
        "add_diffeq_node(), and an edge on either side.",
    ),
    (
        {"filter": OperatorTemplate("op", "x' = -x", {"x": "variable(0.0)", "u": "input(0.0)"})},
        "A filter has one input and one output; the template 'op' has no outputs. Add it by add_diffeq_node(), and an "
        "edge on either side.",
    ),
    (
        {"train_params": ["delay"]},
        "train_params of the edge from 'input_to_li' to 'li' names 'delay'; it takes 'delay' where there are delays=, "
        "and 'op/var' of a filter=.",
    ),
    (
        {"constraints": {"syn_op/tau_s": "positive"}},
        "constraints names 'syn_op/tau_s', which is not among train_params of the edge.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("options", "text"), BAD, ids=[str(number) for number in range(len(BAD))])
def test_what_is_no_filter_is_said(options: dict[str, Any], text: str) -> None:
    with pytest.raises(ArgumentError) as error:
        through(**options)
    assert str(error.value) == text
