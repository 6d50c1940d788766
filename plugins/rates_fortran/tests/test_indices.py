"""Indices that a state leads out of their axis end native loops as they end any other."""

from __future__ import annotations

import pytest

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, SimulationError

RUN = {"simulation_time": 8.0, "step_size": 1.0, "backend": "fortran", "verbose": False}


def counter(sample: str) -> NodeTemplate:
    variables = {"v": [1.0, 2.0, 4.0], "s": "variable", "x": "variable"}
    return NodeTemplate("n", [OperatorTemplate("op", [f"x' = {sample}", "s' = 1"], variables)])


@pytest.mark.parametrize("solver", ["euler", "dopri5"])
def test_a_place_behind_the_axis_is_named_with_its_equation(solver: str) -> None:
    with pytest.raises(SimulationError) as caught:
        CircuitTemplate("c", {"p": counter("index(v, floor(s))")}).run(**RUN, solver=solver)
    assert "'index(p/op/v, floor(p/op/s))', in the equation of 'p/op/x', has the index 3." in str(caught.value)


def test_what_was_recorded_before_is_kept() -> None:
    with pytest.raises(SimulationError) as caught:
        CircuitTemplate("c", {"p": counter("index(v, s)")}).run(**RUN, outputs={"x": "p/op/x"})
    assert caught.value.result["x"].tolist() == [0.0, 1.0, 3.0]
