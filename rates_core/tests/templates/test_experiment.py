"""A circuit and how a file says that it is run."""

from __future__ import annotations

from pathlib import Path

import pytest
from rates_core.errors import ArgumentError, RatesError, UnknownNameError
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


def test_another_solver_leaves_the_method_of_the_file_and_options_that_it_does_not_have() -> None:
    settings = {"simulation_time": 1.0, "solver": "scipy", "method": "BDF", "rtol": 1e-3, "max_step": 0.1}
    experiment = Experiment(CIRCUIT, settings)
    assert experiment.arguments(solver="scipy", method="LSODA") == {**settings, "method": "LSODA"}
    assert experiment.arguments(solver="heun", rtol=1e-6) == {"simulation_time": 1.0, "solver": "heun", "rtol": 1e-6}
    assert experiment.arguments(solver="dopri5") == {
        "simulation_time": 1.0, "solver": "dopri5", "rtol": 1e-3, "max_step": 0.1,
    }  # fmt: skip


@pytest.mark.parametrize("solver", ["heum", None, ["heun"]])
def test_a_solver_that_there_is_not_is_refused_as_by_run(solver: object) -> None:
    with pytest.raises(RatesError) as of_run:
        CIRCUIT.run(**{**SETTINGS, "solver": solver})
    with pytest.raises(RatesError) as caught:
        Experiment(CIRCUIT, SETTINGS).run(solver=solver)
    assert str(caught.value) == str(of_run.value)


def test_a_model_file_says_nothing_of_runs(tmp_path: Path) -> None:
    CIRCUIT.to_yaml(tmp_path / "c.yaml")
    assert Experiment.from_file(tmp_path / "c.yaml") == Experiment(CIRCUIT, {})
    for path, format in ((3, None), (tmp_path / "c.yaml", 3), (tmp_path / "c.yml", None)):
        with pytest.raises(RatesError) as of_circuit:
            CircuitTemplate.from_file(path, format=format)
        with pytest.raises(RatesError) as caught:
            Experiment.from_file(path, format=format)
        assert str(caught.value) == str(of_circuit.value)
