"""Continuation of runs: one long run is two short ones, of which the second goes on from the end of the first."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from attrs import evolve

from rates_core.plugins.capabilities import Requirements
from rates_core.plugins.specs import SolverSpec
from rates_core.templates.node import NodeTemplate
from rates_core.testing.case import Case
from rates_core.testing.compare import expect_close, expect_same
from rates_core.testing.families.events import network
from rates_core.testing.families.trajectories import fixed_methods
from rates_core.testing.pairs import PAIR
from rates_core.testing.parts import circuit, connectivity, edge, node, operator, population, single
from rates_core.testing.scenario import Scenario
from rates_core.testing.subject import Subject

FIRST, SECOND = 13, 17  # steps of the two runs
CLOSE = 1e-5  # of methods that choose their steps: they choose others where a run ends
TIGHT = {"rtol": 1e-8, "atol": 1e-10}


def cases() -> Iterator[Case]:
    """Yield every model with one method of fixed steps, and most under one that chooses them."""
    methods = fixed_methods()
    for row, scenario in enumerate(_scenarios()):
        # methods other than Euler's take noise that is only added
        chosen = ["euler"] if scenario.needs.noise else methods
        for column, method in enumerate(chosen):
            yield Case(
                "continuation of runs",
                f"{method} goes on with {scenario.key}",
                partial(_check, scenario, method, None),
                needs=scenario.needs,
                exhaustive=column != row % len(chosen),
            )
        if not scenario.needs.noise and not scenario.needs.events:
            delays = {"history"} if scenario.needs.delays else set()
            yield Case(
                "continuation of runs",
                f"a method that chooses its steps goes on with {scenario.key}",
                partial(_check, scenario, PAIR, None),
                needs=evolve(scenario.needs, delays=delays),
                exhaustive=scenario.key == "delays of several lengths",  # which the population has too
            )


def solver_cases(spec: SolverSpec) -> Iterator[Case]:
    """Yield the models for a solver and each of its methods; of several methods, each has two in the ordinary tier."""
    scenarios = list(_scenarios())
    for number, method in enumerate(spec.methods or (None,)):
        for row, scenario in enumerate(scenarios):
            needs = Requirements(
                delays={spec.storage} if scenario.needs.delays else set(), noise=scenario.needs.noise,
                events=scenario.needs.events,
            )  # fmt: skip
            yield Case(
                "continuation of runs",
                f"{method or 'it'} goes on with {scenario.key}",
                partial(_check, scenario, None, method),
                needs=needs,
                exhaustive=len(spec.methods) > 1 and (row - number) % len(scenarios) not in (0, 3),
            )


def _check(scenario: Scenario, solver: str | SolverSpec | None, method: str | None, subject: Subject) -> None:
    from rates_core.simulation.choice import chosen_solver

    spec = subject.tested_solver if solver is None else chosen_solver(solver, None)[0]
    options = TIGHT if spec.adaptive else {}
    whole = _run(scenario, spec, method, subject, 0, FIRST + SECOND, None, options)
    first = _run(scenario, spec, method, subject, 0, FIRST, None, options)
    second = _run(scenario, spec, method, subject, FIRST, SECOND, first, options)
    found = np.concatenate([first.to_numpy(), second.to_numpy()])
    times = np.concatenate([first.index.to_numpy(), second.index.to_numpy()])
    expect_close("The time", times, whole.index.to_numpy())
    if spec.adaptive:
        expect_close("What two runs give", found, whole.to_numpy(), CLOSE, CLOSE)
    else:
        expect_same("What two runs give", found, whole.to_numpy())


def _run(
    scenario: Scenario,
    spec: SolverSpec,
    method: str | None,
    subject: Subject,
    begin: int,
    steps: int,
    state: pd.DataFrame | None,
    options: dict[str, Any],
) -> pd.DataFrame:
    h = scenario.step_size
    inputs = {path: values[begin : begin + steps + 1] for path, values in (scenario.inputs or {}).items()}
    run: dict[str, Any] = {"state": state, "seed": 5 if state is None else None}
    if state is None:
        run["history"] = scenario.history
    return subject.run(
        scenario.circuit(),
        steps * h,
        spec,
        h,
        run,
        outputs=list(scenario.outputs),
        inputs=inputs,
        method=method,
        **options,
    )


def _scenarios() -> Iterator[Scenario]:
    """Yield the models; their keys end the sentence "a method goes on with ..."."""
    signal = np.sin(0.3 * np.arange(FIRST + SECOND + 1))
    yield Scenario(
        key="an oscillator, its time and its input",
        circuit=lambda: single(
            ["x' = v + 0.1*t", "v' = -x + u - 0.1*v"], x="output(1.0)", v="variable(0.0)", u="input(0.0)"
        ),
        outputs=["p/op/x", "p/op/v", "p/op/u"],
        inputs={"p/op/u": signal},
    )
    yield Scenario(
        key="delays of several lengths",
        circuit=lambda: single(
            ["x' = -past(x, a) + 0.5*past(z, b) - 0.2*x", "z = tanh(x) + 0.1*past(x, c)"], x="output(1.0)",
            z="variable(0.0)", a=0.4, b=0.137, c=0.9,
        ),
        outputs=["p/op/x", "p/op/z"],
        history={"p/op/x": 0.5},
        needs=Requirements(delays={"ring"}),
    )  # fmt: skip
    trace = edge(["s' = pre - s", "m = s*pre"], pre="input(0.0)", s="variable(0.1)", m="output(0.0)")
    unit = node("x' = -x + tanh(u) + 0.2*cos(t)", x="output(0.0)", u="input(0.0)")
    weights = np.sin(np.arange(64.0)).reshape(8, 8)
    yield Scenario(
        key="a population with delays and edges with states",
        circuit=lambda: circuit(
            populations={"p": population(unit, 8, x=np.linspace(-0.5, 0.6, 8))},
            connections=[
                connectivity("p/op/x", "p/op/u", 0.3 * weights, delays=0.1 + 0.05 * (np.arange(64).reshape(8, 8) % 4)),
                connectivity("p/op/x", "p/op/u", 0.2 * weights, edge=trace),
            ],
        ),
        outputs=["p/op/x"],
        needs=Requirements(delays={"ring"}, vector=True, projections={"sparse"}),
    )
    noisy = {"x": "output(0.0)", "xi": "noise", "u": "variable(0.0)"}
    yield Scenario(
        key="noise",
        circuit=lambda: circuit(
            nodes={"p": NodeTemplate("node", [operator(["x' = -x + 0.5*xi", "u = randn() + x"], **noisy)])}
        ),
        outputs=["p/op/x", "p/op/u"],
        needs=Requirements(noise="additive"),
    )
    yield network()
