"""A sweep over two parameters: 400 points, each with its own adaptive steps of order 8."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import clock, peers
from benchmarks.clock import interleaved
from benchmarks.limits.compiler import kernel
from benchmarks.row import Row, Target
from benchmarks.settings import Settings
from rates_core import CircuitTemplate

END, SAMPLING = 500.0, 1.0
RTOL, ATOL, MU = 1e-6, 1e-9, 2.0
OMEGA, WEIGHT = "k/phase_op/omega", "k/sin_op/s->p/vdp_op/inp/weight"
# Rounding makes other steps after a while, so that two programs of one method differ by as much as each errs: both are
# compared with steps that are small throughout, and ours may err up to twice as much as the limit.
EXACT = (1e-12, 1e-14)
MARGIN = 2.0


def rows(settings: Settings) -> Iterator[partial[Row]]:
    """Yield the rows of sweeps."""
    if find_spec("rates_numba") is not None and find_spec("rates_runge_kutta") is not None:
        yield partial(warm, settings)
        yield partial(cold, settings)
    if find_spec("rates_fortran") is not None and find_spec("rates_numba") is not None:
        yield partial(against_numba, settings)


def circuit() -> CircuitTemplate:
    """Return van der Pol's oscillator, driven by the sine of a phase."""
    nodes = {"p": "model_templates.oscillators.vanderpol.vdp_pop", "k": "model_templates.oscillators.kuramoto.sin_pop"}
    return CircuitTemplate("forced", nodes=nodes, edges=[("k/sin_op/s", "p/vdp_op/inp", None, {"weight": 1.0})])


def model(end: float, backend: str = "numba") -> Any:
    """Return its program."""
    return (
        circuit()
        .update_var(node_vars={"p/vdp_op/mu": MU})
        .compile(
            backend=backend, solver="dop853", simulation_time=end, step_size=SAMPLING, rtol=RTOL, atol=ATOL,
            outputs={"x": "p/vdp_op/x"},
        )
    )  # fmt: skip


def grid(side: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return frequencies and weights of `side * side` points."""
    omega, weight = np.meshgrid(np.linspace(0.3, 0.5, side), np.linspace(0.0, 2.0, side), indexing="ij")
    return omega.ravel(), weight.ravel()


def recorded(compiled: Any, omega: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the displacement at all points and times."""
    points = [{OMEGA: float(o), WEIGHT: float(w)} for o, w in zip(omega, weight, strict=True)]
    return np.concatenate([part.recorded[0] for part in compiled.run_many(points)])


def in_c(
    omega: NDArray[np.float64], weight: NDArray[np.float64], end: float, rtol: float = RTOL, atol: float = ATOL
) -> Callable[[], Any] | None:
    """Return the same in C, on all cores."""
    library = kernel("vdp_sweep")
    if library is None:
        return None
    numbers = np.ctypeslib.ndpointer(np.float64, flags="C")
    library.vdp_sweep.argtypes = [
        ctypes.c_long, numbers, numbers, *[ctypes.c_double] * 4, ctypes.c_long, ctypes.c_double, numbers,
    ]  # fmt: skip
    count = round(end / SAMPLING)

    def run() -> NDArray[np.float64]:
        found = np.empty((len(omega), count))
        library.vdp_sweep(len(omega), omega, weight, MU, end, rtol, atol, count, SAMPLING, found)
        return found

    return run


@contextmanager
def all_cores() -> Iterator[None]:
    """Let OpenMP use all cores, as Numba does: `OMP_NUM_THREADS` is 1 for what other rows measure."""
    library = kernel("vdp_sweep")
    if library is None:
        yield
        return
    library.vdp_threads(os.cpu_count())
    try:
        yield
    finally:
        library.vdp_threads(int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1))


@all_cores()
def warm(settings: Settings) -> Row:
    """Measure a sweep whose program exists, from its points to its arrays."""
    side = max(2, round(20 * settings.scale))
    omega, weight = grid(side)
    ours, limit = partial(recorded, model(END), omega, weight), in_c(omega, weight, END)
    times = interleaved([ours, limit] if limit is not None else [ours], settings.repeats)
    exact = in_c(omega, weight, END, *EXACT)
    error = allowed = None
    if limit is not None and exact is not None:
        error, allowed = (float(np.max(np.abs(found - exact()))) for found in (ours(), limit()))
    given = {"omega": omega, "weight": weight, "mu": MU, "end": END, "sampling": SAMPLING, "rtol": RTOL, "atol": ATOL}
    return Row(
        f"sweep of {side * side} points, adaptive order 8, T = {END:.0f}, {os.cpu_count()} threads, numba",
        ours=times[0],
        reference=times[1] if limit is not None else None,
        limit=times[1] if limit is not None else None,
        target=Target(1.5),
        error=error,
        tolerance=MARGIN * (allowed or 0.0),
        peers=peers.done("forced", None if exact is None else exact(), ("diffrax", "pyrates"), **given),
    )


@all_cores()
def against_numba(settings: Settings) -> Row:
    """Measure it in Fortran, on all threads as numba does it."""
    side = max(2, round(20 * settings.scale))
    omega, weight = grid(side)
    ours, other = (partial(recorded, model(END, backend), omega, weight) for backend in ("fortran", "numba"))
    times = interleaved([ours, other], settings.repeats)
    exact, limit = in_c(omega, weight, END, *EXACT), in_c(omega, weight, END)
    error = allowed = None
    if limit is not None and exact is not None:
        error, allowed = (float(np.max(np.abs(found - exact()))) for found in (ours(), limit()))
    return Row(
        f"the same {side * side} points, fortran (reference: numba)",
        ours=times[0],
        reference=times[1],
        target=Target(1.3),
        error=error,
        tolerance=MARGIN * (allowed or 0.0),
    )


def cold(settings: Settings) -> Row:
    """Measure the same from a Python that has imported nothing, with an empty cache of compiled code."""
    seconds = clock.cold(f"from {__name__} import *\nrecorded(model(END), *grid(20))")
    return Row("that sweep with all imports, nothing compiled before", seconds, Target(seconds=3.0))
