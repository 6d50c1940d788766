"""Fixed points and eigenvalues are those that mathematics gives."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate
from rates_core.errors import SimulationError, UnknownNameError, UnsupportedFeatureError
from rates_core.plugins import get_manager

from rates_demo import analyse


def node(equations: list[str], **variables: float | str) -> NodeTemplate:
    return NodeTemplate("node", [OperatorTemplate("op", equations, variables)])


def single(*equations: str, **variables: float | str) -> CircuitTemplate:
    return CircuitTemplate("model", nodes={"p": node(list(equations), **variables)})


def test_a_parabola_rests_at_its_roots_of_which_one_is_stable() -> None:
    parabola = single("x' = a - x^2", x="output(1.0)", a=2.0)
    for start, sign in ((1.0, 1), (-1.0, -1)):
        found = analyse(parabola, start={"p/op/x": start})
        assert found.point["p/op/x"] == pytest.approx(sign * 2**0.5, rel=1e-12)
        assert found.eigenvalues == pytest.approx([-sign * 2 * 2**0.5], rel=1e-12)
        assert found.stable == (sign == 1)


def test_a_damped_oscillator_has_the_roots_of_its_polynomial_as_eigenvalues() -> None:
    found = analyse(single("x' = v", "v' = -4*x - 2*v + 8", x="output(0.0)", v="variable(0.0)"))
    assert found.point.to_dict() == pytest.approx({"p/op/x": 2.0, "p/op/v": 0.0}, abs=1e-12)
    # s^2 + 2 s + 4 = 0
    assert np.sort_complex(found.eigenvalues) == pytest.approx([-1 - 3**0.5 * 1j, -1 + 3**0.5 * 1j], rel=1e-12)


def test_the_units_of_a_population_are_numbered() -> None:
    units = PopulationTemplate("pop", node(["x' = k - x"], x="output(0.0)", k=1.0), 3, params={"op/k": [1.0, 2.0, 4.0]})
    found = analyse(CircuitTemplate("model", populations={"p": units}))
    assert found.point.to_dict() == pytest.approx({"p/op/x[0]": 1.0, "p/op/x[1]": 2.0, "p/op/x[2]": 4.0})


def test_it_is_found_by_its_name() -> None:
    assert get_manager().analysis("demo").load() is analyse


def test_a_path_that_is_no_state_is_refused() -> None:
    with pytest.raises(UnknownNameError) as caught:
        analyse(single("x' = -x", x="output(1.0)"), start={"p/op/y": 1.0})
    assert str(caught.value) == "There is no state 'p/op/y'. The states: p/op/x."


def test_a_model_with_delays_is_refused() -> None:
    with pytest.raises(UnsupportedFeatureError) as caught:
        analyse(single("x' = -past(x, 1.0)", x="output(1.0)"))
    assert str(caught.value) == "This model has delays, and the analysis 'demo' takes none."


def test_a_model_that_never_rests_is_an_error() -> None:
    with pytest.raises(SimulationError) as caught:
        analyse(single("x' = 1 + x^2", x="output(0.3)"))
    assert str(caught.value) == "There is no fixed point after 50 steps; begin elsewhere, with start=."


def test_asking_what_is_installed_imports_no_array_library() -> None:
    code = "import sys, rates_demo; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
