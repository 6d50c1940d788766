"""The format beside that of rates: files are recognised, converted, and refused for what they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rates_core.cli.main import main
from rates_core.errors import ModelFileError
from rates_core.plugins import get_manager
from rates_tvbo.document import is_tvbo

from rates_core import CircuitTemplate

Writer = Callable[..., Path]

DYNAMICS = "name: D\nstate_variables: {x: {equation: {rhs: -x}, initial_value: 1.0}}\n"
NETWORK = "label: net\nnodes: [{id: 0}]\ndynamics: {D: {name: D, state_variables: {x: {equation: {rhs: -x}}}}}\n"
EXPERIMENT = "id: 1\ndynamics: {name: D}\nintegration: {method: Heun}\n"
# as tvbo exports a Dynamics for PyRates
EXPORTED = """\
%YAML 1.2
---
# PyRates Experiment Template
D_op:
  base: OperatorTemplate
  description: "D"
  equations:
    - "x' = -y_ + Piecewise((0.5, (t >= 0.25) & (t < 0.75)), (0.0, True))"
    - "y_' = x"
  variables:
    x: variable(1.0)
    y_: variable(0.0)
    t: variable
D:
  base: NodeTemplate
  operators:
    - D_op
D_circuit:
  base: CircuitTemplate
  nodes:
    p: D
"""


@pytest.mark.parametrize("text", [DYNAMICS, NETWORK, EXPERIMENT])
def test_files_of_tvbo_are_recognised(file: Writer, text: str) -> None:
    assert is_tvbo(file(text))


@pytest.mark.parametrize("text", [EXPORTED, "a: 1\n", "[1, 2]\n", "{", ""])
def test_other_files_are_not(file: Writer, text: str) -> None:
    assert not is_tvbo(file(text))


def test_a_misspelt_file_is_recognised_and_says_so(file: Writer) -> None:
    path = file(DYNAMICS.replace("state_variables", "state_variable"))
    assert is_tvbo(path)
    with pytest.raises(ModelFileError) as caught:
        CircuitTemplate.from_file(path)
    assert str(caught.value) == (
        f"{path} is no file of TVBO. There is no key 'state_variable'. Did you mean 'state_variables'?"
    )


def test_the_format_is_installed_beside_that_of_rates(file: Writer) -> None:
    assert get_manager().format("tvbo").distribution == "rates-tvbo"
    read = CircuitTemplate.from_file(file(DYNAMICS))
    assert read == CircuitTemplate.from_file(file(DYNAMICS), format="tvbo")
    assert read.name == "D_circuit"


def test_convert_goes_from_tvbo_to_rates_and_back(file: Writer, capsys, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    file(DYNAMICS, "a.yaml")
    assert main(["convert", "a.yaml", "b.yaml"]) == 0
    assert main(["convert", "b.yaml", "c.tvbo.yaml"]) == 0
    assert main(["convert", "c.tvbo.yaml", "d.yaml"]) == 0
    assert capsys.readouterr().out == (
        "b.yaml: CircuitTemplate 'D_circuit' in the format yaml\n"
        "c.tvbo.yaml: CircuitTemplate 'D_circuit' in the format tvbo\n"
        "d.yaml: CircuitTemplate 'D_circuit' in the format yaml\n"
    )
    assert Path("b.yaml").read_bytes() == Path("d.yaml").read_bytes()
    assert main(["convert", "b.yaml", "e.yaml", "--to", "tvbo"]) == 0
    assert Path("e.yaml").read_bytes() == Path("c.tvbo.yaml").read_bytes()


def test_what_tvbo_exports_for_pyrates_is_a_model_file_of_rates(file: Writer) -> None:
    circuit = CircuitTemplate.from_file(file(EXPORTED))
    table = circuit.run(1.0, 0.25, outputs={"x": "p/D_op/x", "y": "p/D_op/y_"}, verbose=False)
    x, y = [1.0], [0.0]
    for pulse in (0.0, 0.5, 0.5):
        x.append(x[-1] + 0.25 * (-y[-1] + pulse))
        y.append(y[-1] + 0.25 * x[-2])
    assert table["x"].tolist() == x
    assert table["y"].tolist() == y


def test_a_model_file_that_is_tvbos_says_so(file: Writer) -> None:
    path = file(DYNAMICS)
    with pytest.raises(ModelFileError) as caught:
        CircuitTemplate.from_yaml(path)
    assert str(caught.value) == (
        f"'{path}' names a file, and {path} holds no template. It looks like the format 'tvbo': read it by "
        "CircuitTemplate.from_file(path, format='tvbo'), or write it as a model file by 'rates convert'."
    )
