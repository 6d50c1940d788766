"""The README lists every template of the library, the models among them with their sources."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import rates_models
import yaml
from rates_core.yaml.reader import load

LIBRARY = Path(rates_models.__file__).parent
README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
IDENTIFIER = re.compile(r"doi:10\.\d{4,}/[^\s,`]*[^\s,;.`]|isbn:\d{13}")


def files() -> list[str]:
    """Return the files of the library; the second name of a folder holds nothing of its own."""
    paths = (file.relative_to(LIBRARY).with_suffix("") for file in LIBRARY.rglob("*.yaml"))
    return sorted(".".join(path.parts) for path in paths if "coupled_oscillators" not in path.parts)


def templates(file: str) -> dict[str, dict[str, str]]:
    text = (LIBRARY / file.replace(".", "/")).with_suffix(".yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = yaml.safe_load(text)
    return found


def section(file: str) -> str:
    _, found, rest = README.partition(f"\n### `{file}`\n")
    assert found, file
    return re.split(r"^##", rest, maxsplit=1, flags=re.MULTILINE)[0]


def rows(file: str) -> dict[str, str]:
    """Return what stands in the last column, by name."""
    found = re.findall(r"^\| `(\w+)` \|.*\| (.+) \|$", section(file), re.MULTILINE)
    assert len(dict(found)) == len(found)
    return dict(found)


def test_the_readme_has_a_section_for_every_file() -> None:
    assert sorted(re.findall(r"^### `(.+)`$", README, re.MULTILINE)) == files()


@pytest.mark.parametrize("file", files())
def test_every_template_is_listed_once(file: str) -> None:
    _, _, parts = section(file).partition("\nParts: ")
    assert sorted([*rows(file), *re.findall(r"`(\w+)`", parts)]) == sorted(templates(file))


@pytest.mark.parametrize("file", files())
def test_every_circuit_has_a_row_and_a_row_has_the_sources_of_its_template(file: str) -> None:
    listed = rows(file)
    assert {name for name, body in templates(file).items() if body["base"] == "CircuitTemplate"} <= listed.keys()
    for name, column in listed.items():
        _, _, source = load(f"{file}.{name}").description.rpartition("\nReference: ")
        assert IDENTIFIER.findall(column) == IDENTIFIER.findall(source), name


@pytest.mark.parametrize(
    "name",
    [
        "synaptic_plasticity.facilitation_op",
        "ik.ik_eta_op",
        "qif.qif_gap",
        "qif.qif_alpha_syn",
        "theta.kmo_conductance",
    ],
)
def test_what_differs_from_other_collections_says_so(name: str) -> None:
    assert "ther collections " in load(f"model_templates.neural_mass_models.{name}").description
    assert f"`{name.partition('.')[2]}`" in README.partition("## ")[0]


def test_the_normal_form_says_that_others_have_another_variable() -> None:
    description = load("model_templates.oscillators.stuartlandau.sl_op").description
    assert "Other collections have z in place of x in the growth of x; this is the published form." in description
