"""The format among others: files are recognised, converted and shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rates_core.cli.main import main
from rates_core.plugins import get_manager
from rates_sbml.document import is_sbml

from rates_core import CircuitTemplate


def decay(xml: Any) -> str:
    found: str = xml.sbml(
        xml.listed("Parameters", xml.parameter("x", 1.0), xml.parameter("k", 0.5, constant=True)),
        xml.listed("Rules", xml.rule("rate", "x", "-k*x")),
        model='id="decay"',
    )
    return found


def test_the_format_is_installed(file: Callable[..., Path], xml: Any) -> None:
    assert get_manager().format("sbml").distribution == "rates-sbml"
    path = file(decay(xml))
    assert is_sbml(path)
    assert CircuitTemplate.from_file(path) == CircuitTemplate.from_file(path, format="sbml")


@pytest.mark.parametrize(
    "text", ["<neuroml/>", "<?xml version='1.0'?><sbmlx/>", "sbml", "", "<sbml", "<model><sbml/></model>"]
)
def test_other_files_are_not_recognised(file: Callable[..., Path], text: str) -> None:
    assert not is_sbml(file(text))


def test_a_file_that_is_not_there_is_not_recognised(tmp_path: Path) -> None:
    assert not is_sbml(tmp_path / "none.xml")
    assert not is_sbml(tmp_path)


def test_prefixes_comments_and_byte_order_marks_do_not_matter(file: Callable[..., Path]) -> None:
    assert is_sbml(file("\ufeff<?xml version='1.0' encoding='UTF-8'?>\n<!-- <neuroml> -->\n<a:sbml xmlns:a='urn:a'/>"))


def test_convert_goes_from_sbml_to_rates_and_back(
    file: Callable[..., Path], xml: Any, capsys: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    file(decay(xml), "a.xml")
    assert main(["convert", "a.xml", "b.yaml"]) == 0
    assert main(["convert", "b.yaml", "c.sbml"]) == 0
    assert main(["convert", "c.sbml", "d.yaml"]) == 0
    assert capsys.readouterr().out == (
        "b.yaml: CircuitTemplate 'decay' in the format yaml\n"
        "c.sbml: CircuitTemplate 'decay' in the format sbml\n"
        "d.yaml: CircuitTemplate 'decay' in the format yaml\n"
    )
    assert Path("b.yaml").read_bytes() == Path("d.yaml").read_bytes()
