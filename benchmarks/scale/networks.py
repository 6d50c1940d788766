"""What a step of a network costs: flops of its projections, and bytes of what it remembers."""

from __future__ import annotations

import time
import tracemalloc
from typing import Any

import numpy as np
from scipy.sparse import random_array

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

STEP = 1e-3
REPEATS = 5


def network(size: int, weights: Any, delays: Any = None) -> CircuitTemplate:
    """Return units that leak and add up what others are."""
    operator = OperatorTemplate("op", "x' = s - x", {"x": "output(0.1)", "s": "input(0.0)"})
    units = PopulationTemplate("p", NodeTemplate("unit", [operator]), size)
    connections = [] if weights is None else [Connectivity("p/op/x", "p/op/s", weights, delays=delays)]
    return CircuitTemplate("network", populations={"p": units}, connections=connections)


def seconds_per_step(circuit: CircuitTemplate, steps: int, backend: str = "numpy") -> float:
    """Return the processor time of a step, the least of some runs."""
    model = circuit.compile(
        backend=backend, step_size=STEP, simulation_time=steps * STEP, sampling_step_size=steps * STEP
    )
    model.run()
    found = []
    for _ in range(REPEATS):
        begun = time.process_time()
        model.run()
        found.append((time.process_time() - begun) / steps)
    return min(found)


def dense(size: int, steps: int) -> float:
    """Return the seconds of a flop of a dense projection: one multiplication or one addition."""
    weights = np.random.default_rng(1).normal(0.0, 1.0 / size, (size, size))
    alone = seconds_per_step(network(size, None), steps)
    return (seconds_per_step(network(size, weights), steps) - alone) / (2 * size**2)


def sparse(size: int, each: int, steps: int) -> float:
    """Return the seconds of a connection of a sparse projection in a step."""
    weights = random_array((size, size), density=each / size, rng=np.random.default_rng(1), format="csr")
    alone = seconds_per_step(network(size, None), steps)
    return float((seconds_per_step(network(size, weights), steps) - alone) / weights.nnz)


def delayed(size: int, steps: int) -> float:
    """Return the seconds of a connection with a delay of its own in a step, in compiled loops."""
    generator = np.random.default_rng(1)
    weights = generator.normal(0.0, 1.0 / size, (size, size))
    delays = generator.integers(1, 50, (size, size)) * STEP
    return seconds_per_step(network(size, weights, delays), steps, "numba") / size**2


def ring_bytes(size: int, delay_steps: int) -> float:
    """Return the bytes that a run holds for each unit and each step of its longest delay."""
    weights = np.eye(size)
    tracemalloc.start()
    try:
        peaks = []
        for steps in (delay_steps // 2, delay_steps):
            delays = np.full((size, size), steps * STEP)
            model = network(size, weights, delays).compile(backend="numpy", step_size=STEP, simulation_time=2 * STEP)
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            model.run()
            peaks.append(tracemalloc.get_traced_memory()[1] - before)
    finally:
        tracemalloc.stop()
    return (peaks[1] - peaks[0]) / (size * (delay_steps - delay_steps // 2))
