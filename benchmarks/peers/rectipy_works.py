"""Works in RectiPy, which steps through what PyRates makes of a model, with derivatives by PyTorch."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import numpy as np
import torch
from pyrates import NodeTemplate, OperatorTemplate
from rectipy import Network
from work import main  # type: ignore[import-not-found]  # beside this script


def epoch(weights: Any, delays: Any, spread: float, drive: Any, target: Any, step: float, tau: float, k: float) -> Any:
    """Differentiate the mean square error of one run of delay-coupled units by a time constant and a gain of each."""
    torch.set_num_threads(1)
    variables = {"u": "variable(0.0)", "r": "output(0.0)", "r_in": "input(0.0)", "I_ext": "input(0.0)"}
    unit = OperatorTemplate(
        "li_op", equations=["u' = -u/tau + k*r_in + I_ext", "r = tanh(u)"],
        variables={**variables, "tau": float(tau), "k": float(k)}, path=None,
    )  # fmt: skip
    network = Network(dt=float(step), device="cpu")
    network.add_diffeq_node(
        "units", node=NodeTemplate("li", operators=[unit], path=None), weights=weights, source_var="li_op/r",
        target_var="li_op/r_in", input_var="li_op/I_ext", output_var="li_op/u", train_params=["li_op/tau", "li_op/k"],
        edge_attr={"delay": delays, "spread": spread * delays}, float_precision="float64", clear=True,
    )  # fmt: skip
    network.compile()
    wanted, fed = torch.as_tensor(target), torch.as_tensor(drive)

    loss = sum(((network.forward(fed[number]) - wanted[number]) ** 2).mean() for number in range(len(fed)))
    found = torch.autograd.grad(loss / len(fed), list(network.parameters()))
    # a second run goes back through the first one, and starts with what is left in its delays: each is built anew
    return np.array([float(gradient.sum()) for gradient in found]), None


if __name__ == "__main__":
    main(version("rectipy"), {"epoch": epoch})
