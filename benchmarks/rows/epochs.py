"""One epoch of a fit: the derivatives of a loss of 3000 steps of five delay-coupled units by two numbers they share."""

from __future__ import annotations

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
from benchmarks.row import Row, Target
from benchmarks.rows.fits import COUPLING, OUTPUTS, START, TAU, UNITS, circuit
from benchmarks.settings import Settings

STEPS, H, STAGES = 3000, 1e-2, 11  # stages of the chain that a spread of 0.3 of the delay makes
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


def in_jax(steps: int) -> Epoch:
    """Return an epoch written for JAX as one would."""
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

        start = jnp.zeros(UNITS), jnp.zeros((STAGES, UNITS)), jnp.zeros((STAGES, UNITS))
        return ((jax.lax.scan(step, start, fed)[1] - wanted) ** 2).mean()

    gradient, fed, wanted = jax.jit(jax.grad(loss)), drive(steps), target(steps)

    def epoch() -> NDArray[np.float64]:
        with jax.enable_x64(True):
            return np.asarray(gradient(np.array([START[TAU], START[COUPLING]]), fed, wanted))

    return epoch


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
    steps, many = max(100, round(STEPS * settings.scale)) // 10, 64
    one, all_of_them = _batched(backend, steps, many)
    one(), all_of_them()
    alone, together = interleaved([one, all_of_them], min(settings.repeats, 5))
    name = f"gradients of {many} runs as one batch, {steps} steps of {UNITS} units, {backend}"
    return Row(name, ours=together, reference=alone, target=Target(4.0))


def _batched(backend: str, steps: int, many: int) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Return what differentiates a loss of one run, and of many that the library maps over."""
    inputs = {DRIVE: drive(steps)}
    model = circuit().compile(backend, step_size=H, simulation_time=steps * H, outputs=OUTPUTS, inputs=inputs)
    outputs, wanted = model.trainable([TAU, COUPLING], inputs=inputs), target(steps)
    fed = np.linspace(0.5, 1.5, many)[:, None] * drive(steps)
    if backend == "jax":
        return _of_jax(outputs, wanted, fed)
    torch = import_module("torch")
    goal, samples = torch.as_tensor(wanted), torch.as_tensor(fed)
    mapped = torch.vmap(lambda signal: outputs(inputs={DRIVE: signal})["u"])

    def one() -> Any:
        loss = ((outputs(inputs={DRIVE: samples[0]})["u"] - goal) ** 2).mean()
        return torch.autograd.grad(loss, list(outputs.parameters()))

    def all_of_them() -> Any:
        return torch.autograd.grad(((mapped(samples) - goal) ** 2).mean(), list(outputs.parameters()))

    return one, all_of_them


def _of_jax(outputs: Any, wanted: NDArray[np.float64], fed: NDArray[np.float64]) -> tuple[Epoch, Epoch]:
    jax = import_module("jax")

    def loss(values: Any, samples: Any) -> Any:
        return ((outputs(values, {DRIVE: samples})["u"] - wanted) ** 2).mean()

    def mean(values: Any, samples: Any) -> Any:
        return jax.vmap(loss, (None, 0))(values, samples).mean()

    def called(function: Callable[..., Any], samples: Any) -> Any:
        with jax.enable_x64(True):
            return jax.block_until_ready(function(outputs.values, samples))

    return partial(called, jax.jit(jax.grad(loss)), fed[0]), partial(called, jax.jit(jax.grad(mean)), fed)
