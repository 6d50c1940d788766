"""From templates to a program: time, and memory above what was there before, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import partial

import numpy as np

from benchmarks.row import Row, Target
from benchmarks.settings import Settings

SCRIPT = """
import re, time, numpy as np, pandas, scipy.sparse
from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate
from rates_numpy.backend import NumpyBackend
random = np.random.default_rng(0)
node = NodeTemplate("n", [OperatorTemplate("op", "x' = u - x", {{"x": "output(0.1)", "u": "input(0.0)"}})])
def connected(units, *arguments, **options):
    population = PopulationTemplate("p", node, units)
    connection = Connectivity("p/op/x", "p/op/u", *arguments, **options)
    return CircuitTemplate("net", populations={{"p": population}}, connections=[connection])
def peak():  # in kB; ru_maxrss would hold what the parent used before
    return int(re.search(r"VmHWM:\\s*(\\d+) kB", open("/proc/self/status").read())[1])
{given}
before, start = peak(), time.perf_counter()
({circuit}).compile(simulation_time=1.0, step_size=1e-2, backend="numpy")
print(time.perf_counter() - start, (peak() - before) / 1024)
"""
NAMED = """CircuitTemplate(
    "net", nodes={f"p{i}": node for i in range(units)},
    edges=[(f"p{i}/op/x", f"p{(7*i + k) % units}/op/u", None, {"weight": 0.5}) for i in range(units) for k in (1, 2)],
)"""
DELAYED = "units = {units}; weights, delays = random.random((units, units)), random.random((units, units))"
SPARSE = """
units, degree = {units}, {degree}
columns = random.integers(0, units, units * degree)
matrix = scipy.sparse.csr_array((random.random(len(columns)), columns, np.arange(units + 1) * degree), 2 * (units,))
"""


def rows(settings: Settings) -> Iterator[partial[Row]]:
    """Yield the rows of builds."""
    yield partial(dense, settings)
    yield partial(delayed, settings)
    yield partial(sparse, settings)
    yield partial(named, settings)


def measured(settings: Settings, work: str, given: str, circuit: str, target: Target) -> Row:
    """Measure one build."""
    code = SCRIPT.format(given=given, circuit=circuit)
    found = []
    for _ in range(min(settings.repeats, 5)):
        done = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True)
        found.append([float(part) for part in done.stdout.split()])
    seconds, memory = np.median(found, axis=0)
    return Row(f"build of {work}", ours=float(seconds), memory=float(memory), target=target)


def dense(settings: Settings) -> Row:
    """Measure a million connections that are given as an array."""
    units = round(1000 * settings.scale)
    given = f"units = {units}; weights = random.random((units, units))"
    return measured(
        settings, f"{units**2:.0e} connections as an array", given, "connected(units, weights)", Target(0, 0.5, 200)
    )


def delayed(settings: Settings) -> Row:
    """Measure a million connections with a delay each."""
    units = round(1000 * settings.scale)
    return measured(
        settings, f"{units**2:.0e} connections with a delay each", DELAYED.format(units=units),
        "connected(units, weights, delays=delays)", Target(0, 1.5, 400),
    )  # fmt: skip


def sparse(settings: Settings) -> Row:
    """Measure ten million connections, a hundred for each unit."""
    units, degree = round(100_000 * settings.scale), 100
    return measured(
        settings, f"{units * degree:.0e} sparse connections of {units} units",
        SPARSE.format(units=units, degree=degree), "connected(units, matrix)", Target(0, 10, 2000),
    )  # fmt: skip


def named(settings: Settings) -> Row:
    """Measure nodes with names of their own, and two edges for each."""
    units = round(5000 * settings.scale)
    return measured(settings, f"{units} named nodes with {2 * units} edges", f"units = {units}", NAMED, Target(0, 0.5))
