"""Linear readouts of a network's output, by ridge regression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from rates_core.errors import ArgumentError, shown

from rates_rnn.observer import Observer
from rates_rnn.signals import targets_of

if TYPE_CHECKING:
    from rates_rnn.network import Network


def fit_ridge(
    network: Network,
    inputs: Any,
    targets: Any,
    alpha: float = 1e-4,
    sampling_steps: int = 1,
    cutoff: int = 0,
    add_readout_node: bool = True,
    label: str = "readout",
    verbose: bool = False,
) -> Observer:
    """Fit weights from the output to targets: those that make squared errors plus `alpha` times their squares least.

    The run begins where the network is.

    Args:
        network: whose output is read.
        inputs: as `run` takes them.
        targets: `[steps, targets]`, a row for each sample of the inputs.
        alpha: of squared weights; 0 or more.
        sampling_steps: every so many steps, the output is compared with the target.
        cutoff: steps that are not compared.
        add_readout_node: add a node `label`, the identity, with an edge of these weights, which is the output then.
        label: of that node.
        verbose: accepted for programs that give it.

    Returns:
        The run, with the weights `[targets, outputs]` as "w_out" and what they make of the output as "y".

    Raises:
        ArgumentError: something is not as it should be.
    """
    if isinstance(alpha, bool) or not isinstance(alpha, int | float) or not 0 <= alpha < np.inf:
        raise ArgumentError(f"alpha has to be a number of at least 0; it is {shown(alpha)}.")
    found = network.run(inputs, sampling_steps=sampling_steps, cutoff=cutoff)
    steps = len(next(iter(inputs.values())) if isinstance(inputs, dict) else inputs)
    columns = int(np.prod(np.shape(targets)[1:]))
    wanted = targets_of(targets, steps, columns, network.get_buffer("anchor"))
    rows = found["out"]
    first = -(-cutoff // sampling_steps) * sampling_steps
    wanted = wanted[first::sampling_steps]
    weights = _solved(rows, wanted, float(alpha))
    found.save("w_out", weights)
    found.save("y", rows @ weights.T)
    if add_readout_node:
        output = network.output
        network.add_func_node(label, n=columns, activation_function="identity")
        network.add_edge(output, label, weights=weights)
    return found


def _solved(rows: torch.Tensor, targets: torch.Tensor, alpha: float) -> torch.Tensor:
    """Return the weights, by an orthogonal decomposition: squares of small singular values would be lost."""
    left, sizes, right = torch.linalg.svd(rows, full_matrices=False)
    if alpha == 0:
        least = sizes.max() * max(rows.shape) * torch.finfo(rows.dtype).eps
        shares = torch.where(sizes > least, 1.0 / torch.where(sizes > least, sizes, torch.ones_like(sizes)), 0.0)
    else:
        shares = sizes / (sizes**2 + alpha)
    found: torch.Tensor = (right.T @ (shares[:, None] * (left.T @ targets))).T
    return found
