"""Accuracy: methods that choose their steps, on problems whose solutions are known."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
from attrs import field, frozen

from rates_core.plugins.capabilities import Requirements
from rates_core.plugins.specs import SolverSpec
from rates_core.templates.circuit import CircuitTemplate
from rates_core.testing.case import Case
from rates_core.testing.compare import expect_close
from rates_core.testing.families.orders import problem
from rates_core.testing.pairs import PAIR
from rates_core.testing.parts import circuit, connectivity, node, population, single
from rates_core.testing.subject import Subject

TIGHT = {"rtol": 1e-9, "atol": 1e-11}
ERROR = 1e-6  # errors of steps add up, over some tens of units of time and by the growth of differences


@frozen(eq=False, kw_only=True)
class Known:
    """A problem whose solution is known.

    Attributes:
        key: ends the sentence "it solves ...".
        circuit: makes the model.
        outputs: what is recorded.
        solution: the values of the outputs at a time, unit by unit.
        end: time at the end.
        step_size: grid of inputs and distance of rows.
    """

    key: str
    circuit: Callable[[], CircuitTemplate]
    outputs: tuple[str, ...]
    solution: Callable[[float], list[complex]]
    end: float = 2.0
    step_size: float = 0.1
    inputs: Mapping[str, Any] | None = None
    history: Any = None
    needs: Requirements = field(factory=Requirements)


def cases() -> Iterator[Case]:
    """Yield cases that try a backend under a method of the kit's own."""
    for known in problems():
        name = f"a method that chooses its steps solves {known.key}"
        yield Case("accuracy", name, partial(_check, known, PAIR, None), needs=known.needs)


def solver_cases(spec: SolverSpec) -> Iterator[Case]:
    """Yield cases for a solver that chooses its steps, and for each of its methods."""
    if not spec.adaptive:
        return
    problems_of_it = (*problems(), *(_stiff() if spec.stiff else ()))
    for method in spec.methods or (None,):
        for known in problems_of_it:
            needs = Requirements(delays=known.needs.delays)
            name = f"{method or 'it'} solves {known.key}"
            yield Case("accuracy", name, partial(_check, known, None, method), needs=needs)


def _check(known: Known, spec: SolverSpec | None, method: str | None, subject: Subject) -> None:
    frame = subject.run(
        known.circuit(),
        known.end,
        spec,
        known.step_size,
        {"history": known.history},
        outputs=list(known.outputs),
        inputs=known.inputs,
        method=method,
        **TIGHT,
    )
    wanted = np.array([known.solution(float(t)) for t in frame.index])
    size = ERROR * float(np.max(np.abs(wanted)))
    expect_close("The solution", frame.to_numpy(), wanted, 0.0, size)


def problems() -> Iterator[Known]:
    """Yield problems that every method solves."""
    yield Known(
        key="a nonlinear problem with an input that is a function of time",
        circuit=partial(problem, False),
        outputs=("p/op/x", "p/op/y"),
        solution=lambda t: [2.0 + math.sin(t), math.cos(t)],
        inputs={"p/op/u": math.sin},
    )
    jump = np.where(np.arange(21) < 7, 0.0, 1.0)
    yield Known(
        key="a problem whose sampled input jumps",
        circuit=lambda: single(["x' = u", "y' = -y"], x="output(0.0)", y="variable(1.0)", u="input(0.0)"),
        outputs=("p/op/x", "p/op/y"),
        solution=lambda t: [0.05 * (t > 0.65) + max(0.0, t - 0.7), math.exp(-t)],  # linear from 0.6 to 0.7
        inputs={"p/op/u": jump},
    )
    yield Known(
        key="a complex oscillation",
        circuit=lambda: single("z' = (2.0*I - 0.1)*z", z="output(1.0+0.0j)"),
        outputs=("p/op/z",),
        solution=lambda t: [np.exp((2j - 0.1) * t)],
        needs=Requirements(complex=True),
    )
    rates = np.linspace(0.5, 2.0, 9)
    growth = node("x' = r*x*(1 - x)", x="output(0.1)", r=1.0)
    yield Known(
        key="logistic growth in a population",
        circuit=lambda: circuit(populations={"p": population(growth, 9, r=rates)}),
        outputs=("p/op/x",),
        solution=lambda t: (1.0 / (1.0 + 9.0 * np.exp(-rates * t))).tolist(),
        needs=Requirements(vector=True),
    )
    yield from _delayed()


def _delayed() -> Iterator[Known]:
    delayed = Requirements(delays={"history"})
    yield Known(
        key="a nonlinear problem with a delay and a smooth past",
        circuit=partial(problem, True),
        outputs=("p/op/x", "p/op/y"),
        solution=lambda t: [2.0 + math.sin(t), math.cos(t)],
        inputs={"p/op/u": math.sin},
        history={"p/op/x": lambda t: 2.0 + math.sin(t)},
        needs=delayed,
    )
    yield Known(
        key="a problem with a delay from a constant past, step by step",
        circuit=lambda: single("x' = -past(x, tau)", x="output(1.0)", tau=0.5),
        outputs=("p/op/x",),
        solution=lambda t: [_steps(t, 0.5)],
        needs=delayed,
    )
    yield Known(
        key="a problem with the past of a computed variable",
        circuit=lambda: single(["x' = past(z, tau)", "z = 2*t + x - x"], x="output(1.0)", z="variable(0.0)", tau=0.5),
        outputs=("p/op/x", "p/op/z"),
        solution=lambda t: [1.0 + max(0.0, t - 0.5) ** 2, 2.0 * t],
        needs=delayed,
    )
    delays = np.where(np.arange(81).reshape(9, 9) % 2 == 0, 0.5, 0.25)
    yield Known(
        key="a population whose connections have a delay each",
        circuit=lambda: _sum_of_pasts(delays),
        outputs=("p/op/x",),
        solution=lambda t: [_steps(t, float(d)) for d in np.diag(delays)],
        needs=Requirements(delays={"history"}, vector=True, projections={"sparse"}),
    )


def _sum_of_pasts(delays: np.ndarray) -> CircuitTemplate:
    """Return units of which each reads itself with its own delay, and the others with a weight of 0."""
    from rates_core.templates.sparse import SparseMatrix

    unit = node("x' = -u", x="output(1.0)", u="input(0.0)")
    weights = SparseMatrix.from_dense(np.eye(9), np.ones((9, 9), dtype=bool))
    return circuit(
        populations={"p": population(unit, 9)}, connections=[connectivity("p/op/x", "p/op/u", weights, delays=delays)]
    )


def _steps(t: float, delay: float) -> float:
    """Return Σ (-1)^k (t - (k - 1) d)^k / k!, the solution of x' = -x(t - d) with x = 1 before 0."""
    terms = range(math.floor(t / delay + 1e-12) + 2)
    return math.fsum((-1) ** k * max(0.0, t - (k - 1) * delay) ** k / math.factorial(k) for k in terms)


def _stiff() -> Iterator[Known]:
    yield Known(
        key="a stiff problem",
        circuit=lambda: single("x' = -1000*(x - cos(t)) - sin(t)", x="output(1.0)"),
        outputs=("p/op/x",),
        solution=lambda t: [math.cos(t)],
    )
