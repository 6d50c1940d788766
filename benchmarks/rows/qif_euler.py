"""Euler steps of a two-state model with an input array: the work of a newcomer's first script."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from math import pi
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rates_core.programs.carry import Carry
from rates_core.simulation.compile import CompiledModel

from benchmarks import peers
from benchmarks.clock import cold, inside, interleaved
from benchmarks.limits.compiler import kernel
from benchmarks.row import Row, Target
from benchmarks.settings import Settings
from rates_core import CircuitTemplate

MODEL = "model_templates.neural_mass_models.qif.qif"
STEP = 1e-3
START = (0.01, -2.0)
PARAMETERS = {"eta": -5.0, "delta": 1.0, "tau": 1.0, "J": 15.0}
# The same steps in another order of operations: rounding, amplified on the way between the two stable states.
TOLERANCE = 1e-9
BUILD = f"""
import time, numpy, pandas
from rates_core import CircuitTemplate
from rates_core.programs.carry import Carry
from rates_core.simulation.compile import CompiledModel
signal = numpy.zeros(80000)
start = time.perf_counter()
CircuitTemplate.from_yaml({MODEL!r}).compile(
    simulation_time=80.0, step_size={STEP}, inputs={{"p/qif_op/I_ext": signal}}, outputs={{"r": "p/qif_op/r"}}
)
print(time.perf_counter() - start)
"""


def rows(settings: Settings) -> Iterator[partial[Row]]:
    """Yield the rows of this model."""
    yield partial(loop, settings)
    yield partial(build, settings)
    for backend, factor in (("numba", 2.5), ("fortran", 1.8)):
        if find_spec(f"rates_{backend}") is not None:
            yield partial(native_loop, settings, backend, factor)
            yield partial(native_run, settings, backend)
    if find_spec("rates_fortran") is not None:
        yield partial(compilation, settings)


def pulse(steps: int) -> NDArray[np.float64]:
    """Return an input that switches the population on in the second quarter and off in the last one."""
    signal = np.zeros(steps)
    signal[steps // 4 : steps // 2] = 3.0
    signal[3 * steps // 4 : 7 * steps // 8] = -3.0
    return signal


def by_hand(signal: list[float], eta: float, delta: float, tau: float, J: float) -> list[float]:  # noqa: N803
    """Step through the model as one writes it down: the loop that the target refers to."""
    r, v = START
    spread, pi_tau = delta / (pi * tau * tau), pi * tau
    rates = [0.0] * len(signal)
    for k, current in enumerate(signal):
        rates[k] = r
        squeeze = pi_tau * r
        dr = spread + 2.0 * r * v / tau
        dv = (v * v + eta + current + J * r * tau - squeeze * squeeze) / tau
        r += STEP * dr
        v += STEP * dv
    return rates


def in_c(library: ctypes.CDLL, signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Do the same in C."""
    pointer = np.ctypeslib.ndpointer(np.float64, flags="C")
    library.qif_euler.argtypes = [ctypes.c_long, *[ctypes.c_double] * 5, pointer, pointer, pointer]
    rates = np.empty_like(signal)
    library.qif_euler(len(signal), STEP, *PARAMETERS.values(), signal, np.array(START), rates)
    return rates


def model_of(signal: NDArray[np.float64], backend: str | None) -> CompiledModel:
    """Return the model whose program exists."""
    model: CompiledModel = CircuitTemplate.from_yaml(MODEL).compile(
        simulation_time=len(signal) * STEP,
        step_size=STEP,
        inputs={"p/qif_op/I_ext": signal},
        outputs={"r": "p/qif_op/r"},
        backend=backend,
    )
    return model


def compiled(signal: NDArray[np.float64], backend: str | None = None) -> Callable[[], Any]:
    """Return the run of a model whose program exists, up to its table."""
    return partial(model_of(signal, backend).run, inputs={"p/qif_op/I_ext": signal})


def loop(settings: Settings) -> Row:
    """Measure the steps of a compiled model, from its input array to its table."""
    steps = round(80_000 * settings.scale)
    signal = pulse(steps)
    ours, reference = compiled(signal), partial(by_hand, signal.tolist(), **PARAMETERS)
    works: list[Callable[[], object]] = [ours, reference]
    library = kernel("qif_euler")
    if library is not None:
        works.append(partial(in_c, library, signal))
    times = interleaved(works, settings.repeats)
    limit = np.asarray(works[-1]())
    return Row(
        f"{steps} Euler steps of QIF with an input array (reference: a Python loop written by hand)",
        ours=times[0],
        reference=times[1],
        limit=times[2] if library is not None else None,
        peers=peers.done("qif", limit, ("pyrates",), signal=signal, step=STEP),
        cold=cold(f"from {__name__} import *\ncompiled(pulse({steps}))()"),
        target=Target(2.0),
        error=float(np.max(np.abs(ours()["r"].to_numpy() - limit))),
        tolerance=TOLERANCE,
    )


def native_loop(settings: Settings, backend: str, factor: float) -> Row:
    """Measure the compiled loop alone, with prepared arguments."""
    steps = round(80_000 * settings.scale)
    signal = pulse(steps)
    model = model_of(signal, backend)
    kernel_ = model.program.bind({item.path: item.value for item in model.system.parameters})
    carry = Carry(0, 0.0, np.array(START))
    ours = partial(kernel_.loop, carry, [[signal]], [], STEP, steps, 1)
    work = f"{steps} Euler steps of QIF, the loop alone, {backend}"
    return replace(against_c(work, ours, lambda: ours()[1][0], signal, settings), target=Target(factor))


def native_run(settings: Settings, backend: str) -> Row:
    """Measure a whole run of compiled code, with its table."""
    signal = pulse(round(80_000 * settings.scale))
    ours = compiled(signal, backend)
    row = against_c(
        f"{len(signal)} Euler steps of QIF, run() with its table, {backend}",
        ours,
        lambda: ours()["r"].to_numpy(),
        signal,
        settings,
    )
    program = f"from {__name__} import *\ncompiled(pulse({len(signal)}), {backend!r})()"
    return replace(row, reference=None, target=Target(seconds=3e-3), cold=cold(program))


def against_c(
    work: str, ours: Callable[[], object], result: Callable[[], Any], signal: NDArray[np.float64], settings: Settings
) -> Row:
    """Measure something against the loop in C."""
    library = kernel("qif_euler")
    works: list[Callable[[], object]] = [ours]
    if library is not None:
        works.append(partial(in_c, library, signal))
    times = interleaved(works, settings.repeats)
    limit = None if library is None else times[1]
    error = None if library is None else float(np.max(np.abs(result() - in_c(library, signal))))
    return Row(work, ours=times[0], reference=limit, limit=limit, target=Target(2.5), error=error, tolerance=TOLERANCE)


def compilation(settings: Settings) -> Row:
    """Measure what the compiler of Fortran takes, with nothing compiled before."""
    program = f"""
import os, tempfile, time
from {__name__} import model_of, pulse
model = model_of(pulse(80000), "fortran")
with tempfile.TemporaryDirectory() as folder:
    os.environ["RATES_CACHE_DIR"] = folder
    start = time.perf_counter()
    model.program.library
    print(time.perf_counter() - start)
"""
    return Row("its module compiled by gfortran", ours=inside(program, settings.repeats), target=Target(seconds=0.5))


def build(settings: Settings) -> Row:
    """Measure from the name of the model to its program, the first time in a process."""
    return Row(
        "build of that model, first in its process", ours=inside(BUILD, settings.repeats), target=Target(seconds=0.15)
    )
