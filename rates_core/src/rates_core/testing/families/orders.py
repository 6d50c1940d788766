"""Orders: the declared order of every method, measured on smooth problems whose solutions are known."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

from rates_core.plugins import get_manager
from rates_core.plugins.capabilities import Requirements
from rates_core.plugins.specs import SolverSpec
from rates_core.templates.circuit import CircuitTemplate
from rates_core.testing.case import Case
from rates_core.testing.compare import expect
from rates_core.testing.families.trajectories import fixed_methods
from rates_core.testing.parts import single
from rates_core.testing.subject import Subject

END = 2.4
DELAY = 0.6
STEPS = {1: 96, 2: 48, 3: 24, 4: 16, 5: 12}  # of the coarser run: errors far below 1 and far above rounding
BELOW, ABOVE = 0.35, 0.7  # the error is no power of the step alone; next higher ones make it fall faster


def problem(delayed: bool) -> CircuitTemplate:
    """Return a nonlinear problem with an input sin(t), solved by x = 2 + sin(t), y = cos(t).

    With a delay d, sin(t - d) = sin(t) cos(d) - cos(t) sin(d) gives a term that is 0 on the solution.
    """
    term = " + ((past(x, d) - 2)^2 - (u*cos(d) - y*sin(d))^2)/2" if delayed else ""
    equations = [f"x' = y*((x - 2)^2 + y^2) + u - (x - 2){term}", "y' = -(x - 2)*(u^2 + y^2)"]
    parameters = {"d": DELAY} if delayed else {}
    return single(equations, x="output(2.0)", y="variable(1.0)", u="input(0.0)", **parameters)


def cases() -> Iterator[Case]:
    """Yield two cases per method of fixed steps that is installed; delays under every one are exhaustive.

    Those who store the past are tried with every method by the family `delays`.
    """
    for place, name in enumerate(fixed_methods()):
        spec = get_manager().solver(name)
        plain, delayed = Requirements(), Requirements(delays={"ring"})
        yield Case("orders", f"{name} has its order", partial(_check, spec, False), needs=plain)
        sentence = f"{name} has its order with a delay that is a multiple of the step"
        yield Case("orders", sentence, partial(_check, spec, True), needs=delayed, exhaustive=place > 0)


def solver_cases(spec: SolverSpec) -> Iterator[Case]:
    """Yield the cases of one solver that declares an order."""
    if spec.order is None:
        return
    yield Case("orders", "it has the order that it declares", partial(_check, None, False))
    if spec.storage in spec.delays:
        sentence = "it has the order that it declares with a delay that is a multiple of the step"
        yield Case("orders", sentence, partial(_check, None, True), needs=Requirements(delays={spec.storage}))


def _check(spec: SolverSpec | None, delayed: bool, subject: Subject) -> None:
    chosen = subject.tested_solver if spec is None else spec
    assert chosen.order is not None
    count = STEPS.get(chosen.order, 8)
    errors = [_error(subject, chosen, delayed, steps) for steps in (count, 2 * count)]
    expect(min(errors) > 0, f"Both runs are exact, which no method is: {errors}.")
    measured = math.log2(errors[0] / errors[1])
    expect(
        chosen.order - BELOW <= measured <= chosen.order + ABOVE,
        f"The order is {measured:.2f} instead of {chosen.order}: the errors are {errors[0]:.3g} with {count} steps and "
        f"{errors[1]:.3g} with {2 * count}.",
    )


def _error(subject: Subject, spec: SolverSpec, delayed: bool, steps: int) -> float:
    """Return the error of a run with steps of one size: the root of the mean square over states and four times."""
    h = END / steps
    run = {"history": {"p/op/x": lambda t: 2.0 + math.sin(t)}} if delayed else {}
    paths = ["p/op/x", "p/op/y"]
    frame = subject.run(
        problem(delayed), END + h, spec, h, run, outputs=paths, inputs={"p/op/u": math.sin}, **_one_size(spec, h)
    )
    squares = []
    for quarter in range(1, 5):
        t, (x, y) = END * quarter / 4, frame.iloc[steps * quarter // 4]
        squares += [abs(x - 2.0 - math.sin(t)) ** 2, abs(y - math.cos(t)) ** 2]
    return math.sqrt(sum(squares) / len(squares))


def _one_size(spec: SolverSpec, h: float) -> dict[str, float]:
    """Return options that make an adaptive method take steps of one size."""
    if not spec.adaptive:
        return {}
    return {"rtol": 1e3, "atol": 1e3, "first_step": h, "max_step": h}
