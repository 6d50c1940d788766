"""A thousand cortical columns, coupled all to all: what researchers of whole brains run all day."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import peers
from benchmarks.clock import cold, interleaved
from benchmarks.limits.compiler import kernel
from benchmarks.row import Row, Target
from benchmarks.settings import Settings
from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

STEP, STEPS = 1e-3, 1000
LONGEST = 50  # steps
PARAMETERS = {
    "A": 3.25, "B": 22.0, "a": 100.0, "b": 50.0, "C1": 135.0, "C2": 108.0, "C3": 33.75, "C4": 33.75, "e0": 2.5,
    "r": 0.56, "v0": 6.0, "p": 150.0,
}  # fmt: skip
EQUATIONS = [
    "y0' = y3", "y1' = y4", "y2' = y5",
    "y3' = A*a*S1 - 2*a*y3 - a^2*y0",
    "y4' = A*a*(p + C2*S2 + u) - 2*a*y4 - a^2*y1",
    "y5' = B*b*C4*S3 - 2*b*y5 - b^2*y2",
    "S1 = 2*e0/(1 + exp(r*(v0 - (y1 - y2))))",
    "S2 = 2*e0/(1 + exp(r*(v0 - C1*y0)))",
    "S3 = 2*e0/(1 + exp(r*(v0 - C3*y0)))",
]  # fmt: skip
VARIABLES = {
    **{f"y{number}": "variable(0.0)" for number in range(6)},
    "S1": "output", "S2": "variable", "S3": "variable", "u": "input(0.0)", **PARAMETERS,
}  # fmt: skip
# Sums over a thousand connections in another order, amplified by oscillators that are not quite in phase.
TOLERANCE = 1e-7


def rows(settings: Settings) -> Iterator[partial[Row]]:
    """Yield the rows of networks."""
    for backend, factors in (("numba", (1.3, 1.5)), ("fortran", (1.2, 1.3))):
        if find_spec(f"rates_{backend}") is not None:
            yield partial(dense, settings, backend, factors[0])
            yield partial(delayed, settings, backend, factors[1])


def model(weights: Any, delays: Any) -> CircuitTemplate:
    """Return the network."""
    node = NodeTemplate("column", [OperatorTemplate("jr", EQUATIONS, VARIABLES)])
    return CircuitTemplate(
        "columns",
        populations={"p": PopulationTemplate("p", node, len(weights))},
        connections=[Connectivity("p/jr/S1", "p/jr/u", weights, delays=delays)],
    )


def sizes(settings: Settings) -> tuple[int, int]:
    """Return the numbers of columns and of steps."""
    return round(1000 * settings.scale), round(STEPS * settings.scale)


def random_weights(size: int) -> NDArray[np.float64]:
    """Return weights that add up to about 50 for each column."""
    return np.random.default_rng(1).uniform(0.0, 100.0 / size, (size, size))


def random_delays(size: int) -> NDArray[np.intc]:
    """Return delays in steps."""
    return np.random.default_rng(2).integers(1, LONGEST, (size, size), dtype=np.intc)


def compiled(
    weights: NDArray[np.float64], delays: NDArray[np.intc] | None, steps: int, backend: str = "numba"
) -> Callable[[], Any]:
    """Return the run of a network whose program exists."""
    times = None if delays is None else np.asarray(delays * STEP, dtype=np.float64)
    network = model(weights, times).compile(
        backend=backend, simulation_time=steps * STEP, step_size=STEP, outputs={"y1": "p[0]/jr/y1"}
    )
    run: Callable[[], Any] = network.run
    return run


def once(size: int, steps: int, delays: bool, backend: str = "numba") -> None:
    """Build, compile and run a network."""
    compiled(random_weights(size), random_delays(size) if delays else None, steps, backend)()


def in_c(weights: NDArray[np.float64], delays: NDArray[np.intc] | None, steps: int) -> Callable[[], Any] | None:
    """Return the same in C."""
    library = kernel("jansen_rit")
    if library is None:
        return None
    numbers = np.ctypeslib.ndpointer(np.float64, flags="C")
    values, size = np.array(list(PARAMETERS.values())), len(weights)

    def run() -> NDArray[np.float64]:
        first, y = np.empty(steps), np.zeros(6 * size)
        if delays is None:
            library.jansen_rit_dense.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_double, *[numbers] * 4]
            library.jansen_rit_dense(size, steps, STEP, values, weights, y, first)
        else:
            whole = np.ctypeslib.ndpointer(np.intc, flags="C")
            library.jansen_rit_delayed.argtypes = [
                ctypes.c_long, ctypes.c_long, ctypes.c_double, numbers, numbers, whole, ctypes.c_long, numbers, numbers,
            ]  # fmt: skip
            library.jansen_rit_delayed(size, steps, STEP, values, weights, delays, LONGEST + 1, y, first)
        return first

    return run


def measured(settings: Settings, backend: str, work: str, factor: float, delays: bool) -> Row:
    """Measure a network against its limit in C."""
    size, steps = sizes(settings)
    weights = random_weights(size)
    given = random_delays(size) if delays else None
    ours, limit = compiled(weights, given, steps, backend), in_c(weights, given, steps)
    times = interleaved([ours, limit] if limit is not None else [ours], settings.repeats)
    error = None if limit is None else float(np.max(np.abs(ours()["y1"].to_numpy() - limit())))
    exact = None if limit is None else limit()
    names, values = list(PARAMETERS), list(PARAMETERS.values())
    network: dict[str, Any] = {"equations": EQUATIONS, "parameters": names, "values": values, "weights": weights}
    network |= {"step": STEP, "steps": steps}
    if given is None:
        found = peers.done("columns", exact, ("brian2", "pyrates"), **network)
    else:
        found = peers.done("delayed_columns", exact, ("pyrates",), **network, delays=given)
    return Row(
        f"{steps} Euler steps of {size} Jansen-Rit columns, {work}, {backend}",
        ours=times[0],
        reference=times[1] if limit is not None else None,
        limit=times[1] if limit is not None else None,
        target=Target(factor),
        error=error,
        tolerance=TOLERANCE,
        peers=found,
        cold=cold(f"from {__name__} import *\nonce({size}, {steps}, {delays}, {backend!r})"),
    )


def dense(settings: Settings, backend: str, factor: float) -> Row:
    """Measure a dense matrix."""
    return measured(settings, backend, "dense coupling", factor, delays=False)


def delayed(settings: Settings, backend: str, factor: float) -> Row:
    """Measure a delay per connection, multiples of the step."""
    return measured(settings, backend, "a delay per connection", factor, delays=True)
