"""Nodes and edges that are looked at, taken out, and put into other networks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rates_rnn import Network

from plugins.rates_rnn.tests.networks import DT, W_BACK, W_IN, W_OUT, J, N, X, node_of, whole
from rates_core import ArgumentError, OperatorTemplate, RatesError, UnknownNameError

TAU, INNER = "li/li_op/tau", "li/tanh_op/r->li/li_op/r_in/weight"
OUT, BACK = "li/tanh_op/r->output/tanh_op/x/weight", "output/tanh_op/r->li/li_op/I_ext/weight"
SYNAPSE = OperatorTemplate("syn_op", "s' = (x - s)/tau_s", {"s": "output(0.0)", "x": "input(0.0)", "tau_s": 0.4})


def rows(net: Network) -> np.ndarray:
    net.reset()
    found: np.ndarray = net.run(X).to_numpy()
    return found


def test_without_an_edge_a_network_is_the_one_that_never_had_it() -> None:
    net = whole(train="gd")
    first = rows(net)
    net.set_value(BACK, 2 * W_BACK)
    edge = net.pop_edge("output", "li")
    np.testing.assert_array_equal(edge.weights, 2 * W_BACK)
    assert edge.feedback
    assert BACK not in dict(net.named_parameters())
    assert BACK not in net.state_dict()
    np.testing.assert_array_equal(rows(net), rows(whole(feedback=False)))
    net.add_edge("output", "li", W_BACK, train="gd", feedback=True)
    np.testing.assert_array_equal(rows(net), first)


def test_a_node_takes_its_edges_with_it_and_that_is_said() -> None:
    net = whole(train="gd", train_params=["li_op/tau"])
    net.run(X)
    with pytest.warns(UserWarning, match="^With the node") as told:
        taken = net.pop_node("output")
    assert [str(item.message) for item in told] == [
        "With the node 'output', the network lost its edges: from 'li' to 'output', from 'output' to 'li'."
    ]
    assert (taken.label, taken.n, taken.own) == ("output", 3, None)
    assert net.nodes == ("input", "li")
    assert [name for name, _ in net.named_parameters()] == [TAU, "input/identity_op/r->li/li_op/I_ext/weight"]
    assert net.output == "li"
    alone = Network(dt=DT)
    alone.add_func_node("input", 2)
    alone.add_diffeq_node(**node_of())
    alone.add_edge("input", "li", W_IN)
    np.testing.assert_array_equal(rows(net), rows(alone))


def test_a_node_without_edges_is_taken_in_silence_and_what_was_compiled_is_forgotten() -> None:
    net = whole()
    net.add_func_node("apart", 1)
    net.compile(inputs=["input"], output="li")
    net.forward(X[0])
    assert net.output == "li"
    net.pop_node("apart")
    assert net.output == "output"
    assert net.state["li/li_op/v"].tolist() == [0.0] * N


def test_a_node_brings_its_values_to_another_network() -> None:
    given = {"train_params": ["li_op/tau", "weights"], "constraints": {"li_op/tau": (1.0, 20.0), "weights": "dale"}}
    net = whole("tanh", "spread", feedback=False, **{**given, "weights": np.abs(J)})
    net.set_value(TAU, 3.0)
    net.set_value(INNER, 0.5 * np.abs(J))
    expected, other = rows(net), Network(dt=DT)
    other.add_func_node("input", 2)
    other.add_node("again", net.get_node("li"))
    other.add_func_node("output", 3, "tanh")
    other.add_edge("input", "again", W_IN)
    other.add_edge("again", "output", W_OUT)
    np.testing.assert_allclose(rows(other), expected, rtol=0, atol=1e-14)  # constraints round
    assert list(other.parameter_values()) == [path.replace("li/", "again/") for path in (TAU, INNER)]
    held = other.get_extra_state()
    assert (held["again/li_op/tau"], net.get_extra_state()[TAU]) == ("(1.0, 20.0)", "(1.0, 20.0)")
    assert held[INNER.replace("li/", "again/")] == net.get_extra_state()[INNER]


def test_what_is_looked_at_stays_what_it_was() -> None:
    net = whole(train_params=["li_op/tau"], node_vars={"li_op/tau": 2.0})
    assert net.get_node("li").values == {"li_op/tau": 2.0}  # what is not said is the template's until it is compiled
    net.run(X)
    node, edge = net.get_node("li"), net.get_edge("li", "output")
    net.set_value(TAU, 9.0)
    net.set_value(OUT, 0.0 * W_OUT)
    assert (node.values["li_op/tau"], net.get_node("li").values["li_op/tau"]) == (2.0, 9.0)
    assert dict(node.trained) == {"li_op/tau": None}
    np.testing.assert_array_equal(node.weights, J)
    np.testing.assert_array_equal(edge.weights, W_OUT)
    assert not net.get_edge("li", "output").weights.any()
    assert net.get_edge("li", "li").source_path == "li/tanh_op/r"


@pytest.mark.parametrize("take", [lambda net: net.pop_edge("input", "li"), lambda net: net.pop_node("input_to_li")])
@pytest.mark.filterwarnings("ignore:With the node:UserWarning")
def test_what_an_edge_goes_through_goes_with_it(take: Callable[[Network], Any]) -> None:
    net = Network(dt=DT)
    net.add_func_node("input", 2)
    net.add_diffeq_node(**node_of())
    net.add_edge("input", "li", W_IN, filter=SYNAPSE, train_params=["syn_op/tau_s"])
    net.compile()
    take(net)
    assert net.nodes == ("input", "li")
    with pytest.raises(UnknownNameError):
        net.get_edge("input", "input_to_li")
    net.pop_node("input")
    assert list(net.named_parameters()) == []
    alone = Network(dt=DT)
    alone.add_diffeq_node(**node_of())
    np.testing.assert_array_equal(net.run(X[:, :1])["out"], alone.run(X[:, :1])["out"])


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.filterwarnings("ignore:With the node:UserWarning")
def test_what_was_shared_with_a_node_stays_trained(compiled: bool) -> None:
    net = whole(train_params=["li_op/tau"], feedback=False)
    for label in ("other", "third"):
        net.add_diffeq_node(**node_of(label=label, share={"li_op/tau": TAU}))
    net.add_edge("li", "other", np.eye(N))
    net.add_edge("other", "third", np.eye(N))
    if compiled:
        net.compile(output="third")
        net.set_value(TAU, 4.0)
        before = net.get_parameter(TAU)
    net.pop_node("li")
    net.pop_node("output")
    net.pop_node("input")
    assert list(net.parameter_values()) == ["other/li_op/tau"]
    assert net.sharing("third/li_op/tau") == ("other/li_op/tau", "third/li_op/tau")
    if compiled:
        assert net.get_parameter("other/li_op/tau") is before  # which an optimiser may hold
        assert net.get_var("third", "li_op/tau").item() == pytest.approx(4.0)


def test_nothing_is_left_of_a_network_that_is_cleared() -> None:
    net = whole(train="gd", train_params=["li_op/tau", "weights"])
    expected = rows(net)
    net.add_priors({TAU: ("normal", 2.0, 1.0)})
    net.clear()
    assert net.nodes == ()
    assert (net.paths, dict(net.priors)) == ((), {})
    net.add_func_node("input", 2, "identity")
    net.add_diffeq_node(**node_of())
    net.add_func_node("output", 3, "tanh")
    net.add_edge("input", "li", W_IN)
    net.add_edge("li", "output", W_OUT)
    net.add_edge("output", "li", W_BACK, feedback=True)
    np.testing.assert_array_equal(rows(net), expected)
    assert list(net.named_parameters()) == []


def test_a_node_that_was_fed_nothing_is_fed_later() -> None:
    net, at_once = whole(feedback=False), whole(feedback=False)
    for made in (net, at_once):
        made.add_diffeq_node(**node_of(label="behind"))
    net.compile(inputs=["input"], output="output")
    net.run(X)
    for made in (net, at_once):
        made.add_edge("output", "behind", W_BACK)
    np.testing.assert_array_equal(rows(net), rows(at_once))


BAD: list[tuple[Callable[[Network], Any], type[RatesError], str]] = [
    (
        lambda net: net.pop_node("outptu"), UnknownNameError,
        "The network has no node 'outptu'. Did you mean 'output'? There are: input, li, output.",
    ),
    (
        lambda net: net.pop_edge("output", "input"), UnknownNameError,
        "The network has no edge from 'output' to 'input'. Did you mean the one from 'output' to 'li'? There are: "
        "from 'li' to 'li', from 'input' to 'li', from 'li' to 'output', from 'output' to 'li'.",
    ),
    (
        lambda net: Network(dt=DT).get_edge("li", "li"), UnknownNameError,
        "The network has no node 'li'. There are: none.",
    ),
    (lambda net: net.add_node("li", net.get_node("li")), ArgumentError, "There is a node 'li' already."),
    (
        lambda net: net.add_node("new", "li"), ArgumentError,
        "node is 'li'; it is what get_node() or pop_node() returned. Others are added by add_diffeq_node() and "
        "add_func_node().",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "text"), BAD, ids=[str(number) for number in range(len(BAD))])
def test_what_is_not_there_is_said_by_name(call: Callable[[Network], Any], kind: type[RatesError], text: str) -> None:
    with pytest.raises(kind) as error:
        call(whole())
    assert str(error.value) == text
