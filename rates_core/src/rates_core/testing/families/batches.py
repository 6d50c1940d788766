"""Batches: many points of one model give what runs of single points give, together or one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from attrs import frozen

from rates_core.plugins.capabilities import Requirements
from rates_core.plugins.specs import SolverSpec
from rates_core.programs.batch import stacked
from rates_core.simulation.arguments import arguments_of
from rates_core.simulation.compile import CompiledModel
from rates_core.simulation.points import Point
from rates_core.testing.case import Case
from rates_core.testing.compare import expect, expect_close
from rates_core.testing.families.events import network
from rates_core.testing.pairs import PAIR
from rates_core.testing.parts import circuit, connectivity, node, population, single
from rates_core.testing.scenario import Scenario
from rates_core.testing.subject import Subject

REPEATED = 8  # times that points stand in a batch: what takes few points one by one takes so many together
CLOSE = 1e-10  # steps that differ by rounding, over some tens of them


@frozen(eq=False)
class Sweep:
    """A model and points at which it is run.

    Attributes:
        scenario: model and run.
        points: what differs.
        simple: others ask more of steps that a method chooses for each point, so these are left to the exhaustive tier.
    """

    scenario: Scenario
    points: Sequence[Point]
    simple: bool = False


def cases() -> Iterator[Case]:
    """Yield every sweep with fixed steps, and those that allow it with steps that a method chooses."""
    for sweep in _sweeps():
        scenario = sweep.scenario
        name = f"points of {scenario.key} give what runs of each give"
        yield Case("batches", name, partial(_check, sweep, "rk4" if not scenario.needs.noise else "euler"),
                   needs=scenario.needs)  # fmt: skip
        if not (scenario.needs.delays or scenario.needs.noise or scenario.needs.events):
            name = f"points of {scenario.key}, each with its own steps, give what runs of each give"
            yield Case("batches", name, partial(_check, sweep, PAIR), needs=scenario.needs, exhaustive=sweep.simple)
    yield Case("batches", "a point that leaves the finite numbers ends early, and no other one", _ended)


def _check(sweep: Sweep, solver: str | SolverSpec, subject: Subject) -> None:
    scenario = sweep.scenario
    model = subject.compiled(
        scenario.circuit(), solver, scenario.step_size, outputs=list(scenario.outputs), inputs=scenario.inputs,
        simulation_time=scenario.simulation_time, sampling_step_size=scenario.stride * scenario.step_size,
    )  # fmt: skip
    claimed = subject.backend.capabilities.batch
    points = list(sweep.points) * (REPEATED if claimed else 1)
    parts = list(model.run_many(points))
    if claimed and parts[0].model.program.gains(len(points)):
        _expect_batch(parts[0].model, points)
    found = {number: part.frame(number) for part in parts for number in part.numbers}
    expect(list(found) == list(range(len(points))), f"Points {list(found)} came back.")
    for number, point in enumerate(sweep.points):
        own: dict[str, Any] = {} if point.inputs is None else {"inputs": point.inputs}
        alone = model.run(parameters=point.parameters, initial=point.initial, seed=point.seed, **own)
        size = CLOSE * float(np.max(np.abs(alone.to_numpy())))
        for again in range(number, len(points), len(sweep.points)):
            expect_close(f"Point {again}", found[again].to_numpy(), alone.to_numpy(), CLOSE, size)


def _expect_batch(model: CompiledModel, points: Sequence[Point]) -> None:
    """Raise unless the program binds points together, as is claimed."""
    arguments = stacked([arguments_of(model.system, point.parameters) for point in points])
    bound = model.program.bind_many(arguments, len(points))
    expect(bound is not None, "It claims batches, but binds the points of this model one by one.")


def _ended(subject: Subject) -> None:
    model = subject.compiled(single("x' = k*x^2", x="output(1.0)", k=1.0), "euler", 0.1, simulation_time=6.0)
    failures: dict[int, Any] = {}
    rates = [-1.0, 1.0, -0.5] * (REPEATED if subject.backend.capabilities.batch else 1)
    for part in model.run_many([{"p/op/k": k} for k in rates]):
        failures |= part.failures
        for number in part.numbers:
            values = part.frame(number).to_numpy()
            wanted = np.isnan(values).all() if rates[number] > 0 else np.isfinite(values).all()
            expect(bool(wanted), f"Point {number} is {values.ravel()[:5]} ….")
    ending = [number for number, rate in enumerate(rates) if rate > 0]
    expect(list(failures) == ending, f"Points {list(failures)} ended early, instead of {ending}.")


def _sweeps() -> Iterator[Sweep]:
    """Yield models and points; their keys end the sentence "points of ..."."""
    rates = (0.5, 1.0, 2.5)
    starts: tuple[dict[str, float], ...] = (
        {"all/op/v": 1.5},
        {"all/op/v": 0.5},
        {},
    )  # units above their threshold at the start are not reset
    yield Sweep(network(), [Point({"all/op/v_reset": 0.1 * k}, start) for k, start in zip(rates, starts, strict=True)])
    yield Sweep(
        Scenario(
            key="an oscillator with an input that they share",
            circuit=lambda: single(
                ["x' = v", "v' = mu*(1 - x^2)*v - x + u"], x="output(1.0)", v="variable(0.0)", mu=1.0, u="input(0.0)"
            ),
            outputs=["p/op/x", "p/op/v"],
            inputs={"p/op/u": np.sin(0.3 * np.arange(31))},
            stride=2,
        ),
        [Point({"p/op/mu": mu}, {"p/op/x": x}) for mu, x in zip(rates, (1.0, 0.2, -1.0), strict=True)],
        simple=True,
    )
    jump = np.where(np.arange(31) < 11, 0.0, 1.0)
    yield Sweep(
        Scenario(
            key="a unit with an input of each",
            circuit=lambda: single("x' = -k*x + u", x="output(1.0)", k=1.0, u="input(0.0)"),
            outputs=["p/op/x"],
            inputs={"p/op/u": jump},
        ),
        [
            Point({"p/op/k": k}, inputs={"p/op/u": np.roll(jump, shift)})
            for k, shift in zip(rates, (0, 3, 9), strict=True)
        ],
    )
    unit = node("x' = -x/tau + tanh(u)*exp(-g)", x="output(0.0)", u="input(0.0)", g=0.1, tau=1.0)
    weights = np.sin(np.arange(81.0)).reshape(9, 9)
    yield Sweep(
        Scenario(
            key="a population with a matrix that they share",
            circuit=lambda: circuit(
                populations={"p": population(unit, 9, x=np.linspace(-0.5, 0.6, 9))},
                connections=[connectivity("p/op/x", "p/op/u", weights)],
            ),
            outputs=["p/op/x"],
            needs=Requirements(vector=True, projections={"dense"}),
        ),
        [Point({"p/op/tau": r, "p/op/g": r * np.arange(9.0)}, {"p/op/x": np.linspace(-r, r, 9)}) for r in rates],
    )
    yield Sweep(
        Scenario(
            key="a complex oscillation",
            circuit=lambda: single("z' = (w*I - 0.1)*z*c", z="output(1.0+0.0j)", w=2.0, c=1.0 + 0.5j),
            outputs=["p/op/z"],
            needs=Requirements(complex=True),
        ),
        [
            Point({"p/op/w": w, "p/op/c": c}, {"p/op/z": 1j * w})
            for w, c in zip(rates, (1.0, 1.0j, 0.5 - 0.1j), strict=True)
        ],
    )
    yield Sweep(
        Scenario(
            key="a delay that differs",
            circuit=lambda: single("x' = -past(x, tau) + cos(t)", x="output(1.0)", tau=0.3),
            outputs=["p/op/x"],
            steps=1200,  # more than core asks for at once
            needs=Requirements(delays={"ring"}),
        ),
        [Point({"p/op/tau": tau}) for tau in (0.3, 0.37, 1.0)],
    )
    yield Sweep(
        Scenario(
            key="noise of seeds of their own",
            circuit=lambda: single("x' = -k*x + xi", x="output(0.0)", k=1.0, xi="noise"),
            outputs=["p/op/x"],
            needs=Requirements(noise="additive"),
        ),
        [Point({"p/op/k": k}, seed=seed) for seed, k in enumerate(rates)],
    )
