"""What cannot be built, and how that is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rates_core.plugins import get_manager
from rates_rnn import Network

from plugins.rates_rnn.tests.networks import DT, W_OUT, J, N, X, node_of, whole
from rates_core import ArgumentError, RatesError, UnknownNameError, UnsupportedFeatureError


def node(**options: Any) -> Callable[[], Any]:
    return lambda: Network(dt=DT).add_diffeq_node(**{**node_of(), **options})


def edge(*arguments: Any, **options: Any) -> Callable[[], Any]:
    return lambda: whole().add_edge(*arguments, **options)


def after(name: str, *arguments: Any, **options: Any) -> Callable[[], Any]:
    return lambda: getattr(whole(), name)(*arguments, **options)


def circle() -> None:
    net = Network(dt=DT)
    net.add_func_node("a", 1)
    net.add_func_node("b", 1)
    net.add_edge("a", "b", [[1.0]])
    net.add_edge("b", "a", [[1.0]])
    net.compile()


BACKENDS = get_manager().backends()
NAMES = ["eager", "compiled", "native", *(
    name for name, spec in BACKENDS.items() if "adjoint" in spec.capabilities.differentiation)]  # fmt: skip
ENGINES = f"{', '.join(map(repr, NAMES[:-1]))} or {NAMES[-1]!r}"
BAD: list[tuple[Callable[[], Any], type[RatesError], str]] = [
    (lambda: Network(dt=0.1, engine="scan"), ArgumentError, f"engine is 'scan'. It is {ENGINES}."),
    (lambda: Network(dt=0.0), ArgumentError, "dt has to be a positive number; it is 0.0."),
    (
        node(weights=J[:2]), ArgumentError,
        "weights has the shape (2, 4); it has to be (2, 2): a row for each unit of 'li', a column for each unit of "
        "'li'.",
    ),
    (node(weights="J"), ArgumentError, "weights has to be numbers; it is 'J'."),
    (node(weights=J * np.nan), ArgumentError, "weights holds NaN or infinite numbers."),
    (node(label="a/b"), ArgumentError, "The label of a node is a name of letters, digits and _; it is 'a/b'."),
    (node(node=3), ArgumentError, "node is 3; it is a NodeTemplate or the path of one."),
    (
        node(source_var=None), ArgumentError, "The node 'li' has weights: give source_var= and target_var= too."
    ),
    (
        node(edge_attr={"dealy": 1.0}), UnknownNameError,
        "edge_attr has no 'dealy'. Did you mean 'delay'? It takes: delay, spread.",
    ),
    (
        node(spike_var="li_op/s"), UnknownNameError,
        "spike_var 'li_op/s' is no variable of the node 'li'. Did you mean 'li_op/v'?",
    ),
    (
        node(constraints={"li_op/tau": "positive"}), ArgumentError,
        "constraints names 'li_op/tau', which is not among train_params of the node 'li'.",
    ),
    (
        node(weights=None, train_params=["weights"]), ArgumentError, "The node 'li' has no weights."
    ),
    (
        after("add_func_node", "f", 2, "tahn"), UnknownNameError,
        "There is no activation function 'tahn'. Did you mean 'tanh'? There are: identity, tanh, sigmoid, relu, "
        "softplus, softmax, softmin, log_softmax.",
    ),
    (after("add_func_node", "li", 2), ArgumentError, "There is a node 'li' already."),
    (
        edge("li", "outptu", W_OUT), UnknownNameError,
        "The network has no node 'outptu'. Did you mean 'output'? There are: input, li, output.",
    ),
    (
        edge("li", "output", W_OUT), ArgumentError,
        "There is an edge from 'li' to 'output' already. Add its weights to that one.",
    ),
    (
        edge("input", "output", np.ones((2, 3))), ArgumentError,
        "weights has the shape (2, 3); it has to be (3, 2): a row for each unit of 'output', a column for each unit of "
        "'input'. Transpose it.",
    ),
    (
        edge("input", "output", train="sgd"), ArgumentError,
        "train is 'sgd'; it is 'gd', 'rls', or None for weights that stay.",
    ),
    (
        edge("input", "output", constraint="dale"), ArgumentError,
        "constraint belongs to weights that are trained: give train='gd' too.",
    ),
    (
        lambda: whole(train_params=["li_op/tua"]).compile(), UnknownNameError,
        "There is no parameter 'li/li_op/tua' to train. Did you mean 'li/li_op/tau'? There are: li/li_op/tau, "
        "li/li_op/k, li/li_op/eta, li/tanh_op/r->li/li_op/r_in/weight, input/identity_op/r->li/li_op/I_ext/weight, "
        "li/tanh_op/r->output/tanh_op/x/weight, output/tanh_op/r->li/li_op/I_ext/weight, li/li_op/v.",
    ),
    (
        circle, ArgumentError,
        "The output of the network is not clear: nodes that no edge starts at are none. Call compile(output=...), or "
        "mark edges that lead back by feedback=True.",
    ),
    (
        after("forward", np.zeros(3)), ArgumentError,
        "x has the shape (3,); it has to be (2,), a number for each unit of 'input'.",
    ),
    (
        after("forward", np.zeros((40, 3))), ArgumentError,
        "x has the shape (40, 3); it has to be (trials, 2), a number for each unit of 'input'.",
    ),
    (
        after("run", np.zeros((7, 40, 3))), ArgumentError,
        "inputs has the shape (7, 40, 3); it has to be (trials, steps, 2), a number for each unit of 'input'.",
    ),
    (
        after("run", {"inptu": X}), UnknownNameError,
        "inputs names 'inptu', which gets no input. Did you mean 'input'? Nodes that do: input.",
    ),
    (
        after("run", X, sampling_steps=0), ArgumentError,
        "sampling_steps has to be a whole number of at least 1; it is 0.",
    ),
    (
        after("run", X, record_vars=["li"]), ArgumentError,
        "record_vars holds 'li'; it takes (node, 'op/var') or (node, 'op/var', True).",
    ),
    (
        after("get_var", "li", "tanh_op/r"), UnknownNameError,
        "The node 'li' has no state or parameter 'tanh_op/r'. Did you mean 'li/li_op/v'? What is computed from these "
        "is recorded by run(record_vars=...).",
    ),
    (
        after("set_var", "li", "li_op/v", [1.0, 2.0]), ArgumentError,
        "The value of 'li/li_op/v' has the shape (2,); it has to be (4,).",
    ),
    (
        after("set_var", "li", "li_op/tau", [1.0, 2.0]), ArgumentError,
        "The value of 'li/li_op/tau' has the shape (2,); it has to be ().",
    ),
    (
        after("reset", {"li/li_op/tau": 1.0}), UnknownNameError,
        "There is no state 'li/li_op/tau'. Did you mean 'li/li_op/v'? There are: li/li_op/v.",
    ),
    (
        after("fit_ridge", X, X, alpha=-1.0), ArgumentError, "alpha has to be a number of at least 0; it is -1.0."
    ),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "text"), BAD, ids=[str(number) for number in range(len(BAD))])
def test_what_is_wrong_is_said_by_name(call: Callable[[], Any], kind: type[RatesError], text: str) -> None:
    with pytest.raises(kind) as error:
        call()
    assert type(error.value) is kind
    assert str(error.value) == text


def test_other_kinds_of_numbers_are_refused() -> None:
    import torch

    with pytest.raises(ArgumentError) as error:
        whole().to(torch.float16).run(X)
    assert str(error.value) == "A network computes with torch.float64 or torch.float32, not with torch.float16."


def test_a_delay_within_a_step_is_refused() -> None:
    net = Network(dt=DT)
    net.add_diffeq_node(**node_of(edge_attr={"delay": 0.4 * DT}))
    with pytest.raises(UnsupportedFeatureError) as error:
        net.run(np.zeros((3, N)))
    assert "one of these delays lies inside a step, or is 0" in str(error.value)


def test_weights_that_are_not_given_are_drawn_by_pytorch() -> None:
    import torch

    found = []
    for _ in range(2):
        torch.manual_seed(4)
        net = Network(dt=DT)
        net.add_func_node("a", 400)
        net.add_func_node("b", 50)
        net.add_edge("a", "b")
        found.append(net.run(np.ones((1, 400)))["out"])
    assert torch.equal(*found)
    assert found[0].std().item() == pytest.approx(1.0, abs=0.3)  # of 50 sums, each of variance 1
