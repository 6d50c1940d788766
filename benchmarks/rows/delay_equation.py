"""An equation with a delay under error control: what blood cells do, chaos left out."""

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
from rates_core import CircuitTemplate

MODEL = "model_templates.systems.mackey_glass.mg"
START, DELAY, END, SAMPLING = 1.2, 8.0, 200_000.0, 10.0  # at this delay the solution is a cycle
RTOL, ATOL = 1e-6, 1e-9
CELLS = np.array([0.2, 0.1, 10.0])  # beta, gamma, n
EXACT = (1e-12, 1e-14)
MARGIN = 2.0  # times the error of the limit, which takes the same steps but for rounding


def rows(settings: Settings) -> Iterator[partial[Row]]:
    """Yield the rows of delay equations."""
    if find_spec("rates_numba") is not None and find_spec("rates_runge_kutta") is not None:
        yield partial(adaptive, settings)


def compiled(end: float) -> Any:
    """Return the compiled model."""
    return (
        CircuitTemplate.from_yaml(MODEL)
        .update_var(node_vars={"p/mg_op/x": START, "p/mg_op/tau": DELAY})
        .compile(
            backend="numba", solver="dopri5", simulation_time=end, step_size=SAMPLING, rtol=RTOL, atol=ATOL,
            outputs={"x": "p/mg_op/x"},
        )
    )  # fmt: skip


def in_c(times: NDArray[np.float64], rtol: float = RTOL, atol: float = ATOL) -> Callable[[], Any] | None:
    """Return the same in C."""
    library = kernel("mackey_glass")
    if library is None:
        return None
    numbers = np.ctypeslib.ndpointer(np.float64, flags="C")
    library.mackey_glass.argtypes = [numbers, *[ctypes.c_double] * 4, ctypes.c_long, numbers, numbers]

    def run() -> NDArray[np.float64]:
        found = np.empty(len(times))
        library.mackey_glass(CELLS, START, DELAY, rtol, atol, len(times), times, found)
        return found

    return run


def adaptive(settings: Settings) -> Row:
    """Measure adaptive steps with a past."""
    end = END * settings.scale
    times = np.arange(0.0, end, SAMPLING)
    model, limit = compiled(end), in_c(times)
    times_taken = interleaved([model.run, limit] if limit is not None else [model.run], settings.repeats)
    exact = in_c(times, *EXACT)
    error = allowed = found = None
    if limit is not None and exact is not None:
        found = exact()
        error, allowed = (float(np.max(np.abs(some - found))) for some in (model.run()["x"].to_numpy(), limit()))
    given = {"start": START, "tau": DELAY, "times": times, "rtol": RTOL, "atol": ATOL}
    return Row(
        f"an equation with a delay, adaptive order 5, {end / DELAY:.0f} delays, numba",
        ours=times_taken[0],
        reference=times_taken[1] if limit is not None else None,
        limit=times_taken[1] if limit is not None else None,
        error=error,
        target=Target(3.0),
        tolerance=MARGIN * (allowed or 0.0),
        peers=peers.done("mackey_glass", found, ("jitcdde",), **given),
        cold=cold(f"from {__name__} import *\ncompiled({end}).run()"),
    )
