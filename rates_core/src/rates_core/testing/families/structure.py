"""Structure and arguments: what is changed without generating anything, what time is, populations of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
from attrs import evolve

from rates_core.plugins.capabilities import Requirements
from rates_core.reference import EULER, Interpreter
from rates_core.templates.circuit import CircuitTemplate
from rates_core.testing.case import Case
from rates_core.testing.compare import FOLLOWED, expect, expect_close
from rates_core.testing.parts import circuit, connectivity, node, population, single
from rates_core.testing.scenario import Scenario, follow
from rates_core.testing.subject import Subject

UNIT = node(["x' = -k*x + exp(-k) + u", "z = x*k"], x="output(0.3)", z="variable(0.0)", k=0.5, u="input(0.25)")
STEPS, H = 6, 0.1

Changes = Mapping[str, Any]  # `parameters` and `initial` of one run


def cases() -> Iterator[Case]:
    """Yield what may be changed, and what the structure may be."""
    yield from _arguments()
    yield from _time()
    yield from _shapes()


def _arguments() -> Iterator[Case]:
    vector = Requirements(vector=True, projections={"dense"})
    ring = Requirements(delays={"ring"})
    yield _changing("a changed parameter", Requirements(), _pair, [_set(), _set({"a/op/k": 1.5}), _set()])
    yield _changing(
        "one parameter of all units", Requirements(), _pair, [_set({"all/op/k": 1.5}), _set({"all/op/k": 0.1})]
    )
    yield _changing("a changed weight", Requirements(), _pair, [_set(), _set({"a/op/x->b/op/u/weight": -2.0})])
    yield _changing("a changed start", Requirements(), _pair, [_set(), {"initial": {"a/op/x": -1.0}}, _set()])
    yield _changing("a changed delay", ring, _late, [_set(), _set({"a/op/x->b/op/u/delay": 0.137}), _set()])
    yield _changing("a changed delay in an equation", ring, _past, [_set(), _set({"p/op/tau": 0.05}), _set()])
    yield _changing(
        "a value for each unit of a population", vector, _many,
        [_set(), {"parameters": {"p/op/k": np.linspace(0, 1, 9).tolist()}, "initial": {"p/op/x": [0.1] * 9}}],
    )  # fmt: skip


def _set(parameters: Mapping[str, Any] | None = None) -> Changes:
    return {"parameters": parameters or {}}


def _changing(what: str, needs: Requirements, make: Callable[[], CircuitTemplate], changes: list[Changes]) -> Case:
    sentence = f"{what} has its effect and generates nothing"
    return Case("structure", sentence, partial(_check_changes, sentence, make, changes), needs=needs)


def _check_changes(key: str, make: Callable[[], CircuitTemplate], changes: list[Changes], subject: Subject) -> None:
    outputs = ["all/op/x"]
    model = subject.compiled(make(), "euler", H, outputs=outputs)
    before = len(subject.watched.generated)
    for number, change in enumerate(changes):
        frame = model.run(simulation_time=STEPS * H, **change)
        wanted = subject.oracle.once(("structure", key, number), partial(_wanted, make, change, outputs))
        expect_close(f"Run {number}", frame.to_numpy(), wanted, FOLLOWED)
    added = len(subject.watched.generated) - before
    expect(added == 0, f"{added} programs were generated for changed arguments.")


def _wanted(make: Callable[[], CircuitTemplate], change: Changes, outputs: list[str]) -> np.ndarray:
    values = {**change.get("parameters", {}), **change.get("initial", {})}
    trajectory = Interpreter(make()).run(STEPS * H, H, EULER, outputs=outputs, parameters=values)
    return np.array(list(trajectory.values.values())).T


def _pair() -> CircuitTemplate:
    edges = [("a/op/x", "b/op/u", None, {"weight": 0.7}), ("b/op/z", "a/op/u", None, {"weight": -0.4})]
    return circuit(nodes={"a": UNIT, "b": UNIT}, edges=edges)


def _late() -> CircuitTemplate:
    edges = [("a/op/x", "b/op/u", None, {"weight": 0.7, "delay": 0.3}), ("b/op/x", "a/op/u", None, {"weight": -0.4})]
    return circuit(nodes={"a": UNIT, "b": UNIT}, edges=edges)


def _past() -> CircuitTemplate:
    return single("x' = -past(x, 2*tau)", x="output(0.4)", tau=0.15)


def _many(n: int = 9) -> CircuitTemplate:
    weights = np.sin(np.arange(float(n * n))).reshape(n, n)
    return circuit(
        populations={"p": population(UNIT, n, x=np.linspace(-0.5, 0.5, n), k=np.linspace(0.2, 1.4, n))},
        connections=[connectivity("p/op/x", "p/op/u", weights)],
    )


def _time() -> Iterator[Case]:
    def case(sentence: str, make: Callable[[], CircuitTemplate], solver: str, **options: Any) -> Case:
        scenario = Scenario(key=sentence, circuit=make, outputs=["p/op/x", "p/op/z"], **options)
        return Case("structure", sentence, partial(follow, scenario, solver), needs=scenario.needs)

    equations = ["x' = 3*t^2", "z = t"]
    variables: dict[str, Any] = {"x": "output(0.0)", "z": "variable(0.0)"}
    yield case("time is time in every stage", lambda: single(equations, **variables), "rk4")
    yield case("time is time where it is declared", lambda: single(equations, **variables, t="variable(0.0)"), "heun")
    yield case("time is time between rows", lambda: single(equations, **variables), "euler", stride=5)
    yield case(
        "time is time in a population",
        lambda: circuit(populations={"p": population(node(["x' = 3*t^2 + k", "z = t*k"], **variables, k=1.0), 8,
                                                     k=np.arange(8.0))}),
        "rk4",
        needs=Requirements(vector=True),
    )  # fmt: skip


def _shapes() -> Iterator[Case]:
    def case(sentence: str, make: Callable[[], CircuitTemplate], outputs: list[str], **options: Any) -> Case:
        scenario = Scenario(key=sentence, circuit=make, outputs=outputs, steps=8, **options)
        return Case("structure", sentence, partial(follow, scenario, "heun"), needs=scenario.needs)

    vector = Requirements(vector=True)
    yield case("a population of one is a population", partial(_many, 1), ["p/op/x", "p/op/z"])
    yield case(
        "a population of two is as one of many", partial(_many, 2), ["p/op/x", "p/op/z"],
        needs=evolve(vector, projections={"dense"}),
    )  # fmt: skip
    yield case("a model without states has computed variables", lambda: single(
        ["x = sin(t) + u", "z = 2*x"], x="output(0.0)", z="variable(0.0)", u="input(0.0)"), ["p/op/x", "p/op/z"],
        inputs={"p/op/u": np.arange(9.0)})  # fmt: skip
    equations = ["x' = -k*x + u", "w = k^2"]
    unit: dict[str, Any] = {"x": "output(0.3)", "w": "variable(0.0)", "k": 0.5, "u": "input(0.25)"}
    recorded = ["p/op/x", "p/op/w", "p/op/k", "p/op/u"]
    sentence = "what parameters alone decide about is recorded"
    yield case(sentence, lambda: single(equations, **unit), recorded)
    yield case(
        f"{sentence} of all units",
        lambda: circuit(populations={"p": population(node(equations, **unit), 3, k=[0.5, 1.0, 2.0])}),
        recorded,
        needs=vector,
    )
    yield case(
        "reductions of a population are over its units",
        lambda: circuit(populations={"p": population(node(
            ["x' = mean(x) - x + 0.1*vsum(x^2) - 0.1*maxi(x)*mini(x)", "z = mean(x)*x"], x="output(0.0)",
            z="variable(0.0)"), 9, x=np.linspace(-1, 2, 9) ** 3)}),
        ["p/op/x", "p/op/z"],
        needs=vector,
    )  # fmt: skip
    yield case(
        "all units change alike where nothing of their own moves them",
        lambda: circuit(populations={"p": population(node(
            ["x' = k", "z' = -mean(z)", "w' = t"], x="output(0.0)", z="variable(1.0)", w="variable(0.0)", k=0.5), 3,
            x=[0.1, 0.2, 0.3], z=[1.0, 2.0, 4.0])}),
        ["p/op/x", "p/op/z", "p/op/w"],
        needs=vector,
    )  # fmt: skip
    yield case(
        "functions of the axis take vectors and matrices",
        lambda: single(
            ["v' = matvec(A, v) - v*vsum(v)", "x' = index(v, 1) - maxi(v) + mini(index_range(v, 1, 3))",
             "w = matmul(A, v) + index(v, i)*index_axis(A, 0)"],
            v="output(0.2,3)", x="variable(0.1)", w="variable(0.0,3)", i=2,
            A=[[0.1, -0.5, 0.2], [0.7, 0.0, 0.3], [-0.2, 0.4, 0.1]],
        ),
        ["p/op/v", "p/op/x", "p/op/w"],
        initial={"p/op/v": [0.3, -0.4, 0.9]},
        needs=vector,
    )  # fmt: skip
    sentence = "units that are equal give what each would give alone"
    yield Case("structure", sentence, _check_grouping, needs=Requirements(vector=True, projections={"dense"}))


def _check_grouping(subject: Subject) -> None:
    labels = [f"p{number}" for number in range(10)]
    edges = [
        (f"{a}/op/x", f"{b}/op/u", None, {"weight": round(np.sin(3 * i + j), 3)})
        for i, a in enumerate(labels)
        for j, b in enumerate(labels)
    ]
    model = circuit(nodes=dict.fromkeys(labels, UNIT), edges=edges)
    together, apart = (
        subject.run(model, 1.0, "heun", H, outputs=["all/op/x"], vectorize=grouped).to_numpy()
        for grouped in (True, False)
    )
    expect_close("The grouped model", together, apart, FOLLOWED)
