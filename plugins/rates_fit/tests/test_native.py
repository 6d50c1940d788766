"""Fits go back through the loops of compiled backends where these follow the model, and else by differences."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from attrs import evolve
from rates_core.errors import UnsupportedFeatureError
from rates_core.testing.parts import single
from rates_fit import fit
from rates_fit.derivatives import ENGINES, BackThroughRuns, derivatives_of, follows
from rates_fit.posing import native_backend

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

LEAK = single("x' = -x/tau + k", x="output(0.5)", tau=0.8, k=1.0)
TURNING = single("z' = k*z", z="output(1.0+0.5j)", k=-0.2 + 2.0j)
SHORT = single("x' = -k*past(x, d)", x="output(1.0)", d=0.013, k=1.0)  # a read inside its step


SPIKING = CircuitTemplate("circuit", nodes={"p": NodeTemplate("node", [OperatorTemplate(
    "op", ["v' = I - v", "r' = s - r"], {"v": "variable(0.0)", "r": "output(0.0)", "s": "variable(0.0)", "I": 3.0},
    events=[{"when": "v > 1", "set": {"v": "0.0"}, "emit": "s"}],
)])})  # fmt: skip


def compiled(circuit: CircuitTemplate, **options: Any) -> Any:
    return circuit.compile(backend="numba", solver="heun", step_size=0.02, simulation_time=1.0, **options)


def test_gradients_of_few_numbers_are_those_of_loops_that_go_back() -> None:
    engine = derivatives_of(None, [compiled(LEAK)], 2, False)
    assert engine == BackThroughRuns(otherwise=ENGINES["differences"])
    assert derivatives_of(None, [compiled(LEAK)], 2, True) is ENGINES["differences"]  # squares need all rows


def test_what_loops_follow_is_known_beforehand() -> None:
    assert follows(compiled(LEAK))
    assert not follows(compiled(TURNING))
    assert not follows(compiled(SHORT))
    assert not follows(compiled(SPIKING))  # does not see spikes move
    assert follows(compiled(SPIKING, surrogate=2.0))
    assert not follows(LEAK.compile(backend="numpy", solver="heun", step_size=0.02))


def test_what_spikes_is_followed_back_where_derivatives_see_spikes_move() -> None:
    native = BackThroughRuns(otherwise=ENGINES["differences"])
    assert derivatives_of(None, [compiled(SPIKING)], 2, False) is ENGINES["differences"]
    assert derivatives_of(None, [compiled(SPIKING, surrogate=2.0)], 2, False) == native


def test_without_a_backend_gradients_take_one_whose_loops_go_back() -> None:
    arguments = {"solver": "heun", "step_size": 0.02, "outputs": None}
    assert native_backend(LEAK, arguments) == "numba"
    assert native_backend(TURNING, arguments) is None
    assert native_backend(LEAK, {**arguments, "compile": True}) is None  # an option of others


def test_a_fit_finds_what_made_the_data() -> None:
    times = np.arange(50) * 0.02
    data = pd.DataFrame({"p/op/x": compiled(LEAK).run(parameters={"p/op/tau": 1.7, "p/op/k": 0.6})["p/op/x"]}, times)
    found = fit(LEAK, data, {"p/op/tau": "positive", "p/op/k": None}, fitter="lbfgs", solver="heun", step_size=0.02,
                backend="numba")  # fmt: skip
    np.testing.assert_allclose([found["p/op/tau"], found["p/op/k"]], [1.7, 0.6], rtol=1e-6)


def test_what_loops_do_not_follow_is_found_by_differences_unless_asked_for() -> None:
    data = compiled(SHORT).run(parameters={"p/op/k": 1.3})
    asked = {"fitter": "lbfgs", "solver": "heun", "step_size": 0.02, "backend": "numba"}
    assert fit(SHORT, data, {"p/op/k": "positive"}, **asked)["p/op/k"] == pytest.approx(1.3, rel=1e-6)
    with pytest.raises(UnsupportedFeatureError) as caught:
        fit(SHORT, data, {"p/op/k": "positive"}, derivatives="reverse", **asked)
    assert str(caught.value).startswith("The adjoint of a compiled loop does not follow delayed values inside steps")


@pytest.mark.parametrize(("fused", "engine"), [(True, "along"), (False, "reverse")])
def test_where_python_takes_the_steps_gradients_go_back(fused: bool, engine: str) -> None:
    model = compiled(LEAK)
    claims = evolve(model.choice.backend.capabilities, differentiation={"along", "reverse"}, fused=fused)
    claiming = SimpleNamespace(choice=SimpleNamespace(backend=SimpleNamespace(capabilities=claims), fixed=True))
    assert derivatives_of(None, [claiming], 2, False) is ENGINES[engine]
    assert derivatives_of(None, [claiming], 2, True) is ENGINES["along"]
