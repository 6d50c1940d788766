"""Noise: white noise of unit strength in Itô's sense, and standard normal numbers, one per step."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from rates_core.plugins.capabilities import Noise, Requirements
from rates_core.plugins.specs import SolverSpec
from rates_core.templates.circuit import CircuitTemplate
from rates_core.testing.case import Case
from rates_core.testing.compare import FOLLOWED, expect, expect_close
from rates_core.testing.parts import circuit, node, population, single
from rates_core.testing.subject import Subject

H, STEPS, START = 0.1, 20, 0.4
SEED = 3
VARIABLES = {"x": f"output({START})", "w": "variable(0.0)", "xi": "noise"}
RECORDED = "w' = xi"  # whose increments are the noise that was drawn, times h

Path = Callable[[np.ndarray], list[float]]  # from the noise of each step to x at the start of each step


def cases() -> Iterator[Case]:
    """Yield noise that is only added, and noise that is scaled by the state, for Euler-Maruyama and Heun."""
    yield from _cases("additive", "euler", "Euler-Maruyama", "heun", "Heun's method")
    sentence = "noise scaled by the state is taken at the start of a step"
    yield _path(sentence, "multiplicative", "x' = -0.5*x + 0.3*x*xi", "euler", _scaled)


def solver_cases(spec: SolverSpec) -> Iterator[Case]:
    """Yield what every solver that claims noise has to do."""
    sentence = "it adds the noise of a step to that step"
    yield Case("noise", sentence, _check_increments, needs=Requirements(noise="additive"))
    yield Case(
        "noise", "white noise has unit strength", partial(_check_strength, None), needs=Requirements(noise="additive")
    )
    sentence = "noise scaled by the state is taken at the start of a step"
    yield _path(sentence, "multiplicative", "x' = -0.5*x + 0.3*x*xi", None, _scaled)


def _cases(noise: Noise, euler: str, euler_name: str, heun: str, heun_name: str) -> Iterator[Case]:
    added = "x' = -0.5*x + 0.3*xi"
    yield _path(f"{euler_name} adds noise", noise, added, euler, _added)
    yield _path(f"{heun_name} adds the same noise in both stages", noise, added, heun, _added_by_heun)
    yield Case(
        "noise", "white noise has unit strength", partial(_check_strength, euler),
        needs=Requirements(noise="additive", vector=True),
    )  # fmt: skip
    yield Case("noise", "randn() is one number per step", _check_normal, needs=Requirements(noise="additive"))
    yield Case(
        "noise", "each unit of a population has noise of its own", _check_units,
        needs=Requirements(noise="additive", vector=True),
    )  # fmt: skip


def _path(sentence: str, noise: Noise, equation: str, solver: str | None, path: Path) -> Case:
    return Case("noise", sentence, partial(_check_path, equation, solver, path), needs=Requirements(noise=noise))


def _added(noise: np.ndarray) -> list[float]:
    return _walk(noise, lambda x, xi: x + H * (-0.5 * x + 0.3 * xi))


def _scaled(noise: np.ndarray) -> list[float]:
    return _walk(noise, lambda x, xi: x + H * (-0.5 * x + 0.3 * x * xi))


def _added_by_heun(noise: np.ndarray) -> list[float]:
    def step(x: float, xi: float) -> float:
        first = -0.5 * x + 0.3 * xi
        return x + H / 2 * (first - 0.5 * (x + H * first) + 0.3 * xi)

    return _walk(noise, step)


def _walk(noise: np.ndarray, step: Callable[[float, float], float]) -> list[float]:
    path = [START]
    for xi in noise[:-1]:
        path.append(step(path[-1], float(xi)))
    return path


def _check_path(equation: str, solver: str | None, path: Path, subject: Subject) -> None:
    model = single([equation, RECORDED], **VARIABLES)
    frame = subject.run(model, STEPS * H, solver, H, {"seed": SEED}, outputs=["p/op/x", "p/op/w"])
    x, w = frame.to_numpy().T
    noise = np.append(np.diff(w) / H, 0.0)
    expect(float(np.std(noise)) > 0.1 / math.sqrt(H), "There is hardly any noise.")
    expect_close("The path", x, path(noise), FOLLOWED, FOLLOWED)


def _check_increments(subject: Subject) -> None:
    """Check that two states with the same noise move alike, whatever the stages of the method."""
    model = single(["x' = 0.3*xi", RECORDED], **VARIABLES)
    frame = subject.run(model, STEPS * H, None, H, {"seed": SEED}, outputs=["p/op/x", "p/op/w"])
    x, w = frame.to_numpy().T
    expect(float(np.std(np.diff(w))) > 0.0, "There is no noise.")
    expect_close("The path", x, START + 0.3 * w, FOLLOWED, FOLLOWED)


def _population(count: int) -> CircuitTemplate:
    unit = node(["x' = xi", "z = randn()"], x="output(0.0)", z="variable(0.0)", xi="noise")
    return circuit(populations={"p": population(unit, count)})


def _check_strength(solver: str | None, subject: Subject) -> None:
    """Check that x' = xi has the variance t: of n units it is known to t*sqrt(2/n), five of which are allowed."""
    count = 2000
    frame = subject.run(_population(count), 2.0 + H, solver, H, {"seed": SEED}, outputs=["p/op/x"])
    variance = float(np.var(frame.to_numpy()[-1]))
    expect(
        abs(variance - 2.0) < 5 * 2.0 * math.sqrt(2 / count),
        f"The variance at t = 2 is {variance:.3f} instead of 2.",
    )


def _check_normal(subject: Subject) -> None:
    model = single(["x' = z", "z = randn()"], x="output(0.0)", z="variable(0.0)")
    frame = subject.run(model, STEPS * H, "euler", H, {"seed": SEED}, outputs=["p/op/x", "p/op/z"])
    x, z = frame.to_numpy().T
    expect_close("x'", np.diff(x), H * z[:-1], FOLLOWED, FOLLOWED)
    expect(0.3 < float(np.std(z)) < 2.0, f"The numbers have the standard deviation {np.std(z):.2f} instead of 1.")


def _check_units(subject: Subject) -> None:
    frame = subject.run(_population(50), 1.0, "euler", H, {"seed": SEED}, outputs=["p/op/x"])
    first = frame.to_numpy()[1]
    expect(len(np.unique(first)) == len(first), "Units share their noise.")
