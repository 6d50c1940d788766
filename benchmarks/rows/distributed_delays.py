"""A distributed delay per connection: as many chains of stages as there are connections."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from benchmarks.clock import cold, interleaved
from benchmarks.limits.compiler import kernel
from benchmarks.row import Row, Target
from benchmarks.settings import Settings
from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

STEP, STEPS = 1e-3, 1000
ORDERS = 4
TOLERANCE = 1e-10


@frozen(eq=False)
class Network:
    """Units connected all to all: the start, and per connection `[target, source]` weight, order and delay."""

    start: NDArray[np.float64]
    weights: NDArray[np.float64]
    orders: NDArray[np.int64]
    delays: NDArray[np.float64]


def network(size: int) -> Network:
    """Return a network made at random, always the same."""
    random = np.random.default_rng(3)
    shape = size, size
    return Network(
        random.normal(size=size), random.normal(size=shape) / size**0.5, random.integers(1, ORDERS + 1, shape),
        random.uniform(0.5, 2.0, shape),
    )  # fmt: skip


def rows(settings: Settings) -> Iterator[partial[Row]]:
    """Yield the rows of distributed delays."""
    if find_spec("rates_numba") is not None:
        yield partial(chains, settings)


def compiled(given: Network, steps: int) -> Any:
    """Return the compiled model; a kernel of order m has the spread delay/√m."""
    operator = OperatorTemplate("op", ["x' = -x + tanh(u)"], {"x": "output(0.5)", "u": "input(0.0)"})
    times: Any = given.delays
    spreads = times / np.sqrt(given.orders)
    units = PopulationTemplate("p", NodeTemplate("n", [operator]), len(given.start), {"op/x": given.start})
    connections = Connectivity("p/op/x", "p/op/u", given.weights, delays=times, spread=spreads)
    circuit = CircuitTemplate("net", populations={"p": units}, connections=[connections])
    return circuit.compile(
        backend="numba", solver="euler", simulation_time=steps * STEP, step_size=STEP, outputs={"x": "p[0]/op/x"}
    )


def in_c(given: Network, steps: int) -> Callable[[], Any] | None:
    """Return the same in C."""
    library = kernel("gamma_chains")
    if library is None:
        return None
    numbers = np.ctypeslib.ndpointer(np.float64, flags="C")
    whole, long = (np.ctypeslib.ndpointer(kind, flags="C") for kind in (np.intc, np.int64))
    library.gamma_chains.argtypes = [
        ctypes.c_long, ctypes.c_long, long, ctypes.c_long, ctypes.c_double, numbers, whole, *[numbers] * 5,
    ]  # fmt: skip
    size = len(given.start)
    orders = given.orders.ravel()
    place = np.argsort(orders, kind="stable")  # by order and then by target
    target, source = place // size, np.ascontiguousarray(place % size, dtype=np.intc)
    counts = [np.bincount(target[orders[place] == order], minlength=size) for order in range(1, ORDERS + 1)]
    pointers = np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64)
    gain, weights = (STEP * given.orders / given.delays).ravel()[place], given.weights.ravel()[place]
    stages = np.concatenate(
        [np.tile(given.start[source[orders[place] == order]], order) for order in range(1, ORDERS + 1)]
    )

    def run() -> NDArray[np.float64]:
        x, z, first = given.start.copy(), stages.copy(), np.empty(steps)
        library.gamma_chains(
            size, ORDERS, pointers, steps, STEP, gain, source, weights, x, z, np.empty(size), first
        )  # fmt: skip
        return first

    return run


def chains(settings: Settings) -> Row:
    """Measure a chain per connection against its limit in C."""
    size, steps = round(100 * settings.scale), round(STEPS * settings.scale)
    given = network(size)
    model, limit = compiled(given, steps), in_c(given, steps)
    times = interleaved([model.run, limit] if limit is not None else [model.run], settings.repeats)
    error = None if limit is None else float(np.max(np.abs(model.run()["x"].to_numpy() - limit())))
    return Row(
        f"{steps} Euler steps, a gamma kernel per connection of {size} units, {model.system.width} states, numba",
        ours=times[0],
        reference=times[1] if limit is not None else None,
        limit=times[1] if limit is not None else None,
        target=Target(2.0),
        error=error,
        tolerance=TOLERANCE,
        cold=cold(f"from {__name__} import *\ncompiled(network({size}), {steps}).run()"),
    )
