"""Programs in languages of their own: against each other, against BLAS, and what their compilers take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from benchmarks.backends import available
from benchmarks.clock import inside, interleaved
from benchmarks.row import Row, Target
from benchmarks.rows import networks, qif_euler
from benchmarks.settings import Settings
from rates_core import CircuitTemplate

CALLS = 1000


def rows(settings: Settings) -> Iterator[partial[Row]]:
    """Yield the rows of languages that are there."""
    if not available("fortran"):
        return
    yield partial(compilation, settings)
    yield partial(products, settings)
    if available("julia"):
        yield partial(julia_loop, settings)
        yield partial(julia_run, settings)
        yield partial(julia_call, settings)


def all_to_all(nodes: int) -> Any:
    """Return the program of coupled Jansen-Rit columns in Fortran."""
    circuit = networks.model(networks.random_weights(nodes), None)
    return circuit.compile(backend="fortran", simulation_time=1.0, step_size=networks.STEP).program


def compilation(settings: Settings) -> Row:
    """Measure what the compiler of Fortran takes for a hundred columns all to all, with nothing compiled before."""
    program = f"""
import os, tempfile, time
from {__name__} import all_to_all
program = all_to_all(100)
with tempfile.TemporaryDirectory() as folder:
    os.environ["RATES_CACHE_DIR"] = folder
    start = time.perf_counter()
    program.library
    print(time.perf_counter() - start)
"""
    size = len(all_to_all(100).source.encode()) / 1000
    work = f"100 columns all to all compiled by gfortran, {size:.1f} kB of text (limit 30)"
    return Row(work, ours=inside(program, settings.repeats), target=Target(seconds=2.0))


def products(settings: Settings) -> Row:
    """Measure a dense network against its products alone, as NumPy's BLAS takes them."""
    size, steps = networks.sizes(settings)
    weights, vector, out = networks.random_weights(size), np.random.default_rng(3).normal(size=size), np.empty(size)

    def blas() -> None:
        for _ in range(steps):
            np.dot(weights, vector, out=out)

    ours, reference = interleaved([networks.compiled(weights, None, steps, "fortran"), blas], settings.repeats)
    work = f"{steps} Euler steps of {size} columns, dense, fortran (reference: as many products of NumPy's BLAS alone)"
    return Row(work, ours=ours, reference=reference, target=Target(1.2))


def julia_loop(settings: Settings) -> Row:
    """Measure the loop in Julia against that in Fortran, over so many steps that the pipe counts for little."""
    steps, stride = round(8_000_000 * settings.scale), 1000
    circuit = CircuitTemplate.from_yaml(qif_euler.MODEL)
    runs = [
        circuit.compile(
            backend=backend, step_size=1e-3, simulation_time=steps * 1e-3, sampling_step_size=stride * 1e-3
        ).run
        for backend in ("julia", "fortran")
    ]
    ours, reference = interleaved(runs, settings.repeats)
    rates, wanted = (run()["p/qif_op/r"].to_numpy() for run in runs)
    return Row(
        f"{steps} Euler steps of QIF, a row for every {stride}, julia (reference: fortran)",
        ours=ours,
        reference=reference,
        target=Target(2.0),
        error=float(np.max(np.abs(rates - wanted))),
        tolerance=qif_euler.TOLERANCE,
    )


def julia_run(settings: Settings) -> Row:
    """Measure what comes on top where each step has an input and a row: both go through a pipe."""
    signal = qif_euler.pulse(round(80_000 * settings.scale))
    runs = [qif_euler.compiled(signal, backend) for backend in ("julia", "fortran")]
    ours, reference = interleaved(runs, settings.repeats)
    return Row(
        f"{len(signal)} Euler steps of QIF, run() with its table, julia (reference: fortran)",
        ours=ours,
        reference=reference,
    )


def julia_call(settings: Settings) -> Row:
    """Measure calls of a right-hand side in Julia from Python, which go through a pipe."""
    made = CircuitTemplate.from_yaml(qif_euler.MODEL).get_run_func("field", 1e-3, backend="julia", solver="scipy")
    call: Callable[[], Any] = partial(made.func, *made.args)

    def calls() -> None:
        for _ in range(CALLS):
            call()

    return Row(
        f"{CALLS} calls of QIF's right-hand side in julia, one by one", ours=interleaved([calls], settings.repeats)[0]
    )
