"""Gradients of runs of the solver `diffrax`, against closed forms and differences of runs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
import pytest
from rates_core.errors import ArgumentError, SimulationError, UnknownNameError
from rates_jax.adjoints import ADJOINTS

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

EXHAUSTIVE = pytest.mark.exhaustive  # each compiles for seconds
WAYS = ["recursive_checkpoint", pytest.param("direct", marks=EXHAUSTIVE), pytest.param("backsolve", marks=EXHAUSTIVE),
        pytest.param("forward", marks=EXHAUSTIVE)]  # fmt: skip
TIMES = np.arange(20) * 0.1
PULSE = np.where((TIMES > 0.45) & (TIMES < 1.05), 2.0, 0.0)


def circuit(*equations: str, **variables: Any) -> CircuitTemplate:
    return CircuitTemplate("model", {"p": NodeTemplate("node", [OperatorTemplate("op", list(equations), variables)])})


def compiled(model: CircuitTemplate, adjoint: str = "recursive_checkpoint", **settings: Any) -> Any:
    return model.compile(
        **{
            "backend": "jax", "solver": "diffrax", "step_size": 0.1, "simulation_time": 2.0, "rtol": 1e-9,
            "atol": 1e-11, "adjoint": adjoint, **settings,
        }
    )  # fmt: skip


def test_all_ways_are_tried() -> None:
    assert {way if isinstance(way, str) else way.values[0] for way in WAYS} == set(ADJOINTS)


@pytest.mark.parametrize("adjoint", WAYS)
def test_a_decay_has_the_derivatives_of_its_closed_form(adjoint: str) -> None:
    """x' = -k x + c, z = x^2, of three units that share k: x = (x0 - c/k) e^-kt + c/k."""
    operator = OperatorTemplate(
        "op", ["x' = -k*x + c", "z = x^2"], {"x": "output(1.0)", "z": "variable(0.0)", "k": 0.7, "c": 0.3}
    )
    starts = np.array([1.0, 0.5, -0.2])
    units = PopulationTemplate("p", NodeTemplate("node", [operator]), 3, {"op/x": starts})
    model = compiled(CircuitTemplate("model", populations={"p": units}), adjoint, outputs={"z": "p/op/z"})
    before = jax.config.jax_enable_x64

    def loss(outputs: Mapping[str, Any]) -> Any:
        return outputs["z"][5:].sum()

    found = model.gradient(loss, ["p/op/k", "p/op/c", "p/op/x"])
    k, c, t = 0.7, 0.3, TIMES[5:, None]
    fall, rest = np.exp(-k * t), starts - c / k
    x = rest * fall + c / k
    by_k = (c / k**2 - t * rest) * fall - c / k**2
    assert found.loss == pytest.approx((x**2).sum(), rel=1e-7)
    assert found["p/op/k"] == pytest.approx((2 * x * by_k).sum(), rel=1e-6)
    assert found["p/op/c"] == pytest.approx((2 * x * (1 - fall) / k).sum(), rel=1e-6)
    np.testing.assert_allclose(found["p/op/x"], (2 * x * fall).sum(axis=0), rtol=1e-6)
    assert jax.config.jax_enable_x64 is before


@EXHAUSTIVE
def test_a_stiff_oscillator_with_a_pulse_has_the_derivatives_of_its_differences() -> None:
    """Those of the steps that were taken are the same; others may be taken at other values, to the tolerance."""
    model = compiled(
        circuit("x' = z", "z' = mu*(1 - x^2)*z - x + g*u", x="output(2.0)", z="variable(0.0)", mu=20.0, g=1.0,
                u="input"),
        method="Kvaerno5", outputs={"x": "p/op/x"}, inputs={"p/op/u": PULSE},
    )  # fmt: skip
    found = model.gradient(lambda outputs: outputs["x"][-1] ** 2, ["p/op/mu", "p/op/g"])

    def difference(path: str, value: float, step: float) -> float:
        up, down = (model.run({path: value + sign * step})["x"].iloc[-1] ** 2 for sign in (1, -1))
        return float(up - down) / (2 * step)

    assert found.loss == pytest.approx(model.run()["x"].iloc[-1] ** 2, rel=1e-7)
    assert found["p/op/mu"] == pytest.approx(difference("p/op/mu", 20.0, 1e-2), rel=1e-4)
    assert found["p/op/g"] == pytest.approx(difference("p/op/g", 1.0, 1e-2), rel=1e-4)


@EXHAUSTIVE
@pytest.mark.parametrize("adjoint", ["backsolve", "forward"])
def test_a_start_alone_and_an_input_that_is_a_function(adjoint: str) -> None:
    """x' = u + 0 x with u = cos t and no parameter: x = x0 + sin t."""
    model = compiled(
        circuit("x' = u", x="output(1.0)", u="input"), adjoint, rtol=1e-6, atol=1e-6, outputs={"x": "p/op/x"},
        inputs={"p/op/u": math.cos},
    )  # fmt: skip
    found = model.gradient(lambda outputs: outputs["x"][-1] ** 2, ["p/op/x"])
    assert found["p/op/x"] == pytest.approx(2 * (1 + math.sin(1.9)), rel=1e-4)


def test_values_and_losses_compile_nothing_again_and_what_is_wrong_is_said() -> None:
    model = compiled(circuit("x' = -k*x", x="output(1.0)", k=0.5), "forward", outputs={"x": "p/op/x"})
    wanted = [0.0]

    def distance(outputs: Mapping[str, Any]) -> Any:
        return (outputs["x"][-1] - wanted[0]) ** 2

    for k, target in ((0.5, 0.0), (0.6, 1.0)):
        wanted[0], x = target, np.exp(-k * 1.9)
        found = model.gradient(distance, ["p/op/k"], parameters={"p/op/k": k})
        assert found["p/op/k"] == pytest.approx(-2 * (x - target) * 1.9 * x, rel=1e-6)
    kept = [item for key, item in model.program.equations.kept.items() if key[1] != "Tsit5"]
    assert len(kept) == 1
    assert kept[0]._forward._cache_size() == 1
    longer = model.gradient(distance, ["p/op/k"], parameters={"p/op/k": 40.0})  # has no room for its steps at first
    x = np.exp(-40.0 * 1.9)
    assert longer["p/op/k"] == pytest.approx(-2 * (x - 1.0) * 1.9 * x, abs=1e-9)
    with pytest.raises(UnknownNameError, match=r"^loss asks for the output 'y'\. Recorded are: x\."):
        model.gradient(lambda outputs: outputs["y"], ["p/op/k"])
    with pytest.raises(SimulationError, match=r"^The loss is nan, although all that was recorded is finite\.$"):
        model.gradient(lambda outputs: outputs["x"][-1] * np.nan, ["p/op/k"])


def test_a_run_that_fails_says_why() -> None:
    """The second run ends early, where the first one has left room for its steps."""
    model = compiled(circuit("x' = x^2", x="output(0.1)"), "forward", rtol=1e-6, atol=1e-9, outputs={"x": "p/op/x"})
    early = model.gradient(lambda outputs: outputs["x"][-1], ["p/op/x"])
    assert early["p/op/x"] == pytest.approx(1 / (1 - 0.1 * 1.9) ** 2, rel=1e-4)  # x = x0/(1 - x0 t)
    with pytest.raises(SimulationError, match=r"^Solver 'diffrax' cannot go on from t = 1"):
        model.gradient(lambda outputs: outputs["x"][-1], ["p/op/x"], initial={"p/op/x": 1.0})


def test_a_way_that_there_is_not_is_refused_before_anything_is_computed() -> None:
    with pytest.raises(ArgumentError) as caught:
        compiled(circuit("x' = -x", x="output(1.0)"), "backsolv")
    assert str(caught.value) == (
        "adjoint is 'backsolv'. Did you mean 'backsolve'? "
        "It is one of recursive_checkpoint, direct, backsolve, forward."
    )
    model = compiled(circuit("x' = -x", x="output(1.0)"), "backsolve", rtol=[1e-6], outputs={"x": "p/op/x"})
    with pytest.raises(ArgumentError) as uneven:
        model.gradient(lambda outputs: outputs["x"].sum(), ["p/op/x"])
    assert str(uneven.value) == (
        "adjoint='backsolve' takes one rtol and one atol, for derivatives have none of their own."
    )
