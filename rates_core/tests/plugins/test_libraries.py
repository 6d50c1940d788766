"""Model libraries are folders: finding one runs no code of the package that holds it."""

from __future__ import annotations

import sys
import types

import pytest
from rates_core.errors import PluginError
from rates_core.plugins import ModelLibrarySpec, library_path

EXPLODES = "raise RuntimeError('a package of model files was imported')\n"


@pytest.fixture
def package(tmp_path, monkeypatch):
    folder = tmp_path / "a_package_of_models"
    (folder / "templates" / "neurons").mkdir(parents=True)
    (folder / "__init__.py").write_text(EXPLODES)
    (folder / "templates" / "__init__.py").write_text(EXPLODES)
    monkeypatch.syspath_prepend(tmp_path)
    return folder


@pytest.mark.parametrize("directory", ["", "templates", "templates/neurons"])
def test_a_library_is_found_without_running_code_of_its_package(package, directory):
    spec = ModelLibrarySpec("models", "a_package_of_models", directory, summary="-")
    assert library_path(spec) == package / directory
    assert "a_package_of_models" not in sys.modules


def test_a_folder_without_an_init_file_may_hold_a_library(tmp_path, monkeypatch):
    (tmp_path / "only_models" / "folder").mkdir(parents=True)
    monkeypatch.syspath_prepend(tmp_path)
    spec = ModelLibrarySpec("models", "only_models", "folder", summary="-")
    assert library_path(spec) == tmp_path / "only_models" / "folder"


@pytest.mark.parametrize(
    ("name", "directory", "wanted"),
    [
        ("a_package_of_models", "nowhere", "a_package_of_models/nowhere"),
        ("a_package_that_is_nowhere", "", "a_package_that_is_nowhere"),
    ],
)
def test_a_library_whose_folder_is_not_there_is_an_error_that_names_the_distribution(package, name, directory, wanted):
    spec = ModelLibrarySpec("models", name, directory, summary="-", distribution="rates-models")
    with pytest.raises(PluginError) as caught:
        library_path(spec)
    assert str(caught.value) == (f"The model library 'models' has no folder '{wanted}'. Install rates-models again.")


def test_a_module_made_by_hand_holds_no_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "made_by_hand", types.ModuleType("made_by_hand"))
    with pytest.raises(PluginError) as caught:
        library_path(ModelLibrarySpec("models", "made_by_hand", summary="-"))
    assert str(caught.value) == (
        "The model library 'models' has no folder 'made_by_hand'. Install the plugin that offers it again."
    )


def test_listing_libraries_of_installed_plugins_imports_no_package(installation):
    installation.add(
        "rates-zoo",
        """
        from rates_core.plugins import ModelLibrarySpec, hookimpl
        rates_api = (1, 0)

        @hookimpl
        def rates_model_libraries():
            yield ModelLibrarySpec("zoo", "zoo_models", "large", summary="Large models")
            yield ModelLibrarySpec("little_zoo", "zoo_models", "small", summary="Small models")
        """,
    )
    for size in ("large", "small"):
        (installation.folder / "zoo_models" / size).mkdir(parents=True)
    (installation.folder / "zoo_models" / "__init__.py").write_text(EXPLODES)
    value = installation.value(
        """
        from rates_core.plugins import library_path, model_libraries
        value = {name: library_path(spec).name for name, spec in model_libraries().items()}
        """
    )
    assert value == {"little_zoo": "small", "zoo": "large"}
