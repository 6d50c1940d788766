"""Single units, which are Python's numbers, become NaN or infinite where populations do, and never raise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from rates_core.network.build import build_network
from rates_core.simulation.arguments import arguments_of
from rates_core.system.build import build_system
from rates_core.system.linearisation import linearise
from rates_numpy.backend import NumpyBackend

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

RUN = {"simulation_time": 12.0, "step_size": 1.0, "verbose": False, "stop_on_nonfinite": False}


def tables(equation: str, **variables: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return x of a single unit and of a population of two."""
    node = NodeTemplate("n", [OperatorTemplate("op", equation, variables)])
    single = CircuitTemplate("single", nodes={"p": node})
    two = CircuitTemplate("two", populations={"p": PopulationTemplate("p", node, 2)})
    return single.run(outputs={"x": "p/op/x"}, **RUN), two.run(outputs={"x": "p[1]/op/x"}, **RUN)


@pytest.mark.parametrize(
    ("equation", "start"),
    [
        ("x' = x^3", "variable(1.0)"),
        ("x' = -x^3", "variable(2.0)"),
        ("x' = (x + 1)^7", "variable(1.0)"),
        ("x' = x/k", "variable(1.0)"),
        ("x' = (1 - x)*(1/k)", "variable(2.0)"),
        ("x' = x^2/(k*x)", "variable(1.0)"),
        ("x' = cosh(x)", "variable(1.0)"),
        ("x' = log(-x)", "variable(1.0)"),
        ("x' = x/(k > 1)", "variable(1.0)"),
        ("x' = x/sqrt(k) + 1/k^0.5", "variable(1.0)"),
        ("x' = x/(0 if k < 1 else 1)", "variable(1.0)"),
    ],
)
def test_a_single_unit_leaves_the_finite_numbers_as_a_population_does(equation, start):
    single, two = tables(equation, x=start, **({"k": 0.0} if "k" in equation else {}))
    assert not np.isfinite(single["x"].iloc[-1])
    assert np.allclose(single["x"], two["x"], rtol=1e-12, equal_nan=True)


def test_a_complex_unit_leaves_the_finite_numbers_without_raising():
    single, two = tables("x' = x^3", x="variable(1.0+1.0j)")
    assert np.array_equal(np.isfinite(single["x"]), np.isfinite(two["x"]))
    assert not np.isfinite(single["x"].iloc[-1])


@pytest.mark.parametrize(
    ("equation", "wanted"),
    [("x' = x/k", np.inf), ("x' = -x/(2*k)", -np.inf), ("x' = x^3", np.inf), ("x' = (x + 1)^7*k", np.nan)],
)
def test_a_function_for_other_tools_never_raises(equation, wanted):
    node = NodeTemplate("n", [OperatorTemplate("op", equation, {"x": "variable(1e200)", "k": 0.0})])
    func, args = CircuitTemplate("single", nodes={"p": node}).get_run_func("f", 1.0, backend="numpy")
    assert func(*args).tolist() == pytest.approx([wanted], nan_ok=True)


@pytest.mark.parametrize(("equation", "wanted"), [("x' = x/k", np.inf), ("x' = x^5", np.inf), ("x' = -k/x", np.nan)])
def test_a_matrix_never_raises(equation, wanted):
    x = 0.0 if "/x" in equation else 1e200
    node = NodeTemplate("n", [OperatorTemplate("op", equation, {"x": f"variable({x})", "k": 0.0})])
    system = build_system(build_network(CircuitTemplate("single", nodes={"p": node}), True))
    matrix = NumpyBackend().jacobian(linearise(system)).bind(arguments_of(system))
    assert matrix(0.0, np.array([x]), (), (), ()).tolist() == [[pytest.approx(wanted, nan_ok=True)]]
