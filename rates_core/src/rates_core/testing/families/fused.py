"""Fused loops: what is called in Python does not grow with the number of steps."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from rates_core.plugins.capabilities import Requirements
from rates_core.templates.circuit import CircuitTemplate
from rates_core.testing.case import Case
from rates_core.testing.compare import expect
from rates_core.testing.parts import circuit, connectivity, node, population, single
from rates_core.testing.prepared import Prepared, prepared
from rates_core.testing.subject import Subject

H, FEW, MANY = 0.01, 100, 10_000
INPUT = "p/op/u"
EQUATIONS = ["x' = sigmoid(u)/(1 + exp(x)) - k*x", "z = x/k"]
VARIABLES: dict[str, Any] = {"x": "output(0.4)", "z": "variable(0.0)", "u": "input(0.0)", "k": 0.7}


def cases() -> Iterator[Case]:
    """Yield models of all kinds that loops are made of; without the claim nothing is asked."""
    delayed, dense = Requirements(delays={"ring"}), Requirements(vector=True, projections={"dense"})
    sparse = Requirements(delays={"ring"}, vector=True, projections={"sparse"})
    kinds: dict[str, tuple[str, Callable[[], CircuitTemplate], Requirements]] = {
        "a single unit under Euler's method": ("euler", _unit, Requirements()),
        "a single unit under a method of two stages": ("heun", _unit, Requirements()),
        "a delay under a method of two stages": ("heun", _delayed, delayed),
        "a population under a method of two stages": ("heun", _population, dense),
        "delays per connection under Euler's method": ("euler", _network, sparse),
    }
    for kind, (method, make, needs) in kinds.items():
        sentence = f"where they are claimed, calls are as many in {MANY} steps as in {FEW}, with {kind}"
        yield Case("fused loops", sentence, partial(_check, method, make), needs=needs)


def _unit() -> CircuitTemplate:
    return single(EQUATIONS, **VARIABLES)


def _delayed() -> CircuitTemplate:
    return single(["x' = sigmoid(u)/(1 + exp(past(x, tau))) - k*x", "z = x/k"], tau=0.055, **VARIABLES)


def _population(**options: Any) -> CircuitTemplate:
    unit = node(["x' = sigmoid(u + s)/(1 + exp(x)) - k*x", "z = x/k"], s="input(0.0)", **VARIABLES)
    weights = np.sin(np.arange(81.0)).reshape(9, 9)
    return circuit(
        populations={"p": population(unit, 9)}, connections=[connectivity("p/op/x", "p/op/s", weights, **options)]
    )


def _network() -> CircuitTemplate:
    return _population(delays=np.linspace(0.02, 0.2, 81).reshape(9, 9))


def _check(method: str, make: Callable[[], CircuitTemplate], subject: Subject) -> None:
    samples = {INPUT: np.sin(np.arange(MANY + 1.0))}
    model = subject.compiled(make(), method, H, outputs=["p/op/x", "p/op/z"], inputs=samples)
    if not subject.backend.capabilities.fused:
        return
    run = prepared(subject, model, MANY, H, samples)
    few, many = _calls(run, FEW), _calls(run, MANY)
    expect(few == many, f"Steps are taken in Python: {_most(many - few)} more in {MANY} steps than in {FEW}.")


def _calls(run: Prepared, steps: int) -> Counter[str]:
    """Return which functions are called how often in a loop of so many steps, a row each, once it has been run."""
    run.loop(samples=steps, stride=1)  # what is compiled or cached is so from here on
    tables, counts = run.tables(run.carry, steps), Counter[str]()

    def count(frame: Any, event: str, argument: Any) -> None:
        if event == "call":
            counts[frame.f_code.co_name] += 1
        elif event == "c_call":
            counts[argument.__name__] += 1

    gc.disable()  # whose callbacks are calls too
    sys.setprofile(count)
    try:
        run.kernel.loop(run.carry, *tables, H, steps, 1)
    finally:
        sys.setprofile(None)
        gc.enable()
    return counts


def _most(counts: Counter[str]) -> str:
    return (
        ", ".join(f"'{name}' is called {count} times" for name, count in counts.most_common(1)) or "nothing is called"
    )
