"""`rates models`: the installed library, what fits a pattern, and where a model is written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rates_core.cli.main import main
from rates_core.plugins import get_manager, library_path
from rates_core.yaml.catalogue import read_catalogue
from rates_core.yaml.reader import load
from rates_core.yaml.scan import template_names

LORENZ = """\
MODEL                                  DESCRIPTION
model_templates.systems.lorenz.lorenz  A single convection cell.
"""
LORENZ_ALL = """\
MODEL                                      KIND      DESCRIPTION
model_templates.systems.lorenz.lorenz_op   operator  Three modes of convection: intensity x, and temperature \
differences across (y) and along (z) the flow.
model_templates.systems.lorenz.lorenz_pop  node      A convection cell.
model_templates.systems.lorenz.lorenz      circuit   A single convection cell.
"""


@pytest.fixture
def rates(capsys):
    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["models", *arguments])
        return (code, *capsys.readouterr())

    return run


def test_a_pattern_shows_what_has_it_in_its_name_or_description(rates):
    assert rates("lorenz") == (0, LORENZ, "")
    assert rates("CONVECTION") == (0, LORENZ, "")
    assert rates("lorenz", "--all") == (0, LORENZ_ALL, "")


def test_a_pattern_with_stars_is_one_of_whole_names(rates):
    _, out, _ = rates("wc_*")
    assert [line.split()[0].rpartition(".")[2] for line in out.splitlines()[1:]] == [
        "WC_stp", "wc_oscillator", "wc_ring", "wc_ring_delayed",
    ]  # fmt: skip
    assert rates("model_templates.sys*.lorenz") == (0, LORENZ, "")


def test_every_listed_name_loads_and_is_of_its_kind(rates):
    code, out, errors = rates("--all", "--json")
    listed = json.loads(out)
    assert (code, errors, listed["faults"]) == (0, "", [])
    assert len(listed["models"]) > 100
    for model in listed["models"]:
        template = load(model["name"])
        assert type(template).__name__ == model["kind"]
        assert template.description == model["description"]
        assert f"{model['name'].rpartition('.')[2]}:" in Path(model["file"]).read_text().splitlines()[model["line"] - 1]


def test_without_all_circuits_alone_are_listed(rates):
    listed = json.loads(rates("--json")[1])["models"]
    everything = json.loads(rates("--json", "--all")[1])["models"]
    assert listed == [model for model in everything if model["kind"] == "CircuitTemplate"]
    assert [line.split()[0] for line in rates()[1].splitlines()[1:]] == [model["name"] for model in listed]


def test_the_quick_look_at_a_file_finds_what_the_library_holds():
    libraries = get_manager().model_libraries().values()
    held: dict[Path, list[str]] = {}
    for model in read_catalogue(libraries).models:
        held.setdefault(model.file, []).append(model.name)
    assert {file: template_names(file) for file in held} == held
    assert {path for library in libraries for path in library_path(library).rglob("*.yaml")} == set(held)


def test_a_pattern_that_nothing_fits_is_an_error_with_the_closest(rates):
    assert rates("lorentz") == (
        2,
        "",
        "rates: No model of the installed libraries fits 'lorentz'. Did you mean 'lorenz'? "
        "Operators, nodes and edges are searched with --all.\n",
    )
    assert rates("0000", "--all") == (2, "", "rates: No model of the installed libraries fits '0000'.\n")


def test_the_path_of_a_model_is_that_of_its_file(rates):
    file = library_path(get_manager().model_library("model_templates")) / "systems" / "lorenz.yaml"
    assert rates("--path", "model_templates.systems.lorenz.lorenz") == (0, f"{file}\n", "")
    assert json.loads(rates("--path", "model_templates:systems/lorenz", "--json")[1]) == {
        "file": str(file),
        "name": "lorenz",
        "line": 1 + file.read_text().splitlines().index("lorenz:"),
    }


def test_the_path_of_a_model_that_is_not_there_is_an_error_with_the_closest(rates):
    code, out, errors = rates("--path", "model_templates.systems.lorenz.lorentz")
    assert (code, out) == (2, "")
    assert errors.endswith(
        "lorenz.yaml holds no template 'lorentz'. Did you mean 'lorenz', 'lorenz_op' or 'lorenz_pop'? "
        "It holds: lorenz_op, lorenz_pop, lorenz.\n"
    )


def test_a_file_that_cannot_be_read_is_noted_and_hides_nothing(addition):
    light = """
    from rates_core.plugins import ModelLibrarySpec, hookimpl

    rates_api = (1, 0)

    @hookimpl
    def rates_model_libraries():
        yield ModelLibrarySpec("zoo", package="zoo", summary="-")
    """
    addition.add("rates-zoo", light)
    (addition.folder / "zoo").mkdir()
    (addition.folder / "zoo" / "good.yaml").write_text("net: {base: CircuitTemplate}")
    (addition.folder / "zoo" / "bad.yaml").write_text("- 1")
    process = addition.rates("models", RATES_DISABLE_PLUGINS="rates-models")
    fault = f"{addition.folder}/zoo/bad.yaml:1: A model file is a mapping from names to templates, and this is a list."
    assert outcome(process) == (0, f"MODEL         DESCRIPTION\nzoo.good.net\n\n{fault}\n", "")
    process = addition.rates("models", "--json", RATES_DISABLE_PLUGINS="rates-models")
    assert json.loads(process.stdout)["faults"] == [fault]


def test_without_a_library_the_command_says_what_to_install(addition):
    process = addition.rates("models", RATES_DISABLE_PLUGINS="rates-models")
    text = "No model library is installed. Install one, for example with: pip install rates-models.\n"
    assert outcome(process) == (0, text, "")
    process = addition.rates("models", "--json", RATES_DISABLE_PLUGINS="rates-models")
    assert json.loads(process.stdout) == {"models": [], "faults": []}


def outcome(process: subprocess.CompletedProcess[str]) -> tuple[int, str, str]:
    return process.returncode, process.stdout, process.stderr


def test_a_terminal_gets_lines_that_fit_it(rates, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "115")
    _, out, _ = rates("lorenz_op", "--all")
    assert out.splitlines() == [
        "MODEL                                     KIND      DESCRIPTION",
        "model_templates.systems.lorenz.lorenz_op  operator  Three modes of convection: intensity x, and temperature",
        "                                                    differences across (y) and along (z) the flow.",
    ]
    monkeypatch.setenv("COLUMNS", "60")
    assert len(rates("lorenz_op", "--all")[1].splitlines()) == 2


def test_listing_imports_no_array_library_and_no_model_package():
    code = (
        "import sys\nfrom rates_core.cli.main import main\nassert main(['models']) == 0\n"
        "assert not {'numpy', 'pandas', 'matplotlib', 'rates_core.templates.circuit'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=60, env=dict(os.environ))
