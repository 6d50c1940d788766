"""A circuit and how a file says that it is run."""

from __future__ import annotations

import pytest
from rates_core.errors import ArgumentError, UnknownNameError
from rates_core.templates.experiment import Experiment

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

OPERATOR = OperatorTemplate("op", "x' = -x", {"x": "output(1.0)"})
CIRCUIT = CircuitTemplate("c", nodes={"p": NodeTemplate("n", [OPERATOR])})
SETTINGS = {"simulation_time": 2.0, "step_size": 0.5, "solver": "euler"}


def test_a_run_is_that_of_the_file() -> None:
    table = Experiment(CIRCUIT, SETTINGS).run(verbose=False)
    assert table.iloc[:, 0].tolist() == [1.0, 0.5, 0.25, 0.125]  # each step of Euler's method halves


def test_changes_replace_and_add_and_leave_the_settings() -> None:
    experiment = Experiment(CIRCUIT, SETTINGS)
    table = experiment.run(simulation_time=1.0, outputs={"y": "p/op/x"}, verbose=False)
    assert table["y"].tolist() == [1.0, 0.5]
    assert experiment.settings == {"simulation_time": 2.0, "step_size": 0.5, "solver": "euler"}


@pytest.mark.parametrize("name", ["simulation_time", "step_size"])
def test_what_neither_says_is_an_error(name: str) -> None:
    settings = {key: value for key, value in SETTINGS.items() if key != name}
    with pytest.raises(ArgumentError) as caught:
        Experiment(CIRCUIT, settings).run()
    assert str(caught.value) == f"The file does not say '{name}'; give it, as in run({name}=...)."


def test_a_misspelt_argument_is_that_of_run() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'solver'"):
        Experiment(CIRCUIT, SETTINGS).run(solvr="heun")
