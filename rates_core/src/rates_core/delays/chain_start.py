"""Where the past left the chains of distributed delays."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from rates_core.expressions.evaluate import evaluate
from rates_core.system.system import State

QUADRATURE = 200  # nodes of the quadrature over the past


def chain_start(
    state: State, past: Callable[[float], Any], varies: bool, start: float, arguments: Mapping[str, Any]
) -> Any:
    """Return where the past left a chain: stage k holds the source's past, weighted by a gamma density of order k.

    Args:
        state: the chain.
        past: what the source was at a time before the start.
        varies: whether that is a function of time.
        start: time of the start.
        arguments: values of parameters.
    """
    index = np.zeros(state.entries, dtype=int) if state.index is None else np.asarray(state.index)
    if not varies:
        value = np.asarray(past(start))
        value = value[index] if state.index is not None and value.ndim else value
        return np.array(np.broadcast_to(value, state.shape)) if state.shape else value.reshape(-1)[0]
    assert state.rate is not None
    rates = np.broadcast_to(evaluate(state.rate, arguments), (state.entries,))
    kernels = np.stack([np.broadcast_to(state.stage, (state.entries,)), rates], axis=1)
    found = np.empty(state.entries, dtype=complex if state.complex else float)
    distinct, group = np.unique(kernels, axis=0, return_inverse=True)
    for number, (stage, rate) in enumerate(distinct):
        chosen = group.reshape(-1) == number
        mean = np.atleast_1d(_mean(past, start, int(stage), float(rate)))
        found[chosen] = mean[index[chosen]] if len(mean) > 1 else mean
    return found if state.shape else found[0]


def _mean(source: Callable[[float], Any], start: float, stage: int, rate: float) -> Any:
    """Return ∫ rate^k s^(k-1) exp(-rate s)/(k-1)! x(start - s) ds by Gauss-Legendre quadrature."""
    width = 12 * math.sqrt(stage) + 40
    nodes, weights = np.polynomial.legendre.leggauss(QUADRATURE)
    u = (max(0.0, stage - width) + (stage + width)) / 2 + nodes * (stage + width - max(0.0, stage - width)) / 2
    density = np.exp((stage - 1) * np.log(u) - u - math.lgamma(stage)) * weights
    values = np.array([source(start - s / rate) for s in u])
    return np.tensordot(density, values, axes=1) / np.sum(density)
