"""Networks whose steps compiled loops take and follow back are those that PyTorch takes step by step."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from rates_core.errors import RatesError
from rates_rnn import Network, Trainer

from plugins.rates_rnn.tests.networks import DELAYS, DT, LIBRARY, STEPS, W_IN, J, X, whole
from rates_core import ArgumentError, NodeTemplate, OperatorTemplate, UnsupportedFeatureError

SAME = 1e-10
TARGETS = np.random.default_rng(0).normal(size=(STEPS, 3))
#: One backend in the ordinary tier: the other one compiles each network for some ten seconds.
NATIVE = [pytest.param("fortran"), pytest.param("numba", marks=pytest.mark.exhaustive)]
Maker = Callable[[str], Network]


def leaky(kind: str, delays: str) -> Maker:
    trained = ["li_op/tau", "li_op/k", "li_op/v", "weights", *(["delay"] if delays == "spread" else [])]
    return lambda engine: whole(kind, delays, engine=engine, train="gd", train_params=trained)


def adapting(engine: str) -> Network:
    """Return units that adapt, of a template of its own, with a power and a division, and constraints of all kinds."""
    op = OperatorTemplate(
        "op", ["x' = (-x + tanh(s + u) - b*a)/tau", "a' = (x^2 - a)/tau_a"],
        {"x": "output(0.1)", "a": "variable(0.2)", "s": "input(0.0)", "u": "input(0.0)", "b": 0.7,
         "tau": 1.5, "tau_a": 3.0},
    )  # fmt: skip
    net = Network(dt=DT, engine=engine)
    net.add_func_node("input", 2, "sigmoid")
    net.add_diffeq_node(
        "unit", NodeTemplate("n", [op]), "u", "x", weights=J, source_var="x", target_var="s", op="op",
        train_params=["b", "tau", "tau_a", "a", "weights"], edge_attr=DELAYS["whole steps"], untie=["b"],
        constraints={"tau": "positive", "b": (0.0, 2.0), "weights": {"rank": 4}},
    )  # fmt: skip
    net.add_func_node("output", 3, "softmax")
    net.add_edge("input", "unit", W_IN, train="gd", mask=W_IN > -0.5)
    net.add_edge("unit", "output", np.cos(np.arange(12.0)).reshape(3, 4), train="gd")
    return net


def learning_delays(engine: str) -> Network:
    """Return units whose discrete delays, between steps, are trained, and that hear the input through a synapse."""
    synapse = OperatorTemplate("syn_op", "s' = (x - s)/tau_s", {"s": "output(0.0)", "x": "input(0.0)", "tau_s": 0.5})
    net = Network(dt=DT, engine=engine)
    net.add_func_node("input", 2)
    net.add_diffeq_node(
        "li", f"{LIBRARY}.tanh", "li_op/I_ext", "li_op/v", J[:3, :3], "tanh_op/r", "li_op/r_in",
        edge_attr={"delay": 0.37 + 0.2 * np.cos(np.arange(9.0)).reshape(3, 3)}, node_vars={"li_op/tau": 1.0},
        train_params=["delay", "li_op/tau"], constraints={"delay": (DT, 4.0)},
    )  # fmt: skip
    net.add_edge(
        "input", "li", W_IN[:3], delays=0.23, filter=synapse, train="gd", train_params=["delay", "syn_op/tau_s"],
        constraints={"delay": (DT, 1.0), "syn_op/tau_s": "positive"},
    )  # fmt: skip
    return net


def spiking(path: str, op: str, dt: float, drive: float, strength: float, engine: str) -> Network:
    """Return neurons of the library that spike, whose spikes derivatives see move."""
    net = Network(dt=dt, engine=engine, surrogate=10.0)
    net.add_func_node("input", 2)
    net.add_diffeq_node(
        "unit", f"neuron_model_templates.spiking_neurons.{path}", weights=strength * J, op=op, spike_var="spike",
        source_var="s", target_var="s_in", input_var="I_ext", output_var="s", edge_attr={"delay": 3 * dt},
        node_vars={f"{op}/eta": drive * np.linspace(1.0, 1.3, 4)}, train_params=["eta", "weights", "k"],
    )  # fmt: skip
    net.add_func_node("output", 3, "sigmoid")
    net.add_edge("input", "unit", 0.1 * drive * W_IN, train="gd")
    net.add_edge("unit", "output", np.cos(np.arange(12.0)).reshape(3, 4), train="gd")
    return net


CASES: dict[str, Maker] = {
    **{f"{kind}, {delays}": leaky(kind, delays) for kind, delays in (
        ("tanh", "none"), ("sigmoid", "whole steps"), ("tanh", "between steps"), ("sigmoid", "spread"))},
    "adapting": adapting,
    "learning delays": learning_delays,
    "lif": partial(spiking, "lif.lif", "lif_op", 0.1, 3.1, 0.3),
    "qif": partial(spiking, "qif.qif", "qif_op", 0.02, 90.0, 0.3),
}  # fmt: skip


def close(found: Any, wanted: Any, path: str = "") -> None:
    """Raise unless numbers are the same, up to sums in another order."""
    found, wanted = (np.asarray(value.detach() if hasattr(value, "detach") else value) for value in (found, wanted))
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=SAME, atol=SAME * max(1e-3, np.abs(wanted).max()), err_msg=path)


def seen(net: Network, inputs: Any = X) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """Return the output of a run, and the derivatives of a loss of it."""
    net.zero_grad()
    net.reset()
    rows = net.rows(inputs, 2)["out"]
    weights = torch.tensor(np.cos(np.arange(rows.numel()) ** 2.0).reshape(rows.shape))
    (weights * rows.tanh()).sum().backward()  # type: ignore[no-untyped-call]
    return rows, {path: value.grad.clone() for path, value in net.named_parameters() if value.grad is not None}


@pytest.mark.parametrize("backend", NATIVE)
@pytest.mark.parametrize("name", CASES)
def test_outputs_and_derivatives_are_those_of_eager_steps(name: str, backend: str) -> None:
    (rows, wanted), (found, own) = (seen(CASES[name](engine)) for engine in ("eager", backend))
    close(found, rows)
    assert own.keys() == wanted.keys()
    assert len(own) >= 4
    for path, derivative in wanted.items():
        assert bool((derivative != 0).any()), path
        close(own[path], derivative, path)


def test_units_that_spike_do() -> None:
    for name in ("lif", "qif"):
        recorded = CASES[name]("fortran").run(X, record_vars=[("unit", f"{name}_op/spike")])
        assert (recorded["unit", f"{name}_op/spike"].max(0).values > 0).sum() >= 2


def test_trials_side_by_side_are_those_one_by_one() -> None:
    batch, make = np.stack([X, -X, 0.3 * X]), CASES["tanh, between steps"]
    (rows, wanted), (found, own) = (seen(make(engine), batch) for engine in ("eager", "fortran"))
    assert found.shape == (3, STEPS // 2, 3)
    close(found, rows)
    for path, derivative in wanted.items():
        close(own[path], derivative, path)
    alone, _ = seen(make("fortran"), batch[1])
    np.testing.assert_array_equal(found[1].detach(), alone.detach())


#: More trials than loops take side by side, of which the last ones stand alone; a module more for each case.
MANY = [
    pytest.param(name, marks=[] if name in ("tanh, between steps", "lif") else pytest.mark.exhaustive) for name in CASES
]


@pytest.mark.parametrize("name", MANY)
def test_many_trials_that_loops_take_side_by_side_are_those_of_eager_steps(name: str) -> None:
    batch = np.stack([np.cos(trial) * X for trial in range(18)])
    (rows, wanted), (found, own) = (seen(CASES[name](engine), batch) for engine in ("eager", "fortran"))
    close(found, rows)
    for path, derivative in wanted.items():
        close(own[path], derivative, path)


def test_trials_go_on_side_by_side_from_one_state_and_from_those_of_each() -> None:
    found = []
    for engine in ("eager", "fortran"):
        net = CASES["sigmoid, whole steps"](engine)
        net.rows(X[:7])
        outputs = [net.rows(np.stack([np.sin(trial + call) * X for trial in range(5)]))["out"] for call in range(2)]
        sum(((rows - 0.1) ** 2).sum() for rows in outputs).backward()  # type: ignore[union-attr]
        found.append([*outputs, *(value.grad for value in net.parameters())])
    assert len(found[0]) == 9
    for own, wanted in zip(found[1], found[0], strict=True):
        close(own, wanted)


def test_steps_one_by_one_are_a_run_and_a_run_again_is_the_same() -> None:
    net = CASES["learning delays"]("native")
    run = net.run(X)["out"]
    net.reset()
    np.testing.assert_array_equal(net.run(X)["out"], run)
    net.reset()
    steps = torch.stack([net.forward(x) for x in X])
    np.testing.assert_array_equal(steps.detach(), run)
    steps.square().mean().backward()
    by_steps = {path: value.grad.clone() for path, value in net.named_parameters() if value.grad is not None}
    net.zero_grad()
    net.reset()
    net.rows(X)["out"].square().mean().backward()
    for path, value in net.named_parameters():
        close(value.grad, by_steps[path], path)


def test_derivatives_flow_to_what_stands_before_and_behind_in_a_program() -> None:
    found = []
    for engine in ("eager", "fortran"):
        torch.manual_seed(3)
        before, behind = torch.nn.Linear(5, 2, dtype=torch.float64), torch.nn.Linear(3, 2, dtype=torch.float64)
        net = CASES["tanh, none"](engine)
        net.freeze("li/*")
        net.reset()
        samples = torch.tensor(np.cos(np.arange(STEPS * 5.0)).reshape(STEPS, 5))
        behind(net.rows(before(samples))["out"]).square().mean().backward()
        found.append([value.grad for module in (before, net, behind) for value in module.parameters()])
    for own, wanted in zip(*found, strict=True):
        assert (own is None) == (wanted is None)
        if own is not None:
            close(own, wanted)


@pytest.mark.parametrize("options", [{"update_steps": 7}, {"checkpoint": True, "sampling_steps": 3}], ids=str)
def test_a_fit_goes_the_same_way(options: dict[str, Any]) -> None:
    nets = [CASES["adapting"](engine) for engine in ("eager", "fortran")]
    losses = [net.fit_bptt(X, TARGETS, optimizer="adam", lr=0.01, epochs=4, **options)["loss"] for net in nets]
    close(losses[1], losses[0])
    wanted = nets[0].parameter_values()
    for path, value in nets[1].parameter_values().items():
        close(value, wanted[path], path)


def test_a_trainer_goes_the_same_way_with_trials_of_other_lengths() -> None:
    trials, found = [(X[:steps], TARGETS[:steps]) for steps in (31, 12, 25)], []
    for engine in ("eager", "fortran"):
        net = CASES["tanh, between steps"](engine)
        losses = Trainer(net, lr=0.01, clip=1.0, seed=1).fit(trials, validation=trials[:1], epochs=3, batch_size=2)
        found.append((losses["loss"], net.parameter_values()))
    close(found[1][0], found[0][0])
    for path, value in found[1][1].items():
        close(value, found[0][1][path], path)


@pytest.mark.parametrize("backend", NATIVE)
def test_time_constant_strength_and_delays_are_recovered_that_made_the_target(backend: str) -> None:
    def pair(tau: float, k: float, delays: Any) -> Network:
        net = Network(dt=DT, engine=backend)
        net.add_diffeq_node(
            "li", f"{LIBRARY}.tanh", "li_op/I_ext", "li_op/v", np.array([[0.0, 1.2], [-0.9, 0.0]]), "tanh_op/r",
            "li_op/r_in", n=2, edge_attr={"delay": delays}, node_vars={"li_op/tau": tau, "li_op/k": k},
            train_params=["delay", "li_op/tau", "li_op/k"], constraints={"delay": (DT, 4.0), "li_op/tau": "positive"},
        )  # fmt: skip
        return net

    times, true = DT * np.arange(200), np.array([[1.0, 1.7], [0.6, 1.0]])
    drive = np.stack([np.sin(0.9 * times) + 0.5 * np.sin(2.3 * times), np.cos(1.3 * times)], 1)
    wanted = pair(1.0, 1.5, true).run(drive)["out"]
    net = pair(1.4, 1.2, np.array([[1.0, 0.9], [1.1, 1.0]]))
    net.fit_bptt(drive, wanted, optimizer="lbfgs", epochs=20)
    tau, k, delays = (value for _, value in sorted(net.parameter_values().items(), key=lambda item: np.size(item[1])))
    np.testing.assert_allclose(sorted([float(tau), float(k)]), [1.0, 1.5], rtol=1e-6)
    np.testing.assert_allclose([delays[0, 1], delays[1, 0]], [1.7, 0.6], rtol=1e-6)  # no weight stands at the others


def test_networks_are_copied_and_frozen_parameters_stay() -> None:
    net = CASES["tanh, none"]("fortran")
    _, whole_gradient = seen(net)
    other = deepcopy(net)
    other.freeze("li/li_op/tau")
    _, found = seen(other)
    assert "li/li_op/tau" not in found
    for path, derivative in found.items():
        close(derivative, whole_gradient[path], path)


def templated(equations: Any, variables: dict[str, Any]) -> Network:
    net = Network(dt=DT, engine="fortran")
    net.add_diffeq_node("unit", NodeTemplate("n", [OperatorTemplate("op", equations, variables)]), "op/u", "op/x", n=1)
    return net


def single_precision() -> None:
    net = CASES["tanh, none"]("fortran")
    net.to(torch.float32)
    net.run(X)


COMPLEX = {"z": "variable(1.0+0.5j)", "x": "output", "k": -0.2 + 2.0j, "u": "input(0.0)"}
LATE = {"x": "output(0.0)", "r": "variable(0.0)", "u": "input(0.0)"}
BAD: list[tuple[Callable[[], Any], type[RatesError], str]] = [
    (
        lambda: Network(dt=DT, engine="fortrn"), ArgumentError,
        "engine is 'fortrn'. Did you mean 'fortran'? It is 'eager', 'compiled', 'native', 'fortran' or 'numba'.",
    ),
    (
        lambda: Network(dt=DT, engine="jax"), ArgumentError,
        "engine is 'jax'. It is 'eager', 'compiled', 'native', 'fortran' or 'numba'.",
    ),
    (
        single_precision, ArgumentError,
        "The loops of 'fortran' compute with torch.float64 on the processor, and this network with torch.float32 on "
        "'cpu'. Make it with engine='eager' or 'compiled'.",
    ),
    (
        lambda: templated(["z' = k*z + u", "x = real(z)"], COMPLEX).run(np.zeros(3)), UnsupportedFeatureError,
        "The adjoint of a compiled loop does not follow 'unit/op/k', which is complex.",
    ),
    (
        lambda: templated(["x' = u - past(r, 0.02)", "r = tanh(x)"], LATE).run(np.zeros(3)),
        UnsupportedFeatureError,
        "steps() takes delays from stored samples, and one of these delays lies inside a step, or is 0. Give delays of "
        "one step and more, with solver='euler'; a delay of 0 is no delay: leave it out.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "text"), BAD, ids=["close", "other", "float32", "complex", "inside"])
def test_what_cannot_be_had_is_refused(call: Callable[[], Any], kind: type[RatesError], text: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == text


def test_a_backend_whose_tool_is_missing_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FC", "no-such-compiler")
    with pytest.raises(UnsupportedFeatureError) as caught:
        Network(dt=DT, engine="fortran")
    assert str(caught.value) == (
        "The network cannot take its steps natively: the Fortran compiler 'no-such-compiler' is not there (the "
        "environment variable FC names it). Install one, such as gfortran (Debian: apt-get install gfortran; macOS: "
        "brew install gcc), or let FC name it."
    )
    assert Network(dt=DT, engine="native")  # another one is there
