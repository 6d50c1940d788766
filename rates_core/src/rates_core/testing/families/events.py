"""Events: conditions that reset states."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from attrs import evolve

from rates_core.plugins import get_manager
from rates_core.plugins.capabilities import Requirements
from rates_core.plugins.specs import SolverSpec
from rates_core.reference import Interpreter, Trajectory
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.testing.case import Case
from rates_core.testing.compare import expect_close, expect_followed
from rates_core.testing.families.trajectories import fixed_methods
from rates_core.testing.pairs import PAIR
from rates_core.testing.parts import circuit, connectivity, population
from rates_core.testing.scenario import Scenario, columns, follow, of_trajectory, table
from rates_core.testing.subject import Subject

H, STEPS = 0.1, 40
TIGHT: dict[str, Any] = {"rtol": 1e-9, "atol": 1e-11}
NETWORK, VECTOR, COMPLEX = (
    "units of a population that are reset and send pulses",
    "elements of a vector are reset by themselves",
    "a complex state is reset",
)
WIDE = {NETWORK, VECTOR, COMPLEX}  # what a backend does of events inside steps; the others are about conditions alone
LOCATED = 1e-6  # errors of steps add up, and events hand them on


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
    yield from _located_cases(PAIR, None)
    late = Requirements(events=True, delays={"history"})
    yield Case("events", "pulses that come late are jumps", partial(_check_late, PAIR, None), needs=late)


def solver_cases(spec: SolverSpec) -> Iterator[Case]:
    """Yield what a solver that claims events has to do."""
    yield Case(
        "events", "it resets states when a condition becomes true", _check_solver, needs=Requirements(events=True)
    )
    if not spec.adaptive:
        return
    late = Requirements(events=True, delays={"history"})
    for method in spec.methods or (None,):
        yield from _located_cases(None, method)
        name = f"pulses that come late are jumps{_with(method)}"
        yield Case("events", name, partial(_check_late, None, method), needs=late)


def _located_cases(spec: SolverSpec | None, method: str | None) -> Iterator[Case]:
    """Yield the scenarios without discrete delays for a method that chooses its steps."""
    for scenario in scenarios():
        if not scenario.needs.delays:
            name = f"{scenario.key}, located inside steps{_with(method)}"
            needs = scenario.needs if spec is not None else Requirements(events=True)
            exhaustive = spec is not None and scenario.key not in WIDE
            yield Case("events", name, partial(_locate, scenario, spec, method), needs=needs, exhaustive=exhaustive)


def _with(method: str | None) -> str:
    return "" if method is None else f", with {method}"


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
    yield Scenario(key=VECTOR, circuit=_vector, outputs=["p/op/v", "p/op/s"], needs=events)
    yield Scenario(
        key=COMPLEX, circuit=_complex, outputs=["p/op/z"], steps=60,
        needs=evolve(events, complex=True),
    )  # fmt: skip


def network() -> Scenario:
    """Return a population whose units are reset, change a second state and send pulses to each other."""
    return Scenario(
        key=NETWORK,
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


def _locate(scenario: Scenario, spec: SolverSpec | None, method: str | None, subject: Subject) -> None:
    """Raise a `MismatchError` unless the subject goes where the oracle goes that locates events."""
    wanted = subject.oracle.once(("located", scenario.key), partial(_located, scenario))
    frame = table(scenario, subject, spec or subject.tested_solver, method=method, **TIGHT)
    expect_followed(columns(frame, list(of_trajectory(wanted))), of_trajectory(wanted), LOCATED)


def _located(scenario: Scenario) -> Trajectory:
    tableau = get_manager().solver("rk4").load()
    outputs = list(scenario.outputs)
    return Interpreter(scenario.circuit()).run_located(
        scenario.simulation_time, scenario.step_size, tableau, outputs=outputs
    )


def _check_late(spec: SolverSpec | None, method: str | None, subject: Subject) -> None:
    """Check a unit that pulses of another one reach late: pulse k, sent at k*period, adds a decaying exponential."""
    drive, tau, decay, weight, delay = 1.7, 0.8, 0.6, 0.9, 0.37
    sender = _operator(["v' = drive - v/tau"], {"v": "output(0.0)", "s": "output", "drive": drive, "tau": tau})
    receiver = OperatorTemplate(
        "op", ["x' = u - x/decay"], {"x": "output(0.0)", "u": "input(0.0)", "decay": decay}
    )  # fmt: skip
    nodes = {"p": NodeTemplate("sender", [sender]), "q": NodeTemplate("receiver", [receiver])}
    model = circuit(nodes=nodes, edges=[("p/op/s", "q/op/u", None, {"weight": weight, "delay": delay})])
    period = -tau * math.log(1.0 - 1.0 / (drive * tau))
    frame = subject.run(model, STEPS * H, spec or subject.tested_solver, H, outputs=["q/op/x"], method=method, **TIGHT)
    since = frame.index.to_numpy()[:, None] - delay - period * np.arange(1, STEPS)
    wanted = (weight * np.exp(-since / decay) * (since >= 0)).sum(axis=1)
    expect_close("What pulses lead to", frame.to_numpy()[:, 0], wanted, 0.0, LOCATED)


def _operator(equations: list[str], variables: dict[str, object]) -> OperatorTemplate:
    """Return an operator whose `v` is reset from 1 to 0, when it sends a pulse into `s`."""
    return OperatorTemplate("op", equations, variables, events=[{"when": "v > 1.0", "set": {"v": "0.0"}, "emit": "s"}])
