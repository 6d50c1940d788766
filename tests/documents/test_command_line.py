"""The page of the command line says what the parsers say, and what the commands print for programs."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest
from rates_core.cli.main import main
from rates_core.cli.parser import command_parser, option_strings
from rates_core.plugins.builtin import rates_commands

ROOT = Path(__file__).parents[2]
VAN_DER_POL = "model_templates.oscillators.vanderpol.vdp"

#: Calls of every command that prints JSON.
CALLS = {
    "backends": [["--for", VAN_DER_POL], []],
    "check": [["euler", "--family", "events"]],
    "convert": [[VAN_DER_POL, "vdp.yaml"]],
    "export": [[VAN_DER_POL, "--step", "0.1", "--output", "vdp.py"]],
    "models": [["vdp"], ["--path", VAN_DER_POL]],
    "new": [["solver", "mine"]],
    "plugins": [[]],
    "run": [[VAN_DER_POL, "--time", "1", "--step", "0.1"]],
    "show": [[VAN_DER_POL]],
    "solvers": [[]],
}


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_command_line", ROOT / "tools" / "write_command_line.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_on_disk_is_up_to_date(writer: ModuleType) -> None:
    written = (ROOT / "docs" / "reference" / "command_line.md").read_text(encoding="utf-8")
    assert written == writer.page(), "Write it anew: python tools/write_command_line.py"


def test_every_command_that_prints_json_has_its_keys_on_the_page(writer: ModuleType) -> None:
    printing = {
        spec.name for spec in rates_commands() if "--json" in option_strings(command_parser(spec, spec.load()()))
    }
    assert printing == set(writer.KEYS) == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_the_keys_on_the_page_are_those_of_the_command(
    writer: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    found: set[str] = set()
    for arguments in CALLS[name]:
        assert main([name, *arguments, "--json"]) == 0
        found |= json.loads(capsys.readouterr().out).keys()
    assert set(re.findall(r"`(\w+)`", writer.KEYS[name])) == found


def test_what_is_not_run_has_a_reason(writer: ModuleType) -> None:
    assert set(writer.NOT_RUN) <= {spec.name for spec in rates_commands()}
