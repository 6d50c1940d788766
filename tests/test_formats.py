"""Formats of files are used alike, whatever plugin reads them: one name for one thing, errors that name the file."""

from __future__ import annotations

import ast
import inspect
import json
import warnings
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from rates_core.cli.main import main
from rates_core.plugins import get_manager
from rates_core.templates.experiment import Experiment

from rates_core import (
    CircuitTemplate,
    ModelFileError,
    NodeTemplate,
    OmissionWarning,
    OperatorTemplate,
    UnknownNameError,
)

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
LEAK = OperatorTemplate("leak", "x' = -x/tau", {"x": "output(1.0)", "tau": 2.0})
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


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_core_reads_experiments_of_every_format_with_its_options(name: str, tmp_path: Path) -> None:
    path = written(name, EXPERIMENTS[name], tmp_path)
    experiment = Experiment.from_file(path)
    assert experiment == package(name).read_experiment(path)
    with pytest.raises(UnknownNameError) as caught:
        Experiment.from_file(path, includ="types")
    taken = {"neuroml": " Did you mean 'include'? It takes: component, include."}.get(name, " It takes none.")
    assert str(caught.value) == f"The format '{name}' has no option 'includ'.{taken}"


def test_a_format_without_experiments_has_no_settings(tmp_path: Path) -> None:
    path = tmp_path / "leak.sbml"
    CircuitTemplate("net", {"p": NodeTemplate("node", [LEAK])}).to_file(path)
    assert Experiment.from_file(path) == Experiment(CircuitTemplate.from_file(path), {})


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_program_runs_a_file_as_it_says(name: str, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    path = written(name, EXPERIMENTS[name], tmp_path).name
    assert main(["run", path]) == 0
    first, second, *_ = capsys.readouterr().out.splitlines()
    start, *options = first.split(" --")
    assert start == f"from {path}:"
    assert sorted(options) == ["solver euler", "step 0.5", "time 2.0"]
    assert second.endswith(": 4 rows of 1 variable, t = 0 to 1.5")
    assert main(["run", path, "--from", name, "--time", "1", "--step", "0.25", "--solver", "rk4", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["rows"], found["end"], found["from_file"]) == (4, 0.75, {})


def test_the_past_that_a_file_says_is_that_of_the_run(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    Path("past.ode").write_text("x'=-delay(x,1)\nx(0)=3\ninit x=1\n@ total=1, dt=0.5, meth=euler, delay=2\ndone\n")
    assert main(["run", "past.ode"]) == 0
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first == "from past.ode: --solver euler --time 1.0 --step 0.5, history of p/past_op/x"
    assert last.split() == ["0.5", "-0.5"]  # one step of 0.5 from 1 with the slope -3


EMPTY = "{path} is empty: there is no model in it."
NO_UTF8 = "{path}:1: The byte 0xd0 is not UTF-8. A model file is text; save it in the encoding UTF-8."
NONE_OF_IT = {
    "yaml": {
        b"": "{path} is empty. A model file holds templates, as 'Name: {{base: OperatorTemplate}}'.",
        b"\x7fELF\x00\x01\xd0\xff": NO_UTF8,
        b"x = 1\n": "{path}:1: A model file is a mapping from names to templates, and this is 'x = 1'.",
        None: (
            "'{path}' leads to no model file: there is no '{path}'. A template is named as 'folder.file.Name', "
            "'./file/Name', '/folder/file/Name' or 'library:file/Name'."
        ),
    },
    "tvbo": {
        b"": EMPTY,
        b" \t\r\n": EMPTY,
        b"\x7fELF\x00\x01\xd0\xff": NO_UTF8,
        b"x = 1\n": "{path}:1: A model file is a mapping from names to templates, and this is 'x = 1'.",
        None: "There is no file {path}.",
    },
    "sbml": {
        b"": EMPTY,
        b" \t\r\n": EMPTY,
        b"\x7fELF\x00\x01\xd0\xff": "{path} is no file of SBML, whose root element is 'sbml'. It is no XML.",
        b"x = 1\n": "{path} is no file of SBML, whose root element is 'sbml'. It is no XML.",
        None: "{path} cannot be read: No such file or directory.",
    },
    "neuroml": {
        b"": EMPTY,
        b" \t\r\n": EMPTY,
        b"\x7fELF\x00\x01\xd0\xff": "{path} is no file of NeuroML or LEMS. It is no XML.",
        b"x = 1\n": "{path} is no file of NeuroML or LEMS. It is no XML.",
        None: "{path} cannot be read: No such file or directory.",
    },
    "xppaut": {
        b"": EMPTY,
        b" \t\r\n": EMPTY,
        b"\x7fELF\x01\xd0\xff": "{path} is no file of XPPAUT: it holds bytes that are no text.",
        b"# nothing\n": "{path} has no equation x'=... or dx/dt=..., so there is nothing to compute.",
        None: "{path} cannot be read: No such file or directory.",
    },
}


@pytest.mark.parametrize(
    ("name", "content"), [(name, content) for name, texts in NONE_OF_IT.items() for content in texts]
)
def test_a_file_that_is_none_of_the_format_is_an_error_that_names_it(
    name: str, content: bytes | None, tmp_path: Path
) -> None:
    path = tmp_path / f"model{get_manager().format(name).suffixes[0]}"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelFileError) as caught:
        CircuitTemplate.from_file(path, format=name)
    assert str(caught.value) == NONE_OF_IT[name][content].format(path=path)


def test_every_format_says_what_is_none_of_it() -> None:
    assert NONE_OF_IT.keys() == {"yaml", *FORMATS}


def test_an_empty_file_is_empty_whatever_format_it_might_have(tmp_path: Path) -> None:
    path = tmp_path / "model.xml"
    path.write_text("\n")
    with pytest.raises(ModelFileError) as caught:
        CircuitTemplate.from_file(path)
    assert str(caught.value) == f"{path} is empty: there is no model in it."


@pytest.mark.parametrize("name", FORMATS)
def test_a_circuit_that_is_written_runs_as_it_did(name: str, tmp_path: Path) -> None:
    circuit = CircuitTemplate("net", {"p": NodeTemplate("node", [LEAK])})
    path = tmp_path / f"net{get_manager().format(name).suffixes[0]}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OmissionWarning)
        circuit.to_file(path, format=name)
        read = CircuitTemplate.from_file(path, format=name)
    before, after = (each.run(1.0, 0.1, solver="rk4").to_numpy() for each in (circuit, read))
    np.testing.assert_allclose(after, before, rtol=1e-12)
    assert after.shape == (10, 1)
