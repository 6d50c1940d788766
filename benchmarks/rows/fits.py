"""Fits of two parameters of five delay-coupled units, through 30 000 steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from importlib.util import find_spec
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.clock import interleaved
from benchmarks.row import Row, Target
from benchmarks.settings import Settings
from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

if TYPE_CHECKING:
    from rates_fit import FitResult

UNITS, STEPS, H = 5, 30_000, 1e-3
TAU, COUPLING = "p/li_op/tau", "p/li_op/k"
TRUE, START = {TAU: 2.0, COUPLING: 1.0}, {TAU: 6.29, COUPLING: 8.98}
OUTPUTS, CLOSE = {"u": "p/li_op/u"}, 1e-5
EARLY = 5.0  # until which the data are fitted first
#: Per backend: how derivatives are got, and what is asked: compiling, and finding both parameters.
ASKED: Mapping[str, tuple[str, Target]] = {
    "numba": ("differences", Target(seconds=10.0)),
    "jax": ("along", Target(seconds=10.0)),
}


def rows(settings: Settings) -> Iterator[partial[Row]]:
    """Yield a row for each backend that is installed."""
    if find_spec("rates_fit") is not None:
        for backend in ASKED:
            if find_spec(f"rates_{backend}") is not None:
                yield partial(row, settings, backend)


def circuit() -> CircuitTemplate:
    """Return the units."""
    rng = np.random.default_rng(20)
    weights, delays = rng.uniform(-1, 1, (UNITS, UNITS)), rng.choice([1.0, 3.0], (UNITS, UNITS))
    variables = {"u": "variable(0.0)", "r": "output", "r_in": "input", "I_ext": "input", "tau": 2.0, "k": 1.0}
    unit = OperatorTemplate("li_op", ["u' = -u/tau + k*r_in + I_ext", "r = tanh(u)"], variables)
    return CircuitTemplate(
        "delay_coupled",
        populations={"p": PopulationTemplate("p", NodeTemplate("li", [unit]), UNITS)},
        connections=[Connectivity("p/li_op/r", "p/li_op/r_in", weights, delays=delays, spread=0.3 * delays)],
    )


def row(settings: Settings, backend: str) -> Row:
    """Measure a fit by Levenberg's and Marquardt's method from far away, all that it compiles included."""
    from rates_fit import fit

    steps = max(6000, round(STEPS * settings.scale))
    engine, target = ASKED[backend]
    model, inputs = circuit(), {"p/li_op/I_ext": 0.1 * np.sin(2 * np.pi * 0.2 * np.arange(steps) * H)}
    shared: dict[str, Any] = {"outputs": OUTPUTS, "inputs": inputs, "step_size": H, "backend": backend}
    data = model.run(steps * H, sampling_step_size=0.1, verbose=False, **shared)

    def work() -> FitResult:
        parameters = dict.fromkeys(TRUE, "positive")
        return fit(model, data, parameters, start=START, horizons=[EARLY], derivatives=engine, **shared)

    begun = perf_counter()
    found = work()
    first = perf_counter() - begun
    (seconds,) = interleaved([work], settings.repeats)
    return Row(
        f"fit of two parameters of {UNITS} delay-coupled units, {steps} steps, {found.gradients} gradients by "
        f"{engine}, {backend}",
        ours=seconds,
        target=target,
        cold=first,
        error=max(abs(found[path] / value - 1) for path, value in TRUE.items()),
        tolerance=CLOSE,
    )
