"""Events: conditions that reset states."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rates_core.plugins.capabilities import Requirements
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.testing.case import Case
from rates_core.testing.compare import expect_close
from rates_core.testing.parts import circuit
from rates_core.testing.subject import Subject

H, STEPS = 0.1, 40


def cases() -> Iterator[Case]:
    """Yield what a backend that claims events has to do."""
    yield Case(
        "events", "a condition that becomes true resets states after the step", _check, needs=Requirements(events=True)
    )


def solver_cases() -> Iterator[Case]:
    """Yield what a solver that claims events has to do."""
    yield Case(
        "events", "it resets states when a condition becomes true", _check_solver, needs=Requirements(events=True)
    )


def _integrator() -> CircuitTemplate:
    """Return v' = 1, which is reset from above 0.95 to 0, and u, which counts the resets."""
    operator = OperatorTemplate(
        "op", ["v' = 1.0", "u' = 0*u"], {"v": "output(0.0)", "u": "variable(0.0)"},
        events=[{"when": "v > 0.95", "set": {"v": "0.0", "u": "u + 1"}}],
    )  # fmt: skip
    return circuit(nodes={"p": NodeTemplate("node", [operator])})


def _check(subject: Subject) -> None:
    v, u, resets = [0.0], [0.0], 0
    for _ in range(STEPS - 1):
        after = v[-1] + H
        resets += after > 0.95
        v.append(0.0 if after > 0.95 else after)
        u.append(float(resets))
    frame = subject.run(_integrator(), STEPS * H, "euler", H, outputs=["p/op/v", "p/op/u"])
    expect_close("The path", frame.to_numpy(), np.array([v, u]).T, 1e-12, 1e-12)


def _check_solver(subject: Subject) -> None:
    frame = subject.run(_integrator(), STEPS * H, None, H, outputs=["p/op/u"])
    # a reset each 0.95 of time if it is located, each 10 steps if it is seen after a step
    period = 0.95 if subject.tested_solver.adaptive else 1.0
    found = frame.to_numpy()[:, 0]
    between = np.abs(frame.index.to_numpy() / period % 1.0 - 0.5) < 0.45
    expect_close("The number of resets", found[between], np.floor(frame.index.to_numpy() / period)[between])
