"""Indices that a state leads out of their axis end native loops as they end any other."""

from __future__ import annotations

import pytest

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate, SimulationError

AXIS = "The axis has the length 3: indices are whole numbers from 0 to 2; floor or round makes whole numbers of others."
ENDED = f"{AXIS} What was recorded until then is in the error's result."
RUN = {"simulation_time": 8.0, "step_size": 1.0, "backend": "numba", "verbose": False}


def counter(sample: str) -> NodeTemplate:
    variables = {"v": [1.0, 2.0, 4.0], "s": "variable", "x": "variable"}
    return NodeTemplate("n", [OperatorTemplate("op", [f"x' = {sample}", "s' = 1"], variables)])


def test_a_loop_with_fixed_steps():
    with pytest.raises(SimulationError) as caught:
        CircuitTemplate("c", {"p": counter("index(v, s)")}).run(**RUN, outputs={"x": "p/op/x"})
    assert str(caught.value) == (
        f"At t = 3: 'index(p/op/v, p/op/s)', in the equation of 'p/op/x', has the index 3. {ENDED}"
    )
    assert caught.value.result["x"].tolist() == [0.0, 1.0, 3.0]


def test_a_negative_index():
    with pytest.raises(SimulationError) as caught:
        CircuitTemplate("c", {"p": counter("index(v, 1 - s)")}).run(**RUN)
    assert str(caught.value) == (
        f"At t = 2: 'index(p/op/v, 1 - p/op/s)', in the equation of 'p/op/x', has the index -1. {ENDED}"
    )


def test_a_loop_of_an_embedded_pair():
    with pytest.raises(SimulationError) as caught:
        CircuitTemplate("c", {"p": counter("index(v, floor(s))")}).run(**RUN, solver="dopri5")
    assert str(caught.value).endswith(
        f": 'index(p/op/v, floor(p/op/s))', in the equation of 'p/op/x', has the index 3. {ENDED}"
    )


def test_an_index_per_unit():
    operator = OperatorTemplate("op", ["z = index(x, round(x))", "x' = 1"], {"x": "output", "z": "variable"})
    population = PopulationTemplate("pop", NodeTemplate("n", [operator]), 3)
    with pytest.raises(SimulationError) as caught:
        CircuitTemplate("c", populations={"pop": population}).run(**RUN, outputs={"z": "pop/op/z"})
    assert str(caught.value) == (
        f"At t = 3: 'index(pop/op/x, round(pop/op/x))', in the equation of 'pop/op/z', has the index 3. {ENDED}"
    )
