"""Determinism: equal runs are equal to the last bit, and a seed decides all that is random."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from rates_core.plugins.capabilities import Requirements
from rates_core.templates.circuit import CircuitTemplate
from rates_core.testing.case import Case
from rates_core.testing.compare import expect, expect_same
from rates_core.testing.models import models
from rates_core.testing.parts import circuit, node, population, single
from rates_core.testing.scenario import Scenario, table
from rates_core.testing.subject import Subject

RANDOM = ["x' = -x + 0.5*xi", "z = randn()"]
VARIABLES = {"x": "output(0.0)", "z": "variable(0.0)", "xi": "noise"}


def cases() -> Iterator[Case]:
    """Yield runs without and with random numbers; of each model without them one case, both are exhaustive."""
    simple = (Requirements(), Requirements(vector=True, projections={"dense", "uniform"}))
    for row, scenario in enumerate(scenario for scenario in models() if scenario.needs in simple):
        case = partial(Case, "determinism", needs=scenario.needs)
        sentence = f"two runs are equal with {scenario.key}"
        yield case(sentence, partial(_check_equal, scenario), exhaustive=row % 2 == 0)
        sentence = f"rows do not depend on how many there are with {scenario.key}"
        yield case(sentence, partial(_check_rows, scenario), exhaustive=row % 2 == 1)
    makers: dict[str, tuple[Callable[[], CircuitTemplate], Requirements]] = {
        "in a single unit": (_unit, Requirements(noise="additive")),
        "in a population": (_population, Requirements(noise="additive", vector=True)),
    }
    for where, (make, needs) in makers.items():
        yield Case("determinism", f"a seed gives the same path again {where}", partial(_check_seed, make), needs=needs)
        sentence = f"another seed gives another path {where}"
        yield Case("determinism", sentence, partial(_check_other_seed, make), needs=needs)


def _check_equal(scenario: Scenario, subject: Subject) -> None:
    first, second = (table(scenario, subject, "heun").to_numpy() for _ in range(2))
    expect_same("The second run", second, first)


def _check_rows(scenario: Scenario, subject: Subject) -> None:
    from attrs import evolve

    every = table(evolve(scenario, stride=1), subject, "heun").to_numpy()
    some = table(evolve(scenario, stride=4), subject, "heun").to_numpy()
    expect_same("Every fourth row", some, every[: 4 * len(some) : 4])


def _unit() -> CircuitTemplate:
    return single(RANDOM, **VARIABLES)


def _population() -> CircuitTemplate:
    return circuit(populations={"p": population(node(RANDOM, **VARIABLES), 9)})


def _paths(make: Callable[[], CircuitTemplate], subject: Subject, *seeds: int) -> list[np.ndarray]:
    model = subject.compiled(make(), "euler", 0.1, outputs=["p/op/x", "p/op/z"])
    return [model.run(simulation_time=3.0, seed=seed).to_numpy() for seed in seeds]


def _check_seed(make: Callable[[], CircuitTemplate], subject: Subject) -> None:
    first, second = _paths(make, subject, 4, 4)
    expect_same("The second path", second, first)
    (anew,) = _paths(make, subject, 4)
    expect_same("The path of another program", anew, first)


def _check_other_seed(make: Callable[[], CircuitTemplate], subject: Subject) -> None:
    first, second = _paths(make, subject, 4, 5)
    expect(not np.any(first[1:] == second[1:]), "Numbers of two seeds are equal.")
    units = np.array_split(first, 2, axis=1)
    for columns in units:
        expect(len(np.unique(columns[1])) == columns.shape[1], "Units share their random numbers.")
    expect(len(np.unique(first[:, -1])) == len(first), "A random number is drawn in more than one step.")
