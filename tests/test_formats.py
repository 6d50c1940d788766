"""Formats of files are used alike, whatever plugin reads them: one name for one thing, errors that name the file."""

from __future__ import annotations

import ast
import inspect
import warnings
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from rates_core.plugins import get_manager
from rates_core.templates.experiment import Experiment

from rates_core import CircuitTemplate, ModelFileError, NodeTemplate, OmissionWarning, OperatorTemplate

FORMATS = [name for name, spec in get_manager().formats().items() if spec.distribution != "rates-core"]
EXPERIMENTS = {
    "neuroml": """
<Lems>
  <Target component="run"/>
  <Dimension name="time" t="1"/><Unit symbol="s" dimension="time"/>
  <ComponentType name="leak"><Constant name="second" dimension="time" value="1s"/><Dynamics>
    <StateVariable name="x" dimension="none"/><TimeDerivative variable="x" value="-x/second"/>
  </Dynamics></ComponentType>
  <leak id="p"/>
  <ComponentType name="Simulation">
    <Parameter name="length" dimension="time"/><Parameter name="step" dimension="time"/>
    <ComponentReference name="target" type="Component"/>
    <Simulation><Run component="target" variable="t" increment="step" total="length"/></Simulation>
  </ComponentType>
  <Simulation id="run" length="2s" step="0.5s" target="p"/>
</Lems>""",
    "tvbo": """
id: 1
dynamics: {name: leak, state_variables: {x: {equation: {rhs: -x}, initial_value: 1.0}}}
integration: {method: euler, step_size: 0.5, duration: 2.0}
""",
    "xppaut": "x'=-x\n@ total=2, dt=0.5, meth=euler\ndone\n",
}
SETTINGS = {"solver": "euler", "simulation_time": 2.0, "step_size": 0.5}


def package(name: str) -> ModuleType:
    reader = get_manager().format(name).reader
    assert reader is not None
    return import_module(reader.partition(".")[0])


def written(name: str, text: str, folder: Path) -> Path:
    path = folder / f"model{get_manager().format(name).suffixes[0]}"
    path.write_text(text)
    return path


def _classes(file: Path) -> list[str]:
    return [
        node.name for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.ClassDef)
    ]


def test_there_are_formats() -> None:
    assert {*EXPERIMENTS, "sbml"} <= {*FORMATS}


@pytest.mark.parametrize("name", FORMATS)
def test_no_plugin_has_warnings_of_its_own(name: str) -> None:
    module = package(name)
    names = [one for file in Path(str(module.__file__)).parent.glob("*.py") for one in _classes(file)]
    assert names
    assert [one for one in names if one.endswith("Warning")] == []


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_file_that_says_how_it_is_run_is_an_experiment(name: str, tmp_path: Path) -> None:
    module, path = package(name), written(name, EXPERIMENTS[name], tmp_path)
    experiment = module.read_experiment(path)
    assert type(experiment) is module.Experiment is Experiment
    assert next(iter(inspect.signature(module.read_experiment).parameters)) == "path"
    assert experiment.settings == SETTINGS
    assert len(experiment.run(verbose=False)) == 4
    assert len(experiment.run(simulation_time=1.0, verbose=False)) == 2


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_from_file_says_who_returns_how_it_is_run(name: str, tmp_path: Path) -> None:
    path = written(name, EXPERIMENTS[name], tmp_path)
    with pytest.warns(OmissionWarning) as caught:
        circuit = CircuitTemplate.from_file(path)
    assert circuit == package(name).read_experiment(path).circuit
    beginning, line = str(caught[0].message).split("\n")
    assert beginning == f"{path} says what a template of rates cannot hold; it is left out:"
    start, _, values = line.partition(": ")
    assert start == f"  how it is run, which rates_{name}.read_experiment returns"
    assert sorted(values.split(", ")) == ["simulation_time=2.0", "solver='euler'", "step_size=0.5"]


@pytest.mark.parametrize(
    "content", [b"", b"\x7fELF\x00\x01\xd0\xff", b"one: two\n", None], ids=["empty", "bytes", "text", "none"]
)
@pytest.mark.parametrize("name", FORMATS)
def test_a_file_that_is_none_of_the_format_is_an_error_that_names_it(
    name: str, content: bytes | None, tmp_path: Path
) -> None:
    path = tmp_path / "model.any"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelFileError) as caught:
        CircuitTemplate.from_file(path, format=name)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("name", FORMATS)
def test_a_circuit_that_is_written_runs_as_it_did(name: str, tmp_path: Path) -> None:
    leak = OperatorTemplate("leak", "x' = -x/tau", {"x": "output(1.0)", "tau": 2.0})
    circuit = CircuitTemplate("net", {"p": NodeTemplate("node", [leak])})
    path = tmp_path / f"net{get_manager().format(name).suffixes[0]}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OmissionWarning)
        circuit.to_file(path, format=name)
        read = CircuitTemplate.from_file(path, format=name)
    before, after = (each.run(1.0, 0.1, solver="rk4").to_numpy() for each in (circuit, read))
    np.testing.assert_allclose(after, before, rtol=1e-12)
    assert after.shape == (10, 1)
