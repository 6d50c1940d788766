"""Networks that tests share."""

from __future__ import annotations

from typing import Any

import numpy as np
from rates_rnn import Network

DT, N, STEPS = 0.05, 4, 40
RNG = np.random.default_rng(11)
J = RNG.uniform(-1, 1, (N, N))
W_IN, W_OUT, W_BACK = RNG.normal(size=(N, 2)), RNG.normal(size=(3, N)), RNG.normal(size=(N, 3))
X = RNG.normal(size=(STEPS, 2))
DELAY = np.where(RNG.random((N, N)) < 0.5, 4 * DT, 9 * DT)
LIBRARY = "neuron_model_templates.rate_neurons.leaky_integrator"

DELAYS: dict[str, dict[str, Any]] = {
    "none": {},
    "whole steps": {"delay": DELAY},
    "between steps": {"delay": 1.37 * DELAY},
    "spread": {"delay": 2 * DELAY, "spread": 0.7 * DELAY},
}


def node_of(kind: str = "tanh", delays: str = "none", **options: Any) -> Any:
    """Return the arguments of a node of leaky integrators."""
    return {
        "label": "li", "node": f"{LIBRARY}.{kind}", "weights": J, "source_var": f"{kind}_op/r",
        "target_var": "li_op/r_in", "input_var": "li_op/I_ext", "output_var": f"{kind}_op/r",
        "edge_attr": DELAYS[delays], **options,
    }  # fmt: skip


def whole(
    kind: str = "tanh",
    delays: str = "none",
    feedback: bool = True,
    train: str | None = None,
    engine: str = "eager",
    **options: Any,
) -> Network:
    """Return a network with an input layer, leaky integrators, a readout, and feedback from that."""
    net = Network(dt=DT, engine=engine)
    net.add_func_node("input", 2, "identity")
    net.add_diffeq_node(**node_of(kind, delays, **options))
    net.add_func_node("output", 3, "tanh")
    net.add_edge("input", "li", W_IN, train=train)
    net.add_edge("li", "output", W_OUT, train=train)
    if feedback:
        net.add_edge("output", "li", W_BACK, feedback=True, train=train)
    return net
