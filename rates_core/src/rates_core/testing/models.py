"""Small models whose trajectories are followed: none is chaotic, none stands still."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache

import numpy as np

from rates_core.plugins.capabilities import Requirements
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.node import NodeTemplate
from rates_core.testing.parts import circuit, connectivity, edge, node, operator, population, single
from rates_core.testing.scenario import Scenario

_VECTOR = Requirements(vector=True)
_COMPLEX = Requirements(complex=True)


@cache
def models() -> tuple[Scenario, ...]:
    """Return the models; their keys end the sentence "a method does as the oracle does with ..."."""
    return (*_single_units(), *_populations())


def _scenario(key: str, make: CircuitTemplate, outputs: list[str], **options: object) -> Scenario:
    return Scenario(key=key, circuit=lambda: make, outputs=outputs, **options)  # type: ignore[arg-type]


def _single_units() -> Iterator[Scenario]:
    yield _scenario(
        "a mean field of quadratic neurons and a sampled input",
        single(
            ["r' = (Delta/(pi*tau) + 2*r*v)/tau", "v' = (v^2 + eta + u + J*r*tau - (pi*r*tau)^2)/tau"],
            r="output(0.1)", v="variable(-1.2)", u="input(0.0)", tau=1.0, Delta=1.0, eta=-5.0, J=15.0,
        ),
        ["p/op/r", "p/op/v", "p/op/u"],
        steps=40,
        step_size=0.02,
        inputs={"p/op/u": 3.0 * np.sin(0.9 * np.arange(41)) ** 2},
    )  # fmt: skip
    yield _scenario(
        "van der Pol's oscillator",
        single(["x' = v", "v' = mu*(1 - x^2)*v - x"], x="output(1.0)", v="variable(0.0)", mu=1.5),
        ["p/op/x", "p/op/v"],
    )
    yield _scenario(
        "a force that is a function of time",
        single(["x' = cos(3*t)*u - x", "z = x*t"], x="output(0.2)", u="input(1.0)", z="variable(0.0)"),
        ["p/op/x", "p/op/z"],
        inputs={"p/op/u": lambda t: math.exp(-t) + 0.5 * t},
    )
    yield _scenario("a column of three operators that feed each other", _column(), ["all/sum/m", "all/pro/y"], steps=24)
    yield _scenario(
        "every smooth function of the language at once",
        single(
            [
                "x' = sin(3*x) - cos(t) + tanh(y) - tan(x/4) + sinh(x/3) - cosh(y/5) + arctan(y) - 4*x",
                "y' = exp(-x^2) - log(2 + x^2) + log10(3 + y^2) - sqrt(1 + y^2) + sigmoid(3*y) + erf(x) - erfc(y) + w",
                "w = z/5 - y",
                "z = arcsin(x/9) + arccos(y/9) + arctan2(1 + x^2, y) + abs(x)^1.5 + max(x, y) - min(x, 2*y)",
            ],
            x="output(0.4)", y="variable(-0.3)", z="variable(0.0)", w="variable(0.0)",
        ),
        ["p/op/x", "p/op/y", "p/op/z"],
    )  # fmt: skip
    yield _scenario(
        "an oscillator with a complex amplitude",
        single(
            # two more whose imaginary parts rest, for they move by what is real
            ["z' = (0.3 + 2.0*I - abs(z)^2)*z + a*conj(z)", "w' = abs(z) - b", "v' = 0.5"],
            z="output(0.4+0.2j)", w="variable(0.1-0.3j)", v="variable(-0.2j)", a=0.1 + 0.05j, b=0.7,
        ),
        ["p/op/z", "p/op/w", "p/op/v"],
        needs=_COMPLEX,
    )  # fmt: skip
    yield _scenario(
        "a vector that a matrix turns",
        single(
            ["v' = matvec(A, v) - mean(v)*w", "w = v*v"], v="output(0.1,3)", w="variable(0.0,3)",
            A=[[-0.5, 1.0, 0.0], [-1.0, -0.5, 0.3], [0.2, 0.0, -0.1]],
        ),
        ["p/op/v", "p/op/w"],
        initial={"p/op/v": [0.3, -0.4, 0.9]},
        needs=_VECTOR,
    )  # fmt: skip
    yield _scenario(
        "a row every fourth step",
        single(["x' = v", "v' = -sin(x) - 0.1*v + u"], x="output(1.0)", v="variable(0.0)", u="input(0.0)"),
        ["p/op/x"],
        steps=32,
        stride=4,
        inputs={"p/op/u": np.cos(np.arange(32))},
    )


def _column() -> CircuitTemplate:
    """Return two nodes of a population with a filter, a sum and a sigmoid each."""
    filtered = operator(["y' = z", "z' = H*m/tau - 2*z/tau - y/tau^2"], "pro", y="output(0.01)", z="variable(0.0)",
                        m="input(0.0)", H=3.25, tau=0.4)  # fmt: skip
    summed = operator("m = 2*m0*sigmoid(s*(y - y0)) + u", "sum", m="output(0.0)", m0=2.5, s=0.6, y0=0.5, y="input(0.0)",
                      u="input(0.2)")  # fmt: skip
    part = NodeTemplate("column", [filtered, summed])
    edges = [
        ("a/pro/y", "b/sum/u", None, {"weight": 0.7}),
        ("b/pro/y", "a/sum/u", None, {"weight": -0.4}),
    ]
    return circuit(nodes={"a": part, "b": part}, edges=edges)


def _populations() -> Iterator[Scenario]:
    phases = edge("m = sin(pre - post)", pre="input(0.0)", post="input(0.0)", m="output(0.0)")
    speeds, starts = np.linspace(0.5, 2.0, 9), np.linspace(-2.0, 2.5, 9)
    turning = node("phi' = w + u", phi="output(0.0)", w=1.0, u="input(0.0)")
    yield _scenario(
        "phases that the sines of their differences couple",
        circuit(
            populations={"p": population(turning, 9, phi=starts, w=speeds)},
            connections=[
                connectivity("p/op/phi", "p/op/u", 0.1 * _waves(9, 9), edge=phases, edge_var_map={
                    "eop/pre": "source", "eop/post": "p/op/phi"})
            ],
        ),
        ["p/op/phi"],
        needs=Requirements(vector=True, projections={"sparse"}),
    )  # fmt: skip
    yield _scenario(
        "excitation and inhibition between populations with an input for each unit",
        _excitation(),
        ["e/op/x", "i/op/x", "e/op/m"],
        inputs={"e/op/u": 0.5 + 0.5 * _waves(31, 9)},
        needs=Requirements(vector=True, projections={"dense", "uniform"}),
    )
    learning = edge(
        ["w' = rate*(pre*post - w)", "m = w*pre"],
        pre="input(0.0)", post="input(0.0)", w="variable(0.2)", m="output(0.0)", rate=0.3,
    )  # fmt: skip
    unit = node("x' = tanh(u) - x + 0.3", x="output(0.0)", u="input(0.0)")
    yield _scenario(
        "connections that learn",
        circuit(
            populations={"p": population(unit, 8, x=_waves(8))},
            connections=[
                connectivity("p/op/x", "p/op/u", 0.5 * _waves(8, 8), edge=learning, edge_var_map={
                    "eop/pre": "source", "eop/post": "p/op/x"})
            ],
        ),
        ["p/op/x"],
        steps=20,
        needs=Requirements(vector=True, projections={"sparse"}),
    )  # fmt: skip
    turned = node("z' = (0.2 + w*I - abs(z)^2)*z + u", z="output(0.5+0.0j)", w=1.0, u="input(0.0)")
    yield _scenario(
        "complex amplitudes in a population",
        circuit(
            populations={"p": population(turned, 8, w=np.linspace(0.5, 3.0, 8))},
            connections=[connectivity("p/op/z", "p/op/u", 0.02 + 0.01j)],
        ),
        ["p/op/z"],
        needs=Requirements(vector=True, complex=True, projections={"uniform"}),
    )


def _excitation() -> CircuitTemplate:
    unit = node(
        ["x' = (m - x)/tau", "m = sigmoid(4*(u - 0.4))"], x="output(0.1)", m="variable(0.0)", u="input(0.0)", tau=1.0
    )
    parts = {
        "e": population(unit, 9, x=0.5 + 0.4 * _waves(9), tau=np.linspace(0.5, 1.5, 9)),
        "i": population(unit, 8, x=0.3 + 0.2 * _waves(8)),
    }
    connections = [
        connectivity("e/op/x", "e/op/u", 0.3 * np.abs(_waves(9, 9))),
        connectivity("e/op/x", "i/op/u", 0.2 * np.abs(_waves(8, 9))),
        connectivity("i/op/x", "e/op/u", -0.05),
    ]
    return circuit(populations=parts, connections=connections)


def _waves(*shape: int) -> np.ndarray:
    """Return numbers between -1 and 1 without a pattern that a transposition would keep."""
    count = np.arange(int(np.prod(shape)), dtype=float)
    return np.sin(1.7 * count + 0.013 * count**2).reshape(shape).round(4)
