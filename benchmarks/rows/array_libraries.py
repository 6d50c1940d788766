"""What array libraries are asked: as fast as written by hand in them, and many runs in one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ctypes import c_double, c_long
from functools import partial
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from benchmarks.by_hand import columns
from benchmarks.clock import cold, interleaved
from benchmarks.limits.compiler import kernel
from benchmarks.row import Row, Target
from benchmarks.rows import networks
from benchmarks.settings import Settings
from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

BY_HAND = {"torch": columns.torch, "tf": columns.tf, "jax": columns.jax}
POINTS, STEPS, H = 64, 3000, 0.01
LONGEST = 20  # steps, of a delay
SIZES = 2, 5, 32  # units; 5 are those through which gradients are measured
CLOSE = 1e-9  # sums in another order, over thousands of steps


def rows(settings: Settings) -> Iterator[partial[Row]]:
    """Yield the rows of each library that is installed."""
    for backend in BY_HAND:
        if find_spec(f"rates_{backend}") is not None:
            yield partial(dense, settings, backend)
            for size in SIZES:
                yield partial(points, settings, backend, size)


def dense(settings: Settings, backend: str) -> Row:
    """Measure a dense matrix against the same steps by hand; both have to give what C gives."""
    size, steps = networks.sizes(settings)
    weights = networks.random_weights(size)
    ours, limit = networks.compiled(weights, None, steps, backend), networks.in_c(weights, None, steps)
    hand = BY_HAND[backend](weights, steps, networks.STEP, networks.PARAMETERS)
    works = [work for work in (ours, hand, limit) if work is not None]
    times = interleaved(works, settings.repeats)
    error = None
    if limit is not None:
        found = ours()["y1"].to_numpy(), hand()
        error = max(float(np.max(np.abs(some - limit()))) for some in found)
    return Row(
        f"{steps} Euler steps of {size} Jansen-Rit columns, dense coupling, {backend}",
        ours=times[0],
        reference=times[1],
        limit=times[2] if limit is not None else None,
        target=Target(1.3),
        error=error,
        tolerance=networks.TOLERANCE,
        cold=cold(f"from {networks.__name__} import *\nonce({size}, {steps}, False, {backend!r})"),
    )


def numbers(size: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return weights of units, and delays in steps."""
    generator = np.random.default_rng(0)
    return generator.normal(size=(size, size)) / np.sqrt(size), generator.integers(1, LONGEST, (size, size))


def late_units(size: int) -> CircuitTemplate:
    """Return units that read each other late."""
    weights, delays = numbers(size)
    variables = {"v": "output(0.1)", "s": "input(0.0)", "drive": 0.3, "gain": 1.0, "tau": 1.0}
    unit = OperatorTemplate("op", "v' = (-v + tanh(gain*s) + drive)/tau", variables)
    return CircuitTemplate(
        "late",
        populations={"p": PopulationTemplate("p", NodeTemplate("n", [unit]), size)},
        connections=[Connectivity("p/op/v", "p/op/s", weights, delays=H * delays)],
    )


def in_c(size: int, steps: int, gains: NDArray[np.float64]) -> Callable[[], NDArray[np.float64]] | None:
    """Return what many runs end with in the first unit, in C."""
    library = kernel("late_units_together")
    if library is None:
        return None
    reals, wholes = np.ctypeslib.ndpointer(np.float64, flags="C"), np.ctypeslib.ndpointer(np.int64, flags="C")
    library.late_units_together.argtypes = [*[c_long] * 4, reals, wholes, reals, *[c_double] * 4, reals]
    weights, delays = numbers(size)

    def run() -> NDArray[np.float64]:
        last = np.empty(len(gains))
        library.late_units_together(steps, size, len(gains), LONGEST, weights, delays, gains, 1.0, 0.3, 0.1, H, last)
        return last

    return run


def points(settings: Settings, backend: str, size: int) -> Row:
    """Measure many runs in one against one run, and compare them with runs of their own.

    Few units are what is swept most: one run costs what it takes to go through a step at all. A step of more of them
    is arithmetic as soon as it is compiled, of which many runs need that many times as much, so that only vectors of
    the processor help; without compilation it is not.
    """
    steps = max(100, round(STEPS * settings.scale))
    model = late_units(size).compile(
        backend=backend, step_size=H, simulation_time=steps * H, outputs={"v": "p[0]/op/v"}
    )
    values = np.linspace(0.5, 2.0, POINTS)
    gains = [{"p/op/gain": float(gain)} for gain in values]
    limit = in_c(size, steps, values)
    works = [lambda: list(model.run_many(gains)), model.run, *([] if limit is None else [limit])]
    times = interleaved(works, settings.repeats)
    (found,) = model.run_many(gains)
    own = {number: model.run(parameters=gains[number]) for number in (0, POINTS - 1)}
    error = max(float(np.max(np.abs(found.frame(number) - table).to_numpy())) for number, table in own.items())
    if limit is not None:
        last = np.array([found.frame(number)["v"].iloc[-1] for number in range(POINTS)])
        error = max(error, float(np.max(np.abs(last - limit()))))
    return Row(
        f"{POINTS} runs in one, {steps} steps of {size} units with a delay each, {backend}; reference: one run",
        ours=times[0],
        reference=times[1],
        limit=None if limit is None else times[2],
        target=Target(4.0),
        error=error,
        tolerance=CLOSE,
    )
