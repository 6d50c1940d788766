"""Gradients through 3000 steps of units that read each other late, by all weights and a time constant."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.clock import interleaved
from benchmarks.limits.compiler import kernel
from benchmarks.row import Row, Target
from benchmarks.settings import Settings
from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

STEPS, H = 3000, 0.01
FEW, MANY = 5, 32  # units
TAU, DRIVE, START = 1.0, 0.3, 0.1
LONGEST = 40  # steps, of a delay
WEIGHT = "p/op/v->p/op/s/weight"
CLOSE = 1e-10
#: Per backend: options of compile(), and what is asked beside the result.
ASKED: Mapping[str, tuple[dict[str, Any], Target]] = {
    "fortran": ({}, Target(1.2)),
    "jax": ({}, Target(1.2)),
    "numba": ({}, Target(1.2)),
    "tf": ({}, Target(2.0)),
    "torch": ({"compile": True}, Target(seconds=0.2)),
}
#: Backends that are told the derivatives of the loss.
TOLD = frozenset({"fortran", "numba"})
Result = tuple[float, NDArray[np.float64]]  # the loss, and its derivatives by tau and then by weights


def rows(settings: Settings) -> Iterator[partial[Row]]:
    """Yield a row for each library that is installed."""
    for backend in ASKED:
        if find_spec(f"rates_{backend}") is not None:
            yield partial(row, settings, backend, FEW)
            yield partial(row, settings, backend, MANY)
    if find_spec("rates_jax") is not None:
        yield partial(compiled_loss, settings, FEW)
        yield partial(compiled_loss, settings, MANY)
        yield partial(whole, settings)


def numbers(units: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return weights, and delays in steps."""
    generator = np.random.default_rng(0)
    scale = np.sqrt(FEW / units)  # as much comes together at each unit, however many there are
    return scale * generator.normal(size=(units, units)), generator.integers(1, LONGEST, (units, units))


def circuit(units: int) -> CircuitTemplate:
    """Return the units."""
    weights, delays = numbers(units)
    variables = {"v": f"output({START})", "s": "input(0.0)", "drive": DRIVE, "tau": TAU}
    unit = OperatorTemplate("op", "v' = (-v + tanh(s) + drive)/tau", variables)
    return CircuitTemplate(
        "late",
        populations={"p": PopulationTemplate("p", NodeTemplate("n", [unit]), units)},
        connections=[Connectivity("p/op/v", "p/op/s", weights, delays=H * delays)],
    )


def ours(backend: str, steps: int, units: int, jit: bool = False) -> Callable[[], Result]:
    """Return what differentiates a run; everything is compiled when it is called for the first time.

    Args:
        backend: whose library is used.
        steps: of the run.
        units: of the model.
        jit: whether the loss is compiled too, by JAX.
    """
    compiled = steps >= STEPS and units == FEW  # compiling takes long; less is only to see that it works
    options = ASKED[backend][0] if compiled else {}
    model = circuit(units).compile(
        backend=backend, step_size=H, simulation_time=steps * H, outputs={"v": "p/op/v"}, **options
    )
    loss = told if backend in TOLD else partial(mean_square, backend)
    given = import_module("jax").jit(loss) if jit else loss

    def run() -> Result:
        found = model.gradient(given, ["p/op/tau", WEIGHT])
        return found.loss, np.append(found["p/op/tau"], np.ravel(found[WEIGHT]))

    return run


def mean_square(backend: str, outputs: Mapping[str, Any]) -> Any:
    """Return the loss, by what a library has for it."""
    squares = outputs["v"] * outputs["v"]
    return import_module("tensorflow").reduce_mean(squares) if backend == "tf" else squares.mean()


def told(outputs: Mapping[str, NDArray[np.float64]]) -> tuple[float, dict[str, NDArray[np.float64]]]:
    """Return the loss and its derivatives, for backends that differentiate their own loops alone."""
    values = outputs["v"]
    return float((values * values).mean()), {"v": 2 * values / values.size}


def as_one(steps: int) -> Callable[[], Result]:
    """Return the same as one compiled function of JAX, loss included: the run as a function of its values."""
    jax = import_module("jax")
    model = circuit(FEW).compile(backend="jax", step_size=H, simulation_time=steps * H, outputs={"v": "p/op/v"})
    outputs = model.trainable(["p/op/tau", WEIGHT])
    with jax.enable_x64(True):
        both = jax.jit(jax.value_and_grad(lambda values: (outputs(values)["v"] ** 2).mean()))

    def run() -> Result:
        with jax.enable_x64(True):
            value, found = both(outputs.values)
            return float(value), np.append(np.asarray(found["p/op/tau"]), np.ravel(found[WEIGHT]))

    return run


def by_hand(steps: int, units: int) -> Callable[[], Result] | None:
    """Return the same, written for JAX as one would."""
    if find_spec("jax") is None:
        return None
    jax, jnp = import_module("jax"), import_module("jax.numpy")
    weights, delays = numbers(units)
    place, source = LONGEST - 1 - delays, np.tile(np.arange(units), (units, 1))

    def loss(tau: Any, weights: Any) -> Any:
        def step(carry: Any, _: Any) -> Any:
            v, past = carry
            past = jnp.concatenate((past[1:], v[None]))
            s = (weights * past[place, source]).sum(1)
            return (v + H * ((-v + jnp.tanh(s) + DRIVE) / tau), past), v

        start = jnp.full(units, START), jnp.full((LONGEST, units), START)
        _, found = jax.lax.scan(step, start, None, length=steps)
        return (found * found).mean()

    both = jax.jit(jax.value_and_grad(loss, argnums=(0, 1)))

    def run() -> Result:
        with jax.enable_x64(True):
            value, (tau, by_weights) = both(np.float64(TAU), weights)
            return float(value), np.append(np.asarray(tau), np.ravel(by_weights))

    return run


def in_c(steps: int, units: int) -> Callable[[], Result] | None:
    """Return the same in C, derivatives written by hand."""
    library = kernel("delayed_units_gradient")
    if library is None:
        return None
    reals, wholes = np.ctypeslib.ndpointer(np.float64, flags="C"), np.ctypeslib.ndpointer(np.int64, flags="C")
    library.delayed_units_gradient.restype = ctypes.c_double
    library.delayed_units_gradient.argtypes = [
        ctypes.c_long, ctypes.c_long, reals, wholes, *[ctypes.c_double] * 4, *[reals] * 5,
    ]  # fmt: skip
    weights, delays = numbers(units)

    def run() -> Result:
        v, slope, by_v = (np.empty((steps + 1, units)) for _ in range(3))
        by_weights, by_tau = np.empty((units, units)), np.empty(1)
        value = library.delayed_units_gradient(
            steps, units, weights, delays, TAU, DRIVE, START, H, v, slope, by_v, by_weights, by_tau
        )
        return float(value), np.append(by_tau, by_weights)

    return run


def row(settings: Settings, backend: str, units: int) -> Row:
    """Measure `gradient()` with one library: its preparation, and a loss that is called anew, count too.

    What is asked in seconds is asked of few units.
    """
    steps = max(100, round(STEPS * settings.scale))
    name = f"gradient() through {steps} steps of {units} units with a delay each, {backend}"
    target = ASKED[backend][1]
    asked = target if units == FEW or target.factor else None
    return _measured(settings, name, ours(backend, steps, units), asked, steps, units)


def compiled_loss(settings: Settings, units: int) -> Row:
    """Measure `gradient()` of a loss that is compiled, as that which is written by hand for JAX is."""
    steps = max(100, round(STEPS * settings.scale))
    name = f"gradient() of a loss of jax.jit, {steps} steps of {units} units with a delay each, jax"
    return _measured(settings, name, ours("jax", steps, units, jit=True), ASKED["jax"][1], steps, units)


def whole(settings: Settings) -> Row:
    """Measure what is compiled as a whole, as what is written by hand for JAX is."""
    steps = max(100, round(STEPS * settings.scale))
    name = f"jit of value_and_grad of a loss of trainable(), {steps} steps of {FEW} units with a delay each, jax"
    return _measured(settings, name, as_one(steps), ASKED["jax"][1], steps, FEW)


def _measured(
    settings: Settings, name: str, run: Callable[[], Result], target: Target | None, steps: int, units: int
) -> Row:
    hand, limit = by_hand(steps, units), in_c(steps, units)
    begun = perf_counter()
    found = run()
    first = perf_counter() - begun
    works = [work for work in (run, hand, limit) if work is not None]
    times = dict(zip(works, interleaved(works, settings.repeats), strict=True))
    error = None
    if limit is not None:
        wanted = limit()
        error = max(abs(found[0] - wanted[0]), float(np.max(np.abs(found[1] - wanted[1]))))
    seconds = None if hand is None else times[hand]
    return Row(
        name,
        ours=times[run],
        target=target if target is not None and (hand is not None or target.seconds) else None,
        reference=None if target is not None and target.seconds else seconds,
        limit=None if limit is None else times[limit],
        cold=first,
        error=error,
        tolerance=CLOSE,
    )
