"""Templates written to files of any format, and what keeps them from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rates_core import ArgumentError, CircuitTemplate, NodeTemplate, OperatorTemplate, UnknownNameError


@pytest.fixture
def circuit(tmp_path, monkeypatch) -> CircuitTemplate:
    monkeypatch.chdir(tmp_path)
    leak = OperatorTemplate("leak", "x' = -x/tau", {"x": "output(1.0)", "tau": 2.0})
    return CircuitTemplate("net", {"p": NodeTemplate("node", [leak])})


def test_what_is_written_is_read_as_it_was(circuit):
    circuit.to_file("net.yaml")
    circuit.to_file(Path("same.yml"), format="yaml")
    assert CircuitTemplate.from_file("net.yaml") == CircuitTemplate.from_file("same.yml") == circuit


def test_a_file_is_replaced_where_that_is_said(circuit):
    Path("net.yaml").write_text("mine")
    with pytest.raises(ArgumentError) as caught:
        circuit.to_file("net.yaml")
    assert str(caught.value) == "'net.yaml' exists and is not overwritten. Choose another name, or say replace=True."
    assert Path("net.yaml").read_text() == "mine"
    circuit.to_file("net.yaml", replace=True)
    assert CircuitTemplate.from_file("net.yaml") == circuit


def test_what_cannot_be_written_says_why(circuit):
    with pytest.raises(ArgumentError) as caught:
        circuit.to_file("nowhere/net.yaml")
    assert str(caught.value) == "'nowhere/net.yaml' cannot be written: there is no folder 'nowhere'."
    with pytest.raises(UnknownNameError, match=r"^There is no format 'yml'"):
        circuit.to_file("net.yaml", format="yml")
    with pytest.raises(ArgumentError) as caught:
        circuit.to_file("net.txt", format="yaml")
    assert str(caught.value) == "'net.txt' must end in .yaml or .yml, as files of 'yaml' do."
    assert not list(Path.cwd().iterdir())
