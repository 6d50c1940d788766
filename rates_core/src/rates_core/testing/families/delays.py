"""Delays: of any length, of edges and of `past`, of states and computed variables, discrete and spread."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from attrs import evolve

from rates_core.plugins import get_manager
from rates_core.plugins.capabilities import Requirements
from rates_core.plugins.specs import SolverSpec
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.sparse import SparseMatrix
from rates_core.testing.case import Case
from rates_core.testing.families.trajectories import fixed_methods
from rates_core.testing.parts import circuit, connectivity, edge, node, population, single
from rates_core.testing.scenario import Scenario, follow

LENGTHS = (1.0, 2.0, 7.0, 0.37, 3.37)  # in steps
CIRCLE = "a jump that connections hand on round a circle"
HANDED_ON = "a jump that computed variables hand on"
EACH = "connections with a delay each, of any length"
COMPUTED_EACH = "connections of computed variables with a delay each"
EVERY = "an edge delayed by 0.37 steps"  # which every method reads in the ordinary tier too: inside of its own step
FEW = 5  # the order up to which methods have few stages, each of which is looked up
UNIT = node("x' = -0.5*x + tanh(u) + 0.2*cos(t)", x="output(0.4)", u="input(0.0)")
COMPUTED = node(
    ["x' = -x + tanh(u) + 0.2*cos(t)", "z = x^2 - 0.3*t"], x="variable(0.4)", z="output(0.0)", u="input(0.0)"
)
ECHO = node(["x' = -x + z", "z = tanh(u) + 0.3*x"], x="variable(0.4)", z="output(0.0)", u="input(0.0)")
RING = Requirements(delays={"ring"})

# Every stage looks inside the steps before, whose stages do: seconds to minutes for methods above this order.
DEAR = {EACH: FEW, COMPUTED_EACH: FEW, HANDED_ON: FEW}


def cases() -> Iterator[Case]:
    """Yield every model with one method of few stages, and one model with all others and those of core.

    The whole product is exhaustive.
    """
    methods = fixed_methods()
    specs = get_manager().solvers()
    few = [method for method in methods if (specs[method].order or 0) <= FEW]
    widely = {method for method in methods if method not in few or specs[method].distribution == "rates-core"}
    for row, scenario in enumerate(scenarios()):
        for method in methods:
            yield Case(
                "delays",
                f"{method} reads {scenario.key}",
                partial(follow, scenario, method),
                needs=scenario.needs,
                chains=scenario.chains,
                exhaustive=method != few[row % len(few)] and not (scenario.key == EVERY and method in widely),
            )


def solver_cases(spec: SolverSpec) -> Iterator[Case]:
    """Yield the models for one solver of fixed steps."""
    if not spec.fixed:
        return
    for scenario in scenarios():
        needs = Requirements(delays=scenario.needs.delays)
        exhaustive = scenario.key in DEAR and (spec.order or 0) > DEAR[scenario.key]
        yield Case(
            "delays", f"it reads {scenario.key}", partial(follow, scenario, None), needs=needs, chains=scenario.chains,
            exhaustive=exhaustive,
        )  # fmt: skip


def scenarios() -> tuple[Scenario, ...]:
    """Return the models; their keys end the sentence "a method reads ..."."""
    return (*_lengths(), *_kinds(), *_many(), *_pasts(), *_chains(), *_beside())


def _scenario(key: str, make: Callable[[], CircuitTemplate], outputs: list[str], **options: Any) -> Scenario:
    settings: dict[str, Any] = {"steps": 24, "needs": RING, **options}
    return Scenario(key=key, circuit=make, outputs=outputs, **settings)


def _lengths() -> Iterator[Scenario]:
    for steps in LENGTHS:
        yield _scenario(f"an edge delayed by {steps:g} steps", partial(_pair, 0.1 * steps), ["all/op/x"])
    for steps in LENGTHS:
        for variable in ("x", "z"):
            noun = "a state" if variable == "x" else "a computed variable"
            yield _scenario(
                f"the past of {noun} {steps:g} steps ago",
                partial(_own_past, variable, 0.1 * steps),
                ["p/op/x", "p/op/z"],
            )


def _pair(delay: float) -> CircuitTemplate:
    edges = [
        ("a/op/x", "b/op/u", None, {"weight": 0.8, "delay": delay}),
        ("b/op/x", "a/op/u", None, {"weight": -1.2}),
    ]
    return circuit(nodes={"a": UNIT, "b": UNIT}, edges=edges)


def _own_past(variable: str, delay: float) -> CircuitTemplate:
    return single(
        [f"x' = -past({variable}, tau) + 0.3*cos(t) - 0.1*x", "z = x^2 + 0.2*sin(t)"],
        x="output(0.4)", z="variable(0.0)", tau=delay,
    )  # fmt: skip


def _kinds() -> Iterator[Scenario]:
    yield _scenario(
        "one variable at two ages, one a multiple of the step and one not",
        lambda: single("x' = -past(x, a) + 0.5*past(x, b)", x="output(0.4)", a=0.3, b=0.137),
        ["p/op/x"],
    )
    yield _scenario(
        "an expression, and nested delays as their sum",
        lambda: single("x' = -past(x^2 + t, a) + past(past(x, a), b)", x="output(0.4)", a=0.13, b=0.24),
        ["p/op/x"],
    )
    yield _scenario(
        "a delayed variable that is delayed again",
        lambda: single(
            ["x' = -w - 0.2*x", "z = past(x, a) + x", "w = past(z, b)"], x="output(0.4)", z="variable(0.0)",
            w="variable(0.0)", a=0.13, b=0.04,
        ),
        ["p/op/x", "p/op/z", "p/op/w"],
    )  # fmt: skip
    yield _scenario(
        "a computed variable that adds to its own past",
        lambda: single(["x' = z - x", "z = 0.5*past(z, a) + x"], x="output(0.4)", z="variable(0.0)", a=0.137),
        ["p/op/x", "p/op/z"],
        history={"p/op/z": 0.3},
    )
    yield _scenario(
        HANDED_ON,
        lambda: single(
            ["x' = w - x", "z = 0.5*past(z, a) + 0.2*past(z, b) + x", "w = past(z, a)"], x="output(0.4)",
            z="variable(0.0)", w="variable(0.0)", a=0.2, b=0.3,
        ),
        ["p/op/x", "p/op/z", "p/op/w"],
        history={"p/op/z": -1.0},
    )  # fmt: skip
    yield _scenario(
        "an external input of the past",
        lambda: single("x' = past(u, a) - x", x="output(0.4)", u="input(0.0)", a=0.137),
        ["p/op/x"],
        inputs={"p/op/u": np.sin(0.7 * np.arange(25)) + 1.0},
    )
    yield _scenario(
        "a delay of zero as the present",
        lambda: single("x' = -past(x, a) + 0.1*past(x, b)", x="output(0.4)", a=0.0, b=0.3),
        ["p/op/x"],
    )
    yield _scenario(
        "a complex variable of the past",
        lambda: single("z' = I*past(z, a) - 0.2*z", z="output(0.4+0.1j)", a=0.137),
        ["p/op/z"],
        needs=Requirements(delays={"ring"}, complex=True),
    )
    yield _scenario("an edge with operators behind the delay", _behind, ["all/op/x"])


def _behind() -> CircuitTemplate:
    template = edge(
        ["s' = pre - s", "m = s*post"], pre="input(0.0)", post="input(0.0)", s="variable(0.1)", m="output(0.0)"
    )
    mapping = {"eop/pre": "source", "eop/post": "b/op/x", "weight": 0.7, "delay": 0.237}
    edges = [("a/op/x", "b/op/u", template, mapping), ("b/op/x", "a/op/u", None, {"weight": -0.5, "delay": 0.3})]
    return circuit(nodes={"a": UNIT, "b": UNIT}, edges=edges)


def _many() -> Iterator[Scenario]:
    """Yield populations: each kind of weights with one delay, and delays of their own."""
    few = np.random.default_rng(5).random((9, 9)) < 0.4
    matrix = np.random.default_rng(6).uniform(-0.5, 0.5, (9, 9)).round(3)
    whole = 0.1 * np.random.default_rng(7).integers(1, 6, (9, 9))
    broken = np.random.default_rng(8).uniform(0.02, 0.5, (9, 9)).round(3)
    vector = Requirements(delays={"ring"}, vector=True)
    dense, sparse = (evolve(vector, projections={form}) for form in ("dense", "sparse"))
    ways: list[tuple[str, Requirements, Any, Any, Any]] = [
        ("a matrix of connections with one delay", dense, matrix, 0.237, UNIT),
        ("connections with a delay each, all multiples of the step", sparse, matrix, whole, UNIT),
        (EACH, sparse, matrix, broken, UNIT),
        (
            COMPUTED_EACH,
            sparse,
            SparseMatrix.from_dense(matrix, few),
            broken,
            COMPUTED,
        ),
        ("all of a population with one weight and one delay", evolve(vector, projections={"uniform"}), 0.05, 0.3, UNIT),
    ]
    for key, needs, weights, delays, unit in ways:
        make = partial(_recurrent, weights, delays, unit)
        yield _scenario(key, make, ["p/op/x"], needs=needs, steps=16)
    yield _scenario(
        CIRCLE,
        partial(_recurrent, SparseMatrix.from_dense(matrix, np.roll(np.eye(9, dtype=bool), 1, axis=0)), whole, ECHO),
        ["p/op/x"],
        needs=vector,
        steps=16,
        history={"p/op/z": -1.0},
    )


def _recurrent(weights: Any, delays: Any, unit: Any) -> CircuitTemplate:
    source = "p/op/x" if unit is UNIT else "p/op/z"
    starts = np.linspace(-0.6, 0.7, 9)
    return circuit(
        populations={"p": population(unit, 9, x=starts)},
        connections=[connectivity(source, "p/op/u", weights, delays=delays)],
    )


def _pasts() -> Iterator[Scenario]:
    def make(delay: float) -> CircuitTemplate:
        return single("x' = -past(x, a) - 0.1*x", x="output(0.4)", a=delay)

    yield _scenario("a number before the start", partial(make, 0.3), ["p/op/x"], history=2.0)
    yield _scenario("a number before the start, between samples", partial(make, 0.337), ["p/op/x"], history=2.0)
    yield _scenario(
        "a function of time before the start", partial(make, 0.337), ["p/op/x"], history={"p/op/x": math.cos}
    )
    yield _scenario("the start where nothing is said of the past", partial(_own_past, "z", 0.9), ["p/op/x"], steps=12)


def _chains() -> Iterator[Scenario]:
    chain = Requirements(vector=True)

    def make(delay: float, spread: float) -> CircuitTemplate:
        edges = [
            ("a/op/x", "b/op/u", None, {"weight": 0.8, "delay": delay, "spread": spread}),
            ("b/op/x", "a/op/u", None, {"weight": -1.2}),
        ]
        return circuit(nodes={"a": UNIT, "b": UNIT}, edges=edges)

    yield _scenario("a gamma kernel of four stages", partial(make, 0.8, 0.4), ["all/op/x"], needs=chain, chains=True)
    yield _scenario(
        "a gamma kernel after a past that was another", partial(make, 0.8, 0.4), ["all/op/x"], needs=chain, chains=True,
        history={"a/op/x": 1.5},
    )  # fmt: skip
    yield _scenario(
        "chains in place of discrete delays",
        partial(_own_past, "x", 0.5),
        ["p/op/x"],
        needs=chain,
        chains=True,
        stages=3,
    )
    yield _scenario(
        "gamma kernels of a population, one for each mean",
        _recurrent_kernels,
        ["p/op/x"],
        needs=Requirements(vector=True, projections={"sparse"}),
        chains=True,
        steps=12,
    )


def _recurrent_kernels() -> CircuitTemplate:
    delays = np.where(np.arange(81).reshape(9, 9) % 2 == 0, 0.6, 0.9)
    matrix = np.random.default_rng(6).uniform(-0.5, 0.5, (9, 9)).round(3)
    return circuit(
        populations={"p": population(UNIT, 9, x=np.linspace(-0.6, 0.7, 9))},
        connections=[connectivity("p/op/x", "p/op/u", matrix, delays=delays, spread=0.3)],
    )


def _beside() -> Iterator[Scenario]:
    """Yield a model whose loop takes samples of a state as it is, and has to compute those of another variable."""
    yield _scenario(
        "a state beside what is computed of its past, whole steps ago",
        lambda: single(
            ["x' = -w - 0.2*x + 0.3*cos(t)", "z = past(x, a) + x", "w = past(z, b)"], x="output(0.4)",
            z="variable(0.0)", w="variable(0.0)", a=0.3, b=0.1,
        ),
        ["p/op/x", "p/op/z", "p/op/w"],
    )  # fmt: skip
