"""One epoch of a fit: the derivatives of a loss of 3000 steps of five delay-coupled units by two numbers they share."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import peers
from benchmarks.clock import interleaved
from benchmarks.limits.compiler import kernel
from benchmarks.row import Row, Target
from benchmarks.rows.fits import COUPLING, OUTPUTS, START, TAU, UNITS, circuit
from benchmarks.settings import Settings

STEPS, H, STAGES, MANY = 3000, 1e-2, 11, 64  # stages of the chain that a spread of 0.3 of the delay makes
SPREAD, CLOSE = 0.3, 1e-10
DRIVE = "p/li_op/I_ext"
GROWTH = 0.1  # MB per epoch
#: Per backend: options of compile(), and how much longer than by hand in the same library an epoch may take.
ASKED: Mapping[str, tuple[dict[str, Any], float]] = {"torch": ({}, 1.5), "jax": ({}, 1.5)}
Epoch = Callable[[], NDArray[np.float64]]  # returns the derivatives by tau and k

MEMORY = """
import re, numpy as np
from benchmarks.rows.epochs import ours
def peak():  # in kB
    return int(re.search(r"VmHWM:\\s*(\\d+) kB", open("/proc/self/status").read())[1])
epoch = ours({backend!r}, {steps})
epoch(), epoch()
before = peak()
for _ in range({epochs}):
    epoch()
print((peak() - before) / 1024 / {epochs})
"""


def rows(settings: Settings) -> Iterator[partial[Row]]:
    """Yield a row for each library that is installed."""
    for backend in ASKED:
        if find_spec(f"rates_{backend}") is not None:
            yield partial(row, settings, backend)
            yield partial(growth, settings, backend)
            yield partial(batch, settings, backend)
    if find_spec("jax") is not None:
        yield partial(batch_by_hand, settings, "vmap", mapped_in_jax)
        yield partial(batch_by_hand, settings, "runs on the last axis", beside_in_jax)


def drive(steps: int) -> NDArray[np.float64]:
    """Return what all units are fed."""
    fed: NDArray[np.float64] = 0.1 * np.sin(2 * np.pi * 0.2 * H * np.arange(steps))
    return fed


def numbers() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights and delays of the units."""
    generator = np.random.default_rng(20)
    return generator.uniform(-1, 1, (UNITS, UNITS)), generator.choice([1.0, 3.0], (UNITS, UNITS))


def target(steps: int) -> NDArray[np.float64]:
    """Return what the units are to do: what they do with the true numbers, by NumPy."""
    weights, delays = numbers()
    u, chains, found = np.zeros(UNITS), {delay: np.zeros((STAGES, UNITS)) for delay in (1.0, 3.0)}, []
    for fed in drive(steps):
        found.append(u)
        late = sum(np.where(delays == delay, weights, 0.0) @ chain[-1] for delay, chain in chains.items())
        stages = {
            delay: chain + H * STAGES / delay * (np.vstack([np.tanh(u), chain[:-1]]) - chain)
            for delay, chain in chains.items()
        }
        u, chains = u + H * (-u / 2.0 + late + fed), stages
    return np.array(found)


def ours(backend: str, steps: int) -> Epoch:
    """Return an epoch of ours; everything is compiled when it is called for the first time."""
    inputs = {DRIVE: drive(steps)}
    model = circuit().compile(
        backend, step_size=H, simulation_time=steps * H, outputs=OUTPUTS, inputs=inputs, **ASKED[backend][0]
    )
    wanted: Any = target(steps)
    if backend == "torch":
        wanted = import_module("torch").as_tensor(wanted)

    def loss(outputs: Mapping[str, Any]) -> Any:
        return ((outputs["u"] - wanted) ** 2).mean()

    taken = import_module("jax").jit(loss) if backend == "jax" else loss

    def epoch() -> NDArray[np.float64]:
        found = model.gradient(taken, [TAU, COUPLING], parameters=START, inputs=inputs)
        return np.array([float(found[TAU]), float(found[COUPLING])])

    return epoch


def in_jax(steps: int, fed: NDArray[np.float64] | None = None) -> Epoch:
    """Return an epoch written for JAX as one would.

    Args:
        steps: of the run.
        fed: what all units are fed, if that is not `drive`.
    """
    jax, start = import_module("jax"), np.array([START[TAU], START[COUPLING]])
    return _in_double(jax.jit(jax.grad(loss_in_jax())), start, drive(steps) if fed is None else fed, target(steps))


def loss_in_jax(runs: tuple[int, ...] = ()) -> Callable[..., Any]:
    """Return the loss by tau and k, by what units are fed, and by what they are to do.

    Args:
        runs: axes of runs, behind all others.
    """
    jax, jnp = import_module("jax"), import_module("jax.numpy")
    weights, delays = numbers()
    near, far = np.where(delays == 1.0, weights, 0.0), np.where(delays == 3.0, weights, 0.0)

    def loss(pair: Any, fed: Any, wanted: Any) -> Any:
        tau, k = pair

        def step(carry: Any, given: Any) -> Any:
            u, one, three = carry
            r = jnp.tanh(u)[None]
            slope = -u / tau + k * (near @ one[-1] + far @ three[-1]) + given
            one_, three_ = jnp.concatenate((r, one[:-1])) - one, jnp.concatenate((r, three[:-1])) - three
            return (u + H * slope, one + H * STAGES * one_, three + H * STAGES / 3.0 * three_), u

        stages = jnp.zeros((STAGES, UNITS, *runs))
        return ((jax.lax.scan(step, (jnp.zeros((UNITS, *runs)), stages, stages), fed)[1] - wanted) ** 2).mean()

    return loss


def in_torch(steps: int) -> Epoch:
    """Return an epoch written for PyTorch as one would."""
    torch = import_module("torch")
    weights, delays = numbers()
    near, far = (torch.as_tensor(np.where(delays == delay, weights, 0.0)) for delay in (1.0, 3.0))
    fed, wanted = torch.as_tensor(drive(steps)), torch.as_tensor(target(steps))

    def epoch() -> NDArray[np.float64]:
        tau, k = (torch.tensor(START[path], dtype=torch.float64, requires_grad=True) for path in (TAU, COUPLING))
        u = torch.zeros(UNITS, dtype=torch.float64)
        one, three = (torch.zeros(STAGES, UNITS, dtype=torch.float64) for _ in range(2))
        found = []
        for given in fed:
            found.append(u)
            r = torch.tanh(u)[None]
            slope = -u / tau + k * (near @ one[-1] + far @ three[-1]) + given
            one_, three_ = torch.cat((r, one[:-1])) - one, torch.cat((r, three[:-1])) - three
            u, one, three = u + H * slope, one + H * STAGES * one_, three + H * STAGES / 3.0 * three_
        gradients = torch.autograd.grad(((torch.stack(found) - wanted) ** 2).mean(), (tau, k))
        return np.array([float(value) for value in gradients])

    return epoch


BY_HAND: Mapping[str, Callable[[int], Epoch]] = {"torch": in_torch, "jax": in_jax}


def row(settings: Settings, backend: str) -> Row:
    """Measure an epoch against what is written by hand for the same library, and what users run today."""
    steps = max(100, round(STEPS * settings.scale))
    run, hand = ours(backend, steps), BY_HAND[backend](steps)
    begun = perf_counter()
    found, wanted = run(), hand()
    first = perf_counter() - begun
    seconds, by_hand = interleaved([run, hand], min(settings.repeats, 3))
    weights, delays = numbers()
    done = peers.done(
        "epoch",
        wanted,
        ("rectipy",) if backend == "torch" else (),  # it takes minutes, and is made of PyTorch
        weights=weights,
        delays=delays,
        spread=SPREAD,
        drive=np.repeat(drive(steps)[:, None], UNITS, axis=1),
        target=target(steps),
        step=H,
        tau=START[TAU],
        k=START[COUPLING],
    )
    return Row(
        f"epoch of a fit of {UNITS} delay-coupled units, {steps} steps, {backend}",
        ours=seconds,
        target=Target(ASKED[backend][1]),
        reference=by_hand,
        peers=done,
        cold=first,
        error=float(np.max(np.abs(found - wanted))),
        tolerance=CLOSE,
    )


def growth(settings: Settings, backend: str) -> Row:
    """Measure by how much an epoch makes the peak of memory grow, over fifty of them."""
    steps, epochs = max(100, round(STEPS * settings.scale)), max(5, round(50 * settings.scale))
    code = MEMORY.format(backend=backend, steps=steps, epochs=epochs)
    begun = perf_counter()
    done = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True)
    name = f"memory that each of {epochs} epochs adds, {steps} steps, {backend}"
    limit = Target(seconds=600.0, memory=GROWTH)
    return Row(name, ours=perf_counter() - begun, memory=float(done.stdout), target=limit)


def batch(settings: Settings, backend: str) -> Row:
    """Measure the derivatives of 64 runs with inputs of their own, against those of one."""
    steps = max(100, round(STEPS * settings.scale)) // 10
    one, all_of_them, start = _batched(backend, steps)
    limit = in_c(steps, start)
    one()
    found, works = all_of_them(), [one, all_of_them, *([] if limit is None else [limit])]
    alone, together, *in_it = interleaved(works, min(settings.repeats, 5))
    return Row(
        f"gradients of {MANY} runs as one batch, {steps} steps of {UNITS} units, {backend}; reference: one run",
        ours=together,
        reference=alone,
        target=Target(4.0),
        limit=in_it[0] if limit is not None else None,
        error=None if limit is None else float(np.max(np.abs(found - limit()))),
        tolerance=CLOSE,
    )


def batch_by_hand(settings: Settings, how: str, make: Callable[[int, NDArray[np.float64]], Epoch]) -> Row:
    """Measure the same written for JAX as one would, to show what its compiler makes of many runs."""
    steps, start = max(100, round(STEPS * settings.scale)) // 10, np.array([START[TAU], START[COUPLING]])
    one, all_of_them, limit = in_jax(steps, drives(steps)[0]), make(steps, start), in_c(steps, start)
    one()
    found, works = all_of_them(), [one, all_of_them, *([] if limit is None else [limit])]
    alone, together, *in_it = interleaved(works, min(settings.repeats, 5))
    return Row(
        f"gradients of {MANY} runs as one batch, {steps} steps of {UNITS} units, by hand for JAX, {how}; one run",
        ours=together,
        reference=alone,
        limit=in_it[0] if limit is not None else None,
        error=None if limit is None else float(np.max(np.abs(found - limit()))),
        tolerance=CLOSE,
    )


def drives(steps: int) -> NDArray[np.float64]:
    """Return what the units of many runs are fed."""
    fed: NDArray[np.float64] = np.linspace(0.5, 1.5, MANY)[:, None] * drive(steps)
    return fed


def mapped_in_jax(steps: int, start: NDArray[np.float64]) -> Epoch:
    """Return derivatives of the mean loss of many runs, over which JAX maps what is written for one."""
    jax, loss, fed, wanted = import_module("jax"), loss_in_jax(), drives(steps), target(steps)

    def mean(pair: Any, fed: Any, wanted: Any) -> Any:
        return jax.vmap(loss, (None, 0, None))(pair, fed, wanted).mean()

    return _in_double(jax.jit(jax.grad(mean)), start, fed, wanted)


def beside_in_jax(steps: int, start: NDArray[np.float64]) -> Epoch:
    """Return the same, written for many runs, which stand side by side in memory."""
    loss, wanted = import_module("jax").grad(loss_in_jax((MANY,))), target(steps)[:, :, None]
    return _in_double(import_module("jax").jit(loss), start, np.ascontiguousarray(drives(steps).T), wanted)


def in_c(steps: int, start: NDArray[np.float64]) -> Epoch | None:
    """Return the same in C, derivatives written by hand."""
    library = kernel("epochs_together")
    if library is None:
        return None
    reals = np.ctypeslib.ndpointer(np.float64, flags="C")
    library.epochs_together.restype = ctypes.c_double
    library.epochs_together.argtypes = [
        *[ctypes.c_long] * 4, reals, reals, *[ctypes.c_double] * 3, reals, reals, reals,
    ]  # fmt: skip
    weights, delays = numbers()
    apart, means = np.array([np.where(delays == delay, weights, 0.0) for delay in (1.0, 3.0)]), np.array([1.0, 3.0])
    fed, wanted = np.ascontiguousarray(drives(steps).T), target(steps)

    def run() -> NDArray[np.float64]:
        found = np.empty(2)
        library.epochs_together(steps, UNITS, STAGES, MANY, apart, means, *start, H, fed, wanted, found)
        return found

    return run


def _batched(backend: str, steps: int) -> tuple[Epoch, Epoch, NDArray[np.float64]]:
    """Return what differentiates a loss of one run, and of many that the library maps over; and where it does so."""
    inputs = {DRIVE: drive(steps)}
    model = circuit().compile(backend, step_size=H, simulation_time=steps * H, outputs=OUTPUTS, inputs=inputs)
    outputs, wanted, fed = model.trainable([TAU, COUPLING], inputs=inputs), target(steps), drives(steps)
    if backend == "jax":
        return *_of_jax(outputs, wanted, fed), np.array([float(outputs.values[path]) for path in (TAU, COUPLING)])
    torch = import_module("torch")
    goal, samples, values = torch.as_tensor(wanted), torch.as_tensor(fed), dict(outputs.named_parameters())
    mapped = torch.vmap(lambda signal: outputs(inputs={DRIVE: signal})["u"])

    def gradient(loss: Any) -> NDArray[np.float64]:
        return np.array([float(value) for value in torch.autograd.grad(loss, [values[TAU], values[COUPLING]])])

    def one() -> NDArray[np.float64]:
        return gradient(((outputs(inputs={DRIVE: samples[0]})["u"] - goal) ** 2).mean())

    def all_of_them() -> NDArray[np.float64]:
        return gradient(((mapped(samples) - goal) ** 2).mean())

    return one, all_of_them, np.array([float(values[path]) for path in (TAU, COUPLING)])


def _of_jax(outputs: Any, wanted: NDArray[np.float64], fed: NDArray[np.float64]) -> tuple[Epoch, Epoch]:
    jax = import_module("jax")

    def loss(pair: Any, samples: Any) -> Any:
        values = dict(zip((TAU, COUPLING), pair, strict=True))
        return ((outputs(values, {DRIVE: samples})["u"] - wanted) ** 2).mean()

    def mean(pair: Any, samples: Any) -> Any:
        return jax.vmap(loss, (None, 0))(pair, samples).mean()

    start = np.array([float(outputs.values[path]) for path in (TAU, COUPLING)])
    return _in_double(jax.jit(jax.grad(loss)), start, fed[0]), _in_double(jax.jit(jax.grad(mean)), start, fed)


def _in_double(function: Callable[..., Any], *given: Any) -> Epoch:
    """Return what calls a compiled function of JAX in double precision."""
    jax = import_module("jax")

    def run() -> NDArray[np.float64]:
        with jax.enable_x64(True):
            return np.asarray(function(*given))

    return run
