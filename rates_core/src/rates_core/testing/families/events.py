"""Events: conditions that reset states."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
from attrs import evolve

from rates_core.plugins.capabilities import Requirements
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.testing.case import Case
from rates_core.testing.compare import expect_close
from rates_core.testing.families.trajectories import fixed_methods
from rates_core.testing.parts import circuit, connectivity, population
from rates_core.testing.scenario import Scenario, follow
from rates_core.testing.subject import Subject

H, STEPS = 0.1, 40


def cases() -> Iterator[Case]:
    """Yield what a backend that claims events has to do."""
    yield Case(
        "events", "a condition that becomes true resets states after the step", _check, needs=Requirements(events=True)
    )
    methods = fixed_methods()
    for row, scenario in enumerate(scenarios()):
        for column, method in enumerate(methods):
            yield Case(
                "events",
                f"{scenario.key}, with {method}",
                partial(follow, scenario, method),
                needs=scenario.needs,
                exhaustive=column != row % len(methods),
            )


def solver_cases() -> Iterator[Case]:
    """Yield what a solver that claims events has to do."""
    yield Case(
        "events", "it resets states when a condition becomes true", _check_solver, needs=Requirements(events=True)
    )


def scenarios() -> Iterator[Scenario]:
    """Yield models with events, in which no condition becomes true so close to a step that rounding decides."""
    events = Requirements(events=True)
    yield network()
    yield Scenario(
        key="pulses come late", circuit=_late, outputs=["all/op/v", "all/op/g"], needs=evolve(events, delays={"ring"})
    )
    yield Scenario(
        key="later events see what states were before all",
        circuit=_in_order,
        outputs=["p/op/v", "p/op/n"],
        needs=events,
    )
    yield Scenario(
        key="conditions of computed variables and of time", circuit=_computed, outputs=["p/op/x", "p/op/z"], steps=60,
        needs=events,
    )  # fmt: skip
    yield Scenario(
        key="what holds at the start does not become true", circuit=_held, outputs=["p/op/v", "p/op/n"], needs=events
    )
    yield Scenario(
        key="elements of a vector are reset by themselves", circuit=_vector, outputs=["p/op/v", "p/op/s"], needs=events
    )
    yield Scenario(
        key="a complex state is reset", circuit=_complex, outputs=["p/op/z"], steps=60,
        needs=evolve(events, complex=True),
    )  # fmt: skip


def network() -> Scenario:
    """Return a population whose units are reset, change a second state and send pulses to each other."""
    return Scenario(
        key="units of a population that are reset and send pulses",
        circuit=_network,
        outputs=["all/op/v", "all/op/u", "all/op/s"],
        needs=Requirements(events=True, projections={"dense"}),
    )


def _unit(drive: float = 1.7) -> NodeTemplate:
    """Return an adaptive integrator that sends a pulse into `s` when it is reset."""
    operator = OperatorTemplate(
        "op", ["v' = I - 0.3*v - u + g", "u' = -0.5*u", "g' = -g + pulses"],
        {
            "v": "output(0.0)", "u": "variable(0.0)", "g": "variable(0.0)", "s": "output", "I": drive,
            "v_reset": 0.03, "d": 0.21, "pulses": "input",
        },
        events=[{"when": "v > 1.013", "set": {"v": "v_reset", "u": "u + d*v"}, "emit": "s"}],
    )  # fmt: skip
    return NodeTemplate("node", [operator])


def _network() -> CircuitTemplate:
    weights = np.array([[0.0, 0.31, 0.07], [0.23, 0.0, 0.11], [0.13, 0.29, 0.0]])
    return circuit(
        populations={"pop": population(_unit(), 3, I=np.array([1.71, 2.03, 0.97]))},
        connections=[connectivity("pop/op/s", "pop/op/pulses", weights)],
    )


def _late() -> CircuitTemplate:
    return circuit(
        nodes={"p": _unit(), "q": _unit(drive=0.2)},
        edges=[("p/op/s", "q/op/pulses", None, {"weight": 0.9, "delay": 0.3})],
    )


def _in_order() -> CircuitTemplate:
    operator = OperatorTemplate(
        "op", ["v' = 1.0 + 0.1*n"], {"v": "output(0.0)", "n": "variable(0.0)", "w": "variable(2.0)"},
        events=[
            {"when": "v > 0.913", "set": {"v": "v - 0.913", "n": "n + 1"}},
            {"when": "v > 0.957 or n > 1.5", "set": {"v": "v/w", "w": "w + v"}},
        ],
    )  # fmt: skip
    return circuit(nodes={"p": NodeTemplate("node", [operator])})


def _computed() -> CircuitTemplate:
    operator = OperatorTemplate(
        "op", ["x' = y", "y' = -x - 0.1*y", "z = y*abs(x) + k"],
        {"x": "output(1.0)", "y": "variable(0.0)", "z": "variable", "k": "variable(0.0)"},
        events=[{"when": "z > 0.217 and t > 1.03", "set": {"y": "0.7*y", "k": "k + 0.037*x"}}],
    )  # fmt: skip
    return circuit(nodes={"p": NodeTemplate("node", [operator])})


def _held() -> CircuitTemplate:
    operator = OperatorTemplate(
        "op", ["v' = -v + 0.6*sin(3*t)"], {"v": "output(0.8)", "n": "variable(0.0)"},
        events=[{"when": "v > 0.05", "set": {"n": "n + 1"}}],
    )  # fmt: skip
    return circuit(nodes={"p": NodeTemplate("node", [operator])})


def _vector() -> CircuitTemplate:
    operator = OperatorTemplate(
        "op", ["v' = a"],
        {"v": "output(0.0,3)", "s": "variable(0.0,3)", "a": np.array([1.0, 0.7, 0.43])},
        events=[{"when": "v > 0.613", "set": {"v": "0.017"}, "emit": "s"}],
    )  # fmt: skip
    return circuit(nodes={"p": NodeTemplate("node", [operator])})


def _complex() -> CircuitTemplate:
    operator = OperatorTemplate(
        "op", ["z' = (0.1 + 1.3*I)*z"], {"z": "output(1.0+0.0j)"},
        events=[{"when": "imag(z) > 0.913", "set": {"z": "conj(z) + 0.1*I"}}],
    )  # fmt: skip
    return circuit(nodes={"p": NodeTemplate("node", [operator])})


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
