"""Which places of a disk the name `model_templates` leads to, and in which order."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import rates_models
from rates_core.yaml.reader import load

from rates_core import CircuitTemplate

JRC = "neural_mass_models/jansenrit/JRC"
OTHER = 'alpha_op: {base: OperatorTemplate, equations: "v\' = -7*v + r_in", variables: {v: output, r_in: input}}\n'


def other_collection(folder: Path) -> Path:
    """Write a collection of the library's name, with a template of the library's name in it."""
    (folder / "model_templates").mkdir()
    (folder / "model_templates" / "__init__.py").write_text("raise RuntimeError('a collection was imported')")
    (folder / "model_templates" / "base_templates.yaml").write_text(OTHER)
    return folder


def equation(reference: str) -> str:
    (first, *_) = load(reference).equations
    return str(first)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder of one's own."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


def test_nothing_of_this_name_is_installed() -> None:
    assert find_spec("model_templates") is None
    assert find_spec("neuron_model_templates") is None


def test_the_library_comes_before_a_package_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = equation("model_templates.base_templates.alpha_op")
    monkeypatch.syspath_prepend(other_collection(tmp_path))
    assert find_spec("model_templates") is not None
    assert equation("model_templates.base_templates.alpha_op") == ours
    assert load("model_templates.neural_mass_models.qif.qif").name == "qif"
    assert "model_templates" not in sys.modules


def test_the_library_comes_before_a_folder_of_its_name_where_one_works(tmp_path: Path) -> None:
    """The name always means this library: what a collection elsewhere calls the same may hold other equations."""
    column, operator = load(f"model_templates:{JRC}"), equation("model_templates:base_templates/alpha_op")
    other_collection(tmp_path / "work")
    assert equation("model_templates.base_templates.alpha_op") == operator
    assert equation("./model_templates/base_templates/alpha_op") != operator
    for name in (
        "model_templates.neural_mass_models.jansenrit.JRC",
        f"model_templates/{JRC}",
        f"model_templates:{JRC}",
    ):
        assert load(name) == column


@pytest.mark.parametrize("name", ["qif.qif", "theta.kmo_theta"])
def test_dots_slashes_and_the_name_of_the_library_lead_to_the_same_model(name: str) -> None:
    path = f"neural_mass_models/{name.replace('.', '/')}"
    model = CircuitTemplate.from_yaml(f"model_templates.neural_mass_models.{name}")
    assert CircuitTemplate.from_yaml(f"model_templates/{path}") == model
    assert CircuitTemplate.from_yaml(f"model_templates:{path}") == model


def test_files_of_the_library_name_each_other_by_their_places() -> None:
    """A name that begins in the working directory would let a folder there change a model of the library."""
    for file in Path(rates_models.__file__).parent.rglob("*.yaml"):
        assert "model_templates." not in file.read_text(encoding="utf-8"), file.name
