"""The format beside others: files are recognised and converted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rates_core.cli.main import main
from rates_core.plugins import get_manager
from rates_xppaut.document import is_xppaut

from rates_core import CircuitTemplate

Writer = Callable[..., Path]

FILE = "# decay\npar tau=2\nx'=-x/tau\ninit x=1\ndone\n"


@pytest.mark.parametrize("text", [FILE, "dx/dt=1\n", "y(t+1)=y\n", "p a=1\nx'=a"])
def test_files_of_xppaut_are_recognised(file: Writer, text: str) -> None:
    assert is_xppaut(file(text))


@pytest.mark.parametrize("text", ["", "some prose\n", "<sbml/>", "a:\n  base: OperatorTemplate\n  x': 1\n", "\0"])
def test_other_files_are_not(file: Writer, text: str) -> None:
    assert not is_xppaut(file(text))


def test_the_format_is_installed(file: Writer) -> None:
    assert get_manager().format("xppaut").distribution == "rates-xppaut"
    circuit = CircuitTemplate.from_file(file(FILE))
    table = circuit.run(1.0, 0.5, outputs={"x": "p/model_op/x"}, verbose=False)
    assert table["x"].tolist() == [1.0, 0.75]


def test_convert_goes_from_xppaut_to_rates_and_back(file: Writer, capsys, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    file(FILE, "decay.ode")
    assert main(["convert", "decay.ode", "a.yaml"]) == 0
    assert main(["convert", "a.yaml", "b.ode"]) == 0
    assert main(["convert", "b.ode", "c.yaml"]) == 0
    assert capsys.readouterr().out == (
        "a.yaml: CircuitTemplate 'decay' in the format yaml\n"
        "b.ode: CircuitTemplate 'decay' in the format xppaut\n"
        "c.yaml: CircuitTemplate 'decay' in the format yaml\n"
    )
    assert Path("a.yaml").read_bytes() == Path("c.yaml").read_bytes()
