"""What runs are differentiated by: models, with paths of their parameters, starts and inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

import numpy as np
from attrs import field, frozen

from rates_core.plugins.capabilities import Requirements
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.sparse import SparseMatrix
from rates_core.testing.families import events
from rates_core.testing.parts import circuit, connectivity, node, population, single

H, STEPS, STRIDE = 0.1, 24, 2


@frozen(eq=False)
class Problem:
    """A model, and by what its runs are differentiated.

    Attributes:
        make: makes the model.
        parameters: paths, with how many numbers each names: 0 for one number that a path stands for.
        initial: likewise, of states at the start.
        output: what the loss is made of.
        needs: what the backend has to claim beside derivatives of runs.
        inputs: of the run.
        options: of the compilation.
        solver: fixed-step method.
        samples: key of an input by whose samples it is differentiated too.
        loss: of the outputs.
        ways: whether it is asked for with checkpoints and as a function too.
        stepwise: whether its steps are asked for as a function of values too, where these are followed back.
        chains: whether it has a gamma kernel.
        inside: whether delayed values lie inside steps, where too few samples stand around them.
        tier: `forwards`: in the ordinary tier, in both directions; `reverse`: there in that one; `exhaustive`: only
            with all others.
    """

    make: Callable[[], CircuitTemplate]
    parameters: Mapping[str, int]
    initial: Mapping[str, int]
    output: str
    needs: Requirements
    inputs: Mapping[str, Any] | None = None
    options: Mapping[str, Any] = field(factory=dict)
    solver: str = "rk4"
    samples: str | None = None
    loss: Callable[[Mapping[str, Any]], Any] = field(factory=lambda: loss_of_rows)
    ways: bool = False
    stepwise: bool = False
    chains: bool = False
    inside: bool = False
    tier: Literal["forwards", "reverse", "exhaustive"] = "reverse"

    @property
    def beyond_adjoints(self) -> bool:
        """Whether the adjoint of a compiled loop need not follow it."""
        return self.needs.complex or self.inside


def problems() -> dict[str, Problem]:
    """Return all models, by what makes each of them special."""
    return {**_instantaneous(), **_delayed_in_some_way(), **_complex_or_noisy()}


def _instantaneous() -> dict[str, Problem]:
    vector = Requirements(vector=True)
    return {
        "a single unit": Problem(
            _unit, {"p/op/k": 0, "p/op/c": 0}, {"p/op/x": 0}, "p/op/x", Requirements(), {"p/op/u": _wave()},
            samples="p/op/u", ways=True, tier="forwards",
        ),
        "a population with a number for all": Problem(
            _population, {"p/op/c": 0, "p/op/k": 9}, {"p/op/x": 9}, "p/op/z", vector
        ),
        "dense weights": Problem(
            partial(_network, np.cos(np.arange(81.0)).reshape(9, 9)), {"p/op/x->p/op/s/weight": 81, "p/op/c": 0}, {},
            "p/op/x", Requirements(vector=True, projections={"dense"}),
        ),
        "sparse weights": Problem(
            partial(_network, _sparse()), {"p/op/x->p/op/s/weight": 18, "p/op/k": 9}, {}, "p/op/x",
            Requirements(vector=True, projections={"sparse"}), options={"projections": "sparse"},
        ),
        "units that are reset": Problem(
            partial(events.network().circuit), {"pop/op/I": 3, "pop/op/v_reset": 0, "pop/op/d": 0}, {"pop/op/v": 3},
            "pop/op/v", Requirements(vector=True, events=True, projections={"dense"}), solver="heun", stepwise=True,
        ),
        "edges between single units": Problem(
            _pair, {"a/op/x->b/op/s/weight": 0, "b/op/c": 0}, {"a/op/x": 0}, "b/op/x", Requirements()
        ),
    }  # fmt: skip


def _delayed_in_some_way() -> dict[str, Problem]:
    return {
        "delays per connection": Problem(
            _delayed, {"p/op/x->p/op/s/weight": 81, "p/op/c": 0, "p/op/k": 9}, {}, "p/op/x",
            Requirements(vector=True, delays={"ring"}, projections={"sparse"}), solver="euler", stepwise=True,
        ),
        "delays of whole steps by their lengths": Problem(
            _late, {"a/op/x->b/op/s/weight": 0, "a/op/x->b/op/s/delay": 0}, {"a/op/x": 0}, "b/op/x",
            Requirements(delays={"ring"}), solver="euler", tier="exhaustive",
        ),
        "delays between steps": Problem(
            partial(_few, "x"), {"p/op/x->p/op/s/weight": 9, "p/op/x->p/op/s/delay": 9, "p/op/c": 0}, {"p/op/x": 3},
            "p/op/x", Requirements(vector=True, delays={"ring"}, projections={"sparse"}), ways=True,
        ),
        "delays inside steps": Problem(
            _inside, {"p/op/c": 0, "p/op/k": 0, "p/op/b": 0}, {"p/op/x": 0}, "p/op/x", Requirements(delays={"ring"}),
            tier="exhaustive", inside=True,
        ),
        "computed variables that are read late": Problem(
            partial(_few, "z"), {"p/op/z->p/op/s/delay": 9, "p/op/c": 0, "p/op/k": 3}, {"p/op/x": 3}, "p/op/z",
            Requirements(vector=True, delays={"ring"}, projections={"sparse"}), solver="heun",
            tier="exhaustive",
        ),
        "computed variables that are read inside steps": Problem(
            partial(_computed, "z = tanh(c*x) + 0.3*u - 0.1*t"), {"p/op/c": 0, "p/op/k": 0}, {"p/op/x": 0}, "p/op/z",
            Requirements(delays={"ring"}), {"p/op/u": _wave()}, samples="p/op/u", tier="exhaustive", inside=True,
        ),
        "computed variables in a network, inside steps by their delays": Problem(
            partial(_few, "z", 0.637), {"p/op/z->p/op/s/delay": 9, "p/op/c": 0, "p/op/k": 3}, {"p/op/x": 3}, "p/op/z",
            Requirements(vector=True, delays={"ring"}, projections={"sparse"}), solver="heun", tier="exhaustive",
            inside=True,
        ),
        "delayed values that are delayed again, inside steps": Problem(
            partial(_computed, "z = tanh(c*past(x, b)) + 0.2*x", a=0.237 * H, b=1.31 * H),
            {"p/op/a": 0, "p/op/b": 0, "p/op/c": 0}, {"p/op/x": 0}, "p/op/z", Requirements(delays={"ring"}),
            solver="heun", tier="exhaustive", inside=True,
        ),
        "delayed values of whole steps that are delayed again": Problem(
            partial(_computed, "z = tanh(c*past(x, b)) + 0.2*x", a=10 * H, b=8 * H), {"p/op/c": 0, "p/op/k": 0},
            {"p/op/x": 0}, "p/op/z", Requirements(delays={"ring"}), tier="exhaustive", inside=True,
        ),
        "delays of 0, beside others": Problem(
            partial(_computed, "z = tanh(c*past(x, b)) + 0.2*past(x, d)", a=0.43 * H, b=0.0, d=2.17 * H),
            {"p/op/a": 0, "p/op/d": 0, "p/op/c": 0}, {"p/op/x": 0}, "p/op/z", Requirements(delays={"ring"}),
            solver="heun", tier="exhaustive", inside=True,
        ),
        "delays of one step": Problem(
            partial(_pair, delay=H), {"a/op/x->b/op/s/weight": 0, "b/op/c": 0}, {"a/op/x": 0}, "b/op/x",
            Requirements(delays={"ring"}), solver="heun", tier="exhaustive",
        ),
        "a gamma kernel": Problem(
            _spread, {"a/op/x->b/op/s/delay": 0, "a/op/x->b/op/s/weight": 0, "a/op/c": 0}, {"a/op/x": 0}, "b/op/x",
            Requirements(vector=True), chains=True, tier="exhaustive",
        ),
    }  # fmt: skip


def _complex_or_noisy() -> dict[str, Problem]:
    return {
        "a complex variable": Problem(
            _complex, {"p/op/w": 0, "p/op/g": 0}, {"p/op/z": 0}, "p/op/z", Requirements(complex=True), loss=_distance,
            solver="euler", tier="forwards",
        ),
        "complex units with complex weights": Problem(
            _complex_units, {"p/op/z->p/op/s/weight": 9, "p/op/g": 3, "p/op/w": 0}, {"p/op/z": 3}, "p/op/z",
            Requirements(complex=True, vector=True, projections={"dense"}), loss=_distance, ways=True,
            tier="exhaustive",
        ),
        "complex units that read each other late": Problem(
            partial(_complex_units, delays=H * (1.37 + 1.7 * np.arange(9.0)).reshape(3, 3)),
            {"p/op/z->p/op/s/weight": 9, "p/op/z->p/op/s/delay": 9, "p/op/g": 3}, {"p/op/z": 3}, "p/op/z",
            Requirements(complex=True, vector=True, delays={"ring"}, projections={"sparse"}), loss=_distance,
            tier="exhaustive",
        ),
        "complex units that read each other through gamma kernels": Problem(
            partial(_complex_units, delays=0.5, spread=0.3), {"p/op/z->p/op/s/weight": 9, "p/op/g": 3, "p/op/w": 0},
            {"p/op/z": 3}, "p/op/z", Requirements(complex=True, vector=True, projections={"dense"}), loss=_distance,
            chains=True, tier="exhaustive",
        ),
        "noise": Problem(
            _noisy, {"p/op/c": 0, "p/op/k": 0}, {"p/op/x": 0}, "p/op/x", Requirements(noise="additive"),
            solver="euler",
        ),
    }  # fmt: skip


def loss_of_rows(outputs: Mapping[str, Any]) -> Any:
    """Return a number that depends on several times and units, by what arrays of all libraries can do."""
    rows = outputs["found"]
    if len(rows.shape) == 1:
        return rows[-1] * rows[-2] + rows[3] * rows[3] * rows[3]
    return rows[-1, 0] * rows[-2, 1] + rows[3, 2] * rows[3, 2] * rows[3, 2] + rows[-1, -1]


def _distance(outputs: Mapping[str, Any]) -> Any:
    """Return a real number that depends on both parts of complex outputs."""
    return abs(loss_of_rows(outputs) - 1.0)


def _wave() -> np.ndarray:
    return np.asarray(np.sin(np.arange(STEPS + 1.0)))


EQUATION = "x' = c*tanh(u + s) - k*x"
VALUES: dict[str, Any] = {"x": "output(0.4)", "u": "input(0.2)", "s": "input(0.0)", "k": 0.7, "c": 1.3}


def _unit() -> CircuitTemplate:
    return single(EQUATION, **VALUES)


def _population() -> CircuitTemplate:
    unit = node([EQUATION, "z = x^2*c"], z="variable(0.0)", **VALUES)
    return circuit(populations={"p": population(unit, 9, x=np.linspace(-1, 1, 9), k=np.linspace(0.1, 1, 9))})


def _network(weights: np.ndarray | SparseMatrix, **options: Any) -> CircuitTemplate:
    unit = node(EQUATION, **VALUES)
    return circuit(
        populations={"p": population(unit, 9, x=np.linspace(-1, 1, 9), k=np.linspace(0.1, 1, 9))},
        connections=[connectivity("p/op/x", "p/op/s", weights, **options)],
    )


def _sparse() -> SparseMatrix:
    """Return two connections of each unit."""
    weights = np.zeros((9, 9))
    rows = np.repeat(np.arange(9), 2)
    weights[rows, (np.arange(18) * 2 + rows) % 9] = np.linspace(0.5, 1.5, 18)
    return SparseMatrix.from_dense(weights, weights != 0)


def _delayed() -> CircuitTemplate:
    return _network(np.cos(np.arange(81.0)).reshape(9, 9), delays=H * (1 + np.arange(81).reshape(9, 9) % 5))


def _few(source: str, shortest: float = 5.37) -> CircuitTemplate:
    """Return three units, each of which reads all of them late; no delay is a number of whole steps."""
    unit = node([EQUATION, "z = x^2*c"], z="variable(0.0)", **VALUES)
    delays = H * (shortest + 1.7 * np.arange(9.0)).reshape(3, 3)
    return circuit(
        populations={"p": population(unit, 3, x=np.array([-1.0, 0.3, 0.8]), k=np.array([0.1, 0.5, 1.0]))},
        connections=[connectivity(f"p/op/{source}", "p/op/s", np.cos(np.arange(9.0)).reshape(3, 3), delays=delays)],
    )


def _inside() -> CircuitTemplate:
    """Return a unit that reads the step it is in, and bends two steps behind its start, so that samples are few."""
    equation = "x' = -c*past(x, a) + 0.5*past(x, b) + 0.3*cos(3*t) - k*x"
    return single(equation, x="output(0.4)", a=2 * H, b=0.37 * H, c=1.3, k=0.7)


def _computed(equation: str, a: float = 2 * H, **delays: float) -> CircuitTemplate:
    """Return a unit that reads a computed variable of its own late."""
    variables = {"x": "output(0.4)", "z": "variable(0.0)", "u": "input(0.2)", "k": 0.7, "c": 1.3, "a": a}
    equations = ["x' = -past(z, a) + 0.3*u - k*x", equation]
    return single(equations, **variables, **delays)


def _pair(**edge: float) -> CircuitTemplate:
    unit = node(EQUATION, **VALUES)
    return circuit(nodes={"a": unit, "b": unit}, edges=[("a/op/x", "b/op/s", None, {"weight": 0.8, **edge})])


def _late() -> CircuitTemplate:
    return _pair(delay=7 * H)


def _spread() -> CircuitTemplate:
    return _pair(delay=0.5, spread=0.3)


def _complex() -> CircuitTemplate:
    return single("z' = (g + I*w)*z - z*abs(z)^2", z="output(0.4+0.2j)", w=0.9, g=1.3 + 0.4j)


def _complex_units(**options: Any) -> CircuitTemplate:
    unit = node("z' = g*z + I*w*s - z*abs(z)^2", z="output(0.4+0.2j)", s="input(0.0)", w=0.9, g=0.7 + 0.4j)
    starts, gains = np.array([0.4 + 0.2j, -0.3j, 0.5 + 0j]), np.array([0.7 + 0.4j, 0.2 - 1j, 1.1 + 0j])
    weights = 0.5 * np.exp(1j * np.arange(9.0)).reshape(3, 3)
    return circuit(
        populations={"p": population(unit, 3, z=starts, g=gains)},
        connections=[connectivity("p/op/z", "p/op/s", weights, **options)],
    )


def _noisy() -> CircuitTemplate:
    return single(f"{EQUATION} + 0.3*xi", xi="noise", **VALUES)
