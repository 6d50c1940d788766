"""e-prop: where nothing comes back to a unit from others, its gradient is that of the loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from rates_rnn import Network

from plugins.rates_rnn.tests.networks import DT, LIBRARY, STEPS, W_BACK, W_IN, W_OUT, J, N, X, node_of, whole
from rates_core import ArgumentError, NodeTemplate, OperatorTemplate, SimulationError, UnsupportedFeatureError

WANTED = np.random.default_rng(8).normal(size=(STEPS, 3))
TEMPLATE = OperatorTemplate(
    "op", ["x' = (-x + tanh(s + u) - b*a)/tau", "a' = (x^2 - a)/tau_a", "r = tanh(x) + c*a*u"],
    {"x": "variable(0.1)", "a": "variable(0.2)", "r": "output", "s": "input(0.0)", "u": "input(0.0)", "b": 0.7,
     "c": 0.3, "tau": 1.5, "tau_a": 3.0},
)  # fmt: skip


def adapting(weights: Any, **options: Any) -> Network:
    """Return units of two states, whose output meets the input at once."""
    net = Network(dt=DT)
    net.add_func_node("input", 2, "sigmoid")
    net.add_diffeq_node(
        "unit", NodeTemplate("n", [TEMPLATE]), "u", "r", weights=weights, source_var="x", target_var="s", op="op",
        train_params=["b", "c", "tau", "tau_a", "a", "x", "weights"], untie=["b", "x"],
        constraints={"tau": "positive", "b": (0.0, 2.0)}, **options,
    )  # fmt: skip
    net.add_func_node("output", 3, "tanh")
    net.add_edge("input", "unit", W_IN, train="gd", mask=W_IN > -0.5)
    net.add_edge("unit", "output", W_OUT, train="gd", constraint=(-9.0, 9.0))
    net.add_edge("input", "output", W_OUT[:, :2], train="gd")
    return net


def layered() -> Network:
    """Return two nodes of leaky integrators beside each other, without edges between units."""
    net = Network(dt=DT)
    net.add_func_node("input", 2)
    net.add_func_node("output", 3)
    for label, kind in (("one", "tanh"), ("two", "sigmoid")):
        net.add_diffeq_node(
            label, f"{LIBRARY}.{kind}", "li_op/I_ext", f"{kind}_op/r", n=N, train_params=["li_op/tau", "li_op/eta"]
        )
        net.add_edge("input", label, W_IN, train="gd", delays=3 * DT if label == "two" else None)
        net.add_edge(label, "output", W_OUT, train="gd")
    return net


def alone() -> Network:
    """Return units that are the output themselves."""
    net = Network(dt=DT)
    net.add_func_node("input", 2)
    net.add_diffeq_node("unit", f"{LIBRARY}.tanh", "li_op/I_ext", "li_op/v", n=3, train_params=["li_op/tau"])
    net.add_edge("input", "unit", W_IN[:3], train="gd")
    return net


def spiking() -> Network:
    """Return spiking units, whose conditions have the derivative of a smooth step."""
    net = Network(dt=0.1, surrogate=5.0)
    net.add_func_node("input", 2)
    net.add_diffeq_node(
        "lif", "neuron_model_templates.spiking_neurons.lif.lif", op="lif_op", spike_var="spike", input_var="I_ext",
        output_var="s", n=N, train_params=["eta", "tau"], node_vars={"lif_op/eta": 8.0},
    )  # fmt: skip
    net.add_func_node("output", 3)
    net.add_edge("input", "lif", 20 * W_IN, train="gd")
    net.add_edge("lif", "output", W_OUT, train="gd")
    return net


def gradients(net: Network) -> dict[str, np.ndarray]:
    found = {path: value.grad for path, value in net.named_parameters()}
    return {path: value.numpy().copy() for path, value in found.items() if value is not None}


def exact(net: Network, rows: slice = slice(None)) -> dict[str, np.ndarray]:
    """Return the gradient of the loss, back through time."""
    net.zero_grad()
    net.reset()
    loss = (net.rows(X)["out"] - torch.tensor(WANTED))[rows].square().mean()
    loss.backward()  # type: ignore[no-untyped-call]
    return gradients(net)


EXACT = {
    "diagonal": lambda: adapting(np.diag([0.5, -1.0, 0.0, 2.0])),
    "layers": layered,
    "output of its own": alone,
    "spikes": spiking,
}


@pytest.mark.parametrize("kind", EXACT)
def test_the_gradient_is_that_of_the_loss_where_units_are_alone(kind: str) -> None:
    net = EXACT[kind]()
    found = net.fit_eprop(X, WANTED, optimizer="sgd", lr=0.0, epochs=1)
    ours, expected = gradients(net), exact(net)
    assert len(expected) >= 2
    for path, value in expected.items():
        assert np.abs(value).max() > 1e-6, path
        np.testing.assert_allclose(ours[path], value, rtol=1e-10, atol=1e-10 * np.abs(value).max(), err_msg=path)
    net.reset()
    assert found["loss"].tolist() == pytest.approx([net.test(X, WANTED)[1]], rel=1e-12)


TRIALS = np.random.default_rng(12).normal(size=(4, STEPS, 2))
GOALS = np.random.default_rng(13).normal(size=(4, STEPS, 3))


@pytest.mark.parametrize("kind", EXACT)
def test_the_gradient_of_trials_side_by_side_is_that_of_the_mean_of_their_losses(kind: str) -> None:
    net = EXACT[kind]()
    found = net.fit_eprop(TRIALS, GOALS, optimizer="sgd", lr=0.0, epochs=1)
    ours, loss = gradients(net), (net.rows(TRIALS)["out"] - torch.tensor(GOALS)).square().mean()
    net.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    for path, value in gradients(net).items():
        np.testing.assert_allclose(ours[path], value, rtol=1e-10, atol=1e-10 * np.abs(value).max(), err_msg=path)
    assert found["loss"].tolist() == pytest.approx([loss.item()], rel=1e-12)
    assert found["out"].shape == (4, STEPS, 3)


@pytest.mark.parametrize("feedback", ["symmetric", "random"])
def test_trials_side_by_side_move_parameters_by_the_mean_of_what_each_does(feedback: str) -> None:
    def farthest(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return (outputs - targets).abs().amax(1).mean()

    def fitted(inputs: Any, targets: Any) -> dict[str, np.ndarray]:
        torch.manual_seed(5)
        net = adapting(np.random.default_rng(2).normal(size=(N, N)) / 2)
        net.fit_eprop(inputs, targets, "sgd", farthest, lr=0.0, epochs=1, feedback=feedback, cutoff=7, sampling_steps=3)
        return gradients(net)

    ours, each = fitted(TRIALS, GOALS), [fitted(x, wanted) for x, wanted in zip(TRIALS, GOALS, strict=True)]
    for path, value in ours.items():
        np.testing.assert_allclose(value, np.mean([one[path] for one in each], axis=0), rtol=1e-9, atol=1e-13)


def test_batches_of_trials_move_parameters_one_after_another_and_on_the_way() -> None:
    def fitted(width: int | None, inputs: Any, targets: Any) -> list[np.ndarray]:
        net = adapting(np.random.default_rng(2).normal(size=(N, N)) / 2)
        found = net.fit_eprop(inputs, targets, "sgd", lr=0.01, epochs=2, update_steps=width)
        assert len(found["loss"]) == 2
        return [value.detach().numpy() for value in net.parameters()]

    twice = [np.stack([x, x]) for x in (X, -X)], [np.stack([WANTED, WANTED]), np.stack([WANTED, WANTED])]
    for width in (None, 7):
        ours, alone = fitted(width, *twice), fitted(width, [X, -X], [WANTED, WANTED])
        for one, other in zip(ours, alone, strict=True):
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-12)


def test_rows_that_are_not_compared_count_for_nothing() -> None:
    net = adapting(np.diag([0.5, -1.0, 0.0, 2.0]))
    net.fit_eprop(X, WANTED, optimizer="sgd", lr=0.0, epochs=1, sampling_steps=3, cutoff=10)
    ours = gradients(net)
    for path, value in exact(net, slice(12, None, 3)).items():
        np.testing.assert_allclose(ours[path], value, rtol=0, atol=1e-10 * np.abs(value).max(), err_msg=path)


def test_steps_that_are_taken_together_do_not_matter() -> None:
    found = []
    for steps in (None, 7, 40):
        net = adapting(J)
        moved = torch.optim.SGD(net.parameters(), lr=0.0)
        total: dict[str, np.ndarray] = {}
        take = moved.step

        def step(
            closure: Any = None, net: Network = net, total: dict[str, np.ndarray] = total, take: Any = take
        ) -> Any:
            for path, value in gradients(net).items():
                total[path] = total.get(path, 0.0) + value
            return take(closure)

        moved.step = step  # type: ignore[method-assign]
        net.fit_eprop(X, WANTED, optimizer=moved, epochs=1, update_steps=steps)
        found.append(total)
    for path, value in found[0].items():
        for other in found[1:]:
            np.testing.assert_allclose(other[path], value, rtol=1e-10, atol=1e-13)


def by_hand(net: Network) -> np.ndarray:
    """Return the gradient by recurrent weights of leaky integrators that the paper's equations give."""
    k, tau, r = 1.0, net.value("li/li_op/tau").item(), []
    weights, back = net.value("li/tanh_op/r->li/li_op/r_in/weight").detach().numpy(), W_OUT
    v, trace, found = np.zeros(N), np.zeros((N, N)), np.zeros((N, N))
    for x, wanted in zip(X, WANTED, strict=True):
        r = np.tanh(v)
        signal = back.T @ (2 * (back @ r - wanted) / WANTED.size)
        found += (signal * (1 - r**2))[:, None] * trace
        # of the unit itself: the leak, and what it brings itself
        own = 1 - DT / tau + DT * k * np.diag(weights) * (1 - r**2)
        trace = own[:, None] * trace + DT * k * r[None, :]
        v = v + DT * (-v / tau + k * weights @ r + W_IN @ x)
    return found


def leaky(train: str | None = None) -> Network:
    net = Network(dt=DT)
    net.add_func_node("input", 2)
    net.add_diffeq_node(**node_of(train_params=["weights"]))
    net.add_func_node("output", 3)
    net.add_edge("input", "li", W_IN)
    net.add_edge("li", "output", W_OUT, train=train)
    return net


def test_traces_of_recurrent_weights_are_those_of_the_paper() -> None:
    net = leaky()
    net.fit_eprop(X, WANTED, optimizer="sgd", lr=0.0, epochs=1)
    np.testing.assert_allclose(*gradients(net).values(), by_hand(net), rtol=0, atol=1e-13)
    assert np.abs(by_hand(net) - next(iter(exact(net).values()))).max() > 1e-4  # what comes back is left out


def test_fixed_feedback_stands_for_the_weights_of_the_readout() -> None:
    one, two = leaky(), leaky()
    one.fit_eprop(X, WANTED, optimizer="sgd", lr=0.0, epochs=1)
    two.fit_eprop(X, WANTED, optimizer="sgd", lr=0.0, epochs=1, feedback={"li": W_OUT.T})
    np.testing.assert_allclose(*gradients(one).values(), *gradients(two).values(), rtol=1e-12)


@pytest.mark.parametrize("feedback", ["symmetric", "random", "adaptive"])
def test_a_recurrent_network_learns(feedback: str) -> None:
    torch.manual_seed(2)
    rng, units, steps = np.random.default_rng(5), 30, 60
    net = Network(dt=0.2)
    net.add_func_node("cue", 1)
    net.add_diffeq_node(
        "rate", f"{LIBRARY}.tanh", weights=1.2 * rng.normal(size=(units, units)) / np.sqrt(units), op="li_op",
        source_var="tanh_op/r", target_var="r_in", input_var="I_ext", output_var="tanh_op/r",
        node_vars={"tau": 2.0}, train_params=["weights", "tau"], constraints={"tau": "positive"},
    )  # fmt: skip
    net.add_func_node("out", 1)
    net.add_edge("cue", "rate", rng.normal(size=(units, 1)), train="gd")
    net.add_edge("rate", "out", 0.1 * rng.normal(size=(1, units)), train="gd")
    cue = (np.arange(steps) < 5)[:, None].astype(float)
    wanted = 0.8 * np.sin(2 * np.pi * np.arange(steps) / 30)[:, None]
    found = net.fit_eprop(cue, wanted, optimizer="adam", lr=0.005, epochs=100, feedback=feedback)
    assert found["loss"][-1] < 0.25 * found["loss"][0]


def test_adaptive_feedback_comes_to_be_like_the_weights_to_the_output() -> None:
    torch.manual_seed(3)
    net, kept = leaky("gd"), []
    optimiser = torch.optim.SGD(net.parameters(), lr=0.05)
    net.fit_eprop(X, WANTED, optimizer=optimiser, epochs=150, feedback="adaptive", decay=0.05)
    (back,) = optimiser.param_groups[1]["params"]
    kept = [back.detach().numpy().T, net.value("li/tanh_op/r->output/identity_op/x/weight").detach().numpy()]
    # what sets them apart has lost a share of 0.05 with each of 150 moves, of which each takes the same step
    np.testing.assert_allclose(*kept, atol=4 * 0.95**150)
    assert np.abs(kept[1]).max() > 4 * 0.95**150


def test_trials_without_learning_leave_no_trace_in_others() -> None:
    net = adapting(J)
    net.fit_eprop([X[::-1].copy(), X], [WANTED, WANTED], optimizer="sgd", lr=0.0, epochs=1)
    two = gradients(net)
    net.fit_eprop(X, WANTED, optimizer="sgd", lr=0.0, epochs=1)
    for path, value in gradients(net).items():
        np.testing.assert_array_equal(value, two[path])


def test_a_loss_that_is_not_finite_leaves_the_parameters_from_before() -> None:
    net = leaky()
    before = net.parameter_values()
    with pytest.raises(SimulationError) as error:
        net.fit_eprop(X, WANTED, loss=lambda outputs, targets: (outputs - targets).mean() * float("nan"), epochs=2)
    assert str(error.value) == (
        "The loss is nan. The network has the parameters from before this trial again: take a smaller lr=."
    )
    for path, value in net.parameter_values().items():
        np.testing.assert_array_equal(value, before[path])


def upstream() -> Network:
    net = Network(dt=DT)
    net.add_func_node("input", 2)
    net.add_func_node("bend", 2, "tanh")
    net.add_diffeq_node(**node_of(train_params=["li_op/tau"]))
    net.add_edge("input", "bend", np.eye(2), train="gd")
    net.add_edge("bend", "li", W_IN)
    return net


def late() -> Network:
    net = leaky()
    net.add_func_node("behind", 3)
    net.add_edge("output", "behind", np.eye(3), delays=DT)
    return net


def hidden() -> Network:
    net = Network(dt=DT)
    net.add_diffeq_node(**node_of(train_params=["weights"]))
    net.add_diffeq_node("leak", f"{LIBRARY}.tanh", "li_op/I_ext", "li_op/v", n=3)
    net.add_edge("li", "leak", W_OUT)
    return net


def summed() -> Network:
    op = OperatorTemplate("op", "x' = -k*x + u - vsum(x)", {"x": "output(0.0)", "u": "input(0.0)", "k": 1.0})
    net = Network(dt=DT)
    net.add_diffeq_node("unit", NodeTemplate("n", [op]), "op/u", "op/x", n=2, train_params=["op/k"])
    return net


def driven() -> Network:
    op = OperatorTemplate("op", "x' = -k*x + u + sin(t)", {"x": "output(0.0)", "u": "input(0.0)", "k": 1.0})
    net = Network(dt=DT)
    net.add_diffeq_node("unit", NodeTemplate("n", [op]), "op/u", "op/x", n=2, train_params=["op/k"])
    return net


REFUSED: list[tuple[Any, dict[str, Any], type[Exception], str]] = [
    (
        upstream, {}, UnsupportedFeatureError,
        "e-prop trains parameters of nodes with states, weights of edges that end at these, and weights between them "
        "and the output; 'input/identity_op/r->bend/tanh_op/x/weight' is none of these. Freeze it, or use fit_bptt().",
    ),
    (
        late, {}, UnsupportedFeatureError,
        "e-prop needs an output that follows at once from what units put out, and the edge from 'output' to 'behind' "
        "has a delay. Use fit_bptt().",
    ),
    (
        hidden, {}, ArgumentError,
        "The output does not follow from the node 'li' at once, so that symmetric feedback does not reach it. Give "
        "feedback='random', or leave its node out of training.",
    ),
    (
        leaky, {"feedback": "adaptive"}, ArgumentError,
        "Adaptive feedback follows trained weights from the node 'li' to the output 'output', and there are none. Add "
        "such an edge with train='gd', or give feedback='random'.",
    ),
    (
        leaky, {"feedback": "aligned"}, ArgumentError,
        "feedback is 'aligned'; it is 'symmetric', 'random', 'adaptive', or weights by label of the node.",
    ),
    (leaky, {"feedback": {}}, ArgumentError, "feedback has no weights of the node 'li', which learns."),
    (
        leaky, {"optimizer": "lbfgs"}, ArgumentError,
        "optimizer 'lbfgs' needs the gradient of the loss, and that of e-prop is another one.",
    ),
    (leaky, {"decay": 1.0}, ArgumentError, "decay has to be a number of at least 0 and less than 1; it is 1.0."),
    (
        summed, {}, UnsupportedFeatureError,
        "In e-prop, units act on each other by edges alone, and within the template of 'unit' they do too: "
        "'unit/op/x' of a unit depends on others. Use fit_bptt().",
    ),
    (
        driven, {}, UnsupportedFeatureError,
        "e-prop takes the steps of each unit from its states and inputs, and the template of 'unit' depends on time "
        "by more than inputs. Use fit_bptt().",
    ),
    (
        lambda: whole(delays="spread", train_params=["weights"]), {}, UnsupportedFeatureError,
        "e-prop trains the weights of edges whose connections have one delay, of whole steps; "
        "'li/tanh_op/r->li/li_op/r_in/weight' has others. Use fit_bptt().",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("make", "given", "kind", "text"), REFUSED, ids=[str(place) for place in range(len(REFUSED))])
def test_what_e_prop_cannot_do_is_refused(make: Any, given: dict[str, Any], kind: type[Exception], text: str) -> None:
    net = make()
    with pytest.raises(kind) as error:
        net.fit_eprop(np.zeros((5, net.n_in)), np.zeros((5, net.n_out)), epochs=1, **given)
    assert str(error.value) == text


def test_random_feedback_reaches_nodes_that_the_output_does_not_follow_from_at_once() -> None:
    net = hidden()
    net.fit_eprop(X[:, :1], WANTED, optimizer="sgd", lr=0.0, epochs=1, feedback="random")
    (found,) = gradients(net).values()
    assert np.abs(found).max() > 1e-5


def test_feedback_of_outputs_is_an_input_whose_weights_learn() -> None:
    net = whole(train="gd")
    net.freeze()
    net.unfreeze("output/tanh_op/r->li/li_op/I_ext/weight")
    rows = whole().run(X)["out"].numpy()
    net.fit_eprop(X, WANTED, optimizer="sgd", lr=0.0, epochs=1)
    # what it brings is the output one step ago, and at the start that of the start
    brought = np.concatenate([rows[:1], rows[:-1]])
    states = whole().run(X, record_vars=[("li", "li_op/v")])["li", "li_op/v"].numpy()
    slopes, trace, expected = 1 - np.tanh(states) ** 2, np.zeros((N, 3)), np.zeros((N, 3))
    tau = net.value("li/li_op/tau").item()
    for step in range(STEPS):
        signal = W_OUT.T @ ((1 - rows[step] ** 2) * 2 * (rows[step] - WANTED[step]) / WANTED.size)
        expected += (signal * slopes[step])[:, None] * trace
        own = 1 - DT / tau + DT * np.diag(J) * slopes[step]
        trace = own[:, None] * trace + DT * brought[step][None, :]
    found = dict(net.named_parameters())["output/tanh_op/r->li/li_op/I_ext/weight"].grad
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-13)
    assert W_BACK.shape == expected.shape


def leak() -> Network:
    """Return one unit, v' = (w u - v)/2, whose output is 3 v."""
    net = Network(dt=0.5)
    net.add_func_node("input", 1)
    operator = OperatorTemplate("op", "v' = (u - v)/2", {"v": "output(0.0)", "u": "input(0.0)"})
    net.add_diffeq_node("unit", NodeTemplate("n", [operator]), "op/u", "op/v")
    net.add_func_node("output", 1)
    net.add_edge("input", "unit", [[0.8]], train="gd")
    net.add_edge("unit", "output", [[3.0]])
    return net


@pytest.mark.parametrize("update_steps", [None, 7])
@pytest.mark.parametrize("averaging", [0.0, 0.6])
def test_errors_reach_a_unit_as_their_running_average(averaging: float, update_steps: int | None) -> None:
    inputs, targets, net = np.sin(np.arange(20.0)), np.cos(np.arange(20.0)), leak()
    net.fit_eprop(
        inputs, targets, optimizer="sgd", lr=0.1, epochs=1, averaging=averaging, feedback={"unit": [[0.7]]},
        update_steps=update_steps,
    )  # fmt: skip
    weight, v, trace, mean, gradient = 0.8, 0.0, 0.0, 0.0, 0.0
    for step, (u, wanted) in enumerate(zip(inputs, targets, strict=True), 1):
        mean = averaging * mean + (1 - averaging) * 2 * (3 * v - wanted) / 20  # of the mean squared error
        gradient += 0.7 * mean * trace
        v, trace = v + 0.25 * (weight * u - v), trace + 0.25 * (u - trace)
        if step == 20 or (update_steps is not None and not step % update_steps):
            weight, gradient = weight - 0.1 * gradient, 0.0
    found = net.parameter_values()["input/identity_op/r->unit/op/u/weight"].item()
    assert abs(found - 0.8) > 1e-4
    assert found == pytest.approx(weight, rel=1e-12)


def test_weights_of_feedback_go_to_those_to_the_output() -> None:
    net = leak()
    found = net.fit_eprop(
        np.ones(6), np.zeros(6), optimizer="sgd", lr=0.0, epochs=3, following=0.2, feedback={"unit": [[-1.0]]}
    )
    assert found["feedback"]["unit"].item() == pytest.approx(3.0 + 0.8**3 * (-1.0 - 3.0), rel=1e-12)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"averaging": 1.0}, "averaging has to be a number of at least 0 and less than 1; it is 1.0."),
        ({"following": "slowly"}, "following has to be a number of at least 0 and less than 1; it is 'slowly'."),
        (
            {"averaging": 0.5},
            "averaging and following are of feedback by weights. Give feedback='random', 'adaptive', or weights by "
            "label of the node.",
        ),
    ],
)
def test_changes_of_feedback_are_shares_and_of_weights(options: dict[str, Any], text: str) -> None:
    with pytest.raises(ArgumentError) as error:
        leak().fit_eprop(np.ones(6), np.zeros(6), epochs=1, **options)
    assert str(error.value) == text


def test_weights_that_lead_nowhere_are_followed_by_none() -> None:
    net = Network(dt=DT)
    net.add_func_node("input", 1)
    net.add_diffeq_node("unit", f"{LIBRARY}.tanh", "li_op/I_ext", "li_op/v", train_params=["li_op/tau"])
    net.add_edge("input", "unit", [[1.0]])
    with pytest.raises(ArgumentError) as error:
        net.fit_eprop(np.ones(6), np.zeros(6), epochs=1, following=0.5, feedback="random")
    assert str(error.value) == (
        "following goes to the weights from the node 'unit' to the output 'unit', and there are none. Leave it out."
    )
