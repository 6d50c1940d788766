"""Networks of units that spike: as runs of their circuit, and with derivatives that see spikes move."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from rates_core.errors import ApproximationWarning
from rates_rnn import Network

from rates_core import ArgumentError, NodeTemplate, OperatorTemplate

DT, N, STEPS = 0.1, 6, 200
LIF = "neuron_model_templates.spiking_neurons.lif.lif"
QIF = "neuron_model_templates.spiking_neurons.qif.qif"
WEIGHTS = np.random.default_rng(3).normal(0.0, 0.4, (N, N))
DRIVE = np.full((STEPS, 1), 0.2)
ENDS = {"source_var": "s", "target_var": "s_in", "input_var": "I_ext", "output_var": "s"}
OWN = OperatorTemplate(  # as users of older tools write it: spikes are an input, and the threshold is none of it
    "own_op", ["v' = (v^2 + eta + I_ext)/tau + k*s_in", "s' = -s/tau_s + spike"],
    {
        "v": "variable(-2.0)", "s": "output(0.0)", "spike": "input(0.0)", "eta": 2.0, "tau": 1.0, "k": 1.0,
        "tau_s": 1.0, "s_in": "input(0.0)", "I_ext": "input(0.0)",
    },
)  # fmt: skip


def lif(**options: Any) -> Network:
    net = Network(dt=DT, surrogate=options.pop("surrogate", 10.0))
    net.add_diffeq_node("lif", LIF, weights=WEIGHTS, op="lif_op", spike_var="spike", **ENDS, **options)
    return net


def rows(net: Network, drive: np.ndarray = DRIVE) -> np.ndarray:
    return net.run(drive).to_dataframe().to_numpy()


def test_a_network_is_a_run_of_its_circuit_step_by_step_too() -> None:
    net = lif(reset_var="v")
    found = rows(net)
    wanted = net.circuit().run(
        STEPS * DT, step_size=DT, inputs={"all/lif_op/I_ext": np.append(DRIVE, DRIVE[-1:], 0)},
        outputs=["all/lif_op/s"], backend="numpy", verbose=False,
    )  # fmt: skip
    assert np.max(found) > 1.0
    np.testing.assert_allclose(found, wanted.to_numpy(), rtol=1e-12, atol=1e-13)
    net.reset()
    steps = [net.forward(torch.tensor([0.2])).detach().numpy() for _ in range(STEPS)]
    np.testing.assert_array_equal(np.array(steps), found)


def test_a_threshold_makes_units_spike_whose_template_has_no_events() -> None:
    own = NodeTemplate("own", [OWN])
    net, known = Network(dt=0.01), Network(dt=0.01)
    net.add_diffeq_node(
        "n", own, weights=WEIGHTS, op="own_op", spike_var="spike", reset_var="v", spike_threshold=20.0,
        spike_reset=-20.0, **ENDS,
    )  # fmt: skip
    known.add_diffeq_node(
        "n", QIF, weights=WEIGHTS, op="qif_op", spike_var="spike", **ENDS,
        node_vars={"qif_op/eta": 2.0, "qif_op/v_peak": 20.0, "qif_op/v_reset": -20.0},
    )  # fmt: skip
    found = rows(net, np.zeros((500, 1)))
    assert np.max(found) > 0.5
    np.testing.assert_allclose(found, rows(known, np.zeros((500, 1))), rtol=1e-12)


def test_a_drive_is_learned_from_the_trace_of_a_unit_that_spikes() -> None:
    def unit(eta: float) -> Network:
        net = Network(dt=DT, surrogate=5.0)
        net.add_diffeq_node(
            "lif", LIF, op="lif_op", spike_var="spike", input_var="I_ext", output_var="s", train_params=["eta"],
            node_vars={"lif_op/eta": eta, "lif_op/tau_s": 20.0},
        )  # fmt: skip
        return net

    drive = np.zeros((400, 1))
    targets, net = rows(unit(0.3), drive), unit(0.18)
    before = float(np.mean((rows(net, drive) - targets) ** 2))
    net.reset()
    net.fit_bptt(drive, targets, optimizer="rprop", lr=0.01, epochs=40)
    net.reset()
    assert float(np.mean((rows(net, drive) - targets) ** 2)) < 0.1 * before


def test_without_a_slope_it_is_said_that_derivatives_see_no_spike_move() -> None:
    net = lif(surrogate=None, train_params=["tau"])
    with pytest.warns(ApproximationWarning, match="do not see an event move"):
        net.fit_bptt(DRIVE[:20], np.zeros((20, N)), epochs=1)


def test_what_says_whether_conditions_held_is_no_value_of_the_model() -> None:
    assert not [name for name in lif().parameter_values() if "#" in name]
    net = lif()
    rows(net)
    assert sorted(net.state) == ["lif/lif_op/s", "lif/lif_op/spike", "lif/lif_op/v"]


def test_without_a_reset_a_unit_spikes_each_time_it_comes_above_the_threshold() -> None:
    counting = OperatorTemplate(
        "op", ["v' = I - v", "s' = spike"], {"v": "variable(0.0)", "s": "output(0.0)", "spike": 0.0, "I": "input(0.0)"}
    )
    net, drive = Network(dt=0.05), np.sin(0.2 * np.arange(400))
    net.add_diffeq_node(
        "unit", NodeTemplate("counting", [counting]), "op/I", "op/s", spike_var="op/spike", reset_var="op/v",
        spike_threshold=0.15, reset=False,
    )  # fmt: skip
    found = net.run(drive, record_vars=[("unit", "op/v")])
    v, crossings = 0.0, [0]
    for value in drive:
        before, v = v, v + 0.05 * (value - v)
        crossings.append(crossings[-1] + (before <= 0.15 < v))
    assert crossings[-1] >= 10
    assert found["unit", "op/v"].max() > 0.2  # it goes on
    # a spike at the end of a step is a pulse of integral 1 over the next one
    np.testing.assert_allclose(found.to_numpy("out")[1:, 0], crossings[:399], rtol=1e-12)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"reset": False, "reset_var": "v"},
            "The events of the node 'lif' reset 'lif_op/v', and reset=False says that nothing does. Leave it out, or "
            "take a template without events.",
        ),
        ({"reset": 0}, "reset must be True or False; it is 0."),
        (
            {"spike_var": None, "reset": False},
            "reset=False is of units that spike; the node 'lif' has no spike_var.",
        ),
        (
            {"node": NodeTemplate("own", [OWN]), "op": "own_op", "reset_var": "I_ext", "reset": False},
            "reset_var 'own_op/I_ext' is an input of the node 'lif'. With reset=False it is the state that makes "
            "spikes where it comes above spike_threshold; equations that reset a state themselves read spike_var.",
        ),
        (
            {
                "node": NodeTemplate("own", [OWN]),
                "op": "own_op",
                "reset_var": "v",
                "reset": False,
                "spike_reset": -1.0,
            },
            "spike_reset is a value after spikes, and reset=False says that 'own_op/v' goes on then.",
        ),
        (
            {"spike_var": "s"},
            "spike_var 'lif_op/s' gets no spikes: events of the node 'lif' emit into lif_op/spike.",
        ),
        ({"reset_var": "s"}, "reset_var 'lif_op/s' is not reset by the events of the node 'lif'."),
        (
            {"spike_threshold": 1.0},
            "The events of the node 'lif' have thresholds of their own: when v > v_theta. Set these by node_vars in "
            "place of spike_threshold and spike_reset.",
        ),
        (
            {"spike_var": None, "reset_var": "v"},
            "reset_var, spike_threshold and spike_reset are of units that spike; the node 'lif' has no spike_var.",
        ),
        ({"spike_var": 3}, "A variable of the node 'lif' is named by text such as 'op/v'; it is 3."),
        (
            {"node": NodeTemplate("own", [OWN]), "op": "own_op"},
            "The node 'lif' has no events. Name the state that is reset at spikes, too: reset_var='op/v'.",
        ),
        (
            {"node": NodeTemplate("own", [OWN]), "op": "own_op", "reset_var": "v", "spike_threshold": "high"},
            "spike_threshold is 'high'; it is a number.",
        ),
    ],
)
def test_what_is_said_wrongly_of_spikes_is_refused(options: dict[str, Any], text: str) -> None:
    given = {"label": "lif", "node": LIF, "op": "lif_op", "spike_var": "spike", "weights": WEIGHTS, **ENDS, **options}
    with pytest.raises(ArgumentError) as refused:
        Network(dt=DT).add_diffeq_node(**given)
    assert str(refused.value) == text
